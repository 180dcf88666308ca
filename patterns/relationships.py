"""A few things inside the user's item, many in its partition, and many-to-one by an index turned round."""

from __future__ import annotations

from pydantic import BaseModel

from patterns.pattern import Pattern, Weighed
from stator.model import Design, Entity, Gsi, Stored, Table, at_least, at_most, get, query


class Details(BaseModel):
    Name: str
    Email: str


class User(Entity):
    stored = Stored(table="Users")

    UserId: str
    Name: str | None = None
    Age: int | None = None
    Email: str | None = None
    Type: str | None = None
    Profile: Details | None = None


class Order(Entity):
    stored = Stored(table="Orders")

    UserId: str
    OrderDate: str
    Product: str


class Relationships(Design):
    tables = (
        Table("Users", pk="UserId", type_attribute=None),
        Table(
            "Orders",
            pk="UserId",
            sk="OrderDate",
            type_attribute=None,
            indexes=[Gsi("byProduct", "Product", "OrderDate")],
        ),
    )
    entities = (User, Order)

    @query(User)
    def user(self, UserId: str) -> None:  # noqa: N803
        """A user with everything that is embedded."""

    @query(Order, newest_first=True, since=at_least("OrderDate"), until=at_most("OrderDate"))
    def orders_of(self, UserId: str, since: str | None = None, until: str | None = None) -> None:  # noqa: N803
        """One to many: a user's orders, newest first."""

    @get(User)
    def owner_of(self, UserId: str) -> None:  # noqa: N803
        """Many to one: the user that an order names."""

    @query(Order)
    def orders_for(self, Product: str) -> None:  # noqa: N803
        """The other side: who ordered a product."""


def by_user_id(shop: Relationships) -> object:
    """A user by `UserId`, as `aws dynamodb query --key-condition-expression "UserId = :uid"` does."""
    return shop.user(UserId="user-123")


def embedded(shop: Relationships) -> object:
    """One to few, embedded: the profile is a map in the user's item, and is read and written with it."""
    alice = Details(Name="Alice", Email="alice@example.com")
    shop.put(User(UserId="user-123", Type="Profile", Profile=alice))
    return shop.user(UserId="user-123")


def newest_orders(shop: Relationships) -> object:
    """One to many: a user's orders, newest first, the first page of one."""
    return shop.orders_of(UserId="user-123").page(1)


def orders_of_october(shop: Relationships) -> object:
    """A user's orders of a month, since the sort key is the date."""
    return shop.orders_of(UserId="user-123", since="2024-10-01", until="2024-10-31")


def who_ordered(shop: Relationships) -> object:
    """Many to one, from the many: each order names its user."""
    order = shop.orders_of(UserId="user-123").first()
    assert order is not None
    return shop.owner_of(UserId=order.UserId)


def buyers(shop: Relationships) -> object:
    """From the one side of the other relation: the orders for a product, by an index turned round."""
    return shop.orders_for(Product="tea")


PATTERN = Pattern(
    title="One-to-Many and Many-to-One relationships",
    problem="A user has one profile and many orders; an order has one user and one product. How many there can "
    "be decides where they live: few that belong to the parent alone are embedded; many without a bound "
    "are an item each, under the parent's partition key; the other direction is an index whose "
    "partition key is the other parent.",
    design=Relationships,
    items=(
        User(UserId="user-123", Name="Alice", Age=30, Email="alice@example.com"),
        Order(UserId="user-123", OrderDate="2024-10-10", Product="tea"),
        Order(UserId="user-123", OrderDate="2024-11-02", Product="pot"),
        Order(UserId="user-456", OrderDate="2024-10-12", Product="tea"),
    ),
    examples=(by_user_id, embedded, newest_orders, orders_of_october, who_ordered, buyers),
    why=(
        "The children of a parent are one range of one partition: read in order, page by page, by date.",
        "A child names its parent in its own key, so many-to-one costs one GetItem and no index.",
        "What is embedded is written atomically with its parent, and costs no request of its own.",
    ),
    trade_offs=Weighed(
        scale="A user's orders are one partition: any number, at 1,000 writes a second. What is embedded must fit "
        "into 400 KB with its parent.",
        cost="An embedded part is paid for whenever the parent is read or written. The index turned round repeats "
        "each order: each write is paid twice.",
        consistency="What is embedded is written atomically with its parent; the index follows a moment later. "
        "Nothing checks that the user whom an order names is there, unless a transaction does.",
        simplicity="A put replaces the item: the name and age of the first example are gone; an update would keep "
        "them. Two orders of one user on one date would be one item: a real sort key ends in the order's id.",
    ),
    not_when=(
        "Both sides have many: see the adjacency list.",
        "A list within an item grows without a bound, such as comments or events.",
        "One parent has so many writes that its partition is hot: shard its key.",
    ),
)
