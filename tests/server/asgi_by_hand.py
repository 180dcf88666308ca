"""An ASGI server played by hand: what an app receives is what a test says, and what it sends is kept."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from typing import Any

from raw_http import SIGNED, Answer

from stator.asgi import App

GONE = {"type": "http.disconnect"}


def scope_of(
    operation: str = "GetItem",
    headers: dict[str, str] | None = None,
    method: str = "POST",
    path: str = "/",
    server: tuple[str, int | None] | None = ("127.0.0.1", 8000),
    **more: Any,
) -> dict[str, Any]:
    lines = {**SIGNED, "X-Amz-Target": f"DynamoDB_20120810.{operation}", **(headers or {})}
    pairs = [(k.lower().encode(), v.encode()) for k, v in lines.items() if v]
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": pairs,
        "server": server,
        **more,
    }


def parts(body: Any, sizes: Iterable[int] = ()) -> list[dict[str, Any]]:
    """A body as messages: in parts of these sizes, then the rest."""
    data = body if isinstance(body, bytes) else json.dumps(body if body is not None else {}).encode()
    messages = []
    for size in sizes:
        messages.append({"type": "http.request", "body": data[:size], "more_body": True})
        data = data[size:]
    return [*messages, {"type": "http.request", "body": data, "more_body": False}]


class Visitor:
    """One request. `give` lets a message arrive; `take` lets the client read (it does from the start on unless
    `takes` is false)."""

    def __init__(
        self, app: App, scope: dict[str, Any], given: Iterable[dict[str, Any]], takes: bool = True
    ) -> None:
        self.sent: list[dict[str, Any]] = []
        self._arriving: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        for message in given:
            self.give(message)
        self._taking = asyncio.Event()
        if takes:
            self.take()
        self.task = asyncio.get_running_loop().create_task(app(scope, self._arriving.get, self._send))

    def give(self, message: dict[str, Any]) -> None:
        self._arriving.put_nowait(message)

    def take(self) -> None:
        self._taking.set()

    async def _send(self, message: Any) -> None:
        self.sent.append(message)
        await self._taking.wait()

    async def answer(self) -> Answer:
        await self.task
        start, *bodies = self.sent
        assert [message["type"] for message in self.sent] == [
            "http.response.start",
            *["http.response.body"] * len(bodies),
        ]
        assert [message["more_body"] for message in bodies] == [True] * (len(bodies) - 1) + [False]
        headers = {name.decode(): value.decode() for name, value in start["headers"]}
        assert len(headers) == len(start["headers"])
        return Answer(start["status"], headers, b"".join(message["body"] for message in bodies))


async def visit(app: App, operation: str, body: Any = None, **more: Any) -> Answer:
    answer = await Visitor(app, scope_of(operation, **more), parts(body)).answer()
    return answer.check() if more.get("method") != "HEAD" else answer


async def until(seen: Any) -> None:
    """Runs turns of the loop until something is seen."""
    for _ in range(100_000):
        if seen():
            return
        await asyncio.sleep(0)
    raise AssertionError("it was never seen")
