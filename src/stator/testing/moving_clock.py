"""A clock that goes with the wall's, and that a test moves."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

Position = tuple[float, float | None]
"""How far it is ahead, and at which second of the wall's it stands still; None: it does not."""


class MovingClock:
    """The database's clock in a test. Time passes as it does outside, from wherever the clock was last moved to; so
    what a program computes from its own clock (when an item expires) and what the database does agree.

    After each move `moved` is called: what has fallen due then happens, before the move returns."""

    def __init__(self, moved: Callable[[], None] = lambda: None) -> None:
        self._moved = moved
        self._ahead_s = 0.0
        self._passed_s = 0.0
        self._stands_at: float | None = None

    def now(self) -> float:
        """Seconds since the epoch."""
        return (time.time() if self._stands_at is None else self._stands_at) + self._ahead_s

    def monotonic(self) -> float:
        return time.monotonic() + self._passed_s

    def advance(self, seconds: float) -> None:
        """Moves the clock forward, by so many `seconds`. Raises ValueError for a negative number: `set` goes back."""
        if seconds < 0:
            raise ValueError(f"{seconds} seconds forward is back; allowed: 0 or more (set goes to a moment)")
        self._ahead_s += seconds
        self._passed_s += seconds
        self._moved()

    def set(self, moment: datetime | float) -> None:
        """Moves the clock to a moment: seconds since the epoch, or a datetime (UTC where it has no zone)."""
        if isinstance(moment, datetime):
            moment = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
        change = moment - self.now()
        self._ahead_s += change
        self._passed_s += max(change, 0.0)
        self._moved()

    def stop(self, moment: datetime | float | None = None) -> None:
        """Stands still from now on, or at a moment, until it is moved again."""
        if self._stands_at is None:
            self._stands_at = time.time()
        if moment is not None:
            self.set(moment)

    def position(self) -> Position:
        """Where it is, for `return_to`."""
        return self._ahead_s, self._stands_at

    def return_to(self, position: Position) -> None:
        """Goes back there without anything falling due. What is only counted (monotonic) goes on."""
        self._ahead_s, self._stands_at = position

    def begin(self) -> None:
        """Goes with the wall's clock again."""
        self.return_to((0.0, None))
