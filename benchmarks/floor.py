"""A server that does nothing: the same HTTP parser and loop as Stator's, and one constant answer.

`python -m benchmarks.floor [--answer-bytes N]`: what the machine, Python and HTTP allow before a database does
anything. Its answer has the headers of a DynamoDB answer and a body of N bytes of JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import zlib
from typing import cast

import httptools
import uvloop


def constant_answer(body_bytes: int) -> bytes:
    """A 200 whose body is JSON of exactly this many bytes, at least 2."""
    body = b"{}" if body_bytes < 9 else b'{"x":"' + b"x" * (body_bytes - 8) + b'"}'
    lines = [
        b"HTTP/1.1 200 OK",
        b"Content-Type: application/x-amz-json-1.0",
        b"x-amzn-RequestId: 0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMNOP",
        b"x-amz-crc32: %d" % zlib.crc32(body),
        b"Content-Length: %d" % len(body),
    ]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


class DoNothing(asyncio.Protocol):
    """Parses requests as far as a server must and answers each with the same bytes."""

    answer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._parser = httptools.HttpRequestParser(self)
        self._headers: list[tuple[bytes, bytes]] = []

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_message_begin(self) -> None:
        self._headers = []

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers.append((name, value))

    def on_body(self, body: bytes) -> None:
        self._body = body

    def on_message_complete(self) -> None:
        self._transport.write(self.answer)


async def serve(answer_bytes: int) -> None:
    """Serves on a free port of this machine until SIGTERM."""
    loop = asyncio.get_running_loop()
    DoNothing.answer = constant_answer(answer_bytes)
    server = await loop.create_server(DoNothing, "127.0.0.1", 0, backlog=1024)
    stopped = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stopped.set)
    print(f"doing nothing on http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await stopped.wait()
    server.close()


def main() -> None:
    parser = argparse.ArgumentParser(description="A server that does nothing")
    parser.add_argument("--answer-bytes", type=int, default=2)
    uvloop.run(serve(parser.parse_args().answer_bytes))


if __name__ == "__main__":
    main()
