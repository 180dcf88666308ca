"""The legacy parameters that state conditions: Expected, QueryFilter, ScanFilter and KeyConditions.

Each entry is one test of one top-level attribute. It becomes a test of the same tree that expressions become;
ConditionalOperator joins the tests. The values are named by their place, so the tree depends on no value and is
remembered by its outline. The members have the types that AWS's model gives them; what they say together is
checked here, in AWS's order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from stator.errors import ValidationException
from stator.expressions.conditions import Condition, Shape, shape_of_tree
from stator.expressions.faults import invalid_parameter
from stator.expressions.key_conditions import KeyCondition, KeyTest
from stator.expressions.nodes import And, Between, Call, Compare, In, Not, Or, Path, Test, Value
from stator.expressions.nodes import Condition as Node
from stator.limits import EXPRESSIONS_REMEMBERED, LEGACY_CONDITIONS_MAX
from stator.values import AttributeValue, canonical_value, compare, type_of

Entry = Mapping[str, Any]
_Outline = tuple[str, str, int]
"""An attribute, its comparison operator, and how many values it is compared with."""

_SCALARS = frozenset(("S", "N", "B"))
_COUNTS = {
    "NULL": 0,
    "NOT_NULL": 0,
    "EQ": 1,
    "NE": 1,
    "LE": 1,
    "LT": 1,
    "GE": 1,
    "GT": 1,
    "CONTAINS": 1,
    "NOT_CONTAINS": 1,
    "BEGINS_WITH": 1,
    "BETWEEN": 2,
}
_ALLOWED = {
    "LE": _SCALARS,
    "LT": _SCALARS,
    "GE": _SCALARS,
    "GT": _SCALARS,
    "IN": _SCALARS,
    "BETWEEN": _SCALARS,
    "BEGINS_WITH": frozenset(("S", "B")),
    "CONTAINS": _SCALARS | {"BOOL", "NULL"},
    "NOT_CONTAINS": _SCALARS | {"BOOL", "NULL"},
}
_COMPARATORS = {"EQ": "=", "NE": "<>", "LE": "<=", "LT": "<", "GE": ">=", "GT": ">"}
_KEY_OPERATORS = {
    "EQ": "=",
    "LE": "<=",
    "LT": "<",
    "GE": ">=",
    "GT": ">",
    "BETWEEN": "BETWEEN",
    "BEGINS_WITH": "begins_with",
}


def expected_condition(expected: Mapping[str, Entry], conditional_operator: str | None) -> Condition | None:
    """What a write expects of the item; None when it expects nothing. Raises ValidationException."""
    _refuse_lone_operator(expected, conditional_operator)
    return _condition(
        [_expected_entry(name, entry) for name, entry in expected.items()], conditional_operator
    )


def filter_condition(filters: Mapping[str, Entry], conditional_operator: str | None) -> Condition | None:
    """A QueryFilter or a ScanFilter; None when it is empty. Raises ValidationException."""
    _refuse_lone_operator(filters, conditional_operator)
    return _condition([_filter_entry(name, entry) for name, entry in filters.items()], conditional_operator)


def key_condition(conditions: Mapping[str, Entry]) -> KeyCondition:
    """An operator that no key can serve is handed on as it is: only who knows the table refuses it, in its turn.

    Raises ValidationException."""
    entries = [_filter_entry(name, entry) for name, entry in conditions.items()]
    if not 1 <= len(entries) <= 2:
        raise ValidationException("Conditions can be of length 1 or 2 only")
    return KeyCondition(
        tuple(
            KeyTest(name, _KEY_OPERATORS.get(operator, operator), tuple(values))
            for name, operator, values in entries
        )
    )


_Checked = tuple[str, str, Sequence[AttributeValue]]


def _refuse_lone_operator(entries: Mapping[str, Entry], conditional_operator: str | None) -> None:
    if conditional_operator is None or len(entries) > 1:
        return
    if entries:
        raise ValidationException(
            "ConditionalOperator can only be used when Filter or Expected has two or more elements"
        )
    raise ValidationException("ConditionalOperator cannot be used without Filter or Expected")


def _filter_entry(name: str, entry: Entry) -> _Checked:
    operator = entry["ComparisonOperator"]
    values = [canonical_value(value) for value in entry.get("AttributeValueList") or ()]
    _refuse_values(operator, values)
    return name, operator, values


def _expected_entry(name: str, entry: Entry) -> _Checked:
    value, several = entry.get("Value"), entry.get("AttributeValueList")
    operator, exists = entry.get("ComparisonOperator"), entry.get("Exists")
    if value is not None and several is not None:
        raise invalid_parameter(f"Value and AttributeValueList cannot be used together for Attribute: {name}")
    if operator is None:
        return _existing_entry(name, value, several, exists)
    if exists is not None:
        raise invalid_parameter(
            f"Exists and ComparisonOperator cannot be used together for Attribute: {name}"
        )
    if value is None and several is None and _COUNTS.get(operator) != 0:
        raise invalid_parameter(
            f"Value or AttributeValueList must be used with ComparisonOperator: {operator} for Attribute: {name}"
        )
    given = several if several is not None else [] if value is None else [value]
    values = [canonical_value(each) for each in given]
    _refuse_values(operator, values)
    return name, operator, values


def _existing_entry(
    name: str, value: AttributeValue | None, several: Sequence[AttributeValue] | None, exists: bool | None
) -> _Checked:
    """An entry of the oldest form: a value that must be there, or an attribute that must not."""
    if several is not None:
        raise invalid_parameter(
            f"AttributeValueList can only be used with a ComparisonOperator for Attribute: {name}"
        )
    if exists is False:
        if value is not None:
            raise invalid_parameter(f"Value cannot be used when Exists is false for Attribute: {name}")
        return name, "NULL", ()
    if value is None:
        given = "null" if exists is None else "true"
        raise invalid_parameter(f"Value must be provided when Exists is {given} for Attribute: {name}")
    return name, "EQ", (canonical_value(value),)


def _refuse_values(operator: str, values: Sequence[AttributeValue]) -> None:
    if len(values) != _COUNTS.get(operator, len(values) or 1):
        raise invalid_parameter(f"Invalid number of argument(s) for the {operator} ComparisonOperator")
    types = [type_of(value) for value in values]
    if any(found != types[0] for found in types):
        raise invalid_parameter("AttributeValues inside AttributeValueList must be of same type")
    if types and operator in _ALLOWED and types[0] not in _ALLOWED[operator]:
        raise invalid_parameter(
            f"ComparisonOperator {operator} is not valid for {types[0]} AttributeValue type"
        )
    if operator == "BETWEEN" and compare(values[0], values[1]) == 1:
        raise ValidationException(
            "The BETWEEN condition was provided a range where the lower bound is greater than the upper bound"
        )


def _condition(entries: Sequence[_Checked], conditional_operator: str | None) -> Condition | None:
    if not entries:
        return None
    if len(entries) > LEGACY_CONDITIONS_MAX:
        raise invalid_parameter(f"More than {LEGACY_CONDITIONS_MAX} conditions are not supported by Stator")
    outlines = tuple((name, operator, len(values)) for name, operator, values in entries)
    values = {}
    for place, (_, _, given) in enumerate(entries):
        for number, value in enumerate(given):
            values[_value_name(place, number)] = value
    shape = _long_shape if len(values) > _REMEMBERED_VALUES_MAX else _shape
    return Condition(shape(outlines, conditional_operator == "OR"), values)


_REMEMBERED_VALUES_MAX = 100


def _long_shape(outlines: tuple[_Outline, ...], any_holds: bool) -> Shape:
    """IN may have many thousands of values here; such shapes are not worth their memory."""
    tests = [_test(place, outline) for place, outline in enumerate(outlines)]
    root: Node = tests[0] if len(tests) == 1 else Or(tuple(tests)) if any_holds else And(tuple(tests))
    return shape_of_tree(root)


_shape = lru_cache(EXPRESSIONS_REMEMBERED)(_long_shape)


def _value_name(place: int, number: int) -> str:
    return f":{place}_{number}"


def _test(place: int, outline: _Outline) -> Node:
    attribute, operator, count = outline
    path = Path((attribute,))
    values = tuple(Value(_value_name(place, number)) for number in range(count))
    if operator in _COMPARATORS:
        return Compare(_COMPARATORS[operator], path, values[0])
    return _other_test(operator, path, values)


def _other_test(operator: str, path: Path, values: tuple[Value, ...]) -> Test | Not:
    if operator == "NULL":
        return Call("attribute_not_exists", (path,))
    if operator == "NOT_NULL":
        return Call("attribute_exists", (path,))
    if operator == "BETWEEN":
        return Between(path, values[0], values[1])
    if operator == "IN":
        return In(path, values)
    if operator == "BEGINS_WITH":
        return Call("begins_with", (path, values[0]))
    contains = Call("contains", (path, values[0]))
    return Not(contains) if operator == "NOT_CONTAINS" else contains
