"""What a client does next: drawn from its own seed and from what it has seen, so that many conditions hold and many do
not. Every value is written once in a history, so that a read says whose write it saw.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from items_client import WIDE
from models import Action, Add, Get, ReadAll, ReadEach, Result, Transact, Value, Write

PARTITIONS = ("a", "b")
SORTS = ("1", "2", "3")
REGISTERS = tuple(f"{partition}/{sort}" for partition in PARTITIONS for sort in SORTS)
COUNTERS = ("c/1", "d/1")


class Client:
    """`registers`: the items that are not counters; all of a partition's that there are."""

    def __init__(self, number: int, seed: int, registers: tuple[str, ...] = REGISTERS) -> None:
        self.number = number
        self._registers = registers
        self._chances = random.Random(f"{seed}/{number}")
        self._seen: dict[str, Value] = {}
        self._made = 0

    def next(self) -> Action:
        return self._chances.choice(self._kinds())()

    def _kinds(self) -> list[Callable[[], Action]]:
        several = [
            self._transact,
            self._transact,
            self._transact,
            self._read_all,
            self._read_all,
            self._query,
        ]
        return self._of_one() + several

    def _of_one(self) -> list[Callable[[], Action]]:
        return [self._get, self._get, self._write, self._write, self._write, self._add]

    def saw(self, action: Action, result: Result) -> None:
        """What an action was answered, for later conditions."""
        if isinstance(action, Get):
            assert not isinstance(result, str | tuple)
            self._seen[action.key] = result
        elif isinstance(action, ReadAll | ReadEach) and isinstance(result, tuple):
            self._seen |= dict(zip(action.keys, result, strict=True))
        elif isinstance(action, Write) and not isinstance(result, str):
            self._seen[action.key] = action.value
        elif isinstance(action, Transact) and result == "done":
            self._seen |= dict(action.writes)

    def _value(self) -> Value:
        """A new one, or None for a deletion."""
        self._made += 1
        return None if self._chances.random() < 0.15 else self._made * 100 + self.number

    def _get(self) -> Action:
        return Get(self._chances.choice((*self._registers, *COUNTERS)))

    def _write(self) -> Action:
        key = self._chances.choice(self._registers)
        if_was = (self._seen.get(key),) if self._chances.random() < 0.6 else ()
        return Write(key, self._value(), if_was)

    def _add(self) -> Action:
        return Add(self._chances.choice(COUNTERS), self._chances.randrange(1, 5))

    def _transact(self) -> Action:
        first, second, *others = self._chances.sample(self._registers, min(3, len(self._registers)))
        third = others[0] if others else first
        looked_at = self._chances.choice([(), (first,), (first, third), (third,)])
        return Transact(
            tuple((key, self._seen.get(key)) for key in dict.fromkeys(looked_at)),
            tuple((key, self._value()) for key in self._chances.choice([(first, second), (second,)])),
            ((COUNTERS[0], 1),) if self._chances.random() < 0.3 else (),
        )

    def _read_all(self) -> Action:
        keys = (*self._registers, *COUNTERS)
        return ReadAll(tuple(self._chances.sample(keys, min(4, len(keys)))))

    def _query(self) -> Action:
        partition = self._chances.choice(self._registers).split("/")[0]
        keys = tuple(key for key in self._registers if key.startswith(f"{partition}/"))
        return ReadAll(keys, by_query=True)


class OneByOne(Client):
    """Never touches two items together, so that each item's history is checked by itself."""

    def _kinds(self) -> list[Callable[[], Action]]:
        return self._of_one()


class Wide(OneByOne):
    """Queries a partition that is read in several turns."""

    REGISTERS = tuple(f"{WIDE}/{number}" for number in range(8))

    def __init__(self, number: int, seed: int) -> None:
        super().__init__(number, seed, self.REGISTERS)

    def _kinds(self) -> list[Callable[[], Action]]:
        return [*self._of_one(), self._read_each, self._read_each]

    def _read_each(self) -> Action:
        return ReadEach(self._registers)


class Crossing(Client):
    """Reads two items, then writes one of them if the other is still as it was: what crosses another such transaction
    must not be done with it."""

    def __init__(self, number: int, seed: int) -> None:
        super().__init__(number, seed, registers=("a/1", "a/2"))

    def next(self) -> Action:
        if not self._seen or self._chances.random() < 0.5:
            return ReadAll(self._registers)
        looked_at, written = self._chances.sample(self._registers, 2)
        return Transact(((looked_at, self._seen.get(looked_at)),), ((written, self._value()),))
