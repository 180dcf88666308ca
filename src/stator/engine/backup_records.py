"""Backups as stored: which there are, of which tables, and until when.

    backup row := sealed JSON (engine.sealed) of Backup   under account, region, table name and id (keys.space)

A backup's items are rows of a table id of its own, under the same keys as in the table. A USER backup is a copy
(engine.copies). A SYSTEM backup is what a table with point-in-time recovery leaves behind when it is deleted: its own
rows, which stay where they are for 35 days.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from math import ceil
from zlib import crc32

import msgspec
from msgspec.structs import replace

from stator.engine import sealed
from stator.engine.catalogue import TableDescription, table_arn
from stator.keys import space
from stator.limits import BACKUPS_LOOKED_AT, SYSTEM_BACKUP_DAYS
from stator.storage.contract import Reader, Transaction, decode_counter

DAY_S = 86_400


class BackupType(StrEnum):
    USER = "USER"
    SYSTEM = "SYSTEM"


class BackupStatus(StrEnum):
    CREATING = "CREATING"
    AVAILABLE = "AVAILABLE"
    DELETED = "DELETED"


class Backup(msgspec.Struct, frozen=True):
    """`table` as it was, with `items` of `size` bytes in all; `rows` is the table id that they lie under. Times are
    epoch seconds; `ends_at`: None where it stays until it is deleted. `restores`: tables that are being made of it."""

    id: str
    name: str
    type: BackupType
    status: BackupStatus
    created_at: float
    ends_at: float | None
    rows: int
    items: int
    size: int
    table: TableDescription
    restores: int = 0

    @property
    def key(self) -> bytes:
        return space.backup_key(self.table.account, self.table.region, self.table.name, self.id)

    @property
    def arn(self) -> str:
        return f"{table_arn(self.table)}/backup/{self.id}"

    def is_over(self, now: float) -> bool:
        return self.ends_at is not None and self.ends_at <= now


Place = tuple[str, str]
"""A table's name and a backup's id."""

_encode = sealed.encode
decode = sealed.decoder(Backup)


def read(reader: Reader, key: bytes) -> Backup | None:
    """The backup, though its time may be over."""
    stored = reader.get(key)
    return None if stored is None else decode(stored)


def find(reader: Reader, key: bytes, now: float) -> Backup | None:
    """The backup; None also when its time is over."""
    backup = read(reader, key)
    return None if backup is None or backup.is_over(now) else backup


def write(tx: Transaction, backup: Backup) -> None:
    tx.put(backup.key, _encode(backup))


def remove(tx: Transaction, backup: Backup) -> None:
    tx.delete(backup.key)
    if backup.ends_at is not None:
        tx.delete(space.backup_end_key(ceil(backup.ends_at), backup.rows))


def beginning(tx: Transaction, table: TableDescription, name: str, rows: int, now: float) -> Backup:
    """A USER backup of the state that the transaction meets, still to be copied."""
    # The ids of rows are unique, and their checksums too.
    id = f"{_milliseconds(now):014d}-{crc32(rows.to_bytes(4, 'big')):08x}"
    return _of(tx, table, id, name, BackupType.USER, BackupStatus.CREATING, now, None, rows)


def keep_deleted(tx: Transaction, table: TableDescription, now: float) -> None:
    """Makes the items of a table that is being deleted its SYSTEM backup. They must not be purged."""
    milliseconds = _milliseconds(now)
    while tx.get(_system_key(table, milliseconds)) is not None:
        milliseconds += 1
    id, name = _system_id(milliseconds), f"{table.name}$DeletedTableBackup"
    ends_at = now + SYSTEM_BACKUP_DAYS * DAY_S
    backup = _of(tx, table, id, name, BackupType.SYSTEM, BackupStatus.AVAILABLE, now, ends_at, table.id)
    write(tx, backup)
    tx.put(space.backup_end_key(ceil(ends_at), table.id), backup.key)


def _milliseconds(now: float) -> int:
    return round(now * 1000)


def _system_id(milliseconds: int) -> str:
    return f"{milliseconds:014d}-00000000"


def _system_key(table: TableDescription, milliseconds: int) -> bytes:
    return space.backup_key(table.account, table.region, table.name, _system_id(milliseconds))


def _of(
    tx: Transaction,
    table: TableDescription,
    id: str,
    name: str,
    type: BackupType,
    status: BackupStatus,
    now: float,
    ends_at: float | None,
    rows: int,
) -> Backup:
    items, size = (decode_counter(tx.get(space.counter_key(table.id, what))) for what in space.Counted)
    table = replace(table, copied_to=())
    return Backup(id, name, type, status, now, ends_at, rows, items, size, table)


def listed(
    reader: Reader,
    account: str,
    region: str,
    table: str | None,
    after: Place | None,
    wanted: Callable[[Backup], bool],
    limit: int,
) -> tuple[list[Backup], Place | None]:
    """Some of the backups that are wanted, by table and id, those behind the place `after`, at most `limit`; and the
    place to go on behind, None at the end. A slice that is looked through may have none that is wanted."""
    prefix = space.backups_prefix(account, region, table)
    start = prefix if after is None else max(prefix, space.backup_key(account, region, *after) + b"\0")
    stop = space.successor(prefix)
    rows, more = reader.range(start, stop, BACKUPS_LOOKED_AT) if start < stop else ([], False)
    found: list[Backup] = []
    backup: Backup | None = None
    for at, (_, stored) in enumerate(rows, 1):
        backup = decode(stored)
        if wanted(backup):
            found.append(backup)
            if len(found) == limit:
                more = more or at < len(rows)
                break
    return found, (backup.table.name, backup.id) if more and backup is not None else None


def over(reader: Reader, now: float, limit: int) -> list[bytes]:
    """The keys of backups whose time is over, at most `limit`, the oldest first."""
    stop = space.backup_end_key(int(now) + 1, 0)
    rows, _ = reader.range(space.BACKUP_END_PREFIX, stop, limit)
    return [key for _, key in rows]
