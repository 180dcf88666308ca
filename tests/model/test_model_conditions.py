"""The caller's own conditions: on fields, with values as they are stored."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any, Literal

import pytest
from boto3.dynamodb.conditions import Attr as BotoAttr
from pydantic import AwareDatetime, BaseModel, Field

import stator
from stator.model import (
    AlreadyExistsError,
    ArgumentError,
    Attr,
    ConditionFailedError,
    Design,
    Entity,
    Stored,
    Table,
    ref,
)

MOMENT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Address(BaseModel):
    city: str


class Lease(Entity):
    stored = Stored({"pk": "LEASE#{name}"}, expires="ends")

    name: str
    owner: str = Field(alias="lease;owner")
    until: AwareDatetime = MOMENT
    day: date = date(2026, 3, 1)
    ends: AwareDatetime | None = None
    colour: Colour = Colour.RED
    level: Literal["low", "high"] = "low"
    left: int = Field(default=5, ge=0, le=10)
    limit: int = 9
    price: Decimal = Decimal("1.5")
    weight: float = 0.1
    note: str | None = None
    tags: set[str] = Field(default_factory=set)
    address: Address = Address(city="Paris")


class Leases(Design):
    table = Table("leases", ttl="ends")
    entities = (Lease,)


HOLD: list[Any] = [
    Attr("until").lte(MOMENT),
    Attr("until").between(MOMENT - timedelta(hours=1), MOMENT),
    Attr("until").is_in([MOMENT, MOMENT + timedelta(days=1)]),
    Attr("until").eq(MOMENT.astimezone(None)),
    Attr("day").eq(date(2026, 3, 1)),
    Attr("ends").gt(datetime(2033, 1, 1, tzinfo=UTC)),
    Attr("owner").eq("ann"),
    Attr("lease;owner").begins_with("a"),
    Attr("colour").eq(Colour.RED),
    Attr("colour").ne("blue"),
    Attr("level").eq("low"),
    Attr("left").gt(-1),
    Attr("left").lt(11),
    Attr("left").eq("5"),
    Attr("left").lt(Attr("limit")),
    Attr("price").eq(1.5),
    Attr("weight").eq(0.1),
    Attr("note").eq(None),
    Attr("note").not_exists(),
    Attr("owner").ne(None),
    Attr("tags").contains("a"),
    Attr("tags").size().gte(2),
    Attr("address.city").eq("Paris"),
    Attr("note").not_exists() & (Attr("left").gte(5) | Attr("owner").eq("bo")),
    ~Attr("until").lt(MOMENT),
    BotoAttr("until").lte(MOMENT) & BotoAttr("lease;owner").eq("ann") & BotoAttr("owner").size().eq(3),
    Attr("pk").eq("LEASE#x"),
]


@pytest.fixture(scope="module")
def leases() -> Leases:
    leases = Leases(stator.open())
    leases.create_tables()
    return leases


@pytest.fixture
def lease(leases: Leases) -> Lease:
    return leases.put(
        Lease(name="x", **{"lease;owner": "ann"}, tags={"a", "b"}, ends=datetime(2100, 1, 1, tzinfo=UTC))
    )


@pytest.mark.parametrize("condition", HOLD, ids=range(len(HOLD)))
def test_a_condition_compares_with_what_a_field_is_stored_as(
    leases: Leases, lease: Lease, condition: Any
) -> None:
    leases.update(lease, {"limit": 9}, if_=condition)
    with pytest.raises(ConditionFailedError):
        leases.update(lease, {"limit": 8}, if_=~condition)


def test_a_refusal_says_which_condition_and_what_the_item_has(leases: Leases, lease: Lease) -> None:
    with pytest.raises(ConditionFailedError) as refused:
        leases.update(
            lease, {"limit": 1}, if_=Attr("left").gt(5) & Attr("owner").eq("bo") & Attr("note").exists()
        )
    assert str(refused.value) == (
        "Lease LEASE#x: the condition does not hold: (left > 5 AND owner = 'bo') AND attribute_exists(note), "
        "and left is 5, owner is 'ann', note is not there"
    )
    other = Lease(name="new", **{"lease;owner": "bo"})
    with pytest.raises(
        ConditionFailedError, match="the condition does not hold: left > 1, and left is not there"
    ):
        leases.put(other, if_=Attr("left").gt(1))
    with pytest.raises(ConditionFailedError, match="left > 5, and left is 5"), leases.transaction() as every:
        every.update(lease, {"limit": 1}, if_=Attr("left").gt(5))
    with pytest.raises(
        ConditionFailedError, match=r"until < '2026-03-01T12:00:00.000000Z', and until is '2026"
    ):
        leases.update(lease, {"limit": 1}, if_=Attr("until").lt(MOMENT))
    with pytest.raises(AlreadyExistsError):
        leases.create(lease)


WRONG: list[tuple[Any, str]] = [
    (Attr("left").eq("many"), "Lease.left: Input should be a valid integer"),
    (Attr("until").lt(datetime(2026, 1, 1)), "Lease.until: Input should have timezone info"),
    (Attr("colour").eq("green"), "Lease.colour: Input should be 'red' or 'blue'"),
    (Attr("weight").eq(float("nan")), "weight is nan, which DynamoDB has no number for"),
    ("left > 1", "if_ is 'left > 1', which is no condition"),
]


@pytest.mark.parametrize(("condition", "says"), WRONG, ids=[says[:40] for _, says in WRONG])
def test_a_value_that_a_field_cannot_have_is_refused_by_name(
    leases: Leases, lease: Lease, condition: Any, says: str
) -> None:
    with pytest.raises(ArgumentError) as refused:
        leases.update(lease, {"limit": 1}, if_=condition)
    assert says in str(refused.value)


@pytest.mark.parametrize("kind", [Attr, BotoAttr])
def test_a_condition_with_a_token_means_the_same_each_time(leases: Leases, lease: Lease, kind: Any) -> None:
    target = ref(Lease, name="x")
    for _ in range(2):
        condition = kind("until").lte(MOMENT) & kind("tags").contains("a")
        assert (
            leases.update(target, add={"limit": 1}, if_=condition, token=f"t-{kind.__module__}").limit == 10
        )
