"""What an argument of a pattern means, where it is not simply the attribute of its name.

at_least("placed_at")   also above, at_most, below, starts_with: bounds on the part of a sort key after the given ones
is_("customer_id")      equal to an attribute of another name than the argument's
filtered("status")      a filter: read, paid for, and left out; its second argument is "contains", "at_least", ...
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

Bound = Literal["at_least", "above", "at_most", "below", "starts_with"]
Test = Literal[
    "equal", "not_equal", "contains", "at_least", "above", "at_most", "below", "starts_with", "one_of"
]

LOWER: Final = ("at_least", "above")
UPPER: Final = ("at_most", "below")


@dataclass(frozen=True, slots=True)
class Is:
    attribute: str


@dataclass(frozen=True, slots=True)
class Ranged:
    attribute: str
    bound: Bound


@dataclass(frozen=True, slots=True)
class Filtered:
    attribute: str
    test: Test = "equal"


Meaning = Is | Ranged | Filtered


def is_(attribute: str) -> Is:
    return Is(attribute)


def at_least(attribute: str) -> Ranged:
    return Ranged(attribute, "at_least")


def above(attribute: str) -> Ranged:
    return Ranged(attribute, "above")


def at_most(attribute: str) -> Ranged:
    return Ranged(attribute, "at_most")


def below(attribute: str) -> Ranged:
    return Ranged(attribute, "below")


def starts_with(attribute: str) -> Ranged:
    return Ranged(attribute, "starts_with")


def filtered(attribute: str, test: Test = "equal") -> Filtered:
    return Filtered(attribute, test)


_OPERATORS: Final = {
    "equal": "=",
    "not_equal": "<>",
    "at_least": ">=",
    "above": ">",
    "at_most": "<=",
    "below": "<",
}


class Placeholders:
    """The names and values of one request's expressions. Equal names share a placeholder."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        self.values: dict[str, Any] = {}

    def name(self, attribute: str) -> str:
        for placeholder, known in self.names.items():
            if known == attribute:
                return placeholder
        placeholder = f"#{len(self.names)}"
        self.names[placeholder] = attribute
        return placeholder

    def value(self, value: Any) -> str:
        placeholder = f":{len(self.values)}"
        self.values[placeholder] = value
        return placeholder

    def test(self, attribute: str, test: Test, value: Any) -> str:
        """The expression of a test."""
        name = self.name(attribute)
        if test == "starts_with":
            return f"begins_with({name}, {self.value(value)})"
        if test == "contains":
            return f"contains({name}, {self.value(value)})"
        if test == "one_of":
            return f"{name} IN ({', '.join(self.value(each) for each in value)})"
        return f"{name} {_OPERATORS[test]} {self.value(value)}"

    def is_now(self, attribute: str, value: Any) -> str:
        """That an attribute has this value; None: that it is not there."""
        if value is None:
            return f"attribute_not_exists({self.name(attribute)})"
        return f"{self.name(attribute)} = {self.value(value)}"

    def into(self, request: dict[str, Any]) -> dict[str, Any]:
        """The request with them, where there are any."""
        if self.names:
            request["ExpressionAttributeNames"] = self.names
        if self.values:
            request["ExpressionAttributeValues"] = self.values
        return request
