"""The tables that loads run on: made and filled over HTTP, in random order.

An item is a key and one text attribute, `body`, of random hexadecimal characters, filled up to its exact DynamoDB
size (the bytes of all names and values).
"""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import monotonic, sleep
from typing import Any

from benchmarks.caller import Caller
from benchmarks.errors import BenchmarkError
from benchmarks.templates import STRIDE, key_text, value_text

BATCH_ITEMS_MAX = 25
_BATCH_BYTES_MAX = 4 * 1024 * 1024
_CONNECTIONS = 8
_INDEX = {
    "IndexName": "by-gk",
    "KeySchema": [{"AttributeName": "gk", "KeyType": "HASH"}],
    "Projection": {"ProjectionType": "ALL"},
}
_POLL_S = 0.05
_ACTIVE_S_MAX = 20.0


@dataclass(frozen=True, slots=True)
class Table:
    """`items` of `item_bytes` each. With `partition_items` it has a sort key and so many items in each partition;
    with `has_index` every item is in a global index of whole items, under a key that another item has as its own."""

    name: str
    items: int
    item_bytes: int
    partition_items: int = 0
    has_index: bool = False

    @property
    def partitions(self) -> int:
        return self.items // self.partition_items if self.partition_items else self.items

    @property
    def value_length(self) -> int:
        """Characters of `body` that make an item as large as it is to be."""
        return (
            self.item_bytes
            - sum(len(name) + len(value["S"]) for name, value in self._keys(0).items())
            - len("body")
        )

    def key(self, number: int) -> dict[str, dict[str, str]]:
        if not self.partition_items:
            return {"pk": {"S": key_text("key", number)}}
        partition, place = divmod(number, self.partition_items)
        return {"pk": {"S": key_text("partition", partition)}, "sk": {"S": key_text("key", place)}}

    def _keys(self, number: int) -> dict[str, dict[str, str]]:
        """The key, and the index's."""
        if not self.has_index:
            return self.key(number)
        return self.key(number) | {"gk": {"S": key_text("key", (number + STRIDE) % self.items)}}

    def item(self, number: int) -> dict[str, dict[str, str]]:
        """A new item: the body differs each time."""
        return self._keys(number) | {"body": {"S": value_text(self.value_length)}}

    def definition(self) -> dict[str, Any]:
        """CreateTable's request."""
        roles = [("pk", "HASH"), ("sk", "RANGE")] if self.partition_items else [("pk", "HASH")]
        names = [name for name, _ in roles] + ["gk"] * self.has_index
        definition: dict[str, Any] = {
            "TableName": self.name,
            "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in names],
            "KeySchema": [{"AttributeName": name, "KeyType": role} for name, role in roles],
            "BillingMode": "PAY_PER_REQUEST",
        }
        if self.has_index:
            definition["GlobalSecondaryIndexes"] = [_INDEX]
        return definition


def fill(url: str, table: Table, progress: Callable[[int], None]) -> None:
    """Makes the table and writes all its items, in random order. `progress` is told how many are written."""
    caller = Caller(url)
    caller.ask("CreateTable", table.definition())
    _wait_until_active(caller, table)
    caller.close()
    numbers = list(range(table.items))
    random.shuffle(numbers)
    count = max(1, min(BATCH_ITEMS_MAX, _BATCH_BYTES_MAX // table.item_bytes))
    batches = [numbers[place : place + count] for place in range(0, len(numbers), count)]
    _Filling(url, table, progress).run(batches)


def _wait_until_active(caller: Caller, table: Table) -> None:
    """Stator's tables are active at once, others' after a while."""
    deadline = monotonic() + _ACTIVE_S_MAX
    while caller.ask("DescribeTable", {"TableName": table.name})["Table"]["TableStatus"] != "ACTIVE":
        if monotonic() > deadline:
            raise BenchmarkError(f"Table {table.name} is not active after {_ACTIVE_S_MAX:g} s.")
        sleep(_POLL_S)


class _Filling:
    """Several connections that write batches; `_lock` guards the count, the batches and the first error."""

    def __init__(self, url: str, table: Table, progress: Callable[[int], None]) -> None:
        self._url = url
        self._table = table
        self._progress = progress
        self._lock = threading.Lock()
        self._written = 0
        self._error: Exception | None = None

    def run(self, batches: list[list[int]]) -> None:
        threads = [threading.Thread(target=self._write_all, args=(batches,)) for _ in range(_CONNECTIONS)]
        for thread in threads:
            thread.start()
        try:
            for thread in threads:
                thread.join()
        except BaseException:
            batches.clear()
            raise
        if self._error is not None:
            raise self._error

    def _write_all(self, batches: list[list[int]]) -> None:
        caller = Caller(self._url)
        try:
            while batch := self._next(batches):
                self._write(caller, batch)
        except Exception as error:
            with self._lock:
                self._error = self._error or error
                batches.clear()
        finally:
            caller.close()

    def _next(self, batches: list[list[int]]) -> list[int]:
        with self._lock:
            return batches.pop() if batches else []

    def _write(self, caller: Caller, batch: Sequence[int]) -> None:
        waiting: Any = [{"PutRequest": {"Item": self._table.item(number)}} for number in batch]
        while waiting:
            answer = json.loads(
                caller.call("BatchWriteItem", json.dumps({"RequestItems": {self._table.name: waiting}}))
            )
            waiting = answer.get("UnprocessedItems", {}).get(self._table.name, [])
        with self._lock:
            self._written += len(batch)
            self._progress(self._written)
