"""A file that cannot be opened or written where it lies: one line says the place and what to do, nothing is changed."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw
import pytest

import stator
from stator.errors import StatorError, StoreBusyError, StoreFailedError, StoreFullError, StoreReadOnlyError
from stator.storage import open_store
from stator.storage.contract import Store
from stator.storage.sqlite import file
from stator.storage.sqlite.errors import translated

OpenStore = Callable[..., Store]
NOBODY = 65534

SERVE = [sys.executable, "-m", "stator", "serve", "--port", "0", "--data"]


@contextmanager
def as_another_user() -> Iterator[None]:
    """For whom permissions hold, whoever runs the tests."""
    if not hasattr(os, "geteuid"):
        pytest.skip("needs users")
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def folder() -> Iterator[Path]:
    """One that another user reaches, with a file that holds a row."""
    with tempfile.TemporaryDirectory() as made:
        os.chmod(made, 0o755)
        place = Path(made) / "place"
        place.mkdir()
        store = open_store(str(place / "data.db"))
        store.transact(lambda own: own.put(b"a", b"1"))
        store.close()
        yield place
        os.chmod(place, 0o755)


PLACES = [
    (0o755, 0o444, "data.db", "data.db cannot be written: check its owner and permissions"),
    (0o555, 0o666, "data.db", "the file or its folder cannot be written; check their owner and permissions"),
    (0o777, 0o000, "data.db", "check that the folder exists and can be written"),
    (0o555, 0o666, "new.db", "check that the folder exists and can be written"),
]


@pytest.mark.parametrize(("folder_mode", "file_mode", "name", "message"), PLACES)
def test_what_may_not_be_written_is_refused_in_one_line_and_left_as_it_was(
    folder: Path, folder_mode: int, file_mode: int, name: str, message: str
) -> None:
    before = (folder / "data.db").read_bytes()
    os.chmod(folder / "data.db", file_mode)
    os.chmod(folder, folder_mode)
    with as_another_user(), pytest.raises(StoreReadOnlyError) as caught:
        open_store(str(folder / name))
    said = str(caught.value)
    assert said.startswith(str(folder / name))
    assert message in said
    assert "\n" not in said
    assert os.listdir(folder) == ["data.db"]
    os.chmod(folder / "data.db", 0o644)
    assert (folder / "data.db").read_bytes() == before


def test_a_file_that_another_program_has_locked_is_refused_until_it_lets_go(
    open_sqlite: OpenStore, sqlite_path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file, "_SETUP_WAIT_MS", 10)
    open_sqlite().close()
    other = apsw.Connection(sqlite_path)
    other.pragma("locking_mode", "exclusive")
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StoreBusyError, match=r"data\.db: .*another program holds the file's lock; close it there"):
        open_sqlite()
    other.close()
    assert open_sqlite().get(b"a") is None


def test_serve_says_it_in_one_line_and_ends_with_1(tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "data.db"))
    store.close()
    os.mkdir(tmp_path / "data.db-wal")  # so that nobody, whatever his rights, can make the log
    source = str(Path(stator.__file__).parents[1])
    ended = subprocess.run(
        [*SERVE, str(tmp_path / "data.db")],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        env={"PYTHONPATH": source},
        timeout=60,
    )
    assert ended.returncode == 1
    assert ended.stderr.count("\n") == 1
    assert ended.stderr.startswith(f"stator: {tmp_path / 'data.db'}: ")


ERRORS: list[tuple[int, type[StatorError], str]] = [
    (apsw.SQLITE_FULL, StoreFullError, "free space and try again"),
    (apsw.SQLITE_IOERR_SHMSIZE, StoreFullError, "free space and try again (SQLite: no room for the file's -shm)"),
    (apsw.SQLITE_READONLY_DBMOVED, StoreReadOnlyError, "check their owner and permissions"),
    (apsw.SQLITE_CANTOPEN_SYMLINK, StoreReadOnlyError, "check that the folder exists"),
    (apsw.SQLITE_BUSY_RECOVERY, StoreBusyError, "close it there"),
    (apsw.SQLITE_IOERR_FSYNC, StoreFailedError, "SQLITE_IOERR_FSYNC"),
]


@pytest.mark.parametrize(("code", "kind", "message"), ERRORS)
def test_what_sqlite_complains_of_is_told_with_the_place_and_what_to_do(
    code: int, kind: type[StatorError], message: str
) -> None:
    told = translated(apsw.exception_for(code), "/data/app.db", "committing a group")
    assert type(told) is kind
    assert str(told).startswith("/data/app.db: while committing a group: ")
    assert message in str(told)
