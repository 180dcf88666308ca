"""BatchGetItem and BatchWriteItem: many items, each read or written on its own.

Neither is atomic as a whole: a batch write goes as several works, so that none outgrows a store's transaction, and
each item in it is whole. What a batch leaves undone comes back as UnprocessedKeys or UnprocessedItems; one that gets
nothing done, because its tables are at their limits, is refused.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import accumulate, compress
from typing import TYPE_CHECKING, Any

from msgspec import Raw

from stator.api.call import Answer, Call, Request
from stator.api.conditions import check_key_paths, legacy_projection_of, projection_of
from stator.api.consumed import collection_metrics, consumed, wants_collection_metrics
from stator.api.envelope import current
from stator.api.items import placed, refuse_large_item
from stator.api.names import resolve
from stator.engine import items, records
from stator.engine.capacity import read_units
from stator.engine.catalogue import Table
from stator.engine.item_keys import ItemKey, checked_key, key_of
from stator.engine.items import Written
from stator.engine.throttling import THROTTLED, Payments, refused
from stator.errors import ServiceError, ValidationException
from stator.expressions import Placeholders, Projection
from stator.limits import (
    BATCH_GET_BYTES_MAX,
    BATCH_GET_JSON_BYTES_MAX,
    BATCH_GET_KEYS_MAX,
    BATCH_WRITE_REQUESTS_MAX,
    TURN_BYTES_MAX,
    WORK_BYTES_MAX,
)
from stator.storage.contract import Steps, Transaction, Work
from stator.values import Item, canonical_item

if TYPE_CHECKING:
    from stator.engine.database import Database

_DUPLICATES = "Provided list of item keys contains duplicates"


@dataclass(slots=True)
class _Wanted:
    """What a batch get asks of one table."""

    asked: Request
    keys: list[Item]
    projection: Projection | None
    consistent: bool


def batch_get_item(db: Database, request: Request, call: Call) -> Steps[Answer]:
    try:
        _refuse_mixed_projections(request["RequestItems"].values())
        wanted = {name: _wanted(asked) for name, asked in request["RequestItems"].items()}
    except ValidationException as error:
        raise current(error) from None
    if sum(len(each.keys) for each in wanted.values()) > BATCH_GET_KEYS_MAX:
        raise ValidationException("Too many items requested for the BatchGetItem call")
    tables = {name: _find(db, call, name, each) for name, each in wanted.items()}
    budget, room = BATCH_GET_BYTES_MAX, BATCH_GET_JSON_BYTES_MAX
    answer: Answer = {"Responses": {}, "UnprocessedKeys": {}}
    capacities = []
    left_out = db.hardships.unprocessed(sum(len(keys) for _, keys in tables.values()))
    first = 0
    refusals = []
    for name, (table, keys) in tables.items():
        here = [at not in left_out for at in range(first, first + len(keys))]
        first += len(keys)
        got = yield from _get_all(db, table, list(compress(keys, here)), wanted[name], budget, room)
        budget -= got.size
        room -= got.json_bytes
        refusals += [] if got.refusal is None else [got.refusal]
        answer["Responses"][name] = Raw(b"[" + b",".join(got.bodies) + b"]")
        if got.read < len(keys):
            answer["UnprocessedKeys"][name] = _keys_left(wanted[name].asked, here, got.read)
        call.items_read += len(got.bodies)
        call.items_returned += len(got.bodies)
        call.read_units += got.units
        if got.read or table.meter is None:
            capacities.append(consumed(request, table, got.units))
    if refusals and not any(_has_read(answer, name, len(keys)) for name, (_, keys) in tables.items()):
        raise refusals[0]
    if any(capacities):
        answer["ConsumedCapacity"] = capacities
    return answer


def _has_read(answer: Answer, name: str, keys: int) -> bool:
    """Whether any of a table's `keys` was looked up."""
    left = answer["UnprocessedKeys"].get(name)
    return left is None or len(left["Keys"]) < keys


def _keys_left(asked: Request, here: list[bool], read: int) -> Request:
    """What is asked of a table, without the first `read` of the keys that were taken up (`here`)."""
    places = zip(asked["Keys"], here, accumulate(here), strict=True)
    return {**asked, "Keys": [key for key, taken, place in places if not taken or place > read]}


def _refuse_mixed_projections(parts: Collection[Request]) -> None:
    """All tables of a batch are projected by expressions, or none is."""
    expression = any("ProjectionExpression" in part for part in parts)
    if expression and any("AttributesToGet" in part for part in parts):
        raise ValidationException(
            "Can not use both expression and non-expression parameters in the same request: "
            "Non-expression parameters: {AttributesToGet} Expression parameters: {ProjectionExpression}"
        )


def _wanted(asked: Request) -> _Wanted:
    placeholders = Placeholders.of_request(asked)
    placeholders.refuse_mixed(asked, ("ProjectionExpression",), ("AttributesToGet",))
    projection = legacy_projection_of(asked) or projection_of(asked, placeholders)
    placeholders.refuse_unused()
    keys = [canonical_item(key) for key in asked["Keys"]]
    seen = {tuple(sorted((name, str(value)) for name, value in key.items())) for key in keys}
    if len(seen) < len(keys):
        raise ValidationException(_DUPLICATES)
    return _Wanted(asked, keys, projection, asked.get("ConsistentRead") is True)


def _find(db: Database, call: Call, name: str, wanted: _Wanted) -> tuple[Table, list[ItemKey]]:
    table = resolve(db, call, name)
    if wanted.projection is not None:
        check_key_paths(table, wanted.projection.nested)
    return table, [key_of(table, key) for key in wanted.keys]


@dataclass(slots=True)
class _Got:
    """`read` keys were looked up, `size` bytes of items found, which are `json_bytes` to send. `refusal`: why no more
    were, when the table is at its limit."""

    bodies: list[bytes] = field(default_factory=list)
    read: int = 0
    size: int = 0
    json_bytes: int = 0
    units: float = 0.0
    refusal: ServiceError | None = None


def _get_all(
    db: Database, table: Table, keys: list[ItemKey], wanted: _Wanted, budget: int, room: int
) -> Steps[_Got]:
    """Stops before the items found are larger than `budget`, or once they take `room` bytes to send."""
    got = _Got()
    turn = 0
    reader = db.read(wanted.consistent)
    meter = table.meter
    for key in keys:
        if meter is not None and (refusal := refused(meter.refuse_read)):
            got.refusal = refusal
            break
        record = key.own(reader.get(key.stored))
        size = 0 if record is None else records.size(record)
        if got.size + size > budget or got.json_bytes >= room:
            break
        got.read += 1
        got.size += size
        units = read_units(size, wanted.consistent)
        got.units += units
        if meter is not None:
            meter.read(units)
        if record is not None:
            got.bodies.append(_body(record, wanted.projection))
            got.json_bytes += len(got.bodies[-1])
            turn += len(record)
        if turn > TURN_BYTES_MAX:
            turn = 0
            yield None
    return got


def _body(record: bytes, projection: Projection | None) -> bytes:
    if projection is None:
        return records.body(record)
    return records.text(projection.apply(records.decode(record)))


@dataclass(frozen=True, slots=True)
class _Write:
    """One item's write: `item` is None for a delete."""

    name: str
    table: Table
    key: ItemKey
    item: Item | None
    size: int


def batch_write_item(db: Database, request: Request, call: Call) -> Steps[Answer]:
    checked = {name: [_checked(each) for each in asked] for name, asked in request["RequestItems"].items()}
    if sum(len(each) for each in checked.values()) > BATCH_WRITE_REQUESTS_MAX:
        raise ValidationException("Too many items requested for the BatchWriteItem call")
    writes = [write for name, each in checked.items() for write in _place_all(db, call, name, each)]
    left_out = db.hardships.unprocessed(len(writes))
    undone = [write for at, write in enumerate(writes) if at in left_out]
    writes = [write for at, write in enumerate(writes) if at not in left_out]
    refusal: ServiceError | None = None
    done: list[tuple[_Write, Written]] = []
    for part in _parts(writes):
        try:
            written: list[Written] = yield _batch_work(db, part)
        except THROTTLED as error:
            refusal = refusal or error
            undone += part
        else:
            done += zip(part, written, strict=True)
    if refusal is not None and not done:
        raise refusal
    return _written_answer(request, call, done) | {"UnprocessedItems": _asked_again(undone)}


def _checked(asked: dict[str, Any]) -> tuple[Item | None, Item | None, int]:
    """(item, None, size) of a put or (None, key, 0) of a delete, canonical."""
    if len(asked) != 1:
        raise ValidationException(
            "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the "
            "supported datatypes"
        )
    if "PutRequest" in asked:
        item = canonical_item(asked["PutRequest"]["Item"])
        return item, None, refuse_large_item(item)
    return None, canonical_item(asked["DeleteRequest"]["Key"]), 0


def _place_all(
    db: Database, call: Call, name: str, checked: list[tuple[Item | None, Item | None, int]]
) -> Iterator[_Write]:
    table = resolve(db, call, name)
    seen = set()
    for item, key_attributes, size in checked:
        if item is not None:
            checked_key(table.keys, 1, item)
            key, item = placed(table, item)
        else:
            assert key_attributes is not None
            key = key_of(table, key_attributes)
        if key.stored in seen:
            raise ValidationException(_DUPLICATES)
        seen.add(key.stored)
        yield _Write(name, table, key, item, size)


def _parts(writes: list[_Write]) -> Iterator[list[_Write]]:
    """A write that something limits is a work of its own: it may be refused."""
    part: list[_Write] = []
    weight = 0
    for write in writes:
        alone = write.table.meter is not None or (part and part[-1].table.meter is not None)
        if part and (alone or weight + write.size > WORK_BYTES_MAX):
            yield part
            part, weight = [], 0
        part.append(write)
        weight += write.size
    if part:
        yield part


def _batch_work(db: Database, part: list[_Write]) -> Work:
    payments = Payments(db.throttle)

    def run(tx: Transaction) -> list[Written]:
        payments.begin()
        return [payments.write(tx, write.table, partial(_write, db, write)) for write in part]

    decides = tuple(write.key.stored for write in part)
    shares = tuple({write.table.catalogue_key for write in part})
    return Work(db.remembering(run), decides, shares, sum(write.size for write in part))


def _write(db: Database, write: _Write, tx: Transaction, table: Table) -> Written:
    table = db.catalogue.current(tx, table)
    if write.item is None:
        return items.delete_item(tx, table, write.key, None)
    return items.put_item(tx, table, write.key, write.item, write.size, None)


def _asked_again(undone: list[_Write]) -> dict[str, list[Answer]]:
    """UnprocessedItems: the requests of the writes that were left."""
    again: dict[str, list[Answer]] = {}
    for write in undone:
        asked = (
            {"DeleteRequest": {"Key": write.key.attributes}}
            if write.item is None
            else {"PutRequest": {"Item": write.item}}
        )
        again.setdefault(write.name, []).append(asked)
    return again


def _written_answer(request: Request, call: Call, done: list[tuple[_Write, Written]]) -> Answer:
    answer: Answer = {}
    by_name: dict[str, list[tuple[_Write, Written]]] = {}
    for write, written in done:
        by_name.setdefault(write.name, []).append((write, written))
    capacities = []
    metrics = {}
    for name, pairs in by_name.items():
        table_units, index_units = _sum_units([written for _, written in pairs])
        call.write_units += table_units + sum(index_units.values())
        capacities.append(consumed(request, pairs[0][1].table, table_units, index_units))
        if wants_collection_metrics(request, pairs[0][1].table):
            metrics[name] = _metrics(pairs)
    if any(capacities):
        answer["ConsumedCapacity"] = capacities
    if metrics:
        answer["ItemCollectionMetrics"] = metrics
    return answer


def _sum_units(done: list[Written]) -> tuple[float, dict[str, float]]:
    index_units: dict[str, float] = {}
    for written in done:
        for name, units in written.index_units().items():
            index_units[name] = index_units.get(name, 0.0) + units
    return sum(written.table_units() for written in done), index_units


def _metrics(pairs: list[tuple[_Write, Written]]) -> list[Answer]:
    """One estimate an item collection, the last write's."""
    by_collection: dict[str, Answer] = {}
    for write, written in pairs:
        partition = write.key.attributes[written.table.partition.name]
        by_collection[str(partition)] = collection_metrics(written.table, partition, written.collection_bytes)
    return list(by_collection.values())
