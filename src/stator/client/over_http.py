"""A transport to an endpoint, http(s)://host:port: Stator's server, DynamoDB Local, or any other of the protocol.

Requests carry a credential's shape (the server asks for no more) and are signed only when asked, by botocore.
Connections are kept alive in a pool, as many as there ever were calls at once.
"""

from __future__ import annotations

import http.client
import os
import uuid
from collections import deque
from datetime import UTC, datetime
from typing import Any
from urllib.parse import SplitResult, urlsplit
from zlib import crc32

import msgspec

from stator.api.operations import service_of
from stator.client.faults import fault
from stator.client.retries import Retries
from stator.errors import InternalServerError, ServiceError, StatorError, UnreachableError

TIMEOUT_S = 60.0
DUMMY_KEY = "stator"
DUMMY_SECRET = "stator"
DEFAULT_REGION = "us-east-1"
_OK = 200
_SERVER_FAULT = 500
# A request that is sent again must be known again. SDKs fill these in, too.
_TOKENS = {
    "TransactWriteItems": "ClientRequestToken",
    "ExecuteTransaction": "ClientRequestToken",
    "ExportTableToPointInTime": "ClientToken",
    "ImportTable": "ClientToken",
    "StartBulkPutItems": "ClientToken",
}
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


class OverHttp:
    """Safe to share between threads. `access_key`, `secret_key`, `session_token` and `region` come from AWS's variables
    in the environment when they are not given, and are dummies when they are not there either. With `sign` each
    request is signed (SigV4; needs botocore)."""

    def __init__(
        self,
        url: str,
        *,
        region: str | None = None,
        access_key: str | None = None,
        secret_key: str | None = None,
        session_token: str | None = None,
        sign: bool = False,
        timeout_s: float = TIMEOUT_S,
        retries: Retries | None = None,
    ) -> None:
        self.url = url
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or not _has_good_port(parts):
            raise StatorError(f"{url} is no endpoint; allowed: http://host:port or https://host:port")
        self._secure = parts.scheme == "https"
        self._place = parts.netloc.rpartition("@")[2]
        self._path = parts.path or "/"
        environ = os.environ
        self.region = (
            region or environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION") or DEFAULT_REGION
        )
        self._access_key = access_key or environ.get("AWS_ACCESS_KEY_ID") or DUMMY_KEY
        self._secret_key = secret_key or environ.get("AWS_SECRET_ACCESS_KEY") or DUMMY_SECRET
        self._session_token = session_token or environ.get("AWS_SESSION_TOKEN")
        self._sign = sign
        self._timeout_s = timeout_s
        self._retries = retries or Retries()
        self._idle: deque[http.client.HTTPConnection] = deque()
        self._pid = os.getpid()
        self._closed = False

    def call(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        """As Transport's. A call that fails on its way is tried again, as an SDK would."""
        token = _TOKENS.get(operation)
        if token is not None and request.get(token) is None:
            request = {**request, token: str(uuid.uuid4())}
        body = _encode(request)
        attempt = 0
        while True:
            attempt += 1
            try:
                status, answer = self._exchange(operation, body)
            except UnreachableError as error:
                self._retries.wait(attempt, error)
                continue
            if status == _OK:
                return answer
            self._retries.wait(attempt, _error_of(status, answer), status)

    def close(self) -> None:
        """Idempotent. Calls that are on their way end well."""
        self._closed = True
        while self._idle:
            self._idle.pop().close()

    def _exchange(self, operation: str, body: bytes) -> tuple[int, dict[str, Any]]:
        """The status and the body of one try. Raises UnreachableError."""
        if self._closed:
            raise StatorError(f"The connection to {self.url} is closed.")
        headers = self._headers(operation, body)
        connection = self._take()
        try:
            connection.request("POST", self._path, body, headers)
            response = connection.getresponse()
            text = response.read()
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise UnreachableError(
                f"{self.url} could not be reached: {error or type(error).__name__}"
            ) from error
        except BaseException:
            connection.close()
            raise
        if self._closed:
            connection.close()
        else:
            self._idle.append(connection)
        return response.status, self._decoded(response, text)

    def _decoded(self, response: http.client.HTTPResponse, text: bytes) -> dict[str, Any]:
        checksum = response.getheader("x-amz-crc32")
        if checksum is not None and checksum.isdecimal() and int(checksum) != crc32(text):
            raise UnreachableError(f"{self.url} sent an answer that was damaged on its way")
        try:
            answer = _decode(text or b"{}")
        except msgspec.DecodeError:
            answer = None
        if isinstance(answer, dict):
            return answer
        if response.status == _OK:
            raise UnreachableError(f"{self.url} does not answer as DynamoDB does")
        return {"message": text[:200].decode("utf-8", "replace")}

    def _take(self) -> http.client.HTTPConnection:
        if self._pid != os.getpid():  # sockets of the parent: theirs to use, not ours to close
            self._pid = os.getpid()
            self._idle = deque()
        try:
            return self._idle.pop()
        except IndexError:
            kind = http.client.HTTPSConnection if self._secure else http.client.HTTPConnection
            return kind(self._place, timeout=self._timeout_s)

    def _headers(self, operation: str, body: bytes) -> dict[str, str]:
        headers = {
            "Content-Type": "application/x-amz-json-1.0",
            "X-Amz-Target": f"{service_of(operation)}.{operation}",
        }
        return self._signed(headers, body) if self._sign else self._shaped(headers)

    def _shaped(self, headers: dict[str, str]) -> dict[str, str]:
        now = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        scope = f"{self._access_key}/{now[:8]}/{self.region}/dynamodb/aws4_request"
        headers["X-Amz-Date"] = now
        headers["Authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host;x-amz-date;x-amz-target, "
            f"Signature={'0' * 64}"
        )
        return headers

    def _signed(self, headers: dict[str, str], body: bytes) -> dict[str, str]:
        from botocore.auth import SigV4Auth
        from botocore.awsrequest import AWSRequest
        from botocore.credentials import Credentials

        credentials = Credentials(self._access_key, self._secret_key, self._session_token)
        request = AWSRequest("POST", self.url, headers, body)
        SigV4Auth(credentials, "dynamodb", self.region).add_auth(request)
        return dict(request.headers.items())


def _error_of(status: int, answer: dict[str, Any]) -> ServiceError:
    code = str(answer.pop("__type", "")).rpartition("#")[2]
    message = str(answer.pop("message", answer.pop("Message", "")) or "")
    if code:
        return fault(code, message, answer)
    if status >= _SERVER_FAULT:
        return InternalServerError(message)
    return fault("UnknownError", f"HTTP status {status}: {message}", {})


def _has_good_port(parts: SplitResult) -> bool:
    try:
        return parts.port != 0
    except ValueError:
        return False
