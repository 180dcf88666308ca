"""A fault as a client received it -> the class of `stator.errors` that is named like it.

A code that Stator itself never answers gets a class of its own, made once, so that `error.code` is always the wire's.
"""

from __future__ import annotations

from typing import Any

from stator import errors
from stator.errors import ServiceError

_CODES_MAX = 256
_made: dict[str, type[ServiceError]] = {}


def class_of(code: str) -> type[ServiceError]:
    """The class of a code, always the same one (but of codes past the first hundreds that no model knows)."""
    known = getattr(errors, code, None)
    if isinstance(known, type) and issubclass(known, ServiceError) and known is not ServiceError:
        return known
    made = _made.get(code)
    if made is None:
        made = type(code, (ServiceError,), {})
        if len(_made) < _CODES_MAX:
            _made[code] = made
    return made


def fault(code: str, message: str, members: dict[str, Any]) -> ServiceError:
    """The error; `members` are those besides the message."""
    error = class_of(code)(message)
    error.extra = members
    return error
