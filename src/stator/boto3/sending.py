"""What stands in the place of a botocore endpoint's HTTP session: the one object a request's bytes go out by.

botocore calls `send` after its own hooks, signing and `before-send`, and parses what that returns as it would an answer
off a socket.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from botocore.awsrequest import AWSResponse

from stator.boto3.service import Answered, Asked, InProcessService

# What the service reads of a request's head; going through all of botocore's headers takes five times as long
_HEADERS = tuple(
    (name.lower().encode(), name)
    for name in ("Content-Type", "X-Amz-Target", "Authorization", "X-Amz-Date", "Date", "Host")
)


class InProcessHttp:
    """botocore's URLLib3Session, without HTTP. There is nothing to close: the database is not its own."""

    def __init__(self, service: InProcessService, keeps: object = None) -> None:
        """`keeps` lives at least as long as this does: what owns the database."""
        self.service = service
        self._keeps = keeps

    def send(self, request: Any) -> AWSResponse:
        """Raises StatorError, which botocore does not send again."""
        return sync_response(request, self.service.answer(asked_of(request)))

    def close(self) -> None:
        """Open for further requests, as URLLib3Session is."""


class AsyncInProcessHttp:
    """aiobotocore's AIOHTTPSession, without HTTP."""

    def __init__(self, service: InProcessService, keeps: object = None) -> None:
        self.service = service
        self._keeps = keeps

    async def send(self, request: Any) -> Any:
        return async_response(request, await self.service.answer_async(asked_of(request)))

    async def close(self) -> None:
        """As InProcessHttp's."""

    async def __aenter__(self) -> AsyncInProcessHttp:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


class Body(io.BytesIO):
    """An answer's body, for whoever reads `raw`."""

    def stream(self, amt: int = -1, decode_content: bool | None = None) -> Iterator[bytes]:
        while piece := self.read(amt):
            yield piece


class AsyncBody(Body):
    """The same for aiobotocore."""

    async def read(self, amt: int = -1) -> bytes:  # type: ignore[override]
        return super().read(amt)


def asked_of(request: Any) -> Asked:
    """A prepared request (botocore's AWSPreparedRequest) as the service takes it."""
    url = urlsplit(request.url)
    given = request.headers
    headers = {name: _bytes(given[spelt]) for name, spelt in _HEADERS if spelt in given}
    headers.setdefault(b"host", _bytes(url.netloc))
    return Asked(_bytes(request.method), _bytes(url.query), headers, _body(request.body))


def sync_response(request: Any, answered: Answered) -> AWSResponse:
    response = AWSResponse(request.url, answered.status, answered.headers, Body(answered.body))
    response._content = answered.body
    return response


def async_response(request: Any, answered: Answered) -> Any:
    from aiobotocore.awsrequest import AioAWSResponse

    headers = {name.lower(): value for name, value in answered.headers}
    response = AioAWSResponse(request.url, answered.status, headers, AsyncBody(answered.body))
    response._content = answered.body
    return response


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode("utf-8")


def _body(body: Any) -> bytes:
    """A hook may have put a text or a file in the place of the bytes."""
    if body is None:
        return b""
    if hasattr(body, "read"):
        body = body.read()
    return body.encode("utf-8") if isinstance(body, str) else bytes(body)
