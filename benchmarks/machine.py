"""The machine and the versions that figures belong to."""

from __future__ import annotations

import datetime
import os
import platform
import resource
import statistics
import subprocess
from pathlib import Path
from time import perf_counter

import apsw

_SYNCS = 200
_PAGE_BYTES = 8192
# File systems that keep nothing on a disk: a sync there costs nothing and proves nothing
_IN_MEMORY = ("tmpfs", "ramfs")


def describe(folder: Path) -> list[tuple[str, str]]:
    """Names and values, for people; `folder` is where the data file lies."""
    device, kind = file_system(folder)
    memory_bytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return [
        ("Date", datetime.datetime.now(datetime.UTC).date().isoformat()),
        ("CPU", f"{_cpu_model()}, {os.cpu_count()} cores"),
        ("Memory", f"{memory_bytes / 2**30:.0f} GiB"),
        ("Kernel", f"{platform.system()} {platform.release()}"),
        ("Data file on", f"{kind} ({device})"),
        ("Python", platform.python_version()),
        ("SQLite", f"{apsw.sqlite_lib_version()} (apsw {apsw.apsw_version()})"),
        ("wrk", _wrk_version()),
    ]


class Others:
    """Watches how much of all cores other programs use, from its making on: more than a little spoils every figure.
    A child process counts as other until it has ended and was waited for."""

    def __init__(self) -> None:
        self._began = perf_counter()
        self._used_s, self._own_s = _used_s(), _own_s()

    def share(self) -> float:
        others_s = (_used_s() - self._used_s) - (_own_s() - self._own_s)
        return max(0.0, others_s / ((perf_counter() - self._began) * (os.cpu_count() or 1)))


def _used_s() -> float:
    """Seconds of cores that all programs used since the machine started."""
    with open("/proc/stat", encoding="ascii") as stat:
        user, nice, system = stat.readline().split()[1:4]
    return (int(user) + int(nice) + int(system)) / os.sysconf("SC_CLK_TCK")


def _own_s() -> float:
    """Seconds of cores that this process and its ended children used."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def file_system(folder: Path) -> tuple[str, str]:
    """The device and the kind of the file system that holds `folder`."""
    found = ("unknown", "unknown")
    best = -1
    for line in Path("/proc/mounts").read_text(encoding="utf-8").splitlines():
        device, place, kind = line.split()[:3]
        if folder.resolve().is_relative_to(place) and len(place) >= best:
            found, best = (device, kind), len(place)
    return found


def keeps_nothing(folder: Path) -> bool:
    """True if a sync in this folder reaches no disk."""
    return file_system(folder)[1] in _IN_MEMORY


def sync_us(folder: Path) -> tuple[float, float]:
    """The median and the 99th percentile of appending one page to a file and fdatasync, in microseconds."""
    path = folder / "sync"
    page = os.urandom(_PAGE_BYTES)
    times = []
    with path.open("wb", buffering=0) as file:
        for _ in range(_SYNCS):
            begin = perf_counter()
            file.write(page)
            os.fdatasync(file.fileno())
            times.append((perf_counter() - begin) * 1e6)
    path.unlink()
    return statistics.median(times), statistics.quantiles(times, n=100)[98]


def _cpu_model() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        name, _, value = line.partition(":")
        if name.strip() in ("model name", "Model"):
            return value.strip()
    return platform.machine()


def _wrk_version() -> str:
    words = subprocess.run(["wrk", "-v"], capture_output=True, text=True).stdout.split()
    return words[1] if len(words) > 1 else "unknown"
