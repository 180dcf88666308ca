"""Clients in one thread, taken on a step at a time in an order drawn from a seed, on a store whose loop and whose
helper are turned by hand: reads and other works come between any two steps of an operation, its work's group, that
group's commit and its answer. Time is the number of the step, and the same seed makes the same history.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Generator
from typing import Any

import msgspec
from hand_loop import HandLoop
from history import Op, Recorder
from items_client import CREATE, request_of, result_of, result_of_refusal
from models import Action, Result
from traffic import Client

from stator.api.call import Call
from stator.api.operations import handler_of, service_of
from stator.api.shapes import check
from stator.client.in_process import InProcess
from stator.engine.database import Database
from stator.errors import ServiceError
from stator.storage.contract import Aside, Step, Store

STEPS_MAX = 200_000


class Driven:
    """`clients`, by their number and seed, do `each` actions, interleaved."""

    def __init__(
        self,
        db: Database,
        seed: int,
        client: Callable[[int, int], Client] = Client,
        clients: int = 5,
        each: int = 30,
    ) -> None:
        self._db = db
        self._chances = random.Random(seed)
        self._step = 0
        self.recorder = Recorder(lambda: self._step)
        self._loop = HandLoop()
        self._each = each
        self._ready: list[Generator[Step, Any, None]] = [
            self._life(client(number, seed)) for number in range(clients)
        ]
        self._sent: dict[int, tuple[Any, BaseException | None]] = {}
        self._alive = clients
        db.store.attach(self._loop)

    def run(self) -> list[Op]:
        """The history, once all clients have done all."""
        while self._alive:
            self._step += 1
            assert self._step < STEPS_MAX, "nothing goes on"
            self._one()
        return self.recorder.ops

    def _one(self) -> None:
        kind = self._chances.random()
        if self._loop.ready and (kind < 0.2 or not self._ready):
            self._loop.turn()
        elif self._loop.helper and (kind < 0.3 or not self._ready):
            self._loop.help()
        elif self._ready:
            self._take_on(self._ready.pop(self._chances.randrange(len(self._ready))))
        else:
            self._loop.wait()

    def _take_on(self, life: Generator[Step, Any, None]) -> None:
        result, error = self._sent.pop(id(life), (None, None))
        try:
            step = life.send(result) if error is None else life.throw(error)
        except StopIteration:
            self._alive -= 1
            return
        if step is None:
            self._ready.append(life)
            return
        assert not isinstance(step, Aside), "no operation on items has one"

        def done(result: Any, error: BaseException | None) -> None:
            self._sent[id(life)] = (result, error)
            self._ready.append(life)

        self._db.store.submit(step, done)

    def _life(self, client: Client) -> Generator[Step, Any, None]:
        for _ in range(self._each):
            action = client.next()
            called = self._step
            yield None
            result = yield from self._perform(action)
            yield None
            self.recorder.add(Op(client.number, action, called, self._step, result))
            client.saw(action, result)

    def _perform(self, action: Action) -> Generator[Step, Any, Result]:
        operation, request = request_of(action)
        options = self._db.options
        try:
            checked = check(operation, request, service_of(operation))
            outcome = handler_of(operation)(
                self._db, checked, Call(operation, options.account, options.region)
            )
            answer = outcome if isinstance(outcome, dict) else (yield from outcome)
        except ServiceError as error:
            return result_of_refusal(error.code, error.message)
        return result_of(action, _as_sent(answer))


def _as_sent(answer: dict[str, Any]) -> dict[str, Any]:
    """As a client decodes it: what lies in an answer as bytes of JSON is unfolded."""
    decoded: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(answer))
    return decoded


def database(store: Store) -> Database:
    """With the table."""
    db = Database(store)
    InProcess(db).call("CreateTable", CREATE)
    return db
