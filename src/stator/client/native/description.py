"""A table's description as attributes, by boto3's names: `item_count` is ItemCount, and so on."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from stator.api.shapes import service
from stator.client.over_boto import snake_case


@cache
def attribute_members() -> dict[str, str]:
    """Attribute -> member of TableDescription; `table_name` is the table's own and not among them."""
    members = service().shapes["TableDescription"].members
    return {snake_case(member): member for member in members if member != "TableName"}


class Described:
    """What tables of both kinds are: a name, and a description once it is loaded. `_description` changes with each
    load, as a whole."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.table_name = name
        self._description: dict[str, Any] | None = None

    def __getattr__(self, attribute: str) -> Any:
        member = None if attribute.startswith("_") else attribute_members().get(attribute)
        if member is None:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {attribute!r}")
        if self._description is None:
            self._load_for(attribute)
        return (self._description or {}).get(member)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *attribute_members()]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Described) and self._identity() == other._identity()

    def __hash__(self) -> int:
        return hash(self._identity())

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r})"

    def _identity(self) -> tuple[Any, ...]:
        return type(self), id(vars(self).get("_db")), self.name

    def _load_for(self, attribute: str) -> None:
        raise NotImplementedError

    def _named(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments of an operation on this table."""
        if "TableName" in arguments:
            raise TypeError("TableName is the table's own name")
        return {"TableName": self.name, **arguments}
