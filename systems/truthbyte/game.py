"""TruthByte: a game of true and false. Each method is a behaviour of the reference or one of its access patterns.

game = TruthByte(stator.open("truthbyte.db"), "dev")
game.create_tables()
fetched = game.fetch("science", 5)          # fetched.questions, fetched.way
day = game.submit_daily("ann", {question.id: True for question in game.daily().questions})

`db` is what `stator.open` gives: a file, a server, or AWS. Every refusal is a TruthByteError, and changes nothing.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from stator.model import Page
from systems.truthbyte import (
    answers,
    categories,
    daily,
    fetching,
    moderation,
    proposals,
    questions,
    sessions,
    users,
)
from systems.truthbyte.answers import Answered, QuestionStats
from systems.truthbyte.categories import CategoryCounts
from systems.truthbyte.daily import Challenge, DayResult
from systems.truthbyte.design import (
    GENERAL,
    Answer,
    Category,
    Question,
    Session,
    Submission,
    TruthByteTables,
    User,
)
from systems.truthbyte.fetching import Fetched
from systems.truthbyte.streaks import Streaks
from systems.truthbyte.users import DayPlayed, Totals
from systems.truthbyte.world import Settings, World


class TruthByte:
    """`environment`: "dev" unless given. `now`: epoch seconds; the database's clock unless given. `rng`: for samples
    and ids; the system's, which nobody can guess, unless given. May be shared between threads."""

    def __init__(
        self,
        db: Any,
        environment: str | None = None,
        *,
        now: Callable[[], float] | None = None,
        rng: random.Random | None = None,
        settings: Settings | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        now = now or db.now
        self.tables = TruthByteTables(db, environment, now=now, sleep=sleep)
        self.world = World(
            tables=self.tables,
            now=now,
            random=rng or random.SystemRandom(),
            settings=settings or Settings(),
            counts=CategoryCounts(self.tables, now),
        )

    def create_tables(self) -> list[str]:
        """Makes those that are not there; returns the full names of those made."""
        return self.tables.create_tables()

    # Questions

    def question(self, question_id: str) -> Question | None:
        return self.tables.question(question_id)

    def questions(self, question_ids: Iterable[str]) -> list[Question]:
        """Those that are there, in the order of the ids."""
        return self.tables.questions(question_ids)

    def add_question(self, question: Question) -> Question:
        """A new question with its category entries and counts, in one transaction. Raises FieldError where its id
        is taken."""
        return questions.add(self.world, question)

    def fetch(
        self, category: str = GENERAL, count: int = 10, difficulty: int | None = None
    ) -> Fetched:
        """`count` random questions of a category (fewer where it has fewer), and which way they were found."""
        return fetching.fetch(self.world, category, count, difficulty)

    # Categories

    def categories(self) -> list[Category]:
        """Every category with its count, by name. Not from the cache."""
        return categories.listed(self.tables)

    def category_count(self, name: str) -> int:
        """How many questions a category has, 0 for one that is not there; at most 30 s old."""
        return self.world.counts.count(name)

    def recount(self, names: Iterable[str]) -> dict[str, int]:
        """Sets the counts of these categories to what their index holds; returns them. Not atomic: for after an
        upload."""
        return categories.recount(self.tables, names)

    # The daily challenge

    def daily(self, day: date | None = None) -> Challenge:
        """The ten questions of a day (today, UTC, unless given), the same for everyone. Raises FieldError for a day
        to come, TooFewQuestionsError."""
        return daily.challenge(self.world, day)

    def submit_daily(
        self, user_id: str, given: Mapping[str, bool], day: date | None = None
    ) -> DayResult:
        """`given`: question id -> answer; what is left out counts as wrong. Once a day: raises AlreadyPlayedError.
        Works for a user who has no item yet. Raises FieldError for a question of another day."""
        return daily.submit(self.world, user_id, given, day)

    # Users

    def profile(self, user_id: str) -> User | None:
        return self.tables.user(user_id)

    def streaks(self, user_id: str) -> Streaks:
        """The current streak as of today, and the best one."""
        return users.streaks_of(self.world, user_id)

    def history(self, user_id: str) -> list[DayPlayed]:
        """The days that a user has played, newest first."""
        return users.history(self.world, user_id)

    def totals(self, user_id: str) -> Totals:
        """Computed from the answers and the daily progress, not stored."""
        return users.totals(self.world, user_id)

    # Answers and trust

    def answer(
        self, user_id: str, question_id: str, answer: bool, response_time_ms: int | None = None
    ) -> Answered:
        """Stores a user's or a session's answer, in place of an earlier one. The user's trust counts each question
        once, in the same transaction. Raises UnknownError for a question that is not there."""
        return answers.answer(self.world, user_id, question_id, answer, response_time_ms)

    def answers_of(self, user_id: str) -> list[Answer]:
        return self.tables.answers_of(user_id).all()

    def question_stats(self, question_id: str) -> QuestionStats:
        """How a question was answered. On AWS by an index, which may be a moment behind."""
        return answers.question_stats(self.world, question_id)

    def user_trust(self, user_id: str) -> int:
        """How many questions the user has answered right; 0 for one who is not there."""
        return users.trust(self.world, user_id)

    def session_trust(self, session_id: str) -> Decimal:
        """The share of right answers, 0 to 1 in four places; a half before the first."""
        return answers.session_trust(self.world, session_id)

    # Sessions

    def open_session(self, ip: str) -> Session:
        """A new session from an address, of which only the salted hash is kept. Marked suspect where the address has
        opened more than `sessions_an_hour_max` within the hour, this one counted. Raises FieldError."""
        return sessions.open_session(self.world, ip)

    def session(self, session_id: str) -> Session | None:
        return self.tables.session(session_id)

    def sessions_from(self, ip: str) -> list[Session]:
        """The sessions from an address, newest first."""
        return self.tables.sessions_from(sessions.ip_hash(self.world.settings, ip)).all()

    # Proposals and moderation

    def propose(
        self,
        submitter_id: str,
        *,
        question: str,
        suggested_answer: bool,
        categories: Sequence[str],
        title: str = "",
        passage: str = "",
        session_id: str | None = None,
    ) -> Submission:
        """A question for the moderators. `session_id`: the submitter's, where it is not the submitter itself. Raises
        FieldError, TooOftenError, SuspectSessionError."""
        return proposals.propose(
            self.world,
            submitter_id,
            question=question,
            suggested_answer=suggested_answer,
            categories=categories,
            title=title,
            passage=passage,
            session_id=session_id,
        )

    def submission(self, submission_id: str) -> Submission | None:
        return self.tables.submission(submission_id)

    def submissions_of(self, submitter_id: str) -> list[Submission]:
        """Newest first."""
        return self.tables.submissions_of(submitter_id).all()

    def pending(self, limit: int = 50, cursor: str | None = None) -> Page[Submission]:
        """A page of the moderation queue, oldest first. On AWS by an index, which may be a moment behind."""
        return self.tables.submissions_that_are("pending").page(limit, cursor)

    def approve(
        self, submission_id: str, moderator: str, difficulty: int = 3, answer: bool | None = None
    ) -> Question:
        """The submission becomes a question, with category entries and counts, in one transaction. `answer`: where the
        suggested one is wrong. Raises UnknownError, AlreadyDecidedError, FieldError."""
        return moderation.approve(self.world, submission_id, moderator, difficulty, answer)

    def reject(self, submission_id: str, moderator: str, reason: str = "") -> Submission:
        """Raises UnknownError, AlreadyDecidedError."""
        return moderation.reject(self.world, submission_id, moderator, reason)
