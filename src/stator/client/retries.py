"""When a call is worth another try, and after what delay: as AWS's SDKs do for DynamoDB.

Tried again: throttling, what failed on the other side (5xx), answers that were cut or damaged on their way, and
connections that broke. A delay is random below a bound that doubles, so that many clients do not come back together.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable

from stator.errors import ServiceError, UnreachableError

ATTEMPTS_MAX = 10
# A database that is not there will not be a moment later: said soon, where throttling is waited out
_UNREACHABLE_ATTEMPTS_MAX = 3
_DELAY_S = 0.05
_DELAY_S_MAX = 20.0
_WAIT_IT_OUT = frozenset(
    (
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionInProgressException",
    )
)
_SERVER_FAULT = 500


class Retries:
    """A policy. Safe to share between threads."""

    def __init__(
        self,
        attempts_max: int = ATTEMPTS_MAX,
        sleep: Callable[[float], None] = time.sleep,
        rng: random.Random | None = None,
    ) -> None:
        self._attempts_max = attempts_max
        self._sleep = sleep
        self._rng = rng or random.Random()

    def wait(self, attempt: int, error: ServiceError | UnreachableError, status: int = 0) -> None:
        """Returns when the call may be tried again after its failed `attempt` (from 1), else raises `error`."""
        attempts_max = self._attempts_max
        if isinstance(error, UnreachableError):
            attempts_max = min(attempts_max, _UNREACHABLE_ATTEMPTS_MAX)
        elif status < _SERVER_FAULT and error.code not in _WAIT_IT_OUT:
            raise error
        if attempt >= attempts_max:
            raise error
        self._sleep(self._rng.random() * min(_DELAY_S * 2 ** (attempt - 1), _DELAY_S_MAX))
