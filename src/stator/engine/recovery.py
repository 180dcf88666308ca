"""Point-in-time recovery: how far back a table can be restored, and the restore to a moment from its log.

The log reaches from the moment recovery was turned on, or the beginning of its period if that is later, to now. Every
moment between can be restored, to the millisecond: a write counts when its time, that of its transaction, is not later.
The latest moment is the present one: a restore to it has all that was written before its own transaction.

A new table is like its source as that is now, with the items as they were then. What was set on the source for others
(tags, its stream, expiry, recovery, protection, its policy) is not taken over.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

from msgspec.structs import replace

from stator.engine import backups, moments
from stator.engine.backup_records import DAY_S
from stator.engine.backups import Place
from stator.engine.catalogue import Recovery, Table, TableDescription
from stator.engine.job_records import Copy, JobKind, add
from stator.engine.moments import Moment
from stator.engine.tables import described
from stator.errors import InvalidRestoreTimeException, PointInTimeRecoveryUnavailableException
from stator.storage.contract import Steps, Transaction, Work, decode_counter

if TYPE_CHECKING:
    from stator.engine.database import Database

_INVALID = (
    "An invalid restore time was specified. RestoreDateTime must be between EarliestRestorableDateTime and "
    "LatestRestorableDateTime."
)


@dataclass(frozen=True, slots=True)
class Window:
    """The moments a table can be restored to, epoch seconds. `earliest` is a whole second."""

    earliest: float
    latest: float


def window(recovery: Recovery, now: float) -> Window:
    earliest = float(ceil(_reaches_to(recovery, now)))
    return Window(earliest, max(earliest, now))


def _reaches_to(recovery: Recovery, now: float) -> float:
    return max(recovery.since, now - recovery.days * DAY_S)


def switched(table: TableDescription, days: int | None, now: float) -> TableDescription:
    """With recovery over so many days from `now` on, the time of this transaction; None: off. A longer period than
    before does not bring back what is trimmed."""
    present = table.recovery
    if days is None:
        return replace(table, recovery=None)
    if present is None:
        return replace(table, recovery=Recovery(now, days))
    if days == present.days:
        return table
    return replace(table, recovery=Recovery(_reaches_to(present, now), days))


def restore(
    db: Database,
    source: Table,
    into: Place,
    wanted: Callable[[TableDescription], TableDescription],
    time: float | None,
) -> Steps[tuple[TableDescription, int]]:
    """Makes the table that `wanted` makes of the source's description, at the place `into`, to be filled with the
    source's items as they were at `time` (None: as they are in this transaction); returns it, and the job that fills
    it.

    Raises ResourceNotFoundException, ResourceInUseException while the source is itself restored,
    PointInTimeRecoveryUnavailableException, InvalidRestoreTimeException, and what `wanted` and `make_target` raise."""

    def run(tx: Transaction) -> tuple[TableDescription, int]:
        now = db.clock.now()
        present = described(tx, source)
        is_past = time is not None and time < now
        _refuse_outside(present, now if time is None else time, now)
        made = backups.make_target(db.catalogue, tx, wanted(present), now)
        pinned = replace(present, copied_to=(*present.copied_to, made.id))
        pinned = db.catalogue.put(tx, present, pinned, now)
        moment = Moment(time) if is_past else moments.present(tx, pinned)
        items = decode_counter(tx.get(source.items_counter))
        copy = Copy(made.id, items, into=into, moment=moment)
        return made, add(tx, backups.job_on(present, JobKind.RESTORE_TABLE, copy))

    # The time is read inside: whatever is trimmed before is trimmed by an earlier one.
    return db.catalogue.change(Work(run, (source.catalogue_key, *backups.keys_of_target(into))))


def _refuse_outside(table: TableDescription, time: float, now: float) -> None:
    if table.recovery is None:
        raise unavailable(table.name)
    if not _reaches_to(table.recovery, now) <= time <= window(table.recovery, now).latest:
        raise InvalidRestoreTimeException(_INVALID)


def unavailable(table: str) -> PointInTimeRecoveryUnavailableException:
    return PointInTimeRecoveryUnavailableException(
        f"Point in time recovery is not enabled for table '{table}'"
    )
