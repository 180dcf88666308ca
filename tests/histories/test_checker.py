"""The checker of histories itself: what it must let pass, each fault it must find, and its answers against those of a
search through all orders."""

from __future__ import annotations

import random
from itertools import permutations

import pytest
from checker import TooWide, violation
from history import Op, parts
from models import (
    DONE,
    FAILED,
    REFUSED,
    UNKNOWN,
    Action,
    Add,
    Get,
    ReadAll,
    Result,
    Transact,
    Write,
    nothing,
    run,
)

Line = tuple[int, int | None, Action, Result]
"""From, to, what, with what result."""

X, Y = "p/1", "p/2"


def history(*lines: Line) -> list[Op]:
    return [
        Op(client, action, called, ended, result)
        for client, (called, ended, action, result) in enumerate(lines)
    ]


SOUND: dict[str, list[Op]] = {
    "nothing": [],
    "a read of what was written": history((0, 1, Write(X, 1), None), (2, 3, Get(X), 1)),
    "a read beside a write sees the old value": history((0, 9, Write(X, 1), None), (2, 3, Get(X), None)),
    "or the new one": history((0, 9, Write(X, 1), None), (2, 3, Get(X), 1)),
    "two reads beside a write see it come": history(
        (0, 9, Write(X, 1), None), (2, 3, Get(X), None), (4, 5, Get(X), 1)
    ),
    "a write without an answer that was done": history((0, 5, Write(X, 1), UNKNOWN), (6, 7, Get(X), 1)),
    "one that was not": history((0, 5, Write(X, 1), UNKNOWN), (6, 7, Get(X), None)),
    "one that is done late": history(
        (0, None, Write(X, 1), UNKNOWN), (6, 7, Get(X), None), (8, 9, Get(X), 1)
    ),
    "a condition that fails beside a write": history(
        (0, 9, Write(X, 1), None), (2, 3, Write(X, 2, (1,)), REFUSED)
    ),
    "a condition on an open write": history((0, 9, Write(X, 1), None), (2, 3, Write(X, 2, (1,)), 1)),
    "what was turned away": history((0, 1, Write(X, 1), FAILED), (2, 3, Get(X), None)),
    "additions in any order": history(
        (0, 9, Add(X, 1), 3), (0, 9, Add(X, 2), 2), (10, 11, Get(X), 3)
    ),
    "a transaction read as a whole": history(
        (0, 9, Transact((), ((X, 1), (Y, 1))), DONE), (2, 3, ReadAll((X, Y)), (1, 1))
    ),
    "a deletion that finds something only later": history(
        (0, 9, Transact((), ((X, None),)), DONE), (1, 3, Write(X, 1), None), (4, 5, Get(X), 1), (6, 7, Get(X), None)
    ),
    "a swap": history(
        (0, 1, Write(X, 1), None), (0, 1, Write(Y, 2), None),
        (2, 9, Transact(((X, 1), (Y, 2)), ((X, 3), (Y, 4))), DONE),
        (2, 9, Transact(((X, 1),), ((X, 5),)), REFUSED),
        (10, 11, ReadAll((X, Y), by_query=True), (3, 4)),
    ),
}  # fmt: skip

FAULTY: dict[str, list[Op]] = {
    "a stale read": history((0, 1, Write(X, 1), None), (2, 3, Write(X, 2), 1), (4, 5, Get(X), 1)),
    "a read that goes back": history(
        (0, 9, Write(X, 1), None), (2, 3, Get(X), 1), (4, 5, Get(X), None)
    ),
    "a lost update": history(
        (0, 1, Write(X, 1), None), (2, 5, Write(X, 2, (1,)), 1), (3, 6, Write(X, 3, (1,)), 1)
    ),
    "a lost addition": history((0, 5, Add(X, 1), 1), (2, 7, Add(X, 1), 1)),
    "a write skew": history(
        (0, 1, Transact((), ((X, 1), (Y, 1))), DONE),
        (2, 9, Transact(((X, 1), (Y, 1)), ((X, None),)), DONE),
        (3, 8, Transact(((X, 1), (Y, 1)), ((Y, None),)), DONE),
    ),
    "a transaction half of which is seen": history(
        (0, 9, Transact((), ((X, 1), (Y, 1))), DONE), (2, 3, ReadAll((X, Y)), (1, None))
    ),
    "a transaction half of which was done": history(
        (0, 1, Transact((), ((X, 1), (Y, 1))), DONE), (2, 3, Get(X), 1), (2, 3, Get(Y), None)
    ),
    "an unanswered transaction half of which was done": history(
        (0, 1, Transact((), ((X, 1), (Y, 1))), UNKNOWN), (2, 3, Get(X), 1), (4, 5, Get(Y), None)
    ),
    "an acknowledged write lost": history((0, 1, Write(X, 1), None), (2, 3, Get(X), None)),
    "a deletion lost": history((0, 1, Write(X, 1), None), (2, 3, Write(X, None), 1), (4, 5, Get(X), 1)),
    "a dirty read": history((0, 9, Write(X, 1), FAILED), (2, 3, Get(X), 1), (10, 11, Get(X), None)),
    "a refused write that was done": history(
        (0, 1, Write(X, 1, (7,)), REFUSED), (2, 3, Get(X), 1)
    ),
    "a condition that held and was refused": history(
        (0, 1, Write(X, 1), None), (2, 3, Write(X, 2, (1,)), REFUSED)
    ),
    "a counter applied twice": history((0, 5, Add(X, 2), UNKNOWN), (6, 7, Get(X), 4)),
    "a counter applied twice, unseen by its client": history((0, 1, Add(X, 2), 2), (2, 3, Add(X, 1), 5)),
    "an unanswered write that is done after its server died": history(
        (0, 3, Write(X, 1), UNKNOWN), (4, 5, Get(X), None), (6, 7, Get(X), 1)
    ),
    "a phantom in a query": history(
        (0, 1, Write(X, 1), None), (2, 3, Write(X, None), 1), (4, 5, Write(Y, 2), None),
        (3, 9, ReadAll((X, Y), by_query=True), (1, 2)),
    ),
    "an item that a query misses": history(
        (0, 1, Write(X, 1), None), (2, 5, ReadAll((X, Y), by_query=True), (None, None))
    ),
    "reads that saw two transactions in two orders": history(
        (0, 9, Write(X, 1), None), (0, 9, Write(Y, 2), None),
        (1, 5, ReadAll((X, Y)), (1, None)), (2, 6, ReadAll((X, Y)), (None, 2)),
    ),
    "a value that nobody wrote": history((0, 1, Get(X), 7)),
}  # fmt: skip


@pytest.mark.parametrize("name", SOUND)
def test_a_sound_history_passes(name: str) -> None:
    assert violation(SOUND[name]) is None


@pytest.mark.parametrize("name", FAULTY)
def test_a_faulty_history_is_found(name: str) -> None:
    assert violation(FAULTY[name]) is not None


def test_what_is_found_says_where() -> None:
    found = violation(FAULTY["a stale read"])
    assert found is not None
    assert found.op.action == Get(X)
    assert found.states == [((X, 2),)]
    assert "client 2: Get(key='p/1') -> 1\nwhere the state was one of\n  {'p/1': 2}" in str(found)


def test_a_history_goes_on_from_what_was_there_before() -> None:
    seen = history((0, 1, Get(X), 5))
    assert violation(seen, {X: 5}) is None
    assert violation(seen) is not None


def test_items_that_no_operation_joins_are_checked_apart() -> None:
    ops = history((0, 1, Get(X), None), (0, 1, ReadAll(("a/1", Y)), (None, None)), (0, 1, Get("a/1"), None))
    assert sorted(map(len, parts(ops))) == [1, 2]


def test_a_search_that_grows_too_wide_is_given_up_and_not_called_sound() -> None:
    keys = [f"p/{n}" for n in range(12)]
    open_ = [(n, None, Write(key, 1), UNKNOWN) for n, key in enumerate(keys)]
    with pytest.raises(TooWide):
        violation(history(*open_, (30, 31, ReadAll(tuple(keys)), (2,) * 12)), configurations_max=1000)


WRITTEN = history(
    (0, 9, Write(X, 1), None), (0, 9, Write(X, 2, (1,)), 1), (10, 11, Write(X, None), 2), (12, 13, Write(X, 5), UNKNOWN)
)  # fmt: skip
RECORDS = [(None, 1), (1, 2), (2, None)]


@pytest.mark.parametrize(
    ("records", "is_sound"),
    [
        (RECORDS, True),
        ([*RECORDS, (None, 5)], True),
        (RECORDS[:2], False),
        ([RECORDS[0], RECORDS[0], *RECORDS[1:]], False),
        ([RECORDS[1], RECORDS[0], RECORDS[2]], False),
        ([(None, 2), (2, 1), (1, None)], False),
        ([*RECORDS, (None, 7)], False),
        ([*RECORDS, (None, 5), (5, None)], False),
        ([], False),
    ],
)
def test_a_stream_must_tell_the_same_history(
    records: list[tuple[int | None, int | None]], is_sound: bool
) -> None:
    assert (violation(WRITTEN, records={X: records}) is None) is is_sound


def test_a_stream_tells_what_happened_first_first() -> None:
    """What reads saw says which of two writes came first, and the records must say so too."""
    ops = history((0, 9, Write(X, 1), None), (0, 9, Write(X, 2), 1), (5, 6, Get(X), 1))
    assert violation(ops, records={X: [(None, 1), (1, 2)]}) is None
    late = history((0, 1, Write(X, 1), UNKNOWN), (2, 3, Write(X, 2), None))
    assert violation(late, records={X: [(None, 2)]}) is None
    endless = history((0, None, Write(X, 1), UNKNOWN), (2, 3, Write(X, 2), None))
    assert violation(endless, records={X: [(None, 2), (2, 1)]}) is None
    assert violation(late, records={X: [(None, 2), (2, 1)]}) is not None


# Against a search through every order: slow, and too simple to be wrong


def is_linearizable(ops: list[Op]) -> bool:
    told = [op for op in ops if op.result != FAILED]
    answered = [op for op in told if op.result != UNKNOWN]
    maybe = [op for op in told if op.result == UNKNOWN]
    for chosen in range(1 << len(maybe)):
        done = answered + [op for place, op in enumerate(maybe) if chosen >> place & 1]
        if any(map(is_legal, permutations(done))):
            return True
    return False


def is_legal(order: tuple[Op, ...]) -> bool:
    state = nothing((X, Y))
    latest = -1
    for op in order:
        latest = max(latest, op.called)
        if op.ended is not None and op.ended < latest:
            return False
        result, state = run(op.action, state)
        if op.result not in (UNKNOWN, result):
            return False
    return True


def small_action(chances: random.Random, value: int) -> Action:
    choices: list[Action] = [
        Get(X), Get(Y), Write(X, value), Write(X, value, (chances.randrange(3),)), Add(Y, 1), ReadAll((X, Y)),
        Transact((), ((X, None),)), Transact(((X, None),), ((X, value), (Y, value))),
    ]  # fmt: skip
    return chances.choice(choices)


def small_history(chances: random.Random) -> list[Op]:
    """Six operations as they may come from a store, with one result changed in half of the histories."""
    lines: list[Line] = []
    state = nothing((X, Y))
    for place in range(6):
        action = small_action(chances, place)
        result, after = run(action, state)
        fate = chances.random()
        if fate < 0.15:
            result, after = UNKNOWN, chances.choice([state, after])
        elif fate < 0.25:
            result, after = FAILED, state
        state = after
        at = place * 10
        never = result == UNKNOWN and chances.random() < 0.5
        lines.append(
            (at - chances.randrange(35), None if never else at + chances.randrange(35), action, result)
        )
    if chances.random() < 0.5:
        place = chances.randrange(6)
        called, ended, action, result = lines[place]
        changed = run(action, tuple((key, chances.choice([None, 0, 1, 2])) for key in (X, Y)))[0]
        lines[place] = (called, 99 if ended is None else ended, action, changed)
    return history(*lines)


def test_its_answers_are_those_of_a_search_through_all_orders() -> None:
    verdicts = []
    for seed in range(400):
        ops = small_history(random.Random(seed))
        verdicts.append(is_linearizable(ops))
        assert (violation(ops) is None) == verdicts[-1], "\n".join(map(str, ops))
    assert 100 < sum(verdicts) < 350
