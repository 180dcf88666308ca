"""Starts `probed_server` and asks it about its turns; and clients of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from raw_http import RawClient

import stator


@dataclass(frozen=True)
class Report:
    own_s: float
    wall_s: float
    turns: int
    in_flight: int
    connections: int
    snapshots: int
    resident_bytes: int


class Probed:
    """`measure_s`: what decoding the largest item takes this machine."""

    def __init__(self, process: subprocess.Popen[str], endpoint: str, measure_s: float) -> None:
        self.process = process
        self.endpoint = endpoint
        self.measure_s = measure_s

    def client(self) -> RawClient:
        client = RawClient(self.endpoint)
        client.socket.settimeout(120)
        return client

    def report(self) -> Report:
        """Of the time since the last one."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write("report\n")
        self.process.stdin.flush()
        found: dict[str, Any] = json.loads(self.process.stdout.readline())
        return Report(**found)

    def until(self, seen: Callable[[Report], bool]) -> Report:
        """Asks until it is seen."""
        for _ in range(200_000):
            report = self.report()
            if seen(report):
                return report
        raise AssertionError(f"it was never seen: {report}")


@contextmanager
def probed(path: str = ":memory:", *buckets: str) -> Iterator[Probed]:
    """A probed server, until the block ends; then it must have stopped by itself, having said nothing."""
    source = str(Path(stator.__file__).parents[1])
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("probed_server.py")), path, *buckets],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": source},
    )
    assert process.stdout is not None
    try:
        endpoint = process.stdout.readline().strip()
        yield Probed(process, endpoint, float(process.stdout.readline()))
        _, said = process.communicate(timeout=60)
        assert said == ""
        assert process.returncode == 0
    finally:
        process.kill()
        process.wait()
