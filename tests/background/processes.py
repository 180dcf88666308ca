"""Processes that have one store open, each with a clock of its own, and something for the background to do."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from stator.client.in_process import InProcess
from stator.clock import Clock, SystemClock
from stator.engine import lease
from stator.engine.database import Database, Options
from stator.engine.jobs import Lane
from stator.engine.lease import Holding, Lease
from stator.keys import space
from stator.storage.contract import Steps, Store, Transaction, Work, drive
from stator.storage.memory import MemoryStore

T = TypeVar("T")

NOW = 1_700_000_000
WAIT_S_MAX = 30.0


class SeenByOthers(MemoryStore):
    """A store whose every commit may have been another process's. `commits` counts the transactions."""

    def __init__(self) -> None:
        super().__init__()
        self.commits = 0

    def generation(self) -> int:
        return self._state.version

    def transact(
        self, run: Callable[[Transaction], T], decides: Iterable[bytes] = (), shares: Iterable[bytes] = ()
    ) -> T:
        self.commits += 1
        return super().transact(run, decides, shares)


class HandClock:
    """The wall's time and the time since the start move apart when someone sets the clock."""

    def __init__(self, now: float = float(NOW)) -> None:
        self._now = now
        self._since_start = 0.0

    def now(self) -> float:
        return self._now

    def monotonic(self) -> float:
        return self._since_start

    def advance(self, seconds: float) -> None:
        self._now += seconds
        self._since_start += seconds

    def set(self, seconds: float) -> None:
        """By so much forward or, negative, back."""
        self._now += seconds


class Process:
    """One that has the store open."""

    def __init__(self, store: Store, clock: Clock | None = None, options: Options | None = None) -> None:
        self.store = store
        self.clock = clock or SystemClock()
        self.db = Database(store, options, self.clock)
        self.lease = Lease(store, self.clock)
        self.client = InProcess(self.db)

    def call(self, operation: str, **request: Any) -> dict[str, Any]:
        return self.client.call(operation, request)

    def work(self, steps: Callable[[], Steps[bool]]) -> bool:
        return drive(self.store, self.lease.guard(steps))

    def step(self, lane: Lane = Lane.UPKEEP) -> bool:
        """One background step, as a driver takes it."""
        return self.work(lambda: self.db.jobs.step(lane))

    def make_table(self, name: str = "music", **more: Any) -> None:
        self.call(
            "CreateTable",
            TableName=name,
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
            **more,
        )

    def let_expire(self, name: str = "music") -> None:
        """A table whose items have a time."""
        self.make_table(name)
        wanted = {"Enabled": True, "AttributeName": "ttl"}
        self.call("UpdateTimeToLive", TableName=name, TimeToLiveSpecification=wanted)

    def put(self, pk: str, name: str = "music", ttl: float | None = None, **attributes: Any) -> None:
        if ttl is not None:
            attributes["ttl"] = {"N": str(int(ttl))}
        self.call("PutItem", TableName=name, Item={"pk": {"S": pk}, **attributes})

    def scanned(self, name: str = "music", **request: Any) -> list[str]:
        items = self.call("Scan", TableName=name, **request)["Items"]
        return sorted(item["pk"]["S"] for item in items)

    @property
    def holding(self) -> Holding | None:
        with self.store.snapshot() as snapshot:
            return lease.holding(snapshot)

    @property
    def is_holder(self) -> bool:
        found = self.holding
        return found is not None and found.owner == self.lease.owner


def one_write(log: list[str], name: str, key: bytes = space.job_key(1 << 62)) -> Callable[[], Steps[bool]]:
    """A background step that writes once, and notes by whom."""

    def run(tx: Transaction) -> None:
        tx.put(key, name.encode())

    def steps() -> Steps[bool]:
        yield None
        yield Work(run, (key,))
        log.append(name)
        return False

    return steps


def settled(is_so: Callable[[], bool]) -> None:
    """Waits for what another thread or process does."""
    until = time.monotonic() + WAIT_S_MAX
    pause = threading.Event()
    while not is_so():
        assert time.monotonic() < until, "it never came to that"
        pause.wait(0.005)
