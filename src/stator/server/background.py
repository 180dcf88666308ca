"""A server on a thread of its own, for tests and for programs that want an endpoint beside their own work.

with BackgroundServer(database) as endpoint: ...
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from stator.engine.database import Database
from stator.server.listening import new_loop
from stator.server.server import Listening, Server

_START_S_MAX = 10.0


class BackgroundServer:
    """Serves a database from `start` to `stop`. While it runs, its thread drives the store: no other may `submit`.

    `loop` is a new one of its own when none is given. `options` are Server's. The database stays open."""

    def __init__(
        self,
        db: Database,
        listening: Listening | None = None,
        loop: asyncio.AbstractEventLoop | None = None,
        **options: Any,
    ) -> None:
        self.server = Server(db, listening, **options)
        self.endpoint = self.server.endpoint
        self._loop = loop or new_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="stator-server", daemon=True)

    def start(self) -> str:
        """Returns the endpoint once requests are answered."""
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self.server.start(), self._loop).result(_START_S_MAX)
        return self.endpoint

    def stop(self) -> None:
        try:
            asyncio.run_coroutine_threadsafe(self.server.stop(), self._loop).result()
        finally:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()

    def run(self, call: Callable[[], Any]) -> Any:
        """Runs `call` on the server's loop and returns its result."""
        future: Future[Any] = Future()

        def on_loop() -> None:
            try:
                future.set_result(call())
            except BaseException as error:
                future.set_exception(error)

        self._loop.call_soon_threadsafe(on_loop)
        return future.result()

    def __enter__(self) -> str:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()
