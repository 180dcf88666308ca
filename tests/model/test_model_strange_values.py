"""Values of every type, at their bounds and beyond, come back as they were or are refused by name."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum, IntEnum
from ipaddress import IPv4Address
from typing import Any, Generic, Literal, TypeVar
from uuid import UUID

import pytest
from pydantic import BaseModel, ConfigDict, Field, RootModel, SecretStr, computed_field

import stator
from stator.model import ArgumentError, Design, Entity, Stored, Table, ref

T = TypeVar("T")


class Level(IntEnum):
    LOW = 1
    HIGH = 2


class Colour(Enum):
    RED = "red"


@dataclasses.dataclass
class Point:
    x: float
    y: float | None


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid")

    number: int = 1
    share: float = 0.5
    required: int | None
    five: int | None = 5
    tags: set[str]

    @computed_field  # type: ignore[prop-decorator]
    @property
    def double(self) -> int:
        return self.number * 2


class Shares(RootModel[list[float]]):
    pass


class Thing(Entity):
    stored = Stored({"pk": "THING#{id}"})

    id: str
    raw: bytes = b""
    raws: set[bytes] = Field(default_factory=set)
    numbers: set[Decimal] = Field(default_factory=set)
    shares: frozenset[float] = frozenset()
    level: Level = Level.LOW
    colours: set[Colour] = Field(default_factory=set)
    literal: Literal["x", 1] = "x"
    either: int | str = 1
    exact: Decimal = Decimal(0)
    about: float = 0.0
    count: int = 0
    moment: datetime | None = None
    day: date | None = None
    hour: time | None = None
    span: timedelta | None = None
    moments: set[datetime] = Field(default_factory=set)
    unique: UUID | None = None
    address: IPv4Address | None = None
    secret: SecretStr | None = None
    inner: Inner | None = None
    point: Point | None = None
    root: Shares | None = None
    pair: tuple[int, str] = (1, "a")
    items: list[int | None] = Field(default_factory=list)
    sets: list[set[str]] = Field(default_factory=list)
    map: dict[str, Any] = Field(default_factory=dict)
    by_number: dict[int, float] = Field(default_factory=dict)
    text: str | None
    texts: set[str]
    mixed: set[int | str] = Field(default_factory=set)
    flag: bool = False
    anything: Any = None


class Box(Entity, Generic[T]):
    stored = Stored({"pk": "BOX#{id}"})

    id: str
    value: T


class Things(Design):
    table = Table("things")
    entities = (Thing, Box[int])


@pytest.fixture(scope="module")
def things() -> Things:
    things = Things(stator.open())
    things.create_tables()
    return things


EAST = timezone(timedelta(hours=5))
KEPT: list[dict[str, Any]] = [
    {},
    {"raw": b"\x00\xff", "raws": {b"a", b""}},
    {"numbers": {Decimal("1.5"), Decimal(2)}, "shares": frozenset({1.5, 2.0})},
    {"level": Level.HIGH, "colours": {Colour.RED}, "literal": 1, "either": "1", "flag": True},
    {"exact": Decimal("1" * 38), "about": -0.1, "count": 10**40},
    {"exact": Decimal("-1E-120"), "about": 1e125, "count": -(10**37)},
    {"moment": datetime(2026, 1, 1)},
    {"moment": datetime(1, 1, 1, tzinfo=UTC)},
    {"moment": datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)},
    {"moment": datetime(2026, 1, 1, tzinfo=EAST), "moments": {datetime(2026, 1, 1, tzinfo=UTC)}},
    {"day": date(1, 1, 1), "hour": time(1, 2, 3, 4), "span": timedelta(days=400, microseconds=1)},
    {"unique": UUID(int=7), "address": "1.2.3.4", "secret": "hush"},
    {"inner": Inner(number=3, share=0.1, required=None, tags=set())},
    {"inner": Inner(required=2, five=None, tags={"a"}), "point": Point(0.1, None), "root": [0.1, 2]},
    {"pair": (5, "z"), "items": [1, None, 3], "sets": [{"a"}, set()]},
    {"map": {"a": {"b": [1, {"c": b"x"}]}, "none": None, "empty": {}}, "by_number": {1: 0.5}},
    {"text": "", "texts": {"a", ""}},
    {"text": "🙂\0", "texts": set()},
    {"anything": [None, {"x": None}, {1, 2}, True]},
]


@pytest.mark.parametrize("values", KEPT, ids=lambda values: ", ".join(values) or "nothing")
def test_a_value_comes_back_as_it_was(things: Things, values: dict[str, Any]) -> None:
    thing = Thing(**{"id": "1", "text": None, "texts": set(), **values})
    things.put(thing)
    (found,) = things.get_many(Thing, ["1"])
    assert found == thing
    assert things.update(
        ref(Thing, id="1"), {name: getattr(thing, name) for name in values} | {"flag": True}
    ) == (thing.model_copy(update={"flag": True}))


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"exact": Decimal("1" * 39)}, "exact is 1111"),
    ({"exact": Decimal("NaN")}, "exact is NaN, which DynamoDB has no number for"),
    ({"about": float("inf")}, "about is inf, which DynamoDB has no number for"),
    ({"about": 1e-300}, "about is 1e-300, which DynamoDB has no number for: it has 38 digits, from 1E-130"),
    ({"count": int("1" * 39)}, "count is a number of more than 38 digits"),
    ({"count": 10**5000}, "count is a number of more than 38 digits"),
    ({"mixed": {1, "a"}}, "mixed is a set of more than texts, or numbers, or bytes"),
    ({"anything": object()}, "anything is a object, which no attribute can hold"),
    (
        {"moment": datetime(1, 1, 1, tzinfo=EAST)},
        "moment is 0001-01-01T00:00:00+05:00, which has no moment in UTC",
    ),
    ({"text": "\ud800"}, "holds half a surrogate pair, which is no text"),
    ({"id": "\ud800"}, "holds half a surrogate pair, which is no text"),
    ({"id": ""}, "Thing: id is empty, which cannot be part of the key"),
]


@pytest.mark.parametrize(("values", "says"), REFUSED, ids=[says[:40] for _, says in REFUSED])
def test_a_value_that_nothing_can_hold_is_refused_by_name(
    things: Things, values: dict[str, Any], says: str
) -> None:
    thing = Thing.model_construct(**{**Thing(id="2", text="", texts={"a"}).__dict__, **values})
    with pytest.raises(ArgumentError) as refused:
        things.put(thing)
    assert says in str(refused.value)
    assert things.get_many(Thing, ["2"]) == []


@pytest.mark.parametrize("key", ["a#b", "a b", "🙂", "\0", "$", "#", "UNIQUE#", "x" * 1000])
def test_any_text_is_a_key(things: Things, key: str) -> None:
    things.put(Thing(id=key, text=key, texts=set()))
    assert [each.text for each in things.get_many(Thing, [key])] == [key]
    things.erase(ref(Thing, id=key))
    assert things.get_many(Thing, [key]) == []


def test_a_generic_entity_is_one_of_its_parameters(things: Things) -> None:
    things.put(Box[int](id="1", value=4))
    assert things.get_many(Box[int], ["1"]) == [Box[int](id="1", value=4)]


CALLS: list[tuple[Any, str]] = [
    (lambda d: d.get_many(Thing, "12"), "Thing: keys come in a list, not as '12'"),
    (lambda d: d.update(ref(Thing, id="1"), remove="text"), "remove takes a list of names, not 'text'"),
    (lambda d: d.upsert(Thing(id="1", text=None, texts=set()), once="text"), "once takes a list of names"),
    (lambda d: d.put({"id": "1"}), "dict is no entity of Things"),
    (lambda d: d.update("1", {"count": 1}), "str is no entity of Things"),
    (lambda d: d.update(ref(Thing), {"count": 1}), "Thing: its key needs id"),
    (lambda d: d.update(ref(Thing, id="1", x=1), {"count": 1}), "Thing: its key is id, and not x"),
    (lambda d: d.erase_many(["1"]), "str is no entity of Things"),
]


@pytest.mark.parametrize(("call", "says"), CALLS, ids=[says for _, says in CALLS])
def test_a_wrong_call_is_said_in_a_line(things: Things, call: Any, says: str) -> None:
    with pytest.raises(ArgumentError) as refused:
        call(things)
    assert says in str(refused.value)
