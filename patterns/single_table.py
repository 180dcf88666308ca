"""Several kinds of items in one table: a customer and the orders share a partition, and come with one query."""

from __future__ import annotations

from datetime import UTC, datetime

from pydantic import AwareDatetime

from patterns.pattern import Pattern, Weighed
from stator.model import Design, Entity, Gsi, Stored, Table, at_least, collection, get, query


class Customer(Entity):
    stored = Stored({"pk": "CUSTOMER#{customer_id}", "sk": "PROFILE"})

    customer_id: str
    name: str


class Order(Entity):
    stored = Stored(
        {
            "pk": "CUSTOMER#{customer_id}",
            "sk": "ORDER#{order_id}",
            "gsi1pk": "STATUS#{status}",
            "gsi1sk": "{placed_at}",
        }
    )

    customer_id: str
    order_id: str
    placed_at: AwareDatetime
    status: str


class Line(Entity):
    stored = Stored({"pk": "ORDER#{order_id}", "sk": "LINE#{number:4}"})

    order_id: str
    number: int
    product: str
    quantity: int


class Shop(Design):
    table = Table("shop", pk="pk", sk="sk", indexes=[Gsi("gsi1", "gsi1pk", "gsi1sk")])
    entities = (Customer, Order, Line)

    @get(Customer)
    def customer(self, customer_id: str) -> None:
        """A customer's profile."""

    @query(Order)
    def orders_of(self, customer_id: str) -> None:
        """The orders of a customer."""

    @collection(Customer, Order)
    def everything_of(self, customer_id: str) -> None:
        """A customer with all orders."""

    @query(Line)
    def lines_of(self, order_id: str) -> None:
        """The lines of an order."""

    @query(Order, since=at_least("placed_at"))
    def orders_that_are(self, status: str, since: datetime | None = None) -> None:
        """The orders in a status, oldest first."""


def one_customer(shop: Shop) -> object:
    """A customer's profile, by the whole key."""
    return shop.customer(customer_id="c1")


def their_orders(shop: Shop) -> object:
    """A customer's orders."""
    return shop.orders_of(customer_id="c1")


def customer_with_orders(shop: Shop) -> object:
    """A customer's page: the profile and the orders in one request, where a relational database would join."""
    return shop.everything_of(customer_id="c1")


def lines(shop: Shop) -> object:
    """The lines of one order."""
    return shop.lines_of(order_id="o1")


def open_orders(shop: Shop) -> object:
    """The back office's list of open orders since a day, over all customers."""
    return shop.orders_that_are("open", since=datetime(2029, 12, 2, tzinfo=UTC))


def order_with_lines(shop: Shop) -> object:
    """A new order and its lines, all or none of them."""
    order = Order(customer_id="c2", order_id="o3", placed_at=datetime(2030, 1, 1, tzinfo=UTC), status="open")
    with shop.transaction() as every:
        every.create(order)
        every.create(Line(order_id="o3", number=1, product="tea", quantity=3))
    return shop.lines_of(order_id="o3")


def paid(shop: Shop) -> object:
    """An order changes its status, and moves in the index, since the index key is composed anew."""
    order = shop.orders_of(customer_id="c2").first()
    assert order is not None
    shop.update(order, {"status": "paid"})
    return shop.orders_that_are("paid")


PATTERN = Pattern(
    title="Single-Table Core Pattern",
    problem="An application has customers, orders and order lines. Its pages need several kinds at once, and a "
    "join does not exist. So items that are read together are stored together: under one partition key, "
    "told apart by the sort key. Key attributes have names without a meaning (pk, sk, gsi1pk), and each "
    "entity composes its own.",
    design=Shop,
    items=(
        Customer(customer_id="c1", name="Ann"),
        Customer(customer_id="c2", name="Bo"),
        Order(
            customer_id="c1",
            order_id="o1",
            placed_at=datetime(2029, 12, 1, 9, tzinfo=UTC),
            status="paid",
        ),
        Order(
            customer_id="c1",
            order_id="o2",
            placed_at=datetime(2029, 12, 3, 9, tzinfo=UTC),
            status="open",
        ),
        Line(order_id="o1", number=1, product="tea", quantity=2),
        Line(order_id="o1", number=2, product="pot", quantity=1),
    ),
    examples=(
        one_customer,
        their_orders,
        customer_with_orders,
        lines,
        open_orders,
        order_with_lines,
        paid,
    ),
    why=(
        "One request answers a page that shows a customer with orders: half a read unit for 4 KB of both together, "
        "not one request for each kind.",
        "The prefix of a sort key is the type: one query takes all of a partition or one kind of it.",
        "One index serves every entity that composes `gsi1pk` for itself.",
        "One table to alarm, back up and pay for; capacity is shared by kinds that are busy at different times.",
    ),
    trade_offs=Weighed(
        scale="Each customer is a partition, so customers spread by themselves. `STATUS#open` is one partition of "
        "the index: above 1,000 writes a second it needs shards.",
        cost="One index, of all attributes: each write of an order is paid twice. Capacity is shared by kinds that "
        "are busy at different times.",
        consistency="A query is no transaction: an order that is placed meanwhile is in it or not. The list by "
        "status follows a moment later.",
        simplicity="One table to alarm, back up and restore, all kinds together. The raw items are hard to read "
        "for people and for tools that expect rows alike, and a pattern that was not thought of may need a "
        "rewrite of all of them.",
    ),
    not_when=(
        "Questions are not known yet, or analysts ask new ones every day: a relational database or an export.",
        "Entities are never read together: a table each is simpler and costs the same.",
        "Parts belong to different teams or services, with their own access rights and life cycles.",
    ),
)
