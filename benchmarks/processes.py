"""Child processes that never outlive the benchmark: servers until they are ready, programs until they end.

A server prints one line that holds its URL; `ready_s` is the time from its start to that line. Leaving the `with`
block (by Ctrl-C too) ends the process and waits for it.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from time import perf_counter
from urllib.parse import urlsplit

from benchmarks.errors import BenchmarkError

_READY_S_MAX = 20.0
_STOP_S_MAX = 30.0
_POLL_S = 0.005
_URL = re.compile(r"https?://[\w.\-]+:\d+")


@dataclass(frozen=True, slots=True)
class Cores:
    """The server's core and the load's; None: not pinned."""

    server: int | None
    load: int | None


def two_cores() -> Cores:
    """A core for the server and one for the load, where there are two."""
    allowed = sorted(os.sched_getaffinity(0))
    return Cores(allowed[0], allowed[1]) if len(allowed) > 1 else Cores(None, None)


def pinned(arguments: Sequence[str], core: int | None) -> list[str]:
    return list(arguments) if core is None else ["taskset", "-c", str(core), *arguments]


def python(*arguments: str) -> list[str]:
    return [sys.executable, *arguments]


class Server:
    """A running server. Its output is read to its end, so that it never waits for us; the last lines are kept.
    `core` is where it runs now; None: anywhere. One that does not print its URL is started with the `url` it was told
    to serve, and is ready when that accepts a connection."""

    def __init__(self, arguments: Sequence[str], core: int | None, url: str = "") -> None:
        self._name = " ".join(arguments)
        self._lines: deque[str] = deque(maxlen=40)
        self._is_ready = threading.Event()
        self._started = perf_counter()
        self.url = url
        self.ready_s = 0.0
        self.core = core
        self._process = subprocess.Popen(
            pinned(arguments, core),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.append(line)
            if not self.url and (found := _URL.search(line)):
                self.ready_s = perf_counter() - self._started
                self.url = found.group()
                self._is_ready.set()
        self._is_ready.set()

    def wait_until_ready(self) -> None:
        if self.url:
            self._wait_for_connection()
            return
        self._is_ready.wait(_READY_S_MAX)
        if not self.url:
            raise BenchmarkError(f"{self._name} did not start.")

    def _wait_for_connection(self) -> None:
        parts = urlsplit(self.url)
        while perf_counter() - self._started < _READY_S_MAX and self._process.poll() is None:
            try:
                socket.create_connection((parts.hostname or "", parts.port or 0)).close()
            except OSError:
                time.sleep(_POLL_S)
            else:
                self.ready_s = perf_counter() - self._started
                return
        raise BenchmarkError(f"{self._name} did not start.")

    @property
    def age_s(self) -> float:
        """Seconds since its start."""
        return perf_counter() - self._started

    def output(self) -> str:
        return "".join(self._lines)

    def move(self, core: int | None) -> None:
        """Moves all its threads to this core, or lets them run on any."""
        if core != self.core:
            allowed = ",".join(map(str, sorted(os.sched_getaffinity(0)))) if core is None else str(core)
            for pid in self._pids():
                arguments = ["taskset", "-a", "-c", "-p", allowed, str(pid)]
                subprocess.run(arguments, check=True, stdout=subprocess.DEVNULL)
            self.core = core

    def _pids(self) -> list[int]:
        """Its own and those of the processes it has started."""
        with open(f"/proc/{self.pid}/task/{self.pid}/children", encoding="ascii") as children:
            return [self.pid, *map(int, children.read().split())]

    def cpu_s(self) -> float:
        """Seconds of a core that it has used so far, in user code and in the kernel."""
        ticks = 0
        for pid in self._pids():
            with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
                fields = stat.read().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def written_bytes(self) -> int:
        """What it made the kernel write to disks so far: pages that it made dirty."""
        written = 0
        for pid in self._pids():
            with open(f"/proc/{pid}/io", encoding="ascii") as counters:
                figures = dict(line.split(": ") for line in counters)
            written += int(figures["write_bytes"])
        return written

    def memory_bytes(self) -> int:
        """Resident memory of its own process now."""
        with open(f"/proc/{self.pid}/status", encoding="ascii") as status:
            for line in status:
                if line.startswith("VmRSS:"):
                    return int(line.split()[1]) * 1024
        raise BenchmarkError(f"{self._name} has ended:\n{self.output()}")

    def stop(self) -> int:
        """Asks it to end, and kills it if it does not; returns its exit status."""
        try:
            self._signal_group(signal.SIGTERM)
            self._process.wait(_STOP_S_MAX)
        except subprocess.TimeoutExpired:
            pass
        finally:
            self._signal_group(signal.SIGKILL)
            self._process.wait()
            self._reader.join()
        return self._process.returncode

    def _signal_group(self, number: signal.Signals) -> None:
        """It leads a group of its own, so that what it started, or what it traces, ends with it."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, number)


@contextmanager
def serving(
    arguments: Sequence[str], core: int | None = None, url: str = "", statuses: Sequence[int] = (0,)
) -> Iterator[Server]:
    """Starts a server, waits until it is ready, ends it. A server that ends badly, with none of these statuses, is an
    error; an error that happens meanwhile tells what the server said last."""
    server = Server(arguments, core, url)
    try:
        server.wait_until_ready()
        yield server
    except BenchmarkError as error:
        raise BenchmarkError(f"{error}\nThe server's last lines:\n{server.output()}") from error
    finally:
        status = server.stop()
    if status not in statuses:
        raise BenchmarkError(f"{' '.join(arguments)} ended with status {status}:\n{server.output()}")


@contextmanager
def program(arguments: Sequence[str]) -> Iterator[subprocess.Popen[str]]:
    """A program whose output is read by the caller (`communicate`); killed if still running at the end."""
    process = subprocess.Popen(
        arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def output_of(arguments: Sequence[str]) -> str:
    """What a program prints. Its failure is an error."""
    with program(arguments) as process:
        out, errors = process.communicate()
        if process.returncode:
            raise BenchmarkError(f"{' '.join(arguments)} failed:\n{out}{errors}")
        return out
