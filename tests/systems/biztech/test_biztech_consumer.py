"""The stream consumer: it is stopped wherever it can be, and no price is lost, recorded twice or heard twice."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from itertools import count
from threading import Lock
from typing import Any

import pytest

import stator
from stator.clock import ManualClock
from systems.biztech import BizTech
from systems.biztech.consumer import Consumer
from systems.biztech.delivery import DeliveryError, GoneError, Mark
from systems.biztech.design.exchange import BtxSocket
from systems.biztech.design.realtime import LiveConnection, WallSocket
from systems.biztech.feeds import PriceFeed, WallFeed, feeds_of
from systems.biztech.places import Keeper, TakenOverError

EVENT = "kickstart;2026"
CALLS = ("put_item", "get_item", "query", "delete_item", "create_table", "describe_table")


class Killed(BaseException):
    """In the place of SIGKILL."""


class Countdown:
    """Kills at the n-th step, before or after it is done."""

    def __init__(self, at: int, is_after: bool) -> None:
        self._steps = iter(range(at, 0, -1))
        self._is_after = is_after
        self._lock = Lock()

    def __call__(self, step: Callable[[], Any]) -> Any:
        with self._lock:
            is_last = next(self._steps, None) == 1
        if is_last and not self._is_after:
            raise Killed
        try:
            return step()
        finally:
            if is_last:
                raise Killed


class Dying:
    """A database, or its client, whose calls count down."""

    def __init__(self, inner: Any, countdown: Countdown) -> None:
        self._inner = inner
        self._countdown = countdown

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        if name in ("meta", "client"):
            return Dying(found, self._countdown)
        if name not in CALLS:
            return found
        return lambda *args, **kwargs: self._countdown(lambda: found(*args, **kwargs))


class Ears:
    """Listeners behind a gateway: each remembers the last mark of a topic, and drops what it had before."""

    def __init__(self, gone: tuple[str, ...] = ()) -> None:
        self.heard: dict[str, list[tuple[str, int]]] = {}
        self.gone = gone
        self._marks: dict[tuple[str, str], int] = {}

    def post(self, endpoint: str, connection_id: str, data: bytes, mark: Mark) -> None:
        if connection_id in self.gone:
            raise GoneError
        if mark.number <= self._marks.get((connection_id, mark.topic), -1):
            return
        self._marks[connection_id, mark.topic] = mark.number
        said = json.loads(data)
        self.heard.setdefault(connection_id, []).append((said["projectId"], said["number"]))


class DyingEars:
    def __init__(self, ears: Ears, countdown: Countdown) -> None:
        self._ears = ears
        self._countdown = countdown

    def post(self, *args: Any) -> None:
        self._countdown(lambda: self._ears.post(*args))


def opened(database: Any) -> BizTech:
    club = BizTech(database)
    club.create_tables()
    for project in ("aurora", "cobalt"):
        club.exchange.create_project(project, EVENT, project.title(), project[:3].upper())
    club.exchange.open_account("ann")
    return club


def listens(club: BizTech, *names: str) -> None:
    for name in names:
        moment = club.context.moment()
        club.design.create(BtxSocket(connection_id=name, event_id=EVENT, endpoint="-", connected_at=moment))


def traded(club: BizTech) -> dict[str, list[tuple[int, int, Any]]]:
    """Project -> its prices as the trades made them: number, moment, price; the listing first."""
    found = {}
    for project in ("aurora", "cobalt"):
        trades = [
            (each.price_number, each.executed_at, each.end_price) for each in club.exchange.trades(project)
        ]
        found[project] = sorted(trades)
    return found


def recorded(club: BizTech) -> dict[str, list[tuple[int, int, Any]]]:
    return {
        project: [(each.number, each.ts, each.price) for each in club.exchange.price_history(project)][1:]
        for project in ("aurora", "cobalt")
    }


def of(heard: list[tuple[str, int]], project: str) -> list[int]:
    return [number for name, number in heard if name == project]


@pytest.mark.parametrize("is_after", [False, True], ids=["before", "after"])
def test_a_consumer_that_dies_at_any_step_loses_no_price_and_repeats_none(is_after: bool) -> None:
    for step in count(1):
        with stator.open() as database:
            club = opened(database)
            listens(club, "c1", "c2", "c3")
            club.exchange.buy("ann", "aurora", 5)
            club.exchange.buy("ann", "cobalt", 5)
            ears, countdown = Ears(gone=("c3",)), Countdown(step, is_after)
            mortal = BizTech(Dying(database, countdown))
            survived = True
            try:
                Consumer(mortal, PriceFeed(mortal), DyingEars(ears, countdown)).catch_up()
            except Killed:
                survived = False
            club.exchange.buy("ann", "cobalt", 1)
            Consumer(club, PriceFeed(club), ears).catch_up()
            assert recorded(club) == traded(club)
            assert sorted(ears.heard) == ["c1", "c2"]
            for heard in ears.heard.values():
                assert of(heard, "aurora") == [1, 2]
                assert of(heard, "cobalt") == [1, 2, 3]
            assert {row.connection_id for row in club.design.btx_sockets_at(EVENT)} == {"c1", "c2"}
        if survived:
            assert step > 24, "the steps were counted"
            return


def test_prices_go_to_the_history_on_every_door(club: BizTech) -> None:
    for project in ("aurora", "cobalt"):
        club.exchange.create_project(project, EVENT, project, project)
    club.exchange.open_account("ann")
    ears = Ears()
    assert Consumer(club, PriceFeed(club), ears).catch_up() == 2
    club.exchange.buy("ann", "aurora", 5)
    club.exchange.set_seed("cobalt", 7)
    club.exchange.set_open("cobalt", False)
    assert Consumer(club, PriceFeed(club), ears).catch_up() == 3
    assert Consumer(club, PriceFeed(club), ears).catch_up() == 0
    history = [(each.number, str(each.price), each.source) for each in club.exchange.price_history("cobalt")]
    assert history == [(1, "1.00", "PROJECT_CREATE"), (2, "1.70", "SEED_UPDATE")], "closing it makes no price"
    last = club.design.btx_last_prices_of("aurora").first()
    assert last is not None
    assert (last.number, last.net_shares) == (2, 5)
    assert club.exchange.price_history("aurora", since=last.ts).all() == [last]
    assert club.exchange.price_history("aurora", until=last.ts - 1).count() == 1


def test_a_consumer_that_is_taken_over_is_refused_and_keeps_no_place(club: BizTech) -> None:
    first = Keeper.take_over(club.design, "prices")
    second = Keeper.take_over(club.design, "prices")
    second.keep("further")
    with pytest.raises(TakenOverError, match="another consumer of prices has taken over"):
        first.keep("back")
    assert Keeper.take_over(club.design, "prices").checkpoint == "further"
    assert Keeper.take_over(club.design, "wall").checkpoint is None


def test_a_gateway_that_fails_holds_the_consumer_up_and_leaves_no_price_out() -> None:
    class Failing(Ears):
        def post(self, *args: Any) -> None:
            raise DeliveryError("http://gateway: timed out")

    with stator.open() as database:
        club = opened(database)
        listens(club, "c1")
        with pytest.raises(DeliveryError):
            Consumer(club, PriceFeed(club), Failing()).catch_up()
        ears = Ears()
        Consumer(club, PriceFeed(club), ears).catch_up()
        assert sorted(ears.heard["c1"]) == [("aurora", 1), ("cobalt", 1)]


def test_an_item_that_is_no_project_is_passed_over_with_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    with stator.open() as database:
        club = opened(database)
        database.Table("bizBtxProjects").put_item(Item={"projectId": "stray", "eventId": EVENT})
        club.exchange.buy("ann", "aurora", 1)
        with caplog.at_level(logging.WARNING):
            assert Consumer(club, PriceFeed(club), Ears()).catch_up() == 4
        assert "bizBtxProjects: change" in caplog.text
        assert recorded(club) == traded(club)


def test_a_project_that_is_deleted_makes_no_price() -> None:
    with stator.open() as database:
        club = opened(database)
        club.design.erase(club.exchange.project("cobalt"))
        assert Consumer(club, PriceFeed(club), Ears()).catch_up() == 3
        assert club.exchange.price_history("cobalt").count() == 1


def test_feeds_are_known_by_their_names(club: BizTech) -> None:
    assert [feed.name for feed in feeds_of(club)] == ["prices", "wall", "voting"]
    assert [feed.name for feed in feeds_of(club, ["wall"])] == ["wall"]
    with pytest.raises(
        stator.errors.StatorError, match="there is no feed news; there are prices, wall, voting"
    ):
        feeds_of(club, ["news"])


def test_prices_come_once_and_in_order_while_the_streams_shards_are_replaced() -> None:
    clock = ManualClock()
    with stator.open(clock=clock, background=False, stream_shards=2, stream_shard_s=600) as database:
        club = opened(database)
        listens(club, "c1")
        ears = Ears()
        for hour in range(5):
            for project in ("aurora", "cobalt"):
                club.exchange.buy("ann", project, 1 + hour)
            if hour % 2 == 0:
                Consumer(club, PriceFeed(club), ears).catch_up()
            clock.advance(601)
            assert database.run_pending()
        Consumer(club, PriceFeed(club), ears).catch_up()
        assert recorded(club) == traded(club)
        assert [of(ears.heard["c1"], project) for project in ("aurora", "cobalt")] == [[1, 2, 3, 4, 5, 6]] * 2


def test_tables_that_are_made_anew_are_followed() -> None:
    with stator.open() as database:
        club = opened(database)
        assert Consumer(club, PriceFeed(club), Ears()).catch_up() == 2
        club.exchange.buy("ann", "aurora", 1)
        club.delete_tables()
        club = opened(database)
        assert Consumer(club, PriceFeed(club), Ears()).catch_up() == 3, (
            "what the table before it said last, too"
        )
        club.exchange.buy("ann", "aurora", 1)
        assert Consumer(club, PriceFeed(club), Ears()).catch_up() == 1
        assert [price.number for price in club.exchange.price_history("cobalt")] == [1]


@pytest.mark.parametrize("is_told", [True, False])
def test_who_was_away_for_longer_than_a_stream_is_kept_takes_what_is_left(
    is_told: bool, caplog: pytest.LogCaptureFixture
) -> None:
    clock = ManualClock()
    with stator.open(clock=clock, background=False) as database:
        club = opened(database)
        Consumer(club, PriceFeed(club), Ears()).catch_up()
        if is_told:
            club.exchange.buy("ann", "aurora", 1)
        clock.advance(90_000)
        club.exchange.buy("ann", "aurora", 2)
        assert Consumer(club, PriceFeed(club), Ears()).catch_up() == 1
        assert [price.number for price in club.exchange.price_history("aurora")] == [1, 3 if is_told else 2]
        assert "away for more than 24 hours" in caplog.text


def test_the_wall_is_told_of_those_who_met_until_they_expire() -> None:
    clock = ManualClock()
    with stator.open(clock=clock, background=False) as database:
        club = BizTech(database)
        club.create_tables()
        moment = club.context.moment()
        club.design.create(WallSocket(connection_id="w", event_id=EVENT, endpoint="-", connected_at=moment))
        met = LiveConnection(
            event_id=EVENT, created_at=club.context.now_ms(), uuid="u", from_profile="p1", to_profile="p2",
            from_name="Ann", to_name="Bo", ttl=int(clock.now()) + 60,
        )  # fmt: skip
        club.design.create(met)
        told: list[str] = []

        class Wall(Ears):
            def post(self, endpoint: str, connection_id: str, data: bytes, mark: Mark) -> None:
                told.append(json.loads(data)["type"])

        Consumer(club, WallFeed(club), Wall()).catch_up()
        clock.advance(61)
        assert club.wall.recent(EVENT) == [], "at once"
        assert database.run_pending()
        Consumer(club, WallFeed(club), Wall()).catch_up()
        assert told == ["connection", "forgotten"]
