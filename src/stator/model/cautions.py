"""What a design is warned of: it works, but perhaps not for long, or not for its price."""

from __future__ import annotations

from enum import Enum
from typing import Any, Final, Literal, get_origin

from stator.model.designs import Design
from stator.model.kinds import bare
from stator.model.layouts import Key, Layout
from stator.model.serving import Served
from stator.model.tables import Lsi

COLLECTION_BYTES_MAX: Final = 10 * 2**30
PARTITION_WRITES_MAX: Final = 1000
PARTITION_READS_MAX: Final = 3000
_FEW: Final = 20


def cautions_of(design: type[Design]) -> list[str]:
    """A line each: hot partitions, unused indexes, scans, filters on whole partitions, large item collections."""
    layouts = list(design._layouts.values())
    served = list(design._served.values())
    found = [caution for layout in layouts for caution in _hot(layout)]
    found += [caution for layout in layouts for caution in _busy(layout)]
    found += _unused(design, served)
    found += [caution for each in served for caution in _scans(each)]
    found += _large(layouts)
    return found


def _hot(layout: Layout) -> list[str]:
    """Partition keys with few values."""
    found = []
    for way in layout.table.ways:
        key = layout.key_by(way)
        if key is None or (way is not None and isinstance(layout.table.index(way), Lsi)):
            continue
        where = f"{layout.table.name}{'' if way is None else '.' + way}"
        counts = [_values_of(layout, name) for name in key.partition_fields]
        if not counts:
            found.append(
                f"hot partition: every {layout.name} lies in one partition of {where}, {_text(key)!r}"
            )
        elif None not in counts:
            total = 1
            for count in counts:
                total *= count or 1
            if total <= _FEW:
                found.append(f"hot partition: {layout.name} has at most {total} partitions in {where}")
    return found


def _text(key: Key) -> str:
    return ", ".join(template.text for template in key.partition)


def _values_of(layout: Layout, name: str) -> int | None:
    """How many values a field can have; None: any number."""
    kind: Any = layout.entity.model_fields[name].annotation
    if get_origin(kind) is Literal:
        return len(kind.__args__)
    plain = bare(kind)
    if plain is bool:
        return 2
    return len(plain) if isinstance(plain, type) and issubclass(plain, Enum) else None


def _busy(layout: Layout) -> list[str]:
    stored = layout.entity.stored
    if stored.writes_per_s is None:
        return []
    units = stored.writes_per_s * -(-(stored.item_bytes or 1024) // 1024)
    if units <= PARTITION_WRITES_MAX:
        return []
    return [
        f"hot partition: {layout.name} is written with {units:,} units a second to one partition; "
        f"it takes {PARTITION_WRITES_MAX:,}: shard its key"
    ]


def _unused(design: type[Design], served: list[Served]) -> list[str]:
    used = {(each.table.name, each.index) for each in served}
    return [
        f"unused index: no pattern goes by {table.name}.{index.name}, and each write pays for it"
        for table in design._tables
        for index in table.indexes
        if (table.name, index.name) not in used
    ]


def _scans(served: Served) -> list[str]:
    declared = served.declared
    found = []
    if declared.kind == "scan":
        found.append(f"scan: {served.name} reads all of {served.table.name}, because {declared.because}")
    if declared.fallback is not None:
        found.append(f"scan: {served.name} falls back to {declared.fallback.pages} pages of a scan")
    if declared.per_second and declared.kind == "query":
        stored = served.layout.entity.stored
        size = (declared.per_call or 1) * (stored.item_bytes or 1024)
        units = declared.per_second * -(-size // 4096) * (1 if declared.consistent else 0.5)
        if units > PARTITION_READS_MAX:
            found.append(
                f"hot partition: {served.name} reads {units:,.0f} units a second; one partition gives "
                f"{PARTITION_READS_MAX:,}"
            )
    return found


def _large(layouts: list[Layout]) -> list[str]:
    """Item collections by the declared sizes, all entities together that share a partition key's template."""
    sizes: dict[tuple[str, str], list[Layout]] = {}
    for layout in layouts:
        key = layout.key_by(None)
        if key is not None and key.sort:
            sizes.setdefault((layout.table.name, _text(key)), []).append(layout)
    found = []
    for (table, template), together in sizes.items():
        total = sum(
            (each.entity.stored.item_bytes or 0) * (each.entity.stored.per_partition or 0)
            for each in together
        )
        if total <= COLLECTION_BYTES_MAX:
            continue
        local = any(isinstance(index, Lsi) for index in together[0].table.indexes)
        ends = (
            "a local index ends it at 10 GB: writes will fail"
            if local
            else "it will be split, and its reads too"
        )
        found.append(f"item collection: {template} of {table} grows to {total / 2**30:.0f} GB; {ends}")
    return found
