"""The best of a game by an index on the score, and a player's best score alone."""

from __future__ import annotations

from patterns.pattern import Pattern
from stator.model import Attr, Design, Entity, Gsi, Stored, Table, above, count, get, query, ref


class Score(Entity):
    stored = Stored(
        {
            "pk": "PLAYER#{player_id}",
            "sk": "GAME#{game}",
            "gsi1pk": "GAME#{game}",
            "gsi1sk": "{score:9}#{player_id}",
        }
    )

    player_id: str
    game: str
    score: int


class Board(Design):
    table = Table("board", pk="pk", sk="sk", indexes=[Gsi("byScore", "gsi1pk", "gsi1sk")])
    entities = (Score,)

    @get(Score)
    def score_of(self, player_id: str, game: str) -> None:
        """A player's best in a game."""

    @query(Score, newest_first=True)
    def best_of(self, game: str) -> None:
        """The best of a game, the highest first."""

    @count(Score, score=above("score"))
    def better_than(self, game: str, score: int) -> None:
        """How many are better than a score."""


def top(board: Board) -> object:
    """The first two."""
    return board.best_of("chess").page(2)


def raised(board: Board) -> object:
    """A better score replaces a player's best."""
    return board.update(ref(Score, player_id="bo", game="chess"), {"score": 900}, if_=Attr("score").lt(900))


def not_raised(board: Board) -> object:
    """A worse one does not."""
    return board.update(ref(Score, player_id="bo", game="chess"), {"score": 100}, if_=Attr("score").lt(100))


def rank(board: Board) -> object:
    """A player's rank: how many are better, and one."""
    mine = board.score_of("ann", "chess")
    assert mine is not None
    return board.better_than("chess", mine.score) + 1


PATTERN = Pattern(
    title="Leader board",
    problem="A game shows its ten best, a player's best and a player's rank. The score is the sort key of an "
    "index, in digits of a fixed width, so that texts order as numbers; the player's id behind it tells "
    "equal scores apart.",
    design=Board,
    items=(
        Score(player_id="ann", game="chess", score=700),
        Score(player_id="bo", game="chess", score=300),
        Score(player_id="cy", game="chess", score=80),
    ),
    examples=(top, raised, not_raised, rank),
    why=(
        "The ten best are one query of ten items, however many players there are.",
        "The condition on the score makes late and repeated reports harmless.",
    ),
    trade_offs=(
        "A rank counts all who are better, and pays for each: right for the first thousands, not for a million.",
        "A game is one partition of the index: at over 1,000 new scores a second it is sharded, and merged.",
        "The board is eventually consistent.",
    ),
    not_when=(
        "Exact ranks of millions are asked for often: a sorted set in memory, fed by the stream.",
        "The order is by something that decays with time: every item would change for ever.",
    ),
)
