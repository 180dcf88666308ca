"""What every behaviour is given: the open tables, the clock, the randomness, the settings, the cached counts."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from systems.truthbyte.categories import CategoryCounts
from systems.truthbyte.design import TruthByteTables

HOUR_S: Final = 3600
DAY_S: Final = 86_400
ATTEMPTS_MAX: Final = 20
"""How often a change is decided anew because another write came first."""


@dataclass(frozen=True, slots=True)
class Settings:
    """`ip_salt`: what addresses are hashed with; a secret, and the same in every process. `days_late_max`: how many
    days after a challenge it may still be submitted; one, so that a game that was begun before midnight counts.
    `days_in_full`: of how many days a profile keeps each answer; of older ones it keeps the score and the rank."""

    ip_salt: str = ""
    sessions_an_hour_max: int = 20
    proposals_an_hour_max: int = 3
    proposals_a_day_max: int = 10
    days_late_max: int = 1
    days_in_full: int = 30
    daily_questions: int = 10


@dataclass(frozen=True, slots=True)
class World:
    """`now`: epoch seconds. Safe to share between threads as far as `random` is; the default one is."""

    tables: TruthByteTables
    now: Callable[[], float]
    random: random.Random
    settings: Settings
    counts: CategoryCounts

    def second(self) -> int:
        """The present epoch second."""
        return int(self.now())

    def moment(self) -> str:
        """The present moment as profiles have it: 2024-01-15T12:34:56.789Z."""
        moment = datetime.fromtimestamp(self.now(), UTC)
        return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z"

    def today(self) -> date:
        """In UTC."""
        return datetime.fromtimestamp(self.now(), UTC).date()
