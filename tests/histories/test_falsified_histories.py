"""Histories that were recorded on a sound store and then falsified in one place: the checker finds it, unless other
clients were at the item just then and make the false answer a possible one."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from checker import violation
from driven import Driven, database
from history import Op
from models import DONE, FAILED, REFUSED, Add, Get, ReadAll, Transact, Value, Write
from msgspec.structs import replace
from traffic import Client

from stator.storage.memory import MemoryStore

SEEDS = range(4)
SHARE_FOUND_MIN = 0.7

Falsify = Callable[[Op, list[Op]], Op | None]
"""The false operation in the place of a true one, or None where it cannot be falsified so."""


def older(key: str, op: Op, history: list[Op], than: Value) -> Value:
    """The value that was put before the one that an operation saw; `than` again if there was none."""
    put = [each for each in history if isinstance(each.action, Write) and each.action.key == key]
    known = [each for each in put if not isinstance(each.result, str) and (each.ended or 0) < op.called]
    last = [each.result for each in known if isinstance(each.action, Write) and each.action.value == than]
    return last[-1] if last and isinstance(last[-1], int) else than


def stale_read(op: Op, history: list[Op]) -> Op | None:
    if not isinstance(op.action, Get) or not isinstance(op.result, int):
        return None
    return replace(op, result=older(op.action.key, op, history, op.result))


def stale_in_a_query(op: Op, history: list[Op]) -> Op | None:
    """A phantom: one item of many as it was before."""
    if not isinstance(op.action, ReadAll) or not isinstance(op.result, tuple) or not op.action.by_query:
        return None
    old = tuple(older(k, op, history, v) for k, v in zip(op.action.keys, op.result, strict=True))
    changed = [place for place, value in enumerate(op.result) if old[place] != value][:1]
    return replace(op, result=tuple(old[n] if n in changed else v for n, v in enumerate(op.result)))


def half_a_transaction(op: Op, history: list[Op]) -> Op | None:
    if not isinstance(op.action, Transact) or op.result != DONE or len(op.action.writes) < 2:
        return None
    return replace(op, action=replace(op.action, writes=op.action.writes[:1]))


def lost_write(op: Op, history: list[Op]) -> Op | None:
    """What was done is one that was turned away: seen from the other side, a dirty read."""
    is_done = isinstance(op.action, Write) and op.action.value is not None and not isinstance(op.result, str)
    return replace(op, result=FAILED) if is_done else None


def done_that_was_refused(op: Op, history: list[Op]) -> Op | None:
    """A lost update: the condition did not hold."""
    if not isinstance(op.action, Write) or op.result != REFUSED:
        return None
    return replace(op, result=op.action.if_was[0])


def counted_twice(op: Op, history: list[Op]) -> Op | None:
    return (
        replace(op, action=Add(op.action.key, op.action.amount * 2)) if isinstance(op.action, Add) else None
    )


@pytest.mark.parametrize(
    "falsify",
    [stale_read, stale_in_a_query, half_a_transaction, lost_write, done_that_was_refused, counted_twice],
)
def test_a_history_with_one_false_answer_is_found(falsify: Falsify) -> None:
    found = []
    for seed in SEEDS:
        history = Driven(database(MemoryStore()), seed, Client, clients=3, each=40).run()
        assert violation(history) is None
        for place, op in enumerate(history):
            false = falsify(op, history)
            if false is not None and false != op:
                found.append(violation([*history[:place], false, *history[place + 1 :]]) is not None)
    assert len(found) > 10
    assert sum(found) >= len(found) * SHARE_FOUND_MIN, f"{sum(found)} of {len(found)}"
