"""Expected, QueryFilter, ScanFilter and AttributeUpdates: what they mean and what they are refused for."""

from typing import Any

import pytest

from stator.errors import ValidationException
from stator.expressions import legacy

ITEM: dict[str, Any] = {
    "s": {"S": "hello"}, "n": {"N": "5"}, "b": {"B": "aGVsbG8="}, "ss": {"SS": ["a", "b"]}, "nil": {"NULL": True},
    "l": {"L": [{"S": "a"}]}, "m": {"M": {"k": {"S": "v"}}}, "a.b": {"S": "dotted"}, "name": {"S": "reserved"},
}  # fmt: skip
S, N, B, SS = {"S": "hello"}, {"N": "5.0"}, {"B": "aGVsbG8="}, {"SS": ["b", "a"]}
INVALID = "One or more parameter values were invalid: "


def entry(operator: str, *values: dict[str, Any]) -> dict[str, Any]:
    return {"ComparisonOperator": operator} | ({"AttributeValueList": list(values)} if values else {})


@pytest.mark.parametrize(
    ("name", "test", "holds"),
    [
        ("s", entry("EQ", S), True), ("s", entry("EQ", N), False), ("n", entry("EQ", N), True),
        ("ss", entry("EQ", SS), True), ("gone", entry("EQ", S), False), ("nil", entry("EQ", {"NULL": True}), True),
        ("m", entry("EQ", {"M": {"k": {"S": "v"}}}), True), ("l", entry("NE", {"L": []}), True),
        ("s", entry("NE", S), False), ("s", entry("NE", N), True), ("gone", entry("NE", S), True),
        ("n", entry("LE", N), True), ("n", entry("LT", N), False), ("n", entry("GE", N), True),
        ("n", entry("GT", {"N": "4"}), True), ("s", entry("GT", N), False), ("gone", entry("LT", N), False),
        ("s", entry("NOT_NULL"), True), ("nil", entry("NOT_NULL"), True), ("gone", entry("NOT_NULL"), False),
        ("s", entry("NULL"), False), ("gone", entry("NULL"), True),
        ("s", entry("CONTAINS", {"S": "ell"}), True), ("ss", entry("CONTAINS", {"S": "a"}), True),
        ("l", entry("CONTAINS", {"S": "a"}), True), ("n", entry("CONTAINS", {"S": "a"}), False),
        ("s", entry("NOT_CONTAINS", {"S": "ell"}), False), ("ss", entry("NOT_CONTAINS", {"S": "c"}), True),
        ("s", entry("BEGINS_WITH", {"S": "he"}), True), ("b", entry("BEGINS_WITH", {"B": "aGU="}), True),
        ("s", entry("IN", {"S": "x"}, S), True), ("s", entry("IN", {"S": "x"}), False),
        ("n", entry("BETWEEN", {"N": "1"}, {"N": "5"}), True), ("n", entry("BETWEEN", {"N": "6"}, {"N": "7"}), False),
        ("a.b", entry("EQ", {"S": "dotted"}), True), ("name", entry("EQ", {"S": "reserved"}), True),
    ],
)  # fmt: skip
def test_a_filter_and_an_expectation_mean_the_same(name: str, test: dict[str, Any], holds: bool) -> None:
    for made in (legacy.filter_condition({name: test}, None), legacy.expected_condition({name: test}, None)):
        assert made is not None
        assert made.matches(ITEM) is holds
        assert made.attributes == {name}
        assert not made.nested


def test_one_value_of_an_expectation_may_come_without_a_list() -> None:
    made = legacy.expected_condition({"n": {"ComparisonOperator": "GT", "Value": {"N": "4"}}}, None)
    assert made is not None
    assert made.matches(ITEM)


@pytest.mark.parametrize(
    ("test", "holds"),
    [
        ({"Value": S}, True),
        ({"Value": N}, False),
        ({"Exists": True, "Value": S}, True),
        ({"Exists": False}, False),
    ],
)
def test_the_oldest_form_expects_a_value_or_none(test: dict[str, Any], holds: bool) -> None:
    made = legacy.expected_condition({"s": test}, None)
    assert made is not None
    assert made.matches(ITEM) is holds
    assert made.matches({}) is ("Value" not in test)


def test_the_conditional_operator_joins_the_tests() -> None:
    tests = {"s": entry("EQ", S), "n": entry("EQ", {"N": "6"}), "gone": entry("NULL")}
    for operator, holds in ((None, False), ("AND", False), ("OR", True)):
        made = legacy.filter_condition(tests, operator)
        assert made is not None
        assert made.matches(ITEM) is holds
    assert legacy.filter_condition({}, None) is None
    assert legacy.expected_condition({}, None) is None


def test_in_takes_many_thousands_of_values() -> None:
    values = [{"S": str(number)} for number in range(27_500)]
    made = legacy.filter_condition({"s": entry("IN", *values, S)}, None)
    assert made is not None
    assert made.matches(ITEM)


@pytest.mark.parametrize(
    ("tests", "reason"),
    [
        ({}, "ConditionalOperator cannot be used without Filter or Expected"),
        (
            {"s": entry("NULL")},
            "ConditionalOperator can only be used when Filter or Expected has two or more elements",
        ),
    ],
)
def test_a_conditional_operator_needs_two_tests(tests: dict[str, Any], reason: str) -> None:
    for make in (legacy.filter_condition, legacy.expected_condition):
        with pytest.raises(ValidationException) as caught:
            make(tests, "AND")
        assert caught.value.message == reason


ONE = ("EQ", "NE", "LE", "LT", "GE", "GT", "CONTAINS", "NOT_CONTAINS", "BEGINS_WITH")
A = {"S": "a"}
WRONG_COUNTS = [
    *[entry(operator) for operator in (*ONE, "IN", "BETWEEN")],
    *[entry(operator, A, A) for operator in (*ONE, "NULL", "NOT_NULL")],
    entry("NULL", A), entry("NOT_NULL", A), entry("BETWEEN", A), entry("BETWEEN", A, A, A),
    {"ComparisonOperator": "EQ", "AttributeValueList": []}, {"ComparisonOperator": "IN", "AttributeValueList": []},
]  # fmt: skip


@pytest.mark.parametrize("test", WRONG_COUNTS)
def test_a_wrong_number_of_values_is_refused(test: dict[str, Any]) -> None:
    reason = f"{INVALID}Invalid number of argument(s) for the {test['ComparisonOperator']} ComparisonOperator"
    for make in (legacy.filter_condition, legacy.expected_condition):
        if make is legacy.expected_condition and "AttributeValueList" not in test:
            continue
        with pytest.raises(ValidationException) as caught:
            make({"a": test}, None)
        assert caught.value.message == reason


CONTAINERS = [{"SS": ["a"]}, {"NS": ["1"]}, {"BS": ["abcd"]}, {"M": {}}, {"L": []}]
OTHERS = [{"BOOL": True}, {"NULL": True}]
MISFITS = [
    *[(operator, [value]) for operator in ("LT", "LE", "GT", "GE", "IN") for value in CONTAINERS + OTHERS],
    *[(operator, [value]) for operator in ("CONTAINS", "NOT_CONTAINS") for value in CONTAINERS],
    *[("BETWEEN", [value, value]) for value in CONTAINERS + OTHERS],
    *[("BEGINS_WITH", [value]) for value in [{"N": "1"}, *CONTAINERS, *OTHERS]],
]


@pytest.mark.parametrize(("operator", "values"), MISFITS)
def test_a_value_that_the_operator_does_not_take_is_refused(
    operator: str, values: list[dict[str, Any]]
) -> None:
    for make in (legacy.filter_condition, legacy.expected_condition):
        with pytest.raises(ValidationException) as caught:
            make({"a": entry(operator, *values)}, None)
        [kind] = values[0]
        assert caught.value.message == (
            f"{INVALID}ComparisonOperator {operator} is not valid for {kind} AttributeValue type"
        )


def test_values_are_of_one_type_and_bounds_in_order() -> None:
    with pytest.raises(ValidationException) as caught:
        legacy.key_condition({"a": entry("IN", {"S": "b"}, {"N": "1"})})
    assert caught.value.message == f"{INVALID}AttributeValues inside AttributeValueList must be of same type"
    with pytest.raises(ValidationException) as caught:
        legacy.key_condition({"a": entry("BETWEEN", {"S": "b"}, {"S": "a"})})
    assert caught.value.message == (
        "The BETWEEN condition was provided a range where the lower bound is greater than the upper bound"
    )


def test_values_are_checked_and_made_canonical() -> None:
    made = legacy.filter_condition({"n": entry("EQ", {"N": "0050e-1"})}, None)
    assert made is not None
    assert made.matches(ITEM)
    with pytest.raises(ValidationException) as caught:
        legacy.filter_condition({"n": entry("EQ", {"N": "five"})}, None)
    assert caught.value.message == "The parameter cannot be converted to a numeric value: five"


@pytest.mark.parametrize(
    ("test", "reason"),
    [
        ({}, "Value must be provided when Exists is null for Attribute: a"),
        ({"Exists": True}, "Value must be provided when Exists is true for Attribute: a"),
        ({"Exists": False, "Value": A}, "Value cannot be used when Exists is false for Attribute: a"),
        (entry("LT"), "Value or AttributeValueList must be used with ComparisonOperator: LT for Attribute: a"),
        (entry("LT") | {"Exists": True}, "Exists and ComparisonOperator cannot be used together for Attribute: a"),
        (entry("LT", A) | {"Value": A}, "Value and AttributeValueList cannot be used together for Attribute: a"),
        ({"AttributeValueList": [A]}, "AttributeValueList can only be used with a ComparisonOperator for Attribute: a"),
        ({"AttributeValueList": [A], "Exists": True},
         "AttributeValueList can only be used with a ComparisonOperator for Attribute: a"),
        (entry("NULL") | {"Value": A}, "Invalid number of argument(s) for the NULL ComparisonOperator"),
        (entry("BETWEEN") | {"Value": A}, "Invalid number of argument(s) for the BETWEEN ComparisonOperator"),
    ],
)  # fmt: skip
def test_members_of_an_expectation_that_do_not_go_together_are_refused(
    test: dict[str, Any], reason: str
) -> None:
    with pytest.raises(ValidationException) as caught:
        legacy.expected_condition({"a": test}, None)
    assert caught.value.message == INVALID + reason


@pytest.mark.parametrize(
    ("updates", "changed"),
    [
        ({"s": {"Value": {"S": "new"}}}, {"s": {"S": "new"}}),
        ({"name": {"Action": "PUT", "Value": {"N": "07"}}}, {"name": {"N": "7"}}),
        ({"s": {"Action": "DELETE"}, "gone": {"Action": "DELETE"}}, {"s": None}),
        ({"n": {"Action": "ADD", "Value": {"N": "2"}}}, {"n": {"N": "7"}}),
        ({"gone": {"Action": "ADD", "Value": {"N": "2"}}}, {"gone": {"N": "2"}}),
        ({"ss": {"Action": "ADD", "Value": {"SS": ["b", "c"]}}}, {"ss": {"SS": ["a", "b", "c"]}}),
        ({"l": {"Action": "ADD", "Value": {"L": [{"N": "1"}]}}}, {"l": {"L": [{"S": "a"}, {"N": "1"}]}}),
        ({"ss": {"Action": "DELETE", "Value": {"SS": ["a"]}}}, {"ss": {"SS": ["b"]}}),
        ({"ss": {"Action": "DELETE", "Value": {"SS": ["a", "b"]}}}, {"ss": None}),
        ({"a.b": {"Value": {"S": "x"}}, "n": {"Action": "DELETE"}}, {"a.b": {"S": "x"}, "n": None}),
    ],
)
def test_attribute_updates_change_whole_attributes(updates: dict[str, Any], changed: dict[str, Any]) -> None:
    made = legacy.update(updates)
    expected = {name: value for name, value in (ITEM | changed).items() if value is not None}
    assert made.apply(ITEM) == expected
    assert made.attributes == set(updates)
    assert made.project_updated(ITEM) == {name: ITEM[name] for name in updates if name in ITEM}


@pytest.mark.parametrize(
    "updates",
    [
        {"ss": {"Action": "DELETE", "Value": {"NS": ["1"]}}},
        {"n": {"Action": "DELETE", "Value": {"NS": ["1"]}}},
        {"ss": {"Action": "ADD", "Value": {"NS": ["1"]}}},
        {"s": {"Action": "ADD", "Value": {"N": "1"}}},
    ],
)
def test_an_attribute_update_of_another_type_is_refused(updates: dict[str, Any]) -> None:
    with pytest.raises(ValidationException) as caught:
        legacy.update(updates).apply(ITEM)
    assert caught.value.message == "Type mismatch for attribute to update"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({}, "Only DELETE action is allowed when no attribute value is specified"),
        ({"Action": "PUT"}, "Only DELETE action is allowed when no attribute value is specified"),
        ({"Action": "ADD"}, "Only DELETE action is allowed when no attribute value is specified"),
        *[({"Action": "DELETE", "Value": {kind: content}},
           f"DELETE action with value is not supported for the type {kind}")
          for kind, content in [
            ("S", "1"), ("N", "1"), ("B", "Yg=="), ("NULL", True), ("BOOL", True), ("M", {}), ("L", [])]],
        *[({"Action": "ADD", "Value": {kind: content}}, f"ADD action is not supported for the type {kind}")
          for kind, content in [("S", "1"), ("B", "Yg=="), ("NULL", True), ("BOOL", True), ("M", {})]],
    ],
)  # fmt: skip
def test_a_faulty_attribute_update_is_refused(change: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValidationException) as caught:
        legacy.update({"a": change})
    assert caught.value.message == INVALID + reason
