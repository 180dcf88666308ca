"""Long pieces of the server's own work, to run beside a measured load.

One must last as long as what is measured beside it; that it did not is an error of the run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from benchmarks.caller import Caller
from benchmarks.errors import BenchmarkError
from benchmarks.tables import Table

BUCKET = "benchmark"
_INDEX = "by-body"
_POLL_S = 0.05
_OVER_S_MAX = 120.0
# The work's first moments are its beginning and not itself
_LEAD_S = 0.3
Error = Callable[[], str]


@dataclass(frozen=True, slots=True)
class Backfill:
    """A global index of whole items is added to the table, and removed again when it is whole."""

    table: Table
    title: str = "a backfill"

    @contextmanager
    def running(self, url: str) -> Iterator[Error]:
        caller = Caller(url)
        key = [{"AttributeName": "body", "KeyType": "HASH"}]
        index = {"IndexName": _INDEX, "KeySchema": key, "Projection": {"ProjectionType": "ALL"}}
        attributes = [{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "body")]
        self._update(caller, {"Create": index}, AttributeDefinitions=attributes)
        sleep(_LEAD_S)
        yield lambda: "" if self._state(caller) == "CREATING" else "the backfill was over before the run ended"
        _wait(lambda: self._state(caller) == "ACTIVE")
        self._update(caller, {"Delete": {"IndexName": _INDEX}})
        _wait(lambda: self._state(caller) is None)
        caller.close()

    def _update(self, caller: Caller, change: dict[str, Any], **more: Any) -> None:
        request = {"TableName": self.table.name, "GlobalSecondaryIndexUpdates": [change], **more}
        caller.ask("UpdateTable", request)

    def _state(self, caller: Caller) -> str | None:
        described = caller.ask("DescribeTable", {"TableName": self.table.name})["Table"]
        states = [index["IndexStatus"] for index in described.get("GlobalSecondaryIndexes", ())]
        return states[0] if states else None


@dataclass(frozen=True, slots=True)
class Export:
    """The table is exported into a folder that stands for S3."""

    table: Table
    title: str = "an export"

    @contextmanager
    def running(self, url: str) -> Iterator[Error]:
        caller = Caller(url)
        recovery = {"PointInTimeRecoveryEnabled": True}
        name = self.table.name
        caller.ask(
            "UpdateContinuousBackups", {"TableName": name, "PointInTimeRecoverySpecification": recovery}
        )
        arn = caller.ask("DescribeTable", {"TableName": name})["Table"]["TableArn"]
        asked = {"TableArn": arn, "S3Bucket": BUCKET, "ExportFormat": "DYNAMODB_JSON"}
        export = caller.ask("ExportTableToPointInTime", asked)["ExportDescription"]["ExportArn"]

        def state() -> str:
            described = caller.ask("DescribeExport", {"ExportArn": export})["ExportDescription"]
            return str(described["ExportStatus"])

        sleep(_LEAD_S)
        yield lambda: "" if state() == "IN_PROGRESS" else f"the export was {state()} before the run ended"
        _wait(lambda: state() != "IN_PROGRESS")
        caller.close()


Work = Backfill | Export


def bucket(folder: Path) -> Path:
    """Makes the folder that stands for S3, with the bucket in it."""
    (folder / "s3" / BUCKET).mkdir(parents=True, exist_ok=True)
    return folder / "s3"


def _wait(is_over: Callable[[], bool]) -> None:
    until = monotonic() + _OVER_S_MAX
    while not is_over():
        if monotonic() > until:
            raise BenchmarkError(f"what ran beside a load was not over after {_OVER_S_MAX:g} s")
        sleep(_POLL_S)
