"""The page docs/performance.md, from one run's record: first what misses its target or budget, then every figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from benchmarks import comparison_page
from benchmarks.console import percent
from benchmarks.markdown import table, whole
from benchmarks.records import Record
from benchmarks.results import FigureRow, LoadRow, Results

_INTRODUCTION = """# Performance

Written by `make bench`; do not edit. Every figure is from one run on one machine. Machines differ, so read them as
ratios to what stands beside them: the **peers** (other servers of DynamoDB's protocol, one at a time on the same core
under the same load), a **do-nothing server** (Stator's HTTP parser and loop, one constant answer of the same size, the
same requests), **raw SQLite** (the same page layout and settings, no server, upserts in groups as large as the number
of connections, each with a full sync) and **one sync** of the disk. A peer is compared with Stator at the durability
that is the peer's own. The budgets are the project's own, for one core.

The run itself, as JSON, is [performance/results.json](performance/results.json).
"""

_HOW = """## How it is measured

`make bench` measures everything here; it needs Linux, `wrk` and `taskset` (`sudo apt-get install wrk util-linux`).
Peers are fetched from npm, PyPI, crates.io and Maven Central into `$XDG_CACHE_HOME/stator/peers`; one that cannot be
had is left out, by name. `python -m benchmarks --help` says how to measure less, or a million items too.

- Servers are started with their defaults, on a file or in memory as said. Each is pinned to one core, a JVM too, and
  wrk to another; "not pinned" loads use both cores for both.
- Figures under "Stator's budgets" are the median of {repeats} runs of {seconds:g} seconds after a warm-up, each figure
  by itself; runs of the server and of the do-nothing server take turns. Figures beside the peers are one run of
  {compared_seconds:g} seconds; before it come a warm-up of 10 s for a JVM and 3 s for node, and one of each workload.
- A run in which one answer was an error counts for nothing and is reported.
- An item of 1 KB is 1,024 bytes by DynamoDB's rules: keys, and one text of random characters. Tables are filled over
  HTTP with BatchWriteItem, in random order. Every write carries a new value. The comparison's tables with a sort key
  and with an index have 100,000 items at most. While they are filled syncs do nothing, as some peers sync each item of
  a batch; the files are then synced, and their servers started anew.
- Zipfian keys follow YCSB: constant 0.99, the popular keys spread over the table; "latest" keys the same, by age. One
  request is one operation, but F's read-modify-write is a GetItem and then an UpdateItem of the same key; on several
  connections the second may leave before the first is answered.
- Requests carry the ten headers that boto3 sends, with a signature of the right shape that no server here checks.
- "Syncs a write" is counted by strace over some PutItems on one connection. "Bytes written" are the pages that the
  server made the kernel write (`write_bytes` of `/proc/PID/io`); an unsynced page that changes twice counts once.
- "Through every door" is one get and one put of an item of 1 KB at a time, on one thread, the best of many turns that
  all doors take in the same run; nothing is synced but where it says so. Raw SQLite is given keys and values as bytes.
- Time to the first answer is that from exec to an answer to ListTables, on a second start, not pinned.

## Caveats

- wrk sends the next request of a connection when the last is answered. Its latencies are those of a client that waits,
  and say nothing of one that sends at a fixed rate to a server that has fallen behind.
- One core for the server is what a Python or node process uses at most; a JVM or a Rust server would use more.
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


def render(record: Record, plots: Sequence[tuple[str, str]] = (), findings: str = "") -> str:
    """The page in Markdown. `plots`: what each shows, and its file's path from the page. `findings`: what profiling
    found, written by people, from a heading of the second level on."""
    runs = "one run" if record.repeats == 1 else f"{record.repeats} runs"
    facts = [
        *record.machine,
        ("Other programs meanwhile", f"{record.others_share:.0%} of all cores"),
        ("A figure is of", f"{runs} of {record.seconds:g} s"),
    ]
    results = record.results()
    sections = [
        _INTRODUCTION,
        _disturbance(record.others_share),
        comparison_page.misses(record),
        _misses(results),
        table("## Machine", ("", ""), facts, "ll"),
        *comparison_page.sections(record, plots),
        _loads(results.loads()),
        _figures(results.figures()),
        _doors(record.doors),
        findings,
        _how(record),
    ]
    return "\n".join(section for section in sections if section)


def _how(record: Record) -> str:
    return _HOW.format(
        repeats=record.repeats, seconds=record.seconds, compared_seconds=record.compared_seconds
    )


def _disturbance(share: float) -> str:
    if share <= OTHERS_SHARE_MAX:
        return ""
    return f"**Provisional: other programs used {share:.0%} of the cores meanwhile; measure on a quiet machine.**\n"


def _misses(results: Results) -> str:
    misses = results.misses()
    if not results.rows:
        return ""
    if not misses:
        return "**Every budget is met.**\n"
    return "## Misses its budget\n\n" + "\n".join(f"- {miss}" for miss in misses) + "\n"


def _loads(rows: Sequence[LoadRow]) -> str:
    return table(
        "## Stator's budgets under load",
        _LOAD_NAMES,
        [_load_cells(row) for row in rows],
        "l" + "r" * (len(_LOAD_NAMES) - 1),
    )


def _load_cells(row: LoadRow) -> tuple[str, ...]:
    nothing = row.floor.do_nothing
    return (
        row.title,
        str(row.connections),
        _budget(row),
        "invalid" if row.run.errors else whole(row.run.requests_per_s),
        whole(nothing.requests_per_s if nothing else None),
        percent(row.do_nothing_share),
        whole(row.floor.sqlite_per_s),
        percent(row.sqlite_share),
        whole(row.run.cpu_us or None),
        percent(row.busy_share),
        *(f"{us / 1e3:.2f}" for us in (row.run.p50_us, row.run.p99_us, row.run.p999_us)),
    )


def _budget(row: LoadRow) -> str:
    if row.rate_budget:
        return whole(row.rate_budget)
    if row.p99_budget_us:
        return f"p99 {row.p99_budget_us / 1e3:g} ms"
    return f"{row.sqlite_share_budget:.0%} of SQLite" if row.sqlite_share_budget else ""


def _figures(rows: Sequence[FigureRow]) -> str:
    cells = [(row.title, _figure(row, row.budget), _figure(row, row.measured)) for row in rows]
    return table("## What Stator weighs", ("", "Budget", "Measured"), cells, "lrr")


def _doors(doors: Mapping[str, tuple[float, float]]) -> str:
    rows = [(name, f"{get:,.0f}", f"{put:,.0f}") for name, (get, put) in doors.items()]
    return table("## Through every door, one item after the other", ("Door", "Get, us", "Put, us"), rows, "lrr")


def _figure(row: FigureRow, number: float | None) -> str:
    return "" if number is None else f"{number:.3g} {row.unit}"
