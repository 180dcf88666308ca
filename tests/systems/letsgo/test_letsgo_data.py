"""The data module: what is put comes back, lists go on by tokens, expiry is exact, and what is reserved is refused."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

import pytest

import stator
from stator.clock import ManualClock
from systems.letsgo import Data, ItemError, ReservedCategoryError, TokenError
from systems.letsgo.tokens import token_key

ITEMS: list[dict[str, Any]] = [
    {"category": "order", "key": "ord-1"},
    {"category": "order", "key": "ord-2", "total": 12, "items": ["cat", "dog"]},
    {"category": "order", "key": "ord-3", "price": Decimal("9.95"), "paid": True, "note": ""},
    {"category": "order", "key": "ord-4", "of": {"customer": {"id": "cus-456", "tags": ["a", 1]}}},
    {"category": "order", "key": "ord-5", "scan": b"\x00\xff", "tags": {"new", "gift"}},
    {"category": "order", "key": "ord-6", "stored": 1, "copy": "x", "model_config": {"a": []}},
    {"category": "order", "key": "ord-7", "nothing": None, "within": {"nothing": None}, "list": [None]},
    {"category": "großes Maß", "key": "/ä/ö", "Ü": "ß"},
    {"category": "#", "key": "a#b$c d"},
]

WRONG: list[tuple[Any, str]] = [
    ({}, "a category is a text"),
    ({"category": "order"}, "a key is a text"),
    ({"key": "ord-1"}, "a category is a text"),
    ({"category": "", "key": "ord-1"}, "a category is a text"),
    ({"category": "order", "key": ""}, "a key is a text"),
    ({"category": 1, "key": "ord-1"}, "a category is a text"),
    ({"category": "order", "key": 1}, "a key is a text"),
    ({"category": "order", "key": "ord-1", "ttl": "soon"}, "ttl is a whole number"),
    ({"category": "order", "key": "ord-1", "ttl": 1.5}, "ttl is a whole number"),
    ({"category": "order", "key": "ord-1", "ttl": True}, "ttl is a whole number"),
    ({"category": "order", "key": "ord-1", "x": float("nan")}, "cannot be stored"),
    ({"category": "order", "key": "ord-1", "x": object()}, "cannot be stored"),
    ({"category": "order", "key": "\ud800"}, "a key is text that UTF-8 can write"),
    ({"category": "\ud800", "key": "ord-1"}, "a category is text that UTF-8 can write"),
    ({"category": "order", "key": "ä" * 513}, "a key has at most 1,024 bytes, not 1,026"),
    ({"category": "o" * 2049, "key": "ord-1"}, "a category has at most 2,048 bytes, not 2,049"),
    ("order", "an item is a mapping"),
]


def orders(data: Data, count: int, **more: Any) -> None:
    for number in range(count):
        data.put({"category": "order", "key": f"ord-{number:03}", **more})


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item["key"])
def test_an_item_comes_back_as_it_was_put(data: Data, item: dict[str, Any]) -> None:
    data.put(item)
    assert data.get(item["category"], item["key"]) == item
    assert data.get(item["category"], item["key"], consistent=True) == item
    assert data.list(item["category"]).items == [item]


@pytest.mark.parametrize("wrong", ["\ud800", "k" * 1025])
def test_what_no_key_can_be_is_refused_by_reads_too(data: Data, wrong: str) -> None:
    for read in (data.get, data.delete, data.list):
        with pytest.raises(ItemError):
            read("order", wrong)


def test_a_ttl_of_another_program_is_taken_as_dynamodb_takes_it(data: Data, db: Any, clock: ManualClock) -> None:
    table, now = db.table(data.design.table_name("letsgo")), int(clock.now())
    alive = {"fraction": now + Decimal("5.5"), "text": "1", "map": {"at": 1}}
    for key, ttl in {**alive, "past": now - Decimal("5.5")}.items():
        table.put_item(Item={"category": "order", "key": key, "ttl": ttl})
    assert {item["key"]: item["ttl"] for item in data.list("order").items} == alive
    assert data.get("order", "past") is None
    assert data.get("order", "fraction") == {"category": "order", "key": "fraction", "ttl": alive["fraction"]}


def test_a_put_takes_the_place_of_the_whole_item(data: Data) -> None:
    data.put({"category": "order", "key": "ord-1", "total": 12})
    data.put({"category": "order", "key": "ord-1", "paid": True})
    assert data.get("order", "ord-1") == {"category": "order", "key": "ord-1", "paid": True}


def test_what_is_not_there_is_none_and_can_be_deleted(data: Data) -> None:
    assert data.get("order", "ord-1") is None
    data.delete("order", "ord-1")
    data.put({"category": "order", "key": "ord-1"})
    data.delete("order", "ord-1")
    assert data.get("order", "ord-1") is None


@pytest.mark.parametrize(("item", "says"), WRONG)
def test_an_item_that_cannot_be_stored_is_refused(data: Data, item: Any, says: str) -> None:
    with pytest.raises(ItemError, match=says):
        data.put(item)


# Lists


def test_a_prefix_finds_all_and_only_what_begins_with_it(data: Data) -> None:
    for key in ("/customer-1/a", "/customer-1/b", "/customer-10/c", "/customer-2/d", "customer-1"):
        data.put({"category": "customer-order", "key": key})
    data.put({"category": "customer", "key": "/customer-1/e"})
    found = data.list("customer-order", "/customer-1/").items
    assert [item["key"] for item in found] == ["/customer-1/a", "/customer-1/b"]
    assert len(data.list("customer-order").items) == 5
    assert data.list("customer-order", "/customer-3/").items == []
    assert [item["key"] for item in data.every("customer-order", "/customer-2")] == ["/customer-2/d"]


def test_tokens_go_from_page_to_page_to_the_end(data: Data) -> None:
    orders(data, 25)
    found, token, pages = [], None, 0
    while True:
        page = data.list("order", "ord-", limit=10, token=token)
        assert len(page.items) <= 10
        found += [item["key"] for item in page.items]
        pages += 1
        token = page.next_token
        if token is None:
            break
    assert found == [f"ord-{number:03}" for number in range(25)]
    assert pages == 3


def test_a_token_is_good_after_its_item_is_gone(data: Data) -> None:
    orders(data, 10)
    page = data.list("order", limit=5)
    data.delete("order", "ord-004")
    assert [item["key"] for item in data.list("order", limit=2, token=page.next_token).items] == [
        "ord-005",
        "ord-006",
    ]


@pytest.mark.parametrize("limit", [0, -1, "5", 2.0, True])
def test_a_limit_that_is_none_is_refused(data: Data, limit: Any) -> None:
    with pytest.raises(ItemError, match="a limit is at least 1"):
        data.list("order", limit=limit)


@pytest.mark.parametrize(
    "token", ["", "x", "!!!!", "AAAA", "ä", "A" * 13_000, 7, b"AAAA"], ids=lambda t: repr(t)[:12]
)
def test_a_malformed_token_is_a_clear_error(data: Data, token: Any) -> None:
    with pytest.raises(TokenError, match=r"the next token is (malformed|not one of this list)"):
        data.list("order", token=token)


def test_a_token_that_was_changed_in_any_place_is_refused(data: Data) -> None:
    orders(data, 3)
    token = data.list("order", limit=1).next_token
    assert token is not None
    for place in range(len(token)):
        changed = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        with pytest.raises(TokenError):
            data.list("order", token=changed)


def test_a_token_is_bound_to_its_category_prefix_and_table(data: Data, db: Any, clock: ManualClock) -> None:
    orders(data, 3)
    data.put({"category": "other", "key": "ord-000"})
    token = data.list("order", "ord-", limit=1).next_token
    for category, prefix in (("other", "ord-"), ("order", ""), ("order", "ord"), ("order", "ord-0")):
        with pytest.raises(TokenError, match="not one of this list"):
            data.list(category, prefix, token=token)
    elsewhere = Data(db, "dev", token_key=b"the tests' key of tokens", now=clock.now)
    elsewhere.design.create_tables()
    with pytest.raises(TokenError, match="not one of this list"):
        elsewhere.list("order", "ord-", token=token)
    assert len(data.list("order", "ord-", token=token).items) == 2


def test_a_token_is_good_in_another_process_by_the_key_in_the_table(data: Data, db: Any) -> None:
    orders(data, 3)
    one, other = (Data(db, token_key=token_key(db)) for _ in range(2))
    token = one.list("order", limit=1).next_token
    assert len(other.list("order", token=token).items) == 2
    with pytest.raises(TokenError):
        data.list("order", token=token)


# Expiry


def test_an_item_is_there_until_its_second_has_passed(data: Data, clock: ManualClock) -> None:
    now = int(clock.now())
    for ttl in (now - 1, now, now + 1):
        data.put({"category": "session", "key": f"{ttl - now:+}", "ttl": ttl})
    alive = ["+0", "+1"]
    for _ in range(3):
        assert [item["key"] for item in data.list("session").items] == alive
        assert [key for key in ("+0", "+1", "-1") if data.get("session", key)] == alive
        alive = alive[1:]
        clock.advance(1)


def test_the_last_part_of_the_second_is_still_alive(data: Data, clock: ManualClock) -> None:
    data.put({"category": "session", "key": "a", "ttl": int(clock.now())})
    clock.advance(0.999)
    assert data.get("session", "a") is not None
    clock.advance(0.001)
    assert data.get("session", "a") is None


def test_a_page_of_expired_items_may_be_empty_and_still_carry_a_token(data: Data) -> None:
    orders(data, 90, ttl=1)
    data.put({"category": "order", "key": "ord-999"})
    page = data.list("order", limit=2)
    assert page.items == []
    assert page.next_token is not None
    found = []
    while page.next_token is not None:
        page = data.list("order", limit=20, token=page.next_token)
        found += [item["key"] for item in page.items]
    assert found == ["ord-999"]


def test_an_expired_item_can_be_put_anew(data: Data, clock: ManualClock) -> None:
    data.put({"category": "session", "key": "a", "ttl": 1})
    data.put({"category": "session", "key": "a", "ttl": int(clock.now()) + 60})
    assert data.get("session", "a") is not None


# Reserved categories


@pytest.mark.parametrize("category", ["letsgo", "letsgo-tenant", "letsgone", "letsgo-anything"])
def test_a_category_that_begins_with_letsgo_is_refused_in_every_call(data: Data, category: str) -> None:
    calls = (
        lambda: data.get(category, "k"),
        lambda: data.put({"category": category, "key": "k"}),
        lambda: data.delete(category, "k"),
        lambda: data.list(category),
        lambda: list(data.every(category)),
        lambda: data.delete_all(category),
    )
    for call in calls:
        with pytest.raises(ReservedCategoryError, match="kept for the platform"):
            call()


def test_an_operator_may_read_them_and_not_write(db: Any, data: Data) -> None:
    operator = Data(db, reads_reserved=True)
    assert operator.list("letsgo-tenant").items == []
    assert operator.get("letsgo-tenant", "ten-1") is None
    with pytest.raises(ReservedCategoryError):
        operator.put({"category": "letsgo-tenant", "key": "ten-1"})
    with pytest.raises(ReservedCategoryError):
        operator.delete_all("letsgo-tenant")


# All of a prefix, and async


def test_all_of_a_prefix_is_deleted_and_nothing_else(data: Data) -> None:
    orders(data, 130)
    data.put({"category": "order", "key": "other"})
    assert data.delete_all("order", "ord-") == 130
    assert [item["key"] for item in data.list("order").items] == ["other"]
    assert data.delete_all("order", "ord-") == 0


def test_each_method_has_an_awaitable_twin(clock: ManualClock) -> None:
    async def use() -> None:
        async with stator.open_async(clock=clock) as db:
            data = Data(db, now=clock.now)
            await data.design.acreate_tables()
            many = [{"category": "order", "key": f"ord-{number}"} for number in range(9)]
            await asyncio.gather(*(data.aput(item) for item in many))
            assert await data.aget("order", "ord-3") == many[3]
            page = await data.alist("order", limit=5)
            rest = await data.alist("order", token=page.next_token)
            assert page.items + rest.items == many
            with pytest.raises(TokenError):
                await data.alist("other", token=page.next_token)
            await data.adelete("order", "ord-0")
            assert [item async for item in data.aevery("order")] == many[1:]

    asyncio.run(use())
