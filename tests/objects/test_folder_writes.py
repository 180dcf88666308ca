"""A folder's write that fails or is killed at any place leaves the old object or the new one, whole, and no other."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from stator.engine import object_folders
from stator.engine.object_folders import ObjectFolders

OLD, NEW = b"old" * 10_000, b"new" * 200_000


def write(root: Path) -> None:
    ObjectFolders(str(root)).write("bucket", "some/key", NEW)


def found(root: Path) -> dict[str, bytes]:
    objects = ObjectFolders(str(root))
    return {key: objects.read("bucket", key).read() for key in objects.keys("bucket", "")}


def die_at_line(n: int, call: Callable[[], None]) -> bool:
    """Runs `call` in a process that dies at the n-th line of the module under test; returns whether it did."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    left = n

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal left
        if frame.f_code.co_filename != object_folders.__file__:
            return None
        if event == "line":
            left -= 1
            if left == 0:
                os._exit(9)
        return trace

    sys.settrace(trace)
    try:
        call()
    finally:
        os._exit(0)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs POSIX's fork")
@pytest.mark.parametrize("before", [None, OLD])
def test_a_write_that_is_killed_at_any_line_is_whole_or_not_there(tmp_path: Path, before: bytes | None) -> None:
    seen = set()
    for n in range(1, 1000):
        root = tmp_path / str(n)
        (root / "bucket").mkdir(parents=True)
        if before is not None:
            ObjectFolders(str(root)).write("bucket", "some/key", before)
        was_killed = die_at_line(n, lambda root=root: write(root))  # type: ignore[misc]
        content = found(root).get("some/key")
        assert content in (before, NEW)
        seen.add(content)
        write(root)
        assert found(root) == {"some/key": NEW}
        if not was_killed:
            break
    assert n > 20
    assert seen == {before, NEW}


@pytest.mark.parametrize("name", ["fsync", "replace"])
@pytest.mark.parametrize("n", range(1, 6))
def test_a_write_whose_nth_system_call_fails_raises_and_leaves_no_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, n: int
) -> None:
    (tmp_path / "bucket").mkdir()
    owner, calls = (os, 0) if name == "fsync" else (Path, 0)
    real = getattr(owner, name)

    def fails(*arguments: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == n:
            raise OSError(28, "No space left on device")
        return real(*arguments)

    monkeypatch.setattr(owner, name, fails)
    failed = False
    try:
        write(tmp_path)
    except OSError:
        failed = True
    assert failed == (calls >= n)
    assert found(tmp_path) in ({}, {"some/key": NEW})
    assert not list(tmp_path.rglob(".stator-*"))
