"""The processes beside the one that writes: started, started again when they die, and stopped with it.

They inherit their sockets, so a connection made while one is down waits for the next.
"""

from __future__ import annotations

import asyncio
import socket
import subprocess
from collections.abc import Callable
from typing import TYPE_CHECKING

from stator.errors import StatorError

if TYPE_CHECKING:
    from stator.server.requestlog import RequestLog
    from stator.server.server import Server

Command = Callable[[tuple[int, ...], int], list[str]]
"""The command line of a process that serves these sockets, and has its writer at that one."""

_START_S_MAX = 30.0
_AGAIN_S = 0.5
_LOOK_S = 0.01


class Worker:
    """One place for a process, and the process that has it now."""

    def __init__(
        self, server: Server, sockets: list[socket.socket], command: Command, log: RequestLog
    ) -> None:
        self._server = server
        self._sockets = sockets
        self._command = command
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None
        self._stopping = False
        self.ready = asyncio.Event()

    async def start(self) -> None:
        """Returns when the process is begun. Raises OSError."""
        own, its = socket.socketpair()
        try:
            own.setblocking(False)
            listening = tuple(bound.fileno() for bound in self._sockets)
            self._process = subprocess.Popen(
                self._command(listening, its.fileno()),
                stdin=subprocess.DEVNULL,
                pass_fds=(*listening, its.fileno()),
            )
            await self._server.add_reader(own, self.ready.set, self._lost)
        except BaseException:
            own.close()
            raise
        finally:
            its.close()

    def _lost(self) -> None:
        self.ready.clear()
        if not self._stopping:
            self._log.event("a reading process ended and is begun again", process=self._pid)
            asyncio.get_running_loop().call_later(_AGAIN_S, self._begin_again)

    def _begin_again(self) -> None:
        if self._stopping:
            return
        if self._process is not None:
            self._process.poll()
        self._starting = asyncio.get_running_loop().create_task(self._start_again())

    async def _start_again(self) -> None:
        try:
            await self.start()
        except OSError as error:
            self._log.failure("a reading process could not be begun and will be tried again", error)
            asyncio.get_running_loop().call_later(_AGAIN_S, self._begin_again)

    @property
    def _pid(self) -> int | None:
        return None if self._process is None else self._process.pid

    @property
    def is_alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def terminate(self) -> None:
        self._stopping = True
        if self._process is not None:
            self._process.terminate()

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()


class Workers:
    def __init__(
        self, server: Server, sockets: list[list[socket.socket]], command: Command, log: RequestLog
    ) -> None:
        """One process for each list of sockets. `server` is the one that writes, started."""
        self._workers = [Worker(server, each, command, log) for each in sockets]

    async def start(self) -> None:
        """Returns when all of them answer requests. Raises StatorError."""
        loop = asyncio.get_running_loop()
        until = loop.time() + _START_S_MAX
        for worker in self._workers:
            await worker.start()
        for worker in self._workers:
            while not worker.ready.is_set():
                if not worker.is_alive or loop.time() > until:
                    raise StatorError("a reading process could not be started; standard error says more")
                await asyncio.sleep(_LOOK_S)

    async def stop(self, within_s: float) -> None:
        """Lets each end what it has begun, and ends what is left after `within_s`."""
        loop = asyncio.get_running_loop()
        until = loop.time() + within_s
        for worker in self._workers:
            worker.terminate()
        while any(worker.is_alive for worker in self._workers) and loop.time() < until:
            await asyncio.sleep(_LOOK_S)
        for worker in self._workers:
            worker.kill()
