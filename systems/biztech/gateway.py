"""The WebSocket gateway: it holds the listeners' connections, and each listener is a row in the database.

A listener connects to `/prices/{event}`, `/wall/{event}` or `/voting/{role}`. Its row is written before the handshake
is answered, so whoever is connected is listening; it is removed when the connection ends, in whichever way. Rows that a
gateway left behind when it was killed are removed by whoever posts to them next (`consumer`).

What a listener is sent comes by `post`, from this process or by `connections_api` from another. Messages to a listener
keep their order. One that was delivered before, by its mark, is dropped. A listener that falls so far behind that its
queue is full is cut off: it connects anew and asks for how things stand.

A listener may send {"action": "show"}: it is answered with how things stand, in messages like those that follow.

Everything here is done on one event loop; `post`, `drop` and `about` may be called from any thread.
"""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from systems.biztech.channels import Channel
from systems.biztech.connections_api import AddressError, ConnectionsApi
from systems.biztech.delivery import Mark

LISTENERS_MAX: Final = 10_000
QUEUE_MAX: Final = 1_000
MARKS_MAX: Final = 10_000
MESSAGE_BYTES_MAX: Final = 4096
"""From a listener."""
VALUE_LENGTH_MAX: Final = 200
_FALLEN_BEHIND: Final = 1013
_CALL_S_MAX: Final = 30.0

_log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class _Listener:
    """`marks`: topic -> the number of the last message that was taken for it."""

    id: str
    channel: Channel
    value: str
    connection: ServerConnection
    outbox: asyncio.Queue[str] = field(default_factory=lambda: asyncio.Queue(QUEUE_MAX))
    marks: dict[str, int] = field(default_factory=dict)

    def has_seen(self, mark: Mark) -> bool:
        return mark.number <= self.marks.get(mark.topic, -1)

    def remember(self, mark: Mark) -> None:
        self.marks.pop(mark.topic, None)
        self.marks[mark.topic] = mark.number
        if len(self.marks) > MARKS_MAX:
            del self.marks[next(iter(self.marks))]


class Gateway:
    """`async with Gateway(channels_of(club)) as gateway: ...`

    `port` is for listeners, `api_port` for those who post; 0 takes a free one. `endpoint`: where others reach the
    latter, unless it is the address itself. `ping_interval_s`: how often a listener is asked whether it is there; one
    that does not answer for as long again is gone. Raises AddressError where one cannot listen."""

    def __init__(
        self,
        channels: Iterable[Channel],
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        api_host: str = "127.0.0.1",
        api_port: int = 0,
        endpoint: str | None = None,
        ping_interval_s: float = 20.0,
    ) -> None:
        self._channels = {channel.name: channel for channel in channels}
        self._host, self._port = host, port
        self._api = ConnectionsApi(self, api_host, api_port)
        self.endpoint = endpoint or f"http://{_bracketed(api_host)}:{self._api.port}"
        self._ping_interval_s = ping_interval_s
        self._server: Server | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._listeners: dict[str, _Listener] = {}
        self._ids: dict[ServerConnection, str] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._changed = asyncio.Condition()

    @property
    def url(self) -> str:
        """ws://host:port"""
        assert self._server is not None
        return f"ws://{_bracketed(self._host)}:{self._server.sockets[0].getsockname()[1]}"

    async def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._api.start()
        try:
            self._server = await serve(
                self._serve, self._host, self._port, process_request=self._greet, compression=None,
                max_size=MESSAGE_BYTES_MAX, ping_interval=self._ping_interval_s,
                ping_timeout=self._ping_interval_s,
            )  # fmt: skip
        except OSError as error:
            await asyncio.to_thread(self._api.stop)
            raise AddressError(self._host, self._port, error) from error

    async def stop(self) -> None:
        """Closes every connection and removes its row."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.to_thread(self._api.stop)

    async def __aenter__(self) -> Gateway:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def until(self, listeners: int) -> None:
        """Returns when so many listen, and no more rows are on their way in or out."""
        async with self._changed:
            await self._changed.wait_for(lambda: len(self._ids) == listeners)

    # For those who post

    def post(self, connection_id: str, text: str, mark: Mark | None = None) -> bool:
        """Puts a message on its way. False: there is no such listener, or none any more."""
        return self._on_loop(lambda: self._post(connection_id, text, mark))

    def drop(self, connection_id: str) -> bool:
        """Ends a connection. False: there is none."""
        return self._on_loop(lambda: self._drop(connection_id))

    def about(self, connection_id: str) -> Mapping[str, Any] | None:
        """What a connection listens to."""
        listener = self._listeners.get(connection_id)
        return None if listener is None else {listener.channel.parameter: listener.value}

    def _on_loop(self, call: Callable[[], bool]) -> bool:
        async def called() -> bool:
            return call()

        assert self._loop is not None
        return asyncio.run_coroutine_threadsafe(called(), self._loop).result(_CALL_S_MAX)

    def _post(self, connection_id: str, text: str, mark: Mark | None) -> bool:
        listener = self._listeners.get(connection_id)
        if listener is None:
            return False
        if mark is not None and listener.has_seen(mark):
            return True
        if not self._queue(listener, text):
            return False
        if mark is not None:
            listener.remember(mark)
        return True

    def _queue(self, listener: _Listener, text: str) -> bool:
        try:
            listener.outbox.put_nowait(text)
        except asyncio.QueueFull:
            _log.warning("%s has fallen %d messages behind and is cut off", listener.id, QUEUE_MAX)
            self._end(listener, _FALLEN_BEHIND)
            return False
        return True

    def _drop(self, connection_id: str) -> bool:
        listener = self._listeners.get(connection_id)
        if listener is not None:
            self._end(listener, 1000)
        return listener is not None

    def _end(self, listener: _Listener, code: int) -> None:
        self._listeners.pop(listener.id, None)
        self._begin(listener.connection.close(code))

    # A connection's life

    async def _greet(self, connection: ServerConnection, request: Request) -> Response | None:
        """Before the handshake is answered: the listener's row is written, or it is told why not."""
        try:
            channel, value = self._wanted(request.path)
        except ValueError as error:
            return connection.respond(HTTPStatus.NOT_FOUND, f"{error}\n")
        if len(self._ids) >= LISTENERS_MAX:
            return connection.respond(HTTPStatus.SERVICE_UNAVAILABLE, "too many listeners: try again later\n")
        listener = _Listener(secrets.token_urlsafe(12), channel, value, connection)
        self._listeners[listener.id] = listener
        self._ids[connection] = listener.id
        try:
            await asyncio.to_thread(channel.join, listener.id, value, self.endpoint)
        except Exception:
            _log.exception("a listener of %s could not be written down", channel.name)
            return connection.respond(HTTPStatus.SERVICE_UNAVAILABLE, "try again later\n")
        finally:
            self._begin(self._see_out(listener))
        await self._tell_changed()
        return None

    def _wanted(self, path: str) -> tuple[Channel, str]:
        """Raises ValueError for a path that leads nowhere."""
        parts = urlsplit(path)
        name, _, rest = parts.path.lstrip("/").partition("/")
        channel = self._channels.get(name)
        if channel is None:
            known = ", ".join(f"/{each.name}/{{{each.parameter}}}" for each in self._channels.values())
            raise ValueError(f"there is nothing to listen to at {parts.path}: there are {known}")
        value = unquote(rest) or parse_qs(parts.query).get(channel.parameter, [""])[0]
        if not 0 < len(value) <= VALUE_LENGTH_MAX:
            raise ValueError(f"which {channel.parameter}? /{name}/{{{channel.parameter}}}")
        return channel, value

    async def _see_out(self, listener: _Listener) -> None:
        """Waits for the connection's end, and removes the row."""
        await listener.connection.wait_closed()
        self._listeners.pop(listener.id, None)
        try:
            await asyncio.to_thread(listener.channel.leave, listener.id)
        except Exception:
            _log.exception("the row of %s is left to whoever posts to it next", listener.id)
        self._ids.pop(listener.connection, None)
        await self._tell_changed()

    async def _serve(self, connection: ServerConnection) -> None:
        listener = self._listeners.get(self._ids.get(connection, ""))
        if listener is None:
            return  # cut off while it came in
        writing = asyncio.create_task(_write(listener))
        try:
            async for message in connection:
                await self._answer(listener, message)
        except ConnectionClosed:
            pass
        finally:
            writing.cancel()

    async def _answer(self, listener: _Listener, message: str | bytes) -> None:
        if _action_of(message) != "show":
            self._queue(listener, json.dumps({"type": "error", "message": 'send {"action": "show"}'}))
            return
        for each in await asyncio.to_thread(listener.channel.shown, listener.value):
            if not self._queue(listener, json.dumps(each)):
                return

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        """A task that is held until it ends."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _tell_changed(self) -> None:
        async with self._changed:
            self._changed.notify_all()


async def _write(listener: _Listener) -> None:
    try:
        while True:
            await listener.connection.send(await listener.outbox.get())
    except ConnectionClosed:
        pass


def _action_of(message: str | bytes) -> str | None:
    try:
        said = json.loads(message)
    except ValueError:
        return None
    return said.get("action") if isinstance(said, dict) else None


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
