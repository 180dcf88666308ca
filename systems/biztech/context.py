"""What every area works with: the design, the clock, ids, randomness, and how a lost race is run again."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from systems.biztech.again import Again
from systems.biztech.design import BizTechDesign


@dataclass(frozen=True, slots=True)
class Context:
    """Shared by threads. `now`: epoch seconds. `sleep`: takes seconds. `new_id`: a text that is new each time."""

    design: BizTechDesign
    now: Callable[[], float]
    random: random.Random
    sleep: Callable[[float], None]
    new_id: Callable[[], str]
    again: Again

    def moment(self) -> datetime:
        """Now, in UTC."""
        return datetime.fromtimestamp(self.now(), UTC)

    def now_ms(self) -> int:
        """Now, in epoch milliseconds."""
        return int(self.now() * 1000)


def ids_from(source: random.Random) -> Callable[[], str]:
    """UUIDs of version 4 from this source."""
    return lambda: str(uuid.UUID(int=source.getrandbits(128), version=4))
