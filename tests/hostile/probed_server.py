"""A server in a process of its own that knows how long each turn of its loop was.

Run as a program: `probed_server.py [data file [folder of buckets]]`. Its first line is the endpoint, its second how
long this machine takes to decode the largest item there can be, in seconds: the measure of turns. Then each line on
standard input is answered with one line of JSON about the time since the last: the longest turn of the loop (its
thread's own seconds, and the wall's), turns run, operations at their work, connections, snapshots open, and the memory
it has (0 where /proc is not).
"""

from __future__ import annotations

import asyncio
import json
import mmap
import sys
import threading
import time
from pathlib import Path
from typing import Any

import msgspec

from stator.clock import SystemClock
from stator.engine.database import Database, Options
from stator.server.listening import new_loop
from stator.server.requestlog import RequestLog
from stator.server.server import Listening, Server
from stator.storage import open_store


class Turns:
    """Runs once in every turn of the loop, and so never lets it sleep."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._own = time.thread_time()
        self._wall = time.perf_counter()
        self.clear()

    def clear(self) -> None:
        self.own_s = self.wall_s = 0.0
        self.count = 0

    def turn(self) -> None:
        own, wall = time.thread_time(), time.perf_counter()
        self.own_s = max(self.own_s, own - self._own)
        self.wall_s = max(self.wall_s, wall - self._wall)
        self.count += 1
        self._own, self._wall = own, wall
        self._loop.call_soon(self.turn)


class CountedSnapshots:
    """A store whose open snapshots are counted."""

    def __init__(self, store: Any) -> None:
        self._store = store
        self.open = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def snapshot(self) -> Any:
        return _Counted(self, self._store.snapshot())


class _Counted:
    def __init__(self, store: CountedSnapshots, snapshot: Any) -> None:
        self._counts = store
        self._snapshot = snapshot
        store.open += 1

    def __getattr__(self, name: str) -> Any:
        return getattr(self._snapshot, name)

    def close(self) -> None:
        if self._counts is not None:
            self._counts.open -= 1
            self._counts = None  # type: ignore[assignment]
        self._snapshot.close()

    def __enter__(self) -> _Counted:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def measure_s() -> float:
    """Of decoding an item of 400 KB of empty texts, 3.6 MB of JSON: the best of three."""
    largest = b'{"a":{"L":[' + b",".join([b'{"S":""}'] * 409_000) + b"]}}"
    best = 60.0
    for _ in range(3):
        start = time.thread_time()
        msgspec.json.decode(largest)
        best = min(best, time.thread_time() - start)
    return best


def write_log(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()


def resident_bytes() -> int:
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return 0
    return pages * mmap.PAGESIZE


async def serve(path: str, buckets: str | None) -> None:
    loop = asyncio.get_running_loop()
    store = CountedSnapshots(open_store(path, "relaxed"))
    db = Database(store, Options(s3_folder=buckets))
    server = Server(db, Listening(), log=RequestLog(write_log, SystemClock()))
    await server.start()
    turns = Turns(loop)
    turns.turn()
    print(server.endpoint, measure_s(), sep="\n", flush=True)
    stopped = asyncio.Event()

    def report() -> None:
        print(
            json.dumps(
                {
                    "own_s": turns.own_s,
                    "wall_s": turns.wall_s,
                    "turns": turns.count,
                    "in_flight": server._service.in_flight,
                    "connections": len(server.connections),
                    "snapshots": store.open,
                    "resident_bytes": resident_bytes(),
                }
            ),
            flush=True,
        )
        turns.clear()

    def read_orders() -> None:
        for _ in sys.stdin:
            loop.call_soon_threadsafe(report)
        loop.call_soon_threadsafe(stopped.set)

    threading.Thread(target=read_orders, daemon=True).start()
    await stopped.wait()
    await server.stop()
    db.close()


if __name__ == "__main__":
    sys.setswitchinterval(0.001)  # as `stator serve` does
    chosen = new_loop()
    given = [*sys.argv[1:], ":memory:"] if len(sys.argv) == 1 else sys.argv[1:]
    chosen.run_until_complete(serve(given[0], given[1] if len(given) > 1 else None))
