"""The log of a table: what its writes did, written in their own transactions. Streams and recovery read it.

    row    := entry                                 under its slot and sequence number (keys.space)
    entry  := format(1: 1) flags(1) time(8) key_chars(4) key_size(4) old_bytes(4) crc(4) key? old? new?
    time   := milliseconds since the epoch
    key    := key_chars bytes: how the body of every record of the item begins (records.key_head); only where neither
              image follows, since an image begins with it
    old    := old_bytes bytes: the record before the write;  new := the rest: the record after it
    crc    := CRC-32 of all before it, and of the key; images have their own

A partition key belongs to one slot, so an item's entries lie in one order. A log holds the images that its readers
need and no others (catalogue.Log). Where the old image is needed for longer than the new one, the new one lies in a row
of its own, so that it can be dropped alone.
"""

from __future__ import annotations

import struct
import threading
from collections.abc import Callable
from enum import Enum
from typing import TYPE_CHECKING
from zlib import adler32, crc32

from stator.engine import records
from stator.errors import CorruptionError
from stator.keys import space
from stator.storage.contract import Transaction
from stator.values import equal, item_size

if TYPE_CHECKING:
    from stator.engine.catalogue import Log
    from stator.engine.item_keys import ItemKey

_HEAD = struct.Struct(">BBQIII")
_CRC = struct.Struct(">I")
_START = _HEAD.size + _CRC.size
_FORMAT = 1

_WAS, _IS, _EXPIRED, _HAS_OLD, _HAS_NEW, _NEW_APART = 1, 2, 4, 8, 16, 32


class Origin(Enum):
    """Who asked for a write."""

    USER = "user"
    EXPIRY = "expiry"


class LogClock:
    """The times of entries: one for all of a transaction, so that no moment falls within it, and never going back.

    Shared by threads: `_lock` guards `_latest`. Each thread remembers the transaction it last gave a time to, since
    it runs one at a time."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._latest = 0
        self._local = threading.local()

    def time(self, tx: Transaction) -> int:
        """Milliseconds since the epoch. Read while the transaction runs: the order of times is that of commits."""
        local = self._local
        if getattr(local, "transaction", None) is not tx:
            local.transaction = tx
            with self._lock:
                local.time = self._latest = max(self._latest, int(self._now() * 1000))
        time: int = local.time
        return time


class LogWriter:
    """Writes a table's log as its description says. Immutable, but for the clock it shares."""

    __slots__ = (
        "_apart",
        "_clock",
        "_hash_at",
        "_keeps_new",
        "_keeps_old",
        "_prefixes",
        "_slots",
        "_table_id",
    )

    def __init__(self, table_id: int, log: Log, clock: LogClock) -> None:
        self._table_id = table_id
        self._clock = clock
        self._slots = log.slots
        self._prefixes = [space.log_prefix(table_id, slot) for slot in log.slots]
        self._hash_at = len(space.item_prefix(table_id))
        self._keeps_old = log.old
        self._keeps_new = log.new
        self._apart = log.apart

    def append(
        self, tx: Transaction, key: ItemKey, old: bytes | None, new: bytes | None, origin: Origin
    ) -> None:
        """Logs that the item's record `old` became `new`, which differ; None is an absent item.

        What differs in bytes alone (the order of attributes, or of a set) is no change, and is not logged."""
        if old is not None and new is not None and _is_same(old, new):
            return
        at = key.stored[self._hash_at] * len(self._slots) >> 8
        apart = self._apart and new is not None
        entry = encode(
            self._clock.time(tx),
            key.head,
            item_size(key.attributes),
            (old is not None, new is not None),
            old if self._keeps_old else None,
            new if self._keeps_new and not apart else None,
            (_EXPIRED if origin is Origin.EXPIRY else 0) | (_NEW_APART if apart else 0),
        )
        number = tx.append(self._prefixes[at], entry)
        if apart and new is not None:
            tx.put(space.new_image_key(self._table_id, self._slots[at], number), new)


def _is_same(old: bytes, new: bytes) -> bool:
    """Whether two records hold equal items.

    The same content in another order is as long, and has the same sum of bytes, which is the lower half of Adler-32:
    few writes that keep the length need decoding (6 us for 1 KB; the sums take 0.5)."""
    if len(old) != len(new) or _byte_sum(old) != _byte_sum(new):
        return False
    return equal({"M": records.decode(old)}, {"M": records.decode(new)})


def _byte_sum(record: bytes) -> int:
    return adler32(record[records.HEAD_BYTES :]) & 0xFFFF


def encode(
    time: int,
    key_head: bytes,
    key_size: int,
    existed: tuple[bool, bool],
    old: bytes | None,
    new: bytes | None,
    flags: int = 0,
) -> bytes:
    """`existed`: whether the item was there before and after; `old` and `new` are the images that are kept."""
    flags |= (_WAS if existed[0] else 0) | (_IS if existed[1] else 0)
    flags |= (_HAS_OLD if old is not None else 0) | (_HAS_NEW if new is not None else 0)
    key = key_head if old is None and new is None else b""
    head = _HEAD.pack(_FORMAT, flags, time, len(key_head), key_size, 0 if old is None else len(old))
    return b"".join((head, _CRC.pack(crc32(key, crc32(head))), key, old or b"", new or b""))


class Entry:
    """One change: whether the item `was` there before it and `is_there` after it, and the images that were kept, as
    records, None where not.

    `key`: as wire JSON; `key_size`: its DynamoDB size; `time`: milliseconds since the epoch; `new_apart`: the new image
    is a row of its own."""

    __slots__ = ("expired", "is_there", "key", "key_size", "new", "new_apart", "old", "time", "was")

    def __init__(self, value: bytes) -> None:
        form, flags, self.time, key_chars, self.key_size, old_bytes = _HEAD.unpack_from(value)
        (crc,) = _CRC.unpack_from(value, _HEAD.size)
        self.was = bool(flags & _WAS)
        self.is_there = bool(flags & _IS)
        self.expired = bool(flags & _EXPIRED)
        self.new_apart = bool(flags & _NEW_APART)
        images = flags & (_HAS_OLD | _HAS_NEW)
        old_start = _START if images else _START + key_chars
        old_end = old_start + old_bytes
        self.old = value[old_start:old_end] if flags & _HAS_OLD else None
        self.new = value[old_end:] if flags & _HAS_NEW else None
        if form != _FORMAT or crc32(value[_START:old_start], crc32(value[: _HEAD.size])) != crc:
            raise CorruptionError(f"an entry of a log fails its checksum (format {form}, {len(value)} bytes)")
        image = self.old if self.old is not None else self.new
        start = _START if image is None else _START + records.HEAD_BYTES
        self.key = value[start : start + key_chars] + b"}"


def time_of(value: bytes) -> int:
    """An entry's time, in milliseconds, without the rest of it."""
    time: int = _HEAD.unpack_from(value)[2]
    return time
