"""The part of docs/performance.md about the peers: what is missed, who keeps what, and every figure."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Sequence

from benchmarks import targets, workloads
from benchmarks.markdown import table, whole
from benchmarks.records import HTTP, NOTHING, Cell, Record, SystemFacts
from benchmarks.targets import Pair
from benchmarks.wrk import Run

_TITLES = {workload.name: workload.title for workload in workloads.WORKLOADS}
_MEANING = {
    "synced": "a power cut: synced before the answer",
    "written": "the end of the program: handed to the operating system",
    "memory": "nothing: kept in memory",
}


def misses(record: Record) -> str:
    """The targets that are missed, the worst first; or that none is."""
    if not record.cells:
        return ""
    missed, others = targets.missed_pairs(record), targets.other_misses(record)
    compared = list(targets.pairs(record))
    if not compared and not others:
        return ""
    if not missed and not others:
        return f"**Every target beside the peers is met**, in {len(compared)} comparisons.\n"
    sentences = "".join(f"- {sentence}\n" for sentence in others)
    head = f"## Misses its target beside the peers\n\n{len(missed)} of {len(compared)} comparisons"
    head += " at equal durability fall short.\n\n" + (sentences + "\n" if sentences else "")
    names = ("Workload", "Keys", "Items", "Connections", "Peer", "Stator/s", "Peer/s", "Times", "Wanted")
    return head + table("", names, [_missed(pair, record) for pair in missed], "llrrlrrrr")


def _missed(pair: Pair, record: Record) -> tuple[str, ...]:
    peer = pair.peer
    title = next(system.title for system in record.systems if system.name == peer.system)
    factor = "no figure" if pair.factor is None else f"{pair.factor:.2f}"
    wanted = "more than 1" if pair.wanted == targets.AHEAD else f"{pair.wanted:g}"
    where = (_TITLES[peer.workload], peer.keys, f"{peer.items:,}", str(peer.connections))
    return (*where, title, whole(pair.own.rate), whole(peer.rate), factor, wanted)


def sections(record: Record, plots: Sequence[tuple[str, str]]) -> list[str]:
    """Everything but the misses. `plots`: what each shows, and its file's path from the page."""
    if not record.cells and not record.systems:
        return []
    return [
        _standing(record),
        "\n".join(f"![{what}]({path})\n" for what, path in plots),
        _systems(record),
        _left_out(record),
        *_rates(record),
        *_details(record),
        _sqlite(record),
        _indexes(record),
    ]


def _standing(record: Record) -> str:
    """One line a peer: how many times its rate Stator's is."""
    rows = []
    for system in record.systems:
        found = [pair for pair in targets.pairs(record) if pair.peer.system == system.name]
        factors = sorted(pair.factor for pair in found if pair.factor is not None)
        if factors:
            worst, median = f"{factors[0]:.2f}", f"{statistics.median(factors):.1f}"
            held = f"{sum(not pair.misses for pair in found)} of {len(found)}"
            rows.append((system.title, system.durability, worst, median, f"{factors[-1]:.1f}", held))
    names = ("Peer", "An answer means", "Worst", "Median", "Best", "Targets met")
    return table("## Stator's rate, in times the peer's at equal durability", names, rows, "llrrrr")


def _systems(record: Record) -> str:
    rows = [_system(system) for system in record.systems if not system.left_out]
    names = (
        "System",
        "Version",
        "An answered write survives",
        "Syncs a write",
        "Known by",
        "First answer after s",
        "Idle MB",
        "Memory, filled, MB",
        "Bytes on disk a byte of item",
    )
    return table("## Who is compared, and what an answer means", names, rows, "lllrlrrrr")


def _system(system: SystemFacts) -> tuple[str, ...]:
    syncs = "" if system.syncs_per_put is None else f"{system.syncs_per_put:.3g}"
    ready = "" if system.ready_s is None else f"{system.ready_s:.2f}"
    idle = "" if system.idle_bytes is None else f"{system.idle_bytes / 1e6:.0f}"
    memory = _by_size(system.memory_bytes, lambda figure: f"{figure / 1e6:.0f}")
    disk = _by_size(system.disk_ratio, lambda figure: f"{figure:.2f}")
    meaning = _MEANING[system.durability]
    return (
        system.title,
        system.version or "this tree",
        meaning,
        syncs,
        system.known_by,
        ready,
        idle,
        memory,
        disk,
    )


def _by_size(figures: dict[int, float], text: Callable[[float], str]) -> str:
    return ", ".join(f"{text(figure)} ({_size(items)})" for items, figure in sorted(figures.items()))


def _size(items: int) -> str:
    return f"{items // 1_000_000} M" if items >= 1_000_000 else f"{items // 1000} k"


def _left_out(record: Record) -> str:
    lines = [f"- {system.title}: {_line(system.left_out)}" for system in record.systems if system.left_out]
    titles = _titles(record)
    for cell in record.cells:
        if cell.note:
            where = f", {_TITLES[cell.workload]}, {cell.connections} connections" if cell.workload else ""
            lines.append(f"- {titles[cell.system]} at {_size(cell.items)} items{where}: {_line(cell.note)}")
        elif cell.run and cell.run.errors:
            where = f"{_TITLES[cell.workload]}, {cell.keys}, {cell.connections} connections"
            errors = f"{cell.run.errors} among {cell.run.requests:,}"
            lines.append(f"- {titles[cell.system]} at {_size(cell.items)} items, {where}: {errors}")
    return "## Left out\n\n" + "\n".join(dict.fromkeys(lines)) + "\n" if lines else ""


def _line(text: str) -> str:
    return " ".join(text.split())[:300]


def _titles(record: Record) -> dict[str, str]:
    return {system.name: system.title for system in record.systems} | {NOTHING: "Does nothing"}


def _shown(record: Record) -> list[str]:
    """The systems that have figures, the do-nothing server last."""
    named = [system.name for system in record.systems] + [NOTHING]
    there = {cell.system for cell in record.cells if cell.run}
    return [name for name in named if name in there]


def _groups(record: Record) -> Iterator[tuple[int, int]]:
    found = ((cell.items, cell.connections) for cell in record.cells if cell.run and cell.door == HTTP)
    yield from dict.fromkeys(found)


def _rows(record: Record, items: int, connections: int) -> dict[tuple[str, str], dict[str, Cell]]:
    """The cells of one table: for each workload and choice of keys, by system."""
    rows: dict[tuple[str, str], dict[str, Cell]] = {}
    for cell in record.cells:
        if (cell.items, cell.connections, cell.door) == (items, connections, HTTP) and cell.workload:
            rows.setdefault((cell.workload, cell.keys), {})[cell.system] = cell
    return rows


def _grid(record: Record, title: str, items: int, connections: int, text: Callable[[Run], str]) -> str:
    names = _shown(record)
    titles = _titles(record)
    rows = []
    for (workload, keys), cells in _rows(record, items, connections).items():
        figures = [_cell(cells.get(name), text) for name in names]
        rows.append((_TITLES[workload], keys, *figures))
    head = ("Workload", "Keys", *(titles[name] for name in names))
    where = f"{_size(items)} items, {connections} connection{'s' * (connections != 1)}"
    return table(f"### {title}, {where}", head, rows, "ll" + "r" * len(names))


def _cell(cell: Cell | None, text: Callable[[Run], str]) -> str:
    if cell is None or cell.run is None:
        return ""
    return "errors" if cell.run.errors else text(cell.run)


def _rates(record: Record) -> Iterator[str]:
    yield "## Requests a second\n"
    for items, connections in sorted(_groups(record)):
        yield _grid(record, "Requests a second", items, connections, lambda run: whole(run.requests_per_s))


def _details(record: Record) -> Iterator[str]:
    yield "## Latencies and bytes written\n"
    for items, connections in sorted(_groups(record)):
        yield _grid(record, "p50 / p99 / p99.9 in ms", items, connections, _latencies)
        yield _grid(
            record, "Bytes written a request", items, connections, lambda run: whole(run.written_bytes)
        )


def _latencies(run: Run) -> str:
    return " / ".join(f"{us / 1e3:.3g}" for us in (run.p50_us, run.p99_us, run.p999_us))


def _sqlite(record: Record) -> str:
    rows = [
        (_TITLES[cost.workload], str(cost.connections), _size(cost.items), f"{cost.times:.1f}")
        for cost in targets.sqlite_costs(record)
    ]
    names = ("Operation", "Connections", "Items", "Times raw SQLite's cost")
    return table("## Cost beside raw SQLite, by size", names, rows, "lrrr")


def _indexes(record: Record) -> str:
    rows = [
        (_size(cost.items), str(cost.connections), f"{cost.time:.2f}", f"{cost.written:.2f}")
        for cost in targets.index_costs(record)
    ]
    names = ("Items", "Connections", "Server time", "Bytes written")
    return table("## PutItem with one index, in times of one without", names, rows, "rrrr")
