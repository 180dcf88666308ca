"""What may be wrong with a record of a file."""

from __future__ import annotations

from stator.errors import StatorError


class BadRecord(Exception):
    """A record that is no item; the text says why. Where it stands is added by who reads the file."""


class UnholdableItem(StatorError):
    """An item that the file's format cannot hold, or not in the columns that were declared."""
