"""A database with a clock that is moved by hand, and a table in it whose items may expire."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from stator.client.in_process import InProcess
from stator.clock import ManualClock
from stator.engine import items, records
from stator.engine.database import Database, Options
from stator.engine.item_keys import key_within
from stator.keys import space
from stator.storage.contract import Store, Transaction, drive
from stator.storage.memory import MemoryStore
from stator.values import item_size

Members = dict[str, Any]
T = TypeVar("T")

NOW = 1_700_000_000
SORTED: Members = {
    "AttributeDefinitions": [
        {"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk", "l", "g")
    ],
    "KeySchema": [
        {"AttributeName": "pk", "KeyType": "HASH"},
        {"AttributeName": "sk", "KeyType": "RANGE"},
    ],
    "LocalSecondaryIndexes": [
        {
            "IndexName": "by-l",
            "KeySchema": [
                {"AttributeName": "pk", "KeyType": "HASH"},
                {"AttributeName": "l", "KeyType": "RANGE"},
            ],
            "Projection": {"ProjectionType": "KEYS_ONLY"},
        }
    ],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": "by-g",
            "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "ALL"},
        }
    ],
}


class Crash(Exception):
    """The process ends here."""


class SharedStore(MemoryStore):
    """A store that other processes have open too: every commit may have been theirs. It can end the process at its
    `fatal`-th transaction: before it, or just after it became durable."""

    def __init__(self) -> None:
        super().__init__()
        self.fatal: int | None = None
        self.after = False
        self.count = 0

    def generation(self) -> int:
        return self._state.version

    def transact(
        self, run: Callable[[Transaction], T], decides: Iterable[bytes] = (), shares: Iterable[bytes] = ()
    ) -> T:
        self.count += 1
        if self.count == self.fatal and not self.after:
            raise Crash
        result = super().transact(run, decides, shares)
        if self.count == self.fatal:
            raise Crash
        return result


class Expiring:
    """One process's database over a store."""

    def __init__(
        self, store: Store | None = None, clock: ManualClock | None = None, options: Options | None = None
    ) -> None:
        self.clock = clock or ManualClock(float(NOW))
        self.store = store or SharedStore()
        self.db = Database(self.store, options, self.clock)
        self.client = InProcess(self.db)

    def call(self, operation: str, name: str = "music", **request: Any) -> Members:
        return self.client.call(operation, {"TableName": name, **request})

    # Tables

    def create(self, name: str = "music", **request: Any) -> None:
        simple = {
            "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        }
        self.call("CreateTable", name, BillingMode="PAY_PER_REQUEST", **{**simple, **request})

    def switch(self, enabled: bool, name: str = "music", attribute: str = "ttl") -> Members:
        return self.call(
            "UpdateTimeToLive",
            name,
            TimeToLiveSpecification={"Enabled": enabled, "AttributeName": attribute},
        )

    def enable(self, name: str = "music", attribute: str = "ttl") -> None:
        self.switch(True, name, attribute)

    def disable(self, name: str = "music", attribute: str = "ttl") -> None:
        self.switch(False, name, attribute)

    def ttl(self, name: str = "music") -> Members:
        return self.call("DescribeTimeToLive", name)["TimeToLiveDescription"]

    # Items

    def put(self, pk: str, ttl: Any = None, name: str = "music", **attributes: Any) -> None:
        """`ttl`: a number of seconds, or an attribute value."""
        item = {"pk": {"S": pk}, **attributes}
        if ttl is not None:
            item["ttl"] = ttl if isinstance(ttl, dict) else {"N": str(ttl)}
        self.call("PutItem", name, Item=item)

    def fill(self, count: int, ttl: Callable[[int], int | None], name: str = "music", **more: Any) -> None:
        """Many items in few transactions: k00000 and so on."""
        table = self.db.catalogue.table(self.db.options.account, self.db.options.region, name)
        for start in range(0, count, 1000):

            def run(tx: Transaction, start: int = start) -> None:
                for n in range(start, min(start + 1000, count)):
                    second = ttl(n)
                    item = {"pk": {"S": f"k{n:05d}"}, **more}
                    if second is not None:
                        item["ttl"] = {"N": str(second)}
                    key = key_within(table, item)
                    items.put_item(tx, self.db.catalogue.current(tx, table), key, item, item_size(item), None)

            self.store.transact(run)

    def keys(self, name: str = "music") -> list[str]:
        """The partition keys of all items, in order."""
        found: list[str] = []
        start: Members = {}
        while True:
            answer = self.call("Scan", name, ConsistentRead=True, ProjectionExpression="pk", **start)
            found += [item["pk"]["S"] for item in answer["Items"]]
            if "LastEvaluatedKey" not in answer:
                return sorted(found)
            start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}

    def count(self, name: str = "music") -> int:
        count: int = self.call("DescribeTable", name)["Table"]["ItemCount"]
        return count

    # The queue

    def table_id(self, name: str = "music") -> int:
        return self.db.catalogue.table(self.db.options.account, self.db.options.region, name).id

    def entries(self, name: str = "music") -> dict[str, int]:
        """The seconds in the queue, by partition key; of an item that is gone, under its stored key."""
        table_id = self.table_id(name)
        prefix, item_prefix = space.expiry_prefix(table_id), space.item_prefix(table_id)
        with self.store.snapshot() as snapshot:
            rows, _ = snapshot.range(prefix, space.successor(prefix), 1_000_000)
            found: dict[str, int] = {}
            for key, value in rows:
                assert value == b""
                second, rest = key[len(prefix) : len(prefix) + 8], key[len(prefix) + 8 :]
                record = snapshot.get(item_prefix + rest)
                name = rest.hex() if record is None else records.decode(record)["pk"]["S"]
                assert name not in found
                found[name] = int.from_bytes(second, "big")
        return found

    # Time

    def step(self) -> bool:
        return drive(self.store, self.db.expiry.step())

    def expire(self) -> int:
        """Takes steps until nothing more is due; returns how many."""
        steps = 1
        while self.step():
            steps += 1
            assert steps < 10_000
        return steps

    def expire_after(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.expire()

    def work_off(self) -> int:
        """Does all that the background does."""
        steps = 1
        while drive(self.store, self.db.jobs.step()):
            steps += 1
            assert steps < 10_000
        return steps

    def rows(self) -> list[tuple[bytes, bytes]]:
        with self.store.snapshot() as snapshot:
            return snapshot.range(b"", b"\xff" * 5, 1_000_000)[0]
