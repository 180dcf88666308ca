"""Deletes the items that have expired, oldest first, by the expiry queue: no table is ever scanned.

A step is one transaction on one table: some entries that are due, fewer where a deletion touches more rows. It reads
each item again and deletes it only if it would be queued under the same second now; an entry that is no longer true
(its item renewed, or five years past when its turn came) is only taken out of the queue. So any number of processes may
expire the same file, and a crash loses no more than the step under way. Tables take turns.

An item that is due and not yet deleted is read like any other, as with AWS.
"""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from stator.engine import items, records
from stator.engine.catalogue import Table
from stator.engine.expiry_queue import ExpiryQueue
from stator.engine.item_keys import key_within
from stator.engine.items import Written
from stator.engine.log import Origin
from stator.keys import space
from stator.limits import (
    EXPIRY_AGE_S_MAX,
    EXPIRY_LOOK_S,
    EXPIRY_STEP_BYTES,
    EXPIRY_STEP_ROWS,
    EXPIRY_TABLES_LOOKED_AT,
)
from stator.storage.contract import Reader, Row, Steps, Transaction, Work

if TYPE_CHECKING:
    from stator.engine.database import Database

_STOP = space.successor(space.EXPIRING_PREFIX)


class Expiry:
    """Of one database. What is remembered here is only how far this round over the tables has come, and whether it
    met anything due; threads may share it."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._cursor = space.EXPIRING_PREFIX
        self._met_any = False
        self._next_round = 0.0

    def is_due(self) -> bool:
        """Whether to look again: at once while items are found, else now and then."""
        return self._db.clock.monotonic() >= self._next_round

    def look_again(self) -> None:
        self._next_round = float("-inf")

    def step(self) -> Steps[bool]:
        """Deletes the next of the items that are due; returns whether there may be more of them."""
        now = self._db.clock.now()
        until = max(ceil(now - self._db.options.ttl_delay_s), 0)
        with self._db.store.snapshot() as snapshot:
            tables, more = snapshot.range(self._cursor, _STOP, EXPIRY_TABLES_LOOKED_AT)
            work = self._next_due(snapshot, tables, until, int(now) - EXPIRY_AGE_S_MAX)
        if work is not None:
            self._met_any = True
            yield work
            return True
        return more or self._end_round()

    def _end_round(self) -> bool:
        goes_on, self._met_any = self._met_any, False
        self._cursor = space.EXPIRING_PREFIX
        if not goes_on:
            self._next_round = self._db.clock.monotonic() + EXPIRY_LOOK_S
        return goes_on

    def _next_due(self, reader: Reader, tables: list[Row], until: int, oldest: int) -> Work | None:
        """The work on the first of `tables` with anything due. The next step goes on behind it, also when it fails."""
        for key, catalogue_key in tables:
            self._cursor = key + b"\0"
            table_id = int.from_bytes(key[len(space.EXPIRING_PREFIX) :], "big")
            start, stop = space.expiry_key(table_id, 0), space.expiry_key(table_id, until)
            if not reader.range(start, stop, 1)[0]:
                continue
            stored = reader.get(catalogue_key)
            table = None if stored is None else self._db.catalogue.live(stored)
            if table is not None and table.id == table_id and table.expiry is not None:
                return self._deletion(reader, table, table.expiry, stop, oldest)
        return None

    def _deletion(self, reader: Reader, table: Table, queue: ExpiryQueue, stop: bytes, oldest: int) -> Work:
        """Of the first due entries of a table, up to a step's bounds in rows and bytes, at least one."""
        rows, _ = reader.range(queue.prefix, stop, max(EXPIRY_STEP_ROWS // (2 + len(table.indexes)), 1))
        due = [(entry, *queue.item_of(entry)) for entry, _ in rows]

        def run(tx: Transaction) -> list[Written]:
            written: list[Written] = []
            if tx.get(table.catalogue_key) != table.stored:
                return written  # Its next turn begins with the table as it is then
            room = EXPIRY_STEP_BYTES
            for entry, key, second in due:
                tx.delete(entry)
                record = tx.get(key)
                if record is None or second < oldest:
                    continue
                item = records.decode(record)
                if queue.second(item) == second:
                    own = key_within(table, item)
                    written.append(items.delete_item(tx, table, own, None, Origin.EXPIRY))
                room -= len(record)
                if room <= 0:
                    break
            return written

        keys = tuple(key for _, key, _ in due)
        return Work(self._db.remembering(run), keys, (table.catalogue_key,), EXPIRY_STEP_BYTES)
