"""A disk that fails or forgets, and a crash at any point: what was acknowledged is there, what was refused is not."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from crash_points import SALT, CountedStore, Reopener, Rows, check_crashes, rows_of
from faulty_disk import Fault, FaultyDisk
from hand_loop import Answers, HandLoop, submit
from power_cut import Files, Loss

from stator.errors import StatorError, StoreFailedError, StoreFullError
from stator.storage.contract import Store, Transaction
from stator.storage.memory import MemoryStore
from stator.storage.sqlite.store import SqliteStore

Works = list[Callable[[Transaction], object]]

WORKS: Works = [
    lambda own: [own.put(b"%d" % number, bytes([65 + number]) * 3000) for number in range(4)],
    lambda own: own.put(b"1", b"short now"),
    lambda own: [own.delete(b"2"), own.append(b"log", b"x"), own.add(b"n", 3)],
    lambda own: own.delete_range(b"0", b"3"),
    lambda own: [own.put(b"5", b"5" * 20_000), own.append(b"log", b"y"), own.add(b"n", 4)],
    lambda own: own.put(b"5", b"halved" * 800),
    lambda own: [own.put(b"6", b"six"), own.delete(b"3")],
]
SMALL_WAL = 40_000
SOAK = bool(os.environ.get("SOAK"))
STEP = 1 if SOAK else 13


@pytest.fixture
def reopener(tmp_path: Path) -> Iterator[Reopener]:
    made = Reopener(tmp_path / "left")
    yield made
    made.close()


def states() -> list[Rows]:
    """The rows after each number of works, by the store that has no disk."""
    store = MemoryStore()
    found = [rows_of(store)]
    for work in WORKS:
        store.transact(work)
        found.append(rows_of(store))
    return found


def do_works(store: Store) -> None:
    for work in WORKS:
        store.transact(work)


def run(disk: FaultyDisk, path: Path, durability: str) -> Store:
    """Makes the file and does the works; marks each on the disk. Returns the store that met the failure, still open."""
    store = CountedStore(
        SqliteStore(str(path), durability, vfs=disk.name, checkpoint_wal_bytes=SMALL_WAL, salt=SALT), disk.mark
    )
    try:
        do_works(store)
        store.close()
    except StatorError:
        assert disk.has_failed
    return store


@pytest.mark.parametrize("durability", ["full", "relaxed"])
def test_after_a_crash_at_any_point_the_file_holds_whole_works_and_all_that_were_acknowledged(
    durability: str, tmp_path: Path, reopener: Reopener
) -> None:
    """From the making of the file to its close, with checkpoints between; only `relaxed` may lose the last works to a
    power cut."""
    disk = FaultyDisk(f"recorded {durability}")
    run(disk, tmp_path / "data.db", durability)
    check_crashes({}, disk.events, states(), reopener, is_relaxed=durability == "relaxed")
    assert reopener.opened > 150
    disk.unregister()


def test_after_a_crash_the_file_holds_whole_groups(tmp_path: Path, reopener: Reopener) -> None:
    """Groups of three and of four works, led on a loop, with a refused one among them, that share one commit each."""
    disk = FaultyDisk("recorded groups")
    store, loop, answers = SqliteStore(str(tmp_path / "data.db"), vfs=disk.name, salt=SALT), HandLoop(), Answers()
    store.attach(loop)
    expected = [rows_of(store)]
    for works in (WORKS[:3], WORKS[3:]):
        for work in (*works[:1], refuse, *works[1:]):
            submit(store, answers, work)
        loop.run()
        expected.append(rows_of(store))
        disk.mark(len(expected) - 1)
    store.close()
    disk.unregister()
    assert [error is None for _, error in answers].count(True) == len(WORKS)
    assert expected[-1] == states()[-1]
    check_crashes({}, disk.events, expected, reopener)


def refuse(own: Transaction) -> None:
    own.put(b"refused", b"by itself")
    raise KeyError("its own")


def test_a_store_that_answers_before_it_syncs_would_be_caught(tmp_path: Path, reopener: Reopener) -> None:
    disk = FaultyDisk("recorded early")
    run(disk, tmp_path / "data.db", "relaxed")
    disk.unregister()
    with pytest.raises(AssertionError, match=r"not synced is lost, with 2 works acknowledged: found .* \[1\] works"):
        check_crashes({}, disk.events, states(), reopener, [Loss.UNSYNCED])


def test_a_crash_while_a_crash_is_recovered_from_loses_nothing_either(tmp_path: Path, reopener: Reopener) -> None:
    """The WAL that the first crash left is moved into the file at the next open's close, which crashes at any point."""
    disk = FaultyDisk("recorded first")
    do_works(SqliteStore(str(tmp_path / "data.db"), vfs=disk.name, salt=SALT))
    left = files_of(tmp_path)
    assert set(left) == {"data.db", "data.db-wal"}
    again = tmp_path / "again"
    again.mkdir()
    for name, body in left.items():
        (again / name).write_bytes(body)
    second = FaultyDisk("recorded second")
    SqliteStore(str(again / "data.db"), vfs=second.name).close()
    assert len(second.events) > 5
    check_crashes(left, second.events, states()[-1:], reopener)
    gc.collect()
    disk.unregister()
    second.unregister()


def every_failure(fault: Fault, tmp_path: Path, check: Callable[[FaultyDisk, Path], bool]) -> int:
    """Calls `check` with a disk that fails at 1, 2, 3, ... until it says that the failure was never reached. Returns
    how many were. (In a soak; else some of them.)"""
    for fails_at in range(1, 1000, STEP):
        folder = tmp_path / str(fails_at)
        folder.mkdir()
        disk = FaultyDisk(f"faulty {fault.value} {fails_at}", fault, fails_at)
        try:
            if not check(disk, folder):
                return fails_at - 1
        finally:
            disk.unregister()
    raise AssertionError("the works never end")


def test_a_disk_that_dies_is_never_taken_for_one_that_works(tmp_path: Path, reopener: Reopener) -> None:
    def check(disk: FaultyDisk, folder: Path) -> bool:
        store: Store | None = None
        with suppress(StatorError):  # it may die under the opening
            store = run(disk, folder / "data.db", "full")
        has_failed = disk.has_failed
        last = len(disk.events) + 1
        check_crashes({}, disk.events, states(), reopener, (Loss.NOTHING, Loss.UNSYNCED), every=last)
        disk.repair()
        if store is not None:
            store.close()
        gc.collect()  # what a failure to open left half open goes with its disk
        return has_failed

    assert every_failure(Fault.DEAD, tmp_path, check) > 20


@pytest.mark.parametrize(
    ("fault", "kind", "least"),
    [(Fault.ONCE, StoreFailedError, 20), (Fault.FULL, StoreFullError, 20), (Fault.FORGETS, StoreFailedError, 1)],
)
def test_a_work_that_met_a_failing_disk_is_refused_whole_and_the_store_goes_on(
    fault: Fault, kind: type[StatorError], least: int, tmp_path: Path, reopener: Reopener
) -> None:
    """It is done again, after the repair; a power cut at the end, or just after, finds what was acknowledged."""
    expected = states()
    (tmp_path / "whole").mkdir()
    SqliteStore(str(tmp_path / "whole" / "data.db"), salt=SALT).close()
    base = {"data.db": (tmp_path / "whole" / "data.db").read_bytes()}

    def check(disk: FaultyDisk, folder: Path) -> bool:
        path = folder / "data.db"
        path.write_bytes(base["data.db"])
        failed = False
        while True:
            try:
                opened = SqliteStore(str(path), vfs=disk.name, checkpoint_wal_bytes=SMALL_WAL)
                break
            except kind:
                disk.repair()
                failed = True
        store = CountedStore(opened, disk.mark)
        for number, work in enumerate(WORKS):
            try:
                store.transact(work)
            except kind as error:
                assert str(path) in str(error)  # noqa: PT017  (most runs meet no error here)
                assert not failed, "one failure, two refusals"
                assert rows_of(store) == expected[number]
                failed = True
                disk.repair()
                store.transact(work)
            assert rows_of(store) == expected[number + 1]
        store.close()
        assert reopener.rows(files_of(folder)) == expected[-1]
        check_crashes(base, disk.events, expected, reopener, (Loss.UNSYNCED, Loss.SOME), every=3 if SOAK else 40)
        return failed or disk.has_failed

    assert every_failure(fault, tmp_path, check) >= least


def files_of(folder: Path) -> Files:
    return {each.name: each.read_bytes() for each in folder.iterdir() if not each.name.endswith("-shm")}


def test_every_work_of_a_group_is_told_of_its_failure_and_the_next_group_succeeds(tmp_path: Path) -> None:
    path = str(tmp_path / "data.db")
    SqliteStore(path).close()
    disk = FaultyDisk("faulty group", Fault.FULL)
    store, loop, answers = SqliteStore(path, vfs=disk.name), HandLoop(), Answers()
    store.attach(loop)

    submit(store, answers, lambda own: own.put(b"a", b"1"))
    submit(store, answers, refuse)
    submit(store, answers, lambda own: own.put(b"b", b"1"))
    disk.fails_at = disk.calls + 1
    loop.run()
    assert [type(error) for _, error in answers] == [StoreFullError, KeyError, StoreFullError]
    assert store.get(b"a") is None
    disk.repair()
    submit(store, answers, lambda own: own.put(b"a", b"2"))
    loop.run()
    assert answers[-1] == (None, None)
    assert store.get(b"a") == b"2"
    store.close()
    disk.unregister()
