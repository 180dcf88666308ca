"""A history: what each client called, when, and what it was told when. Kept as lines of JSON, so that the histories of
several processes are one: the clock is the machine's.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import msgspec
from models import UNKNOWN, Action, Get, ReadEach, Result, keys_of


class Op(msgspec.Struct, frozen=True):
    """`ended` is when its answer came; for an UNKNOWN one, when it was certain that it would never be done any more
    (a killed process does nothing), or None if it may still be. Times are of any one clock."""

    client: int
    action: Action
    called: int
    ended: int | None
    result: Result

    def __str__(self) -> str:
        return f"{self.called}..{self.ended} client {self.client}: {self.action} -> {self.result}"


class Recorder:
    """Collects operations. Safe to share between threads."""

    def __init__(self, now: Callable[[], int]) -> None:
        self.now = now
        self.ops: list[Op] = []
        self._unanswered: list[Op] = []
        self._lock = threading.Lock()

    def do(self, client: int, action: Action, call: Callable[[Action], Result]) -> Result:
        """Does an action by `call`, and records it."""
        called = self.now()
        result = call(action)
        self.add(Op(client, action, called, self.now(), result))
        return result

    def add(self, op: Op) -> None:
        with self._lock:
            (self._unanswered if op.result == UNKNOWN else self.ops).append(op)

    def all_are_over(self) -> None:
        """What has no answer by now will never be done: to be called when the server is dead."""
        now = self.now()
        with self._lock:
            self.ops += [msgspec.structs.replace(op, ended=now) for op in self._unanswered]
            self._unanswered.clear()


def save(ops: list[Op], path: Path) -> None:
    path.write_bytes(b"\n".join(map(msgspec.json.encode, ops)))


def load(path: Path) -> list[Op]:
    return [msgspec.json.decode(line, type=Op) for line in path.read_bytes().splitlines()]


def apart(op: Op) -> list[Op]:
    """What an operation is that does several things, each at a moment of its own."""
    if not isinstance(op.action, ReadEach) or not isinstance(op.result, tuple):
        return [op]
    read = zip(op.action.keys, op.result, strict=True)
    return [msgspec.structs.replace(op, action=Get(key), result=value) for key, value in read]


def parts(ops: list[Op]) -> list[list[Op]]:
    """Splits a history by its keys: two operations are in one part if a chain of shared keys joins them. A history is
    linearizable exactly if each part is (Herlihy and Wing, 1990)."""
    leader: dict[str, str] = {}

    def find(key: str) -> str:
        while leader.setdefault(key, key) != key:
            leader[key] = key = leader[leader[key]]
        return key

    for op in ops:
        first, *others = keys_of(op.action)
        for key in others:
            leader[find(key)] = find(first)
    found: dict[str, list[Op]] = {}
    for op in ops:
        found.setdefault(find(keys_of(op.action)[0]), []).append(op)
    return list(found.values())
