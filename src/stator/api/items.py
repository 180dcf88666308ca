"""GetItem, PutItem, UpdateItem, DeleteItem.

Each checks what can be checked without the table, in AWS's order, then finds the table and checks the rest; a write
is one Work, refused or durable as a whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Raw

from stator.api.call import Answer, Call, Request
from stator.api.conditions import (
    check_key_paths,
    check_update,
    legacy_projection_of,
    projection_of,
    update_of,
    write_condition,
)
from stator.api.consumed import collection_metrics, consumed, report_write, wants_collection_metrics
from stator.api.envelope import current, enveloped
from stator.api.names import resolve
from stator.api.repeated import Repeated
from stator.api.shapes.wording import ONLY_OLD_MESSAGE
from stator.engine import items, records
from stator.engine.capacity import read_units
from stator.engine.catalogue import Table
from stator.engine.item_keys import ItemKey, check_index_keys, key_of, key_within
from stator.engine.items import Condition, Written
from stator.errors import ValidationException
from stator.expressions import Placeholders, Projection, Update
from stator.limits import ITEM_BYTES_MAX
from stator.storage.contract import Steps, Transaction, Work
from stator.values import Item, canonical_item, item_size

if TYPE_CHECKING:
    from stator.engine.database import Database

_EXPECTED = ("Expected", "ConditionalOperator")


def get_item(db: Database, request: Request, call: Call) -> Answer:
    table, key, projection = _meaning_of_get(db, request, call)
    consistent = request.get("ConsistentRead") is True
    if table.meter is not None:
        table.meter.refuse_read()
    record = key.own(db.read(consistent).get(key.stored))
    answer: Answer = {}
    size = 0
    if record is not None:
        body, size = records.opened(record)
        call.items_read = call.items_returned = 1
        if projection is not None:
            body = records.text(projection.apply(records.decode(record)))
        answer["Item"] = Raw(body)
    units = read_units(size, consistent)
    call.read_units = units
    if table.meter is not None:
        table.meter.read(units)
    if "ReturnConsumedCapacity" in request:
        capacity = consumed(request, table, units)
        if capacity is not None:
            answer["ConsumedCapacity"] = capacity
    return answer


def _meaning_of_get(db: Database, request: Request, call: Call) -> tuple[Table, ItemKey, Projection | None]:
    """The table, the key in it and the projection; of a text that comes again, as it was found the first time, while
    its table is the same. Raises ValidationException, ResourceNotFoundException."""
    kept: tuple[Table, ItemKey, Projection | None] | None = request.kept if type(request) is Repeated else None
    checked = None
    if kept is None:
        try:
            checked = checked_get(request)
        except ValidationException as error:
            raise current(error) from None
    table = resolve(db, call, request["TableName"])
    if kept is not None and kept[0] is table:
        return kept
    attributes, projection = checked or checked_get(request)
    key = key_of(table, attributes)
    if projection is not None:
        check_key_paths(table, projection.nested)
    if type(request) is Repeated:
        request.kept = table, key, projection
    return table, key, projection


def checked_get(request: Request) -> tuple[Item, Projection | None]:
    """The key and the projection: what can be checked without the table.

    Raises ValidationException, worded by the older layer."""
    if len(request) == 2:  # the table and the key: nothing else to check
        return canonical_item(request["Key"]), None
    placeholders = Placeholders.of_request(request)
    placeholders.refuse_mixed(request, ("ProjectionExpression",), ("AttributesToGet",))
    attributes = canonical_item(request["Key"])
    projection = legacy_projection_of(request) or projection_of(request, placeholders)
    placeholders.refuse_unused()
    return attributes, projection


def put_item(db: Database, request: Request, call: Call) -> Steps[Answer]:
    try:
        item, size, condition = checked_put(request)
    except ValidationException as error:
        raise enveloped(error) from None
    table = resolve(db, call, request["TableName"])
    key, item = placed(table, item)
    check_condition_paths(table, condition)
    db.hardships.refuse_conflict()
    written: Written = yield put_work(db, table, key, item, size, condition)
    return _answer_old(request, call, key, written)


def checked_put(request: Request) -> tuple[Item, int, Condition | None]:
    """The item, its size in bytes and the condition: what can be checked without the table.

    Raises ValidationException, worded by the older layer."""
    if len(request) == 2:  # the table and the item: nothing else to check
        item = canonical_item(request["Item"])
        return item, refuse_large_item(item), None
    placeholders = Placeholders.of_request(request)
    placeholders.refuse_mixed(request, ("ConditionExpression",), _EXPECTED)
    item = canonical_item(request["Item"])
    _refuse_return_values(request)
    size = refuse_large_item(item)
    condition = write_condition(request, placeholders)
    placeholders.refuse_unused()
    return item, size, condition


def delete_item(db: Database, request: Request, call: Call) -> Steps[Answer]:
    try:
        attributes, condition = checked_delete(request)
    except ValidationException as error:
        raise enveloped(error) from None
    table = resolve(db, call, request["TableName"])
    key = key_of(table, attributes)
    check_condition_paths(table, condition)
    db.hardships.refuse_conflict()
    written: Written = yield delete_work(db, table, key, condition)
    return _answer_old(request, call, key, written)


def checked_delete(request: Request) -> tuple[Item, Condition | None]:
    """The key and the condition: what can be checked without the table.

    Raises ValidationException, worded by the older layer."""
    placeholders = Placeholders.of_request(request)
    placeholders.refuse_mixed(request, ("ConditionExpression",), _EXPECTED)
    attributes = canonical_item(request["Key"])
    _refuse_return_values(request)
    condition = write_condition(request, placeholders)
    placeholders.refuse_unused()
    return attributes, condition


def _refuse_return_values(request: Request) -> None:
    if request.get("ReturnValues", "NONE") not in ("NONE", "ALL_OLD"):
        raise ValidationException(ONLY_OLD_MESSAGE)


def update_item(db: Database, request: Request, call: Call) -> Steps[Answer]:
    try:
        attributes, update, condition = checked_update(request)
    except ValidationException as error:
        raise enveloped(error) from None
    table = resolve(db, call, request["TableName"])
    key = key_of(table, attributes)
    if update is not None:
        check_update(table, update)
    check_condition_paths(table, condition)
    db.hardships.refuse_conflict()

    def run(tx: Transaction) -> Written:
        return items.update_item(tx, db.catalogue.current(tx, table), key, update, condition)

    written: Written = yield Work(db.writing(table, run), (key.stored,), (table.catalogue_key,))
    answer: Answer = {}
    wanted = request.get("ReturnValues", "NONE")
    if wanted != "NONE":
        record = written.old if wanted.endswith("OLD") else written.new
        if record is not None and wanted.startswith("ALL"):
            answer["Attributes"] = Raw(records.body(record))
        elif record is not None and update is not None:
            touched = update.project_updated(records.decode(record))
            if touched:
                answer["Attributes"] = touched
    return _report(request, call, key, written, answer)


def checked_update(request: Request) -> tuple[Item, Update | None, Condition | None]:
    """The key, the update and the condition: what can be checked without the table.

    Raises ValidationException, worded by the older layer."""
    placeholders = Placeholders.of_request(request)
    placeholders.refuse_mixed(
        request, ("UpdateExpression", "ConditionExpression"), ("AttributeUpdates", *_EXPECTED)
    )
    attributes = canonical_item(request["Key"])
    update = update_of(request, placeholders)
    condition = write_condition(request, placeholders)
    placeholders.refuse_unused()
    return attributes, update, condition


def refuse_large_item(item: Item) -> int:
    """Returns the item's size in bytes. Raises ValidationException over 400 KB."""
    size = item_size(item)
    if size > ITEM_BYTES_MAX:
        raise ValidationException("Item size has exceeded the maximum allowed size")
    return size


def placed(table: Table, item: Item) -> tuple[ItemKey, Item]:
    """The key of a whole item that is to be stored, and the item with its key first."""
    key = key_within(table, item)
    if table.indexes:
        check_index_keys(table, item)
    return key, {**key.attributes, **item}


def put_work(
    db: Database, table: Table, key: ItemKey, item: Item, size: int, condition: Condition | None = None
) -> Work:
    def run(tx: Transaction) -> Written:
        return items.put_item(tx, db.catalogue.current(tx, table), key, item, size, condition)

    return Work(db.writing(table, run), (key.stored,), (table.catalogue_key,), size)


def delete_work(db: Database, table: Table, key: ItemKey, condition: Condition | None = None) -> Work:
    def run(tx: Transaction) -> Written:
        return items.delete_item(tx, db.catalogue.current(tx, table), key, condition)

    return Work(db.writing(table, run), (key.stored,), (table.catalogue_key,))


def check_condition_paths(table: Table, condition: Condition | None) -> None:
    if condition is not None:
        check_key_paths(table, condition.nested)


def _answer_old(request: Request, call: Call, key: ItemKey, written: Written) -> Answer:
    answer: Answer = {}
    if request.get("ReturnValues") == "ALL_OLD" and written.old is not None:
        answer["Attributes"] = Raw(records.body(written.old))
    return _report(request, call, key, written, answer)


def _report(request: Request, call: Call, key: ItemKey, written: Written, answer: Answer) -> Answer:
    report_write(request, call, written, answer)
    if wants_collection_metrics(request, written.table):
        partition = key.attributes[written.table.partition.name]
        answer["ItemCollectionMetrics"] = collection_metrics(
            written.table, partition, written.collection_bytes
        )
    return answer
