"""The design that most cases are of: everything that an entity can ask for, in one table."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from pydantic import AwareDatetime, BaseModel, Field

from stator.model import (
    Design,
    Entity,
    Gsi,
    Lsi,
    Stored,
    Table,
    above,
    at_least,
    at_most,
    batch,
    below,
    collection,
    count,
    filtered,
    get,
    query,
    scan,
    starts_with,
)


class Customer(Entity):
    stored = Stored(
        {"pk": "CUSTOMER#{customer_id}", "sk": "PROFILE"},
        version="version",
        unique=["email", ("country", "phone")],
    )

    customer_id: str
    email: str
    country: str | None = None
    phone: str | None = None
    version: int = 0


class Order(Entity):
    stored = Stored(
        {
            "pk": "CUSTOMER#{customer_id}",
            "sk": "ORDER#{placed_at}#{order_id}",
            "gsi1pk": "STATUS#{status}",
            "gsi1sk": "{priority:3}#{placed_at}#{order_id}",
            "lsi1sk": "{note}",
        },
        version="version",
        deleted="deleted_at",
        expires="expires_at",
        item_bytes=300,
        per_partition=50,
    )

    customer_id: str
    order_id: str
    placed_at: AwareDatetime
    status: str | None = None
    priority: int = 5
    note: str | None = None
    total: float = 0
    tags: set[str] = Field(default_factory=set)
    version: int = 0
    deleted_at: AwareDatetime | None = None
    expires_at: int | None = None


class Line(Entity):
    stored = Stored(
        {
            "pk": "ORDER#{order_id}",
            "sk": "LINE#{number:4}",
            "gsi1pk": "SKU#{sku}#{box}",
            "gsi1sk": "LINE#{order_id}",
        }
    )

    order_id: str
    number: int
    sku: str
    box: str = "a"
    left: int = 0


class Brief(BaseModel):
    order_id: str
    total: float


class Shop(Design):
    table = Table(
        "shop",
        sk="sk",
        ttl="expires_at",
        indexes=(Gsi("byStatus", "gsi1pk", "gsi1sk"), Lsi("byNote", "lsi1sk")),
    )
    entities = (Customer, Order, Line)
    cursor_key = b"a key of sixteen bytes or more"

    @get(Customer)
    def customer(self, customer_id: str) -> None:
        """A customer's profile."""

    @get(Order, into=Brief)
    def brief(self, customer_id: str, placed_at: datetime, order_id: str) -> None:
        """Two attributes of an order."""

    @get(Order)
    def order(self, customer_id: str, placed_at: datetime, order_id: str) -> None:
        """An order."""

    @query(
        Order,
        since=at_least("placed_at"),
        after=above("placed_at"),
        until=at_most("placed_at"),
        before=below("placed_at"),
        newest_first=True,
    )
    def orders_of(
        self,
        customer_id: str,
        since: datetime | None = None,
        after: datetime | None = None,
        until: datetime | None = None,
        before: datetime | None = None,
    ) -> None:
        """The orders of a customer, newest first."""

    @query(Order, into=Brief)
    def briefs_of(self, customer_id: str) -> None:
        """The orders of a customer, in short."""

    @query(Order, least=at_least("priority"), most=at_most("priority"))
    def orders_that_are(self, status: str, least: int | None = None, most: int | None = None) -> None:
        """The orders in a status, by priority."""

    @query(Order, prefix=starts_with("note"))
    def orders_noted(self, customer_id: str, prefix: str | None = None) -> None:
        """The orders of a customer with a note, by the note."""

    @query(Order, index="byStatus", minimum=filtered("total", "at_least"), tag=filtered("tags", "contains"))
    def big_orders(self, status: str, minimum: float | None = None, tag: str | None = None) -> None:
        """The orders in a status above a total."""

    @collection(Customer, Order)
    def everything_of(self, customer_id: str) -> None:
        """A customer with all orders."""

    @query(Line)
    def lines_of(self, order_id: str) -> None:
        """The lines of an order."""

    @count(Order)
    def how_many(self, customer_id: str) -> None:
        """How many orders a customer has."""

    every_order = scan(Order, because="the nightly export reads all").given()
    orders = batch(Order)


DAY = datetime(2026, 1, 1, tzinfo=UTC)


def order(number: int, **more: Any) -> Order:
    """The order of the n-th of January."""
    return Order(
        **{
            "customer_id": "c1",
            "order_id": f"o{number}",
            "status": "open",
            "placed_at": DAY.replace(day=number),
            **more,
        }
    )
