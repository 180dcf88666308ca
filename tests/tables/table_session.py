"""A database in memory and a way to call the operations on tables and items in it, shapes assumed checked."""

from __future__ import annotations

from typing import Any

from stator.api import tables
from stator.api.call import Call, Handler
from stator.clock import ManualClock
from stator.engine import items
from stator.engine.database import Database, Options
from stator.engine.item_keys import key_within
from stator.storage.contract import Store, drive
from stator.storage.memory import MemoryStore
from stator.values import Item, item_size

Members = dict[str, Any]

HANDLERS: dict[str, Handler] = {
    "CreateTable": tables.create_table,
    "DeleteTable": tables.delete_table,
    "DescribeEndpoints": tables.describe_endpoints,
    "DescribeLimits": tables.describe_limits,
    "DescribeTable": tables.describe_table,
    "ListTables": tables.list_tables,
    "UpdateTable": tables.update_table,
}


class SeenByOthers(MemoryStore):
    """A store whose every commit may have been another process's."""

    def generation(self) -> int:
        return self._state.version


class Session:
    """One process's database over a store."""

    def __init__(
        self, store: Store | None = None, clock: ManualClock | None = None, options: Options | None = None
    ) -> None:
        self.clock = clock or ManualClock()
        self.db = Database(store or SeenByOthers(), options, self.clock)
        self.account = self.db.options.account
        self.region = self.db.options.region

    def call(self, operation: str, **request: Any) -> Members:
        call = Call(operation, self.account, self.region)
        outcome = HANDLERS[operation](self.db, request, call)
        return outcome if isinstance(outcome, dict) else drive(self.db.store, outcome)

    def create(self, name: str = "music", **request: Any) -> Members:
        """A table with the partition key pk, on demand, unless the request says otherwise."""
        filled = {**on_demand(name), **request}
        if "ProvisionedThroughput" in request and "BillingMode" not in request:
            del filled["BillingMode"]
        description: Members = self.call("CreateTable", **filled)["TableDescription"]
        return description

    def update(self, name: str = "music", **request: Any) -> Members:
        description: Members = self.call("UpdateTable", TableName=name, **request)["TableDescription"]
        return description

    def describe(self, name: str = "music") -> Members:
        description: Members = self.call("DescribeTable", TableName=name)["Table"]
        return description

    def delete(self, name: str = "music") -> Members:
        description: Members = self.call("DeleteTable", TableName=name)["TableDescription"]
        return description

    def put(self, item: Item, name: str = "music") -> None:
        catalogue = self.db.catalogue
        table = catalogue.table(self.account, self.region, name)
        key = key_within(table, item)
        self.db.store.transact(
            lambda tx: items.put_item(tx, catalogue.current(tx, table), key, item, item_size(item), None),
            (key.stored,),
            (table.catalogue_key,),
        )

    def work_off(self) -> int:
        """Takes steps until no job remains; returns how many."""
        steps = 1
        while drive(self.db.store, self.db.jobs.step()):
            steps += 1
            assert steps < 1000
        return steps

    def rows(self) -> list[tuple[bytes, bytes]]:
        """Everything stored."""
        with self.db.store.snapshot() as snapshot:
            return snapshot.range(b"", b"\xff" * 5, 1_000_000)[0]


def on_demand(name: str) -> Members:
    return {
        "TableName": name,
        "AttributeDefinitions": [defined("pk")],
        "KeySchema": [hashed("pk")],
        "BillingMode": "PAY_PER_REQUEST",
    }


def defined(name: str, kind: str = "S") -> Members:
    return {"AttributeName": name, "AttributeType": kind}


def hashed(name: str) -> Members:
    return {"AttributeName": name, "KeyType": "HASH"}


def ranged(name: str) -> Members:
    return {"AttributeName": name, "KeyType": "RANGE"}


def units(read: int, write: int) -> Members:
    return {"ReadCapacityUnits": read, "WriteCapacityUnits": write}


def index(name: str, *keys: Members, kind: str = "ALL", **members: Any) -> Members:
    return {"IndexName": name, "KeySchema": list(keys), "Projection": {"ProjectionType": kind}, **members}


def added(name: str, *keys: Members, **members: Any) -> Members:
    """The UpdateTable members that add a global index whose keys are text."""
    return {
        "AttributeDefinitions": [defined(key["AttributeName"]) for key in keys],
        "GlobalSecondaryIndexUpdates": [{"Create": index(name, *keys, **members)}],
    }
