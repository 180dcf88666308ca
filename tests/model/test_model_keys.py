"""Key templates and cursors, by properties."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stator.model import CursorError, KeyValueError
from stator.model.cursors import Cursors
from stator.model.templates import after, parse

TEXTS = st.text(min_size=1, max_size=8) | st.text("#$ !\x00a%", min_size=1, max_size=6)
PAIR = parse("A#{a}#{b}")


@given(TEXTS, TEXTS)
def test_a_composed_key_reads_back_as_what_it_was_made_of(a: str, b: str) -> None:
    assert PAIR.parsed(PAIR.key({"a": a, "b": b})) == {"a": a, "b": b}


@given(st.tuples(TEXTS, TEXTS), st.tuples(TEXTS, TEXTS))
def test_composed_keys_compare_as_the_tuples_of_their_parts(x: tuple[str, str], y: tuple[str, str]) -> None:
    key_x, key_y = (PAIR.key(dict(zip("ab", each, strict=True))) for each in (x, y))
    assert (key_x < key_y) == (x < y)
    assert (key_x == key_y) == (x == y)


@given(TEXTS, TEXTS, TEXTS)
def test_only_keys_whose_first_part_is_given_begin_with_it(a: str, b: str, other: str) -> None:
    prefix = "A#" + PAIR.written(PAIR.slots[0], a) + "#"
    assert PAIR.key({"a": other, "b": b}).startswith(prefix) == (other == a)
    assert PAIR.key({"a": a, "b": b}) < after(prefix)


@given(st.integers(0, 99999), st.integers(0, 99999))
def test_padded_numbers_sort_as_numbers(x: int, y: int) -> None:
    template = parse("{n:5}#x")
    assert (template.key({"n": x}) < template.key({"n": y})) == (x < y)


ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1), timezones=ZONES)


@given(MOMENTS, MOMENTS)
def test_moments_sort_as_moments_whatever_their_zones(x: datetime, y: datetime) -> None:
    template = parse("T#{t}")
    assert (template.key({"t": x}) < template.key({"t": y})) == (x < y)


def test_another_separator_refuses_the_value_that_holds_it() -> None:
    template = parse("{event};{year}", ";")
    assert template.key({"event": "blueprint #1", "year": 2026}) == "blueprint #1;2026"
    with pytest.raises(KeyValueError, match="event is 'a;b', which holds the separator ';'"):
        template.key({"event": "a;b", "year": 1})


WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("A#{a}", {"a": ""}, "a is empty, which cannot be part of the key 'A#{a}'"),
    ("{a}", {"a": ""}, "a is empty, which cannot be a key"),
    ("A#{a}", {"a": 1.5}, "a is a float, which cannot be part of a composed key"),
    ("A#{a:3}", {"a": -1}, "a is -1; in a key it cannot be negative"),
    ("A#{a:3}", {"a": 1000}, "a is 1000, which has more than the 3 digits of its key"),
    (
        "A#{a}",
        {"a": datetime(2026, 1, 1)},
        "a is 2026-01-01T00:00:00, a time without a zone; in a key it needs one",
    ),
]


@pytest.mark.parametrize(("template", "values", "says"), WRONG)
def test_a_value_that_no_key_can_hold_is_refused_by_name(
    template: str, values: dict[str, Any], says: str
) -> None:
    with pytest.raises(KeyValueError) as refused:
        parse(template).key(values)
    assert str(refused.value) == says


PLACE = {"pk": "CUSTOMER#c1", "sk": 7, "b": b"\x00\xff"}
BOUND = Cursors(
    b"k" * 16,
    "Shop",
    "orders",
    "shop",
    arguments={"customer_id": "c1", "at": datetime(2026, 1, 1, tzinfo=UTC)},
)


def test_a_cursor_gives_its_place_back() -> None:
    assert BOUND.read(BOUND.write(PLACE)) == PLACE


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_a_cursor_with_any_bit_changed_is_refused(position: int, change: int) -> None:
    from base64 import urlsafe_b64decode, urlsafe_b64encode

    cursor = BOUND.write(PLACE)
    raw = bytearray(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    raw[position % len(raw)] ^= change
    with pytest.raises(CursorError):
        BOUND.read(urlsafe_b64encode(bytes(raw)).rstrip(b"=").decode())


@given(st.text(max_size=60) | st.binary(max_size=60).map(lambda raw: raw.hex()))
def test_whatever_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(CursorError):
        BOUND.read(text)


OTHERS: list[tuple[bytes, tuple[str, ...], dict[str, Any]]] = [
    (b"x" * 16, ("Shop", "orders", "shop"), {"customer_id": "c1"}),
    (b"k" * 16, ("Shop", "other", "shop"), {"customer_id": "c1"}),
    (b"k" * 16, ("Shop", "orders", "shopPROD"), {"customer_id": "c1"}),
    (b"k" * 16, ("Shop", "orders", "shop"), {"customer_id": "c2"}),
    (b"k" * 16, ("Shop", "orders", "shop"), {}),
    (b"k" * 16, ("Shop", "orderss", "hop"), {"customer_id": "c1"}),
]


@pytest.mark.parametrize(("key", "bound", "arguments"), OTHERS)
def test_a_cursor_is_refused_wherever_else(
    key: bytes, bound: tuple[str, ...], arguments: dict[str, Any]
) -> None:
    cursor = Cursors(b"k" * 16, "Shop", "orders", "shop", arguments={"customer_id": "c1"}).write(PLACE)
    with pytest.raises(CursorError, match="was not made here"):
        Cursors(key, *bound, arguments=arguments).read(cursor)
