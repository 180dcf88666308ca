"""The server as an ASGI app, for uvicorn, hypercorn and every other ASGI server, and mounted in a larger app.

    app = stator.asgi.app("app.db")

The same operations, answers and limits as `stator serve`; the connections are the other server's. The lifespan opens
the file, begins its background work, and closes it. Where a server or a mount has no lifespan, the first request opens
it; `async with app:` around the larger app's own lifespan is better, because then it is closed as well.

An app is used by one event loop at a time. Several apps, on different files, may share a process and a loop.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from stator.api.call import Operations
from stator.client.connecting import MEMORY, open_database
from stator.client.in_process import InProcess
from stator.clock import Clock, SystemClock
from stator.engine.database import Database, Options
from stator.errors import SettingError, StatorError
from stator.server.bounds import Bounds
from stator.server.connections import Connections
from stator.server.driver import Driver
from stator.server.origins import Cors, HostCheck
from stator.server.requestlog import RequestLog
from stator.server.visits import Message, Receive, Scope, Send, Visit

if TYPE_CHECKING:
    from stator.client.native.database import DB

_SWEEP_S = 1.0
_STOP_LOOKS_S = 0.01
# Addresses of the server's own, for each of which there is a check of hosts
_ADDRESSES_MAX = 64
_ANY_ADDRESS = "0.0.0.0"
_LOG_FORMATS = ("text", "json")


def app(
    db_or_path: DB | Database | str | os.PathLike[str] = MEMORY,
    *,
    durability: str = "full",
    allowed_hosts: Iterable[str] = (),
    cors_origins: Iterable[str] = (),
    log_format: str = "text",
    slow_ms: float | None = None,
    log: Callable[[str], object] | None = None,
    clock: Clock | None = None,
    rng: random.Random | None = None,
    operations: Operations | None = None,
    bounds: Bounds | None = None,
    **options: Any,
) -> App:
    """An ASGI 3 app that serves `db_or_path`: a file, which is opened when the app starts, or an open database, which
    stays open.

    `durability`, of a file: "full" or "relaxed". `allowed_hosts`: further Host names that are served on loopback.
    `cors_origins`: whose pages may read answers. `log_format` is "text" or "json", `log` takes whole lines (by default
    they go to standard error), and requests that take `slow_ms` milliseconds and more are told in it. `options` are
    those of `engine.database.Options`: region, namespace, enforce_capacity and the others. Raises SettingError; what is
    wrong with the file is raised when the app starts."""
    if log_format not in _LOG_FORMATS:
        raise SettingError(f"log_format is '{log_format}'; allowed: {' or '.join(_LOG_FORMATS)}")
    given = {name: value for name, value in options.items() if value is not None}
    place = _place_of(db_or_path)
    opened = _opener(place, durability, clock, rng, given)
    clock = clock or SystemClock()
    slow_s = None if slow_ms is None else slow_ms / 1000
    requests = RequestLog(log or _to_stderr, clock, as_json=log_format == "json", slow_s=slow_s)
    return App(
        opened,
        isinstance(place, str),
        requests,
        tuple(allowed_hosts),
        Cors(cors_origins),
        operations,
        bounds or Bounds(),
        clock,
    )


def _place_of(given: Any) -> Database | str:
    """The open database that was given, or the path. Raises SettingError."""
    if isinstance(given, Database):
        return given
    if isinstance(given, str) and given.startswith(("http://", "https://")):
        raise SettingError(
            f"{given} is an endpoint; allowed: a file's path, or a database that is open in process"
        )
    if isinstance(given, (str, os.PathLike)):
        return str(os.fspath(given))
    transport = getattr(given, "transport", None)
    if isinstance(transport, InProcess):
        return transport.db
    raise SettingError(
        f"{given!r} cannot be served; allowed: a file's path, or a database that is open in process"
    )


def _opener(
    place: Database | str,
    durability: str,
    clock: Clock | None,
    rng: random.Random | None,
    options: dict[str, Any],
) -> Callable[[], Database]:
    if isinstance(place, Database):
        if options:
            raise SettingError(f"a database that is open has its settings: {', '.join(sorted(options))}")
        return lambda: place
    try:
        Options(**options)
    except TypeError as error:
        raise SettingError(f"an app has no such setting: {', '.join(sorted(options))} ({error})") from error
    return lambda: open_database(place, durability=durability, clock=clock, rng=rng, **options)


class _Running:
    """What there is between start and stop."""

    def __init__(self, db: Database, driver: Driver, connections: Connections) -> None:
        self.db = db
        self.driver = driver
        self.connections = connections
        self.is_stopping = False

    def sweep(self) -> None:
        self.connections.sweep()
        if not self.is_stopping:
            self.connections.loop.call_later(_SWEEP_S, self.sweep)


class App:
    """An ASGI 3 application; made by `app`. `start` and `stop` are what its lifespan does, and `async with` both."""

    def __init__(
        self,
        opened: Callable[[], Database],
        owns: bool,
        log: RequestLog,
        allowed_hosts: tuple[str, ...],
        cors: Cors,
        operations: Operations | None,
        bounds: Bounds,
        clock: Clock,
    ) -> None:
        self._opened = opened
        self._owns = owns
        self._log = log
        self._allowed_hosts = allowed_hosts
        self._cors = cors
        self._operations = operations
        self._bounds = bounds
        self._clock = clock
        self._hosts: dict[str, HostCheck] = {}
        self._running: _Running | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind = scope["type"]
        if kind == "http":
            running = self._running
            if running is None or running.connections.loop is not asyncio.get_running_loop():
                running = self._start()
            visit = Visit(
                running.connections, running.driver.service, self._hosts_of(scope), scope, receive, send
            )
            await visit.run()
        elif kind == "lifespan":
            await self._live(receive, send)
        elif kind == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1000})
        else:
            raise StatorError(f"DynamoDB is served over HTTP, and not over {kind}.")

    async def start(self) -> None:
        """Opens the file and begins its background work. Idempotent on one loop. Raises StatorError."""
        running = self._running
        if running is None or running.connections.loop is not asyncio.get_running_loop():
            self._start()

    async def stop(self) -> None:
        """Ends what is in flight, within `shutdown_s_max`, and closes the file. Idempotent."""
        running, self._running = self._running, None
        if running is None:
            return
        running.is_stopping = True
        driver = running.driver
        driver.stop_jobs()
        loop = asyncio.get_running_loop()
        until = loop.time() + self._bounds.shutdown_s_max
        while (driver.is_busy or len(running.connections)) and loop.time() < until:
            await asyncio.sleep(_STOP_LOOKS_S)
        running.connections.abort()
        await asyncio.sleep(0)
        driver.close()
        if self._owns:
            running.db.close()

    async def __aenter__(self) -> App:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def _start(self) -> _Running:
        loop = asyncio.get_running_loop()
        before = self._running
        if before is not None and not before.connections.loop.is_closed():
            raise StatorError("This app runs on another event loop. Make one app for each loop.")
        # After a loop that ended without a lifespan's end, the database goes on with this one
        db = self._opened() if before is None else before.db
        hosts = HostCheck(_ANY_ADDRESS, (), self._bounds.hosts_known_max)
        driver = Driver(db, loop, self._operations, self._log, self._bounds, hosts, self._cors)
        running = self._running = _Running(db, driver, Connections(loop, self._clock, self._bounds))
        running.sweep()
        driver.start()
        return running

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message: Message = await receive()
            if message["type"] == "lifespan.startup":
                try:
                    await self.start()
                except (StatorError, OSError) as error:
                    await send({"type": "lifespan.startup.failed", "message": f"stator: {error}"})
                    return
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                await self.stop()
                await send({"type": "lifespan.shutdown.complete"})
                return

    def _hosts_of(self, scope: Scope) -> HostCheck:
        """By the address that the connection came to: what reaches loopback must name it (`origins`)."""
        address, port = scope.get("server") or ("", None)
        bound = address if port is not None else ""
        found = self._hosts.get(bound)
        if found is None:
            if len(self._hosts) >= _ADDRESSES_MAX:
                self._hosts.clear()
            found = HostCheck(bound, self._allowed_hosts, self._bounds.hosts_known_max)
            self._hosts[bound] = found
        return found


def _to_stderr(lines: str) -> None:
    """A log that nobody can read any more is no reason to stop serving."""
    try:
        sys.stderr.write(lines)
        sys.stderr.flush()
    except (OSError, ValueError):
        return
