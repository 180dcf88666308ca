"""The page's plots, as SVG files, from a run's record. Needs matplotlib, which the extra `bench` brings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from benchmarks import targets, workloads
from benchmarks.records import NOTHING, Cell, Record

# One colour for each family, as safe for the colour-blind as eight can be (Okabe and Ito), and a mark for each of what
# an answer means
_COLOURS = {
    "stator": "#d55e00",
    "dynamodb-local": "#0072b2",
    "dynoxide": "#009e73",
    "dynalite": "#cc79a7",
    "moto": "#e69f00",
}
_MARKS = {"synced": "o", "written": "s", "memory": "^"}
_SETTINGS = {
    # Text stays text, and the same run gives the same bytes
    "svg.fonttype": "none",
    "svg.hashsalt": "stator",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "figure.constrained_layout.use": True,
}


def can_draw() -> bool:
    return find_spec("matplotlib") is not None


def draw(record: Record, folder: Path) -> list[tuple[str, Path]]:
    """Writes every plot that the run has figures for; returns what each shows, and its file."""
    import matplotlib  # type: ignore[import-not-found,unused-ignore]

    matplotlib.use("svg")
    matplotlib.rcParams.update(_SETTINGS)
    folder.mkdir(parents=True, exist_ok=True)
    return [_drawn(folder / f"{name}.svg", title, paint) for name, title, paint in _plots(record)]


def _drawn(path: Path, title: str, paint: Callable[[Any], None]) -> tuple[str, Path]:
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(9, 6))
    try:
        paint(axes)
        axes.set_title(title, loc="left")
        axes.grid(axis="x", color="#dddddd", linewidth=0.6)
        axes.set_axisbelow(True)
        figure.savefig(path, metadata={"Date": None})
    finally:
        pyplot.close(figure)
    return title, path


def _plots(record: Record) -> Iterator[tuple[str, str, Callable[[Any], None]]]:
    groups = dict.fromkeys((cell.items, cell.connections) for cell in record.cells if cell.run)
    for items, connections in sorted(groups):
        where = f"{items:,} items, {connections} connection{'s' * (connections != 1)}"
        cells = [cell for cell in record.cells if (cell.items, cell.connections) == (items, connections)]
        own = [cell for cell in cells if cell.run and not cell.run.errors and cell.keys == _own_keys(cell)]
        name = f"{items}-{connections}"
        yield f"rates-{name}", f"Requests a second, {where}", partial(_rates, record=record, cells=own)
        tails = [cell for cell in own if cell.workload in ("get", "put")]
        if tails:
            title = f"GetItem and PutItem, p50 to p99.9 in ms, {where}"
            yield f"latencies-{name}", title, partial(_latencies, record=record, cells=tails)
    if len({cost.items for cost in targets.sqlite_costs(record)}) > 1:
        yield "sqlite", "Cost of an operation, in times raw SQLite's", partial(_sqlite, record=record)


def _own_keys(cell: Cell) -> str:
    return next(
        (workload.choices[0] for workload in workloads.WORKLOADS if workload.name == cell.workload), ""
    )


def _rates(axes: Any, record: Record, cells: list[Cell]) -> None:
    """A row for each workload, a mark for each system, on a logarithmic scale."""
    names = [
        workload.name
        for workload in workloads.WORKLOADS
        if workload.name in {cell.workload for cell in cells}
    ]
    titles = {workload.name: workload.title for workload in workloads.WORKLOADS}
    for name, style in _styles(record):
        rates = {cell.workload: cell.rate for cell in cells if cell.system == name}
        if rates:
            axes.plot(list(rates.values()), [names.index(workload) for workload in rates], **style)
    axes.set_xscale("log")
    axes.set_yticks(range(len(names)), [titles[name] for name in names])
    axes.invert_yaxis()
    axes.set_xlabel("requests a second, more is better")
    axes.figure.legend(loc="outside right upper", frameon=False)


def _styles(record: Record) -> Iterator[tuple[str, dict[str, Any]]]:
    for system in record.systems:
        colour, mark = _COLOURS.get(system.family, "#999999"), _MARKS[system.durability]
        filled = {"markerfacecolor": colour if system.durability == "synced" else "white"}
        yield (
            system.name,
            {"label": system.title, "color": colour, "marker": mark, "linestyle": "", **filled},
        )
    yield (
        NOTHING,
        {"label": "Does nothing", "color": "#555555", "marker": "|", "markersize": 14, "linestyle": ""},
    )


def _latencies(axes: Any, record: Record, cells: list[Cell]) -> None:
    """A line from p50 to p99.9 for each system and operation, with a mark at p99."""
    rows: list[str] = []
    for name, style in _styles(record):
        for cell in cells:
            if cell.system == name and cell.run:
                times = [us / 1e3 for us in (cell.run.p50_us, cell.run.p99_us, cell.run.p999_us)]
                axes.plot(times, [len(rows)] * 3, color=style["color"], marker="|", markersize=9, linewidth=2)
                rows.append(f"{style['label']}: {cell.workload}")
    axes.set_xscale("log")
    axes.set_yticks(range(len(rows)), rows)
    axes.invert_yaxis()
    axes.set_xlabel("ms at p50, p99 and p99.9, less is better")


def _sqlite(axes: Any, record: Record) -> None:
    costs = targets.sqlite_costs(record)
    for workload, connections in dict.fromkeys((cost.workload, cost.connections) for cost in costs):
        line = sorted(
            (cost.items, cost.times)
            for cost in costs
            if (cost.workload, cost.connections) == (workload, connections)
        )
        axes.plot(*zip(*line, strict=True), marker="o", label=f"{workload}, {connections} connections")
    axes.set_xscale("log")
    axes.set_ylim(bottom=0)
    axes.set_xlabel("items in the table")
    axes.legend(frameon=False)
