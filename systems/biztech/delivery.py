"""A message to one listener, by way of the gateway that holds its connection: API Gateway's call, over HTTP.

    POST {endpoint}/@connections/{connection id}      200: it is on its way; 410: the listener is gone
    Delivery-Mark: {topic} {number}                   the topic in percent encoding

The mark says where in its topic a message stands. Our gateway remembers the last mark of each listener and drops what
was delivered before, so whoever is not sure may send again. AWS's API Gateway knows no marks: there a message may come
twice after a crash, and a listener tells it by the number in it.
"""

from __future__ import annotations

import http.client
import time
from collections import deque
from collections.abc import Callable
from typing import Any, Final, NamedTuple, Protocol
from urllib.parse import quote, unquote, urlsplit

from stator.errors import StatorError

MARK_HEADER: Final = "Delivery-Mark"
ATTEMPTS_MAX: Final = 6
_DELAY_S: Final = 0.05
_DELAY_S_MAX: Final = 1.0
_OK: Final = 200
_GONE: Final = 410
_SERVER_FAULT: Final = 500


class Mark(NamedTuple):
    """`number` grows within a topic."""

    topic: str
    number: int

    def text(self) -> str:
        return f"{quote(self.topic, safe='')} {self.number}"


def mark_from(text: str) -> Mark:
    """Raises ValueError for what is no mark."""
    topic, _, number = text.partition(" ")
    return Mark(unquote(topic), int(number))


class GoneError(Exception):
    """The listener has left."""


class DeliveryError(StatorError):
    """The gateway does not answer, or refuses what it was sent."""


class Posts(Protocol):
    """A way to listeners. Safe to share between threads."""

    def post(self, endpoint: str, connection_id: str, data: bytes, mark: Mark | None = None) -> None:
        """Returns when the gateway has the message. Without a mark it is delivered as often as it is posted. Raises
        GoneError and DeliveryError."""


class HttpPosts:
    """To our gateway. Connections are kept alive, as many for an endpoint as there were posts at once."""

    def __init__(self, *, timeout_s: float = 10.0, sleep: Callable[[float], None] = time.sleep) -> None:
        self._timeout_s = timeout_s
        self._sleep = sleep
        self._idle: dict[str, deque[http.client.HTTPConnection]] = {}

    def post(self, endpoint: str, connection_id: str, data: bytes, mark: Mark | None = None) -> None:
        """A gateway that refuses connections holds none any more: its listeners are gone."""
        path = f"{urlsplit(endpoint).path.rstrip('/')}/@connections/{quote(connection_id, safe='')}"
        says = ""
        for attempt in range(ATTEMPTS_MAX):
            if attempt > 1:  # the first may only have met a connection that had been idle for too long
                self._sleep(min(_DELAY_S * 2**attempt, _DELAY_S_MAX))
            try:
                status, says = self._exchange(endpoint, path, data, mark)
            except ConnectionRefusedError as error:
                raise GoneError from error
            except (OSError, http.client.HTTPException) as error:
                says = str(error) or type(error).__name__
                continue
            if status == _OK:
                return
            if status == _GONE:
                raise GoneError
            if status < _SERVER_FAULT:
                break
        raise DeliveryError(f"{endpoint}: {says}")

    def close(self) -> None:
        for idle in self._idle.values():
            while idle:
                idle.pop().close()

    def _exchange(self, endpoint: str, path: str, data: bytes, mark: Mark | None) -> tuple[int, str]:
        idle = self._idle.setdefault(endpoint, deque())
        try:
            connection = idle.pop()
        except IndexError:
            connection = self._connection(endpoint)
        try:
            connection.request("POST", path, data, {} if mark is None else {MARK_HEADER: mark.text()})
            response = connection.getresponse()
            says = response.read().decode(errors="replace")
        except BaseException:
            connection.close()
            raise
        idle.append(connection)
        return response.status, says

    def _connection(self, endpoint: str) -> http.client.HTTPConnection:
        parts = urlsplit(endpoint)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        return kind(parts.netloc, timeout=self._timeout_s)


class ApiGatewayPosts:
    """To AWS's API Gateway, or to ours, through boto3. `session`: a boto3 Session."""

    def __init__(self, session: Any) -> None:
        self._session = session
        self._clients: dict[str, Any] = {}

    def post(self, endpoint: str, connection_id: str, data: bytes, mark: Mark | None = None) -> None:
        client = self._clients.get(endpoint)
        if client is None:
            made = self._session.client("apigatewaymanagementapi", endpoint_url=endpoint)
            client = self._clients.setdefault(endpoint, made)
        try:
            client.post_to_connection(ConnectionId=connection_id, Data=data)
        except client.exceptions.GoneException as error:
            raise GoneError from error
