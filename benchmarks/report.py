"""The page docs/performance.md, from one run's results: first what misses its budget, then every figure."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.console import percent
from benchmarks.measure import Pace
from benchmarks.results import FigureRow, LoadRow, Results

_INTRODUCTION = """# Performance

Written by `make bench`; do not edit. Every figure is from one run on one machine. Machines differ, so read them as
ratios to what stands beside them: a **do-nothing server** (the same HTTP parser and loop, one constant answer of the
same size, the same requests) and **raw SQLite** (the same page layout and settings, no server, upserts in groups as
large as the number of connections, each with a full sync). The budgets are the project's own, for one core.
"""

_HOW = """## How it is measured

`make bench` measures everything here in some minutes; it needs Linux, `wrk` and `taskset`
(`sudo apt-get install wrk util-linux`). `python -m benchmarks` takes `--only NAME` (one load), `--seconds N` (of a
run), `--quick` (a look), `--large` (a million items too), `--folder PATH` (a folder on the disk to be measured).

- The server is `stator serve` with its defaults: a file, a full sync before each answer. It is pinned to one core and
  wrk to another; "not pinned" loads use both cores for both.
- Each figure is the median of {repeats} runs of {seconds:g} seconds after a warm-up, each figure by itself. Runs of
  the server and of the do-nothing server take turns. A run in which one answer was an error counts for nothing and is
  reported.
- An item of 1 KB is 1,024 bytes by DynamoDB's rules: a key, and one text of random characters. Tables are filled
  over HTTP with BatchWriteItem, in random order. Keys are random; every write carries a new value.
- Requests carry the ten headers that boto3 sends, with a signature of the right shape that is not checked.

## Caveats

- wrk sends the next request of a connection when the last is answered. Its latencies are those of a client that waits,
  and say nothing of one that sends at a fixed rate to a server that has fallen behind.
- "CPU us" is what one request cost the server of its core, and "core busy" the share of the core that it used. Less
  than 100 % means that it waited for the disk, for the load, or for other programs on the machine.
- At 32 and more connections a latency is mostly waiting for the others: connections divided by the rate.
- The Lua of wrk makes each request; at rates near those of the do-nothing server the load's core is the limit.
- Data sits in the page cache: reads measure no disk. Writes wait for the disk's own sync, which a virtual disk may
  answer before anything is durable; the sync is among the figures.
- Items with many attributes cost more to check when they are written; one load has ten.
"""

# Beyond this, what other programs use of the cores makes figures provisional
OTHERS_SHARE_MAX = 0.05

_LOAD_NAMES = (
    "Load",
    "Connections",
    "Budget",
    "Requests/s",
    "Do-nothing server",
    "Share",
    "Raw SQLite",
    "Share",
    "CPU us",
    "Core busy",
    "p50 ms",
    "p99 ms",
    "p99.9 ms",
)


def render(results: Results, facts: Sequence[tuple[str, str]], pace: Pace, others_share: float) -> str:
    """The page in Markdown. `others_share`: of all cores, what other programs used meanwhile."""
    facts = [*facts, ("Other programs meanwhile", f"{others_share:.0%} of all cores")]
    sections = [
        _INTRODUCTION,
        _disturbance(others_share),
        _misses(results),
        _table("## Machine", ("", ""), facts, "ll"),
        _loads(results.loads()),
        _figures(results.figures()),
        _HOW.format(repeats=pace.repeats, seconds=pace.seconds),
    ]
    return "\n".join(section for section in sections if section)


def _disturbance(share: float) -> str:
    if share <= OTHERS_SHARE_MAX:
        return ""
    return f"**Provisional: other programs used {share:.0%} of the cores meanwhile; measure on a quiet machine.**\n"


def _misses(results: Results) -> str:
    misses = results.misses()
    if not misses:
        return "**Every budget is met.**\n"
    return "## Misses its budget\n\n" + "\n".join(f"- {miss}" for miss in misses) + "\n"


def _loads(rows: Sequence[LoadRow]) -> str:
    return _table(
        "## Under load", _LOAD_NAMES, [_load_cells(row) for row in rows], "l" + "r" * (len(_LOAD_NAMES) - 1)
    )


def _load_cells(row: LoadRow) -> tuple[str, ...]:
    nothing = row.floor.do_nothing
    return (
        row.title,
        str(row.connections),
        _budget(row),
        "invalid" if row.run.errors else _whole(row.run.requests_per_s),
        _whole(nothing.requests_per_s if nothing else None),
        percent(row.do_nothing_share),
        _whole(row.floor.sqlite_per_s),
        percent(row.sqlite_share),
        _whole(row.run.cpu_us or None),
        percent(row.busy_share),
        *(f"{us / 1e3:.2f}" for us in (row.run.p50_us, row.run.p99_us, row.run.p999_us)),
    )


def _budget(row: LoadRow) -> str:
    if row.rate_budget:
        return _whole(row.rate_budget)
    if row.p99_budget_us:
        return f"p99 {row.p99_budget_us / 1e3:g} ms"
    return f"{row.sqlite_share_budget:.0%} of SQLite" if row.sqlite_share_budget else ""


def _figures(rows: Sequence[FigureRow]) -> str:
    cells = [(row.title, _figure(row, row.budget), _figure(row, row.measured)) for row in rows]
    return _table("## What it weighs", ("", "Budget", "Measured"), cells, "lrr")


def _figure(row: FigureRow, number: float | None) -> str:
    return "" if number is None else f"{number:.3g} {row.unit}"


def _whole(number: float | None) -> str:
    return "" if number is None else f"{number:,.0f}"


def _table(title: str, names: Sequence[str], rows: Sequence[Sequence[str]], sides: str) -> str:
    if not rows:
        return ""
    rule = ["---" if side == "l" else "--:" for side in sides]
    lines = [f"| {' | '.join(cells)} |" for cells in (names, rule, *rows)]
    return f"{title}\n\n" + "\n".join(lines) + "\n"
