"""A design as it is shown and handed on: plain data, of a design's class or read from another tool's file.

Pictures, templates and tables of patterns are all made of this, so that they cannot disagree.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from stator.model.cautions import cautions_of
from stator.model.conditions import Ranged
from stator.model.designs import Design
from stator.model.layouts import Layout
from stator.model.naming import Naming, Plain
from stator.model.samples import sample_of
from stator.model.serving import Served
from stator.model.tables import Table
from stator.model.templates import Template


@dataclass(frozen=True, slots=True)
class Shown:
    """An entity. `keys`: key attribute -> its template's text. `items`: samples, plain."""

    name: str
    table: str
    keys: Mapping[str, str]
    items: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, slots=True)
class AccessPattern:
    """A pattern and what serves it. `kind`: "get", "query", "scan", "batch" or "count". `given`: its arguments, with a
    question mark where one may be left out. `index`: None is the table's own key. `condition`: on it, in words."""

    name: str
    kind: str
    given: str
    yields: str
    operation: str
    table: str
    index: str | None
    condition: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Sketch:
    name: str
    tables: Sequence[Table]
    entities: Sequence[Shown] = ()
    ways: Sequence[AccessPattern] = ()
    cautions: Sequence[str] = ()
    naming: Naming = field(default_factory=Plain)

    def entities_of(self, table: Table) -> list[Shown]:
        return [each for each in self.entities if each.table == table.name]


def sketch_of(design: type[Design]) -> Sketch:
    """`design.samples`, where the class has them, are its sample items; else they are made up."""
    given = getattr(design, "samples", ())
    entities = [_shown(layout, [each for each in given if type(each) is entity])
                for entity, layout in design._layouts.items()]  # fmt: skip
    ways = design.patterns()
    return Sketch(
        design.__name__, design._tables, entities, ways, cautions_of(design), design.naming
    )  # fmt: skip


def _shown(layout: Layout, samples: Sequence[Any]) -> Shown:
    keys = {attribute: template.text for attribute, template in layout.templates.items()}
    items = [layout.item(each) for each in samples] or [sample_of(layout)]
    return Shown(layout.name, layout.table.name, keys, items)


def pattern_of(served: Served) -> AccessPattern:
    declared = served.declared
    given = ", ".join(name if must else f"{name}?" for name, must in declared.arguments.items())
    names = " | ".join(part.layout.name for part in served.parts)
    yields = {"get": f"{names}, or nothing", "count": "a number", "batch": f"{names}, many"}.get(
        declared.kind, names
    )
    if declared.into is not None:
        yields = declared.into.__name__
    operation = {"get": "GetItem", "scan": "Scan", "batch": "BatchGetItem"}.get(declared.kind, "Query")
    about = declared.about.splitlines()[0] if declared.about else ""
    if declared.fallback is not None:
        yields += f"; else a scan of at most {declared.fallback.pages} pages"
    given = given or ("keys" if declared.kind == "batch" else "")
    return AccessPattern(
        served.name, declared.kind, given, yields, operation, served.table.name, served.index, condition_of(served),
        about,
    )  # fmt: skip


def condition_of(served: Served) -> str:
    """What the key must be, by its templates: `pk = CUSTOMER#{customer_id}, sk from ORDER#{placed_at}`."""
    if served.declared.kind == "scan":
        return f"all, because {served.declared.because}"
    partition, sort = served.table.key(served.index)
    part = served.parts[0]
    told = [
        f"{key.name} = {template.text}" for key, template in zip(partition, part.key.partition, strict=True)
    ]
    is_whole = served.declared.kind in ("get", "batch")
    for key, template in zip(sort, part.key.sort, strict=True):
        prefix = template.text if is_whole else _given_prefix(served, template)
        if prefix == template.text and (is_whole or len(served.parts) == 1):
            told.append(f"{key.name} = {prefix}")
            continue
        if said := _bounds_told(served, key.name, prefix):
            told.append(said)
        break
    return ", ".join(told)


def _given_prefix(served: Served, template: Template) -> str:
    prefix = ""
    for token in template.tokens:
        if not isinstance(token, str) and token.attribute not in served.meanings.equal:
            break
        prefix += token if isinstance(token, str) else f"{{{token.attribute}}}"
    return prefix


def _bounds_told(served: Served, key: str, prefix: str) -> str:
    ranges: list[Ranged] = list(served.meanings.ranges.values())
    if ranges:
        bounds = " / ".join(dict.fromkeys(each.bound.replace("_", " ") for each in ranges))
        return f"{key} {bounds} {prefix}{{{ranges[0].attribute}}}"
    return f"{key} begins with {prefix}" if prefix and len(served.parts) == 1 else ""


def type_letter(value: Any) -> str:
    """DynamoDB's letter for the type of a plain value."""
    letters: dict[Any, str] = {str: "S", bytes: "B", bool: "BOOL", dict: "M", list: "L", type(None): "NULL"}
    if isinstance(value, (set, frozenset)):
        kind = letters.get(type(next(iter(value), "")), "N")
        return f"{kind}S"
    return letters.get(type(value), "N")
