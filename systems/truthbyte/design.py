"""TruthByte's tables, what lies in them, and each way they are read.

Every table of the reference is here under `{environment}-truthbyte-{type}`, on demand, with point-in-time recovery.
Added to it: indexes for "all answers for a question", "pending submissions" and "submissions by submitter", which it
asks for and does not draw; `created_at` as the sort key of `ip-hash-index`, so that sessions come newest first and the
last hour is a key condition; and the table `daily-questions`, where the first caller of a day puts the day's ten ids.
Those have a table of their own because each other table is listed, counted or exported as what its name says, and a
row of another kind among categories or users would have to be left out by every reader.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from stator.model import (
    Design,
    Entity,
    Fallback,
    Gsi,
    Prefix,
    Stored,
    Table,
    above,
    batch,
    count,
    filtered,
    get,
    query,
    scan,
)

ENVIRONMENTS: Final = ("dev", "prod")
KEY_BYTES_MAX: Final = 2048
SORT_KEY_BYTES_MAX: Final = 1024
GENERAL: Final = "general"
"""The category that every question is in."""

Status = Literal["pending", "approved", "rejected"]


class Question(Entity):
    """`categories`: what it is fetched by. `tags`: the legacy field. `category`: the one that the later form names."""

    stored = Stored(table="questions", item_bytes=1000)

    id: str
    question: str
    answer: bool
    title: str = ""
    passage: str = ""
    categories: list[str] = Field(default_factory=list)
    difficulty: int = 3
    tags: list[str] = Field(default_factory=list)
    category: str | None = None


class QuestionCategory(Entity):
    """That a question is in a category."""

    stored = Stored(table="question-categories", item_bytes=60, per_partition=2000)

    category: str
    question_id: str
    difficulty: int = 3


class Category(Entity):
    """`count`: how many questions are in it."""

    stored = Stored(table="categories", item_bytes=60)

    name: str
    count: int = 0
    display_name: str = ""


class Answer(Entity):
    """A user's, or a session's, present answer to a question. `timestamp`: epoch seconds. `is_correct`: as it was
    judged; None where another program put the answer."""

    stored = Stored(table="answers", item_bytes=120, per_partition=200)

    user_id: str
    question_id: str
    answer: bool
    timestamp: int
    response_time_ms: int | None = None
    is_correct: bool | None = None


class Session(Entity):
    """`created_at`: epoch seconds. `trust_score`: the share of right answers, a half before the first. `suspect`: its
    address had opened too many."""

    stored = Stored(table="sessions", item_bytes=180, per_partition=20)

    session_id: str
    ip_hash: str
    created_at: int
    trust_score: Decimal = Decimal("0.5")
    suspect: bool | None = None


class Submission(Entity):
    """A proposed question. `created_at`, `decided_at`: epoch seconds. `question_id`: what it became when approved."""

    stored = Stored(table="submitted-questions", item_bytes=600, per_partition=100)

    id: str
    question: str
    suggested_answer: bool
    submitter_id: str
    created_at: int
    status: Status = "pending"
    title: str = ""
    passage: str = ""
    tags: list[str] = Field(default_factory=list)
    decided_at: int | None = None
    decided_by: str | None = None
    reason: str | None = None
    question_id: str | None = None


class DayAnswer(BaseModel):
    """`timestamp`: epoch seconds."""

    model_config = ConfigDict(extra="allow")

    question_id: str
    answer: bool
    is_correct: bool | None = None
    timestamp: int | None = None


class DayProgress(BaseModel):
    """A day's challenge as it was played. `score`: percent. What the reference's first form has not may be None."""

    model_config = ConfigDict(extra="allow")

    answers: list[DayAnswer] = Field(default_factory=list)
    completed_at: str | int = ""
    completed: bool = True
    score: Decimal | None = None
    rank: str | None = None
    correct_count: int | None = None
    total_questions: int | None = None


class User(Entity):
    """`trust_score`: how many questions the user has answered right. `created_at`, `last_active`: ISO texts in UTC.
    `daily_progress`: ISO date -> the day. `recent_proposals`: when, in epoch seconds, of the last day. All but the id
    may be missing: an update by another program makes a user, too."""

    stored = Stored(table="users", item_bytes=3000)

    user_id: str
    created_at: str = ""
    last_active: str = ""
    trust_score: int = 0
    daily_progress: dict[str, DayProgress] = Field(default_factory=dict)
    current_daily_streak: int = 0
    best_daily_streak: int = 0
    recent_proposals: list[int] | None = None


class DailyQuestions(Entity):
    """A day's ten, as they were drawn by its first caller. `date`: ISO. `drawn_at`: epoch seconds."""

    stored = Stored(table="daily-questions", item_bytes=200)

    date: str
    question_ids: list[str]
    seed: int
    drawn_at: int


class QuestionTag(Entity):
    """Legacy: a tag of a question."""

    stored = Stored(table="question-tags", item_bytes=40, per_partition=1000)

    tag: str
    question_id: str


def _table(name: str, pk: str, sk: str | None = None, indexes: tuple[Gsi, ...] = ()) -> Table:
    return Table(name, pk=pk, sk=sk, indexes=indexes, type_attribute=None, recovery=True)


def _as_entry(question: Question, given: dict[str, Any]) -> QuestionCategory:
    return QuestionCategory(
        category=given["category"], question_id=question.id, difficulty=question.difficulty
    )


class TruthByteTables(Design):
    naming = Prefix("{environment}-truthbyte-", ENVIRONMENTS)
    tables = (
        _table("questions", "id"),
        _table("question-categories", "category", "question_id"),
        _table("categories", "name"),
        _table("answers", "user_id", "question_id", (Gsi("question-index", "question_id", "user_id"),)),
        _table("sessions", "session_id", None, (Gsi("ip-hash-index", "ip_hash", ("created_at", "N")),)),
        _table(
            "submitted-questions",
            "id",
            None,
            (
                Gsi("status-index", "status", ("created_at", "N")),
                Gsi("submitter-index", "submitter_id", ("created_at", "N")),
            ),
        ),
        _table("users", "user_id"),
        _table("daily-questions", "date"),
        _table("question-tags", "tag", "question_id"),
    )
    entities = (
        Question,
        QuestionCategory,
        Category,
        Answer,
        Session,
        Submission,
        User,
        DailyQuestions,
        QuestionTag,
    )

    # Questions

    @get(Question)
    def question(self, id: str) -> None:
        """A question by its id."""

    questions = batch(Question, about="Many questions by their ids.")

    @query(
        QuestionCategory,
        difficulty=filtered("difficulty"),
        fallback=Fallback(
            Question,
            {"category": filtered("categories", "contains"), "difficulty": filtered("difficulty")},
            becomes=_as_entry,
        ),
    )
    def in_category(self, category: str, difficulty: int | None = None) -> None:
        """What is in a category: by the index, else by a bounded scan of the questions."""

    @query(
        QuestionCategory,
        difficulty=filtered("difficulty"),
        fallback=Fallback(Question, {"difficulty": filtered("difficulty")}, becomes=_as_entry),
    )
    def in_general(self, category: str, difficulty: int | None = None) -> None:
        """As in_category, for the category that every question is in: the scan needs no filter."""

    @scan(
        Question,
        because="the day's ten are drawn from every question of these difficulties, once a day",
        least=filtered("difficulty", "at_least"),
        most=filtered("difficulty", "at_most"),
    )
    def pool(self, least: int, most: int) -> None:
        """The questions of some difficulties, to the last page."""

    @get(DailyQuestions, consistent=True)
    def drawn(self, date: str) -> None:
        """The ten that were drawn for a day."""

    # Categories

    @count(QuestionCategory, consistent=True)
    def how_many_in(self, category: str) -> None:
        """How many questions the index has in a category."""

    @get(Category, consistent=True)
    def category(self, name: str) -> None:
        """A category with its count."""

    every_category = scan(
        Category, because="all categories are asked for, and they are few", about="Every category with its count."
    ).given()

    # Answers

    @get(Answer, consistent=True)
    def answer(self, user_id: str, question_id: str) -> None:
        """A user's answer to a question."""

    @query(Answer, consistent=True)
    def answers_of(self, user_id: str) -> None:
        """A user's answers, by question."""

    @query(Answer)
    def answers_to(self, question_id: str) -> None:
        """All answers for a question."""

    # Sessions

    @get(Session, consistent=True)
    def session(self, session_id: str) -> None:
        """A session by its id."""

    @query(Session, after=above("created_at"), newest_first=True)
    def sessions_from(self, ip_hash: str, after: int | None = None) -> None:
        """The sessions from an address, newest first."""

    # Submissions

    @get(Submission, consistent=True)
    def submission(self, id: str) -> None:
        """A submission by its id."""

    @query(Submission, index="status-index")
    def submissions_that_are(self, status: Status) -> None:
        """The submissions in a status, oldest first: the moderation queue."""

    @query(Submission, newest_first=True)
    def submissions_of(self, submitter_id: str) -> None:
        """A submitter's submissions, newest first."""

    # Users

    @get(User, consistent=True)
    def user(self, user_id: str) -> None:
        """A user's profile with the daily progress."""

    # Legacy tags

    @query(QuestionTag)
    def tagged(self, tag: str) -> None:
        """The questions of a tag."""

    every_tag = scan(
        QuestionTag, because="the tags are not listed anywhere else", about="Every tag of every question."
    ).given()
