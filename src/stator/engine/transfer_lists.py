"""Transfers as stored: imports, exports and bulk puts, each kind a list of its own, by ids that order as time does.

    row := sealed JSON (engine.sealed) of the transfer        under account, region and id (keys.space)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

import msgspec

from stator.engine import sealed
from stator.keys import space
from stator.limits import TRANSFER_TOKEN_S, TRANSFERS_LOOKED_AT
from stator.storage.contract import Reader, Transaction


class Transfer(msgspec.Struct, frozen=True, kw_only=True):
    """`asked`: the request's members as they are shown again; `asked_hash`: of what a token's repeat must ask for.
    `table_uid`: AWS's TableId. `failure`: its code and message. Times are epoch seconds."""

    id: str
    account: str
    region: str
    table: str
    table_uid: str
    token: str
    asked_hash: str
    asked: dict[str, Any]
    started_at: float
    ended_at: float | None = None
    failure: tuple[str, str] | None = None

    @property
    def table_arn(self) -> str:
        return f"arn:aws:dynamodb:{self.region}:{self.account}:table/{self.table}"

    @property
    def place(self) -> tuple[str, str, str]:
        """Account, region and name of the table."""
        return self.account, self.region, self.table


T = TypeVar("T", bound=Transfer)


def id_of(now: float, number: int) -> str:
    """`number` is one that no other transfer of the file has."""
    return f"{round(now * 1000):014d}-{number:08x}"


class TransferList(Generic[T]):
    """All transfers of one kind."""

    def __init__(self, kind: type[T], prefix: Callable[[str, str], bytes]) -> None:
        """`prefix`: of the keys in an account and region."""
        self.decode = sealed.decoder(kind)
        self._prefix = prefix

    def read(self, reader: Reader, key: bytes) -> T | None:
        stored = reader.get(key)
        return None if stored is None else self.decode(stored)

    def listed(
        self,
        reader: Reader,
        account: str,
        region: str,
        after: str,
        wanted: Callable[[T], bool],
        limit: int,
        newest_first: bool = False,
    ) -> tuple[list[T], str | None]:
        """Some of the transfers that are wanted, by id, behind the id `after` (empty: from the first on), at most
        `limit`; and the id to go on behind, None at the end."""
        start = prefix = self._prefix(account, region)
        stop = space.successor(prefix)
        if after and newest_first:
            stop = prefix + after.encode()
        elif after:
            start = prefix + after.encode() + b"\0"
        if start >= stop:
            return [], None
        rows, more = reader.range(start, stop, TRANSFERS_LOOKED_AT, reverse=newest_first)
        found: list[T] = []
        last: T | None = None
        for at, (_, stored) in enumerate(rows, 1):
            last = self.decode(stored)
            if wanted(last):
                found.append(last)
                if len(found) == limit:
                    more = more or at < len(rows)
                    break
        return found, last.id if more and last is not None else None

    def with_token(self, reader: Reader, account: str, region: str, token: str, since: float) -> T | None:
        """The transfer that was begun with the token at `since` (epoch seconds) or later."""
        after: str | None = f"{round(since * 1000):014d}"
        while after is not None:
            found, after = self.listed(reader, account, region, after, lambda each: each.token == token, 1)
            if found:
                return found[0]
        return None

    def begun(self, reader: Reader, record: T, conflict: Exception) -> T | None:
        """The transfer that the record's token began, while the token counts; None: it is new. Raises `conflict` when
        that one asked for something else."""
        since = record.started_at - TRANSFER_TOKEN_S
        first = self.with_token(reader, record.account, record.region, record.token, since)
        if first is not None and first.asked_hash != record.asked_hash:
            raise conflict
        return first


def write(tx: Transaction, key: bytes, record: Transfer) -> None:
    tx.put(key, sealed.encode(record))
