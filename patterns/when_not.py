"""When DynamoDB is the wrong choice: questions that it answers by reading everything, each with the plan that says so.

The page docs/patterns/when-not.md is made from this module; its plans are measured in memory, on the items below.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import stator
from stator.model import Design, Entity, Plan, Stored, Table, filtered, query, scan
from stator.model.sketches import sketch_of


class Customer(Entity):
    stored = Stored({"pk": "CUSTOMER#{customer_id}", "sk": "CUSTOMER"})

    customer_id: str
    country: str
    about: str = ""


class Order(Entity):
    stored = Stored({"pk": "CUSTOMER#{customer_id}", "sk": "ORDER#{order_id}"})

    customer_id: str
    order_id: str
    total: int


class Joining(Design):
    table = Table("shop", pk="pk", sk="sk")
    entities = (Customer, Order)

    @scan(Customer, because="no key holds the country", country=filtered("country"))
    def customers_in(self, country: str) -> None:
        """The left side of the join."""

    @query(Order)
    def orders_of(self, customer_id: str) -> None:
        """The right side, once for each customer."""


class Product(Entity):
    stored = Stored({"pk": "PRODUCT#{product_id}"})

    product_id: str
    color: str
    price: int
    about: str = ""


class Searching(Design):
    table = Table("products", pk="pk")
    entities = (Product,)

    @scan(
        Product,
        because="what is asked for is not known before",
        color=filtered("color"),
        up_to=filtered("price", "at_most"),
    )
    def products(self, color: str | None = None, up_to: int | None = None) -> None:
        """By whatever somebody thinks of."""


class Entry(Entity):
    stored = Stored({"pk": "LOG", "sk": "{number:9}"}, item_bytes=1000, writes_per_s=5000)

    number: int
    level: str
    text: str


class Logging(Design):
    table = Table("log", pk="pk", sk="sk")
    entities = (Entry,)

    @query(Entry, newest_first=True, level=filtered("level"))
    def newest(self, level: str) -> None:
        """The newest of all, of one level."""


@dataclass(frozen=True, slots=True)
class Case:
    """`plans`: what the open design is asked. `instead`: what serves the question."""

    title: str
    problem: str
    design: type[Design]
    items: Sequence[Entity]
    plans: Callable[[Any], list[Plan]]
    reading: str
    instead: Sequence[str]


_ABOUT = "x" * 400
_COUNTRIES = ("ES", "FR", "PT", "IT")

CASES: tuple[Case, ...] = (
    Case(
        title="Joins",
        problem="All orders of customers in Spain: in SQL, one statement. There is no join: the customers are sought "
        "first, and then each one's orders.",
        design=Joining,
        items=(
            *(
                Customer(customer_id=f"c{number}", country=_COUNTRIES[number % 4], about=_ABOUT)
                for number in range(100)
            ),
            *(Order(customer_id=f"c{number}", order_id="o1", total=10) for number in range(100)),
        ),
        plans=lambda shop: [shop.customers_in.explain("ES"), shop.orders_of.explain("c0")],
        reading="The first plan reads the whole table, orders too. The second is good, and is sent 25 times: a "
        "request for each customer that the first has found. The price grows with the table, and not with the "
        "answer.",
        instead=(
            "If this one join is all: give the order the customer's country when it is written, and an index on it.",
            "If any two things may be joined: a relational database.",
            "Writes to several tables at once are no reason by themselves: a transaction takes up to 100 items of any "
            "tables, all or none. What it cannot do is decide on items that only a query would find.",
        ),
    ),
    Case(
        title="Ad-hoc queries",
        problem="Products by any mix of properties, as somebody thinks of them. A key serves the questions that it "
        "was made for, and a filter is applied to what has been read and paid for.",
        design=Searching,
        items=tuple(
            Product(product_id=f"p{number}", color=("red", "blue")[number % 2], price=number, about=_ABOUT)
            for number in range(200)
        ),
        plans=lambda shop: [
            shop.products.explain(color="red", up_to=10),
            shop.products.explain(up_to=10),
        ],
        reading="Whatever is asked, all 200 are read, and the price of the answer is the price of the table. An "
        "index for each mix of properties would be written with each product.",
        instead=(
            "A search engine that the table's stream feeds; the table stays the truth.",
            "For analysts: an export, and SQL over it.",
        ),
    ),
    Case(
        title="Writes without partitioning",
        problem="5,000 entries a second, to be read as one list in their order. An order over all needs one "
        "partition for all, and a partition takes 1,000 write units a second.",
        design=Logging,
        items=tuple(
            Entry(number=number, level="error" if number % 50 == 0 else "info", text=_ABOUT)
            for number in range(200)
        ),
        plans=lambda log: [log.newest.explain("error")],
        reading="The query goes by the key, and reads all of it nevertheless: one partition holds everything, and a "
        "filter is all that is left to choose by. The writes meet there too; `stator design` warns of it.",
        instead=(
            "If each device or customer has a list of its own: that is the partition key (see "
            "[events](time_based.md)); if a merge on reading will do: [write sharding](write_sharding.md).",
            "If it must be one list in one order: a log service, such as Kinesis or Kafka, or a file.",
        ),
    ),
)


def plans_of(case: Case) -> list[Plan]:
    """Measured in memory, with the case's items stored."""
    with stator.open(":memory:") as db:
        design = case.design(db)
        design.create_tables()
        design.put_many(case.items)
        return case.plans(design)


def when_not_page() -> str:
    parts = [
        "# When DynamoDB is the wrong choice",
        "It answers the questions that its keys were made for, at any size, at the same price. What no key was made "
        "for it answers by reading everything. Below, each bad query with the plan that `explain()` prints for it.",
        "Made by `tools/generate_patterns.py` from `patterns/when_not.py`, by running it; a test holds it.",
    ]
    for case in CASES:
        parts += [f"## {case.title}", case.problem]
        shown = (*case.design.entities, case.design)
        code = "\n\n\n".join(inspect.getsource(each).strip() for each in shown)
        parts.append(f"```python\n{code}\n```")
        parts.append("```text\n" + "\n".join(map(str, plans_of(case))) + "\n```")
        parts.append(case.reading)
        if cautions := sketch_of(case.design).cautions:
            parts.append("What `stator design` warns of:")
            parts.append("```text\n" + "\n".join(cautions) + "\n```")
        parts.append("\n".join(f"- {each}" for each in case.instead))
    return "\n\n".join(parts) + "\n"
