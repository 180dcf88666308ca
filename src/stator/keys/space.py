"""The key space: which bytes hold what. Every key in a store is made here.

    key       := table_id(4 bytes, big-endian) kind(1 byte) rest
    table_id  := 0 for the file's own rows, else a number that is never used again
    item      := table_id ITEM H16(partition key) [sort key]
    local     := table_id LOCAL index_id(2) H16(partition key) part(index sort key) base sort key
    global    := table_id GLOBAL index_id(2) H16(index partition attributes) part(index sort attribute)* H16(base key)
    collection:= table_id COLLECTION H16(partition key)          counter: bytes of the item collection
    counter   := table_id COUNTER index_id(2) what(1)            counter: items or bytes of a table (0) or index
    expiry    := table_id EXPIRY second(8) item key's rest
    log       := table_id LOG slot(4) sequence number(8)
    new image := table_id NEW_IMAGE slot(4) sequence number(8)   of the log's row with that number, where it lies apart
    shard     := table_id SHARD shard number(4)
    catalogue := 0 CATALOGUE account NUL region NUL name
    version   := 0 VERSION                                       counter: moves with every change of the catalogue
    next id   := 0 NEXT_TABLE_ID                                 counter: the last table id given out
    job       := 0 JOB job_id(8)
    next job  := 0 NEXT_JOB_ID                                   counter
    stream    := 0 STREAM account NUL region NUL name NUL label  also of a table that is gone
    logged    := 0 LOGGED table_id(4)                            a table with rows of a log, perhaps gone
    expiring  := 0 EXPIRING table_id(4)                          a table with an expiry queue: its catalogue key
    lease     := 0 LEASE                                         who does the background work
    token     := 0 TOKEN span(8) account NUL region NUL operation NUL token
    backup    := 0 BACKUP account NUL region NUL name NUL backup id  its items are rows of a table id of its own
    ending    := 0 BACKUP_END second(8) table_id(4)              a backup that is kept until then: its key
    import    := 0 IMPORT account NUL region NUL import id       import ids order as time does
    export    := 0 EXPORT account NUL region NUL export id       export ids too
    bulk put  := 0 BULK_PUT account NUL region NUL id            bulk put ids too
    data file := table_id EXPORT_FILE number(4)                  of an export; its items are rows of the table id; or of
                                                                 a bulk put's reports
    report    := table_id BULK_REPORT number(8)                  a line of a bulk put's reports, not yet in a file

H16 is `keys.encoding.partition_hash`, salted per file: scan order is hash order, and parallel segments are equal
slices of its first eight bytes. A base key's hash ends every global index row, so equal index keys never collide.
A token's span is the number of the stretch of time it was used in (engine.tokens).
"""

from __future__ import annotations

import struct
from enum import IntEnum

HASH_BYTES = 16


class Kind(IntEnum):
    """What a table's key holds. The numbers are part of the file format."""

    ITEM = 1
    LOCAL = 2
    GLOBAL = 3
    COLLECTION = 4
    COUNTER = 5
    EXPIRY = 6
    LOG = 7
    NEW_IMAGE = 8
    SHARD = 9
    EXPORT_FILE = 0x10
    BULK_REPORT = 0x11


class OwnKind(IntEnum):
    """What a key of table 0, the file's own, holds. The numbers are part of the file format."""

    CATALOGUE = 1
    VERSION = 2
    NEXT_TABLE_ID = 3
    JOB = 4
    NEXT_JOB_ID = 5
    STREAM = 6
    LOGGED = 7
    EXPIRING = 8
    LEASE = 9
    TOKEN = 0x40
    IMPORT = 0x50
    EXPORT = 0x51
    BULK_PUT = 0x52
    BACKUP = 0x41
    BACKUP_END = 0x42


class Counted(IntEnum):
    ITEMS = 1
    BYTES = 2


_HEAD = struct.Struct(">IB")
_INDEX_HEAD = struct.Struct(">IBH")
_COUNTER = struct.Struct(">IBHB")
_NUMBERED = struct.Struct(">IBI")


def own_prefix(kind: OwnKind) -> bytes:
    """What the keys of all of the file's own rows of a kind begin with."""
    return _HEAD.pack(0, kind)


VERSION_KEY = own_prefix(OwnKind.VERSION)
NEXT_TABLE_ID_KEY = own_prefix(OwnKind.NEXT_TABLE_ID)
NEXT_JOB_ID_KEY = own_prefix(OwnKind.NEXT_JOB_ID)
LEASE_KEY = own_prefix(OwnKind.LEASE)
CATALOGUE_PREFIX = own_prefix(OwnKind.CATALOGUE)
JOB_PREFIX = own_prefix(OwnKind.JOB)
STREAM_PREFIX = own_prefix(OwnKind.STREAM)
LOGGED_PREFIX = own_prefix(OwnKind.LOGGED)
EXPIRING_PREFIX = own_prefix(OwnKind.EXPIRING)
TOKEN_PREFIX = own_prefix(OwnKind.TOKEN)
IMPORT_PREFIX = own_prefix(OwnKind.IMPORT)
EXPORT_PREFIX = own_prefix(OwnKind.EXPORT)
BULK_PUT_PREFIX = own_prefix(OwnKind.BULK_PUT)
BACKUP_PREFIX = own_prefix(OwnKind.BACKUP)
BACKUP_END_PREFIX = own_prefix(OwnKind.BACKUP_END)


def catalogue_prefix(account: str, region: str) -> bytes:
    return CATALOGUE_PREFIX + f"{account}\0{region}\0".encode()


def catalogue_key(account: str, region: str, name: str) -> bytes:
    return catalogue_prefix(account, region) + name.encode()


def job_key(job_id: int) -> bytes:
    return JOB_PREFIX + job_id.to_bytes(8, "big")


def streams_prefix(account: str, region: str, table: str | None = None) -> bytes:
    """Of all streams in a region, or of those of the tables of one name."""
    return STREAM_PREFIX + f"{account}\0{region}\0{'' if table is None else table + chr(0)}".encode()


def stream_key(account: str, region: str, table: str, label: str) -> bytes:
    return streams_prefix(account, region, table) + label.encode()


def logged_key(table_id: int) -> bytes:
    return LOGGED_PREFIX + table_id.to_bytes(4, "big")


def expiring_key(table_id: int) -> bytes:
    return EXPIRING_PREFIX + table_id.to_bytes(4, "big")


def token_span_prefix(span: int) -> bytes:
    """The tokens of one stretch of time; spans order as time does."""
    return TOKEN_PREFIX + span.to_bytes(8, "big")


def backups_prefix(account: str, region: str, table: str | None = None) -> bytes:
    """Of all backups in a region, or of those of the tables of one name."""
    return BACKUP_PREFIX + f"{account}\0{region}\0{'' if table is None else table + chr(0)}".encode()


def backup_key(account: str, region: str, table: str, backup_id: str) -> bytes:
    """Backup ids order as time does."""
    return backups_prefix(account, region, table) + backup_id.encode()


def backup_end_key(second: int, table_id: int) -> bytes:
    """Of the backup whose items are the rows of `table_id`."""
    return BACKUP_END_PREFIX + second.to_bytes(8, "big") + table_id.to_bytes(4, "big")


def imports_prefix(account: str, region: str) -> bytes:
    return IMPORT_PREFIX + f"{account}\0{region}\0".encode()


def import_key(account: str, region: str, import_id: str) -> bytes:
    return imports_prefix(account, region) + import_id.encode()


def exports_prefix(account: str, region: str) -> bytes:
    return EXPORT_PREFIX + f"{account}\0{region}\0".encode()


def export_key(account: str, region: str, export_id: str) -> bytes:
    return exports_prefix(account, region) + export_id.encode()


def bulk_puts_prefix(account: str, region: str) -> bytes:
    return BULK_PUT_PREFIX + f"{account}\0{region}\0".encode()


def bulk_put_key(account: str, region: str, id: str) -> bytes:
    return bulk_puts_prefix(account, region) + id.encode()


def bulk_report_key(rows: int, number: int) -> bytes:
    return _HEAD.pack(rows, Kind.BULK_REPORT) + number.to_bytes(8, "big")


def export_file_key(rows: int, number: int) -> bytes:
    return _NUMBERED.pack(rows, Kind.EXPORT_FILE, number)


def export_files_stop(rows: int) -> bytes:
    """The first key after those of all data files of an export."""
    return _HEAD.pack(rows, Kind.EXPORT_FILE + 1)


def table_prefix(table_id: int) -> bytes:
    """Every row of a table, its indexes and counters begins with this."""
    return table_id.to_bytes(4, "big")


def item_prefix(table_id: int) -> bytes:
    return _HEAD.pack(table_id, Kind.ITEM)


def index_prefix(table_id: int, index_id: int, local: bool) -> bytes:
    return _INDEX_HEAD.pack(table_id, Kind.LOCAL if local else Kind.GLOBAL, index_id)


def collection_key(table_id: int, partition: bytes) -> bytes:
    """`partition` is the H16 of the item collection."""
    return _HEAD.pack(table_id, Kind.COLLECTION) + partition


def counter_key(table_id: int, what: Counted, index_id: int = 0) -> bytes:
    """Of the table itself when `index_id` is 0."""
    return _COUNTER.pack(table_id, Kind.COUNTER, index_id, what)


def expiry_prefix(table_id: int) -> bytes:
    return _HEAD.pack(table_id, Kind.EXPIRY)


def expiry_key(table_id: int, second: int, rest: bytes = b"") -> bytes:
    """`rest`: of the item's key, what follows its prefix; without one, where the entries of the second begin."""
    return expiry_prefix(table_id) + second.to_bytes(8, "big") + rest


def log_interval(table_id: int) -> tuple[bytes, bytes]:
    """All that a table's log holds: [start, stop) of its rows, new images and shards."""
    return _HEAD.pack(table_id, Kind.LOG), _HEAD.pack(table_id, Kind.SHARD + 1)


def log_prefix(table_id: int, slot: int) -> bytes:
    """A slot's log, as `Transaction.append` takes it."""
    return _NUMBERED.pack(table_id, Kind.LOG, slot)


def log_key(table_id: int, slot: int, sequence: int) -> bytes:
    return log_prefix(table_id, slot) + sequence.to_bytes(8, "big")


def new_image_key(table_id: int, slot: int, sequence: int) -> bytes:
    return _NUMBERED.pack(table_id, Kind.NEW_IMAGE, slot) + sequence.to_bytes(8, "big")


def shard_key(table_id: int, number: int) -> bytes:
    return _NUMBERED.pack(table_id, Kind.SHARD, number)


def successor(prefix: bytes) -> bytes:
    """The first key after every key that begins with `prefix`."""
    stripped = prefix.rstrip(b"\xff")
    if not stripped:
        raise ValueError("no key follows a prefix of 0xff bytes")
    return stripped[:-1] + bytes((stripped[-1] + 1,))


def segment_bounds(prefix: bytes, segment: int, total: int) -> tuple[bytes, bytes]:
    """The slice [start, stop) of a hash-ordered space that a scan's segment covers. Slices partition the space."""
    start = prefix + _slice_edge(segment, total) if segment else prefix
    stop = prefix + _slice_edge(segment + 1, total) if segment + 1 < total else successor(prefix)
    return start, stop


def _slice_edge(segment: int, total: int) -> bytes:
    return (((segment << 64) + total - 1) // total).to_bytes(8, "big")
