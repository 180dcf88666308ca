"""Lists of imports and of exports: both lie under ids that order as time does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from stator.keys import space
from stator.limits import TRANSFERS_LOOKED_AT
from stator.storage.contract import Reader


class Transfer(Protocol):
    """An import or an export."""

    @property
    def id(self) -> str: ...

    @property
    def token(self) -> str: ...


T = TypeVar("T", bound=Transfer)


def id_of(now: float, number: int) -> str:
    """`number` is one that no other transfer of the file has."""
    return f"{round(now * 1000):014d}-{number:08x}"


def listed(
    reader: Reader,
    prefix: bytes,
    decode: Callable[[bytes], T],
    after: str,
    wanted: Callable[[T], bool],
    limit: int,
) -> tuple[list[T], str | None]:
    """Some of the transfers that are wanted, by id, behind the id `after`, at most `limit`; and the id to go on behind,
    None at the end."""
    start = prefix + after.encode() + b"\0" if after else prefix
    stop = space.successor(prefix)
    rows, more = reader.range(start, stop, TRANSFERS_LOOKED_AT) if start < stop else ([], False)
    found: list[T] = []
    last: T | None = None
    for at, (_, stored) in enumerate(rows, 1):
        last = decode(stored)
        if wanted(last):
            found.append(last)
            if len(found) == limit:
                more = more or at < len(rows)
                break
    return found, last.id if more and last is not None else None


def with_token(
    reader: Reader, prefix: bytes, decode: Callable[[bytes], T], token: str, since: float
) -> T | None:
    """The transfer that was begun with the token at `since` (epoch seconds) or later."""
    after: str | None = f"{round(since * 1000):014d}"
    while after is not None:
        found, after = listed(reader, prefix, decode, after, lambda each: each.token == token, 1)
        if found:
            return found[0]
    return None
