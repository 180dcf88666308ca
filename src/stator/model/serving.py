"""Which key or index serves a pattern, and why none does.

A partition key's template must be made up of what is given alone. Of the sort key's, the first parts may be given, and
the one after them bounded. What is given and not used so must be declared a filter: nothing is filtered unsaid.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from stator.model.checks import bare, is_ordered_in_place
from stator.model.conditions import Filtered, Is, Ranged
from stator.model.entities import Entity, attribute_of, entity_name
from stator.model.layouts import Layout
from stator.model.patterns import Declared
from stator.model.tables import Gsi, Table
from stator.model.templates import Slot, Template


@dataclass(frozen=True, slots=True)
class Part:
    """One entity's share in a query. `equal`: the slots of its sort key that are given, in order, so far as they go."""

    layout: Layout
    partition: Template
    sort: Template | None


@dataclass(frozen=True, slots=True)
class Served:
    """A pattern that has its way. `index`: None for the table's own key. `tells_types`: whether items of other
    entities may be met, and must be told apart by their type."""

    name: str
    declared: Declared
    table: Table
    index: str | None
    parts: tuple[Part, ...]
    tells_types: bool

    @property
    def layout(self) -> Layout:
        return self.parts[0].layout

    def layout_of(self, item: Mapping[str, object]) -> Layout | None:
        """The entity that an item is of; None: of none of the pattern's."""
        kind = None if self.table.type_attribute is None else item.get(self.table.type_attribute)
        if kind is None:
            return self.layout if len(self.parts) == 1 and not self.tells_types else None
        return next((part.layout for part in self.parts if part.layout.name == kind), None)


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
    parts = []
    for layout in mine:
        templates = layout.way(way)
        if templates is not None:
            parts.append(Part(layout, *templates))
    others = [each for each in layouts.values() if each.table is table and each not in mine]
    tells = bool(table.type_attribute) and (
        (declared.kind == "scan" and bool(others or _has_guards(mine)))
        or any(_may_meet(part, each, way) for part in parts for each in others)
    )
    return Served(name, declared, table, way, tuple(parts), tells)


def _has_guards(layouts: list[Layout]) -> bool:
    return any(layout.entity.stored.uniques for layout in layouts)


def _may_meet(part: Part, other: Layout, way: str | None) -> bool:
    """Whether an item of `other` may lie where a query for `part` reads."""
    templates = other.way(way)
    if templates is None:
        return False
    if not _compatible(part.partition, templates[0]):
        return False
    if part.sort is None or templates[1] is None:
        return True
    return _compatible(part.sort, templates[1])


def _compatible(a: Template, b: Template) -> bool:
    return a.literal.startswith(b.literal) or b.literal.startswith(a.literal)


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
    if way is not None and declared.consistent and isinstance(mine[0].table.index(way), Gsi):
        return "cannot be read consistently: it is a global index"
    meanings = meanings_of(declared)
    keys = {key.name for key in mine[0].table.keys(way) if key is not None}
    for each in meanings.filters.values():
        if attribute_of(mine[0].entity, each.attribute) in keys:
            return f"has {each.attribute} as its key, which no query filters by"
    shapes = set()
    for layout in mine:
        templates = layout.way(way)
        if templates is None:
            return f"does not hold {layout.name}"
        fault = _template_fault(declared, layout, meanings, *templates)
        if fault:
            return fault
        shapes.add(templates[0].text)
    if len(shapes) > 1:
        return f"has {' and '.join(layout.name for layout in mine)} in different partitions"
    if len(mine) > 1 and (meanings.ranges or _uses_sort(mine, meanings, way)):
        sorts = {templates[1].text for layout in mine if (templates := layout.way(way)) and templates[1]}
        if len(sorts) > 1:
            return "sorts them by different keys, so that one condition cannot hold for all"
    return ""


def _uses_sort(mine: list[Layout], meanings: Meanings, way: str | None) -> bool:
    templates = mine[0].way(way)
    return templates is not None and any(name not in templates[0].attributes for name in meanings.equal)


def _template_fault(
    declared: Declared, layout: Layout, meanings: Meanings, partition: Template, sort: Template | None
) -> str:
    missing = [name for name in partition.attributes if name not in meanings.equal]
    if missing:
        return f"needs {' and '.join(missing)}"
    optional = [name for name in partition.attributes if not declared.arguments[meanings.equal[name]]]
    if optional:
        return f"needs {optional[0]} always"
    used = set(partition.attributes)
    slots = () if sort is None else sort.slots
    given = [slot.attribute for slot in slots if slot.attribute in meanings.equal]
    for place, slot in enumerate(slots):
        if slot.attribute in given:
            before = [each.attribute for each in slots[:place] if each.attribute not in meanings.equal]
            if before:
                return f"sorts by {before[0]} before {slot.attribute}, which is not given"
            used.add(slot.attribute)
    lost = [name for name in meanings.equal if name not in used]
    if lost:
        return f"has no {lost[0]} in its key (filtered({lost[0]!r}) would read and drop)"
    return _range_fault(layout, meanings, sort)


def _range_fault(layout: Layout, meanings: Meanings, sort: Template | None) -> str:
    if not meanings.ranges:
        return ""
    if len(meanings.ranged) > 1:
        return f"cannot bound {' and '.join(sorted(meanings.ranged))} at once"
    (attribute,) = meanings.ranged
    slots: tuple[Slot, ...] = () if sort is None else sort.slots
    names = [slot.attribute for slot in slots]
    if sort is None or attribute not in names:
        return f"does not sort by {attribute}"
    if any(each.bound == "starts_with" for each in meanings.ranges.values()) and not _is_text(
        layout, attribute
    ):
        return f"cannot tell what {attribute} starts with: it is no text"
    place = names.index(attribute)
    before = [name for name in names[:place] if name not in meanings.equal]
    if before:
        return f"sorts by {before[0]} before {attribute}, which is not given"
    is_last = sort.tokens[-1] == slots[place]
    if not is_last and not is_ordered_in_place(layout.entity, slots[place], sort.separator):
        return f"cannot bound {attribute}: it is not last, and only the separator '#' keeps its order"
    return ""


def _is_text(layout: Layout, name: str) -> bool:
    kind = bare(layout.entity.model_fields[name].annotation)
    return isinstance(kind, type) and issubclass(kind, str)


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
        stored = layout.entity.stored
        gone = [attribute_of(layout.entity, name) for name in (stored.expires, stored.deleted) if name]
        if hidden := [name for name in gone if name not in projected]:
            return f"does not project {hidden[0]}, by which an item is known to be gone"
    return ""


def _telling_fault(served: Served) -> str:
    kind = served.table.type_attribute
    projected = served.table.projected(served.index)
    if projected is None or kind in projected or not (served.tells_types or len(served.parts) > 1):
        return ""
    return f"does not project {kind}, by which entities are told apart"
