"""What imports, exports and bulk puts have in common: their ARNs, their tokens, and the pages that list them.

    arn := arn:aws:dynamodb:region:account:table/name/word/id

In the namespace `shared` the account and region of an ARN are not looked at; otherwise they decide as a table's do.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from stator.api.call import Answer, Call
from stator.api.names import Place, namespace
from stator.engine.transfer_lists import Transfer, TransferList
from stator.errors import ServiceError, ValidationException
from stator.storage.contract import Steps

if TYPE_CHECKING:
    from stator.engine.database import Database

T = TypeVar("T", bound=Transfer)

_hashed = msgspec.json.Encoder(order="sorted").encode


def hash_of(asked: dict[str, Any]) -> str:
    """Of what a token's repeat must ask for."""
    return hashlib.blake2b(_hashed(asked), digest_size=16).hexdigest()


def new_uuid(db: Database) -> str:
    return str(uuid.UUID(int=db.rng.getrandbits(128), version=4))


class Named:
    """Finds transfers of one kind by their ARNs."""

    def __init__(
        self,
        word: str,
        member: str,
        transfers: TransferList[Any],
        key: Callable[[str, str, str], bytes],
        not_found: Callable[[str], ServiceError],
    ) -> None:
        """`word`: in the ARN; `member`: what requests call it; `key`: of account, region and id."""
        self._arn = re.compile(
            rf"arn:[^:]+:dynamodb:([^:]+):([^:]+):table/([a-zA-Z0-9_.-]{{3,255}})/{word}/([0-9]{{14}}-[0-9a-f]{{8}})"
        )
        self._member = member
        self._transfers = transfers
        self._key = key
        self._not_found = not_found

    def found(self, db: Database, call: Call, arn: str) -> Any:
        """The transfer. Raises ValidationException for what is no ARN of one, and what says that there is none."""
        parts = self._arn.fullmatch(arn)
        if parts is None:
            raise ValidationException(
                f"One or more parameter values were invalid: Invalid {self._member}: {arn}"
            )
        region, account, call.table, id = parts.groups()
        own_account, own_region = namespace(db, call)
        if db.options.namespace == "shared":
            region = own_region
        if db.options.namespace != "account-region":
            account = own_account
        with db.store.snapshot() as snapshot:
            record = self._transfers.read(snapshot, self._key(account, region, id))
        if record is None or record.table != call.table or region != own_region:
            raise self._not_found(arn)
        return record


def page(
    db: Database,
    transfers: TransferList[T],
    where: tuple[str, str],
    wanted: Callable[[T], bool],
    after: str,
    limit: int,
    newest_first: bool = False,
) -> Steps[tuple[list[T], str | None]]:
    """A list's next transfers, at most `limit`, behind the id `after`; and the id to go on behind, None at the end."""
    found: list[T] = []
    following: str | None = after
    while True:
        with db.store.snapshot() as snapshot:
            some, following = transfers.listed(
                snapshot, *where, following or "", wanted, limit - len(found), newest_first
            )
        found += some
        if following is None or len(found) == limit:
            return found, following
        yield None


def listing(
    member: str,
    found: Steps[tuple[list[T], str | None]],
    summary: Callable[[T], dict[str, Any]],
    token: Callable[[str], str],
) -> Steps[Answer]:
    """The answer that lists a page: its summaries as `member`, and what goes on behind it as a token."""
    records, following = yield from found
    answer: Answer = {member: [summary(record) for record in records]}
    if following is not None:
        answer["NextToken"] = token(following)
    return answer


def of_table(table: Place | None) -> Callable[[Transfer], bool]:
    """Whether a transfer is of that table; None: all are wanted."""
    return lambda record: table is None or record.place == table


def hex_token(id: str, bytes_min: int) -> str:
    """An id as a token of hexadecimal digits, two for each of at least `bytes_min` bytes."""
    return id.encode().ljust(bytes_min, b"\0").hex()


def id_of_hex_token(token: str | None) -> str:
    """The model has seen to the token's form, not to its being one of ours."""
    return "" if token is None else bytes.fromhex(token).rstrip(b"\0").decode(errors="replace")


def ending(record: Transfer) -> dict[str, Any]:
    """The members that say when a transfer ended, and why it failed."""
    shown: dict[str, Any] = {} if record.ended_at is None else {"EndTime": record.ended_at}
    if record.failure is not None:
        shown["FailureCode"], shown["FailureMessage"] = record.failure
    return shown
