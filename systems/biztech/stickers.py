"""Stickers: everybody puts stickers on the teams they like, while the voting is open. The golden one is put once.

A sticker is one transaction: that the voting is open, the sticker itself, and for a golden one the item that says where
the user's golden sticker is. There can be one such item for a user at an event, so of many golden stickers at once, on
whichever teams, one is put. Taking it back removes both. The voting is checked within the transaction: after `close` no
sticker comes in, not even one that was on its way.

bizStickers is keyed by the team's name, so teams of different events have different names, or the stickers of the last
event are cleared first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from stator.model import (
    AlreadyExistsError,
    ArgumentError,
    Attr,
    ConditionFailedError,
    NotFoundError,
    StaleError,
    Transaction,
    ref,
)
from systems.biztech.context import Context
from systems.biztech.design.points import GoldenSticker, Sticker, Voting
from systems.biztech.refusals import ClubError

GOLDEN: Final = "golden"
STICKERS: Final = (GOLDEN, "holographic", "blue", "green", "red")


class VotingClosedError(ClubError):
    """Stickers are not taken now."""


class StickerPlacedError(ClubError):
    """This sticker of the user is on the team already."""


class GoldenStickerUsedError(ClubError):
    """The user's golden sticker is on a team already."""


class NoStickerError(ClubError):
    """There is no such sticker to take back."""


@dataclass(frozen=True, slots=True)
class TeamStickers:
    """`counts`: sticker -> how many; `users`: how many people put them."""

    rank: int
    team_name: str
    counts: Mapping[str, int]
    users: int

    @property
    def golden(self) -> int:
        return self.counts.get(GOLDEN, 0)

    @property
    def total(self) -> int:
        return sum(self.counts.values())


class Stickers:
    """`user` is an email, `event` an event's key. Safe to share between threads."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._design = context.design

    # The voting

    def open(self, event: str) -> None:
        """From now on stickers are taken; open already, it stays so."""
        self._design.put(Voting(held_at=event, is_open=True))

    def close(self, event: str) -> None:
        """From now on no sticker is put or taken back; what is there counts."""
        self._design.put(Voting(held_at=event, is_open=False))

    def is_open(self, event: str) -> bool:
        voting = self._design.voting(event)
        return voting is not None and voting.is_open

    # A user's stickers

    def place(self, user: str, event: str, team_name: str, sticker: str) -> Sticker:
        """Puts a sticker on a team. Atomic. Each kind goes once on a team; the golden one on one team of all. Raises
        VotingClosedError, StickerPlacedError, GoldenStickerUsedError; ArgumentError for a kind that there is not."""
        _check_kind(sticker)
        made = Sticker(
            team_name=team_name,
            user_id=user,
            sticker_name=sticker,
            event=event,
            created_at=self._context.moment(),
        )
        self._context.again(lambda: self._place(made))
        return made

    def take_back(self, user: str, event: str, team_name: str, sticker: str) -> None:
        """Takes a sticker off again, while the voting is open; a golden one can then be put elsewhere. Atomic. Raises
        VotingClosedError, NoStickerError."""
        _check_kind(sticker)
        self._context.again(lambda: self._take_back(user.lower(), event, team_name, sticker))

    def golden_of(self, user: str, event: str) -> str | None:
        """The team that has the user's golden sticker, or None."""
        found = self._design.golden_sticker(user, event)
        return None if found is None else found.given_to

    def by(self, user: str, team_name: str) -> list[str]:
        """The kinds of a user's stickers on a team."""
        return [each.sticker_name for each in self._design.stickers_by(team_name, user)]

    # Counting

    def on(self, team_name: str) -> list[Sticker]:
        """The stickers of a team, by user."""
        return self._design.stickers_on(team_name).all()

    def counts(self, team_name: str) -> dict[str, int]:
        """Sticker -> how many the team has. Read consistently."""
        return dict(Counter(each.sticker_name for each in self._design.stickers_on(team_name)))

    def standings(self, event: str) -> list[TeamStickers]:
        """The teams that have stickers: who has most golden ones first, and of equals most of all. Equals share a
        rank. By an index, so it may lag a moment."""
        counts: dict[str, Counter[str]] = {}
        users: dict[str, set[str]] = {}
        for each in self._design.stickers_at(event):
            counts.setdefault(each.team_name, Counter())[each.sticker_name] += 1
            users.setdefault(each.team_name, set()).add(each.user_id)
        found = sorted(counts, key=lambda name: (*_weight(counts[name]), name))
        ranks = {
            name: 1 + sum(_weight(other) < _weight(counts[name]) for other in counts.values())
            for name in found
        }
        return [TeamStickers(ranks[name], name, dict(counts[name]), len(users[name])) for name in found]

    def clear(self, event: str) -> int:
        """Removes every sticker of an event, golden ones too; returns how many. Close the voting first. In staging it
        warns."""
        found = self._design.stickers_at(event).all()
        golden = [
            ref(GoldenSticker, user_id=each.user_id, held_at=event)
            for each in found
            if each.sticker_name == GOLDEN
        ]
        self._design.erase_many([*found, *golden])
        return len(found)

    # Within

    def _place(self, made: Sticker) -> None:
        try:
            with self._design.transaction() as every:
                _while_open(every, made.event)
                every.create(made)
                if made.sticker_name == GOLDEN:
                    every.create(
                        GoldenSticker(user_id=made.user_id, held_at=made.event, given_to=made.team_name)
                    )
        except (AlreadyExistsError, ConditionFailedError, NotFoundError) as error:
            self._refuse_closed(made.event)
            golden = self.golden_of(made.user_id, made.event) if made.sticker_name == GOLDEN else None
            if golden not in (None, made.team_name):
                raise GoldenStickerUsedError(
                    f"{made.user_id} has put the golden sticker on {golden}"
                ) from error
            if self._design.sticker(made.team_name, made.user_id, made.sticker_name) is not None:
                raise StickerPlacedError(
                    f"{made.user_id} has put {made.sticker_name} on {made.team_name}"
                ) from error
            raise StaleError(f"the stickers of {made.user_id} have changed") from error

    def _take_back(self, user: str, event: str, team_name: str, sticker: str) -> None:
        held = ref(Sticker, team_name=team_name, user_id=user, sticker_name=sticker)
        try:
            with self._design.transaction() as every:
                _while_open(every, event)
                every.erase(held, if_=Attr("event").eq(event))
                if sticker == GOLDEN:
                    every.erase(
                        ref(GoldenSticker, user_id=user, held_at=event), if_=Attr("given_to").eq(team_name)
                    )
        except (ConditionFailedError, NotFoundError) as error:
            self._refuse_closed(event)
            found = self._design.sticker(team_name, user, sticker)
            if found is None or found.event != event:
                raise NoStickerError(f"{user} has no {sticker} sticker of {event} on {team_name}") from error
            raise StaleError(f"the stickers of {user} have changed") from error

    def _refuse_closed(self, event: str) -> None:
        if not self.is_open(event):
            raise VotingClosedError(f"the voting of {event} is not open")


def _while_open(every: Transaction, event: str) -> None:
    every.check(ref(Voting, held_at=event), if_=Attr("is_open").eq(True))


def _check_kind(sticker: str) -> None:
    if sticker not in STICKERS:
        raise ArgumentError(f"there is no {sticker!r} sticker; there are {', '.join(STICKERS)}")


def _weight(counts: Counter[str]) -> tuple[int, int]:
    """Sorts who is ahead first."""
    return -counts[GOLDEN], -counts.total()
