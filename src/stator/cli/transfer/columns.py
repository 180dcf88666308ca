"""Items as rows of CSV, by declared columns.

    header  := the columns, NAME:TYPE (the type behind the last colon)
    TYPE    := S | N | B | BOOL | NULL | SS | NS | BS | L | M | JSON
    cell    := empty: the item has no such attribute
             | S: the text itself; the empty one, and one that begins with ", as a JSON string
             | N: the number      B: base64; "" (with its quotes) when empty     BOOL: true, false      NULL: null
             | SS, BS: a JSON array of strings     NS: one of numbers     L, M: plain JSON     JSON: any, plain JSON

Plain JSON is that of `plain_json`. A file with these columns holds an item whole or refuses it. The order of an item's
attributes, which means nothing, becomes that of the columns.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from stator.cli.transfer import plain_json
from stator.cli.transfer.faults import BadRecord, UnholdableItem
from stator.errors import SettingError
from stator.limits import IMPORT_RECORD_BYTES_MAX
from stator.values import AttributeValue, Item

ANY: Final = "JSON"
TYPES: Final = ("S", "N", "B", "BOOL", "NULL", "SS", "NS", "BS", "L", "M", ANY)
_IS_QUOTED: Final = re.compile(r'[,"\r\n]|^\s|\s$')


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    type: str

    def __str__(self) -> str:
        return f"{self.name}:{self.type}"


def columns_of(text: str, source: str) -> tuple[Column, ...]:
    """The columns that a row of CSV declares. Raises SettingError."""
    try:
        cells = cells_of(text)
    except BadRecord as error:
        raise SettingError(f"{source}: {error}") from error
    columns: list[Column] = []
    for cell in cells:
        name, _, type = cell.rpartition(":")
        if not name or type not in TYPES:
            raise SettingError(
                f"{source} declares '{cell}'; allowed: NAME:TYPE, the type one of {', '.join(TYPES)}"
            )
        if any(name == column.name for column in columns):
            raise SettingError(f"{source} declares '{name}' twice")
        columns.append(Column(name, type))
    return tuple(columns)


def row(cells: Sequence[str]) -> bytes:
    """One record, without its end."""
    return ",".join(_quoted(cell) if _IS_QUOTED.search(cell) else cell for cell in cells).encode()


def cells_of(text: str) -> list[str]:
    """Raises BadRecord."""
    if csv.field_size_limit() < IMPORT_RECORD_BYTES_MAX:
        csv.field_size_limit(IMPORT_RECORD_BYTES_MAX)
    try:
        rows = list(csv.reader([text], strict=True))
    except csv.Error as error:
        raise BadRecord(f"no CSV: {error}") from error
    return rows[0] if rows else []


class Row:
    """Items to rows and back, for these columns."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self._columns = columns
        self._names = {column.name for column in columns}

    def text(self, item: Item) -> bytes:
        """Raises UnholdableItem."""
        if not item.keys() <= self._names:
            name = next(name for name in item if name not in self._names)
            raise UnholdableItem(f"no column holds the attribute {name!r}: add it to --columns")
        cells = []
        for column in self._columns:
            value = item.get(column.name)
            cells.append("" if value is None else _cell(column, value))
        return row(cells)

    def item(self, text: str) -> Item:
        """Raises BadRecord."""
        cells = cells_of(text)
        if len(cells) != len(self._columns):
            raise BadRecord(f"{len(cells)} cells where the header has {len(self._columns)} columns")
        item = {}
        for column, cell in zip(self._columns, cells, strict=True):
            if cell:
                try:
                    item[column.name] = _value(column.type, cell)
                except BadRecord as error:
                    raise BadRecord(f"column {column}: {error}") from error
        return item


def _cell(column: Column, value: AttributeValue) -> str:
    if column.type == ANY:
        return plain_json.value_text(value)
    ((kind, content),) = value.items()
    if kind != column.type:
        raise UnholdableItem(
            f"the attribute {column.name!r} is {kind}, its column {column.type}: declare {column.name}:{ANY}"
        )
    match kind:
        case "S" | "B":
            is_plain = content and content[0] != '"'
            return str(content) if is_plain else json.dumps(content, ensure_ascii=False)
        case "N":
            return str(content)
        case "SS" | "BS":
            return json.dumps(content, ensure_ascii=False)
        case "NS":
            return f"[{','.join(content)}]"
    return plain_json.value_text(value)


def _value(type: str, cell: str) -> AttributeValue:
    match type:
        case "S" | "B":
            return {type: _string(cell) if cell[0] == '"' else cell}
        case "N":
            return {"N": cell}
        case "SS" | "BS":
            return {type: plain_json.strings_of(cell)}
        case "NS":
            return {"NS": plain_json.numbers_of(cell)}
    value = plain_json.value_of(cell)
    if type not in (ANY, next(iter(value))):
        raise BadRecord(f"{cell[:40]!r} is {next(iter(value))}, not {type}")
    return value


def _string(cell: str) -> str:
    try:
        return str(json.loads(cell))
    except json.JSONDecodeError as error:
        raise BadRecord(f'a cell that begins with " is a JSON string, and {cell[:40]!r} is none') from error


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"'
