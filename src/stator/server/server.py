"""A server: a database behind a listening socket, on one event loop.

`start` returns when requests are answered; `stop` takes no new connection, lets what is in flight end within a bound,
and leaves the database open: it belongs to whoever opened it. One start and one stop; both on the loop.

Several may serve one file: one that writes, and others, in processes of their own, that only read and pass the rest on
to it (`server.reading`).
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from dataclasses import dataclass

from stator.api.call import Operations
from stator.clock import Clock, SystemClock
from stator.engine.database import Database
from stator.engine.like_aws import EASY
from stator.server.bounds import Bounds
from stator.server.connection import Connection, Service
from stator.server.connections import Connections
from stator.server.driver import Driver
from stator.server.listening import endpoint_of, listen, raise_file_limit
from stator.server.origins import Cors, HostCheck
from stator.server.reading import ReadingService
from stator.server.relay import FromReader, ToWriter
from stator.server.requestlog import RequestLog
from stator.wire.answers import http_date

_SWEEP_S = 1.0
_STOP_LOOKS_S = 0.01


@dataclass(frozen=True, slots=True)
class Listening:
    """Where a server listens and who may speak to it. `allowed_hosts`: further Host names; `cors_origins`: origins
    whose pages may read answers."""

    host: str = "127.0.0.1"
    port: int = 0
    allowed_hosts: tuple[str, ...] = ()
    cors_origins: tuple[str, ...] = ()


class Server:
    """`endpoint` is the URL clients are given, known from the start on."""

    def __init__(
        self,
        db: Database,
        listening: Listening | None = None,
        *,
        operations: Operations | None = None,
        log: RequestLog | None = None,
        bounds: Bounds | None = None,
        clock: Clock | None = None,
        sockets: list[socket.socket] | None = None,
        writer: ToWriter | None = None,
    ) -> None:
        """Binds its sockets, unless they are given; raises StatorError when it cannot. With a `writer` it only reads,
        and leaves jobs to that one too."""
        self._db = db
        self._listening = listening or Listening()
        self._operations = operations
        self._bounds = bounds or Bounds()
        self._clock: Clock = clock or SystemClock()
        self._log = log or RequestLog(lambda _: None, self._clock)
        self._sockets = sockets or listen(self._listening.host, self._listening.port, self._bounds.backlog)
        self.endpoint = endpoint_of(self._sockets[0], self._listening.host)
        self._writer = writer
        self._listeners: list[asyncio.Server] = []
        self._stopping = False

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        raise_file_limit(self._bounds.connections_max)
        self._driver = self._new_driver(loop)
        self._service = self._driver.service
        self._front = self._new_front()
        self.connections = Connections(loop, self._clock, self._bounds)
        self._sweep()
        for bound in self._sockets:
            self._listeners.append(await self._listen(loop, bound))
        if self._writer is None:
            self._driver.start()

    async def add_reader(
        self, end: socket.socket, ready: Callable[[], None], lost: Callable[[], None]
    ) -> FromReader:
        """Answers what a process that only reads passes on through `end`. After `start`, in the one that writes."""
        loop = asyncio.get_running_loop()
        _, reader = await loop.create_unix_connection(lambda: FromReader(self._service, ready, lost), sock=end)
        return reader

    async def stop(self) -> None:
        """Ends what is in flight, within `shutdown_s_max`, and closes every connection."""
        self._stopping = True
        self._driver.stop_jobs()
        for listener in self._listeners:
            listener.close()
        self.connections.drain()
        loop = asyncio.get_running_loop()
        until = loop.time() + self._bounds.shutdown_s_max
        while self._is_busy() and loop.time() < until:
            await asyncio.sleep(_STOP_LOOKS_S)
        self.connections.abort()
        await asyncio.sleep(0)
        self._driver.close()

    def _is_busy(self) -> bool:
        passed_on = 0 if self._writer is None else self._writer.in_flight
        return len(self.connections) > 0 or passed_on > 0 or self._driver.is_busy

    def _new_driver(self, loop: asyncio.AbstractEventLoop) -> Driver:
        listening = self._listening
        hosts = HostCheck(listening.host, listening.allowed_hosts, self._bounds.hosts_known_max)
        cors = Cors(listening.cors_origins)
        elsewhere = None if self._writer is None else self._writer.pass_on
        return Driver(self._db, loop, self._operations, self._log, self._bounds, hosts, cors, elsewhere)

    def _new_front(self) -> Service:
        if self._writer is None:
            return self._service
        return ReadingService(self._service, self._writer, reads=self._db.options.like_aws == EASY)

    async def _listen(self, loop: asyncio.AbstractEventLoop, bound: socket.socket) -> asyncio.Server:
        return await loop.create_server(
            lambda: Connection(self.connections, self._front), sock=bound, backlog=self._bounds.backlog
        )

    def _sweep(self) -> None:
        self.connections.sweep()
        self._service.date = http_date(self._clock.now())
        if not self._stopping:
            self.connections.loop.call_later(_SWEEP_S, self._sweep)
