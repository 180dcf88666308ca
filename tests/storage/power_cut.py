"""What a disk holds after each of the things that were done to it, when the process or the power ends there.

Until a file is synced its writes may be lost: all, any of them, or any of their sectors. A file that was removed, or
made, without its folder being synced may be there or not. Writes whose sync failed are lost with the power, for good.
"""

from __future__ import annotations

import enum
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from faulty_disk import Event, Kind

Files = dict[str, bytes]
SECTORS_BYTES: Final = (512, 4096)


class Loss(enum.Enum):
    NOTHING = "nothing: only the process ends"
    UNSYNCED = "all that was not synced"
    SOME = "some of what was not synced"
    SECTORS = "some sectors of what was not synced"


@dataclass(frozen=True, slots=True)
class Crash:
    """Everything up to the `point`-th event was done; `mark` is the last mark before it."""

    point: int
    mark: int
    loss: Loss
    files: Files


def crashes(base: Files, events: Iterable[Event], losses: Iterable[Loss], every: int = 1) -> Iterator[Crash]:
    """The crashes before the first event, and after each `every`-th and the last one, with each kind of loss."""
    disk, mark, losses, events = Disk(base), 0, tuple(losses), list(events)
    for point in range(len(events) + 1):
        if point % every == 0 or point == len(events):
            for loss in losses:
                yield Crash(point, mark, loss, disk.left(loss, random.Random(f"{point} {loss.value}")))
        if point < len(events):
            event = events[point]
            disk.apply(event)
            mark = event.at if event.kind is Kind.MARK else mark


class Disk:
    """The files of one folder. `_removed` are those whose removal may be undone by a power cut."""

    def __init__(self, base: Files) -> None:
        self._files = {name: _File(body) for name, body in base.items()}
        self._removed: dict[str, _File] = {}

    def apply(self, event: Event) -> None:
        if event.kind is Kind.MARK:
            return
        if event.kind is Kind.DELETE:
            self._removed.setdefault(event.file, self._files.pop(event.file, _File(None)))
        else:
            self._files.setdefault(event.file, _File(None)).apply(event)
        if event.at and event.kind in (Kind.SYNC, Kind.DELETE):
            self._removed.clear()

    def left(self, loss: Loss, draw: random.Random) -> Files:
        if loss is Loss.NOTHING:
            return {name: bytes(file.cached) for name, file in self._files.items()}
        files: Files = {}
        for name in sorted({*self._files, *self._removed}):
            file = self._files.get(name)
            if name in self._removed and (loss is Loss.UNSYNCED or draw.random() < 0.5):
                file = self._removed[name]
            body = None if file is None else file.left(loss, draw)
            if body is not None:
                files[name] = body
        return files


class _File:
    """`cached` is what a process reads; `synced` what is durable, None while nothing is."""

    __slots__ = ("_pending", "_synced", "cached")

    def __init__(self, body: bytes | None) -> None:
        self.cached = bytearray(body or b"")
        self._synced = None if body is None else bytearray(body)
        self._pending: list[Event] = []

    def apply(self, event: Event) -> None:
        if event.kind is Kind.SYNC:
            self._synced = self._synced if self._synced is not None else bytearray()
            for each in self._pending:
                _do(self._synced, each)
            self._pending.clear()
        elif event.kind is Kind.FAILED_SYNC:
            self._pending.clear()
        else:
            _do(self.cached, event)
            self._pending.append(event)

    def left(self, loss: Loss, draw: random.Random) -> bytes | None:
        kept = [] if loss is Loss.UNSYNCED else list(_kept(self._pending, loss, draw))
        if self._synced is None and not kept:
            return None
        body = bytearray(self._synced or b"")
        for each in kept:
            _do(body, each)
        return bytes(body)


def _do(body: bytearray, event: Event) -> None:
    if event.kind is Kind.TRUNCATE:
        del body[event.at :]
        return
    if len(body) < event.at:
        body.extend(bytes(event.at - len(body)))
    body[event.at : event.at + len(event.data)] = event.data


def _kept(pending: list[Event], loss: Loss, draw: random.Random) -> Iterator[Event]:
    for event in pending:
        if loss is Loss.SECTORS and event.kind is Kind.WRITE:
            yield from _sectors(event, draw)
        elif draw.random() < 0.5:
            yield event


def _sectors(write: Event, draw: random.Random) -> Iterator[Event]:
    size = draw.choice(SECTORS_BYTES)
    at, stop = write.at, write.at + len(write.data)
    while at < stop:
        end = min((at // size + 1) * size, stop)
        if draw.random() < 0.5:
            yield write._replace(at=at, data=write.data[at - write.at : end - write.at])
        at = end
