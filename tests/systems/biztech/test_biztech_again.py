"""What lost a race is run again, for a while."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

import pytest

from stator.errors import (
    ServiceError,
    TransactionCanceledException,
    TransactionConflictException,
    ValidationException,
)
from stator.model import NotFoundError, StaleError
from systems.biztech import BusyError
from systems.biztech.again import ATTEMPTS_MAX, Again, is_conflict


def cancelled(*codes: str) -> ServiceError:
    return TransactionCanceledException("...", CancellationReasons=[{"Code": code} for code in codes])


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
def again(slept: list[float]) -> Again:
    return Again(random.Random(1), slept.append)


def failing(*errors: Exception) -> Callable[[], str]:
    """Raises each of them once, and then is done."""
    left: Iterator[Exception] = iter(errors)

    def decide() -> str:
        for error in left:
            raise error
        return "done"

    return decide


@pytest.mark.parametrize(
    "error",
    [
        StaleError("changed"),
        TransactionConflictException("busy"),
        cancelled("None", "TransactionConflict"),
        cancelled("TransactionConflict", "TransactionConflict"),
    ],
)
def test_what_lost_a_race_is_run_again(again: Again, slept: list[float], error: Exception) -> None:
    assert again(failing(error, error, error)) == "done"
    assert len(slept) == 3


@pytest.mark.parametrize(
    "error",
    [
        NotFoundError("gone"),
        ValidationException("wrong"),
        cancelled("TransactionConflict", "ConditionalCheckFailed"),
        cancelled("None", "None"),
        ValueError("a bug"),
    ],
)
def test_what_is_wrong_is_not(again: Again, slept: list[float], error: Exception) -> None:
    with pytest.raises(type(error)) as raised:
        again(failing(error))
    assert raised.value is error
    assert slept == []


def test_who_always_loses_is_told_so_after_bounded_waits(again: Again, slept: list[float]) -> None:
    runs = []

    def decide() -> None:
        runs.append(1)
        raise StaleError("changed")

    with pytest.raises(BusyError, match="nothing was changed, try again"):
        again(decide)
    assert len(runs) == ATTEMPTS_MAX
    assert max(slept[:3]) <= 0.002 * 2**2
    assert max(slept) <= 0.25
    assert sum(slept) < ATTEMPTS_MAX * 0.25


def test_a_conflict_is_told_from_other_refusals() -> None:
    assert is_conflict(cancelled("TransactionConflict"))
    assert not is_conflict(cancelled("ConditionalCheckFailed"))
    assert not is_conflict(TransactionCanceledException("without reasons"))
