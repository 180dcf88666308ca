"""What a caller names a database by -> the service that answers for it, and who closes it."""

from __future__ import annotations

import os
import weakref
from typing import Any

from stator.boto3.service import InProcessService
from stator.client.connecting import MEMORY, connect
from stator.client.in_process import InProcess
from stator.engine.database import Database
from stator.errors import SettingError


class Opened:
    """A database in use. One that was opened here is closed by `close`, or when the last session and client that use it
    are gone, or at the program's end; one that was given stays open."""

    def __init__(self, target: Any, options: dict[str, Any]) -> None:
        """Raises StatorError: a file that cannot be opened, or what is no database."""
        is_named = isinstance(target, str | os.PathLike)
        transport = _opened(os.fspath(target), options) if is_named else _given(target, options)
        self.db = transport.db
        self.service = InProcessService(transport.db, transport.after)
        self._finish = weakref.finalize(self, transport.close if is_named else _leave_open)

    def close(self) -> None:
        """Idempotent."""
        self._finish()


def _opened(path: str, options: dict[str, Any]) -> InProcess:
    if path.startswith(("http://", "https://")):
        raise SettingError(f"{path} is an endpoint, which boto3 itself reaches; allowed: a file or {MEMORY}")
    transport = connect(path, **options)
    assert isinstance(transport, InProcess)
    return transport


def _given(target: Any, options: dict[str, Any]) -> InProcess:
    """Of what `stator.open` returned, its transport."""
    transport = getattr(target, "transport", target)
    if isinstance(transport, Database):
        transport = InProcess(transport, owns=False)
    if not isinstance(transport, InProcess):
        raise SettingError(
            f"{type(target).__name__} is no database of this process; allowed: a file's path, {MEMORY}, or what "
            "stator.open made of one"
        )
    if options:
        names = ", ".join(sorted(options))
        raise SettingError(f"{names}: a database that is open has its options; allowed: none")
    return transport


def _leave_open() -> None:
    """It is its opener's."""
