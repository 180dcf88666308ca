"""What the designs of whole applications promise beyond their examples, in memory and over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta, timezone
from typing import Any

import pytest
from together import done, together

from patterns import analytics, chat, games, iot
from patterns.pattern import Pattern
from patterns.running import Running
from stator.model import AlreadyExistsError, ConditionFailedError

Prepare = Callable[[Pattern], Running]


def test_of_many_players_at_once_as_many_sit_as_there_are_places(prepared: Prepare) -> None:
    arena: Any = prepared(games.PATTERN).design

    def join(player_id: str) -> None:
        with suppress(ConditionFailedError):
            games.join(arena, "m1", player_id)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(join, [f"p{number}" for number in range(6)]))
    match, *seats = arena.everything_of("m1")
    assert (match.places, len(seats)) == (0, 2)


def test_a_player_sits_once(prepared: Prepare) -> None:
    arena: Any = prepared(games.PATTERN).design
    games.join(arena, "m1", "ann")
    with pytest.raises(AlreadyExistsError):
        games.join(arena, "m1", "ann")
    assert arena.match("m1").places == 1


def test_a_late_report_keeps_its_reading_and_leaves_the_state(prepared: Prepare) -> None:
    fleet: Any = prepared(iot.PATTERN).design
    iot.report(fleet, "d1", iot.DAY.replace(hour=9), 2.0)
    iot.report(fleet, "d1", iot.DAY.replace(hour=8), 1.0)
    assert fleet.device("d1").reported == 2.0
    assert [each.value for each in fleet.readings_of("d1", iot.DAY.date())] == [2.0, 1.0]


def test_a_message_that_comes_late_or_twice_sets_no_list_back(prepared: Prepare) -> None:
    messenger: Any = prepared(chat.PATTERN).design

    def say(message_id: str, hour: int) -> None:
        message = chat.Message(conversation_id="v1", message_id=message_id, sender="bo", text="x")
        chat.say(messenger, message, chat.START.replace(hour=hour))

    for message_id, hour in (("0004", 4), ("0004", 4), ("0003", 3)):
        say(message_id, hour)
    assert [each.active_at.hour for each in messenger.members_of("v1")] == [4, 4]
    assert [each.message_id for each in messenger.messages_after("v1", "0002")] == ["0003", "0004"]
    for message_id in ("0004", "0002"):
        chat.read_to(messenger, "v1", "ann", message_id)
    assert messenger.members_of("v1").first().read_to == "0004"


def test_a_thing_is_bought_once_and_only_from_the_coins(prepared: Prepare) -> None:
    arena: Any = prepared(games.PATTERN).design
    results = together(
        lambda thing: games.buy(arena, "ann", thing, 40), ["hat", "hat", "boat", "tent", "dog"]
    )
    *things, player = arena.player_with_things("ann")
    assert (len(done(results)), len(things), player.coins) == (2, 2, 20)


def test_a_report_of_another_time_zone_is_in_its_day_of_utc(prepared: Prepare) -> None:
    fleet: Any = prepared(iot.PATTERN).design
    late = iot.DAY.replace(hour=23, minute=30).astimezone(timezone(timedelta(hours=2)))
    iot.report(fleet, "d1", late, 3.0)
    assert [each.value for each in fleet.readings_of("d1", iot.DAY.date())] == [3.0]
    iot.report(fleet, "d1", iot.DAY.replace(hour=23), 1.0)
    assert fleet.device("d1").reported == 3.0


def test_sums_do_not_move_when_a_batch_comes_again(prepared: Prepare) -> None:
    statistics: Any = prepared(analytics.PATTERN).design
    analytics.count_views(statistics, "s1", analytics.DAY, "b1", [(9, "home"), (9, "shop")])
    with pytest.raises(AlreadyExistsError):
        analytics.count_views(statistics, "s1", analytics.DAY, "b1", [(9, "home"), (9, "shop")])
    assert [each.views for each in statistics.hours_of("s1", analytics.DAY)] == [3, 2]
