"""What clients of a few items do, and what each must be answered: the sequential specification that histories are
checked against.

A state says what each item's number is, None where there is no item. An action is deterministic: `run` gives its
result and the state after it. That is all a checker needs to know of DynamoDB.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from msgspec import Struct

Value = int | None
Result = int | None | str | tuple[Value, ...]
State = tuple[tuple[str, Value], ...]
"""Of all keys that matter, in order."""

REFUSED: Final = "refused"
"""A condition did not hold, and nothing was written."""
DONE: Final = "done"
FAILED: Final = "failed"
"""Turned away for another reason, and nothing was written."""
UNKNOWN: Final = "unknown"
"""No answer: it was done whole or not at all."""

OFF_THE_RECORD: Final = "off the record"


class Get(Struct, frozen=True, tag=True):
    """A strongly consistent GetItem. Its result: the value."""

    key: str


class Write(Struct, frozen=True, tag=True):
    """Puts the value, or deletes the item when that is None. Its result: the old value, or REFUSED.

    `if_was`: the one value that the item must have for it, or nothing where it is written in any case."""

    key: str
    value: Value
    if_was: tuple[Value, ...] = ()


class Add(Struct, frozen=True, tag=True):
    """Adds to a counter, absent being 0. Its result: the new value."""

    key: str
    amount: int


class Transact(Struct, frozen=True, tag=True):
    """All the writes and additions, if all of `if_was` hold. Its result: DONE or REFUSED."""

    if_was: tuple[tuple[str, Value], ...] = ()
    writes: tuple[tuple[str, Value], ...] = ()
    adds: tuple[tuple[str, int], ...] = ()


class ReadAll(Struct, frozen=True, tag=True):
    """Reads all keys as they are at one moment; by a query they are one partition's. Its result: their values."""

    keys: tuple[str, ...]
    by_query: bool = False


class ReadEach(Struct, frozen=True, tag=True):
    """Reads all keys, all of one partition, by a query that may take long: each as it is at a moment of its own. Its
    result: their values."""

    keys: tuple[str, ...]


Action = Get | Write | Add | Transact | ReadAll | ReadEach


def keys_of(action: Action) -> tuple[str, ...]:
    if isinstance(action, ReadAll | ReadEach):
        return action.keys
    if isinstance(action, Transact):
        return tuple(key for key, _ in (*action.if_was, *action.writes, *action.adds))
    return (action.key,)


def nothing(keys: Iterable[str]) -> State:
    """The state in which no item is there."""
    return tuple((key, None) for key in sorted(set(keys)))


def run(action: Action, state: State) -> tuple[Result, State]:
    """The result of an action in a state, and the state that it leaves (the same object if it changes nothing)."""
    assert not isinstance(action, ReadEach), "it is as many reads as it has keys"
    held = dict(state)
    if isinstance(action, Get):
        return held[action.key], state
    if isinstance(action, ReadAll):
        return tuple(held[key] for key in action.keys), state
    if isinstance(action, Add):
        total = (held[action.key] or 0) + action.amount
        return total, _with(state, {action.key: total})
    if isinstance(action, Write):
        old = held[action.key]
        if action.if_was and action.if_was != (old,):
            return REFUSED, state
        return old, _with(state, {action.key: action.value})
    if any(held[key] != value for key, value in action.if_was):
        return REFUSED, state
    changes = dict(action.writes)
    changes.update({key: (held[key] or 0) + amount for key, amount in action.adds})
    return DONE, _with(state, changes)


Records = dict[str, list[tuple[Value, Value]]]
"""By key, the old and the new value of each of its records in a stream, in their order."""


def following(records: Records) -> Callable[[Action, State], tuple[Result, State]]:
    """`run` on states that say, too, how many records of each key have come (`place_of`): what changes an item must be
    its next record, or it has the result OFF_THE_RECORD."""

    def run_along(action: Action, state: State) -> tuple[Result, State]:
        result, after = run(action, state)
        held = dict(state)
        places: dict[str, Value] = {}
        for (key, old), (_, new) in zip(state, after, strict=True):
            if old != new:
                place = held[place_of(key)] or 0
                if records.get(key, [])[place : place + 1] != [(old, new)]:
                    return OFF_THE_RECORD, state
                places[place_of(key)] = place + 1
        return result, _with(after, places) if places else after

    return run_along


def place_of(key: str) -> str:
    """The name under which a state keeps how many of a key's records have come; None: none."""
    return f"{key} records"


def _with(state: State, changes: dict[str, Value]) -> State:
    return tuple((key, changes.get(key, value)) for key, value in state)
