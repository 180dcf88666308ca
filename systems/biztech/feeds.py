"""What follows from a change in a table: what is written, and who is told what.

    prices    bizBtxProjects       the price goes into bizBtxPrices, and to those who listen to the event's prices
    wall      bizLiveConnections   those who met, and what expired, to those who listen to the event's wall
    voting    bizStickers          stickers put and taken away, to the admins; open and closed, to voters, too

A feed takes a change as often as it is given: what it writes has a key made of the change, so the second time nothing
is written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from stator.model import AlreadyExistsError, ArgumentError, Entity, ref
from systems.biztech.club import BizTech
from systems.biztech.design.exchange import BtxPrice, BtxProject, BtxSocket
from systems.biztech.design.points import Sticker, Voting
from systems.biztech.design.realtime import LiveConnection, Socket, WallSocket
from systems.biztech.messages import (
    connection_message,
    forgotten_message,
    price_message,
    sticker_message,
    voting_message,
)

ADMIN: Final = "admin"
VOTER: Final = "voter"


@dataclass(frozen=True, slots=True)
class Change:
    """A record of a stream. `number` grows with the changes of an item, in one `stream`; that of a table that was made
    anew begins again. `old` is None for a new item, `new` for one that was removed. Values are plain."""

    number: int
    old: Mapping[str, Any] | None
    new: Mapping[str, Any] | None
    stream: str = ""

    @classmethod
    def of(cls, record: Mapping[str, Any], stream_arn: str) -> Change:
        change = record["dynamodb"]
        return cls(
            int(change["SequenceNumber"]),
            change.get("OldImage"),
            change.get("NewImage"),
            label_of(stream_arn),
        )


def label_of(stream_arn: str) -> str:
    """What tells a table's streams apart: `.../table/bizBtxProjects/stream/2026-01-01T00:00:00.000` -> the moment."""
    return stream_arn.rpartition("/")[2]


class Listener(Protocol):
    @property
    def connection_id(self) -> str: ...

    @property
    def endpoint(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Told:
    """A message and whom it is for. `topic`: within it, messages have an order."""

    topic: str
    message: Mapping[str, Any]
    listeners: Sequence[Listener]


class Feed(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def table(self) -> str:
        """Whose stream it is fed by; without the environment."""

    def take(self, change: Change) -> Told | None:
        """Writes what follows from the change. None: nobody need know. Raises ValueError for an item that is none of
        ours."""

    def forget(self, connection_id: str) -> None:
        """Removes the row of a listener that is gone."""


@dataclass(frozen=True, slots=True)
class PriceFeed:
    club: BizTech
    name: str = "prices"
    table: str = "bizBtxProjects"

    def take(self, change: Change) -> Told | None:
        if change.new is None:
            return None
        project = BtxProject.model_validate(change.new)
        if change.old is not None and change.old.get("priceNumber") == project.price_number:
            return None  # another name, or closed for trading
        self._record(project)
        listeners = self.club.design.btx_sockets_at(project.event_id).all()
        return Told(project.project_id, price_message(project), listeners)

    def forget(self, connection_id: str) -> None:
        _erase(self.club, BtxSocket, connection_id)

    def _record(self, project: BtxProject) -> None:
        price = BtxPrice(
            project_id=project.project_id, ts=project.priced_at, number=project.price_number,
            price=project.price, net_shares=project.net_shares, source=project.price_source,
        )  # fmt: skip
        try:
            self.club.design.create(price)
        except AlreadyExistsError:
            return  # recorded before a crash


@dataclass(frozen=True, slots=True)
class WallFeed:
    club: BizTech
    name: str = "wall"
    table: str = "bizLiveConnections"

    def take(self, change: Change) -> Told | None:
        if change.new is not None and change.old is not None:
            return None
        is_new = change.new is not None
        live = LiveConnection.model_validate(change.new if is_new else change.old)
        message = connection_message(live) if is_new else forgotten_message(live)
        return Told(live.event_id, message, self.club.design.wall_sockets_at(live.event_id).all())

    def forget(self, connection_id: str) -> None:
        _erase(self.club, WallSocket, connection_id)


@dataclass(frozen=True, slots=True)
class VotingFeed:
    """Admins hear of each sticker, and everybody of the voting's opening and closing."""

    club: BizTech
    name: str = "voting"
    table: str = "bizStickers"

    def take(self, change: Change) -> Told | None:
        image = change.new if change.new is not None else change.old
        assert image is not None
        kind = image.get("kind")
        if kind == "Voting" and change.new is not None:
            return self._state(change.old, change.new)
        if kind == "Sticker" and (change.new is None or change.old is None):
            sticker = Sticker.model_validate(image)
            message = sticker_message(sticker, change.new is not None)
            return Told(sticker.team_name, message, self._in_roles(ADMIN))
        return None

    def forget(self, connection_id: str) -> None:
        _erase(self.club, Socket, connection_id)

    def _state(self, old: Mapping[str, Any] | None, new: Mapping[str, Any]) -> Told | None:
        voting = Voting.model_validate(new)
        if old is not None and old["isOpen"] == voting.is_open:
            return None
        return Told(f"#voting#{voting.held_at}", voting_message(voting), self._in_roles(ADMIN, VOTER))

    def _in_roles(self, *roles: str) -> list[Socket]:
        return [socket for role in roles for socket in self.club.design.sockets_of(role)]


def feeds_of(club: BizTech, names: Sequence[str] = ()) -> list[Feed]:
    """Those of these names; all unless some are named. Raises ArgumentError for a name that no feed has."""
    every: list[Feed] = [PriceFeed(club), WallFeed(club), VotingFeed(club)]
    known = [feed.name for feed in every]
    for name in names:
        if name not in known:
            raise ArgumentError(f"there is no feed {name}; there are {', '.join(known)}")
    return [feed for feed in every if not names or feed.name in names]


def _erase(club: BizTech, row: type[Entity], connection_id: str) -> None:
    club.design.erase(ref(row, connection_id=connection_id))
