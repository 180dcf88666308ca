"""`explain` of writes: what it says is what the write does, and nothing is done."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shop_design import DAY, Customer, Line, Order, Shop, order
from test_model_seed_designs import BizTech, Event

import stator
from stator.metering import Meter
from stator.model import ArgumentError, Attr, SharedEnvironmentWarning, StaleError, ref

THE_ORDER = ref(Order, customer_id="c1", placed_at=DAY, order_id="o1")


def everything(shop: Shop) -> list[Any]:
    return sorted(shop.db.table("shop").scan_items(), key=repr)


def test_a_write_is_explained_and_not_done(shop: Shop) -> None:
    loaded = shop.create(order(1))
    before = everything(shop)
    plan = shop.explain(shop.update, loaded, {"status": "paid"}, if_=Attr("total").lt(5))
    assert plan.operation == "UpdateItem"
    assert plan.request["UpdateExpression"].startswith(
        "SET #0 = :0, #1 = :1, #2 = if_not_exists(#2, :2) + :3"
    )
    assert plan.units == {"shop": 1, "shop.byStatus": 2}
    assert plan.write_units == 3
    assert "3 write units: 1 in shop, 2 in shop.byStatus" in str(plan)
    assert everything(shop) == before
    assert shop.explain(shop.create, order(2)).units == {"shop": 1, "shop.byStatus": 1}
    assert shop.explain(shop.put, loaded.model_copy(update={"note": "n"})).units["shop.byNote"] == 1
    assert shop.explain(shop.erase, loaded).units == {"shop": 1, "shop.byStatus": 1}
    assert shop.explain(shop.delete, loaded).operation == "UpdateItem", "it is soft"
    many = shop.explain(shop.put_many, [Line(order_id="o", number=n, sku="a") for n in range(30)])
    assert (many.operation, many.write_units) == ("BatchWriteItem", 50)
    assert everything(shop) == before


def test_what_would_be_refused_is_said(shop: Shop) -> None:
    loaded = shop.create(order(1))
    assert shop.explain(shop.create, order(1)).refusal.endswith("exists already")
    assert "the condition does not hold: total > 5, and total is 0" in str(
        shop.explain(shop.update, loaded, {"note": "x"}, if_=Attr("total").gt(5))
    )
    stale = loaded.model_copy(update={"version": 7})
    assert "version is 1 and not 7" in shop.explain(shop.update, stale, {"note": "x"}).refusal
    assert shop.explain(shop.restore, ref(Order, customer_id="c9", placed_at=DAY, order_id="o")).refusal
    with pytest.raises(ArgumentError, match="has no attribute nothing"):
        shop.explain(shop.update, loaded, {"nothing": 1})
    with pytest.raises(ArgumentError, match="would write nothing"):
        shop.explain(shop.put_many, [])
    with pytest.raises(ArgumentError, match="explain takes a write of this design"):
        shop.explain(shop.get_many, Order, [])
    with pytest.raises(ArgumentError, match="explain takes a write of this design"):
        shop.explain(Shop(shop.db).put, loaded)


def test_unique_values_and_transactions_are_explained_with_all_their_actions(shop: Shop) -> None:
    plan = shop.explain(shop.create, Customer(customer_id="c1", email="a@example.com"))
    assert [*plan.request] == ["TransactItems"]
    assert (len(plan.request["TransactItems"]), plan.write_units, plan.reads) == (2, 4, 0)
    shop.create(Customer(customer_id="c1", email="a@example.com"))
    assert (
        "another has this email"
        in shop.explain(shop.create, Customer(customer_id="c2", email="a@example.com")).refusal
    )
    moved = shop.explain(shop.update, ref(Customer, customer_id="c1"), {"email": "b@example.com"})
    assert (len(moved.request["TransactItems"]), moved.write_units, moved.reads) == (3, 6, 1)
    every = shop.transaction()
    every.create(order(1))
    every.check(ref(Customer, customer_id="c1"))
    every.upsert(Line(order_id="o1", number=1, sku="a"), add={"left": 2})
    plan = every.explain()
    assert [next(iter(action)) for action in plan.request["TransactItems"]] == [
        "Put",
        "ConditionCheck",
        "Update",
    ]
    assert plan.refusal == ""
    assert shop.how_many("c1") == 0
    assert shop.customer("c1").email == "a@example.com"  # type: ignore[union-attr]


def test_explaining_destroys_nothing_and_warns_of_nothing() -> None:
    with stator.open() as db:
        BizTech(db).create_tables()
        staging = BizTech(db, "staging")
        event = staging.create(Event(id="a", year=1, capacity=1))
        assert staging.explain(staging.erase, event).units == {"biztechEvents": 1}
        with pytest.warns(SharedEnvironmentWarning):
            staging.erase(event)


def test_a_twin_is_explained_by_aexplain() -> None:
    async def explain() -> None:
        async with stator.open_async() as db:
            shop = Shop(db)
            await shop.acreate_tables()
            plan = await shop.aexplain(shop.acreate, order(1))
            assert plan.units == {"shop": 1, "shop.byStatus": 1}
            every = shop.transaction()
            every.create(order(1))
            every.create(order(2))
            assert (await every.aexplain()).write_units == 6
            assert await shop.how_many.acall("c1") == 0

    asyncio.run(explain())


FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "status": st.sampled_from(["open", "paid"]),
        "note": st.sampled_from(["n", "n" * 1000]),
        "total": st.sampled_from([1.5, 2.0]),
        "tags": st.sampled_from([{"a"}, {"b" * 2000}]),
    },
)


@given(FIELDS, FIELDS, st.sampled_from(["put", "update", "erase", "transaction"]))
def test_the_units_are_those_that_the_write_consumes(
    first: dict[str, Any], second: dict[str, Any], how: str
) -> None:
    with stator.open() as db:
        meter = Meter(db)
        shop = Shop(meter.db)
        shop.create_tables()
        loaded = shop.create(order(1, **first))
        if how == "transaction":
            every = shop.transaction()
            every.update(loaded, second or {"total": 3.0})
            plan = every.explain()
            meter.taken()
            every.__exit__(None)
        else:
            call = {"put": shop.put, "update": shop.update, "erase": shop.erase}[how]
            arguments = [loaded.model_copy(update=second)] if how == "put" else [loaded]
            if how == "update":
                arguments.append(second or {"total": 3.0})  # type: ignore[arg-type]
            plan = shop.explain(call, *arguments)  # type: ignore[arg-type]
            meter.taken()
            call(*arguments)  # type: ignore[operator]
        assert plan.write_units == sum(sent.write_units for sent in meter.taken())


def test_what_a_plan_is_of_may_be_done_after_it(shop: Shop) -> None:
    loaded = shop.create(order(1))
    shop.explain(shop.update, loaded, {"note": "x"})
    shop.update(loaded, {"note": "x"})
    with pytest.raises(StaleError):
        shop.update(loaded, {"note": "y"})
