"""What writes leave, and what they refuse, on each door."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shop_design import DAY, Customer, Line, Order, Shop, order

import stator
from stator.clock import ManualClock
from stator.model import (
    AlreadyExistsError,
    ArgumentError,
    Attr,
    ConditionFailedError,
    MissingAttributesError,
    NotFoundError,
    StaleError,
    UniqueError,
    ref,
)


def stored(shop: Shop, entity: Any) -> dict[str, Any]:
    key = shop._layout(type(entity)).key_of(entity)
    item: dict[str, Any] = shop.db.table("shop").get_item(Key=key).get("Item", {})
    return item


def reference(number: int) -> Any:
    return ref(Order, customer_id="c1", placed_at=DAY.replace(day=number), order_id=f"o{number}")


def test_create_refuses_what_is_there(shop: Shop) -> None:
    shop.create(order(1))
    with pytest.raises(AlreadyExistsError, match=r"Order CUSTOMER#c1/ORDER#2026-01-01"):
        shop.create(order(1))


def test_put_replaces_only_the_version_that_was_read(shop: Shop) -> None:
    first = shop.put(order(1))
    second = shop.put(first.model_copy(update={"note": "new"}))
    assert second.version == 2
    with pytest.raises(StaleError, match="version is 2 and not 1"):
        shop.put(first)


def test_update_of_a_loaded_entity_is_refused_when_another_came_first(shop: Shop) -> None:
    loaded = shop.create(order(1))
    shop.update(loaded, {"note": "first"})
    with pytest.raises(StaleError):
        shop.update(loaded, {"note": "second"})
    assert shop.update(reference(1), {"note": "by key"}).version == 3


def test_update_refuses_what_is_not_there_and_what_is_part_of_the_key(shop: Shop) -> None:
    with pytest.raises(NotFoundError):
        shop.update(reference(1), {"note": "x"})
    with pytest.raises(ArgumentError, match=r"Order\.order_id is part of its key"):
        shop.update(shop.create(order(1)), {"order_id": "o2"})


def test_update_names_the_attributes_that_a_composed_key_needs(shop: Shop) -> None:
    shop.put(Line(order_id="o1", number=1, sku="a"))
    line = ref(Line, order_id="o1", number=1)
    with pytest.raises(MissingAttributesError) as refused:
        shop.update(line, {"sku": "b"})
    assert refused.value.attributes == ("box",)
    assert str(refused.value) == "Line: gsi1pk also holds box: give it as known, or the loaded item"


def test_what_an_update_was_told_of_other_attributes_must_be_so(shop: Shop) -> None:
    shop.put(Line(order_id="o1", number=1, sku="a"))
    line = ref(Line, order_id="o1", number=1)
    with pytest.raises(StaleError, match="box is 'a' and not 'z'"):
        shop.update(line, {"sku": "b"}, known={"box": "z"})
    assert shop.update(line, {"sku": "b"}, known={"box": "a"}).sku == "b"
    assert stored(shop, Line(order_id="o1", number=1, sku="b"))["gsi1pk"] == "SKU#b#a"


def test_removing_an_attribute_takes_the_item_out_of_the_index(shop: Shop) -> None:
    shop.update(shop.create(order(1)), remove=["status"])
    assert "gsi1pk" not in stored(shop, order(1))
    assert shop.orders_that_are("open").all() == []


def test_adding_counts_and_a_condition_of_the_callers_holds_or_refuses(shop: Shop) -> None:
    shop.put(Line(order_id="o1", number=1, sku="a", left=1))
    line = ref(Line, order_id="o1", number=1)
    assert shop.update(line, add={"left": -1}, if_=Attr("left").gt(0)).left == 0
    with pytest.raises(ConditionFailedError):
        shop.update(line, add={"left": -1}, if_=Attr("left").gt(0))


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        (Attr("left").gt(0) & Attr("left").lt(5), True),
        (Attr("left").gt(0) & Attr("left").lt(2), False),
        (Attr("left").eq(9) | Attr("left").eq(2), True),
        (Attr("left").eq(2) | Attr("left").eq(9) & Attr("none").exists(), True),
        (Attr("left").eq(8) | Attr("left").eq(9), False),
        (~Attr("left").eq(9), True),
        (~(Attr("left").eq(2) | Attr("left").eq(9)), False),
        (Attr("left").between(1, 3), True),
    ],
)
def test_a_condition_of_several_parts_is_checked_as_a_whole(shop: Shop, condition: Any, holds: bool) -> None:
    line = shop.create(Line(order_id="o1", number=1, sku="a", left=2))
    with suppress(ConditionFailedError):
        shop.update(line, {"left": 7}, if_=condition)
    assert (stored(shop, line)["left"] == 7) is holds
    with suppress(ConditionFailedError):
        shop.erase(line, if_=Attr("left").eq(7) & Attr("sku").eq("a"))
    assert bool(stored(shop, line)) is not holds


def test_upsert_leaves_what_the_entity_does_not_know(shop: Shop) -> None:
    line = Line(order_id="o1", number=1, sku="a", left=5)
    assert shop.upsert(line) == line
    shop.db.table("shop").update_item(
        Key={"pk": "ORDER#o1", "sk": "LINE#0001"},
        UpdateExpression="SET seen = :o",
        ExpressionAttributeValues={":o": 1},
    )
    assert shop.upsert(line.model_copy(update={"sku": "b", "left": 9}), once=["left"]).left == 5
    assert stored(shop, line)["seen"] == 1
    assert stored(shop, line)["gsi1pk"] == "SKU#b#a"


def test_a_unique_value_has_one_owner(shop: Shop) -> None:
    first = shop.create(Customer(customer_id="c1", email="a@example.com", country="fr", phone="1"))
    with pytest.raises(UniqueError, match="Customer: another has this email already"):
        shop.create(Customer(customer_id="c2", email="a@example.com"))
    with pytest.raises(UniqueError) as refused:
        shop.create(Customer(customer_id="c2", email="b@example.com", country="fr", phone="1"))
    assert refused.value.attributes == ("country", "phone")
    first = shop.update(first, {"email": "new@example.com"})
    second = shop.create(Customer(customer_id="c2", email="a@example.com"))
    with pytest.raises(UniqueError):
        shop.put(second.model_copy(update={"email": "new@example.com"}))
    shop.erase(first)
    assert shop.put(second.model_copy(update={"email": "new@example.com"})).version == 2


def test_a_soft_delete_hides_and_is_taken_back(shop: Shop) -> None:
    loaded = shop.create(order(1))
    shop.delete(loaded)
    assert shop.order("c1", DAY, "o1") is None
    assert stored(shop, loaded)["deleted_at"].startswith("2023-")
    with pytest.raises(NotFoundError):
        shop.update(reference(1), {"note": "x"})
    assert shop.restore(reference(1)).deleted_at is None
    shop.erase(reference(1))
    assert stored(shop, loaded) == {}


def test_a_write_with_a_token_is_done_once(shop: Shop, clock: ManualClock) -> None:
    shop.put(Line(order_id="o1", number=1, sku="a", left=5))
    line = ref(Line, order_id="o1", number=1)
    for _ in range(3):
        assert shop.update(line, add={"left": -1}, token="t1").left == 4
    made = order(1, expires_at=int(clock.now()) + 100)
    shop.create(made, token="t2")
    clock.advance(5)
    shop.create(made, token="t2")
    with pytest.raises(AlreadyExistsError):
        shop.create(made, token="t3")


def test_a_transaction_is_all_or_nothing(shop: Shop) -> None:
    shop.create(Customer(customer_id="c1", email="a@example.com"))
    refused = shop.transaction()
    refused.create(order(1))
    refused.create(Customer(customer_id="c2", email="a@example.com"))
    with pytest.raises(UniqueError):
        refused.__exit__(None)
    assert shop.orders_of("c1").all() == []
    with shop.transaction() as every:
        every.create(order(1))
        every.check(ref(Customer, customer_id="c1"))
        every.put(Line(order_id="o1", number=1, sku="a"))
    assert shop.how_many("c1") == 1
    with suppress(ZeroDivisionError), shop.transaction() as every:
        every.erase(reference(1))
        raise ZeroDivisionError
    assert shop.how_many("c1") == 1


def test_a_batch_refuses_what_it_cannot_keep(shop: Shop) -> None:
    with pytest.raises(ArgumentError, match="Customer has unique values, which a batch cannot keep"):
        shop.put_many([Customer(customer_id="c1", email="a@example.com")])


CHANGES = st.dictionaries(
    st.sampled_from(["status", "priority", "note", "total", "expires_at"]), st.integers(0, 4), max_size=4
)


@given(st.lists(st.tuples(CHANGES, st.booleans()), max_size=5))
def test_after_any_updates_the_item_is_what_a_put_of_it_would_store(
    updates: list[tuple[dict[str, int], bool]],
) -> None:
    shop = Shop(stator.open(), now=lambda: 1000.0)
    shop.create_tables()
    held = shop.create(order(1))
    values: dict[str, Any] = {
        "status": [None, "open", "a#b", "paid", "$"],
        "priority": [0, 1, 2, 3, 4],
        "note": [None, "x", "y z", "#", "z"],
        "total": [0.0, 0.5, 1.25, 3.0, 4.0],
        "expires_at": [None, 2000, 3000, 4000, 5000],
    }
    for change, by_key in updates:
        chosen = {name: values[name][place] for name, place in change.items()}
        setting = {name: value for name, value in chosen.items() if value is not None}
        removing = [name for name, value in chosen.items() if value is None]
        if not chosen:
            continue
        target: Any = reference(1) if by_key else held
        held = shop.update(target, setting, remove=removing)
    assert stored(shop, held) == shop._layout(Order).item(held)
    shop.db.close()
