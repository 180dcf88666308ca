"""A load: the records of files, in batches, into a table, so that it can be gone on with wherever it ended.

    record -> item -> checked -> a batch -> under way -> done, in the order of the file -> at a checkpoint: the place

Where a key comes again, its later record stays: one that is under way is waited for first. What is behind the last
checkpoint is put again by who goes on, which leaves the same items.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Hashable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Final

import msgspec

from stator.cli.transfer.faults import BadRecord
from stator.cli.transfer.formats import Format
from stator.cli.transfer.reading import Record, Spot
from stator.cli.transfer.writers import Entry, Refusal, Writer

CHECKPOINT_S = 1.0
VERSION: Final = 1


class LoadPlace(msgspec.Struct):
    """`what`: what must be the same to go on. `file`: which of the files is at work; `offset` and `lines` in it.
    `skipped`: records that were bad; `bad_bytes`: of the file they went to."""

    what: dict[str, Any]
    file: int = 0
    offset: int = 0
    lines: int = 0
    items: int = 0
    bytes: int = 0
    skipped: int = 0
    bad_bytes: int = 0
    version: int = VERSION

    @property
    def spot(self) -> Spot:
        return Spot(self.offset, self.lines)


class _Batch:
    """Entries of different keys. `behind`: the place behind all records that it took, bad ones among them."""

    def __init__(self, behind: Spot) -> None:
        self.entries: dict[Hashable, Entry] = {}
        self.bad: list[Refusal] = []
        self.behind = behind
        self.records = 0
        self.bytes = 0
        self.writing: Future[list[Refusal]] | None = None

    def add(self, entry: Entry) -> None:
        before = self.entries.pop(entry.key, None)
        self.entries[entry.key] = entry
        self.records += 1
        self.bytes += entry.size - (0 if before is None else before.size)


class Load:
    """Of one file. `refuse` is told of a record that was refused, in the order of the file, and raises to stop; `keep`
    writes the place down."""

    def __init__(
        self,
        writer: Writer,
        format: Format,
        at: LoadPlace,
        refuse: Callable[[Refusal], None],
        keep: Callable[[], None],
    ) -> None:
        self.at = at
        self._writer = writer
        self._format = format
        self._refuse = refuse
        self._keep = keep
        self._due = time.monotonic() + CHECKPOINT_S
        self._under_way: deque[_Batch] = deque()

    def run(self, records: Iterator[Record], watch: Callable[[], None]) -> None:
        """Raises StatorError and ServiceError. What ended before is counted in the place and kept."""
        pool = ThreadPoolExecutor(self._writer.at_once, thread_name_prefix="stator-load")
        batch = _Batch(self.at.spot)
        try:
            for record in records:
                batch = self._take(pool, batch, record)
                if (
                    batch.bad
                    or len(batch.entries) >= self._writer.items_max
                    or batch.bytes >= self._writer.bytes_max
                ):
                    batch = self._begin(pool, batch)
                    watch()
            self._begin(pool, batch)
            self._settle(0)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
        finally:
            self._keep()
            pool.shutdown()
        watch()

    def _take(self, pool: ThreadPoolExecutor, batch: _Batch, record: Record) -> _Batch:
        try:
            item = self._format.item(record.text.decode())
            entry = self._writer.entry(record.line, record.text, item)
        except UnicodeDecodeError as error:
            batch.bad.append(Refusal(record.line, record.text, f"no UTF-8: byte {error.start + 1}"))
        except BadRecord as error:
            batch.bad.append(Refusal(record.line, record.text, str(error)))
        else:
            if any(entry.key in other.entries for other in self._under_way):
                batch = self._begin(pool, batch)
                self._settle(0)
            batch.add(entry)
        batch.behind = record.behind
        return batch

    def _begin(self, pool: ThreadPoolExecutor, batch: _Batch) -> _Batch:
        """Has the batch written; returns the next one, empty."""
        if batch.entries:
            batch.writing = pool.submit(self._writer.write, list(batch.entries.values()))
        self._under_way.append(batch)
        self._settle(self._writer.at_once)
        return _Batch(batch.behind)

    def _settle(self, under_way_max: int) -> None:
        """Waits, in order, until no more than so many batches are under way."""
        while len(self._under_way) > under_way_max:
            batch = self._under_way[0]
            refused = [] if batch.writing is None else batch.writing.result()
            self._under_way.popleft()
            self._count(batch, refused)

    def _count(self, batch: _Batch, refused: list[Refusal]) -> None:
        at, bad = self.at, sorted([*batch.bad, *refused], key=lambda refusal: refusal.line)
        for refusal in bad:
            self._refuse(refusal)
        at.skipped += len(bad)
        at.items += batch.records - len(refused)
        at.bytes += batch.bytes
        at.offset, at.lines = batch.behind.offset, batch.behind.lines
        if time.monotonic() >= self._due:
            self._keep()
            self._due = time.monotonic() + CHECKPOINT_S
