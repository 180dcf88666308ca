"""What TruthByte's access patterns cost, as the database measures them on an environment's own data.

An environment is measured on a copy of it in memory: nothing is written into it, and what is read is each of its
tables, once. The copy is used as players and moderators would use it, each access pattern once.
"""

from __future__ import annotations

import itertools
import os
import random
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, Final

import stator
from stator.clock import ManualClock
from stator.errors import StatorError
from stator.metering import Meter
from systems.costs import AccessPattern, DataMissingError, Report, measure, refused
from systems.truthbyte.daily import EASIEST, HARDEST
from systems.truthbyte.design import GENERAL, Question, TruthByteTables
from systems.truthbyte.faults import AlreadyPlayedError
from systems.truthbyte.game import TruthByte
from systems.truthbyte.transfer import copy_tables
from systems.truthbyte.upload import read, upload
from systems.truthbyte.world import Settings

QUESTIONS_VARIABLE: Final = "TRUTHBYTE_QUESTIONS"
_BESIDE: Final = Path(__file__).resolve().parents[3] / "shared" / "data" / "questions.jsonl"
_START_S: Final = 1_705_320_000.0
"""2024-01-15T12:00:00Z."""
_SEED: Final = 2024
_UNDRAWN: Final = date(2000, 1, 1)
"""A day that nobody has played."""
_COUNT: Final = 10
_IP: Final = "203.0.113.7"
_INDEX: Final = "question-categories"


class NothingToMeasureError(StatorError):
    """An environment without questions."""


def questions_file() -> Path:
    """The 2,000 real questions: $TRUTHBYTE_QUESTIONS names them, else they lie beside the repository. Raises
    DataMissingError."""
    place = Path(os.environ.get(QUESTIONS_VARIABLE) or _BESIDE)
    if not place.is_file():
        raise DataMissingError(f"{place.name} is not there: ${QUESTIONS_VARIABLE} names it")
    return place


def report(db: Any, environment: str | None = None) -> Report:
    """Of an environment on any database that `stator.open` gave. Raises NothingToMeasureError, and the database's
    errors."""
    source = TruthByteTables(db, environment)
    with stator.open(":memory:") as copy:
        copy_tables(source, TruthByteTables(copy, environment))
        return _report(copy, source.environment, random.SystemRandom(), None)


def for_readme() -> Report:
    """Of the real questions, the same at every run. Raises DataMissingError."""
    reading = read(questions_file().read_bytes().splitlines())
    clock, rng = ManualClock(_START_S), random.Random(_SEED)
    with stator.open(":memory:", clock=clock, rng=random.Random(_SEED)) as db:
        game = TruthByte(db, now=clock.now, rng=rng)
        game.create_tables()
        upload(game, reading.questions)
        return _report(db, "", rng, clock.now)


def _report(db: Any, environment: str, rng: random.Random, now: Callable[[], float] | None) -> Report:
    """The tables are told as they are before the patterns are run."""
    meter = Meter(db)
    options: dict[str, Any] = {} if now is None else {"now": now}
    game = TruthByte(meter.db, environment or None, rng=rng, settings=Settings(ip_salt="costs"), **options)
    names = [game.tables.table_name(table.name) for table in game.tables.tables]
    stored = measure(meter, environment, (), names).tables
    visit = _Visit(game)
    patterns = measure(meter, environment, [*_patterns(visit)], ()).patterns
    db.table(game.tables.table_name(_INDEX)).delete()
    fallback = measure(meter, environment, [*_fallback(visit)], ()).patterns
    return Report(environment, (*patterns, *fallback), stored)


class _Visit:
    """What one pattern leaves for the next."""

    def __init__(self, game: TruthByte) -> None:
        self.game = game
        self.question = self._some_question()
        self.category = self._largest_category()
        self.given: dict[str, bool] = {}
        self.session_id = ""
        self.submission_ids: list[str] = []

    def _some_question(self) -> Question:
        found = self.game.fetch(GENERAL, 1).questions
        if not found:
            raise NothingToMeasureError(
                f"{self.game.tables.environment} has no questions to measure on: `upload` brings them"
            )
        return found[0]

    def _largest_category(self) -> str:
        """But for the one that has all."""
        found = [each for each in self.game.categories() if each.name != GENERAL]
        return max(found, key=lambda each: (each.count, each.name)).name if found else GENERAL

    def open_session(self) -> None:
        self.session_id = self.game.open_session(_IP).session_id

    def propose(self) -> None:
        proposed = self.game.propose(
            "costs-author",
            question="Is the cost of a proposal known before it is made?",
            suggested_answer=True,
            categories=[self.category],
        )
        self.submission_ids.append(proposed.id)

    def answer(self) -> None:
        self.game.answer(self.session_id, self.question.id, self.question.answer)

    def ask(self) -> None:
        self.given = {question.id: True for question in self.game.daily().questions}

    def submit(self) -> None:
        self.game.submit_daily("costs-player", self.given)

    def has_a_day(self) -> bool:
        """Whether there are enough questions for a day's challenge."""
        found = itertools.islice(self.game.tables.pool(EASIEST, HARDEST), _COUNT)
        return len([*found]) == _COUNT


def _patterns(visit: _Visit) -> Iterator[AccessPattern]:
    yield from _of_questions(visit)
    yield from _of_days(visit)
    yield from _of_answers(visit)
    yield from _of_proposals(visit)


def _of_questions(visit: _Visit) -> Iterator[AccessPattern]:
    game, category = visit.game, visit.category
    some = [game.question(visit.question.id) or visit.question]
    yield AccessPattern("categories", "Every category with its count.", game.categories)
    yield AccessPattern("category_count", "A category's count.", lambda: game.category_count(category))
    yield AccessPattern("... cached", "The same within 30 s.", lambda: game.category_count(category))
    yield AccessPattern("question", "A question by its id.", lambda: game.question(visit.question.id))
    yield AccessPattern(
        "fetch general", f"{_COUNT} of all questions, by the index.", lambda: game.fetch(count=_COUNT)
    )
    yield AccessPattern(
        "fetch category", f"{_COUNT} of {category}, by the index.", lambda: game.fetch(category, _COUNT)
    )
    yield AccessPattern(
        "fetch category, difficulty",
        f"{_COUNT} of {category} of difficulty 3: what is filtered out is read, too.",
        lambda: game.fetch(category, _COUNT, 3),
    )
    yield AccessPattern(
        "upload", "One question that is there already, and every count anew.", lambda: upload(game, some)
    )


def _of_days(visit: _Visit) -> Iterator[AccessPattern]:
    """None where there are too few questions."""
    game = visit.game
    if not visit.has_a_day():
        return
    game.daily()
    yield AccessPattern(
        "daily, first caller", "The day's ten are drawn and stored.", lambda: game.daily(_UNDRAWN)
    )
    yield AccessPattern("daily", "The day's ten, as they were drawn.", visit.ask)
    yield AccessPattern("submit_daily", "Ten, judged, for a user without an item.", visit.submit)
    yield AccessPattern("submit_daily, again", "It is refused.", refused(AlreadyPlayedError, visit.submit))
    yield AccessPattern("profile", "A user with all days.", lambda: game.profile("costs-player"))
    yield AccessPattern("streaks", "The current and the best streak.", lambda: game.streaks("costs-player"))
    yield AccessPattern("history", "The days that were played.", lambda: game.history("costs-player"))


def _of_answers(visit: _Visit) -> Iterator[AccessPattern]:
    game, question = visit.game, visit.question
    yield AccessPattern("open_session", "A session from an address.", visit.open_session)
    yield AccessPattern("session", "A session by its id.", lambda: game.session(visit.session_id))
    yield AccessPattern(
        "sessions_from", "An address's sessions, newest first.", lambda: game.sessions_from(_IP)
    )
    yield AccessPattern("answer", "A first answer, with the trust that it earns.", visit.answer)
    yield AccessPattern("answer, again", "It replaces the one before.", visit.answer)
    yield AccessPattern("answers_of", "A user's answers.", lambda: game.answers_of(visit.session_id))
    yield AccessPattern(
        "question_stats", "All answers for a question.", lambda: game.question_stats(question.id)
    )
    yield AccessPattern("user_trust", "A user's trust.", lambda: game.user_trust(visit.session_id))
    yield AccessPattern("session_trust", "A session's trust.", lambda: game.session_trust(visit.session_id))
    yield AccessPattern("totals", "Computed from answers and days.", lambda: game.totals(visit.session_id))


def _of_proposals(visit: _Visit) -> Iterator[AccessPattern]:
    game, ids = visit.game, visit.submission_ids
    yield AccessPattern("propose", "A proposal of a new user.", visit.propose)
    yield AccessPattern("propose, known user", "The second of one user.", visit.propose)
    yield AccessPattern("pending", "The moderation queue.", game.pending)
    yield AccessPattern(
        "submissions_of", "A submitter's proposals.", lambda: game.submissions_of("costs-author")
    )
    yield AccessPattern(
        "approve", "Question, category entries and counts at once.", lambda: game.approve(ids[0], "moderator")
    )
    yield AccessPattern("reject", "A decision.", lambda: game.reject(ids[1], "moderator"))


def _fallback(visit: _Visit) -> Iterator[AccessPattern]:
    """The category index is not there any more."""
    for name, category in (("general", GENERAL), ("category", visit.category)):
        yield AccessPattern(
            f"fetch {name}, no index",
            f"{_COUNT} of {category}, by a scan of at most three pages.",
            partial(visit.game.fetch, category, _COUNT),
        )
