"""What a type checker knows of a design's calls. Checked by test_model_typing, and not run."""

from typing import assert_type

from pydantic import BaseModel

import stator
from stator.model import (
    Design,
    Entity,
    Page,
    Results,
    Stored,
    Table,
    at_least,
    batch,
    collection,
    count,
    get,
    query,
    ref,
    scan,
)


class A(Entity):
    stored = Stored({"pk": "A#{id}", "sk": "A"})
    id: str


class B(Entity):
    stored = Stored({"pk": "A#{id}", "sk": "B#{n:3}"})
    id: str
    n: int


class Brief(BaseModel):
    n: int


class D(Design):
    table = Table("t", sk="sk")
    entities = (A, B)

    @get(A)
    def a(self, id: str) -> None: ...
    @query(B, low=at_least("n"))
    def bs(self, id: str, low: int | None = None) -> None: ...
    @query(B, into=Brief)
    def briefs(self, id: str) -> None: ...
    @collection(A, B)
    def both(self, id: str) -> None: ...
    @count(B)
    def how_many(self, id: str) -> None: ...

    every = scan(B, because="x").given()
    many = batch(B)


d = D(stator.open())
assert_type(d.a("x"), A | None)
assert_type(d.bs(id="x", low=3), Results[B])
assert_type(d.briefs("x").first(), Brief | None)
assert_type(d.both("x").all(), list[A | B])
assert_type(d.how_many("x"), int)
assert_type(d.every().page(), Page[B])
assert_type(d.many([]), list[B])
assert_type(d.update(ref(B, id="1", n=2), {}), B)


async def f() -> None:
    assert_type(await d.a.acall("x"), A | None)
    assert_type(await d.bs("x").apage(), Page[B])
