"""A database that tells what each request consumed, in the database's own capacity units."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

READS: Final = frozenset(("get_item", "query", "scan", "batch_get_item", "transact_get_items"))
WRITES: Final = frozenset(
    ("put_item", "update_item", "delete_item", "batch_write_item", "transact_write_items")
)


@dataclass(frozen=True, slots=True)
class Sent:
    """One request, and the units it consumed; a refused write is charged too, but its error does not say how much."""

    operation: str
    request: Mapping[str, Any]
    read_units: float = 0.0
    write_units: float = 0.0
    is_refused: bool = False


class Meter:
    """Stands for the database that it is given: `stator.open`'s, or a boto3 resource."""

    def __init__(self, db: Any) -> None:
        self._db = db
        self.sent: list[Sent] = []

    def taken(self) -> list[Sent]:
        """What was sent since this was asked last."""
        sent, self.sent = self.sent, []
        return sent

    def __getattr__(self, name: str) -> Any:
        if name not in READS and name not in WRITES:
            return getattr(self._db, name)
        return self._metered(name, getattr(self._db, name, None) or getattr(self._db.meta.client, name))

    def _metered(self, operation: str, method: Callable[..., Any]) -> Callable[..., Any]:
        def call(**request: Any) -> Any:
            try:
                answer = method(**{"ReturnConsumedCapacity": "TOTAL", **request})
            except Exception:
                self.sent.append(Sent(operation, request, is_refused=True))
                raise
            self.sent.append(Sent(operation, request, *_units(answer.get("ConsumedCapacity"), operation)))
            return answer

        return call


def _units(consumed: Any, operation: str) -> tuple[float, float]:
    """Read and write units of one table, or of a list of them. A transaction's answer tells the two apart: when it is
    sent again with its token, it reads."""
    reads = writes = 0.0
    for table in consumed if isinstance(consumed, list) else [consumed] if consumed else []:
        total = float(table["CapacityUnits"])
        told = float(table.get("ReadCapacityUnits", total if operation in READS else 0))
        reads += told
        writes += total - told
    return reads, writes
