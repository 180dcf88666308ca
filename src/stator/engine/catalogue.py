"""What a table is: its description as stored, and the live `Table` that requests work with.

A description is stored as sealed JSON (engine.sealed) under the table's catalogue key and is immutable: a change
stores a new one and moves the catalogue's version. A live Table is a description with what requests need precomputed:
key prefixes, schemas, lookups by name. The catalogue key's bytes are what item writes share and changes to the table
decide on.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

from stator.engine import sealed
from stator.engine.expiry_queue import ExpiryQueue
from stator.engine.log import LogClock, LogWriter
from stator.keys import space

if TYPE_CHECKING:
    from stator.engine.throttling import Meter


class Status(StrEnum):
    """Of a table or an index, as stored. What a client is shown may linger behind it."""

    CREATING = "CREATING"
    UPDATING = "UPDATING"
    DELETING = "DELETING"
    ACTIVE = "ACTIVE"


class BillingMode(StrEnum):
    PROVISIONED = "PROVISIONED"
    PAY_PER_REQUEST = "PAY_PER_REQUEST"


class ProjectionType(StrEnum):
    ALL = "ALL"
    KEYS_ONLY = "KEYS_ONLY"
    INCLUDE = "INCLUDE"


class KeyAttribute(msgspec.Struct, frozen=True):
    """A key attribute: its name and its type, S, N or B."""

    name: str
    type: str


class Throughput(msgspec.Struct, frozen=True):
    """Provisioned units a second (0 and 0 on demand), and when they were last raised and lowered (epoch seconds)."""

    read: int = 0
    write: int = 0
    increased_at: float | None = None
    decreased_at: float | None = None
    decreases_today: int = 0


class MaxThroughput(msgspec.Struct, frozen=True):
    """The ceiling of an on-demand table or index; None where none was set."""

    read: int | None = None
    write: int | None = None


class WarmThroughput(msgspec.Struct, frozen=True):
    """Units a second that are ready at once; never decreases. `status` is ACTIVE as stored, and UPDATING only in the
    answer to the request that raises it."""

    read: int
    write: int
    status: Status = Status.ACTIVE


class Encryption(msgspec.Struct, frozen=True):
    """With a KMS key, by its ARN. A table without this has the service's own key, which AWS does not describe."""

    key_arn: str


class Stream(msgspec.Struct, frozen=True):
    """The latest stream. `label` is a time, and ends its ARN; it outlives the stream's end (`enabled` False)."""

    view_type: str
    label: str
    enabled: bool = True


class ResourcePolicy(msgspec.Struct, frozen=True):
    """Of a table, or under its label of a stream. `revision`: the time of its last change in milliseconds."""

    document: str
    revision: str


class TtlStatus(StrEnum):
    ENABLING = "ENABLING"
    ENABLED = "ENABLED"
    DISABLING = "DISABLING"


class TimeToLive(msgspec.Struct, frozen=True):
    """Items expire at the number in `attribute` (epoch seconds). A table without this is DISABLED."""

    attribute: str
    status: TtlStatus


class Recovery(msgspec.Struct, frozen=True):
    """Point-in-time recovery: on since `since` (epoch seconds), and how many days back it reaches."""

    since: float
    days: int = 35


class Restored(msgspec.Struct, frozen=True):
    """Where a restored table came from: the state of `table_arn` at `at` (epoch seconds), by the backup if there was
    one. The table is CREATING until all of it is there."""

    table_arn: str
    at: float
    backup_arn: str | None = None


class Log(msgspec.Struct, frozen=True):
    """What the table's writes put into its log (engine.log), and where; `engine.log_readers` keeps it true.

    `shards`: the open ones, in turn those of equal slices of the partition hashes, a power of two; none while nothing
    reads the log. `old`, `new`: whether these images are kept; `apart`: new ones in rows of their own. `last_shard`:
    the last number given out."""

    shards: tuple[int, ...] = ()
    old: bool = False
    new: bool = False
    apart: bool = False
    last_shard: int = 0

    @property
    def slots(self) -> tuple[int, ...]:
        """The logs, as the store has them, of `shards`: the same ones for the same number of shards, and greater ones
        for more, so that a table's log read by its keys is in the order of each item's changes."""
        return slots_of(len(self.shards))


def slots_of(shards: int) -> tuple[int, ...]:
    return tuple(range(shards, 2 * shards))


class IndexDescription(msgspec.Struct, frozen=True):
    """`id` is never used again within its table. Local: one sort attribute, the table's partition.

    `backfilling`: None but for an index that is being added to a table with items."""

    id: int
    name: str
    local: bool
    partition: tuple[KeyAttribute, ...]
    sort: tuple[KeyAttribute, ...]
    projection: ProjectionType
    non_key_attributes: tuple[str, ...] = ()
    status: Status = Status.ACTIVE
    backfilling: bool | None = None
    created_at: float = 0.0
    throughput: Throughput = Throughput()
    max_throughput: MaxThroughput | None = None
    warm_throughput: WarmThroughput | None = None


class TableDescription(msgspec.Struct, frozen=True):
    """A table as stored. Times are epoch seconds. `uid` is AWS's TableId; `id` names its rows.

    `billing_changed_at`: when it last came to be on demand, at creation too; None if it never was. `copied_to`: the ids
    of the rows that copies of its state at a moment are being made under; they need its log, and that it stays."""

    id: int
    uid: str
    account: str
    region: str
    name: str
    attributes: tuple[KeyAttribute, ...]
    partition: KeyAttribute
    sort: KeyAttribute | None
    billing_mode: BillingMode
    created_at: float
    status: Status = Status.ACTIVE
    indexes: tuple[IndexDescription, ...] = ()
    next_index_id: int = 1
    throughput: Throughput = Throughput()
    max_throughput: MaxThroughput | None = None
    warm_throughput: WarmThroughput | None = None
    billing_changed_at: float | None = None
    updated_at: float = 0.0
    table_class: str | None = None
    table_class_changed_at: float | None = None
    deletion_protection: bool = False
    encryption: Encryption | None = None
    stream: Stream | None = None
    recovery: Recovery | None = None
    copied_to: tuple[int, ...] = ()
    restored: Restored | None = None
    log: Log = Log()
    ttl: TimeToLive | None = None
    tags: dict[str, str] = {}
    resource_policy: ResourcePolicy | None = None
    stream_policies: dict[str, ResourcePolicy] = {}


_encode = sealed.encode
_decode = sealed.decoder(TableDescription)


class Index:
    """A live index. `names` are all its key attributes' names; `projected` is None when it holds whole items."""

    __slots__ = (
        "bytes_counter",
        "description",
        "id",
        "items_counter",
        "keys",
        "local",
        "name",
        "names",
        "partition",
        "prefix",
        "projected",
        "readable",
        "sort",
    )

    def __init__(self, description: IndexDescription, table: TableDescription) -> None:
        self.description = description
        self.id = description.id
        self.name = description.name
        self.local = description.local
        self.prefix = space.index_prefix(table.id, description.id, description.local)
        self.items_counter = space.counter_key(table.id, space.Counted.ITEMS, description.id)
        self.bytes_counter = space.counter_key(table.id, space.Counted.BYTES, description.id)
        self.partition = description.partition
        self.sort = description.sort
        self.keys = description.partition + description.sort
        self.names = tuple(key.name for key in self.keys)
        self.projected = self._projected(table)
        self.readable = not (description.backfilling or description.status is Status.CREATING)

    def _projected(self, table: TableDescription) -> frozenset[str] | None:
        description = self.description
        if description.projection is ProjectionType.ALL:
            return None
        names = {*self.names, table.partition.name, *description.non_key_attributes}
        if table.sort is not None:
            names.add(table.sort.name)
        return frozenset(names)


class Table:
    """A live table: immutable, shared by all requests until its stored description changes.

    `salt` is the store's: it keys the hashes of every partition key. `log` is None while nothing reads one, `expiry`
    while no items expire, `meter` while nothing limits reads and writes; the catalogue sets it before it lets the table
    out."""

    __slots__ = (
        "by_index_name",
        "bytes_counter",
        "catalogue_key",
        "description",
        "expiry",
        "id",
        "indexes",
        "item_prefix",
        "items_counter",
        "key_names",
        "key_types",
        "keys",
        "local_indexes",
        "log",
        "meter",
        "name",
        "partition",
        "salt",
        "sort",
        "stored",
        "types",
    )

    def __init__(self, stored: bytes, salt: bytes, log_clock: LogClock) -> None:
        self.stored = stored
        self.salt = salt
        self.description = description = _decode(stored)
        self.id = description.id
        self.name = description.name
        self.partition = description.partition
        self.sort = description.sort
        self.keys = (self.partition,) if self.sort is None else (self.partition, self.sort)
        self.key_names = tuple(key.name for key in self.keys)
        self.key_types = {key.name: key.type for key in self.keys}
        self.types = {key.name: key.type for key in description.attributes}
        self.catalogue_key = space.catalogue_key(description.account, description.region, description.name)
        self.item_prefix = space.item_prefix(description.id)
        self.items_counter = space.counter_key(description.id, space.Counted.ITEMS)
        self.bytes_counter = space.counter_key(description.id, space.Counted.BYTES)
        self.indexes = tuple(
            Index(index, description) for index in description.indexes if index.status is not Status.DELETING
        )
        self.local_indexes = tuple(index for index in self.indexes if index.local)
        self.by_index_name = {index.name: index for index in self.indexes}
        self.meter: Meter | None = None
        ttl = description.ttl
        expires = ttl is not None and ttl.status is not TtlStatus.DISABLING
        self.expiry = ExpiryQueue(description.id, ttl.attribute) if ttl is not None and expires else None
        self.log = LogWriter(description.id, description.log, log_clock) if description.log.shards else None

    @property
    def arn(self) -> str:
        return table_arn(self.description)


def table_arn(description: TableDescription) -> str:
    return f"arn:aws:dynamodb:{description.region}:{description.account}:table/{description.name}"


def stream_arn(description: TableDescription, label: str) -> str:
    return f"{table_arn(description)}/stream/{label}"


def encode(description: TableDescription) -> bytes:
    return _encode(description)


def decode(stored: bytes) -> TableDescription:
    return _decode(stored)
