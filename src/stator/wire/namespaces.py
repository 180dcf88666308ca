"""Which (account, region) a caller's tables live under, by the setting `namespace`.

`shared`: one for everybody. `region`: the region a request is signed for. `account-region`: also an account a key id:
a key id of 12 digits is the account itself, any other one is given an account of its own, always the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from hashlib import blake2b

from stator.engine.database import Options
from stator.errors import InvalidSignatureException
from stator.limits import CALLERS_REMEMBERED
from stator.wire.requests import Caller

Place = Callable[[Caller], tuple[str, str]]

_REGION = re.compile(r"[A-Za-z0-9-]{1,63}")
_ACCOUNT = re.compile(r"[0-9]{12}")


def place_of(options: Options) -> Place:
    """A function from a caller to (account, region). It raises InvalidSignatureException for a region that cannot be
    part of an ARN."""
    if options.namespace == "shared":
        shared = (options.account, options.region)
        return lambda caller: shared
    if options.namespace == "region":
        return lambda caller: (options.account, _region(caller))
    return lambda caller: (account_of(caller.access_key_id), _region(caller))


def _region(caller: Caller) -> str:
    if not _REGION.fullmatch(caller.region):
        raise InvalidSignatureException(
            f"Credential should be scoped to a valid region, not '{caller.region}'. "
        )
    return caller.region


@lru_cache(maxsize=CALLERS_REMEMBERED)
def account_of(access_key_id: str) -> str:
    if _ACCOUNT.fullmatch(access_key_id):
        return access_key_id
    digest = blake2b(access_key_id.encode(), digest_size=8).digest()
    return f"{int.from_bytes(digest, 'big') % 10**12:012d}"
