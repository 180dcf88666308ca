"""Every table of an environment to files, and back: the same items, of the same types.

    FOLDER/<type>.jsonl := one line an item: {"Item": {"id": {"S": "q1"}, "difficulty": {"N": "3"}}}

That is DynamoDB's JSON as its own export to S3 has it: `stator load`, DynamoDB's import and this module read it. Binary
values are base64. A table is read to its last page; what is written meanwhile may be in the file or not.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Context, Decimal, Inexact, InvalidOperation
from pathlib import Path
from typing import Any, Final

from stator.errors import StatorError
from stator.model import Design
from systems.truthbyte.categories import changed

ENDING: Final = ".jsonl"
_ITEM: Final = "Item"
_NUMBERS: Final = Context(prec=38, traps=[Inexact, InvalidOperation])
"""DynamoDB's numbers have 38 digits."""

Watch = Callable[[str, int], None]
"""Is told a table's type and how many of its items are done."""


class TransferError(StatorError):
    """A file that holds no items of ours; the message names it, and the line."""


def export_tables(design: Design, folder: Path, watch: Watch = lambda table, done: None) -> dict[str, int]:
    """Writes a file for each table; returns how many items each has. A file is there when it is whole; one that was
    there is replaced. Raises OSError, and the database's errors."""
    folder.mkdir(parents=True, exist_ok=True)
    done = {}
    for table in table_types(design):
        items = _counted(items_of(design.db, design.table_name(table)), table, watch)
        done[table] = _write(folder / f"{table}{ENDING}", items)
    return done


def import_tables(design: Design, folder: Path, watch: Watch = lambda table, done: None) -> dict[str, int]:
    """Puts the items of each file that is there into its table, over those of the same keys; other items stay. Makes
    the tables that are not there. Doing it again changes nothing. Returns how many items each file has. Raises
    TransferError, OSError, and the database's errors."""
    there = files_in(folder, design)
    design.create_tables()
    done = {}
    try:
        for table, file in there.items():
            items = _counted(_read(file), table, watch)
            done[table] = _put(design.db, design.table_name(table), items, keys_of(design, table))
    finally:
        changed()
    return done


def files_in(folder: Path, design: Design | type[Design]) -> dict[str, Path]:
    """The files of an export, by their tables. Raises TransferError where there is none."""
    files = {table: folder / f"{table}{ENDING}" for table in table_types(design)}
    there = {table: file for table, file in files.items() if file.is_file()}
    if not there:
        raise TransferError(f"{folder} has none of the files that an export makes ({', '.join(files)})")
    return there


def copy_tables(source: Design, target: Design) -> None:
    """Makes the target's tables and puts the source's items into them. Raises the database's errors."""
    target.create_tables()
    for table in table_types(source):
        items = (item_of(line_of(item)) for item in items_of(source.db, source.table_name(table)))
        _put(target.db, target.table_name(table), items, keys_of(target, table))


def table_types(design: Design | type[Design]) -> list[str]:
    """The names of a design's tables without their environment."""
    return [table.name for table in design.tables]


def keys_of(design: Design, table: str) -> tuple[str, ...]:
    """The key attributes of a table."""
    return next(each.key_names for each in design.tables if each.name == table)


def items_of(db: Any, name: str) -> Iterator[dict[str, Any]]:
    """Every item of a table, each attribute with its type: {"id": {"S": "q1"}}; binary values are bytes."""
    for page in db.client.get_paginator("scan").paginate(TableName=name, ConsistentRead=True):
        yield from page["Items"]


def line_of(item: Mapping[str, Any]) -> str:
    """An item as its line, without the line's end."""
    return json.dumps({_ITEM: item}, default=_base64, ensure_ascii=False, separators=(",", ":"))


def item_of(line: str) -> dict[str, Any]:
    """The item of a line, as plain values of Python. Raises ValueError."""
    given = json.loads(line)
    if not isinstance(given, dict) or not isinstance(given.get(_ITEM), dict):
        raise ValueError(f'no {{"{_ITEM}": {{...}}}}')
    return {name: _plain(value) for name, value in given[_ITEM].items()}


def _plain(value: Any) -> Any:
    """Of a typed attribute value. Raises ValueError for what is none."""
    match list(value.items()) if isinstance(value, dict) else ():
        case [("S", str(text))]:
            return text
        case [("N", str(text))]:
            return _number(text)
        case [("BOOL", bool(truth))]:
            return truth
        case [("NULL", True)]:
            return None
        case [("B", str(text))]:
            return _bytes(text)
        case [("SS", list(texts))]:
            return set(texts)
        case [("NS", list(texts))]:
            return {_number(text) for text in texts}
        case [("BS", list(texts))]:
            return {_bytes(text) for text in texts}
        case [("L", list(members))]:
            return [_plain(member) for member in members]
        case [("M", dict(members))]:
            return {name: _plain(member) for name, member in members.items()}
    raise ValueError(f"no attribute value: {json.dumps(value, default=str)[:80]}")


def _number(text: str) -> Decimal:
    """With the digits that it has, however many zeros are written behind them."""
    return _NUMBERS.create_decimal(text)


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def _base64(value: Any) -> str:
    return base64.b64encode(bytes(value)).decode("ascii")


def _write(file: Path, items: Iterable[Mapping[str, Any]]) -> int:
    part = file.with_name(f"{file.name}.part")
    written = 0
    try:
        with part.open("w", encoding="utf-8", newline="\n") as lines:
            for item in items:
                lines.write(f"{line_of(item)}\n")
                written += 1
        os.replace(part, file)
    finally:
        with contextlib.suppress(FileNotFoundError):
            part.unlink()
    return written


def _read(file: Path) -> Iterator[dict[str, Any]]:
    with file.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                try:
                    yield item_of(line.decode())
                except (ValueError, ArithmeticError, TypeError) as error:
                    raise TransferError(f"{file}, line {number}: {error}") from error


def _put(db: Any, name: str, items: Iterable[Mapping[str, Any]], keys: tuple[str, ...]) -> int:
    put = 0
    with db.table(name).batch_writer(overwrite_by_pkeys=keys) as batch:
        for item in items:
            batch.put_item(Item=item)
            put += 1
    return put


def _counted(items: Iterable[dict[str, Any]], table: str, watch: Watch) -> Iterator[dict[str, Any]]:
    watch(table, 0)
    for number, item in enumerate(items, 1):
        yield item
        watch(table, number)
