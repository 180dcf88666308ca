"""What a statement will read or write, and what that costs.

In process the engine's own planner is asked, and refuses what it would refuse. Behind an endpoint nobody tells how it
plans: then the same analysis of the WHERE is made from the table's description, which says what the service's rules
make of it, and a SELECT's first page is read, so that what it consumed is known. A write is never run.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from stator.api.call import Call
from stator.api.partiql.requests import Asked, asked
from stator.api.partiql.selects import checked_select, source_of
from stator.api.partiql.writes import single_key, write_of
from stator.cli.shell.catalogue import Catalogue, Table
from stator.cli.shell.literals import literal, name_literal
from stator.client.in_process import InProcess
from stator.client.transport import Transport
from stator.engine.catalogue import KeyAttribute
from stator.partiql.branches import Branch
from stator.partiql.plans import Plan, Schema, keyed_branches, select_plan
from stator.partiql.statements import Delete, Insert, Select, Update
from stator.partiql.tokens import Kind, tokenize
from stator.partiql.where import Where

if TYPE_CHECKING:
    from stator.engine.database import Database

_READ_BYTES = 4096
_AFTERWARDS = "it sees only what was read, and saves no capacity"
Row = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Keyed:
    """Where a statement goes: `branches` are empty when it gives no key."""

    index: str | None
    schema: Schema
    branches: list[Branch]


def explain(transport: Transport, catalogue: Catalogue, text: str, consistent: bool) -> list[Row]:
    """Names and texts. Raises ServiceError for what would be refused, and StatorError."""
    statement = asked({"Statement": text, "ConsistentRead": consistent}, [])
    db = transport.db if isinstance(transport, InProcess) else None
    plan = None
    if db is not None:
        plan = _planned(db, statement)
    table = catalogue.table(statement.statement.table)
    body = statement.statement.body
    if isinstance(body, Select):
        rows = _select_rows(table, statement, body, plan)
        return rows if db is not None else [*rows, *_first_page(transport, text, consistent)]
    rows = _write_rows(table, statement, body)
    return rows if db is not None else [*rows, ("checked", "no: only the endpoint knows, when it is run")]


def _planned(db: Database, statement: Asked) -> Plan | None:
    """The engine's plan of a SELECT; None for a write, of which it checks all that needs no item."""
    call = Call("ExecuteStatement", db.options.account, db.options.region)
    if not statement.statement.reads:
        write = write_of(db, call, statement)
        single_key(write.table, statement)
        write.place()
        return None
    table, index = source_of(db, call, statement)
    body = checked_select(table, statement)
    return select_plan(table, index, body.where, statement.values, body.order)


# SELECT


def _select_rows(table: Table, statement: Asked, body: Select, plan: Plan | None) -> list[Row]:
    keyed = _keyed(table, statement, body.where)
    where = _source_name(table, keyed.index)
    if not keyed.branches:
        return [
            ("plan", f"Scan of {where}: it reads every item"),
            *_filter_rows(statement, body.where, ()),
            ("capacity", _scan_cost(table, keyed.index, statement.consistent)),
        ]
    reads = len(plan.reads) if plan is not None else len(keyed.branches)
    whole = keyed.index is None and all(_is_whole(branch, keyed.schema) for branch in keyed.branches)
    if whole:
        what = "one item by its key" if reads == 1 else f"{reads} items, each by its key"
    else:
        what = "Query" if reads == 1 else f"{reads} Queries, one after the other,"
    exact = plan.exact if plan is not None else all(branch.exact for branch in keyed.branches)
    filtered = () if exact else _filtered(keyed.branches)
    rows = [("plan", f"{what} of {where}" if not whole else f"{what} in {where}")]
    rows += [("key", _key_text(branch, keyed.schema)) for branch in keyed.branches]
    rows += _filter_rows(statement, None if exact else body.where, filtered)
    if body.order:
        order = ", ".join(f"{name_literal(name)}{' descending' if down else ''}" for name, down in body.order)
        rows.append(("order", order))
    cost = _read_cost(statement.consistent)
    rows.append(("capacity", f"{cost} of each item" if whole else f"{cost} that it reads, in each page"))
    return rows


def _keyed(table: Table, statement: Asked, where: Where | None) -> _Keyed:
    name = statement.statement.index
    index = None if name is None else table.index(name)
    key = table.key if index is None else index.key
    attributes = [KeyAttribute(each, table.types.get(each, "S")) for each in key]
    schema = Schema(attributes[0], attributes[1] if len(attributes) > 1 else None)
    return _Keyed(name, schema, keyed_branches(where, statement.values, schema))


def _source_name(table: Table, index: str | None) -> str:
    found = None if index is None else table.index(index)
    if found is None:
        return f"table {table.name}" if index is None else f"index {index} of table {table.name}"
    return f"{'global' if found.is_global else 'local'} index {index} of table {table.name}"


def _is_whole(branch: Branch, schema: Schema) -> bool:
    return schema.sort is None or any(condition.operator == "=" for condition in branch.sort)


def _key_text(branch: Branch, schema: Schema) -> str:
    assert branch.partition is not None
    parts = [f"{name_literal(schema.partition.name)} = {literal(branch.partition)}"]
    for condition in branch.sort:
        name, values = name_literal(condition.name), [literal(value) for value in condition.values]
        if condition.operator == "BETWEEN":
            parts.append(f"{name} BETWEEN {values[0]} AND {values[1]}")
        elif condition.operator in ("begins_with", "BEGINS_WITH"):
            parts.append(f"begins_with({name}, {values[0]})")
        else:
            parts.append(f"{name} {condition.operator} {values[0]}")
    return " AND ".join(parts)


def _filtered(branches: list[Branch]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for branch in branches for name in branch.filtered))


def _filter_rows(statement: Asked, where: Where | None, names: tuple[str, ...]) -> list[Row]:
    if where is None:
        return [("filter", "none")]
    on = f"on {', '.join(map(name_literal, names))}, " if names else ""
    return [("filter", f"{on}{_where_text(statement.text)}; {_AFTERWARDS}")]


def _where_text(text: str) -> str:
    """The WHERE as it was written, on one line."""
    start = stop = None
    for token in tokenize(text):
        if token.kind is Kind.KEYWORD and token.text == "where" and start is None:
            start = token.start
        elif start is not None and (
            token.kind is Kind.END or (token.kind is Kind.KEYWORD and token.text in ("order", "returning"))
        ):
            stop = token.start
            break
    return " ".join(text[start:stop].split())


def _read_cost(consistent: bool) -> str:
    return f"{'1 unit' if consistent else '0.5 units'} for each 4 KB"


def _scan_cost(table: Table, index: str | None, consistent: bool) -> str:
    """The size is as the database describes it: AWS brings it up to date every six hours."""
    found = None if index is None else table.index(index)
    described = table.described if found is None else found.described
    member = "TableSizeBytes" if found is None else "IndexSizeBytes"
    size = described.get(member)
    cost = f"{_read_cost(consistent)} that it reads, in each page"
    if size is None:
        return cost
    units = -(-size // _READ_BYTES) / (1 if consistent else 2)
    return f"{cost}; about {units:,.1f} units for all of it ({size:,} bytes)"


def _first_page(transport: Transport, text: str, consistent: bool) -> list[Row]:
    request: dict[str, Any] = {"Statement": text, "ReturnConsumedCapacity": "INDEXES"}
    if consistent:
        request["ConsistentRead"] = True
    answer = transport.call("ExecuteStatement", request)
    more = ", and more pages follow" if "NextToken" in answer else ", which was all"
    said = [
        ("planned by", "the service's rules and the table's description: the endpoint does not tell its plan")
    ]
    capacity = answer.get("ConsumedCapacity")
    if capacity is None:
        return [*said, ("first page", f"{len(answer['Items'])} items{more}; it told no capacity")]
    units = capacity_text(capacity)
    return [*said, ("first page", f"{len(answer['Items'])} items for {units}{more} (just read)")]


# Writes


def _write_rows(table: Table, statement: Asked, body: Insert | Update | Delete) -> list[Row]:
    if isinstance(body, Insert):
        names = [name for name in table.key if name in body.attributes]
        values = [statement.values[body.attributes[name].name] for name in names]
        key = " AND ".join(
            f"{name_literal(name)} = {literal(value)}" for name, value in zip(names, values, strict=True)
        )
        rows = [("plan", f"write of one item in table {table.name}"), ("key", key)]
        rows.append(("condition", "that no item has this key"))
    else:
        keyed = _keyed(table, statement, body.where)
        verb = "update" if isinstance(body, Update) else "delete"
        rows = [("plan", f"{verb} of one item in table {table.name}")]
        rows += [("key", _key_text(branch, keyed.schema)) for branch in keyed.branches]
        rows.append(("condition", _write_condition(statement, keyed.branches, body)))
    indexes = ", ".join(index.name for index in table.indexes)
    cost = (
        "1 unit for each KB of the item before or after, whichever is larger; a refused write costs as much"
    )
    if indexes:
        cost += f"; the same for each index whose row changes: {indexes}"
    return [*rows, ("capacity", cost)]


def _write_condition(statement: Asked, branches: list[Branch], body: Update | Delete) -> str:
    names = _filtered(branches)
    there = "that the item is there" if isinstance(body, Update) else "none"
    if all(branch.exact for branch in branches):
        return there
    on = f"on {', '.join(map(name_literal, names))}: " if names else ""
    return f"{on}{_where_text(statement.text)}"


def capacity_text(capacity: dict[str, Any]) -> str:
    """`1.5 units`, and of these what indexes took."""
    parts = []
    for member in ("LocalSecondaryIndexes", "GlobalSecondaryIndexes"):
        for name, each in capacity.get(member, {}).items():
            parts.append(f"{each['CapacityUnits']:g} {name}")
    units = f"{capacity['CapacityUnits']:g} units"
    return f"{units} ({', '.join(parts)})" if parts else units
