"""The n-th write, sync or truncation fails, for every n: what was acknowledged is there, what was refused is not."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from faulty_disk import Fault, FaultyDisk
from hand_loop import Answers, HandLoop, submit

from stator.errors import StatorError, StoreFailedError, StoreFullError
from stator.storage.contract import Store, Transaction
from stator.storage.memory import MemoryStore
from stator.storage.sqlite.store import SqliteStore

Rows = dict[bytes, bytes]
Works = list[Callable[[Transaction], object]]

WORKS: Works = [
    lambda own: [own.put(b"%d" % number, bytes([65 + number]) * 3000) for number in range(4)],
    lambda own: own.put(b"1", b"short now"),
    lambda own: [own.delete(b"2"), own.append(b"log", b"x"), own.add(b"n", 3)],
    lambda own: own.delete_range(b"0", b"3"),
    lambda own: [own.put(b"5", b"5" * 20_000), own.append(b"log", b"y"), own.add(b"n", 4)],
    lambda own: [own.put(b"6", b"six"), own.delete(b"3")],
]
SMALL_WAL = 40_000
SOUND = "sound"


@pytest.fixture(scope="module", autouse=True)
def sound_disk() -> Iterator[None]:
    """A disk that never fails and is never waited for, for all that is not under test."""
    disk = FaultyDisk(SOUND, Fault.ONCE, 1 << 60)
    yield
    disk.unregister()


def sound(path: Path) -> SqliteStore:
    return SqliteStore(str(path), vfs=SOUND)


def rows_after(store: Store) -> Rows:
    with store.snapshot() as snapshot:
        return dict(snapshot.range(b"", b"\xff", 1000)[0])


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> list[Rows]:
    """The rows after each number of works, on a disk that works."""
    store = sound(tmp_path_factory.mktemp("whole") / "data.db")
    states = [rows_after(store)]
    for work in WORKS:
        store.transact(work)
        states.append(rows_after(store))
    store.close()
    return states


def run_until_it_fails(disk: FaultyDisk, path: Path, durability: str) -> tuple[int, SqliteStore | None]:
    """How many works were acknowledged. The store that met the failure, if it could be opened, is still open."""
    acknowledged, store = 0, None
    try:
        store = SqliteStore(str(path), durability, vfs=disk.name, checkpoint_wal_bytes=SMALL_WAL)
        for work in WORKS:
            store.transact(work)
            acknowledged += 1
        store.close()
    except StatorError:
        pass
    return acknowledged, store


def reopened(files: dict[str, bytes], folder: Path) -> Rows:
    folder.mkdir()
    for name, body in files.items():
        if not name.endswith("-shm"):
            (folder / name).write_bytes(body)
    store = sound(folder / "data.db")
    rows = rows_after(store)
    store.transact(lambda own: own.put(b"still", b"writable"))
    assert store.get(b"still") == b"writable"
    store.close()
    return rows


def every_failure(fault: Fault, tmp_path: Path, check: Callable[[FaultyDisk, Path], bool]) -> int:
    """Calls `check` with a disk that fails at 1, 2, 3, ... until it says that the failure was never reached. Returns
    how many were."""
    for fails_at in range(1, 1000):
        folder = tmp_path / str(fails_at)
        folder.mkdir()
        disk = FaultyDisk(f"faulty-{fault.value}-{fails_at}", fault, fails_at)
        try:
            if not check(disk, folder):
                return fails_at - 1
        finally:
            disk.unregister()
    raise AssertionError("the works never end")


@pytest.mark.parametrize("fault", [Fault.DEAD, Fault.TORN])
@pytest.mark.parametrize("durability", ["full", "relaxed"])
def test_after_a_crash_the_file_holds_all_that_was_acknowledged_and_whole_works_only(
    fault: Fault, durability: str, tmp_path: Path, expected: list[Rows]
) -> None:
    def check(disk: FaultyDisk, folder: Path) -> bool:
        acknowledged, store = run_until_it_fails(disk, folder / "data.db", durability)
        written, synced, has_failed = disk.written(), disk.synced(), disk.has_failed
        found = reopened(written, folder / "after a crash of the process")
        assert found in expected[acknowledged : acknowledged + 2]
        found = reopened(synced, folder / "after a power cut")
        if durability == "full":
            assert found in expected[acknowledged : acknowledged + 2]
        else:
            assert found in expected, "the last works may be lost, but never a part of one"
        disk.repair()
        if store is not None:
            store.close()
        else:
            gc.collect()  # what the failure left half open goes with its disk
        return has_failed

    assert every_failure(fault, tmp_path, check) > 20


@pytest.mark.parametrize(("fault", "kind"), [(Fault.ONCE, StoreFailedError), (Fault.FULL, StoreFullError)])
def test_a_work_that_met_a_failing_disk_is_refused_whole_and_the_store_goes_on(
    fault: Fault, kind: type[StatorError], tmp_path: Path
) -> None:
    def check(disk: FaultyDisk, folder: Path) -> bool:
        path = folder / "data.db"
        sound(path).close()
        model = MemoryStore()
        store = SqliteStore(str(path), vfs=disk.name, checkpoint_wal_bytes=SMALL_WAL)
        for work in WORKS:
            try:
                store.transact(work)
            except kind as error:
                assert str(path) in str(error)  # noqa: PT017  (most runs meet no error here)
            else:
                model.transact(work)
            assert rows_after(store) == rows_after(model)
        store.close()
        again = sound(path)
        assert rows_after(again) == rows_after(model)
        again.close()
        model.close()
        return disk.has_failed

    assert every_failure(fault, tmp_path, check) > 10


def test_every_work_of_a_group_is_told_of_its_failure_and_the_next_group_succeeds(tmp_path: Path) -> None:
    path = str(tmp_path / "data.db")
    SqliteStore(path).close()
    disk = FaultyDisk("faulty-group", Fault.FULL, 1_000_000)
    store, loop, answers = SqliteStore(path, vfs=disk.name), HandLoop(), Answers()
    store.attach(loop)

    def refuse(own: Transaction) -> None:
        raise KeyError("its own")

    submit(store, answers, lambda own: own.put(b"a", b"1"))
    submit(store, answers, refuse)
    submit(store, answers, lambda own: own.put(b"b", b"1"))
    disk.fails_at = disk.calls + 1
    loop.run()
    assert [type(error) for _, error in answers] == [StoreFullError, KeyError, StoreFullError]
    assert store.get(b"a") is None
    submit(store, answers, lambda own: own.put(b"a", b"2"))
    loop.run()
    assert answers[-1] == (None, None)
    assert store.get(b"a") == b"2"
    store.close()
    disk.unregister()
