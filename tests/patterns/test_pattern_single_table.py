"""Single table: one query for several kinds, and an index key that follows its item."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from patterns import single_table
from patterns.pattern import Pattern
from patterns.running import Running

Prepare = Callable[[Pattern], Running]


def test_a_customer_comes_with_all_orders_and_nothing_else(prepared: Prepare) -> None:
    shop: Any = prepared(single_table.PATTERN).design
    kinds = [type(each).__name__ for each in shop.everything_of("c1")]
    assert kinds == ["Order", "Order", "Customer"]
    assert [each.order_id for each in shop.orders_of("c1")] == ["o1", "o2"]


def test_an_order_that_is_paid_leaves_the_list_of_open_ones(prepared: Prepare) -> None:
    shop: Any = prepared(single_table.PATTERN).design
    shop.update(shop.orders_that_are("open").first(), {"status": "paid"})
    assert shop.orders_that_are("open").all() == []
    assert [each.order_id for each in shop.orders_that_are("paid")] == ["o1", "o2"]
