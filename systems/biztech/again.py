"""What lost a race is tried again, after a random time below a bound that doubles."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

from stator.errors import ServiceError
from stator.model import ModelError, StaleError

T = TypeVar("T")

ATTEMPTS_MAX: Final = 200
_DELAY_S: Final = 0.002
_DELAY_S_MAX: Final = 0.25


class BusyError(ModelError):
    """Other writes came first, every time. Nothing was written: try again."""


@dataclass(frozen=True, slots=True)
class Again:
    """Shared by threads. `sleep`: takes seconds."""

    random: random.Random
    sleep: Callable[[float], None]

    def __call__(self, decide: Callable[[], T]) -> T:
        """Runs `decide`, which reads, decides, and writes all or nothing; and runs it anew as long as another write
        came between: StaleError, or a transaction that met another. Raises BusyError after 200 attempts."""
        for attempt in range(ATTEMPTS_MAX):
            try:
                return decide()
            except StaleError:
                pass
            except ServiceError as error:
                if not is_conflict(error):
                    raise
            self.sleep(self.random.random() * min(_DELAY_S * 2 ** min(attempt, 16), _DELAY_S_MAX))
        raise BusyError(f"other writes came first {ATTEMPTS_MAX} times: nothing was changed, try again")


def is_conflict(error: ServiceError) -> bool:
    """Whether a write met another one in flight, and nothing else was wrong."""
    if error.code == "TransactionConflictException":
        return True
    if error.code != "TransactionCanceledException":
        return False
    codes = {reason.get("Code") for reason in error.extra.get("CancellationReasons") or ()} - {"None", None}
    return codes == {"TransactionConflict"}
