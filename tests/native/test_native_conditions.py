"""Conditions as objects: built as boto3 builds its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from boto3.dynamodb import conditions as boto3s

from stator.client import conditions as ours

Make = Callable[[Any], Any]

CASES: list[Make] = [
    lambda of: of.Attr("a").eq(1),
    lambda of: of.Attr("a").ne(1),
    lambda of: of.Attr("a").lt(1),
    lambda of: of.Attr("a").lte(1),
    lambda of: of.Attr("a").gt(1),
    lambda of: of.Attr("a").gte(1),
    lambda of: of.Attr("a").begins_with("x"),
    lambda of: of.Attr("a").between(1, 2),
    lambda of: of.Attr("a").is_in([1, 2, 3]),
    lambda of: of.Attr("a").exists(),
    lambda of: of.Attr("a").not_exists(),
    lambda of: of.Attr("a").contains("x"),
    lambda of: of.Attr("a").size().gt(3),
    lambda of: of.Attr("a").size().between(1, of.Attr("b")),
    lambda of: of.Attr("a").attribute_type("S"),
    lambda of: of.Attr("a").eq(of.Attr("b.c[0].d")),
    lambda of: of.Attr("a.b[1][2].c").exists(),
    lambda of: of.Attr("a").eq(1) & of.Attr("b").eq(2) | ~of.Attr("c").exists(),
    lambda of: ~(of.Attr("a").eq(1) | of.Key("b").lt(of.Attr("c"))),
    lambda of: of.Key("a").eq(b"x"),
]


@pytest.mark.parametrize("make", CASES)
def test_an_expression_is_built_as_by_boto3(make: Make) -> None:
    expected = boto3s.ConditionExpressionBuilder().build_expression(make(boto3s))
    builder = ours.ConditionBuilder()
    assert builder.build(make(ours)) == expected.condition_expression
    assert builder.names == expected.attribute_name_placeholders
    assert builder.values == expected.attribute_value_placeholders


@pytest.mark.parametrize("make", CASES)
def test_equal_conditions_are_equal(make: Make) -> None:
    assert make(ours) == make(ours)
    assert make(ours) != ours.Attr("other").eq(1)


@pytest.mark.parametrize("make", CASES)
def test_boto3s_own_conditions_are_built_too(make: Make) -> None:
    expected = boto3s.ConditionExpressionBuilder().build_expression(make(boto3s))
    assert ours.ConditionBuilder().build(make(boto3s)) == expected.condition_expression


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        (lambda: ours.Attr("a") & ours.Attr("b"), "AND"),
        (lambda: ours.Attr("a") | 1, "OR"),
        (lambda: ~ours.Attr("a"), "NOT"),
        (lambda: ours.Attr("a").exists() & True, "AND"),
        (lambda: ours.Attr("a").exists() | "x", "OR"),
    ],
)
def test_what_is_no_condition_is_not_combined(wrong: Callable[[], Any], word: str) -> None:
    with pytest.raises(TypeError, match=f"^{word} operation cannot be applied"):
        wrong()


def test_placeholders_in_use_are_passed_over() -> None:
    builder = ours.ConditionBuilder({"#n0", ":v0", ":v2"})
    assert builder.build(ours.Attr("a").between(1, 2)) == "#n1 BETWEEN :v1 AND :v3"


def test_a_condition_shows_what_it_is() -> None:
    assert (
        repr(ours.Attr("a").eq(1) | ours.Key("b").lt(2)) == "Or(Equals(Attr('a'), 1), LessThan(Key('b'), 2))"
    )
