"""The shapes of three real systems: many tables under an environment's name, attribute names that Python has not, a
fallback when an index is not there, one table of categories with exact expiry; sync and async."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from pydantic import ConfigDict, Field

import stator
from stator.clock import ManualClock
from stator.model import (
    ArgumentError,
    Design,
    Entity,
    Fallback,
    Gsi,
    Prefix,
    SharedEnvironmentError,
    SharedEnvironmentWarning,
    Stored,
    Suffix,
    Table,
    batch,
    filtered,
    get,
    query,
    ref,
    scan,
    starts_with,
)


class Question(Entity):
    stored = Stored(table="questions")

    id: str
    question: str
    categories: list[str]
    difficulty: int


class QuestionCategory(Entity):
    stored = Stored(table="question-categories")

    category: str
    question_id: str
    difficulty: int


class Session(Entity):
    stored = Stored(table="sessions")

    session_id: str
    ip_hash: str
    created_at: int
    trust_score: float = 0.5


def as_entry(question: Question, given: dict[str, Any]) -> QuestionCategory:
    return QuestionCategory(
        category=given["category"], question_id=question.id, difficulty=question.difficulty
    )


class TruthByte(Design):
    naming = Prefix("{environment}-truthbyte-", ("dev", "prod"))
    tables = (
        Table("questions", pk="id", type_attribute=None, recovery=True),
        Table("question-categories", pk="category", sk="question_id", type_attribute=None),
        Table(
            "sessions",
            pk="session_id",
            type_attribute=None,
            indexes=(Gsi("ip-hash-index", "ip_hash", ("created_at", "N")),),
        ),
    )
    entities = (Question, QuestionCategory, Session)

    @query(
        QuestionCategory,
        difficulty=filtered("difficulty"),
        fallback=Fallback(
            Question,
            {"category": filtered("categories", "contains"), "difficulty": filtered("difficulty")},
            pages=3,
            page_items=50,
            becomes=as_entry,
        ),
    )
    def in_category(self, category: str, difficulty: int | None = None) -> None:
        """What questions there are in a category: by the index, else by a bounded scan."""

    @query(Session, newest_first=True)
    def sessions_from(self, ip_hash: str) -> None:
        """Sessions from an address, newest first."""

    questions = batch(Question)
    every = scan(Question, because="the daily pool is every question").given()


class Registration(Entity):
    stored = Stored(table="biztechRegistrations")

    id: str
    event: str = Field(alias="eventID;year")
    status: str = "registered"


class Event(Entity):
    stored = Stored(table="biztechEvents")

    id: str
    year: int
    capacity: int


class BizTech(Design):
    naming = Suffix({"dev": "", "staging": "", "production": "PROD"})
    tables = (
        Table("biztechEvents", pk="id", sk=("year", "N"), type_attribute=None),
        Table(
            "biztechRegistrations",
            pk="id",
            sk="eventID;year",
            type_attribute=None,
            indexes=(Gsi("event-query", "eventID;year"),),
        ),
    )
    entities = (Event, Registration)

    @get(Event)
    def event(self, id: str, year: int) -> None:
        """An event."""

    @query(Registration)
    def registered_for(self, event: str) -> None:
        """Who is registered for an event."""


class Entry(Entity):
    model_config = ConfigDict(extra="allow")
    stored = Stored(expires="ttl")

    category: str
    key: str
    ttl: int | None = None


class LetsGo(Design):
    table = Table("letsgo", pk="category", sk="key", ttl="ttl", type_attribute=None)
    entities = (Entry,)

    @query(Entry, prefix=starts_with("key"))
    def listed(self, category: str, prefix: str | None = None) -> None:
        """The entries of a category, by a prefix of their keys."""

    @get(Entry)
    def entry(self, category: str, key: str) -> None:
        """An entry."""


def test_truthbyte_goes_by_the_index_and_by_a_bounded_scan_when_it_is_not_there(db: Any) -> None:
    design = TruthByte(db, "dev")
    assert design.create_tables()[0] == "dev-truthbyte-questions"
    asked = [Question(id=f"q{n}", question="?", categories=["science"], difficulty=n % 3) for n in range(200)]
    design.put_many(asked)
    design.put_many([as_entry(each, {"category": "science"}) for each in asked])
    results = design.in_category("science", difficulty=1)
    assert len(results.page(10)) == 10
    assert (results.way, len(results.all())) == ("index", 67)
    db.table("dev-truthbyte-question-categories").delete()
    db.table("dev-truthbyte-question-categories").wait_until_not_exists()
    page = results.page(20)
    assert (page.way, len(page), page.cursor) == ("fallback", 20, None)
    assert page.items[0].difficulty == 1
    assert 0 < len(results.all()) < 67, "three pages of fifty"


def test_truthbyte_reads_by_a_numeric_index(db: Any) -> None:
    design = TruthByte(db, "prod")
    design.create_tables()
    for at in (5, 30, 10):
        design.put(Session(session_id=f"s{at}", ip_hash="h", created_at=at))
    assert [each.created_at for each in design.sessions_from("h")] == [30, 10, 5]
    assert design.update(ref(Session, session_id="s5"), {"created_at": 50}).trust_score == 0.5
    assert design.sessions_from("h").page(1).items[0].session_id == "s5"


def test_biztech_has_attribute_names_that_python_has_not(db: Any) -> None:
    design = BizTech(db, "production")
    assert design.create_tables() == ["biztechEventsPROD", "biztechRegistrationsPROD"]
    design.create(Registration(id="ann@example.com", event="blueprint;2026"))
    (found,) = design.registered_for("blueprint;2026")
    assert design.update(found, {"status": "waiting"}).status == "waiting"
    design.create(Event(id="blueprint", year=2026, capacity=10))
    assert design.event("blueprint", 2026) is not None


def test_a_destructive_call_warns_where_tables_are_shared(db: Any) -> None:
    dev, staging = BizTech(db), BizTech(db, "staging")
    dev.create_tables()
    event = dev.create(Event(id="a", year=1, capacity=1))
    with pytest.warns(
        SharedEnvironmentWarning, match="delete in 'staging': its tables are those of 'dev', too"
    ):
        staging.delete(event)

    class Strict(BizTech):
        naming = Suffix({"dev": "", "staging": ""}, guard="refuse")

    with pytest.raises(SharedEnvironmentError):
        Strict(db, "staging").delete_tables()
    assert len(dev.delete_tables()) == 2
    with pytest.raises(ArgumentError, match="there is no environment 'test'"):
        BizTech(db, "test")


def test_letsgo_lists_by_prefix_and_never_returns_what_has_expired(db: Any, clock: ManualClock) -> None:
    design = LetsGo(db, now=clock.now)
    design.create_tables()
    now = int(clock.now())
    for customer, order, ttl in (("1", "1", None), ("1", "2", now), ("1", "3", now - 1), ("10", "4", None)):
        design.put(
            Entry(category="customer-order", key=f"/customer-{customer}/order-{order}", ttl=ttl, total=3)
        )
    found = design.listed("customer-order", prefix="/customer-1/").all()
    assert [each.key[-1] for each in found] == ["1", "2"]
    assert found[0].model_extra == {"total": 3}
    assert design.entry("customer-order", "/customer-1/order-3") is None


def test_a_page_may_be_short_and_still_go_on(db: Any, clock: ManualClock) -> None:
    design = LetsGo(db, now=clock.now)
    design.create_tables()
    design.put_many([Entry(category="c", key=f"{n:03}", ttl=1 if n < 90 else None) for n in range(100)])
    page = design.listed("c").page(2)
    assert page.items == []
    assert page.cursor is not None
    found: list[str] = []
    while page.cursor is not None:
        page = design.listed("c").page(20, page.cursor)
        found += [each.key for each in page]
    assert found == [f"{n:03}" for n in range(90, 100)]


def test_every_method_has_an_awaitable_twin() -> None:
    async def use() -> None:
        async with stator.open_async() as db:
            design = LetsGo(db)
            await design.acreate_tables()
            one = await design.acreate(Entry(category="c", key="a"))
            await design.aput_many([Entry(category="c", key=f"b{n}") for n in range(30)])
            assert await design.entry.acall("c", "a") == one
            assert len([each async for each in design.listed("c")]) == 31
            page = await design.listed("c").apage(5)
            assert len(await design.listed("c").apage(5, page.cursor)) == 5
            assert await design.listed("c", prefix="b").acount() == 30
            assert (await design.aupdate(one, {"ttl": 4_000_000_000})).ttl == 4_000_000_000
            async with design.transaction() as every:
                every.delete(one)
            assert await design.listed("c", prefix="a").afirst() is None
            assert (await design.listed.aexplain("c")).is_measured
            with pytest.raises(ArgumentError, match="use the method whose name begins with 'a'"):
                design.listed("c").all()

    asyncio.run(use())
