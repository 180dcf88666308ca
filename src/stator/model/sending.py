"""Actions -> requests, sent: one by itself, several as a transaction; and what their failures mean.

Tried again, after a random delay below a bound that doubles: a transaction that met another one, and too much traffic.
A write with a token is sent as a transaction that carries it: sent again within ten minutes it is done once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from stator.errors import ServiceError
from stator.model.actions import OPERATIONS, Action
from stator.model.faults import ArgumentError
from stator.model.running import Ask, Asks, Runner

ACTIONS_MAX: Final = 100
_TRY_AGAIN: Final = frozenset(
    (
        "ProvisionedThroughputExceededException", "ThrottlingException", "RequestLimitExceeded",
        "TransactionConflictException", "TransactionInProgressException",
    )
)  # fmt: skip
_REASONS_TRY_AGAIN: Final = frozenset(
    ("TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded")
)


def sent(
    runner: Runner, actions: Sequence[Action], now: Callable[[], float], token: str | None = None,
    returns: str | None = None,
) -> Asks[dict[str, Any]]:  # fmt: skip
    """Carries the actions out, all or none. Raises ModelError for a condition that does not hold. `returns`:
    ReturnValues, of one action by itself."""
    if not actions:
        return {}
    if len(actions) == 1 and token is None and actions[0].operation in OPERATIONS:
        request = dict(actions[0].request)
        if returns is not None:
            request["ReturnValues"] = returns
        return (yield from _again(runner, Ask(OPERATIONS[actions[0].operation], request), actions, now))
    if len(actions) > ACTIONS_MAX:
        raise ArgumentError(f"{len(actions)} writes in a transaction; it takes at most {ACTIONS_MAX}")
    arguments: dict[str, Any] = {"TransactItems": [{action.operation: action.request} for action in actions]}
    if token is not None:
        arguments["ClientRequestToken"] = token
    return (yield from _again(runner, Ask("transact_write_items", arguments), actions, now))


def _again(
    runner: Runner, ask: Ask, actions: Sequence[Action], now: Callable[[], float]
) -> Asks[dict[str, Any]]:
    attempt = 1
    while True:
        try:
            answer: dict[str, Any] = yield ask
            return answer
        except ServiceError as error:
            if error.code == "IdempotentParameterMismatchException":
                return {}  # done already: see tokens
            if not _is_worth_another_try(error) or attempt >= runner.attempts_max:
                raise _translated(error, actions, now()) from error
        yield runner.delay(attempt)
        attempt += 1


def _is_worth_another_try(error: ServiceError) -> bool:
    if error.code in _TRY_AGAIN:
        return True
    if error.code != "TransactionCanceledException":
        return False
    codes = {reason.get("Code") for reason in reasons_of(error)} - {"None", None}
    return bool(codes) and codes <= _REASONS_TRY_AGAIN


def reasons_of(error: ServiceError) -> list[dict[str, Any]]:
    return list(error.extra.get("CancellationReasons") or ())


def _translated(error: ServiceError, actions: Sequence[Action], now: float) -> Exception:
    if error.code == "ConditionalCheckFailedException":
        return actions[0].refusal(error.extra.get("Item"), now)
    if error.code == "TransactionCanceledException":
        for action, reason in zip(actions, reasons_of(error), strict=False):
            if reason.get("Code") == "ConditionalCheckFailed":
                return action.refusal(reason.get("Item"), now)
    return error
