"""How long a fetch takes, by the category index and by the scan instead of it, on each door.

    in process   stator.open, in memory
    boto3        boto3's client on a database in the process
    server       the native client over HTTP to `stator serve` on this machine

A fetch is what a player waits for: the ids, the sample, and the ten questions by their ids. The reference says 100 to
500 ms by the index and 1 to 2 s by the scan, for its tables on AWS; here there is no network but the loopback.
"""

from __future__ import annotations

import os
import platform
import random
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Final

from rich.table import Table

import stator
import stator.boto3
from stator.errors import StatorError
from systems.costs.markdown import rows
from systems.truthbyte.design import Question
from systems.truthbyte.game import TruthByte
from systems.truthbyte.upload import upload

PAGE: Final = Path(__file__).with_name("README.md")
CATEGORY: Final = "science"
COUNT: Final = 10
_INDEX: Final = "question-categories"
_SEED: Final = 2024
_MS: Final = 1000
_TIMED: Final = re.compile(r"(<!-- timed -->\n).*?(<!-- /timed -->)", re.DOTALL)
_HEAD: Final = ("", "by the index", "slowest of twenty", "by the scan", "slowest of twenty")
_REFERENCE: Final = ("the reference, on AWS", "100-500 ms", "", "1-2 s", "")


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds: the median of all, and what nineteen of twenty stay below."""

    median_ms: float
    slow_ms: float

    @classmethod
    def of(cls, seconds: Sequence[float]) -> Timing:
        ordered = sorted(seconds)
        slow = ordered[min(len(ordered) - 1, len(ordered) * 19 // 20)]
        return cls(median(ordered) * _MS, slow * _MS)


@dataclass(frozen=True, slots=True)
class DoorTimings:
    door: str
    index: Timing
    scan: Timing


@contextmanager
def _in_process() -> Iterator[stator.DB]:
    with stator.open(":memory:") as db:
        yield db


@contextmanager
def _boto3() -> Iterator[stator.DB]:
    with stator.boto3.Session(":memory:", region_name="us-east-1") as session, stator.open(session) as db:
        yield db


@contextmanager
def _server() -> Iterator[stator.DB]:
    command = [sys.executable, "-m", "stator", "serve", "--data", ":memory:", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True) as process:
        try:
            with stator.open(_endpoint(process)) as db:
                yield db
        finally:
            process.terminate()


def _endpoint(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    for line in process.stdout:
        if found := re.search(r"http://[\d.:]+", line):
            return found[0]
    raise StatorError("`stator serve` did not start")


DOORS: Final[Mapping[str, Callable[[], AbstractContextManager[stator.DB]]]] = {
    "in process": _in_process,
    "boto3, in process": _boto3,
    "server, over HTTP": _server,
}


def measured(
    questions: Sequence[Question], repeat: int, watch: Callable[[int], object] = lambda done: None
) -> list[DoorTimings]:
    """Each door in turn, with these questions. `watch` is told how many doors are done."""
    found = []
    for number, (name, door) in enumerate(DOORS.items(), 1):
        with door() as db:
            found.append(DoorTimings(name, *_timed(db, questions, repeat)))
        watch(number)
    return found


def _timed(db: stator.DB, questions: Sequence[Question], repeat: int) -> tuple[Timing, Timing]:
    game = TruthByte(db, rng=random.Random(_SEED))
    game.create_tables()
    upload(game, questions)
    index = _fetches(game, repeat, "index")
    table = db.table(game.tables.table_name(_INDEX))
    table.delete()
    table.wait_until_not_exists()
    return index, _fetches(game, repeat, "scan")


def _fetches(game: TruthByte, repeat: int, way: str) -> Timing:
    """The first is not counted: it opens connections and fills caches."""
    seconds = []
    for _ in range(repeat + 1):
        start = time.perf_counter()
        fetched = game.fetch(CATEGORY, COUNT)
        seconds.append(time.perf_counter() - start)
        assert fetched.way == way, f"fetched by the {fetched.way}"
    return Timing.of(seconds[1:])


# How it is told


def circumstances(questions: int, repeat: int) -> str:
    """Where and when."""
    machine = f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}, Python {platform.python_version()}"
    return (
        f"{COUNT} questions of {CATEGORY} of {questions:,}; the median of {repeat} fetches;"
        f" {datetime.now(UTC):%Y-%m-%d}, {machine}."
    )


def shown(found: Sequence[DoorTimings]) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for number, column in enumerate(_HEAD):
        table.add_column(column, justify="right" if number else "left")
    for row in _rows(found):
        table.add_row(*row)
    return table


def write(found: Sequence[DoorTimings], questions: int, repeat: int) -> None:
    """Puts the table between the page's marks."""
    text = f"{rows(_HEAD, _rows(found))}\n\n{circumstances(questions, repeat)}"
    page = PAGE.read_text("utf-8")
    PAGE.write_text(_TIMED.sub(lambda match: f"{match[1]}\n{text}\n\n{match[2]}", page), "utf-8")


def _rows(found: Sequence[DoorTimings]) -> Iterator[tuple[str, ...]]:
    for each in found:
        yield each.door, *_cells(each.index), *_cells(each.scan)
    yield _REFERENCE


def _cells(timing: Timing) -> tuple[str, str]:
    return f"{timing.median_ms:.1f} ms", f"{timing.slow_ms:.1f} ms"
