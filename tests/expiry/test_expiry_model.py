"""Any writes, renewals, switches and steps, of two processes, against a dict of what each item's time is.

Steps may be under way while other things happen. After each, every item that has not expired is there with the time it
was last given, what has expired may be gone, and nothing else is; at the end all that has expired is gone.
"""

from __future__ import annotations

from collections.abc import Callable
from math import ceil
from typing import Any

import pytest
from expiring import NOW, Expiring, SharedStore
from hypothesis import given, settings
from hypothesis import strategies as st

from stator.clock import ManualClock
from stator.errors import ValidationException
from stator.limits import EXPIRY_AGE_S_MAX
from stator.storage.contract import Steps

Members = dict[str, Any]

KEYS = st.sampled_from(["a", "b", "c"])
# Expired, about to, and at the edge of what is too long past
OFFSETS = st.sampled_from(
    [None, -5, -1, 0, 1, 3, -EXPIRY_AGE_S_MAX - 1, -EXPIRY_AGE_S_MAX, 1 - EXPIRY_AGE_S_MAX]
)
ATTRIBUTES = st.sampled_from(["ttl", "ttl", "other"])
NOTHING = st.none()
BEGIN = st.tuples(st.just("begin expiry"), NOTHING, NOTHING)
FINISH = st.tuples(st.just("finish"), NOTHING, NOTHING)
ACTS = st.one_of(
    st.tuples(st.just("put"), KEYS, OFFSETS),
    BEGIN,
    st.tuples(st.just("renew"), KEYS, st.integers(0, 9)),
    FINISH,
    st.tuples(st.just("wait"), NOTHING, st.sampled_from([0.5, 1, 2, 5])),
    BEGIN,
    st.tuples(st.just("put"), KEYS, OFFSETS),
    st.tuples(st.just("delete"), KEYS, NOTHING),
    st.tuples(st.just("switch"), st.booleans(), ATTRIBUTES),
    st.tuples(st.just("begin job"), NOTHING, NOTHING),
    st.tuples(st.just("touch"), KEYS, NOTHING),
    FINISH,
)
RUNS = st.lists(st.tuples(st.integers(0, 1), ACTS), min_size=4, max_size=40)


class Model:
    """`items`: by key, the times of the item in its two attributes. `attribute`: the one by which they expire."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.items: dict[str, dict[str, int]] = {}
        self.attribute: str | None = None

    def second(self, key: str) -> int | None:
        return None if self.attribute is None else self.items[key].get(self.attribute)

    def may_go(self, key: str, began: float) -> bool:
        """Whether a step that began at `began` may delete the item."""
        second = self.second(key)
        return second is not None and second < began and not is_too_old(second, began)

    def check(self, keys: list[str], began: float | None = None) -> None:
        """`keys` are all that there are, after a step that began at `began` (None: now)."""
        began = self.clock.now() if began is None else began
        assert set(keys) <= set(self.items)
        for key in set(self.items) - set(keys):
            assert self.may_go(key, began), f"{key} was deleted before its time"
            del self.items[key]


def is_too_old(second: int, now: float) -> bool:
    return second < int(now) - EXPIRY_AGE_S_MAX


class Run:
    """Two processes on one store, and the model."""

    def __init__(self) -> None:
        clock = ManualClock(float(NOW))
        store = SharedStore()
        self.processes = [Expiring(store, clock), Expiring(store, clock)]
        self.model = Model(clock)
        self.unfinished: list[tuple[float, Callable[[], None]]] = []
        self.processes[0].create()

    def act(self, process: Expiring, name: str, what: Any, how: Any) -> None:
        model = self.model
        if name == "put":
            model.items[what] = self.put(process, what, how)
        elif name == "renew":
            second = ceil(model.clock.now()) + how
            self.update(process, what, "SET #t = :v", second)
            model.items.setdefault(what, {})["ttl"] = second
        elif name == "touch":
            self.update(process, what, "SET v = :v", 1)
            model.items.setdefault(what, {})
        elif name == "delete":
            process.call("DeleteItem", Key={"pk": {"S": what}})
            model.items.pop(what, None)
        elif name == "wait":
            model.clock.advance(how)
        elif name == "switch":
            self.switch(process, what, how)
        elif name == "begin expiry":
            self.begin(process, process.db.expiry.step())
        elif name == "begin job":
            self.begin(process, process.db.jobs.step())
        elif self.unfinished:
            began, finish = self.unfinished.pop(0)
            finish()
            model.check(process.keys(), began)

    def put(self, process: Expiring, key: str, offset: int | None) -> dict[str, int]:
        if offset is None:
            process.put(key, {"S": "never"})
            return {}
        second = int(self.model.clock.now()) + offset
        process.put(key, second, other={"N": str(second + 7)})
        return {"ttl": second, "other": second + 7}

    def update(self, process: Expiring, key: str, expression: str, value: int) -> None:
        request: Members = {"Key": {"pk": {"S": key}}, "UpdateExpression": expression}
        if "#t" in expression:
            request["ExpressionAttributeNames"] = {"#t": "ttl"}
        process.call("UpdateItem", **request, ExpressionAttributeValues={":v": {"N": str(value)}})

    def switch(self, process: Expiring, enabled: bool, attribute: str) -> None:
        patch = pytest.MonkeyPatch()
        try:
            with patch.context() as within:
                within.setattr("stator.api.ttl.BACKFILL_FIRST_ITEMS", 0)
                process.switch(enabled, attribute=attribute)
        except ValidationException:
            return
        self.model.attribute = attribute if enabled else None

    def begin(self, process: Expiring, steps: Steps[bool]) -> None:
        try:
            work = next(steps)
        except StopIteration:
            return
        assert work is not None

        def finish() -> None:
            assert work is not None
            try:
                following = steps.send(process.store.transact(work.run, work.decides, work.shares))
                while following is not None:
                    following = steps.send(
                        process.store.transact(following.run, following.decides, following.shares)
                    )
            except StopIteration:
                return

        self.unfinished.append((self.model.clock.now(), finish))


@settings(max_examples=300)
@given(st.booleans(), RUNS)
def test_what_has_not_expired_stays_and_what_has_goes(
    enabled: bool, run: list[tuple[int, tuple[str, Any, Any]]]
):
    patch = pytest.MonkeyPatch()
    with patch.context() as small:
        small.setattr("stator.engine.backfill.JOB_STEP_ROWS", 2)
        small.setattr("stator.engine.expiry_jobs.JOB_STEP_ROWS", 2)
        small.setattr("stator.engine.expiry.EXPIRY_STEP_ROWS", 4)
        drawn = Run()
        one, two = drawn.processes
        if enabled:
            one.enable()
            drawn.model.attribute = "ttl"
        for process, (name, what, how) in run:
            if name in ("renew", "touch"):
                # Whether there is an item to update is not known to the model unless it looks
                drawn.model.check(one.keys())
            drawn.act(drawn.processes[process], name, what, how)
            drawn.model.check(two.keys())
        while drawn.unfinished:
            drawn.act(one, "finish", None, None)
        one.work_off()
        one.expire()
        model, now = drawn.model, drawn.model.clock.now()
        model.check(one.keys())
        assert [key for key in model.items if model.may_go(key, now)] == []
        assert one.count() == len(model.items)
        waiting = {key: model.second(key) for key in model.items}
        assert one.entries() == {
            key: second
            for key, second in waiting.items()
            if second is not None and not is_too_old(second, now)
        }
