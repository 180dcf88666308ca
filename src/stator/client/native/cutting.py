"""Pages cut short after so many items, and the token to go on from there.

token = base64 of JSON {the argument for a page's beginning: its value, "given": items of that page that were
        given out before}, in which bytes are {"__bytes__": base64} and a Decimal {"__decimal__": text}
"""

from __future__ import annotations

import base64
import binascii
import json
from decimal import Decimal, InvalidOperation
from typing import Any

from stator.client.native.arguments import Dialect
from stator.client.native.paging import PAGED, Pages

_GIVEN = "given"
_BYTES = "__bytes__"
_DECIMAL = "__decimal__"


class Cut:
    """One iteration at a time. `most` items at most, from `token` on. Raises ValueError for what is no token."""

    def __init__(
        self, dialect: Dialect, operation: str, arguments: dict[str, Any], most: Any, token: str | None
    ) -> None:
        self.rule = PAGED[operation]
        self.resume_token: str | None = None
        self._dialect = dialect
        self._operation = operation
        self._arguments = arguments
        self._most = None if most is None else int(most)
        self._left = self._most
        self._skip = 0
        self._at: Any = None
        self._start: Any
        self._skipped: int
        self._start, self._skipped = (None, 0) if token is None else _of_token(token, self.rule.start)

    @property
    def wants_more(self) -> bool:
        return self._left is None or self._left > 0

    def pages(self) -> Pages:
        """From the first on."""
        self._left, self._skip, self.resume_token = self._most, self._skipped, None
        self._at = self._start if self._start is not None else self._arguments.get(self.rule.start)
        arguments = self._arguments if self._at is None else {**self._arguments, self.rule.start: self._at}
        return Pages(self._dialect, self._operation, arguments)

    def page(self, page: dict[str, Any]) -> dict[str, Any]:
        """The page without what was given out before, and what is too much."""
        name = self.rule.results[0]
        items = page.get(name, [])
        first, self._skip = self._skip, 0
        end = len(items) if self._left is None else max(first, min(len(items), first + self._left))
        after = page.get(self.rule.next)
        if self._left is not None:
            self._left -= end - first
            if self._left <= 0:
                self.resume_token = self._token(end, len(items), after)
        if (first, end) != (0, len(items)):
            page[name] = items[first:end]
        self._at = after
        return page

    def _token(self, given: int, there: int, after: Any) -> str | None:
        if given < there:
            return _as_token({self.rule.start: self._at, _GIVEN: given})
        return None if after is None else _as_token({self.rule.start: after})


def _jsonable(value: Any) -> dict[str, str]:
    if isinstance(value, Decimal):
        return {_DECIMAL: str(value)}
    if isinstance(value, bytes):
        return {_BYTES: base64.b64encode(value).decode()}
    raise TypeError(f"{value!r} is no part of a key")


def _restored(found: dict[str, Any]) -> Any:
    if found.keys() == {_BYTES}:
        return base64.b64decode(found[_BYTES])
    return Decimal(found[_DECIMAL]) if found.keys() == {_DECIMAL} else found


def _as_token(place: dict[str, Any]) -> str:
    text = json.dumps(place, default=_jsonable)
    return base64.b64encode(text.encode()).decode()


def _of_token(token: str, start: str) -> tuple[Any, int]:
    try:
        place = json.loads(base64.b64decode(token, validate=True), object_hook=_restored)
        return place.get(start), int(place.get(_GIVEN, 0))
    except (binascii.Error, ValueError, AttributeError, TypeError, InvalidOperation):
        raise ValueError(f"{token!r} is no StartingToken of this operation") from None
