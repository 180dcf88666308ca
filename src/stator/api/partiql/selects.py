"""SELECT: which index it reads, what it returns of each row, and one page of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec import Raw

from stator.api.call import Answer, Call, Request
from stator.api.conditions import check_key_paths
from stator.api.consumed import consumed
from stator.api.partiql.requests import Asked, table_of
from stator.engine.capacity import read_units
from stator.engine.catalogue import Index, Table
from stator.errors import ValidationException
from stator.expressions.paths import nested_heads, reader
from stator.partiql.next_tokens import Tokens
from stator.partiql.plans import Plan, select_plan
from stator.partiql.reads import Selected, Wanted, read_selected
from stator.partiql.statements import Column, Select
from stator.storage.contract import Steps
from stator.values import Item

if TYPE_CHECKING:
    from stator.engine.database import Database

_INVALID = "One or more parameter values were invalid: "


def select(db: Database, request: Request, call: Call, asked: Asked) -> Steps[Answer]:
    table, index = source_of(db, call, asked)
    body = checked_select(table, asked)
    plan = select_plan(table, index, body.where, asked.values, body.order)
    call.is_scan = plan.is_scan
    if index is not None:
        _refuse_unprojected(index, body.columns)
        _refuse_unprojected_filter(index, plan)
    tokens = Tokens(table, index, asked.text, asked.parameters)
    start = tokens.read(request["NextToken"]) if "NextToken" in request else None
    wanted = _wanted(table, index, body, plan, asked)
    source = db.read(asked.consistent, index is not None and not index.local)
    if table.meter is not None:
        table.meter.refuse_read(index)
    selected = yield from read_selected(source, wanted, plan, request.get("Limit"), start)
    call.items_read, call.items_returned = selected.scanned, selected.count
    answer: Answer = {"Items": Raw(b"[" + b",".join(selected.bodies) + b"]")}
    if selected.place is not None:
        answer["NextToken"] = tokens.made(selected.place)
    if selected.last is not None:
        answer["LastEvaluatedKey"] = selected.last
    _add_capacity(request, call, wanted, selected, asked.consistent, answer)
    return answer


def source_of(db: Database, call: Call, asked: Asked) -> tuple[Table, Index | None]:
    """The table and the index that a SELECT reads. Raises ResourceNotFoundException and ValidationException."""
    table = table_of(db, call, asked.statement)
    name = asked.statement.index
    if name is None:
        return table, None
    index = table.by_index_name.get(name)
    if index is None:
        raise ValidationException("The table does not have the specified index")
    call.index = name
    if len(index.partition) > 1 or len(index.sort) > 1:
        raise ValidationException(
            "PartiQL statements cannot be executed on tables with multi-attribute HASH keys or "
            "multi-attribute RANGE keys."
        )
    if not index.local and asked.consistent:
        raise ValidationException("Strongly consistent read is not supported on Global Secondary Indexes")
    if not index.readable or db.lingering.is_building(table.description, name):
        raise ValidationException(f"Cannot read from backfilling global secondary index: {name}")
    return table, index


def checked_select(table: Table, asked: Asked) -> Select:
    """Raises ValidationException for what the service does not take, or values that do not fit."""
    body = asked.statement.body
    assert isinstance(body, Select)
    if body.where is not None:
        body.where.check(asked.values)
        check_key_paths(table, body.where.shape.nested)
    if body.columns is not None:
        check_key_paths(table, nested_heads(column.path for column in body.columns))
    return body


def projector(columns: tuple[Column, ...] | None) -> Callable[[Item], Item] | None:
    """What makes a row of an item; None for *. A column whose path leads nowhere is left out."""
    if columns is None:
        return None
    readers = [(column.name, reader(column.path.parts)) for column in columns]

    def project(item: Item) -> Item:
        row = {}
        for name, read in readers:
            value = read(item)
            if value is not None:
                row[name] = value
        return row

    return project


def _wanted(table: Table, index: Index | None, body: Select, plan: Plan, asked: Asked) -> Wanted:
    matches = None
    if body.where is not None and not plan.exact:
        matches = body.where.matcher(asked.values)
    fetch = index is not None and index.local and bool(_unprojected(index, body.columns))
    if fetch and matches is not None and index is not None:
        matches = _on_view(matches, index)
    return Wanted(table, index, matches, projector(body.columns), fetch)


def _on_view(matches: Callable[[Item], bool], index: Index) -> Callable[[Item], bool]:
    """A filter sees an index's row, also where the item it stands for is fetched."""
    projected = index.projected
    assert projected is not None
    return lambda item: matches({name: value for name, value in item.items() if name in projected})


def _unprojected(index: Index, columns: tuple[Column, ...] | None) -> list[str]:
    """The attributes that columns ask for and the index does not hold, in the order of the text."""
    if columns is None or index.projected is None:
        return []
    names = dict.fromkeys(str(column.path.parts[0]) for column in columns)
    return [name for name in names if name not in index.projected]


def _refuse_unprojected(index: Index, columns: tuple[Column, ...] | None) -> None:
    missing = _unprojected(index, columns)
    if missing and not index.local:
        raise ValidationException(
            f"{_INVALID}Global secondary index {index.name} does not project [{', '.join(missing)}]"
        )


def _refuse_unprojected_filter(index: Index, plan: Plan) -> None:
    """Only a read by keys is refused, and only when no branch of it can be answered; a scan finds nothing."""
    projected = index.projected
    if projected is None or not plan.filtered:
        return
    missing = [[name for name in names if name not in projected] for names in plan.filtered]
    if all(missing):
        raise ValidationException(
            f"{_INVALID}Secondary index {index.name} does not project one or more filter attributes: "
            f"[{', '.join(missing[0])}]"
        )


def _add_capacity(
    request: Request, call: Call, wanted: Wanted, selected: Selected, consistent: bool, answer: Answer
) -> None:
    units = sum(read_units(size, consistent) for size in selected.read_bytes or [0])
    fetched = sum(read_units(size, consistent) for size in selected.fetched)
    call.read_units += units + fetched
    if wanted.table.meter is not None:
        wanted.table.meter.read(units + fetched, wanted.index)
    if wanted.index is None:
        capacity = consumed(request, wanted.table, units)
    else:
        capacity = consumed(request, wanted.table, fetched, {wanted.index.name: units})
    if capacity is not None:
        answer["ConsumedCapacity"] = capacity
