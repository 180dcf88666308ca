"""A served pattern and its arguments -> the request, exactly as it is sent.

The conditions that hide what is expired, deleted or another entity's go into the filter, with everything that the
pattern filters by itself: so a count counts what a query would yield.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stator.model.attributes import plain
from stator.model.conditions import LOWER, UPPER, Filtered, Placeholders, Ranged
from stator.model.entities import attribute_of
from stator.model.faults import ArgumentError
from stator.model.layouts import Layout
from stator.model.serving import Part, Served
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
    checked: dict[str, Any] = {}
    layout = served.layout
    for argument, (must, attribute) in served.checks.items():
        value = arguments.get(argument)
        if value is not None:
            checked[argument] = value if attribute is None else layout.checked(attribute, value)
        elif must:
            raise ArgumentError(f"{served.name} needs {argument}, which is None")
    return checked


def asked(
    served: Served, table: str, arguments: Mapping[str, Any], now: float, *, counts: bool = False
) -> Asked:
    """`arguments`: checked. `counts`: for the number alone."""
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
    is_counted = (
        (counts or declared.kind == "count")
        and dropped is None
        and not (_expires_by_key(served) or served.tells_keys)
    )
    if is_counted:
        filters += _foreign_filter(served, places)
        request["Select"] = "COUNT"
    elif declared.into is not None:
        request["ProjectionExpression"] = _projection(served, places)
    if filters:
        request["FilterExpression"] = " AND ".join(filters)
    return Asked("scan" if declared.kind == "scan" else "query", places.into(request), dropped)


def _get(served: Served, table: str, arguments: Mapping[str, Any]) -> Asked:
    values = {attribute: arguments[name] for attribute, name in served.meanings.equal.items()}
    request: dict[str, Any] = {"TableName": table, "Key": served.layout.key(values)}
    if served.declared.consistent:
        request["ConsistentRead"] = True
    if served.declared.into is not None:
        places = Placeholders()
        request["ProjectionExpression"] = _projection(served, places)
        places.into(request)
    return Asked("get_item", request)


def _projection(served: Served, places: Placeholders) -> str:
    """The model's attributes, and those by which an item is known to be gone or another's."""
    into, layout = served.declared.into, served.layout
    assert into is not None
    wanted = [attribute_of(into, name) for name in into.model_fields]
    wanted += [name for name in (layout.expiry, layout.deletion) if name]
    if served.tells_keys:
        wanted += served.table.key_names
    if served.tells_types and served.table.type_attribute:
        wanted.append(served.table.type_attribute)
    return ", ".join(places.name(attribute) for attribute in dict.fromkeys(wanted))


# The key condition


def _key_condition(
    served: Served, arguments: Mapping[str, Any], places: Placeholders
) -> tuple[str, tuple[str, Any] | None]:
    values = {attribute: arguments.get(name) for attribute, name in served.meanings.equal.items()}
    partition, sort = served.table.key(served.index)
    part = served.parts[0]
    keys = part.layout.keys_from(values, [key.name for key in partition])
    texts = [places.is_now(name, value) for name, value in keys.items()]
    bounds: dict[str, tuple[Ranged, Any]] = {
        each.bound: (each, arguments[name])
        for name, each in served.meanings.ranges.items()
        if name in arguments
    }
    dropped = None
    for place, key in enumerate(sort):
        prefixes = {_prefix(served, each.key.sort[place], values) for each in served.parts}
        if len(prefixes) > 1:
            prefixes = {(_common([text for text, _ in prefixes if isinstance(text, str)]), False)}
        ((prefix, is_whole),) = prefixes
        if is_whole:
            texts.append(f"{places.name(key.name)} = {places.value(prefix)}")
            continue
        _refuse_later(served, part, place, values)
        if bounds:
            template = part.key.sort[place]
            said, value = _bounded(served, template, str(prefix), bounds, places.name(key.name), places)
            texts.append(said)
            dropped = None if value is None else (key.name, value)
        elif prefix != "":
            texts.append(f"begins_with({places.name(key.name)}, {places.value(prefix)})")
        break
    return " AND ".join(texts), dropped


def _refuse_later(served: Served, part: Part, place: int, values: Mapping[str, Any]) -> None:
    """Of several sort attributes those after the first that is not given."""
    for template in part.key.sort[place + 1 :]:
        for name in template.attributes:
            if values.get(name) is not None:
                lost = next(each for each in part.key.sort[place].attributes if values.get(each) is None)
                raise ArgumentError(f"{served.name}: {name} can be given only with {lost}")


def _prefix(served: Served, sort: Template, values: Mapping[str, Any]) -> tuple[Any, bool]:
    """What the sort keys begin with, by the parts that are given, and whether that is the whole key."""
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
    start, stop, dropped = prefix, after(prefix) if prefix else None, None
    for bound, value in lower:
        text = prefix + sort.written(slot, value)
        start = text if bound == "at_least" else (text + "\0" if is_last else _beyond(sort, slot, text))
    for bound, value in upper:
        text = prefix + sort.written(slot, value)
        if bound == "below":
            stop, dropped = text, text if is_last else None
        else:
            stop = text if is_last else _beyond(sort, slot, text)
    if stop is None:
        return f"{name} >= {places.value(start)}", None
    if stop < start:
        # No key lies between: BETWEEN refuses bounds that are the wrong way round
        stop, dropped = start, start
    if not start:
        return f"{name} <= {places.value(stop)}", dropped
    return f"{name} BETWEEN {places.value(start)} AND {places.value(stop)}", dropped


def _beyond(sort: Template, slot: Slot, text: str) -> str:
    """The least text above all keys whose parts up to this slot are `text`."""
    following = sort.tokens[sort.tokens.index(slot) + 1]
    return after(text + following[0] if isinstance(following, str) else text)


# Filters


def _own_filters(served: Served, arguments: Mapping[str, Any], places: Placeholders) -> list[str]:
    return [
        filter_text(served.layout, each, arguments[name], places)
        for name, each in served.meanings.filters.items()
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
    filters: list[str] = []
    layouts = [part.layout for part in served.parts]
    if served.tells_types and served.table.type_attribute:
        filters.append(
            places.test(served.table.type_attribute, "one_of", [layout.name for layout in layouts])
        )
    for attribute in dict.fromkeys(layout.expiry for layout in layouts):
        if attribute and attribute not in served.key_attributes:
            filters.append(alive_text(attribute, places, now))
    if not served.declared.with_deleted:
        for attribute in dict.fromkeys(layout.deletion for layout in layouts):
            if attribute and attribute not in served.key_attributes:
                filters.append(f"attribute_not_exists({places.name(attribute)})")
    return filters


def _foreign_filter(served: Served, places: Placeholders) -> list[str]:
    """A query leaves out the items of another design's entities as they come; a count has to be told."""
    kind = served.table.type_attribute
    projected = served.table.projected(served.index)
    if kind is None or served.tells_types or (projected is not None and kind not in projected):
        return []
    known = places.test(kind, "one_of", [part.layout.name for part in served.parts])
    return [f"(attribute_not_exists({places.name(kind)}) OR {known})"]


def alive_text(attribute: str, places: Placeholders, now: float) -> str:
    """That an item has not expired: one whose moment is now is alive, and one without a moment, or with what is no
    number."""
    return f"NOT {places.name(attribute)} < {places.value(int(now))}"


def _expires_by_key(served: Served) -> bool:
    return any(part.layout.expiry in served.key_attributes for part in served.parts)
