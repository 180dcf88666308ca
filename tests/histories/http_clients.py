"""Clients over HTTP: threads of the test, or processes of their own that each keep their history in a file. Times are
the machine's monotonic ones, in nanoseconds, the same in every process.

Run as a program, with the JSON of a `Task`: its clients.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import traffic
from history import Op, Recorder, load, save
from items_client import request_of, result_of, result_of_refusal
from models import UNKNOWN, Action, Result
from stator_process import Client as Connection
from stator_process import Gone, Refused
from traffic import Client

import stator

PROCESS_S_MAX = 120


def ask(connection: Connection, action: Action) -> Result:
    """UNKNOWN when the server went away."""
    operation, request = request_of(action)
    try:
        answer = connection.call(operation, **request)
    except Refused as refused:
        return result_of_refusal(refused.code, str(refused))
    except Gone:
        return UNKNOWN
    return result_of(action, answer)


def converse(client: Client, endpoint: str, recorder: Recorder, goes_on: Callable[[], bool]) -> None:
    """Does one action after another until the server is gone, or `goes_on` says otherwise."""
    connection = Connection(endpoint)
    try:
        while goes_on():
            action = client.next()
            result = recorder.do(client.number, action, lambda action: ask(connection, action))
            if result == UNKNOWN:
                return
            client.saw(action, result)
    finally:
        connection.close()


class Task(msgspec.Struct):
    """Each of the clients numbered `numbers`, of a class of `traffic`, does `each` actions and keeps them in `file`.
    Client n is at endpoint n, counted around."""

    endpoints: list[str]
    numbers: list[int]
    seed: int
    each: int
    file: str
    client: str = "Client"


class ClientProcess:
    """Does a task in a process of its own."""

    def __init__(self, task: Task) -> None:
        here = Path(__file__).resolve().parent
        needed = (here.parent / "crash", Path(stator.__file__).resolve().parents[1])
        self._file = Path(task.file)
        self.process = subprocess.Popen(
            [sys.executable, __file__, msgspec.json.encode(task).decode()],
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, needed))},
        )

    def history(self) -> list[Op]:
        """Waits for its end."""
        _, said = self.process.communicate(timeout=PROCESS_S_MAX)
        assert self.process.returncode == 0, said
        return load(self._file)


def do(task: Task) -> None:
    recorder = Recorder(time.monotonic_ns)
    threads = [threading.Thread(target=_life, args=(task, number, recorder)) for number in task.numbers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(recorder.ops) == task.each * len(task.numbers)
    save(recorder.ops, Path(task.file))


def _life(task: Task, number: int, recorder: Recorder) -> None:
    client = getattr(traffic, task.client)(number, task.seed)
    left = iter(range(task.each))
    endpoint = task.endpoints[number % len(task.endpoints)]
    converse(client, endpoint, recorder, lambda: next(left, None) is not None)


if __name__ == "__main__":
    do(msgspec.json.decode(sys.argv[1], type=Task))
