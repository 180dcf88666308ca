"""Each pattern that promises something to clients at once, under clients at once: in memory, over HTTP, and where
indexes lag, reads are stale and writes collide."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from together import done, together

from patterns import (
    analytics,
    conditional_writes,
    counters,
    large_items,
    leader_board,
    locks,
    reservations,
    versioning,
    write_sharding,
)
from patterns.pattern import START_S, Pattern
from patterns.running import Running
from stator.model import (
    AlreadyExistsError,
    Attr,
    ConditionFailedError,
    NotFoundError,
    StaleError,
    ref,
)

Contend = Callable[[Pattern], Running]
LATER = reservations.NOW + timedelta(minutes=16)


def items_of(running: Running) -> list[Any]:
    return running.items_of(running.pattern.design.table)


# Reservations


def reserve(shop: Any, reservation_id: str, quantity: int = 1) -> None:
    reservations.reserve(shop, "p1", reservation_id, quantity, reservations.NOW)


def states_of(running: Running) -> list[str]:
    return sorted(
        item["state"] for item in items_of(running) if item["pk"] == "PRODUCT#p1" and item["sk"] != "STOCK"
    )


def test_of_many_who_reserve_at_once_as_many_have_it_as_there_is(contended: Contend) -> None:
    running = contended(reservations.PATTERN)
    shop: Any = running.design
    results = together(lambda number: reserve(shop, f"r{number}"), range(8))
    assert len(done(results)) == 5
    assert {type(each) for each in results} == {type(None), ConditionFailedError}
    assert (shop.stock("p1").left, states_of(running)) == (0, ["held"] * 5)


def test_one_request_that_is_delivered_many_times_at_once_takes_once(contended: Contend) -> None:
    running = contended(reservations.PATTERN)
    shop: Any = running.design
    assert len(done(together(lambda _: reserve(shop, "r1", 2), range(4)))) == 1
    assert shop.stock("p1").left == 3


def test_what_is_paid_and_swept_at_once_is_one_of_the_two_and_given_back_once(contended: Contend) -> None:
    running = contended(reservations.PATTERN)
    shop: Any = running.design
    for number in range(5):
        reserve(shop, f"r{number}")

    def pay_or_sweep(what: Any) -> Any:
        return reservations.sweep(shop, LATER) if what is None else reservations.pay(shop, "p1", what)

    asked = [None, "r0", None, "r1", "r2", None]
    results = together(pay_or_sweep, asked)
    payments = [each for what, each in zip(asked, results, strict=True) if what is not None]
    for _ in range(30):  # a lagging index shows them in the end
        reservations.sweep(shop, LATER)
    states = states_of(running)
    assert set(states) <= {"paid", "given back"}
    assert shop.stock("p1").left == states.count("given back")
    assert states.count("paid") == len(done(payments))


def test_two_who_give_back_do_it_once(contended: Contend) -> None:
    shop: Any = contended(reservations.PATTERN).design
    reserve(shop, "r1", 4)
    held = shop.reservation("p1", "r1")
    results = together(lambda _: reservations.give_back(shop, held), range(4))
    assert len(done(results)) == 1
    assert shop.stock("p1").left == 5


def test_a_request_that_comes_again_after_it_was_given_back_takes_nothing(contended: Contend) -> None:
    running = contended(reservations.PATTERN)
    shop: Any = running.design
    reserve(shop, "r1", 4)
    reservations.give_back(shop, shop.reservation("p1", "r1"))
    with pytest.raises(AlreadyExistsError):
        reserve(shop, "r1", 4)
    with pytest.raises(ConditionFailedError):
        reservations.pay(shop, "p1", "r1")
    assert shop.stock("p1").left == 5


def test_what_is_held_is_never_forgotten(contended: Contend) -> None:
    running = contended(reservations.PATTERN)
    shop: Any = running.design
    reserve(shop, "r1")
    reservations.pay(shop, "p1", "r1")
    running.wait(10 * 365 * 86_400)
    assert shop.reservation("p1", "r1").state == "paid"


# Locks


def test_of_many_who_take_a_lock_for_the_first_time_one_has_it(contended: Contend) -> None:
    store: Any = contended(locks.PATTERN).design
    taken = together(lambda number: locks.take(store, "job", f"w{number}", START_S), range(8))
    (held,) = [each for each in taken if each is not None]
    assert (held.token, store.lease("job").owner) == (1, held.owner)


def test_of_many_who_take_over_one_does_and_the_token_rises_by_one(contended: Contend) -> None:
    store: Any = contended(locks.PATTERN).design
    for turn in range(1, 4):
        now_s = START_S + turn * locks.LEASE_S
        taken = together(lambda number, at=now_s: locks.take(store, "job", f"{at}-{number}", at), range(4))
        assert [each.token for each in taken if each is not None] == [turn]


def test_a_lease_ends_at_its_second(contended: Contend) -> None:
    store: Any = contended(locks.PATTERN).design
    locks.take(store, "job", "w1", START_S)
    assert locks.take(store, "job", "w2", START_S + locks.LEASE_S - 1) is None
    taken = locks.take(store, "job", "w2", START_S + locks.LEASE_S)
    assert taken is not None
    assert taken.token == 2


def test_who_had_no_answer_takes_again_and_has_the_same_lease(contended: Contend) -> None:
    store: Any = contended(locks.PATTERN).design
    first = locks.take(store, "job", "w1", START_S)
    assert locks.take(store, "job", "w1", START_S + 1) == first


def test_what_was_given_back_is_not_held_again_by_a_renewal_that_comes_late(contended: Contend) -> None:
    store: Any = contended(locks.PATTERN).design
    held = locks.take(store, "job", "w1", START_S)
    assert held is not None
    locks.give_back(store, held)
    with pytest.raises(ConditionFailedError):
        locks.renew(store, held, START_S + 99)
    assert locks.take(store, "job", "w2", START_S) is not None
    with pytest.raises(ConditionFailedError):
        locks.give_back(store, held)


def test_of_two_who_believe_they_hold_it_the_later_ones_write_stays(contended: Contend) -> None:
    store: Any = contended(locks.PATTERN).design
    for turn in range(0, 12, 2):
        early, late = (locks.Lease(name="job", owner=f"w{turn + n}", token=turn + n) for n in (1, 2))
        together(lambda held: locks.write(store, held, held.owner), [early, late])
        assert store.report("job").text == late.owner
        with pytest.raises(ConditionFailedError):
            locks.write(store, early, "too late")


# Leader board


def test_of_reports_in_any_order_and_twice_the_best_stays(contended: Contend) -> None:
    running = contended(leader_board.PATTERN)
    board: Any = running.design
    scores = [number % 6 * 100 for number in range(12)]
    random.Random(3).shuffle(scores)
    results = together(lambda score: leader_board.report(board, "eve", "go", score), scores)
    assert set(results) <= {True, False}
    stored = [item for item in items_of(running) if item["pk"] == "PLAYER#eve"]
    assert [item["score"] for item in stored] == [500]
    assert [item["gsi1sk"] for item in stored] == ["000000500#eve"]


def test_equal_scores_are_all_on_the_board_page_by_page(prepared: Contend) -> None:
    board: Any = prepared(leader_board.PATTERN).design
    players = [f"p{number}" for number in range(7)]
    for player in players:
        leader_board.report(board, player, "go", 5)
    page = board.best_of("go").page(3)
    seen = [each.player_id for each in page]
    while page.cursor is not None:
        page = board.best_of("go").page(3, page.cursor)
        seen += [each.player_id for each in page]
    assert seen == players[::-1]
    assert board.better_than("go", 5) == 0


# Large items


def whole_texts() -> dict[str, str]:
    return {f"u{number}": f"{number} " * (30 + number) for number in range(1, 6)}


def test_a_reader_has_one_text_or_another_while_writers_replace_it(contended: Contend) -> None:
    running = contended(large_items.PATTERN)
    library: Any = running.design
    texts = whole_texts()
    large_items.store(library, "d1", "First", "u0", "the first " * 9)
    read: list[str | None] = []

    def write_or_read(upload: str | None) -> None:
        if upload is not None:
            large_items.store(library, "d1", "A text", upload, texts[upload])
            return
        for _ in range(40):
            with suppress(TimeoutError):
                read.append(large_items.text_of(library, "d1"))

    results = together(write_or_read, [None, *texts, None])
    assert set(read) <= {"the first " * 9, *texts.values()}
    assert {type(each) for each in results} <= {type(None), ConditionFailedError}
    head = library.document("d1")
    assert large_items.text_of(library, "d1") == texts[head.upload]
    chunks = [
        item for item in items_of(running) if item["sk"].startswith("CHUNK#") and item["pk"] == "DOCUMENT#d1"
    ]
    assert {item["upload"] for item in chunks} == {head.upload}
    assert len(chunks) == head.chunks


def test_a_text_that_is_removed_between_its_head_and_its_chunks_is_read_again(prepared: Contend) -> None:
    library: Any = prepared(large_items.PATTERN).design
    old = large_items.store(library, "d1", "Old", "u1", "an old text of several chunks")
    large_items.store(library, "d1", "New", "u2", "a new text of several chunks")
    heads = [old]
    seen = library.document

    class Late:
        """It is told of the head as it was."""

        chunks_of = library.chunks_of

        def document(self, document_id: str) -> Any:
            return heads.pop() if heads else seen(document_id)

    assert large_items.text_of(Late(), "d1") == "a new text of several chunks"  # type: ignore[arg-type]
    heads[:] = [old] * large_items.READS_MAX
    with pytest.raises(TimeoutError):
        large_items.text_of(Late(), "d1")  # type: ignore[arg-type]


def test_a_head_whose_answer_was_lost_keeps_its_chunks(
    prepared: Contend, monkeypatch: pytest.MonkeyPatch
) -> None:
    library: Any = prepared(large_items.PATTERN).design
    large_items.store(library, "d1", "Old", "u1", "an old text of several chunks")
    put = library.put

    def answer_lost(entity: Any, **more: Any) -> None:
        put(entity, **more)
        put(entity, **more)  # what an SDK does by itself: its condition does not hold any more

    monkeypatch.setattr(library, "put", answer_lost)
    large_items.store(library, "d1", "New", "u2", "a new text of several chunks")
    assert large_items.text_of(library, "d1") == "a new text of several chunks"
    assert library.chunks_of("d1", "u1").count() == 0


def test_an_upload_that_is_delivered_twice_is_the_text(prepared: Contend) -> None:
    library: Any = prepared(large_items.PATTERN).design
    for _ in range(2):
        large_items.store(library, "d1", "A text", "u1", "a text of several chunks")
    assert large_items.text_of(library, "d1") == "a text of several chunks"


# Versions


def test_edits_at_once_lose_no_text_and_number_none_twice(contended: Contend) -> None:
    documents: Any = contended(versioning.PATTERN).design

    def edit(number: int) -> None:
        while True:
            try:
                versioning.edit(documents, documents.document("d1"), f"text {number}")
                return
            except StaleError:
                continue

    together(edit, range(6))
    current = documents.document("d1")
    for _ in range(30):  # reads of the history may be stale
        history = documents.history_of("d1").all()
        if len(history) == 6:
            break
    assert current.version == 7
    assert [each.number for each in history] == [6, 5, 4, 3, 2, 1]
    assert sorted([current.text, *(each.text for each in history)]) == sorted(
        ["first", *(f"text {number}" for number in range(6))]
    )


def test_a_document_is_edited_or_deleted_and_its_text_is_whole(contended: Contend) -> None:
    documents: Any = contended(versioning.PATTERN).design
    read = documents.document("d1")
    target = ref(versioning.Document, document_id="d1")

    def edit_or_delete(is_edit: bool) -> None:
        if is_edit:
            versioning.edit(documents, read, "second")
        else:
            documents.delete(target)

    edited, deleted = together(edit_or_delete, [True, False])
    assert deleted is None
    assert documents.document("d1") is None
    with pytest.raises(NotFoundError):
        versioning.edit(documents, read, "third")
    assert documents.restore(target).text == ("second" if edited is None else "first")
    assert edited is None or isinstance(edited, (NotFoundError, StaleError))


def test_a_deleted_documents_key_stays_taken(prepared: Contend) -> None:
    documents: Any = prepared(versioning.PATTERN).design
    documents.delete(ref(versioning.Document, document_id="d1"))
    with pytest.raises(AlreadyExistsError):
        documents.create(versioning.Document(document_id="d1", text="another"))


def test_a_document_that_was_erased_and_made_again_is_edited(prepared: Contend) -> None:
    documents: Any = prepared(versioning.PATTERN).design
    versioning.edit(documents, documents.document("d1"), "second")
    versioning.erase(documents, "d1")
    assert documents.history_of("d1").all() == []
    versioning.edit(documents, documents.create(versioning.Document(document_id="d1", text="new")), "newer")
    assert [each.text for each in documents.history_of("d1")] == ["new"]


# Counters, payments, batches


def test_a_like_counts_once_and_is_taken_back_once(contended: Contend) -> None:
    pages: Any = contended(counters.PATTERN).design
    assert len(done(together(lambda _: counters.like(pages, "home", "ann"), range(4)))) == 1
    assert len(done(together(lambda who: counters.like(pages, "home", who), ["bo", "cy", "di"]))) == 3
    assert pages.page("home").likes == 4
    assert len(done(together(lambda _: counters.unlike(pages, "home", "ann"), range(4)))) == 1
    assert pages.page("home").likes == 3


def test_a_view_with_its_token_counts_once_however_often_it_is_sent(contended: Contend) -> None:
    running = contended(counters.PATTERN)
    pages: Any = running.design
    views = [f"v{number % 4}" for number in range(12)]
    together(lambda view: counters.seen(pages, "home", view, token=view), views)
    assert sum(item.get("count", 0) for item in items_of(running)) == 4


def test_one_payment_sent_many_times_at_once_is_done_once(contended: Contend) -> None:
    bank: Any = contended(conditional_writes.PATTERN).design
    results = together(lambda _: conditional_writes.pay(bank, "p1", 30), range(5))
    assert len(done(results)) == 1
    assert bank.account("a1").balance == 70


def test_of_many_who_want_an_email_address_one_has_it(contended: Contend) -> None:
    running = contended(conditional_writes.PATTERN)
    bank: Any = running.design

    def sign_up(number: int) -> Any:
        return bank.create(conditional_writes.Account(account_id=f"n{number}", email="new@example.com"))

    assert len(done(together(sign_up, range(5)))) == 1
    assert [item["email"] for item in items_of(running) if "email" in item].count("new@example.com") == 1


def test_a_batch_of_views_delivered_many_times_at_once_is_counted_once(contended: Contend) -> None:
    running = contended(analytics.PATTERN)
    statistics: Any = running.design
    views = [(9, "home"), (9, "shop"), (10, "home")]
    assert (
        len(
            done(
                together(
                    lambda _: analytics.count_views(statistics, "s1", analytics.DAY, "b1", views), range(4)
                )
            )
        )
        == 1
    )
    hours = {item["hour"]: item["views"] for item in items_of(running) if "hour" in item}
    assert hours == {8: 3, 9: 2, 10: 1}


# Write sharding


def test_every_vote_is_in_the_whole_day_once_and_in_its_order(contended: Contend) -> None:
    running = contended(write_sharding.PATTERN)
    votes: Any = running.design
    noon = datetime(2030, 1, 1, 12, 30, tzinfo=UTC)
    given = [
        write_sharding.Vote(
            day=write_sharding.DAY,
            shard=write_sharding.shard_of(f"n{number}"),
            at=noon + timedelta(seconds=number // 3),  # three at a time
            vote_id=f"n{number}",
            choice="tea",
        )
        for number in range(60)
    ]
    together(lambda start: [votes.create(vote) for vote in given[start::4]], range(4))
    for _ in range(30):  # reads may be stale
        whole: Any = write_sharding.whole_day(votes)
        if len(whole) == 65:
            break
    assert {each.vote_id for each in whole} == {f"v{n}" for n in range(1, 6)} | {
        each.vote_id for each in given
    }
    assert [each.at for each in whole] == sorted(each.at for each in whole)
    assert len({each.shard for each in whole}) == write_sharding.SHARDS
    with pytest.raises(AlreadyExistsError):
        votes.create(given[0])


def test_conditions_of_the_callers_own_hold_under_conflicts(hard: Any) -> None:
    running = Running(conditional_writes.PATTERN, hard, sleep=lambda seconds: None)
    running.prepare()
    bank: Any = running.design
    account = ref(conditional_writes.Account, account_id="a1")
    results = together(
        lambda _: bank.update(account, add={"balance": -30}, if_=Attr("balance").gte(30)), range(8)
    )
    assert len(done(results)) == 3
    assert bank.account("a1").balance == 10
