"""A plan -> done: one call after the other, each when its table has taken over the one before.

Interrupted anywhere, by an error or by its user, it leaves tables that the next plan goes on from. Nothing is deleted
but indexes that the template does not have.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from stator.client.transport import Transport
from stator.errors import ServiceError, StatorError
from stator.limits import APPLY_POLL_S_MAX, APPLY_WAIT_S_MAX
from stator.templates.calls import Arn, Step
from stator.templates.faults import TemplateError
from stator.templates.plans import Plan, TablePlan
from stator.templates.presence import describe

Tell = Callable[[TablePlan, str], None]
"""Is told what is being done to a table."""

_POLL_S = 0.05
_BUSY = ("ResourceInUseException", "LimitExceededException", "ContinuousBackupsUnavailableException")
_CREATES = ("CreateTable", "ImportTable")
_FINAL_IMPORTS = ("COMPLETED", "FAILED", "CANCELLED")
_SWITCHING = ("ENABLING", "DISABLING")


class ApplyError(StatorError):
    """A call that failed: table, property, and what the service said. The rest of the plan was not begun."""


@dataclass(slots=True)
class Applying:
    """`idle(seconds)`: what is done while a table is not ready; a database in this process works on it meanwhile."""

    transport: Transport
    tell: Tell = lambda table, says: None
    idle: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    _until: float = field(default=0.0, init=False)

    def apply(self, plans: Iterable[Plan]) -> None:
        """Raises ApplyError and StatorError. Refuses, with TemplateError, a plan that has refusals, before any call."""
        plans = list(plans)
        for plan in plans:
            for refused in plan.refused:
                raise TemplateError(str(refused))
        for plan in plans:
            for table in plan.tables:
                self._apply(table)

    def _apply(self, table: TablePlan) -> None:
        if not table.steps:
            return
        self._until = self.clock() + APPLY_WAIT_S_MAX
        if table.present is not None:
            self._wait_for_table(table)
        for step in table.steps:
            self.tell(table, step.says)
            self._do(table, step)
            self._wait_for_table(table)

    def _do(self, table: TablePlan, step: Step) -> None:
        if step.operation == "UpdateTimeToLive":
            self._wait(
                lambda: self._expiry_status(table.name) not in _SWITCHING, table, "its expiry is settled"
            )
        pause = _POLL_S
        while True:
            try:
                answer = self.transport.call(step.operation, self._request(table, step))
                break
            except ServiceError as error:
                waits = error.code in _BUSY and step.operation not in _CREATES and self.clock() < self._until
                if not waits:
                    raise ApplyError(
                        f"{table.logical_id} ({table.name}): {step.says}: {error.code}: {error}"
                    ) from error
            self.idle(pause)
            pause = min(pause * 2, APPLY_POLL_S_MAX)
        if step.operation == "ImportTable":
            self._wait_for_import(table, answer["ImportTableDescription"]["ImportArn"])

    def _request(self, table: TablePlan, step: Step) -> dict[str, Any]:
        if step.arn is Arn.NONE:
            return dict(step.request)
        described = self._described(table)
        arn = described["TableArn"] if step.arn is Arn.TABLE else described["LatestStreamArn"]
        return {**step.request, "ResourceArn": arn}

    def _described(self, table: TablePlan) -> Mapping[str, Any]:
        described = describe(self.transport, table.name)
        if described is None:
            raise ApplyError(f"{table.logical_id} ({table.name}): it is no longer there")
        return described

    def _wait_for_table(self, table: TablePlan) -> None:
        self._wait(lambda: _is_ready(self._described(table)), table, "it is ACTIVE")

    def _wait_for_import(self, table: TablePlan, arn: str) -> None:
        described: Mapping[str, Any] = {}

        def is_over() -> bool:
            nonlocal described
            described = self.transport.call("DescribeImport", {"ImportArn": arn})["ImportTableDescription"]
            return described["ImportStatus"] in _FINAL_IMPORTS

        self._wait(is_over, table, "its import is over")
        if described["ImportStatus"] != "COMPLETED":
            why = described.get("FailureMessage") or described["ImportStatus"]
            raise ApplyError(
                f"{table.logical_id} ({table.name}): importing: {described.get('FailureCode')}: {why}"
            )

    def _expiry_status(self, name: str) -> str:
        answer = self.transport.call("DescribeTimeToLive", {"TableName": name})
        return str(answer["TimeToLiveDescription"].get("TimeToLiveStatus"))

    def _wait(self, is_so: Callable[[], bool], table: TablePlan, what: str) -> None:
        pause = _POLL_S
        while not is_so():
            if self.clock() >= self._until:
                raise ApplyError(
                    f"{table.logical_id} ({table.name}): waited too long until {what}; apply again"
                )
            self.idle(pause)
            pause = min(pause * 2, APPLY_POLL_S_MAX)


def _is_ready(described: Mapping[str, Any]) -> bool:
    indexes = described.get("GlobalSecondaryIndexes", ())
    return described["TableStatus"] == "ACTIVE" and all(
        index.get("IndexStatus", "ACTIVE") == "ACTIVE" for index in indexes
    )
