"""Which key or index serves a pattern, and why none does.

A partition key's templates must be made up of what is given alone. Of the sort key's, the first parts may be given, and
the one after them bounded. What is given and not used so must be declared a filter: nothing is filtered unsaid.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from stator.model.checks import is_ordered_in_place
from stator.model.conditions import Filtered, Is, Ranged
from stator.model.entities import Entity, attribute_of, entity_name
from stator.model.kinds import is_text
from stator.model.layouts import Key, Layout
from stator.model.patterns import Declared
from stator.model.tables import Gsi, Table
from stator.model.templates import Slot, Template, are_apart


@dataclass(frozen=True, slots=True)
class Part:
    """One entity's share in a query."""

    layout: Layout
    key: Key


@dataclass(frozen=True, slots=True)
class Meanings:
    """A pattern's arguments, sorted by what they mean."""

    equal: dict[str, str]
    """attribute -> argument"""
    ranges: dict[str, Ranged]
    filters: dict[str, Filtered]

    @property
    def ranged(self) -> set[str]:
        return {each.attribute for each in self.ranges.values()}


@dataclass(frozen=True, slots=True, eq=False)
class Served:
    """A pattern that has its way. `index`: None for the table's own key. `tells_types`: whether items of other
    entities may be met, and must be told apart by their type; `tells_keys`: by their keys, where the table has no type.
    `key_attributes`: of what it goes by. `checks`: argument -> whether it must be given, and the field that it is
    checked as (None: it is not)."""

    name: str
    declared: Declared
    table: Table
    index: str | None
    parts: tuple[Part, ...]
    tells_types: bool
    tells_keys: bool
    layout: Layout = field(init=False)
    meanings: Meanings = field(init=False)
    key_attributes: frozenset[str] = field(init=False)
    checks: Mapping[str, tuple[bool, str | None]] = field(init=False)
    _by_name: Mapping[str, Layout] = field(init=False)

    def __post_init__(self) -> None:
        meanings = meanings_of(self.declared)
        fields = {argument: attribute for attribute, argument in meanings.equal.items()}
        for argument, ranged in meanings.ranges.items():
            if ranged.bound != "starts_with":
                fields[argument] = ranged.attribute
        for name, value in {
            "layout": self.parts[0].layout,
            "meanings": meanings,
            "key_attributes": frozenset(key.name for key in self.table.key_attributes(self.index)),
            "checks": {
                argument: (must, fields.get(argument)) for argument, must in self.declared.arguments.items()
            },
            "_by_name": {part.layout.name: part.layout for part in self.parts},
        }.items():
            object.__setattr__(self, name, value)

    def layout_of(self, item: Mapping[str, object]) -> Layout | None:
        """The entity that an item is of; None: of none of the pattern's."""
        if self.table.type_attribute is None:
            if not self.tells_keys:
                return self.layout
            return next((part.layout for part in self.parts if part.layout.owns(item)), None)
        kind = item.get(self.table.type_attribute)
        if kind is None:
            return self.layout if len(self.parts) == 1 and not self.tells_types else None
        return self._by_name.get(str(kind))


def meanings_of(declared: Declared) -> Meanings:
    equal: dict[str, str] = {}
    ranges: dict[str, Ranged] = {}
    filters: dict[str, Filtered] = {}
    for argument in declared.arguments:
        meaning = declared.meanings.get(argument, Is(argument))
        if isinstance(meaning, Is):
            equal[meaning.attribute] = argument
        elif isinstance(meaning, Ranged):
            ranges[argument] = meaning
        else:
            filters[argument] = meaning
    return Meanings(equal, ranges, filters)


def serve(name: str, declared: Declared, layouts: Mapping[type[Entity], Layout]) -> tuple[Served | None, str]:
    """The way of a pattern, or the one line that says what is missing."""
    found, fault = _serve(name, declared, layouts)
    return found, f"{name}: {fault}" if fault else ""


def _serve(
    name: str, declared: Declared, layouts: Mapping[type[Entity], Layout]
) -> tuple[Served | None, str]:
    foreign = [entity for entity in declared.entities if entity not in layouts]
    if foreign:
        return None, f"{entity_name(foreign[0])} is no entity of this design"
    mine = [layouts[entity] for entity in declared.entities]
    if len({layout.table.name for layout in mine}) > 1:
        return (
            None,
            f"{' and '.join(layout.name for layout in mine)} lie in different tables: no one query reads both",
        )
    fault = _argument_fault(declared, mine)
    if fault:
        return None, fault
    table = mine[0].table
    if declared.index is not None and declared.index not in table.ways:
        return None, f"table {table.name} has no index {declared.index}"
    if declared.kind in ("get", "batch"):
        return _served(name, declared, table, None, mine, layouts), _get_fault(declared, mine[0])
    if declared.kind == "scan":
        if mine[0].key_by(declared.index) is None:
            return None, f"{declared.index} does not hold {mine[0].name}"
        fault = _scan_fault(declared)
        return _served(name, declared, table, declared.index, mine, layouts), fault or _reads_fault(
            declared, mine, declared.index
        )
    return _query(name, declared, table, mine, layouts)


def _query(
    name: str, declared: Declared, table: Table, mine: list[Layout], layouts: Mapping[type[Entity], Layout]
) -> tuple[Served | None, str]:
    ways = table.ways if declared.index is None else (declared.index,)
    reasons = []
    for way in ways:
        reason = _way_fault(declared, mine, way) or _reads_fault(declared, mine, way)
        if not reason:
            served = _served(name, declared, table, way, mine, layouts)
            reason = _telling_fault(served)
            if not reason:
                return served, ""
        reasons.append((way, reason))
    told = "; ".join(f"{way or table.name} {reason}" for way, reason in reasons)
    given = ", ".join(declared.arguments) or "nothing"
    return None, f"no key or index serves it given {given}: {told}"


def _served(
    name: str, declared: Declared, table: Table, way: str | None, mine: list[Layout],
    layouts: Mapping[type[Entity], Layout],
) -> Served:  # fmt: skip
    parts = tuple(Part(layout, key) for layout in mine if (key := layout.key_by(way)) is not None)
    others = [each for each in layouts.values() if each.table is table and each not in mine]
    is_scan = declared.kind == "scan"
    meets = (is_scan and bool(others or _has_guards(mine))) or any(
        _may_meet(part, each, way) for part in parts for each in others
    )
    has_type = table.type_attribute is not None
    tells_keys = not has_type and (meets or len(parts) > 1)
    return Served(name, declared, table, way, parts, meets and has_type, tells_keys)


def _has_guards(layouts: list[Layout]) -> bool:
    return any(layout.entity.stored.uniques for layout in layouts)


def _may_meet(part: Part, other: Layout, way: str | None) -> bool:
    """Whether an item of `other` may lie where a query for `part` reads."""
    key = other.key_by(way)
    if key is None:
        return False
    pairs = [*zip(part.key.partition, key.partition, strict=True), *zip(part.key.sort, key.sort, strict=True)]
    return not any(are_apart(a, b) for a, b in pairs)


# What is wrong


def _argument_fault(declared: Declared, mine: list[Layout]) -> str:
    unused = [argument for argument in declared.meanings if argument not in declared.arguments]
    if unused:
        return f"{unused[0]} has a meaning, but is not given"
    meanings = meanings_of(declared)
    wanted = [*meanings.equal, *meanings.ranged, *(each.attribute for each in meanings.filters.values())]
    for layout in mine:
        unknown = [attribute for attribute in wanted if attribute not in layout.entity.model_fields]
        if unknown:
            return f"{layout.name} has no attribute {unknown[0]}"
    if declared.into is not None:
        fields = {attribute_of(mine[0].entity, each) for each in mine[0].entity.model_fields}
        lost = [
            each for each in declared.into.model_fields if attribute_of(declared.into, each) not in fields
        ]
        if lost:
            return f"{declared.into.__name__} has {lost[0]}, which {mine[0].name} has not"
    if declared.fallback is not None:
        return _fallback_fault(declared)
    return ""


def _fallback_fault(declared: Declared) -> str:
    fallback = declared.fallback
    assert fallback is not None
    if fallback.pages < 1:
        return "its fallback reads no page"
    unknown = [argument for argument in fallback.where if argument not in declared.arguments]
    if unknown:
        return f"its fallback filters by {unknown[0]}, which is not given"
    fields = fallback.entity.model_fields
    lost = [each.attribute for each in fallback.where.values() if each.attribute not in fields]
    if lost:
        return f"its fallback filters by {lost[0]}, which {entity_name(fallback.entity)} has not"
    if fallback.becomes is None and fallback.entity not in declared.entities:
        return f"its fallback scans {entity_name(fallback.entity)}: say what one becomes"
    return ""


def _get_fault(declared: Declared, layout: Layout) -> str:
    if declared.kind == "batch":
        return ""
    meanings = meanings_of(declared)
    if meanings.ranges or meanings.filters:
        return "a get takes the key and nothing else"
    missing = [name for name in layout.key_fields if name not in meanings.equal]
    if missing:
        return f"a get needs the whole key of {layout.name}: {', '.join(missing)} is not given"
    more = [name for name in meanings.equal if name not in layout.key_fields]
    if more:
        return f"{more[0]} is no part of the key of {layout.name}"
    optional = [argument for argument, must in declared.arguments.items() if not must]
    return f"{optional[0]} must be given: it is part of the key" if optional else ""


def _scan_fault(declared: Declared) -> str:
    if not declared.because.strip():
        return "a scan reads the whole table: say because"
    meanings = meanings_of(declared)
    bound = [*meanings.equal, *meanings.ranged]
    return f"a scan has no key: {bound[0]} can only be filtered(...)" if bound else ""


def _way_fault(declared: Declared, mine: list[Layout], way: str | None) -> str:
    table = mine[0].table
    if way is not None and declared.consistent and isinstance(table.index(way), Gsi):
        return "cannot be read consistently: it is a global index"
    meanings = meanings_of(declared)
    attributes = {key.name for key in table.key_attributes(way)}
    for each in meanings.filters.values():
        if attribute_of(mine[0].entity, each.attribute) in attributes:
            return f"has {each.attribute} as its key, which no query filters by"
    keys: list[Key] = []
    for layout in mine:
        key = layout.key_by(way)
        if key is None:
            return f"does not hold {layout.name}"
        fault = _key_fault(declared, layout, meanings, key)
        if fault:
            return fault
        keys.append(key)
    if len({_texts(key.partition) for key in keys}) > 1:
        return f"has {' and '.join(layout.name for layout in mine)} in different partitions"
    uses_sort = any(name not in keys[0].partition_fields for name in meanings.equal)
    if (meanings.ranges or uses_sort) and len({_texts(key.sort) for key in keys}) > 1:
        return "sorts them by different keys, so that one condition cannot hold for all"
    return ""


def _texts(templates: tuple[Template, ...]) -> tuple[str, ...]:
    return tuple(template.text for template in templates)


def _slots(sort: tuple[Template, ...]) -> Iterator[tuple[Template, Slot]]:
    return ((template, slot) for template in sort for slot in template.slots)


def _key_fault(declared: Declared, layout: Layout, meanings: Meanings, key: Key) -> str:
    missing = [name for name in key.partition_fields if name not in meanings.equal]
    if missing:
        return f"needs {' and '.join(missing)}"
    optional = [name for name in key.partition_fields if not declared.arguments[meanings.equal[name]]]
    if optional:
        return f"needs {optional[0]} always"
    names = [slot.attribute for _, slot in _slots(key.sort)]
    for place, name in enumerate(names):
        before = [each for each in names[:place] if each not in meanings.equal]
        if name in meanings.equal and before:
            return f"sorts by {before[0]} before {name}, which is not given"
    lost = [name for name in meanings.equal if name not in key.partition_fields and name not in names]
    if lost:
        return f"has no {lost[0]} in its key (filtered({lost[0]!r}) would read and drop)"
    return _range_fault(layout, meanings, key.sort)


def _range_fault(layout: Layout, meanings: Meanings, sort: tuple[Template, ...]) -> str:
    if not meanings.ranges:
        return ""
    if len(meanings.ranged) > 1:
        return f"cannot bound {' and '.join(sorted(meanings.ranged))} at once"
    (attribute,) = meanings.ranged
    slots = list(_slots(sort))
    names = [slot.attribute for _, slot in slots]
    if attribute not in names:
        return f"does not sort by {attribute}"
    starts = any(each.bound == "starts_with" for each in meanings.ranges.values())
    if starts and not is_text(layout.entity.model_fields[attribute].annotation):
        return f"cannot tell what {attribute} starts with: it is no text"
    place = names.index(attribute)
    before = [name for name in names[:place] if name not in meanings.equal]
    if before:
        return f"sorts by {before[0]} before {attribute}, which is not given"
    template, slot = slots[place]
    if template.tokens[-1] != slot and not is_ordered_in_place(layout.entity, slot, template.separator):
        return f"cannot bound {attribute}: it is not last, and only the separator '#' keeps its order"
    return ""


def _reads_fault(declared: Declared, mine: list[Layout], way: str | None) -> str:
    """An index that has not the attributes to be read."""
    projected = mine[0].table.projected(way)
    if projected is None or declared.kind == "count":
        return ""
    for layout in mine:
        model = declared.into or layout.entity
        lost = [
            name for name, info in model.model_fields.items()
            if attribute_of(model, name) not in projected and (info.is_required() or declared.into is None)
        ]  # fmt: skip
        if lost:
            return f"does not project {lost[0]}, which {model.__name__} needs"
        if hidden := [name for name in (layout.expiry, layout.deletion) if name and name not in projected]:
            return f"does not project {hidden[0]}, by which an item is known to be gone"
    return ""


def _telling_fault(served: Served) -> str:
    kind = served.table.type_attribute
    projected = served.table.projected(served.index)
    if projected is None or kind in projected or not (served.tells_types or len(served.parts) > 1):
        return ""
    return f"does not project {kind}, by which entities are told apart"
