"""Query and Scan: from a checked request to a plan, and from its page to the answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from msgspec import Raw

from stator.api.call import Answer, Call, Request
from stator.api.conditions import (
    Filter,
    check_key_paths,
    filter_of,
    key_conditions_of,
    legacy_filter_of,
    legacy_projection_of,
    projection_of,
)
from stator.api.consumed import consumed
from stator.api.envelope import current, enveloped
from stator.api.key_conditions import (
    check_scan_start,
    check_start_key,
    check_start_within,
    schema_of,
    split_conditions,
)
from stator.api.names import resolve
from stator.api.selects import check_select, selection
from stator.engine.capacity import read_units
from stator.engine.catalogue import Index, Table
from stator.engine.indexes import start_key
from stator.engine.intervals import (
    Interval,
    SortCondition,
    collection_prefix,
    query_interval,
    restart,
    scan_interval,
)
from stator.engine.item_keys import stored_key
from stator.engine.queries import Page, ReadPlan, Source, read_page
from stator.errors import InvalidAttributeValue, ValidationException
from stator.expressions import Placeholders, Projection
from stator.keys.space import successor
from stator.storage.contract import Steps
from stator.values import Item, canonical_item

if TYPE_CHECKING:
    from stator.engine.database import Database


@dataclass(frozen=True, slots=True)
class _Checked:
    """What of a request was checked without its table."""

    start: Item | None
    filter: Filter | None
    projection: Projection | None
    select: str | None


def query(db: Database, request: Request, call: Call) -> Steps[Answer]:
    try:
        checked, conditions = _checked_query(request)
    except ValidationException as error:
        raise current(error) from None
    table, index = _place(db, request, call)
    partition, sort = split_conditions(table, index, conditions, checked.start)
    prefix = collection_prefix(table, index, partition)
    interval = query_interval(prefix, index, sort)
    reverse = request.get("ScanIndexForward") is False
    if checked.start is not None:
        check_start_key(table, checked.start)
        place = _place_key(table, index, {**checked.start, **partition})
        check_start_within(checked.start, place, partition, bool(sort), interval)
        interval = restart(interval, place, reverse)
    _check_paths(table, checked.projection, None)
    parameter = "QueryFilter" if "QueryFilter" in request else "Filter Expression"
    refuse_key_filter(table, index, checked.filter, parameter)
    plan = _plan(request, table, index, interval, checked)
    _check_paths(table, None, checked.filter)
    plan.collection = (prefix, successor(prefix))
    plan.reverse = reverse
    return (yield from _answer(db, request, call, plan))


def _checked_query(request: Request) -> tuple[_Checked, list[SortCondition]]:
    placeholders = Placeholders.of_request(request)
    placeholders.refuse_mixed(
        request,
        ("ProjectionExpression", "FilterExpression", "KeyConditionExpression"),
        ("AttributesToGet", "QueryFilter", "ConditionalOperator", "KeyConditions"),
    )
    filter_ = legacy_filter_of(request, "QueryFilter")
    projection = legacy_projection_of(request)
    start = _start_of(request)
    if "KeyConditions" not in request and "KeyConditionExpression" not in request:
        raise ValidationException(
            "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request."
        )
    read_conditions = key_conditions_of(request, placeholders)
    filter_ = filter_of(request, placeholders) or filter_
    projection = projection_of(request, placeholders) or projection
    placeholders.refuse_unused()
    conditions = read_conditions()
    try:
        select = check_select(request, projection)
    except ValidationException as error:
        raise enveloped(error) from None
    return _Checked(start, filter_, projection, select), conditions


def scan(db: Database, request: Request, call: Call) -> Steps[Answer]:
    checked, segment, total = _checked_scan(request)
    table, index = _place(db, request, call)
    call.is_scan = True
    if checked.start is not None:
        check_scan_start(table, index, checked.start)
    plan = _plan(request, table, index, scan_interval(table, index, segment, total), checked)
    if checked.start is not None:
        check_start_key(table, checked.start)
        place = _place_key(table, index, checked.start)
        if not plan.start <= place < plan.stop:
            raise ValidationException(
                "The provided starting key is invalid: Invalid ExclusiveStartKey. Please use ExclusiveStartKey "
                f"with correct Segment. TotalSegments: {total} Segment: {segment}"
            )
        plan.start, plan.stop = restart((plan.start, plan.stop), place, reverse=False)
    _check_paths(table, checked.projection, checked.filter)
    return (yield from _answer(db, request, call, plan))


def _checked_scan(request: Request) -> tuple[_Checked, int, int]:
    placeholders = Placeholders.of_request(request)
    placeholders.refuse_mixed(
        request,
        ("ProjectionExpression", "FilterExpression"),
        ("AttributesToGet", "ScanFilter", "ConditionalOperator"),
    )
    projection = legacy_projection_of(request)
    filter_ = legacy_filter_of(request, "ScanFilter")
    start = _start_of(request)
    segment, total = _segment(request)
    filter_ = filter_of(request, placeholders) or filter_
    projection = projection_of(request, placeholders) or projection
    placeholders.refuse_unused()
    return _Checked(start, filter_, projection, check_select(request, projection)), segment, total


def _start_of(request: Request) -> Item | None:
    key = request.get("ExclusiveStartKey")
    if key is None:
        return None
    try:
        return canonical_item(key)
    except ValidationException as error:
        if _is_about_a_value(error.message):
            raise
        text = f"The provided starting key is invalid: {error.message}"
        raise InvalidAttributeValue(
            text, f"The provided starting key is invalid: {current(error).message}"
        ) from error


def _is_about_a_value(message: str) -> bool:
    """AWS prefixes some refusals of a starting key's values and not these."""
    marks = (
        "contains duplicates",
        "number set",
        "numeric value",
        "significant digits",
        "number with magnitude",
    )
    return any(mark in message for mark in marks)


def _segment(request: Request) -> tuple[int, int]:
    segment, total = request.get("Segment"), request.get("TotalSegments")
    if segment is None and total is None:
        return 0, 1
    if total is None:
        raise ValidationException(
            "The TotalSegments parameter is required but was not present in the request when Segment "
            "parameter is present"
        )
    if segment is None:
        raise ValidationException(
            "The Segment parameter is required but was not present in the request when parameter "
            "TotalSegments is present"
        )
    if segment >= total:
        raise ValidationException(
            "The Segment parameter is zero-based and must be less than parameter TotalSegments: "
            f"Segment: {segment} is not less than TotalSegments: {total}"
        )
    return segment, total


def _place(db: Database, request: Request, call: Call) -> tuple[Table, Index | None]:
    table = resolve(db, call, request["TableName"])
    name = request.get("IndexName")
    if name is None:
        return table, None
    call.index = name
    index = table.by_index_name.get(name)
    if index is None:
        raise ValidationException(f"The table does not have the specified index: {name}")
    if not index.local and request.get("ConsistentRead") is True:
        raise ValidationException("Consistent reads are not supported on global secondary indexes")
    if not index.readable or db.lingering.is_building(table.description, name):
        raise ValidationException(f"Cannot read from backfilling global secondary index: {name}")
    return table, index


def _place_key(table: Table, index: Index | None, key: Item) -> bytes:
    return stored_key(table, key) if index is None else start_key(table, index, key)


def refuse_key_filter(table: Table, index: Index | None, filter_: Filter | None, parameter: str) -> None:
    if filter_ is None:
        return
    partition, sort = schema_of(table, index)
    for schema in (*partition, *sort):
        if schema.name in filter_.attributes:
            raise ValidationException(
                f"{parameter} can only contain non-primary key attributes: "
                f"Primary key attribute: {schema.name}"
            )


def _check_paths(table: Table, projection: Projection | None, filter_: Filter | None) -> None:
    for paths in (projection, filter_):
        if paths is not None:
            check_key_paths(table, paths.nested)


def _plan(
    request: Request, table: Table, index: Index | None, interval: Interval, checked: _Checked
) -> ReadPlan:
    filter_ = checked.filter
    filtered = () if filter_ is None else filter_.attributes
    chosen = selection(table, index, checked.select, checked.projection, filtered)
    return ReadPlan(
        table,
        index,
        *interval,
        limit=request.get("Limit"),
        matches=None if filter_ is None else filter_.matches,
        project=chosen.project,
        fetch=chosen.fetch,
        keep=chosen.keep,
    )


def _answer(db: Database, request: Request, call: Call, plan: ReadPlan) -> Steps[Answer]:
    consistent = request.get("ConsistentRead") is True
    meter = plan.table.meter
    if meter is not None:
        meter.refuse_read(plan.index)
    page = yield from read_page(_source(db, plan, consistent), plan)
    call.items_read, call.items_returned = page.scanned, page.count
    answer: Answer = {"Count": page.count, "ScannedCount": page.scanned}
    if plan.keep:
        answer["Items"] = Raw(b"[" + b",".join(page.bodies) + b"]")
    if page.last is not None:
        answer["LastEvaluatedKey"] = page.last
    _add_capacity(request, call, plan, page, consistent, answer)
    return answer


def _source(db: Database, plan: ReadPlan, consistent: bool) -> Source:
    return db.read(consistent, plan.index is not None and not plan.index.local)


def _add_capacity(
    request: Request, call: Call, plan: ReadPlan, page: Page, consistent: bool, answer: dict[str, Any]
) -> None:
    units = read_units(page.row_bytes, consistent)
    fetched = sum(read_units(size, consistent) for size in page.fetched)
    call.read_units += units + fetched
    if plan.table.meter is not None:
        plan.table.meter.read(units + fetched, plan.index)
    if plan.index is None:
        capacity = consumed(request, plan.table, units)
    else:
        capacity = consumed(request, plan.table, fetched, {plan.index.name: units})
    if capacity is not None:
        answer["ConsumedCapacity"] = capacity
