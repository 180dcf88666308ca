"""A served pattern and its arguments -> the request, exactly as it is sent.

The conditions that hide what is expired, deleted or another entity's go into the filter, with everything that the
pattern filters by itself: so a count counts what a query would yield.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from stator.model.attributes import plain
from stator.model.conditions import LOWER, UPPER, Filtered, Placeholders, Ranged
from stator.model.entities import attribute_of
from stator.model.faults import ArgumentError
from stator.model.layouts import Layout
from stator.model.serving import Part, Served, meanings_of
from stator.model.templates import Slot, Template, after


@dataclass(frozen=True, slots=True)
class Asked:
    """`operation`: get_item, query or scan. `dropped`: (key attribute, value) of items to leave out, where a bound that
    excludes its value could not be said in a key condition."""

    operation: str
    request: dict[str, Any]
    dropped: tuple[str, Any] | None = None


def checked_arguments(served: Served, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments as their attributes' types have them, without those that are None. Raises ArgumentError."""
    declared = served.declared
    checked: dict[str, Any] = {}
    meanings = meanings_of(declared)
    attribute_for = {argument: attribute for attribute, argument in meanings.equal.items()}
    attribute_for.update({argument: each.attribute for argument, each in meanings.ranges.items()})
    for argument, value in arguments.items():
        if argument not in declared.arguments:
            raise ArgumentError(f"{served.name} is not given {argument}")
        if value is None:
            if declared.arguments[argument]:
                raise ArgumentError(f"{served.name} needs {argument}, which is None")
            continue
        attribute = attribute_for.get(argument)
        ranged = meanings.ranges.get(argument)
        if attribute is None or (ranged is not None and ranged.bound == "starts_with"):
            checked[argument] = value
            continue
        checked[argument] = served.layout.checked(attribute, value)
    missing = [name for name, must in declared.arguments.items() if must and name not in checked]
    if missing:
        raise ArgumentError(f"{served.name} needs {', '.join(missing)}")
    return checked


def asked(served: Served, table: str, arguments: Mapping[str, Any], now: float) -> Asked:
    """`arguments`: checked."""
    declared = served.declared
    if declared.kind == "get":
        return _get(served, table, arguments)
    places = Placeholders()
    request: dict[str, Any] = {"TableName": table}
    if served.index is not None:
        request["IndexName"] = served.index
    dropped = None
    if declared.kind != "scan":
        request["KeyConditionExpression"], dropped = _key_condition(served, arguments, places)
        if declared.newest_first:
            request["ScanIndexForward"] = False
    if declared.consistent:
        request["ConsistentRead"] = True
    filters = [*_own_filters(served, arguments, places), *gone_filters(served, places, now)]
    if filters:
        request["FilterExpression"] = " AND ".join(filters)
    if declared.into is not None:
        request["ProjectionExpression"] = _projection(served, places)
    if declared.kind == "count" and dropped is None:
        request["Select"] = "COUNT"
    return Asked("scan" if declared.kind == "scan" else "query", places.into(request), dropped)


def _get(served: Served, table: str, arguments: Mapping[str, Any]) -> Asked:
    values = {attribute: arguments[name] for attribute, name in meanings_of(served.declared).equal.items()}
    request: dict[str, Any] = {"TableName": table, "Key": served.layout.key(values)}
    places = Placeholders()
    if served.declared.consistent:
        request["ConsistentRead"] = True
    if served.declared.into is not None:
        request["ProjectionExpression"] = _projection(served, places)
    return Asked("get_item", places.into(request))


def _projection(served: Served, places: Placeholders) -> str:
    """The model's attributes, and those by which an item is known to be gone or another's."""
    into, layout = served.declared.into, served.layout
    assert into is not None
    wanted = [attribute_of(into, name) for name in into.model_fields]
    stored = layout.entity.stored
    wanted += [attribute_of(layout.entity, name) for name in (stored.expires, stored.deleted) if name]
    if served.tells_types and served.table.type_attribute:
        wanted.append(served.table.type_attribute)
    return ", ".join(places.name(attribute) for attribute in dict.fromkeys(wanted))


# The key condition


def _key_condition(
    served: Served, arguments: Mapping[str, Any], places: Placeholders
) -> tuple[str, tuple[str, Any] | None]:
    meanings = meanings_of(served.declared)
    values = {attribute: arguments.get(name) for attribute, name in meanings.equal.items()}
    pk, sk = served.table.keys(served.index)
    part = served.parts[0]
    condition = f"{places.name(pk.name)} = {places.value(part.layout.keys_from(values, (pk.name,))[pk.name])}"
    if sk is None or part.sort is None:
        return condition, None
    prefixes = {_prefix(served, each, values) for each in served.parts}
    if len(prefixes) > 1:
        prefixes = {(_common([text for text, _ in prefixes if isinstance(text, str)]), False)}
    ((prefix, is_whole),) = prefixes
    if is_whole:
        return f"{condition} AND {places.name(sk.name)} = {places.value(prefix)}", None
    bounds: dict[str, tuple[Ranged, Any]] = {
        each.bound: (each, arguments[name]) for name, each in meanings.ranges.items() if name in arguments
    }
    if bounds:
        said, dropped = _bounded(served, part.sort, str(prefix), bounds, places.name(sk.name), places)
        return f"{condition} AND {said}", None if dropped is None else (sk.name, dropped)
    if prefix == "":
        return condition, None
    return f"{condition} AND begins_with({places.name(sk.name)}, {places.value(prefix)})", None


def _prefix(served: Served, part: Part, values: Mapping[str, Any]) -> tuple[Any, bool]:
    """What the sort keys begin with, by the parts that are given, and whether that is the whole key."""
    sort = part.sort
    assert sort is not None
    if sort.is_raw:
        value = values.get(sort.attributes[0])
        return ("", False) if value is None else (sort.key(values), True)
    texts: list[str] = []
    ended_at = ""
    for token in sort.tokens:
        if isinstance(token, str):
            texts.append("" if ended_at else token)
        elif values.get(token.attribute) is None:
            ended_at = ended_at or token.attribute
        elif ended_at:
            raise ArgumentError(f"{served.name}: {token.attribute} can be given only with {ended_at}")
        else:
            texts.append(sort.written(token, values[token.attribute]))
    return "".join(texts), not ended_at


def _common(texts: list[str]) -> str:
    low, high = min(texts), max(texts)
    same = next((place for place, (a, b) in enumerate(zip(low, high, strict=False)) if a != b), len(low))
    return low[:same]


def _bounded(
    served: Served, sort: Template, prefix: str, bounds: Mapping[str, tuple[Ranged, Any]], name: str,
    places: Placeholders,
) -> tuple[str, Any]:  # fmt: skip
    if "starts_with" in bounds:
        if len(bounds) > 1:
            raise ArgumentError(f"{served.name}: starts_with goes with no other bound")
        text = str(bounds["starts_with"][1])
        own = text if sort.is_raw else _escaped_prefix(sort, text)
        if not prefix + own:
            return f"{name} >= {places.value(chr(0))}", None
        return f"begins_with({name}, {places.value(prefix + own)})", None
    lower = [(bound, bounds[bound][1]) for bound in LOWER if bound in bounds]
    upper = [(bound, bounds[bound][1]) for bound in UPPER if bound in bounds]
    if len(lower) > 1 or len(upper) > 1:
        raise ArgumentError(f"{served.name}: at_least and above, or at_most and below, exclude each other")
    slot = next(slot for slot in sort.slots if slot.attribute == next(iter(bounds.values()))[0].attribute)
    if sort.is_raw:
        return _raw_bounds(sort, slot, lower, upper, name, places)
    return _composed_bounds(sort, slot, prefix, lower, upper, name, places)


def _escaped_prefix(sort: Template, text: str) -> str:
    return sort.written(Slot("prefix"), text) if text else ""


def _raw_bounds(
    sort: Template, slot: Slot, lower: list[tuple[str, Any]], upper: list[tuple[str, Any]], name: str,
    places: Placeholders,
) -> tuple[str, Any]:  # fmt: skip
    signs = {"at_least": ">=", "above": ">", "at_most": "<=", "below": "<"}
    both = [(bound, sort.key({slot.attribute: value})) for bound, value in lower + upper]
    if len(both) == 1:
        bound, value = both[0]
        return f"{name} {signs[bound]} {places.value(value)}", None
    (low, from_), (high, to) = both
    excluded = [value for bound, value in ((low, from_), (high, to)) if bound in ("above", "below")]
    if len(excluded) > 1:
        raise ArgumentError(
            f"{slot.attribute}: above and below at once cannot be said of one key; use at_least"
        )
    return f"{name} BETWEEN {places.value(from_)} AND {places.value(to)}", excluded[0] if excluded else None


def _composed_bounds(
    sort: Template, slot: Slot, prefix: str, lower: list[tuple[str, Any]], upper: list[tuple[str, Any]], name: str,
    places: Placeholders,
) -> tuple[str, Any]:  # fmt: skip
    is_last = sort.tokens[-1] == slot
    tail = "" if is_last else _next_literal(sort, slot)
    start, stop, dropped = prefix, after(prefix) if prefix else None, None
    for bound, value in lower:
        text = prefix + sort.written(slot, value)
        start = text if bound == "at_least" else (text + "\0" if is_last else after(text + tail[0]))
    for bound, value in upper:
        text = prefix + sort.written(slot, value)
        if bound == "below":
            stop, dropped = text, text if is_last else None
        else:
            stop = text if is_last else after(text + tail[0])
    if stop is None:
        return f"{name} >= {places.value(start)}", None
    if stop < start:
        # No key lies between: BETWEEN refuses bounds that are the wrong way round
        stop, dropped = start, start
    if not start:
        return f"{name} <= {places.value(stop)}", dropped
    return f"{name} BETWEEN {places.value(start)} AND {places.value(stop)}", dropped


def _next_literal(sort: Template, slot: Slot) -> str:
    place = sort.tokens.index(slot)
    following = sort.tokens[place + 1]
    return following if isinstance(following, str) else sort.separator


# Filters


def _own_filters(served: Served, arguments: Mapping[str, Any], places: Placeholders) -> list[str]:
    filters = meanings_of(served.declared).filters
    return [
        filter_text(served.layout, each, arguments[name], places)
        for name, each in filters.items()
        if name in arguments
    ]


def filter_text(layout: Layout, each: Filtered, value: Any, places: Placeholders) -> str:
    if each.test == "one_of":
        found: Any = [plain(each.attribute, one) for one in value]
    else:
        found = layout.attribute(each.attribute, value)
    return places.test(attribute_of(layout.entity, each.attribute), each.test, found)


def gone_filters(served: Served, places: Placeholders, now: float) -> list[str]:
    """What hides items that are expired, deleted, or of another entity. A key attribute cannot be filtered by: such
    items are left out as they come."""
    keys = {key.name for key in served.table.keys(served.index) if key is not None}
    filters: list[str] = []
    layouts = [part.layout for part in served.parts]
    if served.tells_types and served.table.type_attribute:
        filters.append(
            places.test(served.table.type_attribute, "one_of", [layout.name for layout in layouts])
        )
    for attribute in dict.fromkeys(filter(None, (expiry_attribute(layout) for layout in layouts))):
        if attribute not in keys:
            filters.append(alive_text(attribute, places, now))
    if not served.declared.with_deleted:
        for attribute in dict.fromkeys(filter(None, (deleted_attribute(layout) for layout in layouts))):
            if attribute not in keys:
                filters.append(f"attribute_not_exists({places.name(attribute)})")
    return filters


def alive_text(attribute: str, places: Placeholders, now: float) -> str:
    """That an item has not expired: one whose moment is now is alive."""
    name = places.name(attribute)
    return f"(attribute_not_exists({name}) OR {name} >= {places.value(int(now))})"


def expiry_attribute(layout: Layout) -> str | None:
    name = layout.entity.stored.expires
    return None if name is None else attribute_of(layout.entity, name)


def deleted_attribute(layout: Layout) -> str | None:
    name = layout.entity.stored.deleted
    return None if name is None else attribute_of(layout.entity, name)


def is_gone(layout: Layout, item: Mapping[str, Any], now: float, with_deleted: bool = False) -> bool:
    """Whether an item is stored, but not there: expired or deleted."""
    expiry, deleted = expiry_attribute(layout), deleted_attribute(layout)
    moment = item.get(expiry) if expiry else None
    if isinstance(moment, (int, Decimal)) and moment < int(now):
        return True
    return not with_deleted and deleted is not None and item.get(deleted) is not None
