"""Every kind of write, on a disk that fails, forgets or loses its power at every point.

Each chapter of a file's life (`chapters`) is gone through once on a memory store, whose rows after every transaction
are what must be; and once on a disk that remembers what was done to it. From that, every crash: after each write, sync,
truncation and removal, with the loss of nothing, of all that was not synced, of some, of some sectors. What is left
must hold the rows after what was acknowledged, or one transaction more. Then on disks that fail at the n-th call: the
refused transaction must not be there, and be done when it is asked for again.

`make test` tries a sample of each chapter's points; a soak all of them.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from chapters import LIFE, put_source
from crash_points import EVERY_LOSS, FILE, SALT, CountedStore, Reopener, Rows, check_crashes, rows_of
from faulty_disk import Event, Fault, FaultyDisk, Kind
from life import HOUR_S, T0, Chapter, Life, take_small_steps
from power_cut import Files, Loss, crashes

from stator.errors import ServiceError, StatorError
from stator.storage.contract import Store, Transaction
from stator.storage.memory import MemoryStore
from stator.storage.sqlite.store import SqliteStore

SOAK = bool(os.environ.get("SOAK"))
POINTS = 4
FAILURES = 1
READS_STEP = 40
NUMBERS = range(len(LIFE))
NAMES = [chapter.name for chapter in LIFE]


@dataclass
class Scene:
    """A chapter: when it begins and ends, the file before it, the rows after each of its transactions, and what was
    done to the disk."""

    chapter: Chapter
    now: float
    base: Files
    s3: Path
    states: list[Rows]
    events: list[Event] = field(default_factory=list)
    end: float = 0.0

    def items_in_the_end(self, store: Store) -> dict[str, list[dict[str, Any]]]:
        """The items of every table, once a new process has done all there is to do."""
        life = Life(store, self.end, self.s3)
        life.finish_jobs()
        return life.contents()

    def opened(self, disk: FaultyDisk, folder: Path) -> SqliteStore:
        """The file as it was before, on this disk. Where that fails, the disk is repaired and it is opened again."""
        for name, body in self.base.items():
            (folder / name).write_bytes(body)
        while True:
            try:
                return SqliteStore(
                    str(folder / FILE), vfs=disk.name, checkpoint_wal_bytes=self.chapter.wal_bytes, salt=SALT
                )
            except StatorError:
                assert disk.has_failed
                disk.repair()

    def keep(self, model: MemoryStore, _: int) -> None:
        self.states.append(rows_of(model))

    def live(self, store: CountedStore) -> None:
        life = Life(store, self.now, self.s3)
        for number, act in enumerate(self.chapter.acts):
            life.act(number, act)
        assert life.complaints() == []
        self.end = life.clock.now()


@pytest.fixture(scope="module", autouse=True)
def small_steps() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        take_small_steps(patch)
        yield


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory, small_steps: None) -> list[Scene]:
    """The whole life on both stores, which must agree after every chapter and be sound."""
    s3 = tmp_path_factory.mktemp("s3")
    put_source(s3)
    model = MemoryStore(salt=SALT)
    scenes: list[Scene] = []
    now, files = float(T0), Files()
    for chapter in LIFE:
        now += chapter.hours * HOUR_S
        scene = Scene(chapter, now, files, s3, [rows_of(model)])
        scene.live(CountedStore(model, partial(scene.keep, model)))
        files = recorded(scene, tmp_path_factory.mktemp("life"))
        scenes.append(scene)
    return scenes


def recorded(scene: Scene, folder: Path) -> Files:
    """Lives it on a disk that remembers, and returns what that holds then."""
    disk = FaultyDisk(f"records {scene.chapter.name}")
    store = CountedStore(scene.opened(disk, folder), disk.mark)
    scene.live(store)
    assert rows_of(store) == scene.states[-1]
    assert store.count == len(scene.states) - 1
    store.close()
    disk.unregister()
    scene.events = disk.events
    return files_in(folder)


@pytest.fixture
def reopener(tmp_path: Path) -> Iterator[Reopener]:
    made = Reopener(tmp_path / "left")
    yield made
    made.close()


@pytest.mark.parametrize("number", NUMBERS, ids=NAMES)
def test_a_crash_at_any_point_leaves_what_was_acknowledged_and_whole_transactions(
    number: int, scenes: list[Scene], reopener: Reopener
) -> None:
    scene = scenes[number]
    every = 1 if SOAK else len(scene.events) // POINTS + 1
    check_crashes(scene.base, scene.events, scene.states, reopener, EVERY_LOSS, every)


@pytest.mark.parametrize("number", NUMBERS, ids=NAMES)
def test_after_a_crash_between_transactions_all_is_sound_and_the_jobs_come_to_a_sound_end(
    number: int, scenes: list[Scene], reopener: Reopener
) -> None:
    scene = scenes[number]
    every = 1 if SOAK else len(scene.states) // 2 + 1
    for crash in crashes(scene.base, scene.events, [Loss.UNSYNCED]):
        last = scene.events[crash.point - 1]
        if crash.point == 0 or last.kind is not Kind.MARK or last.at % every:
            continue
        store = reopener.store(crash.files)
        life = Life(store, scene.end, scene.s3)
        assert life.complaints() == [], f"after {crash.mark} transactions"
        life.finish_jobs()
        assert life.complaints() == [], f"after {crash.mark} transactions and all jobs"
        store.close()


@pytest.mark.parametrize("fault", [Fault.ONCE, Fault.FULL, Fault.FORGETS])
@pytest.mark.parametrize("number", NUMBERS, ids=NAMES)
def test_a_transaction_that_met_a_failing_disk_is_not_there_and_is_done_when_asked_for_again(
    number: int, fault: Fault, scenes: list[Scene], tmp_path: Path, reopener: Reopener
) -> None:
    """Reads go on meanwhile; and a power cut later on finds what was acknowledged until then."""
    scene = scenes[number]
    for fails_at in failures(scene, fault):
        folder = tmp_path / str(fails_at)
        folder.mkdir()
        disk = FaultyDisk(f"{fault.value} {number} {fails_at}", fault, fails_at)
        store = CountedStore(scene.opened(disk, folder), disk.mark)
        life = insist(scene, store, disk)
        assert rows_of(store) == scene.states[-1]
        assert life.complaints() == []
        store.close()
        disk.unregister()
        assert reopener.rows(files_in(folder)) == scene.states[-1]
        every = len(disk.events) // (6 if SOAK else 1) or 1
        check_crashes(scene.base, disk.events, scene.states, reopener, (Loss.UNSYNCED, Loss.SOME), every)


def insist(scene: Scene, store: CountedStore, disk: FaultyDisk) -> Life:
    """Lives the chapter; what the disk refuses is not there, and is asked for again once the disk is repaired."""
    life = Life(store, scene.now, scene.s3)
    for number, act in enumerate(scene.chapter.acts):
        try:
            life.act(number, act)
        except StatorError:
            if not disk.has_failed:
                raise
            held = scene.states[store.count]
            assert rows_of(store) == held
            keys = {*held, *scene.states[min(store.count + 1, len(scene.states) - 1)]}
            assert all(store.get(key) == held.get(key) for key in keys), "what was kept of rows is stale"
            disk.repair()
            with suppress(ServiceError):  # it may have been done, and only its answer lost
                life.act(number, act)
    return life


def holding(rows: Rows) -> MemoryStore:
    def put(own: Transaction) -> None:
        for key, value in rows.items():
            own.put(key, value)

    store = MemoryStore(salt=SALT)
    store.transact(put)
    return store


@pytest.mark.parametrize("number", NUMBERS, ids=NAMES)
def test_a_transaction_that_met_an_unreadable_place_is_done_when_asked_for_again(
    number: int, scenes: list[Scene], tmp_path: Path
) -> None:
    """What a step of a job could not read may wait for its next round, and so be done later than it would have been."""
    scene = scenes[number]
    expected = scene.items_in_the_end(holding(scene.states[-1]))
    for fails_at in itertools.count(number % 5 + 1, 1 if SOAK else READS_STEP):
        folder = tmp_path / str(fails_at)
        folder.mkdir()
        disk = FaultyDisk(f"unread {number} {fails_at}", Fault.UNREAD, fails_at)
        store = CountedStore(scene.opened(disk, folder), disk.mark)
        insist(scene, store, disk)
        was_met = disk.calls >= fails_at
        disk.repair()
        assert scene.items_in_the_end(store) == expected
        assert Life(store, scene.end, scene.s3).complaints() == []
        store.close()
        disk.unregister()
        if not was_met:
            break


@pytest.mark.parametrize("number", NUMBERS, ids=NAMES)
def test_a_disk_that_dies_is_never_taken_for_one_that_works(
    number: int, scenes: list[Scene], tmp_path: Path, reopener: Reopener
) -> None:
    scene = scenes[number]
    for fails_at in failures(scene, Fault.DEAD):
        folder = tmp_path / str(fails_at)
        folder.mkdir()
        disk = FaultyDisk(f"dead {number} {fails_at}")
        opened = scene.opened(disk, folder)
        disk.fault, disk.fails_at = Fault.DEAD, disk.calls + fails_at
        store = CountedStore(opened, disk.mark)
        with suppress(StatorError):
            scene.live(store)
        end = len(disk.events) + 1
        check_crashes(scene.base, disk.events, scene.states, reopener, (Loss.NOTHING, Loss.UNSYNCED), end)
        disk.repair()
        store.close()
        disk.unregister()


def failures(scene: Scene, fault: Fault) -> range:
    """The calls of a chapter that fail, one a run."""
    kinds = [event.kind for event in scene.events if event.kind is not Kind.MARK]
    calls = kinds.count(Kind.SYNC) if fault is Fault.FORGETS else len(kinds)
    step = 1 if SOAK else calls // FAILURES + 1
    return range(1 if SOAK else step // 2 + 1, calls + 1, step)


def files_in(folder: Path) -> Files:
    return {each.name: each.read_bytes() for each in folder.iterdir() if not each.name.endswith("-shm")}
