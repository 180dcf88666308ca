"""What the database describes of its tables, remembered for a few seconds, for completion and for the shell's commands.

Attributes beside keys are known from the items that were shown: the service keeps no list of them.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from stator.client.transport import Transport
from stator.errors import ServiceError, StatorError

_KEPT_S = 10.0
_TABLES_MAX = 2000
_SEEN_MAX = 1000


@dataclass(frozen=True, slots=True)
class Index:
    """`key`: partition and sort attributes, in their order."""

    name: str
    key: tuple[str, ...]
    is_global: bool
    described: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    key: tuple[str, ...]
    types: dict[str, str]
    indexes: tuple[Index, ...]
    described: dict[str, Any]

    def index(self, name: str) -> Index | None:
        return next((index for index in self.indexes if index.name == name), None)


class Catalogue:
    """Of one transport. Used by one thread at a time."""

    def __init__(self, transport: Transport, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._transport = transport
        self._monotonic = monotonic
        self._names: tuple[float, list[str]] | None = None
        self._tables: dict[str, tuple[float, Table | None]] = {}
        self._seen: dict[str, dict[str, None]] = {}

    def forget(self) -> None:
        """What follows is asked anew."""
        self._names = None
        self._tables.clear()

    def names(self) -> list[str]:
        """Raises ServiceError and StatorError, as the others do."""
        now = self._monotonic()
        if self._names is None or now - self._names[0] > _KEPT_S:
            self._names = (now, self._listed())
        return self._names[1]

    def _listed(self) -> list[str]:
        found: list[str] = []
        request: dict[str, Any] = {}
        while len(found) < _TABLES_MAX:
            answer = self._transport.call("ListTables", request)
            found += answer["TableNames"]
            if "LastEvaluatedTableName" not in answer:
                break
            request = {"ExclusiveStartTableName": answer["LastEvaluatedTableName"]}
        return found

    def table(self, name: str) -> Table:
        return table_of(self._transport.call("DescribeTable", {"TableName": name})["Table"])

    def known(self, name: str) -> Table | None:
        """As lately described; None for one that is not there, or cannot be asked for now."""
        now = self._monotonic()
        kept = self._tables.get(name)
        if kept is not None and now - kept[0] <= _KEPT_S:
            return kept[1]
        try:
            found = self.table(name)
        except (ServiceError, StatorError):
            found = None
        self._tables[name] = (now, found)
        return found

    def see(self, table: str, names: dict[str, Any]) -> None:
        """Remembers attributes that an item had."""
        seen = self._seen.setdefault(table, {})
        if len(seen) < _SEEN_MAX:
            seen.update(dict.fromkeys(names))

    def indexes(self, name: str) -> list[str]:
        table = self.known(name)
        return [] if table is None else [index.name for index in table.indexes]

    def attributes(self, name: str) -> list[str]:
        """Those of the keys first."""
        table = self.known(name)
        found: dict[str, None] = {}
        if table is not None:
            found.update(dict.fromkeys(table.key))
            for index in table.indexes:
                found.update(dict.fromkeys(index.key))
        found.update(self._seen.get(name, {}))
        return list(found)


def table_of(described: dict[str, Any]) -> Table:
    types = {each["AttributeName"]: each["AttributeType"] for each in described["AttributeDefinitions"]}
    indexes = [
        Index(each["IndexName"], _key(each), member == "GlobalSecondaryIndexes", each)
        for member in ("LocalSecondaryIndexes", "GlobalSecondaryIndexes")
        for each in described.get(member, ())
    ]
    return Table(described["TableName"], _key(described), types, tuple(indexes), described)


def _key(described: dict[str, Any]) -> tuple[str, ...]:
    schema = sorted(described["KeySchema"], key=lambda each: each["KeyType"] != "HASH")
    return tuple(each["AttributeName"] for each in schema)
