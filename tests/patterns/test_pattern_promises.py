"""What each pattern promises beyond its examples, in memory and over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest

from patterns import (
    conditional_writes,
    connections,
    counters,
    hierarchy,
    indexing,
    large_items,
    leader_board,
    lifecycle,
    outbox,
    relationships,
    time_based,
    versioning,
    write_sharding,
)
from patterns.pattern import Pattern
from patterns.running import Running
from stator.model import (
    AlreadyExistsError,
    Attr,
    ConditionFailedError,
    NotFoundError,
    StaleError,
    UniqueError,
    ref,
)

Prepare = Callable[[Pattern], Running]


def test_the_children_of_one_parent_come_in_order_and_no_others(prepared: Prepare) -> None:
    shop: Any = prepared(relationships.PATTERN).design
    assert [each.OrderDate for each in shop.orders_of("user-123")] == ["2024-11-02", "2024-10-10"]
    assert [each.UserId for each in shop.orders_for("tea")] == ["user-123", "user-456"]


def test_a_subtree_has_no_neighbour_whose_name_begins_alike(prepared: Prepare) -> None:
    org: Any = prepared(hierarchy.PATTERN).design
    org.create(hierarchy.Unit(company="acme", path="root/sales-old/", name="Old"))
    assert [each.name for each in org.units_below("acme", "root/sales/")] == ["Sales", "Europe", "Spain"]


def test_an_edge_is_seen_from_both_ends(prepared: Prepare) -> None:
    org: Any = prepared(hierarchy.PATTERN).design
    org.create(hierarchy.Membership(person_id="bo", unit_id="research", role="guest"))
    assert [each.unit_id for each in org.person_with_units("bo") if hasattr(each, "unit_id")] == [
        "research",
        "sales",
    ]
    assert [each.person_id for each in org.members_of("research")] == ["ann", "bo"]


def test_a_range_of_time_has_its_first_moment_and_not_its_last(prepared: Prepare) -> None:
    telemetry: Any = prepared(time_based.PATTERN).design
    day = time_based.DAY
    found = telemetry.events_of("d1", day.date(), since=day.replace(hour=8), before=day.replace(hour=9))
    assert [each.event_id for each in found] == ["e1"]
    assert telemetry.events_of("d1", date(2030, 1, 2)).all() == []


def test_an_event_that_is_delivered_twice_is_stored_once(prepared: Prepare) -> None:
    telemetry: Any = prepared(time_based.PATTERN).design
    with pytest.raises(AlreadyExistsError):
        telemetry.create(time_based.PATTERN.items[0])
    assert telemetry.events_of("d1", time_based.DAY.date()).count() == 3


def test_a_connection_that_is_renewed_outlives_the_others(prepared: Prepare) -> None:
    running = prepared(connections.PATTERN)
    chat: Any = running.design
    running.wait(500)
    chat.update(
        ref(connections.Connection, connection_id="c2"),
        {"expires_at": connections.OPENED + timedelta(hours=1)},
    )
    running.wait(101)
    assert [each.connection_id for each in chat.in_room("lobby")] == ["c2"]
    with pytest.raises(NotFoundError):
        chat.update(
            ref(connections.Connection, connection_id="c1"),
            {"expires_at": connections.OPENED + timedelta(hours=1)},
        )


def test_of_many_withdrawals_at_once_only_what_the_balance_allows_is_done(prepared: Prepare) -> None:
    bank: Any = prepared(conditional_writes.PATTERN).design

    def withdraw(_: int) -> bool:
        try:
            bank.update(
                ref(conditional_writes.Account, account_id="a1"),
                add={"balance": -30},
                if_=Attr("balance").gte(30),
            )
        except ConditionFailedError:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(withdraw, range(8))) == 3
    assert bank.account("a1").balance == 10


def test_a_payment_is_done_once_and_a_refused_one_not_at_all(prepared: Prepare) -> None:
    bank: Any = prepared(conditional_writes.PATTERN).design
    conditional_writes.pay(bank, "p1", 60)
    with pytest.raises(AlreadyExistsError):
        conditional_writes.pay(bank, "p1", 60)
    with pytest.raises(ConditionFailedError):
        conditional_writes.pay(bank, "p2", 60)
    assert bank.account("a1").balance == 40
    assert bank.payment("a1", "p2") is None


def test_an_email_address_has_one_account(prepared: Prepare) -> None:
    bank: Any = prepared(conditional_writes.PATTERN).design
    with pytest.raises(UniqueError):
        bank.create(conditional_writes.Account(account_id="a2", email="ann@example.com"))
    assert bank.account("a2") is None


def test_of_two_edits_of_one_version_the_second_is_refused_and_leaves_no_history(prepared: Prepare) -> None:
    documents: Any = prepared(versioning.PATTERN).design
    mine, theirs = documents.document("d1"), documents.document("d1")
    versioning.edit(documents, theirs, "theirs")
    with pytest.raises(StaleError):
        versioning.edit(documents, mine, "mine")
    assert documents.document("d1").text == "theirs"
    assert [each.text for each in documents.history_of("d1")] == ["first"]


def test_a_deleted_document_is_not_found_until_it_is_restored(prepared: Prepare) -> None:
    documents: Any = prepared(versioning.PATTERN).design
    documents.delete(ref(versioning.Document, document_id="d1"))
    assert documents.document("d1") is None
    documents.restore(ref(versioning.Document, document_id="d1"))
    assert documents.document("d1").text == "first"


def test_an_expired_session_is_not_returned_though_it_is_stored(prepared: Prepare) -> None:
    running = prepared(lifecycle.PATTERN)
    accounts: Any = running.design
    running.wait(3600)
    assert accounts.session("ann", "s1") is not None
    running.wait(1)
    assert accounts.session("ann", "s1") is None
    assert [each.session_id for each in accounts.sessions_of("ann")] == ["s2"]
    assert len(running.items_of(lifecycle.Accounts.table)) == len(lifecycle.PATTERN.items)


def test_the_sparse_index_holds_what_is_urgent_and_follows_it(prepared: Prepare) -> None:
    running = prepared(indexing.PATTERN)
    desk: Any = running.design
    desk.update(ref(indexing.Ticket, employee_id="bo", ticket_id="t3"), {"urgent_in": "madrid"}, known={})
    assert [each.ticket_id for each in desk.urgent_tickets("madrid")] == ["t2", "t3"]
    desk.update(ref(indexing.Ticket, employee_id="ann", ticket_id="t2"), remove=["urgent_in"])
    assert [each.ticket_id for each in desk.urgent_tickets("madrid")] == ["t3"]


def test_the_local_index_orders_by_priority_and_is_read_consistently(prepared: Prepare) -> None:
    desk: Any = prepared(indexing.PATTERN).design
    assert [each.ticket_id for each in desk.tickets_by_priority("ann", 9)] == ["t2", "t4", "t1"]
    assert desk.tickets_by_priority.explain("ann", 9).request["ConsistentRead"] is True


def test_a_vote_is_found_again_in_its_shard_and_the_whole_day_is_in_order(prepared: Prepare) -> None:
    votes: Any = prepared(write_sharding.PATTERN).design
    found: Any = write_sharding.whole_day(votes)
    assert [each.vote_id for each in found] == ["v1", "v2", "v3", "v4", "v5"]
    assert {each.shard for each in found} > {1}


def test_views_that_are_added_at_once_are_all_counted(prepared: Prepare) -> None:
    pages: Any = prepared(counters.PATTERN).design
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: counters.seen(pages, "home", f"r{number}"), range(20)))
    assert sum(each.count for each in pages.views_of("home")) == 20


def test_equal_scores_both_stand_on_the_board(prepared: Prepare) -> None:
    board: Any = prepared(leader_board.PATTERN).design
    board.create(leader_board.Score(player_id="di", game="chess", score=700))
    assert [each.player_id for each in board.best_of("chess").page(2)] == ["di", "ann"]
    assert board.better_than("chess", 700) == 0


def test_an_upload_that_stopped_half_way_is_not_seen(prepared: Prepare) -> None:
    library: Any = prepared(large_items.PATTERN).design
    large_items.store(library, "d1", "A text", "u1", "the whole of a long text")
    library.put(large_items.Chunk(document_id="d1", upload="u2", number=0, text="half of an"))
    assert large_items.text_of(library, "d1") == "the whole of a long text"


def test_a_message_is_sent_for_each_order_that_was_stored_and_for_no_other(prepared: Prepare) -> None:
    shop: Any = prepared(outbox.PATTERN).design
    outbox.place(shop, outbox.Order(order_id="o1", total=1), outbox.NOW)
    with pytest.raises(AlreadyExistsError):
        outbox.place(shop, outbox.Order(order_id="o1", total=2), outbox.NOW)
    assert [message.order_id for message, _ in outbox.messages_since(shop)] == ["o1"]
