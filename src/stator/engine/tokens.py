"""Clients' tokens: what makes the repeat of a transaction harmless for ten minutes.

A token's record lies in the store, written in the transaction it names: it is durable exactly when that is. Its key
begins with the number of the ten-minute span it was written in. So a live token can only be in this span or the one
before (or the next, if the clock was turned back a little), and what lies in older spans is expired as a whole: no
transaction decides on those keys any more, and any may clear them away.

A transaction that is cancelled leaves no record: its token may be used again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

from stator.clock import Clock
from stator.engine import sealed
from stator.errors import IdempotentParameterMismatchException, TransactionInProgressException
from stator.keys.space import TOKEN_PREFIX, token_span_prefix
from stator.limits import TOKEN_S, TOKENS_PURGED
from stator.storage.contract import Transaction

MISMATCH = (
    "DynamoDB rejected the request because you retried a request with a different payload but with an idempotent "
    "token that was already used."
)
IN_PROGRESS = "The transaction with the given request token is already in progress."

_HASH_BYTES = 16
_hashed = msgspec.json.Encoder(order="sorted").encode


class Record(msgspec.Struct, frozen=True, array_like=True):
    """What is kept of a transaction: when it was made (epoch seconds), the hash of what was asked, and what reading
    its items again costs, in the order of its answer."""

    at: float
    asked: bytes
    units: tuple[tuple[str, float], ...]


_encode = sealed.encode
decode = sealed.decoder(Record)


class Token:
    """One request's token. `keys`: where its record may lie, all of which its transaction decides on."""

    __slots__ = ("_asked", "_at", "_written", "keys", "name")

    def __init__(self, name: bytes, asked: bytes, at: float) -> None:
        span = int(at) // TOKEN_S
        self.name = name
        self.keys = tuple(token_span_prefix(each) + name for each in (span - 1, span, span + 1))
        self._written = self.keys[1]
        self._asked = asked
        self._at = at

    def recorded(self, tx: Transaction) -> Record | None:
        """The transaction that this one repeats; None: it is new, or the first is too long ago.

        Raises IdempotentParameterMismatchException when the first asked for something else."""
        for stored in tx.get_many(self.keys):
            if stored is not None:
                record = decode(stored)
                if record.at > self._at - TOKEN_S:
                    self._compare(record.asked)
                    return record
        return None

    def record(self, tx: Transaction, units: tuple[tuple[str, float], ...]) -> None:
        """Notes the transaction as made, and clears a few expired tokens away."""
        tx.put(self._written, _encode(Record(self._at, self._asked, units)))
        expired, _ = tx.range(TOKEN_PREFIX, token_span_prefix(int(self._at) // TOKEN_S - 1), TOKENS_PURGED)
        for key, _ in expired:
            tx.delete(key)

    def refuse_beside(self, running: Token) -> None:
        """Raises what is said to this token's request while that of `running`, the same token, still runs."""
        self._compare(running._asked)
        raise TransactionInProgressException(IN_PROGRESS)

    def _compare(self, asked: bytes) -> None:
        if asked != self._asked:
            raise IdempotentParameterMismatchException(MISMATCH)


class Tokens:
    """Makes tokens, and knows those whose transactions this process is running. Shared by threads: `_running`'s
    single changes are atomic."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._running: dict[bytes, Token] = {}

    def token(self, scope: tuple[str, ...], token: str, asked: Any) -> Token:
        """`scope`: within which the token has its meaning: account, region, operation. `asked`: what a repeat must
        ask for again, in whatever order of members."""
        name = "\0".join((*scope, token)).encode()
        return Token(
            name, hashlib.blake2b(_hashed(asked), digest_size=_HASH_BYTES).digest(), self._clock.now()
        )

    @contextmanager
    def running(self, token: Token | None) -> Iterator[None]:
        """While the transaction of `token` (None: it has none) runs, no other of the same token begins here.

        Raises TransactionInProgressException, or IdempotentParameterMismatchException."""
        if token is None:
            yield
            return
        first = self._running.setdefault(token.name, token)
        if first is not token:
            token.refuse_beside(first)
        try:
            yield
        finally:
            del self._running[token.name]
