"""One process's database over a file, and what a chapter of its life is.

Time stands still but where an act moves it, what is drawn depends on the act alone, and jobs go in small steps: so a
chapter does the same transactions in every run, on every store.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from stator.client.in_process import InProcess
from stator.clock import ManualClock
from stator.engine.database import Database, Options
from stator.engine.verification import verify
from stator.storage.contract import Store, drive

HOUR_S = 3600
T0 = 1_700_000_000
STEP_ROWS = 6
"""Of a job: so few, that a small table takes several."""
_STEPPED = ("backfill", "copies", "expiry_jobs", "import_reading", "log_upkeep", "purge")
_BEGUN = {
    "api.ttl": "BACKFILL", "api.tables.operations": "BACKFILL", "api.imports": "IMPORT",
    "api.backups.on_demand": "COPY", "api.backups.restores": "COPY",
}  # fmt: skip


def take_small_steps(patch: pytest.MonkeyPatch) -> None:
    """All that may be a job's is, and a job has many steps."""
    for module in _STEPPED:
        patch.setattr(f"stator.engine.{module}.JOB_STEP_ROWS", STEP_ROWS)
    patch.setattr("stator.engine.expiry.EXPIRY_STEP_ROWS", STEP_ROWS)
    for module, what in _BEGUN.items():
        patch.setattr(f"stator.{module}.{what}_FIRST_ITEMS", 0)


class Life:
    """One process's database over the file."""

    def __init__(self, store: Store, now: float, s3: Path) -> None:
        self.clock = ManualClock(now)
        self.db = Database(store, Options(s3_folder=str(s3), stream_shards=2), self.clock)
        self._client = InProcess(self.db)

    def call(self, operation: str, **request: Any) -> dict[str, Any]:
        return self._client.call(operation, request)

    def act(self, number: int, act: Act) -> None:
        """Does it, drawing what its number says."""
        self.db.rng.seed(number)
        act(self)

    def finish_jobs(self) -> None:
        for _ in range(1000):
            if not drive(self.db.store, self.db.jobs.step()):
                return
        raise AssertionError("the jobs never end")

    def arn(self, operation: str, member: str, name: str) -> str:
        """The newest of a list's."""
        found: list[dict[str, Any]] = self.call(operation)[member]
        return str(found[-1][name])

    def contents(self) -> dict[str, list[dict[str, Any]]]:
        """The items of every table."""
        return {
            name: self.call("Scan", TableName=name)["Items"] for name in self.call("ListTables")["TableNames"]
        }

    def complaints(self) -> list[str]:
        return [str(each) for each in verify(self.db.store, now=self.clock.now)]


Act = Callable[[Life], object]


@dataclass(frozen=True, slots=True)
class Chapter:
    """`hours` after the one before it. Its log is moved into the file whenever it holds `wal_bytes`."""

    name: str
    acts: tuple[Act, ...]
    hours: int = 1
    wal_bytes: int = 200_000
