"""Time to live switched on and off: what it asks of a table, and the work that it begins.

A table whose items are being queued is ENABLING, and one whose queue is being cleared DISABLING: then writes maintain
the queue already, or no longer. Meanwhile it cannot be switched again, so that at most one job works on a queue.
Tables that have a queue are noted in rows of their own, by which expiry finds them without looking through the others.
"""

from __future__ import annotations

from msgspec.structs import replace

from stator.engine.catalogue import TableDescription, TimeToLive, TtlStatus
from stator.engine.job_records import Job, JobKind, add
from stator.errors import ValidationException
from stator.keys import space
from stator.storage.contract import Transaction

TOO_SOON = "Time to live has been modified multiple times within a fixed interval"


def switched(present: TableDescription, attribute: str, enabled: bool, settled: bool) -> TableDescription:
    """The table with expiry by `attribute` switched on or off. `settled`: whether nothing else stands in the way.

    Raises ValidationException; what is wrong with the request comes before that it comes too soon."""
    ttl = present.ttl
    is_on = ttl is not None and ttl.status is not TtlStatus.DISABLING
    if ttl is not None and is_on and ttl.attribute != attribute:
        raise ValidationException(
            f"TimeToLive is active on a different AttributeName: current AttributeName is {ttl.attribute}"
        )
    if is_on is enabled:
        raise ValidationException(f"TimeToLive is already {'enabled' if enabled else 'disabled'}")
    if not settled or (ttl is not None and ttl.status is not TtlStatus.ENABLED):
        raise ValidationException(TOO_SOON)
    return replace(present, ttl=TimeToLive(attribute, TtlStatus.ENABLING if enabled else TtlStatus.DISABLING))


def follow(tx: Transaction, before: TableDescription, after: TableDescription) -> int | None:
    """Begins what a change of a table asks for; returns the job that does it. The work decides on
    `space.NEXT_JOB_ID_KEY`."""
    ttl = after.ttl
    if ttl is None or ttl == before.ttl:
        return None
    if ttl.status is TtlStatus.ENABLING:
        tx.put(space.expiring_key(after.id), space.catalogue_key(after.account, after.region, after.name))
        return add(tx, _job(JobKind.FILL_EXPIRY, after))
    if ttl.status is TtlStatus.DISABLING:
        return add(tx, _job(JobKind.CLEAR_EXPIRY, after))
    return None


def end(tx: Transaction, table: TableDescription) -> None:
    """Of a table that is deleted, or whose queue is cleared: its items expire no more."""
    if table.ttl is not None:
        tx.delete(space.expiring_key(table.id))


def _job(kind: JobKind, table: TableDescription) -> Job:
    return Job(kind, table.id, table.account, table.region, table.name)
