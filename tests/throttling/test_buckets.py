"""Against a plain model: whatever is asked whenever, what is let in and what it leaves is what the rule says."""

from __future__ import annotations

from doors import InProcessDoor, Refusal
from hypothesis import given
from hypothesis import strategies as st
from throttled_tables import create, item, units

from stator.clock import ManualClock
from stator.engine.database import Database, Options
from stator.storage.memory import MemoryStore

STEPS = st.lists(st.tuples(st.integers(0, 40), st.integers(1, 12)), max_size=30)
"""Quarters of a second that pass, and the units of the write that follows."""


@given(st.integers(1, 5), STEPS)
def test_writes_are_let_in_while_anything_is_left_and_pay_in_full(
    rate: int, steps: list[tuple[int, int]]
) -> None:
    clock = ManualClock()
    door = InProcessDoor(Database(MemoryStore(), Options(enforce_capacity=True), clock))
    create(door, ProvisionedThroughput=units(1, rate))
    door.call("Scan", {"TableName": "music"})
    left = float(rate)
    for quarters, cost in steps:
        clock.advance(quarters / 4)
        left = min(left + rate * quarters / 4, rate * 300)
        request = {"TableName": "music", "Item": item(str(cost), size=cost * 1024)}
        try:
            door.call("PutItem", {**request, "ReturnConsumedCapacity": "TOTAL"})
            let_in = True
        except Refusal:
            let_in = False
        assert let_in == (left > 0)
        left -= cost if let_in else 0
