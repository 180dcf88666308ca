"""What changes under a program: the form of its items, other writers, too much traffic; and the walls of the house."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import Field, field_validator
from shop_design import Customer, Line, Shop, order

import stator
import stator.model
from stator.clock import ManualClock
from stator.errors import ThrottlingException, TransactionCanceledException
from stator.model import ArgumentError, Design, Entity, ForeignItemError, Stored, Table, get, query, ref

PEOPLE = Table("people")


class PersonOnce(Entity):
    stored = Stored({"pk": "PERSON#{id}"}, name="Person")

    id: str
    name: str


class Once(Design):
    table = PEOPLE
    entities = (PersonOnce,)
    person = get(PersonOnce).given("id")


def split_name(item: dict[str, Any]) -> dict[str, Any]:
    first, _, last = item.pop("name").partition(" ")
    return {**item, "first": first, "last": last}


def fold_case(item: dict[str, Any]) -> dict[str, Any]:
    return {**item, "last": item["last"].upper()}


class Person(Entity):
    stored = Stored({"pk": "PERSON#{id}"}, schema=3, upgrades={1: split_name, 2: fold_case})

    id: str
    first: str
    last: str
    note: str | None = None


class Now(Design):
    table = PEOPLE
    entities = (Person,)
    person = get(Person).given("id")


def test_old_items_are_read_by_new_models_and_written_in_the_new_form(db: Any) -> None:
    Once(db).create_tables()
    Once(db).create(PersonOnce(id="1", name="Ada Lovelace"))
    now = Now(db)
    ada = now.person(id="1")
    assert (ada.first, ada.last) == ("Ada", "LOVELACE")
    with pytest.raises(ForeignItemError, match="stored in another form: load it and put it"):
        now.update(ada, {"note": "x"})
    now.put(ada)
    assert now.update(ada, {"note": "x"}).last == "LOVELACE"
    with pytest.raises(ForeignItemError, match="of form 3, this program knows 1"):
        Once(db).person(id="1")


class Unsteady:
    """A database whose first writes fail."""

    def __init__(self, db: Any, failures: list[Exception]) -> None:
        self._db = db
        self._failures = failures
        self.meta = self
        self.client = self

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name == "now":
            raise AttributeError(name)
        found = getattr(self._db, name, None) or getattr(self._db.meta.client, name)
        if name not in ("put_item", "transact_write_items") or not self._failures:
            return found

        def fail(**_: Any) -> Any:
            raise self._failures.pop(0)

        return fail


CONFLICT = {"CancellationReasons": [{"Code": "None"}, {"Code": "TransactionConflict"}]}


def test_conflicts_and_throttling_are_tried_again_after_growing_random_delays() -> None:
    clock = ManualClock(0)
    with stator.open() as db:
        Shop(db).create_tables()
        failures = [TransactionCanceledException("conflict", **CONFLICT) for _ in range(4)]
        shop = Shop(Unsteady(db, [*failures]), now=lambda: 1000.0, sleep=clock.advance)
        shop.create(Customer(customer_id="c1", email="a@example.com"))
        assert 0 < clock.now() <= 0.05 + 0.1 + 0.2 + 0.4
        throttled = Shop(
            Unsteady(db, [ThrottlingException("slow")] * 9), now=lambda: 1000.0, sleep=clock.advance
        )
        with pytest.raises(ThrottlingException):
            throttled.put(Line(order_id="o1", number=1, sku="a"))


def test_threads_that_take_one_unique_value_leave_it_with_one(shop: Shop) -> None:
    from concurrent.futures import ThreadPoolExecutor

    from stator.model import UniqueError

    def take(number: int) -> bool:
        try:
            shop.create(Customer(customer_id=f"c{number}", email="same@example.com"))
        except UniqueError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(take, range(16))) == 1


class Checked(Entity):
    stored = Stored({"pk": "{id}"})

    id: str
    size: int = Field(default=1, gt=0)
    label: str = Field(default="x", alias="the;label")
    inner: list[Checked] = Field(default_factory=list)

    @field_validator("label")
    @classmethod
    def lower(cls, label: str) -> str:
        return label.lower()


class Checks(Design):
    table = Table("checks")
    entities = (Checked,)


def test_an_update_checks_each_value_as_its_model_does() -> None:
    with stator.open() as db:
        design = Checks(db)
        design.create_tables()
        one = design.create(Checked(id="1"))
        assert design.update(one, {"label": "ABC", "inner": [Checked(id="2")]}).label == "abc"
        with pytest.raises(ArgumentError, match=r"Checked\.size: Input should be greater than 0, not 0"):
            design.update(one, {"size": 0})


def test_a_pattern_without_a_function_is_given_names() -> None:
    class Lines(Design):
        table = Shop.table
        entities = (Line,)
        lines = query(Line).given("order_id", optional=["number"])

    with stator.open() as db:
        design = Lines(db)
        design.create_tables()
        design.put_many([Line(order_id="o1", number=number, sku="a") for number in (1, 2)])
        assert [each.number for each in design.lines(order_id="o1")] == [1, 2]
        assert [each.number for each in design.lines(order_id="o1", number=2)] == [2]


def test_a_key_that_holds_the_separator_reaches_only_its_own_items(shop: Shop) -> None:
    for customer in ("a", "a#ORDER", "a b", "a$"):
        shop.create(order(1, customer_id=customer))
    assert [each.customer_id for each in shop.orders_of("a")] == ["a"]
    assert [each.customer_id for each in shop.orders_of("a#ORDER")] == ["a#ORDER"]
    shop.erase(ref(type(order(1)), **{name: getattr(order(1, customer_id="a$"), name) for name in _KEY}))
    assert shop.orders_of("a$").all() == []


_KEY = ("customer_id", "placed_at", "order_id")
_ALLOWED = (
    "stator.model",
    "stator.errors",
    "stator.client.native.",
    "stator.client.conditions",
    "stator.client.low_level",
)


def test_the_model_stands_on_the_native_client_alone() -> None:
    wrong = []
    for module in Path(stator.model.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(module.read_text("utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            wrong += [
                (module.name, name)
                for name in names
                if name.startswith("stator") and not name.startswith(_ALLOWED)
            ]
    assert wrong == []


def test_importing_stator_does_not_pay_for_the_model() -> None:
    look = "import sys, stator; stator.open; print({'pydantic', 'stator.model'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
