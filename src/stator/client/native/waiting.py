"""Waits until a table, an import or an export is as one wants it: boto3's waiters, by their names.

They look soon and then ever more seldom, where boto3's look every 20 seconds: a table in this process is there at once.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from stator.client.native.arguments import Dialect
from stator.client.native.calls import Calls, Pause, one
from stator.errors import ResourceNotFoundException, WaitError

_FIRST_DELAY_S: Final = 0.05


class Waiter(NamedTuple):
    """The operation to ask; where its answer has the state; the states that end the wait, well and badly. `absence`:
    whether a resource that is not found is waited for ("wait") or ends the wait ("success")."""

    operation: str
    path: tuple[str, ...]
    success: frozenset[str]
    failure: frozenset[str] = frozenset()
    absence: str = ""
    delay_s: float = 20.0
    attempts_max: int = 60


WAITERS: Final[dict[str, Waiter]] = {
    "table_exists": Waiter(
        "DescribeTable", ("Table", "TableStatus"), frozenset(("ACTIVE",)), absence="wait", attempts_max=25
    ),
    "table_not_exists": Waiter(
        "DescribeTable", ("Table", "TableStatus"), frozenset(), absence="success", attempts_max=25
    ),
    "bulk_operation_completed": Waiter(
        "DescribeBulkOperation",
        ("BulkOperationDescription", "BulkOperationStatus"),
        frozenset(("COMPLETED", "COMPLETED_WITH_ERRORS")),
        frozenset(("CANCELLED", "FAILED")),
        attempts_max=180,
    ),
    "contributor_insights_enabled": Waiter(
        "DescribeContributorInsights",
        ("ContributorInsightsStatus",),
        frozenset(("ENABLED",)),
        frozenset(("FAILED",)),
        attempts_max=30,
    ),
    "export_completed": Waiter(
        "DescribeExport",
        ("ExportDescription", "ExportStatus"),
        frozenset(("COMPLETED",)),
        frozenset(("FAILED",)),
    ),
    "import_completed": Waiter(
        "DescribeImport",
        ("ImportTableDescription", "ImportStatus"),
        frozenset(("COMPLETED",)),
        frozenset(("FAILED", "CANCELLED")),
    ),
    "kinesis_streaming_destination_active": Waiter(
        "DescribeKinesisStreamingDestination",
        ("KinesisDataStreamDestinations", "DestinationStatus"),
        frozenset(("ACTIVE",)),
        frozenset(("DISABLED", "ENABLE_FAILED")),
        attempts_max=30,
    ),
}


def wait_until(dialect: Dialect, name: str, arguments: dict[str, Any]) -> Calls[None]:
    """`arguments` are the operation's, and boto3's `WaiterConfig` (`Delay` in seconds, `MaxAttempts`).

    Raises WaitError when it does not come, and what the operation raises."""
    waiter = WAITERS[name]
    arguments = dict(arguments)
    config = arguments.pop("WaiterConfig", None) or {}
    delay_s = config.get("Delay", waiter.delay_s)
    left_s = delay_s * config.get("MaxAttempts", waiter.attempts_max)
    pause_s = min(_FIRST_DELAY_S, delay_s)
    while True:
        states = yield from _states(dialect, waiter, arguments)
        if states is None:
            return
        if states and waiter.failure.issuperset(states):
            raise WaitError(f"Waiter {name} failed: the state is {', '.join(states)}")
        if left_s <= 0:
            raise WaitError(f"Waiter {name} failed: max attempts exceeded; the state is {', '.join(states)}")
        yield Pause(pause_s)
        left_s -= pause_s
        pause_s = min(pause_s * 2, delay_s)


def _states(dialect: Dialect, waiter: Waiter, arguments: dict[str, Any]) -> Calls[list[str] | None]:
    """The states found; None when what was waited for is so."""
    try:
        answer = yield from one(dialect, waiter.operation, arguments)
    except ResourceNotFoundException:
        if waiter.absence == "success":
            return None
        if waiter.absence == "wait":
            return []
        raise
    states = _found(answer, waiter.path)
    return None if waiter.success.intersection(states) else states


def _found(value: Any, path: tuple[str, ...]) -> list[str]:
    for part in path:
        if isinstance(value, list):
            return [state for each in value for state in _found(each, path[path.index(part) :])]
        value = value.get(part) if isinstance(value, dict) else None
    return [value] if isinstance(value, str) else []
