"""Updates of parts of nested values, lists and sets; and counting from nothing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
from pydantic import BaseModel, Field

import stator
from stator.clock import ManualClock
from stator.model import (
    ArgumentError,
    ConditionFailedError,
    Design,
    Entity,
    NotFoundError,
    StaleError,
    Stored,
    Table,
    ref,
)


class Address(BaseModel):
    city: str
    zip_code: str | None = Field(default=None, alias="zip;code")
    points: tuple[int, int] = (0, 0)


class Line(BaseModel):
    sku: str
    quantity: int = Field(gt=0)


class Basket(Entity):
    stored = Stored({"pk": "BASKET#{name}"}, version="version")

    name: str
    owner: str = "ann"
    address: Address | None = None
    lines: list[Line] = Field(default_factory=list)
    counts: dict[str, int] = Field(default_factory=dict)
    prices: dict[str, Decimal] = Field(default_factory=dict)
    tags: set[str] = Field(default_factory=set)
    anything: Any = None
    total: int = 0
    version: int = 0


class Visit(Entity):
    stored = Stored({"pk": "VISIT#{page}"}, expires="ends")

    page: str
    seen: int = 0
    cost: Decimal = Decimal(0)
    who: set[str] = Field(default_factory=set)
    first: str = ""
    ends: int | None = None


class Baskets(Design):
    table = Table("baskets", ttl="ends")
    entities = (Basket, Visit)


@pytest.fixture
def baskets(db: Any, clock: ManualClock) -> Baskets:
    baskets = Baskets(db, now=clock.now, sleep=clock.advance)
    baskets.create_tables()
    return baskets


@pytest.fixture
def basket(baskets: Baskets) -> Basket:
    return baskets.create(
        Basket(
            name="b",
            address=Address(city="Paris"),
            lines=[Line(sku="a", quantity=1), Line(sku="b", quantity=2)],
            counts={"a.b": 1, "c": 2},
            tags={"x"},
            anything={"deep": [{"n": 1}]},
        )
    )


CHANGES: list[tuple[dict[str, Any], str, Any]] = [
    ({"set": {"address.city": "Rome"}}, "address.city", "Rome"),
    ({"set": {"address.zip_code": "75001"}}, "address.zip_code", "75001"),
    ({"set": {"address.points": (3, 4)}}, "address.points", (3, 4)),
    ({"set": {"address.points[1]": 7}}, "address.points", (0, 7)),
    ({"set": {"lines[1].quantity": 9}}, "lines", [("a", 1), ("b", 9)]),
    ({"set": {"lines[0]": Line(sku="z", quantity=4)}}, "lines", [("z", 4), ("b", 2)]),
    ({"set": {"lines[0]": {"sku": "y", "quantity": "5"}}}, "lines", [("y", 5), ("b", 2)]),
    ({"remove": ["lines[0]"]}, "lines", [("b", 2)]),
    ({"append": {"lines": [Line(sku="c", quantity=3)]}}, "lines", [("a", 1), ("b", 2), ("c", 3)]),
    ({"set": {("counts", "a.b"): 5}}, "counts", {"a.b": 5, "c": 2}),
    ({"remove": [("counts", "a.b")]}, "counts", {"c": 2}),
    ({"add": {"counts.c": 3, "counts.new": 1}}, "counts", {"a.b": 1, "c": 5, "new": 1}),
    ({"set": {"prices.x": 1.25}}, "prices", {"x": Decimal("1.25")}),
    ({"add": {"prices.x": Decimal("0.1")}}, "prices", {"x": Decimal("0.1")}),
    ({"add": {"tags": {"y"}}}, "tags", {"x", "y"}),
    ({"discard": {"tags": {"x", "q"}}}, "tags", set()),
    ({"set": {"anything.deep[0].n": 2}}, "anything", {"deep": [{"n": 2}]}),
    ({"append": {"anything.deep": ["x"]}}, "anything", {"deep": [{"n": 1}, "x"]}),
    ({"add": {"total": 2}, "set": {"address.city": "Rome"}, "append": {"lines": []}}, "total", 2),
    ({"set": {"address.zip_code": None}}, "address.zip_code", None),
]


@pytest.mark.parametrize(("change", "where", "expected"), CHANGES, ids=range(len(CHANGES)))
def test_a_part_changes_and_all_else_stays(
    baskets: Baskets, basket: Basket, change: dict[str, Any], where: str, expected: Any
) -> None:
    after = baskets.update(basket, **change)
    found: Any = after
    for name in where.split("."):
        found = getattr(found, name)
    if where == "lines":
        found = [(line.sku, line.quantity) for line in found]
    assert found == expected
    assert after.version == 2
    same = [name for name in Basket.model_fields if name not in (where.split(".")[0], "version", "address")]
    changed = {str(path).split(".")[0].split("[")[0] for group in change.values() for path in group}
    for name in same:
        if name not in changed:
            assert getattr(after, name) == getattr(basket, name)


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"set": {"address.town": "x"}}, "Address has no town: there is no Basket.address.town"),
    ({"set": {"lines[0].quantity": 0}}, "Basket.lines[0].quantity: Input should be greater than 0, not 0"),
    ({"set": {"lines.first": 1}}, "Basket.lines is no map and no model: there is no Basket.lines.first"),
    ({"set": {"total[0]": 1}}, "Basket.total is no list: there is no Basket.total[0]"),
    ({"set": {"address.points[2]": 1}}, "Basket.address.points has 2 elements"),
    ({"remove": ["lines[0].sku"]}, "Basket.lines[0].sku cannot be removed: it is required"),
    ({"remove": ["address.points[0]"]}, "Basket.address.points[0] cannot be removed: it is required"),
    ({"set": {"nothing.at.all": 1}}, "Basket has no attribute nothing"),
    ({"set": {"lines[": 1}}, "'lines[' is no path"),
    ({"set": {"name.x": 1}}, "Basket.name is part of its key and cannot change"),
    ({"add": {"total": 0.5}}, "Basket.total is int: 0.5 cannot be added to it"),
    ({"add": {"total": True}}, "Basket.total is int: True cannot be added to it"),
    ({"add": {"owner": "x"}}, "Basket.owner is neither a number nor a set"),
    ({"add": {"lines": [1]}}, "Basket.lines is neither a number nor a set"),
    ({"add": {"tags": {1}}}, "Basket.tags: Input should be a valid string"),
    ({"append": {"total": [1]}}, "Basket.total is no list"),
    ({"append": {"lines": "ab"}}, "Basket.lines: append takes a list, not 'ab'"),
    ({"append": {"lines": [{"sku": "c"}]}}, "Basket.lines[]: Field required"),
    ({"discard": {"lines": [1]}}, "Basket.lines is no set"),
    ({"set": {"total": 1}, "add": {"total": 1}}, "Basket.total is both set and added to"),
    ({"set": {"lines": []}, "append": {"lines": []}}, "Basket.lines is both set and added to"),
    ({"set": {"version": 4}}, "Basket.version is counted by the writes"),
]


@pytest.mark.parametrize(("change", "says"), WRONG, ids=[says[:50] for _, says in WRONG])
def test_a_change_that_would_leave_a_wrong_type_is_refused_by_name(change: dict[str, Any], says: str) -> None:
    with stator.open() as db:
        design = Baskets(db)
        design.create_tables()
        with pytest.raises(ArgumentError) as refused:
            design.update(ref(Basket, name="b"), **change)
        assert says in str(refused.value)


def test_a_part_without_its_place_is_refused_by_name(baskets: Baskets) -> None:
    bare = baskets.create(Basket(name="bare"))
    with pytest.raises(NotFoundError, match="Basket BASKET#bare has no address"):
        baskets.update(bare, {"address.city": "x"})
    with pytest.raises(NotFoundError, match=r"has no lines\[3\]"):
        baskets.update(bare, {"lines[3].quantity": 1})
    with pytest.raises(NotFoundError, match=r"has no lines\[0\]"):
        baskets.update(bare, remove=["lines[0]"])
    with pytest.raises(NotFoundError, match="is not there"):
        baskets.update(ref(Basket, name="none"), {"address.city": "x"})
    with pytest.raises(StaleError):
        baskets.update(bare.model_copy(update={"version": 7}), {"address.city": "x"})
    assert [
        line.sku for line in baskets.update(bare, append={"lines": [Line(sku="a", quantity=1)]}).lines
    ] == ["a"]


class Stock(Entity):
    stored = Stored({"pk": "STOCK#{sku}"})

    sku: str
    left: int = Field(default=3, ge=0, lt=10)
    price: Decimal | None = Field(default=None, gt=0)


class Stocks(Design):
    table = Table("stocks")
    entities = (Stock,)


def test_adding_leads_no_number_out_of_its_bounds(db: Any) -> None:
    stocks = Stocks(db)
    stocks.create_tables()
    one = stocks.create(Stock(sku="a"))
    with pytest.raises(ConditionFailedError, match=r"Stock STOCK#a: left would be -1, and not >= 0"):
        stocks.update(one, add={"left": -4})
    with pytest.raises(ConditionFailedError, match=r"left would be 10, and not < 10"):
        stocks.update(one, add={"left": 7})
    assert stocks.update(one, add={"left": -3}).left == 0
    assert stocks.update(one, add={"price": Decimal("0.5")}).price == Decimal("0.5")
    with pytest.raises(ConditionFailedError, match=r"price would be 0.0, and not > 0"):
        stocks.upsert(one, add={"price": Decimal("-0.5")})
    with pytest.raises(ConditionFailedError, match=r"left would be -1, and not >= 0"):
        stocks.upsert(Stock(sku="new"), add={"left": -1})
    assert stocks.upsert(Stock(sku="new"), add={"left": 1}).left == 1


def test_appends_of_many_threads_are_all_there(baskets: Baskets) -> None:
    baskets.create(Basket(name="b"))
    target = ref(Basket, name="b")

    def append(number: int) -> None:
        with baskets.transaction() as every:
            every.update(target, append={"lines": [Line(sku=str(number), quantity=1)]})

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(append, range(12)))
    found = baskets.get_many(Basket, ["b"])[0]
    assert sorted(int(line.sku) for line in found.lines) == list(range(12))


def test_an_upsert_counts_from_nothing_and_keeps_what_is_there_once(
    baskets: Baskets, clock: ManualClock
) -> None:
    visit = Visit(page="home", first="ann")
    for number in range(1, 4):
        found = baskets.upsert(
            visit, once=["first"], add={"seen": 1, "cost": Decimal("0.1"), "who": {str(number)}}
        )
        visit = visit.model_copy(update={"first": "bo"})
    assert (found.seen, found.cost, found.first) == (3, Decimal("0.3"), "ann")
    assert found.who == {"1", "2", "3"}
    with baskets.transaction() as every:
        every.upsert(Visit(page="home"), once=["first"], add={"seen": 1})
        every.upsert(Visit(page="other"), add={"seen": 5})
    assert {each.page: each.seen for each in baskets.get_many(Visit, ["home", "other"])} == {
        "home": 4,
        "other": 5,
    }


def test_an_expired_item_begins_anew_in_an_upsert(baskets: Baskets, clock: ManualClock) -> None:
    now = int(clock.now())
    for seen in (1, 2):
        window = Visit(page="p", ends=int(clock.now()) + 10)
        assert baskets.upsert(window, once=["ends"], add={"seen": 1}).seen == seen
        clock.advance(5)
    clock.advance(1)
    again = baskets.upsert(Visit(page="p", ends=now + 100), once=["ends"], add={"seen": 1})
    assert (again.seen, again.ends) == (1, now + 100)
    clock.advance(100)
    with baskets.transaction() as every:
        every.upsert(Visit(page="p"), add={"seen": 3})
    assert baskets.get_many(Visit, ["p"])[0].seen == 3


def test_an_upsert_with_a_token_counts_once(baskets: Baskets) -> None:
    for _ in range(3):
        assert baskets.upsert(Visit(page="p"), add={"seen": 1}, token="t").seen == 1


WRONG_UPSERTS: list[tuple[dict[str, Any], str]] = [
    ({"once": ["nothing"]}, "Visit has no attribute nothing"),
    ({"add": {"page": 1}}, "Visit.page is part of a key and cannot be added to"),
    ({"once": ["page"]}, "Visit.page is part of a key and cannot be set only once"),
    ({"once": ["seen"], "add": {"seen": 1}}, "Visit.seen is both set once and added to"),
    ({"add": {"seen": 0.5}}, "Visit.seen is int: 0.5 cannot be added to it"),
]


@pytest.mark.parametrize(("options", "says"), WRONG_UPSERTS, ids=[says for _, says in WRONG_UPSERTS])
def test_a_wrong_upsert_is_refused_by_name(options: dict[str, Any], says: str) -> None:
    with stator.open() as db, pytest.raises(ArgumentError) as refused:
        Baskets(db).upsert(Visit(page="p"), **options)
    assert says in str(refused.value)
