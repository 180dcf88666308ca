"""BizTech as one object: its tables in an environment, and an attribute for each area of the club's work.

club = BizTech(stator.open("biztech.db"), "production")
club.create_tables()
club.events.create("blueprint", 2026, "Blueprint", capacity=100)
club.registrations.register("ann@example.com", "blueprint;2026")

Every area is a small class in the module of its name, made when it is first used.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any

from systems.biztech.again import Again
from systems.biztech.context import Context, ids_from
from systems.biztech.design import BizTechDesign

if TYPE_CHECKING:
    from systems.biztech.connections import Connections
    from systems.biztech.db import Db
    from systems.biztech.events import Events
    from systems.biztech.exchange import Exchange
    from systems.biztech.feedback import Feedbacks
    from systems.biztech.investments import Investments
    from systems.biztech.judging import Judging
    from systems.biztech.members import Members
    from systems.biztech.prizes import Prizes
    from systems.biztech.profiles import Profiles
    from systems.biztech.qrs import QRs
    from systems.biztech.quests import Quests
    from systems.biztech.quizzes import Quizzes
    from systems.biztech.registrations import Registrations
    from systems.biztech.scores import Scores
    from systems.biztech.stickers import Stickers
    from systems.biztech.teams import Teams
    from systems.biztech.transactions import Transactions
    from systems.biztech.users import Users
    from systems.biztech.wall import Wall


class BizTech:
    """Safe to share between threads, as `database` is."""

    def __init__(
        self,
        database: Any,
        environment: str | None = None,
        *,
        now: Callable[[], float] = time.time,
        new_id: Callable[[], str] | None = None,
        rng: random.Random | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`database`: of `stator.open`. `environment`: dev (the default), staging or production. `now`: epoch seconds.
        `new_id`: UUIDs from `rng` unless given. Raises ArgumentError for an unknown environment."""
        source = rng or random.SystemRandom()
        self.design = BizTechDesign(database, environment, now=now, sleep=sleep)
        self.context = Context(
            self.design, now, source, sleep, new_id or ids_from(source), Again(source, sleep)
        )

    @property
    def environment(self) -> str:
        return self.design.environment

    def create_tables(self) -> list[str]:
        """Makes the tables that are not there; returns their full names."""
        return self.design.create_tables()

    def delete_tables(self) -> list[str]:
        """Deletes the tables; returns their full names. In staging it warns: they are dev's, too."""
        return self.design.delete_tables()

    @cached_property
    def db(self) -> Db:
        """Any table's items as plain dicts, by the table's bare name."""
        from systems.biztech.db import Db

        return Db(self.context)

    @cached_property
    def events(self) -> Events:
        from systems.biztech.events import Events

        return Events(self.context)

    @cached_property
    def users(self) -> Users:
        from systems.biztech.users import Users

        return Users(self.context)

    @cached_property
    def registrations(self) -> Registrations:
        from systems.biztech.registrations import Registrations

        return Registrations(self.context)

    @cached_property
    def members(self) -> Members:
        from systems.biztech.members import Members

        return Members(self.context)

    @cached_property
    def profiles(self) -> Profiles:
        from systems.biztech.profiles import Profiles

        return Profiles(self.context, self.members)

    @cached_property
    def connections(self) -> Connections:
        from systems.biztech.connections import Connections

        return Connections(self.context, self.quests)

    @cached_property
    def teams(self) -> Teams:
        from systems.biztech.teams import Teams

        return Teams(self.context)

    @cached_property
    def qrs(self) -> QRs:
        from systems.biztech.qrs import QRs

        return QRs(self.context, self.transactions)

    @cached_property
    def quests(self) -> Quests:
        from systems.biztech.quests import Quests

        return Quests(self.context, self.transactions)

    @cached_property
    def quizzes(self) -> Quizzes:
        from systems.biztech.quizzes import Quizzes

        return Quizzes(self.context)

    @cached_property
    def prizes(self) -> Prizes:
        from systems.biztech.prizes import Prizes

        return Prizes(self.context, self.transactions)

    @cached_property
    def transactions(self) -> Transactions:
        from systems.biztech.transactions import Transactions

        return Transactions(self.context)

    @cached_property
    def investments(self) -> Investments:
        from systems.biztech.investments import Investments

        return Investments(self.context)

    @cached_property
    def stickers(self) -> Stickers:
        from systems.biztech.stickers import Stickers

        return Stickers(self.context)

    @cached_property
    def scores(self) -> Scores:
        from systems.biztech.scores import Scores

        return Scores(self.context)

    @cached_property
    def feedback(self) -> Feedbacks:
        from systems.biztech.feedback import Feedbacks

        return Feedbacks(self.context)

    @cached_property
    def judging(self) -> Judging:
        from systems.biztech.judging import Judging

        return Judging(self.context)

    @cached_property
    def wall(self) -> Wall:
        from systems.biztech.wall import Wall

        return Wall(self.context)

    @cached_property
    def exchange(self) -> Exchange:
        from systems.biztech.exchange import Exchange

        return Exchange(self.context)
