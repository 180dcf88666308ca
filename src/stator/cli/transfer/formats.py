"""The files' formats: how an item becomes a record, and a record an item.

    jsonl           an item a line, as plain JSON (`plain_json`)
    dynamodb-json   {"Item": {...}} a line, in the wire's types: as DynamoDB exports and imports
    csv             a row an item, below a header that declares the columns (`columns`)

Each keeps an item to the digit and the byte. A record ends with a newline; in CSV one within quotes is the cell's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from stator.cli.transfer import CSV, DYNAMODB_JSON, JSONL, plain_json
from stator.cli.transfer.columns import Column, Row, row
from stator.cli.transfer.faults import BadRecord
from stator.values import Item

_TYPES: Final = frozenset(("S", "N", "B", "SS", "NS", "BS", "M", "L", "NULL", "BOOL"))
_encode: Final = msgspec.json.Encoder().encode
_decode: Final = msgspec.json.Decoder().decode


@dataclass(frozen=True, slots=True)
class Format:
    """`text`: an item as a record, without its end; raises UnholdableItem. `item`: of a record, not yet canonical;
    raises BadRecord. `header`: what precedes all records."""

    name: str
    text: Callable[[Item], bytes]
    item: Callable[[str], Item]
    header: bytes = b""

    @property
    def is_csv(self) -> bool:
        return self.name == CSV


def format_of(name: str, columns: tuple[Column, ...] = ()) -> Format:
    if name == JSONL:
        return Format(name, plain_json.item_text, plain_json.item_of)
    if name == DYNAMODB_JSON:
        return Format(name, _typed_text, _typed_item)
    rows = Row(columns)
    return Format(name, rows.text, rows.item, row([str(column) for column in columns]) + b"\n")


def format_by_name(path: str) -> str | None:
    """What the file's name says; None for a name that says nothing of it."""
    plain = path.removesuffix(".gz")
    if plain.endswith(".csv"):
        return CSV
    return DYNAMODB_JSON if plain.endswith(".json") else None


def format_by_look(first: bytes) -> str:
    """What a file's first line says. An item's key is no map: {"Item": {...}} alone is never a plain item."""
    try:
        read = _decode(first)
    except msgspec.DecodeError:
        return JSONL
    is_typed = isinstance(read, dict) and read.keys() == {"Item"} and isinstance(read["Item"], dict)
    return DYNAMODB_JSON if is_typed else JSONL


def _typed_text(item: Item) -> bytes:
    return b'{"Item":' + _encode(item) + b"}"


def _typed_item(text: str) -> Item:
    try:
        read: Any = _decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        raise BadRecord(f"no JSON: {error}") from error
    if not isinstance(read, dict) or not isinstance(read.get("Item"), dict):
        raise BadRecord('no object with an "Item"')
    others = sorted(read.keys() - {"Item"})
    if others:
        raise BadRecord(f"{others[0]!r} stands beside the Item, and would be lost")
    item: Item = read["Item"]
    for name, value in item.items():
        if not isinstance(value, dict) or len(value) != 1 or not value.keys() <= _TYPES:
            raise BadRecord(f'the attribute {name!r} is no typed value, as {{"S": "text"}} is one')
    return item
