"""A server over the memory store with operations that show what HTTP does, not what DynamoDB does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from raw_http import RawClient

from stator.api.call import Call
from stator.clock import ManualClock
from stator.engine.database import Database, Options
from stator.errors import ConditionalCheckFailedException
from stator.server.background import BackgroundServer
from stator.server.bounds import Bounds
from stator.server.listening import new_loop
from stator.server.requestlog import RequestLog
from stator.server.server import Listening
from stator.storage.contract import Steps, Work
from stator.storage.memory import MemoryStore


class Gate:
    """Holds steps back until `open` is set, a turn at a time."""

    def __init__(self) -> None:
        self.open = False
        self.entered = 0


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
        self.gate = Gate()
        self.lines: list[str] = []
        self.calls: list[tuple[str, Any]] = []
        self.db = Database(MemoryStore(), Options(namespace=namespace))
        log = RequestLog(self.lines.append, self.clock, as_json=as_json, slow_s=slow_s)
        self.background = BackgroundServer(
            self.db,
            listening,
            operations=self._operations(),
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

    def _operations(self) -> dict[str, Callable[..., Any]]:
        return {
            "GetItem": self._get_item,
            "PutItem": self._put_item,
            "DeleteItem": self._fail,
            "UpdateItem": self._refuse,
            "Scan": self._scan,
            "Query": self._large,
            "ListTables": lambda db, request, call: {"TableNames": [call.account, call.region]},
        }

    def _get_item(self, db: Database, request: Any, call: Call) -> dict[str, Any]:
        call.table, call.items_read, call.items_returned, call.read_units = request["TableName"], 1, 1, 0.5
        return {"Item": request["Key"]}

    def _put_item(self, db: Database, request: Any, call: Call) -> Steps[dict[str, Any]]:
        number = yield Work(lambda transaction: transaction.append(b"log", b"x"), (b"log",))
        return {"Attributes": {"n": {"N": str(number)}}}

    def _fail(self, db: Database, request: Any, call: Call) -> dict[str, Any]:
        raise ZeroDivisionError("a bug of ours")

    def _refuse(self, db: Database, request: Any, call: Call) -> Steps[dict[str, Any]]:
        yield None
        raise ConditionalCheckFailedException("The conditional request failed")

    def _scan(self, db: Database, request: Any, call: Call) -> Steps[dict[str, Any]]:
        self.gate.entered += 1
        while not self.gate.open:
            yield None
        return {"Count": 0}

    def _large(self, db: Database, request: Any, call: Call) -> dict[str, Any]:
        self.calls.append((call.operation, None))
        return {"Items": ["x" * request.get("Limit", 1_000_000)]}


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
