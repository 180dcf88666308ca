"""Equality and order of canonical values."""

from base64 import b64encode
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stator.values import compare, equal, type_of

DIFFERENT: list[dict[str, Any]] = [
    {"S": "1"}, {"S": ""}, {"N": "1"}, {"N": "0"}, {"B": ""}, {"B": "AQ=="}, {"BOOL": True}, {"BOOL": False},
    {"NULL": True}, {"SS": ["1"]}, {"SS": ["1", "2"]}, {"NS": ["1"]}, {"NS": ["1", "2"]}, {"BS": ["AQ=="]},
    {"L": []}, {"L": [{"N": "1"}]}, {"L": [{"N": "1"}, {"N": "2"}]}, {"L": [{"N": "2"}, {"N": "1"}]},
    {"M": {}}, {"M": {"a": {"N": "1"}}}, {"M": {"b": {"N": "1"}}}, {"M": {"a": {"N": "2"}}},
    {"M": {"a": {"SS": ["1"]}}}, {"L": [{"SS": ["1"]}]},
]  # fmt: skip


def test_values_that_differ_in_type_or_content_are_not_equal() -> None:
    for a, b in combinations(DIFFERENT, 2):
        assert not equal(a, b)
        assert not equal(b, a)
    assert all(equal(value, value) for value in DIFFERENT)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ({"SS": ["a", "b"]}, {"SS": ["b", "a"]}),
        ({"NS": ["1", "2"]}, {"NS": ["2", "1"]}),
        ({"BS": ["AA==", "AQ=="]}, {"BS": ["AQ==", "AA=="]}),
        ({"L": [{"SS": ["a", "b"]}]}, {"L": [{"SS": ["b", "a"]}]}),
        ({"M": {"x": {"L": [{"NS": ["1", "2"]}]}, "y": {"S": ""}}},
         {"M": {"y": {"S": ""}, "x": {"L": [{"NS": ["2", "1"]}]}}}),
    ],
)  # fmt: skip
def test_sets_are_equal_in_any_order_however_deep(a: dict[str, Any], b: dict[str, Any]) -> None:
    assert equal(a, b)
    assert equal(b, a)


def test_a_true_is_not_the_number_one() -> None:
    assert not equal({"BOOL": True}, {"NULL": True})
    assert not equal({"BOOL": True}, {"N": "1"})


@given(st.text(max_size=6), st.text(max_size=6))
def test_strings_order_by_their_utf8_bytes(a: str, b: str) -> None:
    oracle = (a.encode() > b.encode()) - (a.encode() < b.encode())
    assert compare({"S": a}, {"S": b}) == oracle


@given(st.binary(max_size=4), st.binary(max_size=4))
def test_binaries_order_by_their_bytes_not_their_base64(a: bytes, b: bytes) -> None:
    left, right = ({"B": b64encode(data).decode()} for data in (a, b))
    assert compare(left, right) == (a > b) - (a < b)


@pytest.mark.parametrize(
    ("a", "b", "order"),
    [
        ({"N": "9"}, {"N": "10"}, -1),
        ({"N": "-9"}, {"N": "-10"}, 1),
        ({"N": "1.5"}, {"N": "1.25"}, 1),
        ({"N": "2"}, {"N": "2"}, 0),
        ({"S": "9"}, {"N": "10"}, None),
        ({"BOOL": True}, {"BOOL": False}, None),
        ({"NULL": True}, {"NULL": True}, None),
        ({"L": []}, {"L": []}, None),
        ({"SS": ["a"]}, {"SS": ["a"]}, None),
    ],
)
def test_only_strings_numbers_and_binaries_have_an_order(a: Any, b: Any, order: int | None) -> None:
    assert compare(a, b) == order


def test_the_type_is_the_one_member() -> None:
    assert [type_of(value) for value in ({"S": ""}, {"NULL": True}, {"M": {}})] == ["S", "NULL", "M"]
