"""The gateway's back door: `/@connections/{id}`, as API Gateway has it, for those who send to listeners.

    POST     the body, UTF-8 text, to the listener   200; 410 when it is gone; 413 above 128 KiB
    GET      what it listens to                      200; 410
    DELETE   ends its connection                     204; 410

Whoever reaches it can write to every listener, so it is bound to an address of its own, which is not for the public.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final, Protocol
from urllib.parse import unquote

from stator.errors import StatorError
from systems.biztech.delivery import MARK_HEADER, Mark, mark_from

PAYLOAD_BYTES_MAX: Final = 128 * 1024
_PREFIX: Final = "/@connections/"
_IDLE_S_MAX: Final = 300.0

_log = logging.getLogger(__name__)


class AddressError(StatorError):
    """An address where one cannot listen."""

    def __init__(self, host: str, port: int, error: OSError) -> None:
        super().__init__(f"{host}:{port}: {os.strerror(error.errno) if error.errno else error}")


class Holder(Protocol):
    """Who has the connections. Called from any thread; False or None: there is no such connection."""

    def post(self, connection_id: str, text: str, mark: Mark | None) -> bool: ...

    def drop(self, connection_id: str) -> bool: ...

    def about(self, connection_id: str) -> Mapping[str, Any] | None: ...


class ConnectionsApi:
    """Serves from `start` to `stop`, a thread for each connection. Raises AddressError."""

    def __init__(self, holder: Holder, host: str, port: int) -> None:
        handler = type("_Bound", (_Handler,), {"holder": holder})
        try:
            self._server = _Server((host, port), handler)
        except OSError as error:
            raise AddressError(host, port, error) from error
        self._thread = threading.Thread(
            target=self._server.serve_forever, name="connections-api", daemon=True
        )
        self.port: int = self._server.server_address[1]

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A poster that was killed is no news."""
        if not isinstance(sys.exception(), OSError):
            _log.exception("a request from %s failed", client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "biztech-gateway"
    timeout = _IDLE_S_MAX
    disable_nagle_algorithm = True
    holder: Holder

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not length.isdigit():
            self.close_connection = True
            self._answer(411, "LengthRequiredException")
        elif int(length) > PAYLOAD_BYTES_MAX:
            self.close_connection = True
            self._answer(413, "PayloadTooLargeException")
        else:
            body = self.rfile.read(int(length))
            if len(body) == int(length):
                self._post(body)
            else:
                self.close_connection = True  # the poster was killed: half a message is none

    def _post(self, body: bytes) -> None:
        said = self.headers.get(MARK_HEADER)
        try:
            text = body.decode()
            mark = None if said is None else mark_from(said)
        except ValueError:
            self._answer(400, "BadRequestException")
            return
        connection_id = self._connection_id()
        if connection_id is not None:
            self._answer(*_found(self.holder.post(connection_id, text, mark), 200))

    def do_GET(self) -> None:
        connection_id = self._connection_id()
        if connection_id is not None:
            about = self.holder.about(connection_id)
            self._answer(*_found(about is not None, 200), about)

    def do_DELETE(self) -> None:
        connection_id = self._connection_id()
        if connection_id is not None:
            self._answer(*_found(self.holder.drop(connection_id), 204))

    def _connection_id(self) -> str | None:
        """Answers itself where the path is none of ours."""
        if not self.path.startswith(_PREFIX):
            self._answer(404, "NotFoundException")
            return None
        return unquote(self.path[len(_PREFIX) :])

    def _answer(self, status: int, error: str | None = None, body: Mapping[str, Any] | None = None) -> None:
        said = {"message": error} if error is not None else body
        data = b"" if said is None else json.dumps(said).encode()
        self.send_response(status)
        if error is not None:
            self.send_header("x-amzn-ErrorType", error)
        if status != 204:
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if status != 204:
            self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is logged for each message."""


def _found(is_there: bool, status: int) -> tuple[int, str | None]:
    return (status, None) if is_there else (410, "GoneException")
