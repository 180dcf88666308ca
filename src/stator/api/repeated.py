"""A request that was asked before, letter by letter: what an operation makes of its text alone it makes once.

A hot item is asked for again and again in the very same words. Nothing here depends on what is stored: the text has
one meaning in one table, and a table that was changed or made anew is another `Table`.
"""

from __future__ import annotations

from typing import Any


class Repeated(dict[str, Any]):
    """A request, which nobody changes, and what its operation keeps with it: a value of the operation's own."""

    __slots__ = ("kept",)

    def __init__(self, request: dict[str, Any]) -> None:
        super().__init__(request)
        self.kept: Any = None
