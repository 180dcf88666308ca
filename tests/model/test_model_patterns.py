"""What patterns yield, on each door."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from shop_design import DAY, Brief, Customer, Line, Order, Shop, order

from stator.clock import ManualClock
from stator.model import ArgumentError, CursorError, ForeignItemError, ref


@pytest.fixture
def stocked(shop: Shop) -> Shop:
    shop.create(Customer(customer_id="c1", email="a@example.com"))
    for number in range(1, 8):
        shop.create(order(number, priority=number % 3, total=number, tags={"odd"} if number % 2 else set()))
    shop.create(order(1, customer_id="c10"))
    return shop


def numbers(found: Any) -> list[int]:
    return [int(each.order_id[1:]) for each in found]


def test_a_get_yields_the_entity_or_none(stocked: Shop) -> None:
    customer = stocked.customer("c1")
    assert customer is not None
    assert (customer.email, customer.version) == ("a@example.com", 1)
    assert stocked.customer(customer_id="c2") is None


def test_a_query_yields_its_entity_alone_in_order(stocked: Shop) -> None:
    assert numbers(stocked.orders_of("c1")) == [7, 6, 5, 4, 3, 2, 1]


DAY3 = DAY.replace(day=3)
DAY5 = DAY.replace(day=5)
BOUNDS: list[tuple[dict[str, Any], list[int]]] = [
    ({"since": DAY5}, [7, 6, 5]),
    ({"after": DAY5 + timedelta(seconds=1)}, [7, 6]),
    ({"after": DAY5}, [7, 6]),
    ({"until": DAY3}, [3, 2, 1]),
    ({"before": DAY3}, [2, 1]),
    ({"since": DAY3, "until": DAY5}, [5, 4, 3]),
    ({"after": DAY3, "before": DAY5}, [4]),
    ({"since": DAY3, "before": DAY3}, []),
    ({"since": DAY5, "until": DAY3}, []),
]


@pytest.mark.parametrize(("bounds", "expected"), BOUNDS, ids=lambda each: str(each)[:60])
def test_bounds_hold_exactly(stocked: Shop, bounds: dict[str, Any], expected: list[int]) -> None:
    assert numbers(stocked.orders_of("c1", **bounds)) == expected
    assert stocked.orders_of("c1", **bounds).count() == len(expected)


def test_an_index_is_found_by_what_is_given_and_orders_numbers_as_numbers(stocked: Shop) -> None:
    stocked.create(order(9, priority=100, customer_id="c2"))
    priorities = [each.priority for each in stocked.orders_that_are("open")]
    assert priorities == sorted(priorities)
    assert priorities[-1] == 100
    assert numbers(stocked.orders_that_are("open", least=2, most=2)) == [2, 5]


def test_an_index_holds_only_the_items_that_have_its_attributes(stocked: Shop) -> None:
    stocked.update(ref(Order, customer_id="c1", placed_at=DAY, order_id="o1"), {"note": "gift: red"})
    stocked.update(ref(Order, customer_id="c1", placed_at=DAY3, order_id="o3"), {"note": "gift"})
    assert numbers(stocked.orders_noted("c1")) == [3, 1]
    assert numbers(stocked.orders_noted("c1", prefix="gift:")) == [1]


def test_filters_leave_out_what_was_declared(stocked: Shop) -> None:
    assert sorted(numbers(stocked.big_orders("open", minimum=6))) == [6, 7]
    assert sorted(numbers(stocked.big_orders("open", tag="odd"))) == [1, 3, 5, 7]


def test_a_collection_yields_several_entities_in_one_query(stocked: Shop) -> None:
    found = stocked.everything_of("c1").all()
    assert [type(each) for each in found] == [Order] * 7 + [Customer]


def test_a_projection_reads_only_the_attributes_of_its_model(stocked: Shop) -> None:
    assert stocked.briefs_of("c1").first() == Brief(order_id="o1", total=1)
    assert stocked.brief("c1", DAY, "o1") == Brief(order_id="o1", total=1)
    request = stocked.briefs_of.explain("c1").request
    assert "order_id" in request["ExpressionAttributeNames"].values()
    assert "ProjectionExpression" in request


def test_a_count_counts_what_a_query_yields(stocked: Shop) -> None:
    stocked.delete(ref(Order, customer_id="c1", placed_at=DAY, order_id="o1"))
    assert stocked.how_many("c1") == 6
    assert stocked.orders_of("c1").count() == 6


def test_a_scan_reads_the_entity_from_the_whole_table(stocked: Shop) -> None:
    assert len(stocked.every_order().all()) == 8


def test_a_batch_keeps_the_order_of_its_keys_and_leaves_out_what_is_not_there(stocked: Shop) -> None:
    keys = [order(number) for number in (5, 1, 30, 3)]
    assert numbers(stocked.orders(keys)) == [5, 1, 3]
    assert [each.number for each in stocked.get_many(Line, [])] == []


def test_batches_go_past_what_one_request_takes(shop: Shop) -> None:
    lines = [Line(order_id="o1", number=number, sku="a") for number in range(230)]
    assert shop.put_many(lines) == 230
    assert [each.number for each in shop.lines_of("o1")] == list(range(230))
    assert len(shop.get_many(Line, lines)) == 230
    shop.erase_many(lines[:200])
    assert shop.lines_of("o1").count() == 30


def test_pages_go_on_from_their_cursor_to_the_end(stocked: Shop) -> None:
    found: list[int] = []
    cursor = None
    while True:
        page = stocked.orders_of("c1").page(3, cursor)
        found += numbers(page)
        cursor = page.cursor
        if cursor is None:
            break
        assert len(page) == 3
        assert cursor.replace("-", "").replace("_", "").isalnum()
    assert found == [7, 6, 5, 4, 3, 2, 1]


def test_a_cursor_is_good_only_for_its_pattern_and_arguments(stocked: Shop) -> None:
    cursor = stocked.orders_of("c1").page(2).cursor
    assert cursor is not None
    for results in (stocked.orders_of("c10"), stocked.briefs_of("c1"), stocked.orders_of("c1", since=DAY)):
        with pytest.raises(CursorError):
            results.page(2, cursor)  # type: ignore[attr-defined]


def test_another_object_of_the_design_takes_the_cursor_where_the_key_is_the_designs(stocked: Shop) -> None:
    cursor = stocked.orders_of("c1").page(2).cursor
    again = Shop(stocked.db, now=stocked._now)
    assert numbers(again.orders_of("c1").page(2, cursor)) == [5, 4]
    with pytest.raises(CursorError):
        Shop(stocked.db, cursor_key=b"another key of sixteen").orders_of("c1").page(2, cursor)


def test_an_expired_item_is_never_returned_though_it_is_stored(stocked: Shop, clock: ManualClock) -> None:
    now = int(clock.now())
    stocked.put(order(20, expires_at=now + 10, customer_id="c3"))
    key = {"customer_id": "c3", "placed_at": DAY.replace(day=20), "order_id": "o20"}
    clock.advance(10)
    assert stocked.order(**key) is not None
    clock.advance(1)
    assert stocked.order(**key) is None
    assert stocked.orders_of("c3").all() == []
    assert stocked.how_many("c3") == 0
    assert stocked.orders([key]) == []
    stocked.create(order(20, customer_id="c3"))
    assert stocked.order(**key) is not None


WRONG_CALLS: list[tuple[str, dict[str, Any], str]] = [
    ("customer", {}, "customer: missing a required argument: 'customer_id'"),
    ("customer", {"customer": "c1"}, "customer: missing a required argument: 'customer_id'"),
    ("customer", {"customer_id": None}, "customer needs customer_id, which is None"),
    ("customer", {"customer_id": 7}, "Customer.customer_id: Input should be a valid string, not 7"),
    ("customer", {"customer_id": ""}, "Customer: customer_id is empty, which cannot be part of the key"),
    ("orders_that_are", {"status": "open", "least": -1}, "priority is -1; in a key it cannot be negative"),
    (
        "orders_that_are",
        {"status": "open", "least": 1000},
        "priority is 1000, which has more than the 3 digits",
    ),
    (
        "orders_of",
        {"customer_id": "c1", "since": DAY, "after": DAY},
        "at_least and above, or at_most and below",
    ),
]


@pytest.mark.parametrize(("pattern", "arguments", "says"), WRONG_CALLS)
def test_a_wrong_call_is_refused_by_name(
    shop: Shop, pattern: str, arguments: dict[str, Any], says: str
) -> None:
    with pytest.raises(ArgumentError) as refused:
        list(getattr(shop, pattern)(**arguments) or ())
    assert says in str(refused.value)


def test_an_item_that_is_not_as_its_entity_is_names_its_key(shop: Shop) -> None:
    shop.db.table("shop").put_item(
        Item={"pk": "CUSTOMER#c9", "sk": "PROFILE", "_type": "Customer", "email": 7}
    )
    with pytest.raises(ForeignItemError, match=r"CUSTOMER#c9.*customer_id: Field required"):
        shop.customer("c9")


def test_explain_shows_the_request_and_what_it_reads(stocked: Shop) -> None:
    plan = stocked.orders_of.explain("c1", since=DAY5)
    assert plan.request["KeyConditionExpression"] == "#0 = :0 AND #1 BETWEEN :1 AND :2"
    assert plan.index is None
    if plan.is_measured:
        assert (plan.items, plan.evaluated, plan.read_units) == (3, 3, 0.5)
    else:
        assert plan.items == 50
        assert plan.read_units == 2
    assert stocked.orders_that_are.explain("open").index == "byStatus"
    assert "reads the whole table" in str(stocked.every_order.explain())
    several = stocked.orders.explain([order(1), order(2), order(30)])
    assert several.evaluated == 3
    assert several.read_units == 1.5
