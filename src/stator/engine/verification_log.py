"""A table's log against its shards, itself and the items: checksums, intervals, the order of each item's changes.

Within a shard each entry of an item goes on from the one before: what was there is there. After the last entry of an
open shard, the item is as that entry left it. The latest entries of so many items are remembered at a time; an item
that has not been met for longer is not compared.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Final
from zlib import adler32

import msgspec

from stator.engine import log_shards, records
from stator.engine.catalogue import Table
from stator.engine.log import Entry
from stator.engine.log_history import next_number
from stator.engine.log_readers import needed_by_stream
from stator.engine.log_shards import Shard
from stator.engine.streams import Logged
from stator.engine.verification_findings import Area, Finding, Progress, Watch
from stator.engine.verification_items import key_of, key_row, sound_item
from stator.engine.verification_reading import UNREAD, Gap, Unreadable, look_up, walk
from stator.errors import CorruptionError
from stator.keys import space
from stator.storage.contract import Reader, Row, Store
from stator.values import Item

REMEMBERED: Final = 65_536
_SHARDS: Final = 256
# Slices of new entries that are caught up with before a writer that is faster is let go
_BEHIND_MAX: Final = 64
_decode_key = msgspec.json.Decoder(dict[str, dict[str, object]]).decode

Place = tuple[int, Logged]
"""A table id with a log, and where that table lies, or lay."""


class _State:
    """An item after an entry: whether it is there, and what is known of its bytes."""

    __slots__ = ("image", "is_there", "key")

    def __init__(self, is_there: bool, image: tuple[int, int] | None, key: Item) -> None:
        self.is_there = is_there
        self.image = image
        self.key = key


class LogCheck:
    """Of one table, perhaps gone."""

    def __init__(
        self,
        store: Store,
        place: Place,
        live: Callable[[bytes], Table | None],
        now: Callable[[], float],
        watch: Watch,
    ) -> None:
        self._store = store
        self._id, self._logged = place
        self._live = live
        self._now = now
        self._watch = watch
        self._findings: list[Finding] = []
        self._states: OrderedDict[bytes, _State] = OrderedDict()
        self._rows = 0
        self._covered: list[tuple[bytes, bytes]] = []

    def run(self, quick: bool = False) -> Iterator[Finding]:
        number = 0
        while True:
            try:
                with self._store.snapshot() as snapshot:
                    shards, more = log_shards.after(snapshot, self._id, number, _SHARDS)
                    self._intervals(snapshot, shards)
            except Unreadable as error:
                yield Finding(Area.LOG, f"its shards cannot be read: {error}", self._logged.table)
                return
            yield from self._taken()
            for shard in shards:
                self._covered.append(self._rows_of(shard))
                yield from self._shard(shard, quick)
            if not shards or not more:
                break
            number = shards[-1].number
        yield from self._outside()

    def _rows_of(self, shard: Shard) -> tuple[bytes, bytes]:
        first = space.log_key(self._id, shard.slot, shard.first)
        return first, space.log_key(self._id, shard.slot, shard.end)

    def _outside(self) -> Iterator[Finding]:
        """Entries that no shard has."""
        at, end = space.log_interval(self._id)[0], space.new_image_key(self._id, 0, 0)
        for start, stop in [*sorted(self._covered), (end, end)]:
            if at < start:
                with self._store.snapshot() as snapshot:
                    rows = self._uncovered(snapshot, at, start)
                for row in rows:
                    self._find("there is an entry, and no shard that has it", row=row)
            elif at > start:
                self._find("two shards have the same entries", row=start)
            at = max(at, stop)
        yield from self._taken()

    def _uncovered(self, reader: Reader, start: bytes, stop: bytes) -> list[bytes]:
        try:
            rows, _ = reader.range(start, stop, _SHARDS)
            if not rows:
                return []
            present: list[tuple[bytes, bytes]] = []
            number, more = 0, True
            while more:
                shards, more = log_shards.after(reader, self._id, number, _SHARDS)
                present += [self._rows_of(shard) for shard in shards]
                number = shards[-1].number if shards else number
        except Unreadable:
            return []
        return [row for row, _ in rows if not any(first <= row < end for first, end in present)]

    def _find(self, problem: str, key: Item | None = None, row: bytes = b"") -> None:
        self._findings.append(Finding(Area.LOG, problem, self._logged.table, "", key, row))

    def _taken(self) -> list[Finding]:
        found, self._findings = self._findings, []
        return found

    def _table(self, reader: Reader) -> Table | None:
        place = self._logged
        stored = look_up(reader, space.catalogue_key(place.account, place.region, place.table))
        table = self._live(stored) if isinstance(stored, bytes) else None
        return table if table is not None and table.id == self._id else None

    # Shards

    def _intervals(self, reader: Reader, shards: list[Shard]) -> None:
        """Open shards are those the table's description names; a closed one ends behind where it began."""
        table = self._table(reader)
        named = () if table is None else table.description.log.shards
        last = 0 if table is None else table.description.log.last_shard
        for shard in shards:
            row = space.shard_key(self._id, shard.number)
            if (shard.closed_at is None) != (shard.last is None):
                self._find(f"shard {shard.number} is half closed", row=row)
            if shard.last is not None and shard.last < shard.first - 1:
                self._find(f"shard {shard.number} ends at {shard.last}, before its {shard.first}", row=row)
            if (shard.number in named) != (shard.last is None):
                state = "open" if shard.last is None else "closed"
                self._find(
                    f"shard {shard.number} is {state}, and the table's description has it otherwise", row=row
                )
            if table is not None and shard.number > last:
                self._find(f"shard {shard.number} is later than the last given out, {last}", row=row)

    def _shard(self, shard: Shard, quick: bool) -> Iterator[Finding]:
        self._states.clear()
        start = space.log_key(self._id, shard.slot, shard.first)
        stop = space.log_key(self._id, shard.slot, shard.end)
        at = start

        def look(reader: Reader, rows: list[Row]) -> None:
            nonlocal at
            at = rows[-1][0] + b"\0"
            if log_shards.read(reader, self._id, shard.number) is not None:  # else it is trimmed meanwhile
                self._entries(reader, shard, rows)

        for gap in walk(self._store, start, self._end_now(shard), look):
            yield from self._taken()
            if gap is not None:
                self._states.clear()
                yield self._gap(gap)
            self._watch(Progress(f"{self._logged.table}: log", self._rows))
        if quick:
            return
        for gap in walk(
            self._store,
            space.new_image_key(self._id, shard.slot, shard.first),
            space.new_image_key(self._id, shard.slot, shard.end),
            lambda reader, rows: self._new_images(reader, shard, rows),
        ):
            yield from self._taken()
            if gap is not None:
                yield self._gap(gap)
        if shard.last is None:
            yield from self._against_items(shard, at, stop)

    def _end_now(self, shard: Shard) -> bytes:
        """Behind the last entry that is there now: what is written meanwhile could go on for ever."""
        end = shard.end
        if shard.last is None:
            with self._store.snapshot() as snapshot, suppress(*Unreadable):
                end = max(next_number(snapshot, self._id, shard.slot), shard.first)
        return space.log_key(self._id, shard.slot, end)

    def _gap(self, gap: Gap) -> Finding:
        text = f"entries from {gap.start.hex()} to {gap.stop.hex()} cannot be read: {gap.why}"
        return Finding(Area.LOG, text, self._logged.table)

    # Entries

    def _entries(self, reader: Reader, shard: Shard, rows: list[Row]) -> None:
        self._rows += len(rows)
        for row, value in rows:
            self._entry(reader, shard, row, value)

    def _entry(self, reader: Reader, shard: Shard, row: bytes, value: bytes) -> None:
        try:
            entry = Entry(value)
            old, new = self._image(entry.old), self._image(entry.new)
            key: Item = _decode_key(entry.key)
        except CorruptionError as error:
            self._find(str(error), row=row)
            return
        except Exception as error:
            self._find(f"the entry cannot be decoded: {type(error).__name__}: {error}", row=row)
            return
        if entry.new_apart:
            new = self._image_apart(reader, shard, row, key)
        before = self._states.pop(entry.key, None)
        if before is not None:
            if before.is_there != entry.was:
                there = "there" if entry.was else "absent"
                self._find(f"the entry says that the item was {there}, the one before it does not", key, row)
            elif before.image is not None and old is not None and before.image != old:
                self._find("the entry's old image is not what the one before it left", key, row)
        self._states[entry.key] = _State(entry.is_there, new, key)
        if len(self._states) > REMEMBERED:
            self._states.popitem(last=False)

    def _image(self, record: bytes | None) -> tuple[int, int] | None:
        """Length and sum of bytes: the same for the same content in another order (engine.log)."""
        if record is None:
            return None
        item = sound_item(record)
        if isinstance(item, str):
            raise CorruptionError(f"an image: {item}")
        return len(record), adler32(record[records.HEAD_BYTES :]) & 0xFFFF

    def _image_apart(self, reader: Reader, shard: Shard, row: bytes, key: Item) -> tuple[int, int] | None:
        number = int.from_bytes(row[-8:], "big")
        image = look_up(reader, space.new_image_key(self._id, shard.slot, number))
        if image is None and needed_by_stream(shard, self._now()):
            present = log_shards.read(reader, self._id, shard.number)
            if present is not None and needed_by_stream(present, self._now()):
                self._find("the entry's new image is missing", key, row)
        if not isinstance(image, bytes):
            return None
        try:
            return self._image(image)
        except CorruptionError as error:
            self._find(str(error), key, row)
            return None

    def _new_images(self, reader: Reader, shard: Shard, rows: list[Row]) -> None:
        for row, _ in rows:
            number = int.from_bytes(row[-8:], "big")
            value = look_up(reader, space.log_key(self._id, shard.slot, number))
            if value is UNREAD:
                continue
            if not isinstance(value, bytes) or not _says_apart(value):
                self._find("there is a new image, and no entry of it", row=row)

    # The items

    def _against_items(self, shard: Shard, at: bytes, stop: bytes) -> Iterator[Finding]:
        """Whether each remembered item is as its last entry left it. Entries made meanwhile come first."""
        behind = 0
        while self._states and behind < _BEHIND_MAX:
            try:
                with self._store.snapshot() as snapshot:
                    present = log_shards.read(snapshot, self._id, shard.number)
                    table = self._table(snapshot)
                    if table is None or present is None or present.last is not None:
                        return
                    rows, more = snapshot.range(at, stop, _SHARDS)
                    self._entries(snapshot, shard, rows)
                    if rows:
                        at = rows[-1][0] + b"\0"
                    behind = behind + 1 if more else 0
                    if not more:
                        self._compare(snapshot, table)
            except Unreadable:
                return
            yield from self._taken()

    def _compare(self, reader: Reader, table: Table) -> None:
        for _ in range(min(_SHARDS, len(self._states))):
            _, state = self._states.popitem(last=False)
            key = key_of(table, state.key)
            row = b"" if key is None else key_row(table, key)
            if not row:
                self._find("the last entry of an item is about no key of the table", state.key)
                continue
            record = look_up(reader, row)
            if record is UNREAD:
                continue
            if (record is not None) != state.is_there:
                there = "there" if state.is_there else "gone"
                self._find(f"the item's last entry says that it is {there}, and it is not", state.key)
            elif isinstance(record, bytes) and state.image is not None:
                image = len(record), adler32(record[records.HEAD_BYTES :]) & 0xFFFF
                if image != state.image:
                    self._find("the item is not as its last entry left it", state.key)


def _says_apart(value: bytes) -> bool:
    try:
        return Entry(value).new_apart
    except Exception:
        return True  # it fails its own check
