"""Capacity units, as DynamoDB charges them.

A read unit is 4 KB read consistently, or twice that eventually; a write unit is 1 KB written. A page of a query is
charged by the sum of its items' sizes, rounded up once; separate items are rounded each.
Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
"""

from __future__ import annotations

READ_UNIT_BYTES = 4096
WRITE_UNIT_BYTES = 1024


def read_units(size: int, consistent: bool) -> float:
    """Units of reading `size` bytes at once; nothing found still costs the smallest read."""
    units = -(-size // READ_UNIT_BYTES) or 1
    return float(units) if consistent else units / 2


def write_units(size: int) -> float:
    """Units of writing an item of `size` bytes: the larger of before and after."""
    return float(-(-size // WRITE_UNIT_BYTES) or 1)
