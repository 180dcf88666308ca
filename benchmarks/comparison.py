"""Every system through every workload, one system up at a time, each on the same core; and what each weighs."""

from __future__ import annotations

import json
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.client import HTTPException
from pathlib import Path
from time import monotonic, sleep

from benchmarks import fetching, tables, unsynced, workloads
from benchmarks.caller import Caller
from benchmarks.console import Console
from benchmarks.errors import BenchmarkError
from benchmarks.loads import Request
from benchmarks.measure import Bench, do_nothing, run_mix
from benchmarks.mixes import Choice
from benchmarks.peers import SYSTEMS, Durability, Place, System, has_strace
from benchmarks.processes import Server, serving
from benchmarks.records import NOTHING, Cell, Record, SystemFacts
from benchmarks.tables import Table
from benchmarks.templates import fill
from benchmarks.workloads import Tables, Workload
from benchmarks.wrk import Run

CONNECTIONS = (1, 64)
SMALL, LARGE = 10_000, 1_000_000
# A system that takes longer to take in a table is left out at that size
FILL_S_MAX = 1200.0
# Each run inserts keys of its own, from here on
_FRESH_STEP = 400_000
_ANSWERS_S_MAX = 30.0
_POLL_S = 0.005
_SETTLED_S_MAX, _SETTLE_STEP_S, _RESTING_SHARE = 10.0, 0.2, 0.1
_TRACED_PUTS = 50
_SYNC_CALLS = ("fsync(", "fdatasync(", "msync(", "sync_file_range(", "syncfs(")
Save = Callable[[], None]
_Failures = (BenchmarkError, OSError, HTTPException, KeyError, ValueError)


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is to be compared. `every_choice`: each workload with each of its choices of keys, not only its own."""

    systems: tuple[System, ...]
    workloads: tuple[Workload, ...]
    sizes: tuple[int, ...]
    every_choice: bool
    cache: Path


def run(wanted: Comparison, bench: Bench, record: Record, console: Console, save: Save) -> None:
    """Adds to `record` what it finds, calling `save` after each system. A system that is not wanted, cannot be had,
    does not start or answers otherwise than expected is left out, by name and reason; it stops nobody else."""
    for system in SYSTEMS:
        facts = SystemFacts(system.name, system.title, system.family, system.durability, system.known_by)
        record.systems.append(facts)
        if system not in wanted.systems:
            facts.left_out = "not asked for in this run"
            continue
        try:
            installed = _installed(system, wanted.cache, facts, console)
            _System(system, installed, facts, wanted, bench, record, console).measure()
        except (fetching.CannotBeHad, *_Failures) as error:
            facts.left_out = str(error)
            console.line(f"{system.title} left out: {error}")
        save()


def _installed(system: System, cache: Path, facts: SystemFacts, console: Console) -> Path:
    if not system.sources:
        return cache
    console.doing(f"Fetching {system.title} into {cache}")
    folder, facts.version = fetching.fetched(system.family, system.sources, cache)
    return folder


class _System:
    """One system, from its first start to its last cell."""

    def __init__(
        self,
        system: System,
        installed: Path,
        facts: SystemFacts,
        wanted: Comparison,
        bench: Bench,
        record: Record,
        console: Console,
    ) -> None:
        self._system = system
        self._installed = installed
        self._facts = facts
        self._wanted = wanted
        self._bench = bench
        self._record = record
        self._console = console
        self._fresh_first = 0

    def measure(self) -> None:
        with self._folder() as data:
            self._weigh(data)
        for items in self._wanted.sizes:
            try:
                self._measure_size(items)
            except _Failures as error:
                reason = str(error).splitlines()[0]
                self._record.cells.append(Cell(self._system.name, items, "", "", 0, note=reason))
                self._console.line(f"{self._system.title}, {items:,} items, left out: {reason}")

    @contextmanager
    def _folder(self) -> Iterator[Path]:
        with tempfile.TemporaryDirectory(dir=self._bench.folder) as name:
            yield Path(name)

    @contextmanager
    def _up(self, data: Path, core: int | None, before: tuple[str, ...] = ()) -> Iterator[Server]:
        """The system, up and answering on a free port."""
        port = _free_port()
        command = [*before, *self._system.command(Place(self._installed, data, port))]
        with serving(command, core, f"http://127.0.0.1:{port}", self._system.statuses) as server:
            _wait_for_answer(server)
            yield server

    def _weigh(self, data: Path) -> None:
        """Time from the start to the first answer, memory then; and the syncs of a write, where strace is there."""
        self._console.doing(f"{self._system.title}: starting")
        with self._up(data, None):
            pass  # The first start compiles and caches
        _clear(data)
        with self._up(data, None) as server:
            self._facts.ready_s = server.age_s
            self._facts.idle_bytes = server.memory_bytes()
        _clear(data)
        if has_strace():
            self._facts.syncs_per_put = self._count_syncs(data)

    def _count_syncs(self, data: Path) -> float:
        trace = self._bench.folder / "trace"
        calls = "trace=fsync,fdatasync,msync,sync_file_range,syncfs"
        before = ("strace", "-f", "-qq", "-e", "signal=none", "-e", calls, "-o", str(trace))
        table = Table("traced", _TRACED_PUTS, 1024)
        with self._up(data, None, before) as server:
            tables.fill(server.url, replace(table, items=1), lambda _: None)
            before_puts = _syncs(trace)
            caller = Caller(server.url)
            for number in range(_TRACED_PUTS):
                caller.ask("PutItem", {"TableName": table.name, "Item": table.item(number)})
            caller.close()
            counted = _syncs(trace) - before_puts
        trace.unlink(missing_ok=True)
        return counted / _TRACED_PUTS

    def _measure_size(self, items: int) -> None:
        made = workloads.tables_of(items)
        used = {workload.table for workload in self._wanted.workloads} | {"items"}
        wanted = [table for table in made.all() if table.name in used]
        self._fresh_first = items
        with self._folder() as data:
            if self._system.durability is Durability.MEMORY:
                with self._up(data, self._bench.cores.server) as server:
                    self._fill(server, wanted)
                    self._measure_workloads(server, made)
                return
            with self._up(data, self._bench.cores.server, unsynced.prefix(self._bench.folder)) as server:
                self._fill(server, wanted)
            unsynced.sync()
            sizes = sum(file.stat().st_size for file in data.rglob("*") if file.is_file())
            stored = sum(table.items * table.item_bytes * (1 + table.has_index) for table in wanted)
            self._facts.disk_ratio[items] = sizes / stored
            with self._up(data, self._bench.cores.server) as server:
                self._measure_workloads(server, made)

    def _fill(self, server: Server, wanted: list[Table]) -> None:
        deadline = monotonic() + FILL_S_MAX
        for table in wanted:

            def progress(written: int, table: Table = table) -> None:
                self._console.step(f"{written:,} of {table.items:,}")
                if monotonic() > deadline:
                    raise BenchmarkError(
                        f"filling took longer than {FILL_S_MAX:g} s ({written:,} of {table.items:,} items written)"
                    )

            self._console.doing(f"{self._system.title}: filling table {table.name}")
            tables.fill(server.url, table, progress)
        self._facts.memory_bytes[wanted[0].items] = server.memory_bytes()

    def _measure_workloads(self, server: Server, made: Tables) -> None:
        self._warm_up(server, made)
        for workload in self._wanted.workloads:
            try:
                largest = max(_check(server.url, request) for request in workload.requests(made))
            except _Failures as error:
                self._note(workload, made, str(error).splitlines()[0])
                continue
            for choice in workload.choices if self._wanted.every_choice else workload.choices[:1]:
                self._measure_workload(server, workload, made, choice, largest)

    def _warm_up(self, server: Server, made: Tables) -> None:
        self._console.doing(f"{self._system.title}: warming up")
        self._one(server, workloads.WARM_UP, made, Choice.UNIFORM, CONNECTIONS[-1], self._system.warm_up_s)

    def _measure_workload(
        self, server: Server, workload: Workload, made: Tables, choice: Choice, answer_bytes: int
    ) -> None:
        """On each number of connections; beside the first system, a server that does nothing but send as much."""
        self._console.doing(f"{self._system.title}: {workload.title}, {choice} keys")
        if self._system.warm_up_s > 1 or self._bench.pace.seconds > 1:
            self._one(server, workload, made, choice, CONNECTIONS[-1], self._bench.pace.warm_up_s)
        for connections in CONNECTIONS:
            run = self._one(server, workload, made, choice, connections, self._bench.pace.seconds)
            self._add(Cell(self._system.name, made.items.items, workload.name, choice, connections, run))
        if self._system is not self._wanted.systems[0]:
            return
        with serving(do_nothing(answer_bytes), self._bench.cores.server) as nothing:
            for connections in CONNECTIONS:
                run = self._one(nothing, workload, made, choice, connections, self._bench.pace.seconds)
                self._add(Cell(NOTHING, made.items.items, workload.name, choice, connections, run))

    def _one(
        self,
        server: Server,
        workload: Workload,
        made: Tables,
        choice: Choice,
        connections: int,
        seconds: float,
    ) -> Run:
        mix = workload.mix(made, choice, self._fresh_first, connections)
        self._fresh_first += _FRESH_STEP
        _settle(server)
        return run_mix(self._bench, server, mix, connections, seconds)

    def _add(self, cell: Cell) -> None:
        self._record.cells.append(cell)
        self._console.cell(cell)

    def _note(self, workload: Workload, made: Tables, reason: str) -> None:
        for choice in workload.choices if self._wanted.every_choice else workload.choices[:1]:
            for connections in CONNECTIONS:
                self._add(
                    Cell(self._system.name, made.items.items, workload.name, choice, connections, note=reason)
                )


def _check(url: str, request: Request) -> int:
    """Sends a request once and looks at the answer; returns the answer's bytes."""
    caller = Caller(url)
    answer = caller.call(request.template.operation, fill(request.template, 0))
    caller.close()
    if not request.is_expected(json.loads(answer)):
        raise BenchmarkError(
            f"{request.template.operation}: not the expected answer: {answer[:300].decode()}"
        )
    return len(answer)


def _wait_for_answer(server: Server) -> None:
    deadline = monotonic() + _ANSWERS_S_MAX
    while True:
        caller = Caller(server.url)
        try:
            caller.ask("ListTables", {})
            return
        except (OSError, HTTPException, BenchmarkError) as error:
            if monotonic() > deadline:
                raise BenchmarkError(f"no answer after {_ANSWERS_S_MAX:g} s: {error}") from error
            sleep(_POLL_S)
        finally:
            caller.close()


def _settle(server: Server) -> None:
    """Waits until the server rests: a slow one works on after wrk is gone, on what its connections left behind."""
    deadline = monotonic() + _SETTLED_S_MAX
    before = (server.cpu_s(), server.written_bytes())
    while monotonic() < deadline:
        sleep(_SETTLE_STEP_S)
        now = (server.cpu_s(), server.written_bytes())
        if now[0] - before[0] <= _RESTING_SHARE * _SETTLE_STEP_S and now[1] == before[1]:
            return
        before = now


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def _syncs(trace: Path) -> int:
    """Calls that began; one that another thread interrupts is written in two parts, of which the first counts."""
    return sum(line.count(call) for line in trace.read_text("utf-8").splitlines() for call in _SYNC_CALLS)


def _clear(folder: Path) -> None:
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
