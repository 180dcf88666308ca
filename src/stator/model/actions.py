"""A write as one action: its request, and what it means when its condition does not hold.

A condition that fails brings the item as it is, and `refusal` tells by it which of the things that were asked for was
not so: the item is not there, it is there already, it is not as the caller knew it, or the caller's own condition.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final, Literal

from stator.client.low_level import base64_text
from stator.client.native.values import Values
from stator.model.conditions import Placeholders
from stator.model.faults import (
    AlreadyExistsError,
    ConditionFailedError,
    ForeignItemError,
    ModelError,
    NotFoundError,
    StaleError,
    UniqueError,
)
from stator.model.layouts import SCHEMA_ATTRIBUTE, Layout
from stator.model.paths import held, path_text
from stator.model.typed import told

Operation = Literal["Put", "Update", "Delete", "ConditionCheck"]
OPERATIONS: Final = {"Put": "put_item", "Update": "update_item", "Delete": "delete_item"}
_SIGNS: Final = {">=": operator.ge, ">": operator.gt, "<=": operator.le, "<": operator.lt}
_values = Values()


@dataclass(frozen=True, slots=True)
class Bound:
    """What a number stays within, when `amount` is added to it."""

    steps: tuple[str | int, ...]
    sign: str
    limit: Any
    amount: Any

    def allows(self, number: Any) -> bool:
        after = Decimal(number) + Decimal(self.amount)
        return bool(_SIGNS[self.sign](after, Decimal(str(self.limit))))


@dataclass(slots=True)
class Action:
    """`expected`: attribute -> the value that it must have. `must_exist`: None where it does not matter. `own`: the
    caller's condition. `parts`: what must be there in the item for a part of it to be changed."""

    operation: Operation
    layout: Layout
    key: Mapping[str, Any]
    request: dict[str, Any]
    expected: Mapping[str, Any] = field(default_factory=dict)
    must_exist: bool | None = None
    unique: tuple[str, ...] = ()
    deleted_is_there: bool = False
    own: Any = None
    parts: tuple[tuple[str | int, ...], ...] = ()
    bounds: tuple[Bound, ...] = ()

    def refusal(self, found: Mapping[str, Any] | None, now: float) -> ModelError:
        """Why the condition failed, by the item that was found."""
        item = plain_item(found)
        what = f"{self.layout.name} {_told(self.key)}"
        if self.unique:
            values = " and ".join(self.unique)
            return UniqueError(f"{self.layout.name}: another has this {values} already", self.unique)
        if item is not None and (other := self._other(item)) and self.must_exist is not False:
            return ForeignItemError(f"{what} is not there: {other} has its key")
        if self.must_exist is False and (item is not None or self.own is None):
            return AlreadyExistsError(f"{what} exists already{self._how(item or {})}")
        if self.must_exist and (item is None or self.layout.is_gone(item, now, self.deleted_is_there)):
            return NotFoundError(f"{what} is not there")
        item = item or {}
        for attribute, value in self.expected.items():
            if item.get(attribute) != value:
                if attribute == SCHEMA_ATTRIBUTE:
                    return ForeignItemError(
                        f"{what} is stored in another form: load it and put it, then update it"
                    )
                return StaleError(
                    f"{what} has changed: {attribute} is {item.get(attribute)!r} and not {value!r}"
                )
        for steps in self.parts:
            if held(item, steps) is None:
                return NotFoundError(f"{what} has no {path_text(steps)}")
        for bound in self.bounds:
            if not bound.allows(number := held(item, bound.steps) or 0):
                return ConditionFailedError(
                    f"{what}: {path_text(bound.steps)} would be {number + bound.amount}, and not "
                    f"{bound.sign} {bound.limit}"
                )
        told_of = "" if self.own is None else f": {told(self.own, self.layout, item)}"
        return ConditionFailedError(f"{what}: the condition does not hold{told_of}")

    def _other(self, item: Mapping[str, Any]) -> str:
        """The entity that an item is of, where it is none of this."""
        kind = self.layout.table.type_attribute
        told = self.layout.name if kind is None else str(item.get(kind, "what has no type"))
        return told if self.layout.shares_keys and told != self.layout.name else ""

    def _how(self, item: Mapping[str, Any]) -> str:
        deletion = self.layout.deletion
        return (
            ""
            if deletion is None or item.get(deletion) is None
            else ", deleted: restore it, or erase it first"
        )


def plain_item(found: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """An item as errors bring it, in the shapes of the low-level client."""
    if not found:
        return None
    return _values.item_from_wire({name: _wire(value) for name, value in found.items()})


def _wire(value: Any) -> Any:
    """Binary comes as bytes, or as the wire's text from a server."""
    ((kind, content),) = value.items()
    if kind == "B" and not isinstance(content, str):
        return {"B": base64_text(content)}
    if kind == "BS":
        return {"BS": [one if isinstance(one, str) else base64_text(one) for one in content]}
    if kind == "L":
        return {"L": [_wire(each) for each in content]}
    if kind == "M":
        return {"M": {name: _wire(each) for name, each in content.items()}}
    return value


def _told(key: Mapping[str, Any]) -> str:
    return "/".join(str(value) for value in key.values())


def conditioned(
    request: dict[str, Any], conditions: Sequence[str], places: Placeholders, in_transaction: bool = False
) -> dict[str, Any]:
    """The request with all these conditions, asking for the item when they fail."""
    if conditions:
        request["ConditionExpression"] = " AND ".join(conditions)
        request["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
    return places.into(request)
