"""Whether a history is linearizable: whether every operation can have taken effect at one instant between its call and
its answer. Where operations are transactions, that is strict serialisability.

The search goes through the history once, in time (the just-in-time linearization of Lowe, "Testing for
linearizability", 2017, which refines Wing and Gong's). It carries every *configuration* that may hold: a state, and
which of the open operations have taken effect to reach it. When an operation is answered, every configuration in which
it has not taken effect yet is taken on, by all orders of open operations, to where it has, with the result that was
recorded. None left: the history is not linearizable, and that answer is the first one that shows it. Equal
configurations are one, which is the memoisation; the keys' independence is used first (`history.parts`).

A read of each of several items (`ReadEach`) is as many reads. An operation without an answer may have taken effect
until it `ended`, or not at all. What FAILED has no effect: it is left out, so that an effect of it has no explanation.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from history import Op, apart, parts
from models import (
    FAILED,
    REFUSED,
    UNKNOWN,
    Get,
    ReadAll,
    Records,
    State,
    following,
    keys_of,
    nothing,
    place_of,
    run,
)

CONFIGURATIONS_MAX = 50_000

Configuration = tuple[State, int]
"""A state, and a bit for each open operation that has taken effect."""


class TooWide(Exception):
    """So many operations are open together that the search was given up: neither right nor wrong."""


@dataclass
class Violation:
    """`op` cannot have been answered so: of the `states` that may have held, none explains it. `beside`: what else
    touched its keys at its time."""

    op: Op
    states: list[State]
    beside: list[Op]

    def __str__(self) -> str:
        held = "\n".join(f"  {dict(state)}" for state in self.states[:5])
        near = "\n".join(f"  {op}" for op in self.beside)
        return f"nothing explains\n  {self.op}\nwhere the state was one of\n{held}\nbeside\n{near}"


def violation(
    ops: Iterable[Op],
    initial: dict[str, int | None] | None = None,
    configurations_max: int = CONFIGURATIONS_MAX,
    records: Records | None = None,
) -> Violation | None:
    """The first answer of a history that nothing explains, or None if it is linearizable. Raises TooWide.

    `initial`: the values before it, where not None. `records`: what a stream says of each key from then on; the history
    must be explained by changes in that very order, and by all of them."""
    told = [each for op in ops if op.result != FAILED for each in apart(op)]
    for part in parts(told):
        search = _Search(part, initial or {}, configurations_max, records)
        found = search.violation()
        if found is None and records is not None:
            found = search.unused(records)
        if found is not None:
            return found
    return None


class _Search:
    """`open`: the operations under way, by their bits. `configurations`: all that may hold by now."""

    def __init__(
        self,
        ops: list[Op],
        initial: dict[str, int | None],
        configurations_max: int,
        records: Records | None,
    ) -> None:
        self.ops = ops
        self.open: dict[int, Op] = {}
        self._run = lru_cache(100_000)(run if records is None else following(records))
        self._configurations_max = configurations_max
        self._keys = keys = {key for op in ops for key in keys_of(op.action)}
        state = nothing(keys if records is None else keys | {place_of(key) for key in keys})
        self.configurations: set[Configuration] = {(tuple((key, initial.get(key)) for key, _ in state), 0)}

    def violation(self) -> Violation | None:
        bits: dict[int, int] = {}
        for is_answer, place in _events(self.ops):
            op = self.ops[place]
            if not is_answer:
                bits[place] = self._opened(op)
                continue
            bit = bits.pop(place)
            reached = self._until(self.configurations, bit)
            if op.result == UNKNOWN:
                reached |= self.configurations
            if not reached:
                return Violation(op, [state for state, _ in self.configurations], self._beside(op))
            self.configurations = {(state, done & ~bit) for state, done in reached}
            del self.open[bit]
        return None

    def unused(self, records: Records) -> Violation | None:
        """A violation at the last operation, if in no configuration all records of the keys have come."""
        for bit in self.open:
            self.configurations |= self._until(self.configurations, bit)
        wanted = {place_of(key): len(records.get(key, [])) for key in self._keys}
        for state, _ in self.configurations:
            held = dict(state)
            if all((held[name] or 0) == count for name, count in wanted.items()):
                return None
        return Violation(self.ops[-1], [state for state, _ in self.configurations], [])

    def _opened(self, op: Op) -> int:
        bit = 1
        while bit in self.open:
            bit <<= 1
        self.open[bit] = op
        return bit

    def _until(self, configurations: set[Configuration], wanted: int) -> set[Configuration]:
        """Every configuration that can be reached in which the wanted operation, as the last, has taken effect."""
        reached: set[Configuration] = set()
        seen: set[Configuration] = set()
        waiting = list(configurations)
        while waiting:
            configuration = self._with_reads(*waiting.pop())
            if configuration in seen:
                continue
            seen.add(configuration)
            if len(seen) > self._configurations_max:
                raise TooWide(f"{len(self.open)} operations are open together.")
            if configuration[1] & wanted:
                reached.add(configuration)
            else:
                waiting += self._following(*configuration)
        return reached

    def _with_reads(self, state: State, done: int) -> Configuration:
        """Takes on the reads and refusals that the state explains: they change no state, so nothing is lost by doing
        so at once. (A write that happens to change nothing here may have changed something later.)"""
        for bit, op in self.open.items():
            if not done & bit and _never_writes(op) and self._run(op.action, state)[0] == op.result:
                done |= bit
        return state, done

    def _following(self, state: State, done: int) -> Iterable[Configuration]:
        for bit, op in self.open.items():
            if not done & bit:
                result, after = self._run(op.action, state)
                if op.result in (UNKNOWN, result):
                    yield after, done | bit

    def _beside(self, op: Op) -> list[Op]:
        keys = set(keys_of(op.action))
        near = [
            each
            for each in self.ops
            if each is not op
            and not keys.isdisjoint(keys_of(each.action))
            and each.called <= (op.ended or each.called)
        ]
        return sorted(near, key=lambda each: each.called)[-8:]


def _never_writes(op: Op) -> bool:
    return op.result == REFUSED or (isinstance(op.action, Get | ReadAll) and op.result != UNKNOWN)


def _events(ops: list[Op]) -> list[tuple[bool, int]]:
    """Calls (False) and answers (True) in time, each with its operation's place; at one instant calls come first. An
    operation that never ended has no answer."""
    calls = [(op.called, False, place) for place, op in enumerate(ops)]
    answers = [(op.ended, True, place) for place, op in enumerate(ops) if op.ended is not None]
    return [(is_answer, place) for _, is_answer, place in sorted(calls + answers)]
