"""KeyConditionExpression and KeyConditions: the tests they come to, and what they are refused for."""

from typing import Any

import pytest

from stator.errors import ValidationException
from stator.expressions import Placeholders, compile_key_condition, legacy

VALUES: dict[str, dict[str, Any]] = {
    ":a": {"S": "1"}, ":b": {"S": "2"}, ":n": {"N": "1"}, ":bool": {"BOOL": True}, ":S": {"S": "S"},
}  # fmt: skip


def refusal(text: str) -> str:
    with pytest.raises(ValidationException) as caught:
        compile_key_condition(text, Placeholders({"#p": "p"}, VALUES))
    return caught.value.message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("p = :a", [("p", "=", [":a"])]),
        ("#p = :a", [("p", "=", [":a"])]),
        (":a = p", [("p", "=", [":a"])]),
        ("p = :a AND s < :b", [("p", "=", [":a"]), ("s", "<", [":b"])]),
        ("p = :a AND :b <= s", [("p", "=", [":a"]), ("s", ">=", [":b"])]),
        (":a < s and :b > t AND :n >= u", [("s", ">", [":a"]), ("t", "<", [":b"]), ("u", "<=", [":n"])]),
        ("s BETWEEN :a AND :b AND p = :a", [("s", "BETWEEN", [":a", ":b"]), ("p", "=", [":a"])]),
        ("(p = :a) AND (begins_with(s, :b))", [("p", "=", [":a"]), ("begins_with", "s", [":b"])]),
        ("(p = :a AND (s >= :b))", [("p", "=", [":a"]), ("s", ">=", [":b"])]),
        ("p = :bool", [("p", "=", [":bool"])]),
        (
            "a=:a AND b=:a AND (c=:a AND d=:a) AND e=:a AND (f=:a AND g=:a AND h>:n)",
            [*[(name, "=", [":a"]) for name in "abcdefg"], ("h", ">", [":n"])],
        ),
    ],
)
def test_a_key_condition_is_a_list_of_tests_of_attributes(text: str, expected: list[Any]) -> None:
    placeholders = Placeholders({"#p": "p"}, VALUES)
    found = compile_key_condition(text, placeholders)
    wanted = []
    for attribute, operator, names in expected:
        if attribute == "begins_with":
            attribute, operator = operator, attribute
        wanted.append((attribute, operator, tuple(VALUES[name] for name in names)))
    assert [tuple(condition) for condition in found.conditions] == wanted
    assert found.attributes == {attribute for attribute, _, _ in wanted}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "The expression can not be empty;"),
        ("a > 4", 'Syntax error; token: "4", near: "> 4"'),
        ("(size(a))[0] > a", 'Syntax error; token: "[", near: ")[0"'),
        ("p = :a AND begins_with(s, G_M#)", 'Syntax error; token: "#", near: "G_M#)"'),
        ("((p = :a))", "The expression has redundant parentheses;"),
        ("name = :a", "Attribute name is a reserved keyword; reserved keyword: name"),
        ("p = :x",
         "An expression attribute value used in expression is not defined; attribute value: :x"),
        ("attribute_type(a, b)", "Incorrect operand type for operator or function; "
         "operator or function: attribute_type, operand type: {NS,SS,L,BS,N,M,B,BOOL,NULL,S}"),
        ("p = :a AND begins_with(s, :n)",
         "Incorrect operand type for operator or function; operator or function: begins_with, operand type: N"),
        ("p = :a AND :bool >= s",
         "Incorrect operand type for operator or function; operator or function: >=, operand type: BOOL"),
        ("a between :b and :a", "The BETWEEN operator requires upper bound to be greater than or equal to lower "
         "bound; lower bound operand: AttributeValue: {S:2}, upper bound operand: AttributeValue: {S:1}"),
        ("a between :n and :a", "The BETWEEN operator requires same data type for lower and upper bounds; "
         "lower bound operand: AttributeValue: {N:1}, upper bound operand: AttributeValue: {S:1}"),
        ("b > :a AND b < :a and c = :a and d = :a",
         "KeyConditionExpressions must only contain one condition per key"),
        ("(a > :a and b > :a) and (b > :a and c > :a)",
         "KeyConditionExpressions must only contain one condition per key"),
        ("b.d > a AND c.d > e.f", "KeyConditionExpressions cannot have conditions on nested attributes"),
        ("a.d > c", "KeyConditionExpressions cannot have conditions on nested attributes"),
        ("b[0] > a", "KeyConditionExpressions cannot have conditions on nested attributes"),
        ("size(b) > a AND a.b > b AND b > c", "KeyConditionExpressions cannot contain nested operations"),
        ("a > size(b.d)", "KeyConditionExpressions cannot contain nested operations"),
        ("a between size(b) and size(a)", "KeyConditionExpressions cannot contain nested operations"),
    ],
)  # fmt: skip
def test_a_faulty_key_condition_is_refused(text: str, reason: str) -> None:
    assert refusal(text) == f"Invalid KeyConditionExpression: {reason}"


@pytest.mark.parametrize(
    ("text", "operator"),
    [
        ("a > b and size(b) > c or a > c", "OR"),
        ("a in (b, size(c), d)", "IN"),
        ("attribute_exists(a)", "attribute_exists"),
        ("attribute_not_exists(a)", "attribute_not_exists"),
        ("attribute_type(a, :S)", "attribute_type"),
        ("contains(a.d, b)", "contains"),
        ("not a > b", "NOT"),
        ("a <> b", "<>"),
        ("p = :a AND (s = :a OR s = :b)", "OR"),
        ("p = :a AND NOT s = :b", "NOT"),
        ("p <> :a AND (s = :a OR s = :b)", "<>"),
    ],
)
def test_the_first_operator_that_keys_do_not_take_is_named(text: str, operator: str) -> None:
    assert refusal(text) == f"Invalid operator used in KeyConditionExpression: {operator}"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (":a between size(b) and size(a) and b > :b",
         "BETWEEN operator must have the key attribute as its first operand"),
        ("begins_with(:a, b) and a > :b", "begins_with operator must have the key attribute as its first operand"),
        ("b > a.b", "Multiple attribute names used in one condition"),
        ("b between c[1] and d", "Multiple attribute names used in one condition"),
        ("a between b and size(a)", "Multiple attribute names used in one condition"),
        ("begins_with(a, b)", "Multiple attribute names used in one condition"),
        (":b > :a AND a < :b", "No key attribute specified"),
        (":a > b AND :a < :b", "No key attribute specified"),
    ],
)  # fmt: skip
def test_each_test_is_of_one_attribute_against_values(text: str, reason: str) -> None:
    assert refusal(text) == f"Invalid condition in KeyConditionExpression: {reason}"


def test_legacy_key_conditions_come_to_the_same_tests() -> None:
    found = legacy.key_condition(
        {
            "p": {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": "x"}]},
            "s": {"ComparisonOperator": "BETWEEN", "AttributeValueList": [{"N": "1.0"}, {"N": "2"}]},
        }
    )
    assert found.conditions == (
        ("p", "=", ({"S": "x"},)),
        ("s", "BETWEEN", ({"N": "1"}, {"N": "2"})),
    )
    pairs = [("LE", "<="), ("LT", "<"), ("GE", ">="), ("GT", ">"), ("BEGINS_WITH", "begins_with")]
    for name, operator in pairs:
        entry = {"ComparisonOperator": name, "AttributeValueList": [{"S": "x"}]}
        assert legacy.key_condition({"s": entry}).conditions == (("s", operator, ({"S": "x"},)),)


@pytest.mark.parametrize(
    ("operator", "values"),
    [
        ("NULL", []),
        ("NOT_NULL", []),
        ("NE", [{"N": "1"}]),
        ("CONTAINS", [{"S": "a"}]),
        ("NOT_CONTAINS", [{"S": "a"}]),
        ("IN", [{"S": "a"}]),
    ],
)
def test_operators_that_keys_do_not_take_are_left_to_those_who_know_the_table(
    operator: str, values: Any
) -> None:
    entry = {"ComparisonOperator": operator} | ({"AttributeValueList": values} if values else {})
    assert legacy.key_condition({"a": entry}).conditions == (("a", operator, tuple(values)),)


@pytest.mark.parametrize("count", [0, 3, 9])
def test_legacy_key_conditions_are_one_or_two(count: int) -> None:
    entry = {"ComparisonOperator": "NULL"}
    with pytest.raises(ValidationException) as caught:
        legacy.key_condition({str(number): entry for number in range(count)})
    assert caught.value.message == "Conditions can be of length 1 or 2 only"
