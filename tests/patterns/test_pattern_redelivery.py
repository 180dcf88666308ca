"""What follows a stream ends the same in whatever order its records come, however often, and past records that are not
its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from together import records_of, together

import stator
from patterns import audit_trail, connections, outbox, time_based
from patterns.lambdas import feed
from patterns.pattern import START_S, Pattern
from patterns.running import Running
from stator.clock import ManualClock
from stator.model import ref

Prepare = Callable[[Pattern], Running]
Record = Mapping[str, Any]
Account = audit_trail.Account


# The trail and the replica


def changed_accounts(accounts: Any) -> None:
    """Made, changed, removed, made again; made and removed; made alone."""
    a1 = ref(Account, account_id="a1")
    accounts.update(a1, {"limit": 2, "changed_by": "bo"})
    accounts.erase(a1)
    accounts.create(Account(account_id="a1", limit=3, changed_by="cy"))
    accounts.update(a1, {"limit": 4, "changed_by": "di"})
    accounts.erase(ref(Account, account_id="a2"))
    accounts.create(Account(account_id="a3", limit=9, changed_by="ann"))


def ended(accounts: Any) -> dict[str, tuple[Any, list[str]]]:
    """By account: what the replica has, and the trail."""
    return {
        account_id: (
            copy.limit if copy else "gone",
            [f"{each.event} {each.before} {each.after}" for each in accounts.history_of(account_id)],
        )
        for account_id in ("a1", "a2", "a3")
        for copy in [accounts.copy_of(account_id)]
    }


EXPECTED = {
    "a1": (
        4,
        ["INSERT None 100", "MODIFY 100 2", "REMOVE 2 None", "INSERT None 3", "MODIFY 3 4"],
    ),
    "a2": ("gone", ["INSERT None 200", "REMOVE 200 None"]),
    "a3": (9, ["INSERT None 9"]),
}


def test_trail_and_replica_end_with_what_was_done(prepared: Prepare) -> None:
    accounts: Any = prepared(audit_trail.PATTERN).design
    changed_accounts(accounts)
    for _ in range(2):
        feed(accounts.db, "accounts", audit_trail.follower_of(accounts))
        assert ended(accounts) == EXPECTED


def _followed(deliveries: Sequence[Sequence[Record]]) -> Any:
    """On a database of its own: each delivery, to a follower in Lambda's shape."""
    with stator.open(":memory:", clock=ManualClock(START_S)) as db:
        accounts: Any = audit_trail.Accounts(db, now=lambda: START_S)
        accounts.create_tables()
        handler = audit_trail.follower_of(accounts)
        for records in deliveries:
            assert handler({"Records": records}, None) == {"batchItemFailures": []}
        return ended(accounts)


def _recorded() -> list[Record]:
    with stator.open(":memory:", clock=ManualClock(START_S)) as db:
        running = Running(audit_trail.PATTERN, db)
        running.prepare()
        changed_accounts(running.design)
        return records_of(running.design.db, "accounts")


RECORDS = _recorded()


@settings(max_examples=40, deadline=None)
@given(st.permutations([*RECORDS, *RECORDS]))
def test_trail_and_replica_end_the_same_in_whatever_order_changes_come(records: list[Record]) -> None:
    assert _followed([records]) == EXPECTED


def test_a_change_that_comes_after_the_removal_does_not_bring_it_back() -> None:
    of_a2 = [each for each in RECORDS if each["dynamodb"]["Keys"]["pk"] == {"S": "ACCOUNT#a2"}]
    insert, remove = of_a2
    assert _followed([[remove], [insert], [insert]])["a2"] == EXPECTED["a2"]


def test_followers_that_run_at_once_end_with_the_same(contended: Prepare) -> None:
    accounts: Any = contended(audit_trail.PATTERN).design
    changed_accounts(accounts)
    follower = audit_trail.follower_of(accounts)
    together(lambda _: feed(accounts.db, "accounts", follower, batch_size=3), range(3))
    for _ in range(200):  # reads may be stale
        found = ended(accounts)
        if found == EXPECTED:
            break
    assert found == EXPECTED


# The outbox


def test_an_order_is_shipped_once_though_its_message_comes_twice(contended: Prepare) -> None:
    running = contended(outbox.PATTERN)
    shop: Any = running.design
    for number in range(1, 5):
        outbox.place(shop, outbox.Order(order_id=f"o{number}", total=1), outbox.NOW)
    told: list[tuple[str, bool]] = []
    relay = outbox.relay_of(lambda message: told.append((message.order_id, outbox.receive(shop, message))))
    together(lambda _: feed(shop.db, "orders", relay), range(3))
    assert sorted(order_id for order_id, is_new in told if is_new) == ["o1", "o2", "o3", "o4"]
    assert len(told) == 12
    shipped = [item for item in running.items_of(outbox.Shop.table) if item["_type"] == "Shipment"]
    assert sorted(item["order_id"] for item in shipped) == ["o1", "o2", "o3", "o4"]


@pytest.mark.parametrize("stops_after", range(7))
def test_a_relay_that_stops_anywhere_goes_on_from_its_checkpoint_and_leaves_nothing_out(
    stops_after: int, prepared: Prepare
) -> None:
    shop: Any = prepared(outbox.PATTERN).design
    for number in range(1, 7):
        outbox.place(shop, outbox.Order(order_id=f"o{number}", total=1), outbox.NOW)
    sent: list[str] = []
    kept = None
    for message, place in islice(outbox.messages_since(shop), stops_after):
        sent.append(message.order_id)
        kept = place
    outbox.place(shop, outbox.Order(order_id="o7", total=1), outbox.NOW)
    sent += [message.order_id for message, _ in outbox.messages_since(shop, kept)]
    assert sorted(sent) == [f"o{number}" for number in range(1, 8)]


def test_a_message_has_one_id_in_each_delivery(prepared: Prepare) -> None:
    shop: Any = prepared(outbox.PATTERN).design
    outbox.place(shop, outbox.Order(order_id="o1", total=1), outbox.NOW)
    ids: list[str] = []
    for _ in range(2):
        feed(shop.db, "orders", outbox.relay_of(lambda message: ids.append(message.message_id)))
    assert ids == ["o1-placed"] * 2


def test_an_item_that_is_nobodys_does_not_hold_up_a_stream(prepared: Prepare) -> None:
    shop: Any = prepared(outbox.PATTERN).design
    shop.db.Table("orders").put_item(Item={"pk": "x", "sk": "x"})
    outbox.place(shop, outbox.Order(order_id="o1", total=1), outbox.NOW)
    sent: list[str] = []
    feed(shop.db, "orders", outbox.relay_of(lambda message: sent.append(message.order_id)))
    assert sent == ["o1"]
    assert [message.order_id for message, _ in outbox.messages_since(shop)] == ["o1"]


def test_a_message_that_expires_is_not_sent_again(prepared: Prepare) -> None:
    shop: Any = prepared(outbox.PATTERN).design
    outbox.place(shop, outbox.Order(order_id="o1", total=1), outbox.NOW)
    shop.erase(ref(outbox.Message, order_id="o1", message_id="o1-placed"))
    sent: list[str] = []
    feed(shop.db, "orders", outbox.relay_of(lambda message: sent.append(message.order_id)))
    assert sent == ["o1"]


# The latest event


@settings(max_examples=15, deadline=None)
@given(st.permutations([7, 8, 9, 9, 10, 8]))
def test_the_latest_is_the_latest_in_whatever_order_events_come(hours: list[int]) -> None:
    with stator.open(":memory:", clock=ManualClock(START_S)) as db:
        running = Running(time_based.PATTERN, db)
        telemetry: Any = running.design
        telemetry.create_tables()
        telemetry.db.Table("telemetry").put_item(Item={"pk": "x", "sk": "x"})
        for hour in set(hours):
            telemetry.create(time_based.event(hour, datetime(2030, 1, 1, hour, tzinfo=UTC), float(hour)))
        own = [each for each in records_of(telemetry.db, "telemetry") if "at" in each["dynamodb"]["NewImage"]]
        by_hour = {int(each["dynamodb"]["NewImage"]["value"]["N"]): each for each in own}
        handler = time_based.latest_by(telemetry)
        for hour in hours:
            assert handler({"Records": [by_hour[hour]]}, None) == {"batchItemFailures": []}
        assert telemetry.latest_of("d1").value == 10.0


def test_an_event_of_another_time_zone_is_in_its_day_of_utc() -> None:
    here = datetime(2030, 1, 2, 0, 30, tzinfo=UTC).astimezone()
    assert time_based.event(1, here, 1.0).day.isoformat() == "2030-01-02"


# Who is in a room


def told_by(chat: Any) -> list[str]:
    told: list[str] = []
    feed(chat.db, "connections", connections.presence_of(chat, lambda to, text: told.append(f"{to} {text}")))
    return told


def test_who_leaves_by_one_connection_and_stays_by_another_has_not_left(prepared: Prepare) -> None:
    chat: Any = prepared(connections.PATTERN).design
    chat.create(connections.opened("c4", "bo", "lobby"))
    chat.erase(ref(connections.Connection, connection_id="c2"))
    assert told_by(chat) == []
    chat.erase(ref(connections.Connection, connection_id="c4"))
    assert set(told_by(chat)) == {"c1 bo left"}


def test_a_connection_is_there_to_the_second(prepared: Prepare) -> None:
    running = prepared(connections.PATTERN)
    chat: Any = running.design
    running.wait(int(connections.ALIVE_FOR / timedelta(seconds=1)))
    assert chat.connection("c1") is not None
    assert len(chat.in_room("lobby").all()) == 2
    running.wait(1)
    assert chat.connection("c1") is None
    assert chat.in_room("lobby").all() == chat.of_user("ann").all() == []
