"""As hard as production: reads that lag, states that linger, batches that come back in part, writes that collide.

All off by default. What happens is drawn from the database's one random generator, and what is drawn depends on the
requests alone, never on the time: a run with the same seed and the same requests, one after another, repeats.

- index lag: a read of a global index does not see the last few writes;
- stale reads: nor does an eventually consistent read of a table or a local index;
- lingering states: a table stays CREATING, UPDATING or DELETING for a while (engine.lingering);
- partial batches: now and then a batch leaves a part undone, never all of it;
- conflicts: now and then a write of one item, or a transaction, finds an item held by another transaction. With one
  writer that cannot happen by itself.

How many writes a read does not see is drawn. Time only bounds it: a write that is INDEX_LAG_S_MAX or STALE_S_MAX old
is seen by every read.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from stator.clock import Clock
from stator.engine.past import History, Past
from stator.errors import TransactionConflictException
from stator.limits import (
    CONFLICT_SHARE,
    INDEX_FRESH_SHARE,
    INDEX_LAG_S_MAX,
    LINGER_S_MAX,
    LINGER_S_MIN,
    PARTIAL_BATCH_SHARE,
    STALE_FRESH_SHARE,
    STALE_S_MAX,
    UNSEEN_WRITES_MAX,
)
from stator.storage.contract import Store


@dataclass(frozen=True, slots=True)
class LikeAws:
    """Which of AWS's hardships are on. `conflict_rate`: how many of all writes of one item, and of all transactions,
    meet a conflict, from 0 to 1."""

    index_lag: bool = False
    stale_reads: bool = False
    lingering_states: bool = False
    partial_batches: bool = False
    conflict_rate: float = 0.0

    @classmethod
    def all(cls) -> LikeAws:
        return cls(True, True, True, True, CONFLICT_SHARE)


EASY = LikeAws()
CONFLICT = "Transaction is ongoing for the item"


class Hardships:
    """Draws what the chosen hardships do. Shared by threads: the generator's single draws are atomic."""

    def __init__(self, chosen: LikeAws, clock: Clock, rng: random.Random) -> None:
        self.chosen = chosen
        self.history = History(clock)
        self._rng = rng
        # Whether writes must be noted
        self.remembers = chosen.index_lag or chosen.stale_reads

    def look_back(self, store: Store, of_global_index: bool) -> Past | None:
        """The past that an eventually consistent read is given, or None for the present."""
        if of_global_index:
            if not self.chosen.index_lag:
                return None
            since = self.history.before_last(self._unseen(INDEX_FRESH_SHARE), INDEX_LAG_S_MAX)
        else:
            if not self.chosen.stale_reads:
                return None
            since = self.history.before_last(self._unseen(STALE_FRESH_SHARE), STALE_S_MAX)
        return None if since is None else Past(store, self.history, since)

    def _unseen(self, fresh_share: float) -> int:
        """How many of the last writes a read does not see: often few, seldom many. One draw, whatever there is."""
        drawn = self._rng.random()
        if drawn < fresh_share:
            return 0
        return int(UNSEEN_WRITES_MAX ** ((drawn - fresh_share) / (1 - fresh_share)))

    def linger_s(self) -> float:
        """How long a state that begins now lasts, in seconds."""
        return self._rng.uniform(LINGER_S_MIN, LINGER_S_MAX) if self.chosen.lingering_states else 0.0

    def unprocessed(self, count: int) -> frozenset[int]:
        """Which of a batch's `count` parts, numbered from 0, are left undone: never all of them."""
        if not self.chosen.partial_batches or count < 2 or self._rng.random() >= PARTIAL_BATCH_SHARE:
            return frozenset()
        return frozenset(self._rng.sample(range(count), self._rng.randrange(1, count)))

    def refuse_conflict(self) -> None:
        """Before a write of one item. Raises TransactionConflictException now and then; nothing is written then."""
        if self.chosen.conflict_rate and self.conflicting(1) is not None:
            raise TransactionConflictException(CONFLICT)

    def conflicting(self, count: int) -> int | None:
        """Which of a transaction's `count` actions, numbered from 0, meets a conflict; None: none does."""
        rate = self.chosen.conflict_rate
        if not rate or self._rng.random() >= rate:
            return None
        return self._rng.randrange(count)
