"""Threads that call operations for the first time, all at once. They once ended the process: msgspec lets one thread
see what another has only half found out about a type."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import stator

PROGRAM = """
import sys, threading
from stator.api.shapes import check
from stator.errors import ServiceError

sys.setswitchinterval(1e-6)
OPERATIONS = (
    "GetItem", "PutItem", "DeleteItem", "UpdateItem", "Query", "Scan", "TransactWriteItems", "TransactGetItems"
)
REQUEST = {"TableName": "music", "Key": {"pk": {"M": {"a": {"L": [{"S": "x"}]}}}}, "Item": {"pk": {"S": "x"}}}
together = threading.Barrier(len(OPERATIONS))

def call(place):
    together.wait()
    for operation in OPERATIONS[place:] + OPERATIONS[:place]:
        try:
            check(operation, REQUEST)
        except ServiceError:
            pass

threads = [threading.Thread(target=call, args=(place,)) for place in range(len(OPERATIONS))]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"""


def test_a_process_lives_on_when_threads_use_operations_first_together() -> None:
    environment = {**os.environ, "PYTHONPATH": str(Path(stator.__file__).resolve().parents[1])}
    for _ in range(4):
        ended = subprocess.run(
            [sys.executable, "-c", PROGRAM],
            env=environment,
            stdin=subprocess.DEVNULL,
            timeout=60,
            check=False,
        )
        assert ended.returncode == 0
