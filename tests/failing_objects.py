"""Objects whose n-th call fails, and processes that are killed: what imports and exports have to live through."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, cast

from stator.engine.database import Database, Options
from stator.engine.object_folders import ObjectFolders
from stator.engine.objects import Terms
from stator.storage.contract import Aside, Steps, Store, drive
from stator.storage.memory import MemoryStore

NEVER = 1 << 60
_READ_BYTES = 700


class Killed(BaseException):
    """The process is gone: nothing more of it happens. (No `except` of the code under test may catch it.)"""


class Countdown:
    """Raises at the n-th call. `calls`: how many there were."""

    def __init__(self, n: int = NEVER, error: Callable[[], BaseException] = Killed) -> None:
        self.calls = 0
        self._n = n
        self._error = error

    def tick(self) -> None:
        self.calls += 1
        if self.calls == self._n:
            raise self._error()

    @property
    def is_over(self) -> bool:
        return self.calls >= self._n


def disk_error() -> OSError:
    return OSError(5, "Input/output error")


class FailingObjects:
    """A folder's `Objects`. Each call counts twice: before it has done anything, and when it is done but not answered;
    so does each key of a listing, and each read of an object."""

    def __init__(self, root: Path, countdown: Countdown) -> None:
        self._folders = ObjectFolders(str(root))
        self._tick = countdown.tick

    def require(self) -> None:
        return

    def has_bucket(self, bucket: str) -> bool:
        return self._counted(lambda: self._folders.has_bucket(bucket))

    def keys(self, bucket: str, prefix: str, after: str = "") -> Iterator[str]:
        for key in self._folders.keys(bucket, prefix, after):
            self._tick()
            yield key

    def read(self, bucket: str, key: str) -> BinaryIO:
        file = self._counted(lambda: self._folders.read(bucket, key))
        return cast(BinaryIO, io.BufferedReader(_FailingFile(file, self._tick), _READ_BYTES))

    def write(self, bucket: str, key: str, content: bytes, terms: Terms | None = None) -> None:
        self._counted(lambda: self._folders.write(bucket, key, content, terms))

    def _counted(self, call: Callable[[], Any]) -> Any:
        self._tick()
        result = call()
        self._tick()
        return result


class _FailingFile(io.RawIOBase):
    def __init__(self, file: BinaryIO, tick: Callable[[], None]) -> None:
        self._file = file
        self._tick = tick

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._tick()
        content = self._file.read(len(buffer))
        buffer[: len(content)] = content
        return len(content)

    def close(self) -> None:
        self._file.close()
        super().close()


def drive_until_killed(store: Store, steps: Steps[Any], countdown: Countdown) -> None:
    """Drives steps. Each counts twice: before it is done, and when it is done and its result never comes."""
    step = next(steps, None)
    try:
        while True:
            countdown.tick()
            if step is None:
                result = None
            elif isinstance(step, Aside):
                result = step.run()
            else:
                result = store.transact(step.run, step.decides, step.shares)
            countdown.tick()
            step = steps.send(result)
    except StopIteration:
        return


class World:
    """What outlives a process: a store, a folder for S3, a clock."""

    def __init__(self, root: Path, clock: Any) -> None:
        self.store = MemoryStore()
        self.root = root
        self.clock = clock

    def process(self, countdown: Countdown | None = None) -> Database:
        """A fresh one; its objects fail where the countdown says."""
        db = Database(self.store, Options(s3_folder=str(self.root)), clock=self.clock)
        if countdown is not None:
            db.objects = FailingObjects(self.root, countdown)
            db.imports = type(db.imports)(db)
        return db

    def finish_jobs(self, db: Database | None = None) -> None:
        while (db or self.process()).jobs.pending():
            drive(self.store, (db or self.process()).jobs.step())

    def jobs_until_killed(self, countdown: Countdown) -> bool:
        """Runs jobs in one process that the countdown kills between or within steps; returns whether it did."""
        db = self.process()
        try:
            while db.jobs.pending():
                drive_until_killed(self.store, db.jobs.step(), countdown)
        except Killed:
            return True
        return False
