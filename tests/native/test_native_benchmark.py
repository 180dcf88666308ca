"""The benchmark of calls in process runs, and measures what its page says."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_benchmark_measures_get_and_put() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "benchmarks.in_process", "--seconds", "0.02"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert run.returncode == 0, run.stderr
    names = [line[:20].strip() for line in run.stdout.splitlines()]
    assert names == ["get_item", "put_item", "the item alone", "transport GetItem"]
