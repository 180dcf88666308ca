"""Where a call came from: the innermost frame of the user's own code, as `app/orders.py:41 in orders_of`.

Not the user's own: Python's library, installed packages, and Stator. A call that came over HTTP runs on the server's
thread; if just one thread of this process is waiting for an answer over HTTP, it is the one that called.
"""

from __future__ import annotations

import os
import sys
import sysconfig
import threading
from collections.abc import Iterator
from functools import lru_cache
from types import FrameType

from stator.limits import CALL_SITE_FRAMES_MAX

OVER_HTTP = "(over HTTP)"
_FOREIGN = tuple(
    os.path.realpath(path) + os.sep
    for path in {
        *(sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")),
        os.path.dirname(os.path.dirname(__file__)),
    }
)
_WAITS_OVER_HTTP = (os.path.join("http", "client.py"), os.path.join("asyncio", "base_events.py"))
_FILES_REMEMBERED = 4096


class CallSites:
    """`root`: what files are named relative to."""

    def __init__(self, root: str) -> None:
        self._root = os.path.realpath(root) + os.sep

    def here(self) -> str:
        """Of the call that this thread is making."""
        own = self._of(_frames(sys._getframe(1)))
        if own is not None:
            return own
        me = threading.get_ident()
        waiting = [
            site
            for thread, frame in sys._current_frames().items()
            if thread != me and _waits_over_http(frame) and (site := self._of(_frames(frame))) is not None
        ]
        return waiting[0] if len(waiting) == 1 else OVER_HTTP

    def _of(self, frames: Iterator[FrameType]) -> str | None:
        for frame in frames:
            code = frame.f_code
            if _is_own(code.co_filename):
                name = os.path.realpath(code.co_filename).removeprefix(self._root).replace(os.sep, "/")
                return f"{name}:{frame.f_lineno} in {code.co_name}"
        return None


def _frames(frame: FrameType | None) -> Iterator[FrameType]:
    for _ in range(CALL_SITE_FRAMES_MAX):
        if frame is None:
            return
        yield frame
        frame = frame.f_back


def _waits_over_http(frame: FrameType) -> bool:
    return any(each.f_code.co_filename.endswith(_WAITS_OVER_HTTP) for each in _frames(frame))


@lru_cache(_FILES_REMEMBERED)
def _is_own(file: str) -> bool:
    return not file.startswith("<") and not os.path.realpath(file).startswith(_FOREIGN)
