"""Conditions as objects, `Key("id").eq(7) & Attr("kind").begins_with("a")`, and how they become expressions.

The classes and their methods are those of boto3.dynamodb.conditions, whose objects are taken everywhere as well;
nothing of boto3 is needed. A path such as "a.b[0].c" names nested attributes. Built, a name becomes #n0, #n1, ..., a
value :v0, :v1, ..., passing over placeholders that the request already uses.
"""

from __future__ import annotations

import re
from collections.abc import Container
from typing import Any, Final

_NAME: Final = re.compile(r"[^.\[\]]+(?![^\[]*\])")


class Condition:
    """A condition, made by the methods of Key and Attr. Combine conditions with `&`, `|` and `~`."""

    expression_format = ""
    expression_operator = ""
    has_grouped_values = False

    def __init__(self, *values: Any) -> None:
        self._values = values

    def __and__(self, other: Any) -> And:
        return And(self, _checked(other, "AND"))

    def __or__(self, other: Any) -> Or:
        return Or(self, _checked(other, "OR"))

    def __invert__(self) -> Not:
        return Not(self)

    def get_expression(self) -> dict[str, Any]:
        """The format, the operator and the values that go into it: what boto3 calls these, too."""
        return {
            "format": self.expression_format,
            "operator": self.expression_operator,
            "values": self._values,
        }

    def __eq__(self, other: object) -> bool:
        return isinstance(other, type(self)) and self._values == other._values

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(repr, self._values))})"


class _Path:
    """A path to an attribute: what conditions are made from."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __and__(self, other: Any) -> Any:
        raise _unsupported("AND", self)

    def __or__(self, other: Any) -> Any:
        raise _unsupported("OR", self)

    def __invert__(self) -> Any:
        raise _unsupported("NOT", self)

    def eq(self, value: Any) -> Condition:
        """It equals `value`."""
        return Equals(self, value)

    def lt(self, value: Any) -> Condition:
        """It is less than `value`, and of its type."""
        return LessThan(self, value)

    def lte(self, value: Any) -> Condition:
        """It is at most `value`, and of its type."""
        return LessThanEquals(self, value)

    def gt(self, value: Any) -> Condition:
        """It is greater than `value`, and of its type."""
        return GreaterThan(self, value)

    def gte(self, value: Any) -> Condition:
        """It is at least `value`, and of its type."""
        return GreaterThanEquals(self, value)

    def begins_with(self, value: Any) -> Condition:
        """A text or binary begins with `value`."""
        return BeginsWith(self, value)

    def between(self, low_value: Any, high_value: Any) -> Condition:
        """It is at least `low_value` and at most `high_value`, and of their type."""
        return Between(self, low_value, high_value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, type(self)) and self.name == other.name

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r})"


class Key(_Path):
    """A key attribute, by its `name`: for KeyConditionExpression. Each method makes a Condition."""


class Attr(_Path):
    """Any attribute, by its `name` or a path ("a.b[0].c"): for conditions and filters. Each method makes a
    Condition."""

    def ne(self, value: Any) -> Condition:
        """It does not equal `value`, or is not there."""
        return NotEquals(self, value)

    def is_in(self, value: Any) -> Condition:
        """It is one of `value`, up to 100 values."""
        return In(self, value)

    def exists(self) -> Condition:
        """The item has the attribute."""
        return AttributeExists(self)

    def not_exists(self) -> Condition:
        """The item does not have the attribute, or is not there."""
        return AttributeNotExists(self)

    def contains(self, value: Any) -> Condition:
        """A text has `value` in it, or a list or set has it as an element."""
        return Contains(self, value)

    def size(self) -> Size:
        """What is compared next is the attribute's size: characters of a text, bytes of a binary, else elements:
        `Attr("name").size().gt(3)`."""
        return Size(self)

    def attribute_type(self, value: str) -> Condition:
        """It is of the type `value`: "S", "N", "B", "SS", "NS", "BS", "M", "L", "NULL" or "BOOL"."""
        return AttributeType(self, value)


class _Comparison(Condition):
    expression_format = "{0} {operator} {1}"


class Equals(_Comparison):
    expression_operator = "="


class NotEquals(_Comparison):
    expression_operator = "<>"


class LessThan(_Comparison):
    expression_operator = "<"


class LessThanEquals(_Comparison):
    expression_operator = "<="


class GreaterThan(_Comparison):
    expression_operator = ">"


class GreaterThanEquals(_Comparison):
    expression_operator = ">="


class In(_Comparison):
    expression_operator = "IN"
    has_grouped_values = True


class Between(Condition):
    expression_operator = "BETWEEN"
    expression_format = "{0} {operator} {1} AND {2}"


class _Call(Condition):
    expression_format = "{operator}({0})"


class BeginsWith(_Call):
    expression_operator = "begins_with"
    expression_format = "{operator}({0}, {1})"


class Contains(_Call):
    expression_operator = "contains"
    expression_format = "{operator}({0}, {1})"


class AttributeType(_Call):
    expression_operator = "attribute_type"
    expression_format = "{operator}({0}, {1})"


class AttributeExists(_Call):
    expression_operator = "attribute_exists"


class AttributeNotExists(_Call):
    expression_operator = "attribute_not_exists"


class Size(_Call, _Path):
    """A size to compare, of an attribute."""

    expression_operator = "size"

    def __init__(self, path: _Path) -> None:
        Condition.__init__(self, path)
        _Path.__init__(self, path.name)

    __hash__ = None


class And(Condition):
    expression_operator = "AND"
    expression_format = "({0} {operator} {1})"


class Or(Condition):
    expression_operator = "OR"
    expression_format = "({0} {operator} {1})"


class Not(Condition):
    expression_operator = "NOT"
    expression_format = "({operator} {0})"


def is_condition(value: Any) -> bool:
    """Whether it is a condition, of this module or of boto3's."""
    return hasattr(type(value), "get_expression")


class ConditionBuilder:
    """Builds the conditions of one request. `names` and `values` gather the placeholders."""

    def __init__(self, taken: Container[str] = ()) -> None:
        """`taken`: placeholders that the request has already."""
        self.names: dict[str, str] = {}
        self.values: dict[str, Any] = {}
        self._taken = taken
        self._name_count = 0
        self._value_count = 0

    def build(self, condition: Any, of_key: bool = False) -> str:
        """The expression. Raises TypeError for an attribute that is no Key where one is asked for."""
        parts = condition.get_expression()
        grouped = condition.has_grouped_values
        replaced = [self._component(value, grouped, of_key) for value in parts["values"]]
        text: str = parts["format"].format(*replaced, operator=parts["operator"])
        return text

    def _component(self, value: Any, grouped: bool, of_key: bool) -> str:
        if is_condition(value):
            return self.build(value, of_key)
        if is_path(value):
            if of_key and not _is_key(value):
                raise TypeError(
                    f"Attribute object {value.name} is of type {type(value)}. KeyConditionExpression only supports "
                    "Attribute objects of type Key"
                )
            return self._path(value.name)
        if grouped:
            return f"({', '.join(map(self._value, value))})"
        return self._value(value)

    def _path(self, path: str) -> str:
        return _NAME.sub(lambda match: self._name(match.group()), path)

    def _name(self, name: str) -> str:
        while (placeholder := f"#n{self._name_count}") in self._taken:
            self._name_count += 1
        self._name_count += 1
        self.names[placeholder] = name
        return placeholder

    def _value(self, value: Any) -> str:
        while (placeholder := f":v{self._value_count}") in self._taken:
            self._value_count += 1
        self._value_count += 1
        self.values[placeholder] = value
        return placeholder


def is_path(value: Any) -> bool:
    """Whether it is a Key or an Attr, of this module or of boto3's."""
    return isinstance(value, _Path) or _is_like_boto3s(value, "AttributeBase")


def _is_key(value: Any) -> bool:
    return isinstance(value, Key) or _is_like_boto3s(value, "Key")


def _is_like_boto3s(value: Any, name: str) -> bool:
    """Told by the name of its class: boto3 is not loaded to ask."""
    return any(
        kind.__name__ == name and kind.__module__ == "boto3.dynamodb.conditions"
        for kind in type(value).__mro__
    )


def _checked(other: Any, operator: str) -> Any:
    if is_condition(other):
        return other
    raise _unsupported(operator, other)


def _unsupported(operator: str, value: Any) -> TypeError:
    return TypeError(
        f"{operator} operation cannot be applied to value {value} of type {type(value)} directly. Must use "
        "AttributeBase object methods (i.e. Attr().eq()). to generate ConditionBase instances first."
    )
