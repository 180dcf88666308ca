"""How far an interrupted dump or load came: a small JSON file beside the output or the input.

It is replaced as a whole, after what it tells of is on the disk: it never tells of more. When all is done it is gone.
"""

from __future__ import annotations

import contextlib
import os
from typing import Any, TypeVar

import msgspec

from stator.errors import StatorError

T = TypeVar("T")


def read(path: str, kind: type[T]) -> T | None:
    """None when there is none. Raises StatorError for one that makes no sense."""
    try:
        with open(path, "rb") as file:
            return msgspec.json.decode(file.read(), type=kind)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError) as error:
        raise StatorError(
            f"{path} does not tell how far it came ({error}): begin anew with --restart"
        ) from error


def write(path: str, place: Any) -> None:
    """Raises OSError."""
    with open(f"{path}.new", "wb") as file:
        file.write(msgspec.json.encode(place))
        file.flush()
        os.fsync(file.fileno())
    os.replace(f"{path}.new", path)


def forget(path: str) -> None:
    for each in (f"{path}.new", path):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(each)


def sync_folder(path: str) -> None:
    """Makes the names in a file's folder durable, where the system can."""
    if os.name == "nt":
        return
    folder = os.open(os.path.dirname(os.path.abspath(path)), os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
