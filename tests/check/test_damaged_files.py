"""Files with flipped bits, zeroed pages, a cut end, a lost WAL: found, or nothing that can be read has changed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from doors import Refusal
from every_feature import T0, Full, Members, make_file

from stator.clock import ManualClock
from stator.engine.verification_file import verify_file
from stator.errors import UnsupportedFileError
from stator.storage.sqlite import SqliteStore

PAGE = 8192
SOAK = bool(os.environ.get("SOAK"))
EVERY = 1 if SOAK else 1499
"""How many bytes apart flips are; a prime, so that they fall everywhere within pages."""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("whole") / "app.db"
    make_file(path)
    return path.read_bytes()


@pytest.fixture(scope="module")
def readable(whole: bytes, tmp_path_factory: pytest.TempPathFactory) -> list[Members]:
    path = tmp_path_factory.mktemp("readable") / "app.db"
    path.write_bytes(whole)
    return all_of(path)


def all_of(path: Path) -> list[Members]:
    full = Full(SqliteStore(str(path), "relaxed", clock=ManualClock(T0)))
    try:
        return full.readable()
    finally:
        full.db.close()


def found(path: Path) -> list[str]:
    try:
        return [str(finding) for finding in verify_file(str(path), now=lambda: T0 + 100)]
    except UnsupportedFileError as error:
        return [str(error)]


def differ(path: Path, readable: list[Members]) -> bool:
    """Whether anything that could be read is now something else; an error is not."""
    try:
        return all_of(path) != readable
    except Refusal as refusal:
        return refusal.code != "InternalServerError"


def test_each_flipped_bit_is_found_or_changes_nothing(
    whole: bytes, readable: list[Members], tmp_path: Path
) -> None:
    path, copy = tmp_path / "app.db", tmp_path / "copy.db"
    path.write_bytes(whole)
    missed, changed = 0, []
    with path.open("r+b", buffering=0) as file:
        for at in range(0, len(whole), EVERY):
            flipped = whole[at] ^ (1 << at % 8)
            os.pwrite(file.fileno(), bytes((flipped,)), at)
            if not found(path):
                missed += 1
                shutil.copy(path, copy)
                if differ(copy, readable):
                    changed.append((at, flipped))
            os.pwrite(file.fileno(), whole[at : at + 1], at)
    assert changed == []
    assert missed < len(range(0, len(whole), EVERY))


def test_each_zeroed_page_is_found(whole: bytes, tmp_path: Path) -> None:
    path = tmp_path / "app.db"
    for at in range(0, len(whole), PAGE):
        if any(whole[at : at + PAGE]):
            path.write_bytes(whole[:at] + bytes(PAGE) + whole[at + PAGE :])
            assert found(path), f"page {at // PAGE}"


def cuts(length: int) -> Iterator[int]:
    yield from range(0, length, PAGE)
    yield from (1, 99, 100, PAGE + 1, length - 1)


def test_a_file_cut_anywhere_is_found(whole: bytes, tmp_path: Path) -> None:
    path = tmp_path / "app.db"
    for length in cuts(len(whole)):
        path.write_bytes(whole[:length])
        assert found(path), f"{length} bytes"


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\0", b"no database at all " * 100])
def test_what_is_no_stator_file_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "app.db"
    path.write_bytes(content)
    with pytest.raises(UnsupportedFileError, match="no Stator file"):
        list(verify_file(str(path)))
    assert path.read_bytes() == content


def crashed(folder: Path) -> Path:
    """What a process that was killed leaves: the file, its -wal and its -shm."""
    place = folder / "live"
    place.mkdir()
    full = Full(SqliteStore(str(place / "app.db"), "relaxed", clock=ManualClock(T0)))
    full.fill()
    left = folder / "left"
    shutil.copytree(place, left)
    full.db.close()
    return left / "app.db"


def test_what_a_crash_left_is_verified_and_left_as_it_is(tmp_path: Path) -> None:
    path = crashed(tmp_path)
    before = {
        each.name: each.read_bytes() for each in path.parent.iterdir() if not each.name.endswith("-shm")
    }
    assert found(path) == []
    assert found(path) == []
    after = {each.name: each.read_bytes() for each in path.parent.iterdir() if not each.name.endswith("-shm")}
    assert after == before
    assert "app.db-wal" in after


def test_a_lost_wal_is_found_again_and_again(tmp_path: Path) -> None:
    path = crashed(tmp_path)
    os.remove(f"{path}-wal")
    for _ in range(2):
        assert any("a -wal that is gone" in text for text in found(path))
