"""Quests: meet people. A goal that is reached pays its points once.

Who has met whom is counted by `connections`, in the transaction that makes a connection and thus once. What a goal pays
is settled afterwards, in a transaction of its own that happens once however often it is asked for: where a program ends
between the two, the next settling pays.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import and_
from typing import Any, Final

from stator.model import (
    Attr,
    ConditionFailedError,
    NotFoundError,
    StaleError,
    Transaction,
    ref,
)
from systems.biztech.context import Context
from systems.biztech.design.core import Registration
from systems.biztech.design.points import Quest
from systems.biztech.transactions import HAS_PLACE, Transactions, can_bear


@dataclass(frozen=True, slots=True)
class Goal:
    """`connections`: how many people to meet; `points`: what it pays."""

    id: str
    title: str
    connections: int
    points: int


GOALS: Final = (
    Goal("connect-5", "Break the ice: meet 5 people", 5, 25),
    Goal("connect-10", "Make the rounds: meet 10 people", 10, 50),
    Goal("connect-20", "Know the room: meet 20 people", 20, 100),
)


@dataclass(frozen=True, slots=True)
class Progress:
    """`completed`: the goals that are reached; `upcoming`: the one that comes next, or None; `points`: what was
    paid."""

    user: str
    event: str
    connections: int
    completed: tuple[Goal, ...]
    upcoming: Goal | None
    points: int


class Quests:
    """`user` is an email, `event` an event's key. Safe to share between threads."""

    def __init__(self, context: Context, transactions: Transactions) -> None:
        self._context = context
        self._design = context.design
        self._transactions = transactions

    def progress(self, user: str, event: str) -> Progress:
        """How far a user is; of who has met nobody, nothing is stored."""
        return _progress(self._design.quest(user, event) or Quest(id=user, event=event))

    def ranking(self, event: str) -> list[Progress]:
        """Everybody's progress at an event, who has met most first: by an index, so it may lag a moment."""
        every = [_progress(each) for each in self._design.quests_at(event)]
        return sorted(every, key=lambda each: (-each.connections, each.user))

    def settle(self, user: str, event: str) -> list[Goal]:
        """Pays the goals that are reached and not paid; returns them. Atomic, and each goal once, whoever asks at once.
        Who has no place at the event is paid nothing, until they have one."""
        return self._context.again(lambda: self._settle(user, event))

    # Within a connection's transaction

    def count_connection(self, every: Transaction, user: str, event: str) -> None:
        """Adds one write to an open transaction: one more person met."""
        every.upsert(Quest(id=user, event=event), once=["paid"], add={"connections": 1})

    def _settle(self, user: str, event: str) -> list[Goal]:
        quest = self._design.quest(user, event)
        due = [] if quest is None else [goal for goal in _reached(quest) if goal.id not in quest.paid]
        if not due or not self._has_place(user, event):
            return []
        points = sum(goal.points for goal in due)
        try:
            with self._design.transaction() as every:
                for goal in due:
                    every.create(self._transactions.entry(user, event, goal.points, f"quest {goal.id}"))
                every.update(
                    ref(Registration, id=user, event=event), add={"points": points}, if_=can_bear(points)
                )
                every.update(
                    ref(Quest, id=user, event=event), add={"paid": {g.id for g in due}}, if_=_none_paid(due)
                )
        except (ConditionFailedError, NotFoundError) as error:
            raise StaleError(f"{user} was paid, or has left") from error
        return due

    def _has_place(self, user: str, event: str) -> bool:
        held = self._design.registration(user, event)
        return held is not None and held.registration_status in HAS_PLACE


def _none_paid(due: list[Goal]) -> Any:
    return reduce(and_, (~Attr("paid").contains(goal.id) for goal in due))


def _progress(quest: Quest) -> Progress:
    completed = _reached(quest)
    upcoming = next((goal for goal in GOALS if goal not in completed), None)
    paid = sum(goal.points for goal in GOALS if goal.id in quest.paid)
    return Progress(quest.id, quest.event, quest.connections, completed, upcoming, paid)


def _reached(quest: Quest) -> tuple[Goal, ...]:
    return tuple(goal for goal in GOALS if quest.connections >= goal.connections)
