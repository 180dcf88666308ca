"""A server over the memory store with operations that show what HTTP does, not what DynamoDB does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from raw_http import RawClient
from shown_operations import ShownOperations

from stator.clock import ManualClock
from stator.engine.database import Database, Options
from stator.server.background import BackgroundServer
from stator.server.bounds import Bounds
from stator.server.listening import new_loop
from stator.server.requestlog import RequestLog
from stator.server.server import Listening
from stator.storage.memory import MemoryStore


class Rig:
    """A running server, and what a test moves by hand."""

    def __init__(
        self,
        listening: Listening,
        bounds: Bounds,
        namespace: str,
        as_json: bool,
        slow_s: float | None,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        self.clock = ManualClock()
        shown = ShownOperations()
        self.gate = shown.gate
        self.calls = shown.calls
        self.lines: list[str] = []
        self.db = Database(MemoryStore(), Options(namespace=namespace))
        log = RequestLog(self.lines.append, self.clock, as_json=as_json, slow_s=slow_s)
        self.background = BackgroundServer(
            self.db,
            listening,
            operations=shown.operations(),
            log=log,
            bounds=bounds,
            clock=self.clock,
            loop=loop,
        )
        self.endpoint = self.background.start()
        self.server = self.background.server

    def client(self, **options: Any) -> RawClient:
        return RawClient(self.endpoint, **options)

    def sweep(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.background.run(self.server.connections.sweep)

    def until(self, seen: Callable[[], Any]) -> None:
        """Runs turns of the loop until something is seen there; a connection that is not there yet is not seen."""

        def look() -> Any:
            try:
                return seen()
            except IndexError:
                return False

        for _ in range(100_000):
            if self.background.run(look):
                return
        raise AssertionError("it was never seen")

    def connections(self) -> list[Any]:
        return list(self.server.connections._open)

    def stop(self) -> None:
        self.background.stop()
        self.db.close()


@pytest.fixture(params=["the loop of this machine", "asyncio"])
def start(request: pytest.FixtureRequest) -> Iterator[Callable[..., Rig]]:
    rigs: list[Rig] = []

    def make(
        listening: Listening | None = None,
        namespace: str = "shared",
        as_json: bool = False,
        slow_s: float | None = None,
        **bounds: Any,
    ) -> Rig:
        loop = asyncio.new_event_loop() if request.param == "asyncio" else new_loop()
        rigs.append(Rig(listening or Listening(), Bounds(**bounds), namespace, as_json, slow_s, loop))
        return rigs[-1]

    yield make
    for rig in rigs:
        rig.gate.open = True
        rig.stop()


@pytest.fixture
def rig(start: Callable[..., Rig]) -> Rig:
    return start()
