"""Batches: as many as it takes, and what was not processed asked again after a growing delay.

AWS takes 100 keys or 25 writes at a time, and may leave some undone (`UnprocessedKeys`, `UnprocessedItems`).
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from stator.client.native.arguments import Dialect
from stator.client.native.calls import Calls, Pause, one
from stator.errors import StatorError

KEYS_MAX: Final = 100
WRITES_MAX: Final = 25
_DELAY_S: Final = 0.05
_DELAY_S_MAX: Final = 5.0
_ATTEMPTS_MAX: Final = 20
"""Without any progress in between."""


class Patience:
    """Delays between tries that achieve nothing."""

    def __init__(self) -> None:
        self._attempt = 0

    def after(self, left: int, asked: int) -> Calls[None]:
        """Waits when some were left undone. Raises StatorError when that was so too often."""
        self._attempt = self._attempt + 1 if left == asked else 0
        if self._attempt >= _ATTEMPTS_MAX:
            raise StatorError(f"{left} requests of a batch stayed unprocessed after {_ATTEMPTS_MAX} tries.")
        if left:
            yield Pause(random.random() * min(_DELAY_S * 2**self._attempt, _DELAY_S_MAX))


def get_everything(dialect: Dialect, arguments: Mapping[str, Any]) -> Calls[dict[str, Any]]:
    """BatchGetItem until nothing is unprocessed: one answer with all items found."""
    arguments = dict(arguments)
    patience = Patience()
    whole = yield from one(dialect, "BatchGetItem", arguments)
    answer = whole
    while left := answer.get("UnprocessedKeys"):
        asked = _keys_in(arguments["RequestItems"])
        yield from patience.after(_keys_in(left), asked)
        arguments["RequestItems"] = left
        answer = yield from one(dialect, "BatchGetItem", arguments)
        _gather_items(whole, answer)
    whole["UnprocessedKeys"] = {}
    return whole


def get_many(
    dialect: Dialect, table: str, keys: Iterable[Mapping[str, Any]], options: Mapping[str, Any]
) -> Calls[list[dict[str, Any]]]:
    """The items of one table that have these keys, however many; in no order, and without those that are not there."""
    items: list[dict[str, Any]] = []
    for some in _in_parts(list(keys), KEYS_MAX):
        request = {"RequestItems": {table: {**options, "Keys": some}}}
        answer = yield from get_everything(dialect, request)
        items += answer["Responses"].get(table, [])
    return items


def write_everything(dialect: Dialect, arguments: Mapping[str, Any]) -> Calls[dict[str, Any]]:
    """BatchWriteItem until nothing is unprocessed: the last answer, with all consumed capacity."""
    arguments = dict(arguments)
    patience = Patience()
    answer = yield from one(dialect, "BatchWriteItem", arguments)
    capacity = list(answer.get("ConsumedCapacity", ()))
    while left := answer.get("UnprocessedItems"):
        yield from patience.after(_writes_in(left), _writes_in(arguments["RequestItems"]))
        arguments["RequestItems"] = left
        answer = yield from one(dialect, "BatchWriteItem", arguments)
        capacity += answer.get("ConsumedCapacity", ())
    if capacity:
        answer["ConsumedCapacity"] = capacity
    return answer


class WriteBuffer:
    """Writes to one table, gathered into batches. Used by one thread or task at a time."""

    def __init__(self, dialect: Dialect, table: str, overwrite_by_pkeys: Sequence[str] | None) -> None:
        self._dialect = dialect
        self._table = table
        self._keys = overwrite_by_pkeys
        self._waiting: list[dict[str, Any]] = []
        self._patience = Patience()

    def put(self, item: Mapping[str, Any]) -> Calls[None]:
        return self._add({"PutRequest": {"Item": item}}, item)

    def delete(self, key: Mapping[str, Any]) -> Calls[None]:
        return self._add({"DeleteRequest": {"Key": key}}, key)

    def finish(self) -> Calls[None]:
        """Returns when everything is written."""
        while self._waiting:
            yield from self._flush()

    def _add(self, request: dict[str, Any], holder: Mapping[str, Any]) -> Calls[None]:
        if self._keys:
            same = [holder[name] for name in self._keys]
            self._waiting = [each for each in self._waiting if self._key_of(each) != same]
        self._waiting.append(request)
        while len(self._waiting) >= WRITES_MAX:
            yield from self._flush()

    def _key_of(self, request: dict[str, Any]) -> list[Any]:
        (inner,) = request.values()
        (holder,) = inner.values()
        return [holder[name] for name in self._keys or ()]

    def _flush(self) -> Calls[None]:
        some, self._waiting = self._waiting[:WRITES_MAX], self._waiting[WRITES_MAX:]
        answer = yield from one(self._dialect, "BatchWriteItem", {"RequestItems": {self._table: some}})
        left = (answer.get("UnprocessedItems") or {}).get(self._table, [])
        self._waiting += left
        yield from self._patience.after(len(left), len(some))


def _in_parts(values: list[Any], size: int) -> Iterable[list[Any]]:
    return (values[start : start + size] for start in range(0, len(values), size))


def _gather_items(whole: dict[str, Any], answer: dict[str, Any]) -> None:
    for table, items in answer.get("Responses", {}).items():
        whole["Responses"].setdefault(table, []).extend(items)
    if "ConsumedCapacity" in answer:
        whole.setdefault("ConsumedCapacity", []).extend(answer["ConsumedCapacity"])


def _keys_in(tables: Mapping[str, Any]) -> int:
    return sum(len(each["Keys"]) for each in tables.values())


def _writes_in(tables: Mapping[str, Any]) -> int:
    return sum(map(len, tables.values()))
