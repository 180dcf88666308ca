"""The lines of an export's data files: one an item, or one a changed item, as its FilterSpecification wants them.

A filter says which items there are, a projection what of each. In an incremental export the filter looks at an item as
it became, or, where that was deleted, as it was before; the projection is of both images. What is billed is what was
read, before the filter.

Pure: items are compressed and filtered beside the loop.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from stator.engine import ion_items, records
from stator.engine.export_records import Export
from stator.expressions import Placeholders, compile_condition, compile_projection
from stator.storage.contract import Row
from stator.values import Item


@dataclass(frozen=True, slots=True)
class Change:
    """An item that was changed: when last, and its records before and after, None where it was not there."""

    time_ms: int
    old: bytes | None
    new: bytes | None


@dataclass(slots=True)
class Lines:
    """`billed`: bytes that were read for them."""

    lines: list[bytes]
    billed: int


@dataclass(frozen=True, slots=True)
class _Filter:
    matches: Callable[[Item], bool] | None
    project: Callable[[Item], Item]


def of_items(record: Export, rows: Sequence[Row]) -> Lines:
    """Raises ServiceError when the filter is too much work for an item."""
    chosen, is_ion = _filter_of(record), record.is_ion
    found = Lines([], sum(records.size(stored) for _, stored in rows))
    for _, stored in rows:
        if chosen is None and not is_ion:
            found.lines.append(b'{"Item":' + records.body(stored) + b"}\n")
            continue
        item = records.decode(stored)
        if chosen is not None:
            if chosen.matches is not None and not chosen.matches(item):
                continue
            item = chosen.project(item)
        found.lines.append(_written({"Item": item}, is_ion))
    return found


def of_changes(record: Export, changes: Sequence[Change]) -> Lines:
    """As of_items. An item that was not there before or after is left out."""
    chosen = _filter_of(record)
    found = Lines([], 0)
    for change in changes:
        old, new = _item(change.old), _item(change.new)
        image = new or old
        if image is None:
            continue
        keys = {name: image[name] for name in record.keys}
        line = _change_line(record, change.time_ms, keys, old, new)
        found.billed += len(line)
        if chosen is not None:
            if chosen.matches is not None and not chosen.matches(image):
                continue
            old, new = (each and chosen.project(each) for each in (old, new))
            line = _change_line(record, change.time_ms, keys, old, new)
        found.lines.append(line)
    return found


def _filter_of(record: Export) -> _Filter | None:
    """What was checked when the export was asked for; compiled expressions are remembered."""
    asked: dict[str, Any] | None = record.asked.get("FilterSpecification")
    if asked is None:
        return None
    placeholders = Placeholders.of_request(asked)
    filter_text, projection_text = asked.get("FilterExpression"), asked.get("ProjectionExpression")
    matches: Callable[[Item], bool] | None = None
    project: Callable[[Item], Item] = _whole
    if filter_text is not None:
        matches = compile_condition(filter_text, placeholders, "FilterExpression").matches
    if projection_text is not None:
        project = compile_projection(projection_text, placeholders).apply
    return _Filter(matches, project)


def _whole(item: Item) -> Item:
    return item


def _item(stored: bytes | None) -> Item | None:
    return records.decode(stored) if stored else None


def _change_line(record: Export, time_ms: int, keys: Item, old: Item | None, new: Item | None) -> bytes:
    members: dict[str, Any] = {
        "Metadata": {"WriteTimestampMicros": {"N": str(time_ms * 1000)}},
        "Keys": keys,
    }
    if old is not None and record.view == "NEW_AND_OLD_IMAGES":
        members["OldImage"] = old
    if new is not None:
        members["NewImage"] = new
    return _written(members, record.is_ion)


def _written(members: dict[str, Any], is_ion: bool) -> bytes:
    return ion_items.line(members) if is_ion else msgspec.json.encode(members) + b"\n"
