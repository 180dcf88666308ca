"""What the seed's text shows, run as it stands there (systems/letsgo/snippets.py)."""

from __future__ import annotations

from typing import Any

import pytest

import stator
from stator.clock import ManualClock
from systems.letsgo import Data, ReservedCategoryError, Tenants
from systems.letsgo.design import TABLE
from systems.letsgo.snippets import SNIPPETS

ORDERS_OF_123 = ["/customer-123/order-456", "/customer-123/order-789"]


def test_the_seed_shows_ten_and_no_two_are_called_alike() -> None:
    assert len({snippet.what for snippet in SNIPPETS}) == len(SNIPPETS) == 10


def test_the_table_has_a_category_and_a_key(data: Data, db: Any) -> None:
    table = db.client.describe_table(TableName=data.design.table_name(TABLE.name))["Table"]
    assert table["KeySchema"] == [
        {"AttributeName": "category", "KeyType": "HASH"},
        {"AttributeName": "key", "KeyType": "RANGE"},
    ]
    assert {each["AttributeType"] for each in table["AttributeDefinitions"]} == {"S"}


def test_orders_and_customers_have_categories_of_their_own(data: Data) -> None:
    data.put({"category": "orders", "key": "123", "total": 12})
    data.put({"category": "customers", "key": "123", "name": "Ann"})
    assert [item["total"] for item in data.list("orders").items] == [12]
    assert [item["name"] for item in data.list("customers").items] == ["Ann"]


def test_a_relationship_has_a_category_and_a_composite_key(data: Data) -> None:
    data.put({"category": "customer-order", "key": "/customer-123/order-456"})
    assert data.get("customer-order", "/customer-123/order-456") is not None
    assert data.get("customer-order", "/customer-456/order-123") is None


def test_an_order_is_found_by_its_id(data: Data) -> None:
    data.put({"category": "orders", "key": "order-123", "total": 12})
    assert data.get("orders", "order-123") == {"category": "orders", "key": "order-123", "total": 12}


def test_all_orders_of_a_customer_are_found_by_a_prefix(data: Data) -> None:
    for key in [*ORDERS_OF_123, "/customer-1234/order-1", "/customer-12/order-2"]:
        data.put({"category": "customer-order", "key": key})
    assert [item["key"] for item in data.list("customer-order", "/customer-123/").items] == ORDERS_OF_123


def test_categories_that_start_with_letsgo_are_refused(data: Data) -> None:
    with pytest.raises(ReservedCategoryError):
        data.put({"category": "letsgo-tenant", "key": "ten-1"})
    data.put({"category": "lets-go", "key": "1"})


def test_an_item_with_a_ttl_is_removed_from_the_database(clock: ManualClock) -> None:
    with stator.open(clock=clock, background=False) as db:
        data = Data(db, now=clock.now)
        data.design.create_tables()
        data.put({"category": "session", "key": "ses-123", "ttl": int(clock.now()) + 3600})
        assert stored(db) == 1
        clock.advance(3601)
        db.run_pending()
        assert stored(db) == 0


def test_an_expired_item_that_is_still_stored_is_never_returned(clock: ManualClock) -> None:
    with stator.open(clock=clock, background=False) as db:
        data = Data(db, now=clock.now)
        data.design.create_tables()
        data.put({"category": "session", "key": "ses-123", "ttl": int(clock.now()) + 3600})
        clock.advance(3601)
        assert data.get("session", "ses-123") is None
        assert data.list("session", "ses-").items == []
        assert stored(db) == 1


def stored(db: Any) -> int:
    return len(db.table("letsgo-main").scan()["Items"])


def test_the_platform_keeps_its_own_categories(db: Any, tenants: Tenants) -> None:
    tenant = tenants.create("Acme", "idn-1").tenant_id
    tenants.put_identity("idn-1", {"name": "Ann"})
    tenants.put_issuer("https://login.example.com/", "https://login.example.com/jwks")
    tenants.invite(tenant, "idn-1")
    kept = {item["category"] for item in db.table("letsgo-main").scan()["Items"]}
    assert kept == {
        "letsgo-tenant", "letsgo-identity", "letsgo-tenant-identity", "letsgo-identity-tenant", "letsgo-issuer",
        "letsgo-invitation",
    }  # fmt: skip
