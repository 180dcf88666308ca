"""Verification: whether all that a store holds is whole, and agrees.

Every item, index row, log entry and description is read and held against the others: checksums, keys, what hangs on an
item and what is left of one, sums, the order of logs. Findings come as they are met; it goes on behind each, also
behind what cannot be read. Nothing is written, the memory it takes does not grow with the store, and the store may be
in use meanwhile: what is compared is of one state, read in a snapshot of some milliseconds (verification_reading).

What it finds is damage, or a defect of ours: no operation leaves any of it, at any moment, however it was cut short.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import suppress

from stator.engine.catalogue import Table
from stator.engine.log import LogClock
from stator.engine.verification_findings import Area, Finding, Progress, Watch, unwatched
from stator.engine.verification_items import ItemsCheck
from stator.engine.verification_log import LogCheck
from stator.engine.verification_reading import UNREAD, look_up, walk
from stator.engine.verification_rows import OwnRowsCheck
from stator.engine.verification_strays import StraysCheck
from stator.engine.verification_sums import SumsCheck
from stator.errors import CorruptionError
from stator.keys import space
from stator.storage.contract import Reader, Row, Store

__all__ = ["Area", "Finding", "Progress", "verify"]


def verify(
    store: Store,
    *,
    quick: bool = False,
    now: Callable[[], float] = time.time,
    watch: Watch = unwatched,
) -> Iterator[Finding]:
    """What is wrong with all that the store holds, as it is found; nothing when all is well.

    `quick`: each row by itself, and not against the others. `now`: the time, epoch seconds: the store's own clock where
    it is not the machine's. `watch` is told how far it has come. Findings with `is_certain` False say what could not be
    checked."""
    return _Verification(store, quick, now, watch).run()


class _Verification:
    def __init__(self, store: Store, quick: bool, now: Callable[[], float], watch: Watch) -> None:
        self._store = store
        self._quick = quick
        self._now = now
        self._watch = watch
        self._clock = LogClock(now)

    def run(self) -> Iterator[Finding]:
        own = OwnRowsCheck(self._store, self._now, self._watch)
        yield from own.run()
        yield from self._tables()
        yield from self._backups(own)
        yield from self._logs(own)
        if not self._quick:
            yield from StraysCheck(self._store).run()

    def _tables(self) -> Iterator[Finding]:
        for stored in self._stored(space.CATALOGUE_PREFIX):
            table = self._live(stored)
            if table is not None:
                yield from self._table(table)

    def _table(self, table: Table) -> Iterator[Finding]:
        items = ItemsCheck(self._store, table, self._present, self._now, self._watch)
        yield from items.run(self._quick)
        if not self._quick and not items.has_gaps:
            yield from SumsCheck(self._store, table, self._present, self._watch).run()

    def _backups(self, own: OwnRowsCheck) -> Iterator[Finding]:
        for stored in self._stored(space.BACKUP_PREFIX):
            yield from own.backup(stored, self._live)

    def _logs(self, own: OwnRowsCheck) -> Iterator[Finding]:
        for place in own.logged():
            yield from LogCheck(self._store, place, self._live, self._now, self._watch).run(self._quick)

    def _stored(self, prefix: bytes) -> Iterator[bytes]:
        """The values of all rows under a prefix. What cannot be read is found elsewhere."""
        values: list[bytes] = []

        def look(_: Reader, rows: list[Row]) -> None:
            values.extend(value for _, value in rows)

        for _ in walk(self._store, prefix, space.successor(prefix), look):
            yield from values
            values.clear()

    def _live(self, stored: bytes) -> Table | None:
        """The table of a stored description; None where that is none, which is found elsewhere."""
        with suppress(CorruptionError):
            return Table(stored, self._store.salt, self._clock)
        return None

    def _present(self, reader: Reader, table: Table) -> Table | None:
        stored = look_up(reader, table.catalogue_key)
        if stored == table.stored:
            return table
        if stored is None or stored is UNREAD:
            return None
        assert isinstance(stored, bytes)
        fresh = self._live(stored)
        return fresh if fresh is not None and fresh.id == table.id else None
