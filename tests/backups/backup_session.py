"""A database with a clock that is moved by hand, and short ways to write, back up, restore and read whole tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from doors import Door, InProcessDoor

from stator.clock import ManualClock, SystemClock
from stator.engine.database import Database, Options
from stator.storage.contract import Steps, Store, Transaction, drive
from stator.storage.memory import MemoryStore

T = TypeVar("T")
Members = dict[str, Any]

T0 = 1_700_000_000.0
DAY_S = 86_400

ON_DEMAND: Members = {
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "BillingMode": "PAY_PER_REQUEST",
}
INDEXED: Members = {
    "AttributeDefinitions": [
        {"AttributeName": "pk", "AttributeType": "S"},
        {"AttributeName": "sk", "AttributeType": "N"},
        {"AttributeName": "g", "AttributeType": "S"},
        {"AttributeName": "v", "AttributeType": "N"},
    ],
    "KeySchema": [
        {"AttributeName": "pk", "KeyType": "HASH"},
        {"AttributeName": "sk", "KeyType": "RANGE"},
    ],
    "LocalSecondaryIndexes": [
        {
            "IndexName": "byv",
            "KeySchema": [
                {"AttributeName": "pk", "KeyType": "HASH"},
                {"AttributeName": "v", "KeyType": "RANGE"},
            ],
            "Projection": {"ProjectionType": "ALL"},
        }
    ],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": "byg",
            "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "KEYS_ONLY"},
            "ProvisionedThroughput": {"ReadCapacityUnits": 3, "WriteCapacityUnits": 4},
        }
    ],
    "ProvisionedThroughput": {"ReadCapacityUnits": 5, "WriteCapacityUnits": 6},
}


class Crash(Exception):
    """The process ends here."""


class CrashingStore(MemoryStore):
    """Ends the process at its `fatal`-th transaction: before it, or just after it became durable. Every commit may have
    been another process's."""

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


class Session:
    """One process's database over a store, and one door into it."""

    def __init__(
        self,
        store: Store | None = None,
        clock: ManualClock | SystemClock | None = None,
        options: Options | None = None,
        door: Callable[[Database], Door] = InProcessDoor,
    ) -> None:
        self.clock: Any = clock or ManualClock(T0)
        self.db = Database(store or CrashingStore(), options, self.clock)
        self.door = door(self.db)

    def call(self, operation: str, **request: Any) -> Members:
        return self.door.call(operation, request)

    # Tables

    def create(self, name: str = "music", **request: Any) -> None:
        self.call("CreateTable", TableName=name, **(request or ON_DEMAND))

    def describe(self, name: str = "music") -> Members:
        table: Members = self.call("DescribeTable", TableName=name)["Table"]
        return table

    def put(self, pk: str, n: int, name: str = "music") -> None:
        self.call("PutItem", TableName=name, Item={"pk": {"S": pk}, "n": {"N": str(n)}})

    def remove(self, pk: str, name: str = "music") -> None:
        self.call("DeleteItem", TableName=name, Key={"pk": {"S": pk}})

    def contents(self, name: str = "music") -> dict[str, int]:
        """`n` by `pk`, and that the table counts as many items as there are."""
        items = self.items(name)
        assert self.describe(name)["ItemCount"] == len(items)
        return {item["pk"]["S"]: int(item["n"]["N"]) for item in items}

    def items(self, name: str, index: str | None = None) -> list[Members]:
        request: Members = {"TableName": name, "ConsistentRead": True}
        if index is not None:
            request = {"TableName": name, "IndexName": index}
        found: list[Members] = []
        while True:
            page = self.call("Scan", **request)
            found += page["Items"]
            if "LastEvaluatedKey" not in page:
                return found
            request["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    # Backups and recovery

    def back_up(self, table: str = "music", name: str = "nightly") -> str:
        arn: str = self.call("CreateBackup", TableName=table, BackupName=name)["BackupDetails"]["BackupArn"]
        return arn

    def backup(self, arn: str) -> Members:
        description: Members = self.call("DescribeBackup", BackupArn=arn)["BackupDescription"]
        return description

    def backups(self, **request: Any) -> list[Members]:
        summaries: list[Members] = self.call("ListBackups", **request)["BackupSummaries"]
        return summaries

    def restore(self, arn: str, target: str = "restored", **overrides: Any) -> Members:
        answer = self.call("RestoreTableFromBackup", TargetTableName=target, BackupArn=arn, **overrides)
        description: Members = answer["TableDescription"]
        return description

    def recover(self, target: str, time: float | None = None, source: str = "music", **more: Any) -> Members:
        when: Members = {"UseLatestRestorableTime": True} if time is None else {"RestoreDateTime": time}
        names = {"SourceTableName": source, "TargetTableName": target}
        answer = self.call("RestoreTableToPointInTime", **names, **when, **more)
        description: Members = answer["TableDescription"]
        return description

    def protect(self, name: str = "music", days: int | None = None, on: bool = True) -> Members:
        """Point-in-time recovery on or off."""
        wanted = {
            "PointInTimeRecoveryEnabled": on,
            **({} if days is None else {"RecoveryPeriodInDays": days}),
        }
        answer = self.call("UpdateContinuousBackups", TableName=name, PointInTimeRecoverySpecification=wanted)
        return recovery_in(answer)

    def protection(self, name: str = "music") -> Members:
        return recovery_in(self.call("DescribeContinuousBackups", TableName=name))

    # Jobs

    def step(self) -> bool:
        return drive(self.db.store, self.db.jobs.step())

    def work_off(self) -> int:
        """Takes steps until nothing remains; returns how many."""
        steps = 1
        while self.step():
            steps += 1
            assert steps < 5000
        return steps

    def begin_step(self) -> Callable[[], None]:
        """A step up to its work; what is returned runs the work and the rest."""
        steps = self.db.jobs.step()
        work = next(steps)
        assert work is not None

        def finish() -> None:
            run_on(self.db.store, steps, self.db.store.transact(work.run, work.decides, work.shares))

        return finish

    def rows(self) -> list[tuple[bytes, bytes]]:
        """Everything stored."""
        with self.db.store.snapshot() as snapshot:
            return snapshot.range(b"", b"\xff" * 5, 1_000_000)[0]

    def rows_of(self, table_id: int) -> list[bytes]:
        prefix = table_id.to_bytes(4, "big")
        return [key for key, _ in self.rows() if key.startswith(prefix)]


def run_on(store: Store, steps: Steps[bool], result: Any) -> None:
    """The rest of some steps, after the result of their work."""
    try:
        work = steps.send(result)
        while True:
            work = (
                next(steps)
                if work is None
                else steps.send(store.transact(work.run, work.decides, work.shares))
            )
    except StopIteration:
        return


def recovery_in(answer: Members) -> Members:
    described = answer["ContinuousBackupsDescription"]
    assert described["ContinuousBackupsStatus"] == "ENABLED"
    recovery: Members = described["PointInTimeRecoveryDescription"]
    return recovery
