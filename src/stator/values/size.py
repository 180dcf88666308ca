"""How many bytes DynamoDB counts for a value and an item: for capacity units, pages and the 400 KB limit.

The rules are those of the developer guide ("DynamoDB item sizes and formats"), made exact where the guide
says "approximately" by public measurements against the service (the Parity suite's number-size capture of
August 2026, which finds each cost to the byte at the 400 KB limit):

    attribute  the name's UTF-8 bytes, and its value
    S          UTF-8 bytes           B   bytes decoded           NULL, BOOL   1
    N          1, a byte per two significant digits before the point and per two after it (each rounded up),
               and 1 when negative; zero is 1. Zeros that lead or trail the whole number do not count: 100 is
               2 bytes, 1.5 is 3 where 15 is 2, 100.5 is 4
    SS NS BS   the members
    L          3, and 1 and the value for each element
    M          3, and 1, the name and the value for each member

All take canonical values. Sizes are exact up to SIZE_EXACT_MAX; of what is larger, which nobody stores, they are some
number beyond it, so that no more than that is ever looked at.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from stator.limits import ITEM_BYTES_MAX
from stator.values.binary import binary_size
from stator.values.types import AttributeValue, Item

SIZE_EXACT_MAX = 2 * ITEM_BYTES_MAX
# Items whose size is had sooner than a comparison
_SMALL_BYTES = 4096


def item_size(item: Item) -> int:
    """Bytes of all names and values of an item."""
    total = 0
    for name, value in item.items():
        total += len(name) if name.isascii() else len(name.encode())
        for kind, content in value.items():
            if kind == "S":
                total += len(content) if content.isascii() else len(content.encode())
            else:
                total += _SIZES[kind](content)
                if total > SIZE_EXACT_MAX:
                    return total
    return total


def resized(size: int, old: Item, new: Item) -> int:
    """The size of `new`, which `old`, of that size, became: the attributes that are still the same objects are left
    unlooked at, where that saves work."""
    if size < _SMALL_BYTES:
        return item_size(new)
    gone = {name: value for name, value in old.items() if new.get(name) is not value}
    if 2 * _members(gone) > _members(old):
        return item_size(new)
    come = {name: value for name, value in new.items() if old.get(name) is not value}
    return size - item_size(gone) + item_size(come)


def _members(item: Item) -> int:
    """Of its attributes' lists, maps and sets: about how long its size takes."""
    return sum(
        len(content)
        for value in item.values()
        for content in value.values()
        if isinstance(content, list | dict)
    )


def value_size(value: AttributeValue) -> int:
    """Bytes of one value, without a name."""
    for kind, content in value.items():
        return _SIZES[kind](content)
    raise ValueError("an attribute value without a type is not canonical")


def _string(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode())


def number_size(number: str) -> int:
    negative = number[0] == "-"
    if "." not in number:
        digits = len(number.rstrip("0")) - negative
        return 1 + (digits + 1) // 2 + negative
    whole, _, fraction = number.partition(".")
    before = len(whole) - negative
    if whole in ("0", "-0"):
        before = 0
        fraction = fraction.lstrip("0")
    return 1 + (before + 1) // 2 + (len(fraction) + 1) // 2 + negative


def _one(_: Any) -> int:
    return 1


def _strings(members: list[str]) -> int:
    return sum(map(_string, members))


def _numbers(members: list[str]) -> int:
    return sum(map(number_size, members))


def _binaries(members: list[str]) -> int:
    return sum(map(binary_size, members))


def _list(elements: list[AttributeValue]) -> int:
    # 400 KB may be 400,000 elements: texts alone are summed at once, all else without a call for each
    try:
        return 3 + len(elements) + _string("".join([value["S"] for value in elements]))
    except KeyError:
        return 3 + len(elements) + _elements(elements)


def _elements(elements: list[AttributeValue]) -> int:
    total = 0
    for value in elements:
        for kind, content in value.items():
            if kind == "S":
                total += len(content) if content.isascii() else len(content.encode())
            else:
                total += _SIZES[kind](content)
                if total > SIZE_EXACT_MAX:
                    return total
    return total


def _map(members: Item) -> int:
    return 3 + len(members) + item_size(members)


_SIZES: dict[str, Callable[[Any], int]] = {
    "S": _string,
    "N": number_size,
    "B": binary_size,
    "BOOL": _one,
    "NULL": _one,
    "SS": _strings,
    "NS": _numbers,
    "BS": _binaries,
    "L": _list,
    "M": _map,
}
