"""How much one condition may look at in one item: a bound for conditions made to be slow.

`contains` goes through a list or set from its first element to its last, of which 400 KB hold up to 400,000. An
expression has room for 300 of them: without a bound, one item could keep the server for half a minute.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from stator.errors import ValidationException
from stator.limits import CONTAINED_ELEMENTS_MAX

FEW_ELEMENTS = 1000
"""What holds no more need not be counted."""

TOO_MUCH = (
    f"The condition looks at more than {CONTAINED_ELEMENTS_MAX} elements of lists and sets in one item, "
    "which is more than Stator does"
)


class _Effort(threading.local):
    """Elements that may still be looked at; None where nobody counts."""

    left: int | None = None


_effort = _Effort()


@contextmanager
def bounded_effort() -> Iterator[None]:
    """Within it, on this thread, `spend` raises ValidationException once it adds up to CONTAINED_ELEMENTS_MAX."""
    _effort.left = CONTAINED_ELEMENTS_MAX
    try:
        yield
    finally:
        _effort.left = None


def spend(elements: int) -> None:
    if _effort.left is not None:
        _effort.left -= elements
        if _effort.left < 0:
            raise ValidationException(TOO_MUCH)
