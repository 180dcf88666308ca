"""Quests, quizzes, prizes, point transactions, investments, stickers, scores, feedback and judges.

Access patterns here: a user's quest progress and everybody's at an event (index event-query); a quiz result and those
of an event (index event-query); a prize and the catalogue; a point transaction and those of a user, newest first (index
user-query); an investment, those in a team (index team-query) and those of an investor (index investor-query); a team's
stickers and an event's (index event-query); a team's scores, a user's (index user-query) and an event's (index
event-query); a judge's feedback and a team's, round by round (index team-query); a judge and those of an event (index
event-query).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field, StringConstraints

from stator.model import Gsi, Stored, Table, batch, get, query, scan
from systems.biztech.design.attributes import EVENT_KEY, ClubEntity, Email, EventKey, Moment, Person

TeamName = Annotated[str, StringConstraints(pattern=r"^[^#]+$", max_length=100)]
"""Without `#`: what begins with it in bizStickers is no team."""
Part = Annotated[str, StringConstraints(pattern=r"^[^;]+$", max_length=100)]
"""Of a key whose parts stand between semicolons."""


class Quest(ClubEntity):
    """A user's progress at an event. `connections`: people met; `paid`: the goals whose points were given."""

    stored = Stored(table="biztechQuests", updated="updated_at")

    id: Email
    event: EventKey
    connections: int = 0
    paid: set[str] = Field(default_factory=set)
    updated_at: Moment | None = None


class Quiz(ClubEntity):
    """What somebody answered at an event. `answers`: question -> choice; `score` of `total`: how many were right."""

    stored = Stored(table="biztechQuizzes", item_bytes=400)

    id: Person
    event: EventKey
    answers: dict[str, str]
    score: int = Field(ge=0)
    total: int = Field(ge=0)
    created_at: Moment


class Prize(ClubEntity):
    """`price`: in points; `stock`: how many are left."""

    stored = Stored(table="biztechPrizes", updated="updated_at")

    id: str
    name: str
    price: int = Field(ge=0)
    stock: int = Field(ge=0)
    description: str | None = None
    updated_at: Moment | None = None


class PointTransaction(ClubEntity):
    """`points`: what the balance changed by; below zero, they were spent."""

    stored = Stored(table="biztechTransactions", item_bytes=250)

    id: str
    user_id: Email
    event: EventKey
    points: int
    reason: str
    prize_id: str | None = None
    created_at: Moment


class Investment(ClubEntity):
    """`amount`: cents."""

    stored = Stored(table="biztechInvestments", item_bytes=300)

    id: str
    event: EventKey
    team_id: str
    investor_id: Email
    amount: int = Field(gt=0)
    comment: str | None = None
    created_at: Moment


class Sticker(ClubEntity):
    """That a user put a sticker on a team."""

    stored = Stored(
        {"userID#stickerName": "{user_id}#{sticker_name}"},
        table="bizStickers",
        item_bytes=200,
        per_partition=500,
    )

    team_name: TeamName
    user_id: Email
    sticker_name: str
    event: EventKey
    created_at: Moment


class GoldenSticker(ClubEntity):
    """Where a user's golden sticker is: there is one of these for a user at an event, so there is one sticker.
    `held_at`: the event; not by its usual name, so that event-query has stickers alone."""

    stored = Stored(
        {"teamName": "#golden#{user_id}", "userID#stickerName": "{held_at}#golden"}, table="bizStickers"
    )

    user_id: Email
    held_at: EventKey
    given_to: TeamName


class Voting(ClubEntity):
    """Whether stickers are taken at an event, `held_at`."""

    stored = Stored(
        {"teamName": "#voting#{held_at}", "userID#stickerName": "#voting"},
        table="bizStickers",
        updated="updated_at",
    )

    held_at: EventKey
    is_open: bool = False
    updated_at: Moment | None = None


class Score(ClubEntity):
    """What a user gives a team. `scores`: criterion -> 0 to 10."""

    stored = Stored(table="bizScores", updated="updated_at", per_partition=100)

    team_name: TeamName
    user_id: Email
    event: EventKey
    scores: dict[str, Decimal]
    updated_at: Moment | None = None

    @property
    def total(self) -> Decimal:
        return sum(self.scores.values(), Decimal(0))


class Feedback(ClubEntity):
    """A judge's, on a team in a round. `id`: the judge; `scores`: criterion -> 0 to 10."""

    stored = Stored(
        {"teamID;round": "{team_id};{round}"}, table="bizFeedback", separator=";", updated="updated_at", item_bytes=800,
        per_partition=100,
    )  # fmt: skip

    id: Email
    team_id: Part
    round: Part
    scores: dict[str, Decimal] = Field(default_factory=dict)
    comment: str | None = None
    updated_at: Moment | None = None


class Judge(ClubEntity):
    """`teams`: whom the judge has still to see in this round, in order, the current one first. `assigned`: every
    `teamID;round` that the judge was ever given."""

    stored = Stored(table="bizJudge", version="version", updated="updated_at")

    id: Email
    event: EventKey
    name: str
    round: Part | None = None
    current_team: Part | None = None
    teams: list[Part] = Field(default_factory=list)
    assigned: set[str] = Field(default_factory=set)
    version: int = 0
    updated_at: Moment | None = None


TABLES = (
    Table("biztechQuests", pk="id", sk=EVENT_KEY, type_attribute=None, indexes=(Gsi("event-query", EVENT_KEY),)),
    Table("biztechQuizzes", pk="id", sk=EVENT_KEY, type_attribute=None, indexes=(Gsi("event-query", EVENT_KEY),)),
    Table("biztechPrizes", pk="id", type_attribute=None),
    Table(
        "biztechTransactions", pk="id", type_attribute=None, indexes=(Gsi("user-query", "userID", "createdAt"),)
    ),
    Table(
        "biztechInvestments", pk="id", sk=EVENT_KEY, type_attribute=None,
        indexes=(Gsi("team-query", "teamID", EVENT_KEY), Gsi("investor-query", "investorID", EVENT_KEY)),
    ),
    Table(
        "bizStickers", pk="teamName", sk="userID#stickerName", type_attribute="kind", stream="NEW_AND_OLD_IMAGES",
        indexes=(Gsi("event-query", EVENT_KEY),),
    ),
    Table(
        "bizScores", pk="teamName", sk="userID", type_attribute=None,
        indexes=(Gsi("user-query", "userID"), Gsi("event-query", EVENT_KEY)),
    ),
    Table(
        "bizFeedback", pk="id", sk="teamID;round", type_attribute=None,
        indexes=(Gsi("team-query", "teamID", "teamID;round"),),
    ),
    Table("bizJudge", pk="id", type_attribute=None, indexes=(Gsi("event-query", EVENT_KEY),)),
)  # fmt: skip
ENTITIES = (
    Quest, Quiz, Prize, PointTransaction, Investment, Sticker, GoldenSticker, Voting, Score, Feedback, Judge,
)  # fmt: skip


class PointsPatterns:
    @get(Quest, consistent=True)
    def quest(self, id: str, event: str) -> None:
        """A user's progress at an event."""

    @query(Quest, index="event-query")
    def quests_at(self, event: str) -> None:
        """Everybody's progress at an event."""

    @get(Quiz, consistent=True)
    def quiz(self, id: str, event: str) -> None:
        """A quiz result."""

    @query(Quiz, index="event-query")
    def quizzes_at(self, event: str) -> None:
        """The quiz results of an event."""

    @get(Prize, consistent=True)
    def prize(self, id: str) -> None:
        """A prize."""

    every_prize = scan(
        Prize, because="the catalogue is shown whole, and is short", about="The catalogue."
    ).given()

    @get(PointTransaction, consistent=True)
    def point_transaction(self, id: str) -> None:
        """A point transaction."""

    @query(PointTransaction, index="user-query", newest_first=True)
    def point_transactions_of(self, user_id: str) -> None:
        """The point transactions of a user, newest first."""

    @get(Investment, consistent=True)
    def investment(self, id: str, event: str) -> None:
        """An investment."""

    @query(Investment, index="team-query")
    def investments_in(self, team_id: str, event: str) -> None:
        """The investments in a team."""

    @query(Investment, index="investor-query")
    def investments_of(self, investor_id: str, event: str) -> None:
        """The investments of an investor at an event."""

    @get(Sticker, consistent=True)
    def sticker(self, team_name: str, user_id: str, sticker_name: str) -> None:
        """A user's sticker on a team."""

    @query(Sticker, consistent=True)
    def stickers_on(self, team_name: str) -> None:
        """The stickers of a team."""

    @query(Sticker, consistent=True)
    def stickers_by(self, team_name: str, user_id: str) -> None:
        """A user's stickers on a team."""

    @query(Sticker, index="event-query")
    def stickers_at(self, event: str) -> None:
        """The stickers of an event, on all teams."""

    @get(GoldenSticker, consistent=True)
    def golden_sticker(self, user_id: str, held_at: str) -> None:
        """Where a user's golden sticker is."""

    @get(Voting, consistent=True)
    def voting(self, held_at: str) -> None:
        """Whether stickers are taken at an event."""

    @get(Score, consistent=True)
    def score(self, team_name: str, user_id: str) -> None:
        """What a user gave a team."""

    @query(Score)
    def scores_of(self, team_name: str) -> None:
        """The scores of a team."""

    @query(Score, index="user-query")
    def scores_by(self, user_id: str) -> None:
        """The scores that a user gave."""

    @query(Score, index="event-query")
    def scores_at(self, event: str) -> None:
        """The scores of an event, of all teams."""

    @get(Feedback, consistent=True)
    def feedback(self, id: str, team_id: str, round: str) -> None:
        """What a judge said of a team in a round."""

    @query(Feedback)
    def feedback_by(self, id: str) -> None:
        """All that a judge has said, by team and round."""

    @query(Feedback, index="team-query")
    def feedback_on(self, team_id: str) -> None:
        """What judges said of a team, by round."""

    @get(Judge, consistent=True)
    def judge(self, id: str) -> None:
        """A judge, with the current team."""

    judges = batch(Judge, consistent=True, about="Judges, by their emails.")

    @query(Judge, index="event-query")
    def judges_at(self, event: str) -> None:
        """The judges of an event."""
