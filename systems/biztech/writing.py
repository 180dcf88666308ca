"""A write of the db module, and the expressions in it: every attribute by a placeholder, so that any name will do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from stator.model import ArgumentError

Operation = Literal["Put", "Update", "Delete", "ConditionCheck"]


@dataclass(frozen=True, slots=True)
class Write:
    """One of a transaction. Made by `Db.creating`, `updating`, `deleting` and `checking`. `is_new`: the item must not
    be there."""

    operation: Operation
    table: str
    request: dict[str, Any]
    is_new: bool = False

    def key(self, names: Sequence[str]) -> dict[str, Any]:
        held = self.request.get("Key") or self.request["Item"]
        return {name: held[name] for name in names}


def update_expression(changes: Mapping[str, Any], add: Mapping[str, Any]) -> dict[str, Any]:
    """UpdateExpression with its names and values. A value of None removes the attribute. Raises ArgumentError for an
    attribute that is both set and added to."""
    twice = [name for name in add if name in changes]
    if twice:
        raise ArgumentError(f"{twice[0]} cannot be set and added to at once")
    names: dict[str, str] = {}
    values: dict[str, Any] = {}

    def place(name: str) -> str:
        names[f"#a{len(names)}"] = name
        return f"#a{len(names) - 1}"

    def held(value: Any) -> str:
        values[f":a{len(values)}"] = value
        return f":a{len(values) - 1}"

    sets = [f"{place(name)} = {held(value)}" for name, value in changes.items() if value is not None]
    removes = [place(name) for name, value in changes.items() if value is None]
    adds = [f"{place(name)} {held(value)}" for name, value in add.items()]
    clauses = (("SET", sets), ("REMOVE", removes), ("ADD", adds))
    expression: dict[str, Any] = {
        "UpdateExpression": " ".join(f"{verb} {', '.join(parts)}" for verb, parts in clauses if parts),
        "ExpressionAttributeNames": names,
    }
    return {**expression, "ExpressionAttributeValues": values} if values else expression


def moment_text(moment: datetime) -> str:
    """A moment as the entities store it: ISO, in UTC, with six digits of a second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
