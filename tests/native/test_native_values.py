"""Python values <-> attribute values: as boto3 converts them, whatever they are, and back without a change."""

from __future__ import annotations

import enum
from decimal import Decimal
from typing import Any

import pytest
from boto3.dynamodb.types import Binary, TypeDeserializer, TypeSerializer
from hypothesis import given
from hypothesis import strategies as st

import stator
from stator.client.low_level import from_wire
from stator.client.native.values import Values

VALUES = Values()
LIKE_BOTO3 = Values("decimal")

numbers = st.integers(-(10**38) + 1, 10**38 - 1) | st.decimals(
    allow_nan=False, allow_infinity=False, places=3, min_value=-(10**20), max_value=10**20
)
scalars = st.none() | st.booleans() | numbers | st.text() | st.binary()
sets = st.sets(st.text(), min_size=1) | st.sets(st.binary(), min_size=1) | st.sets(numbers, min_size=1)
values = st.recursive(
    scalars | sets, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20
)


class Colour(enum.StrEnum):
    RED = "red"


class Level(enum.IntEnum):
    LOW = 1


def sorted_sets(value: Any) -> Any:
    """A low-level value with its sets in one order."""
    ((kind, content),) = value.items()
    if kind in ("SS", "NS", "BS"):
        return {kind: sorted(content)}
    if kind == "M":
        return {kind: {name: sorted_sets(member) for name, member in content.items()}}
    return {kind: [sorted_sets(each) for each in content]} if kind == "L" else value


def plain(value: Any) -> Any:
    """What boto3 gives, with bytes for its Binary."""
    if isinstance(value, dict):
        return {name: plain(member) for name, member in value.items()}
    if isinstance(value, list):
        return [plain(each) for each in value]
    if isinstance(value, set):
        return {plain(each) for each in value}
    return value.value if isinstance(value, Binary) else value


@given(values)
def test_a_value_goes_to_the_wire_as_boto3_sends_it(value: Any) -> None:
    ours = from_wire(VALUES.to_wire(value))
    assert sorted_sets(ours) == sorted_sets(TypeSerializer().serialize(value))


@given(values)
def test_a_value_comes_back_equal(value: Any) -> None:
    assert VALUES.from_wire(VALUES.to_wire(value)) == value


@given(values)
def test_all_decimals_is_what_boto3_gives(value: Any) -> None:
    wire = LIKE_BOTO3.to_wire(value)
    assert LIKE_BOTO3.from_wire(wire) == plain(TypeDeserializer().deserialize(from_wire(wire)))


@pytest.mark.parametrize(
    ("value", "wire"),
    [
        (Colour.RED, {"S": "red"}),
        (Level.LOW, {"N": "1"}),
        ({Level.LOW}, {"NS": ["1"]}),
        (bytearray(b"x"), {"B": "eA=="}),
        (memoryview(b"x"), {"B": "eA=="}),
        (Binary(b"x"), {"B": "eA=="}),
        ({Binary(b"x")}, {"BS": ["eA=="]}),
        (frozenset(("a",)), {"SS": ["a"]}),
        ((1, "a"), {"L": [{"N": "1"}, {"S": "a"}]}),
        (Decimal("1E+3"), {"N": "1E+3"}),
    ],
)
def test_what_else_stands_for_a_value(value: Any, wire: Any) -> None:
    assert VALUES.to_wire(value) == wire


@pytest.mark.parametrize("text", ["0", "-7", "100000000000000000000000000000000000000"])
def test_a_whole_number_is_an_int(text: str) -> None:
    assert type(VALUES.from_wire({"N": text})) is int


@pytest.mark.parametrize("value", [10**126, -(10**5000), {10**5000}], ids=["long", "negative", "in a set"])
def test_an_integer_of_any_size_is_left_for_the_service_to_refuse(value: Any) -> None:
    with stator.open() as db:
        key = {"AttributeName": "k", "KeyType": "HASH"}
        kind = {"AttributeName": "k", "AttributeType": "S"}
        table = db.create_table(
            TableName="Numbers", KeySchema=[key], AttributeDefinitions=[kind], BillingMode="PAY_PER_REQUEST"
        )
        with pytest.raises(stator.errors.ValidationException, match="Number overflow"):
            table.put_item(Item={"k": "a", "v": value})


@pytest.mark.parametrize(
    "value", [object(), {1, "a"}, {object()}, 1.0, {1.0}, [1.0], {"a": 1.0}, Decimal("inf")]
)
def test_what_is_no_value_is_refused(value: Any) -> None:
    with pytest.raises(TypeError):
        VALUES.to_wire(value)


@pytest.mark.parametrize("value", [Decimal("1" * 39), Decimal("1E+200")])
def test_a_decimal_that_would_be_rounded_is_refused_as_by_boto3(value: Decimal) -> None:
    with pytest.raises(ArithmeticError):
        TypeSerializer().serialize(value)
    with pytest.raises(ArithmeticError):
        VALUES.to_wire(value)


@pytest.mark.parametrize(("number", "text"), [(0.1, "0.1"), (1e22, "1e+22"), (-2.5, "-2.5"), (3.0, "3.0")])
def test_a_float_that_is_asked_for_is_its_shortest_text(number: float, text: str) -> None:
    assert Values(floats=True).to_wire(number) == {"N": text}
