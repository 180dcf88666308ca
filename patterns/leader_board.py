"""The best of a game by an index on the score, and a player's best score alone."""

from __future__ import annotations

from patterns.pattern import Pattern, Weighed
from stator.model import (
    Attr,
    ConditionFailedError,
    Design,
    Entity,
    Gsi,
    Stored,
    Table,
    above,
    count,
    get,
    query,
)


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


def report(board: Board, player_id: str, game: str, score: int) -> bool:
    """Keeps a player's best, the first too. Returns whether this is it: a worse, late or repeated one changes
    nothing."""
    best = Score(player_id=player_id, game=game, score=score)
    try:
        board.put(best, if_=Attr("score").not_exists() | Attr("score").lt(score))
    except ConditionFailedError:
        return False
    return True


def top(board: Board) -> object:
    """The first two, and the way to the next."""
    return board.best_of("chess").page(2)


def raised(board: Board) -> object:
    """A better score replaces a player's best, and moves in the index."""
    return [report(board, "bo", "chess", 900), *board.best_of("chess").page(1)]


def not_raised(board: Board) -> object:
    """A worse one does not."""
    return [report(board, "bo", "chess", 100), *board.best_of("chess").page(1)]


def tied(board: Board) -> object:
    """Equal scores stand side by side, told apart by the player's id."""
    report(board, "di", "chess", 700)
    return board.best_of("chess")


def rank(board: Board) -> object:
    """A player's rank: how many are better, and one. Who has the same score has the same rank."""
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
    examples=(top, raised, not_raised, tied, rank),
    why=(
        "The ten best are one query of ten items, however many players there are.",
        "The condition on the score makes late and repeated reports harmless: of any number at once, the best stays.",
        "Without the id, two equal scores would still be two items of the index, but a page could not end between "
        "them in a known order.",
    ),
    trade_offs=Weighed(
        scale="A game is one partition of the index: at over 1,000 new scores a second it is sharded, and merged. "
        "A rank counts all who are better: right for the first thousands, not for a million.",
        cost="A new best is a write to the item and two to the index, where the old place goes and the new one "
        "comes. A rank pays for each who is better.",
        consistency="The board follows the scores a moment later; a player's own best is read from the table. Equal "
        "scores stand in the order of ids and not of time.",
        simplicity="A score has at most nine digits and is not negative: more is refused by name. To widen it is "
        "to write every item anew.",
    ),
    not_when=(
        "Exact ranks of millions are asked for often: a sorted set in memory, fed by the stream.",
        "The order is by something that decays with time: every item would change for ever.",
    ),
)
