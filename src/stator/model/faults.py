"""What a design, or a call of it, is refused with. All are `StatorError`; each message is a line that names the thing.

An error of the database itself (throttling, a missing table) passes unchanged.
"""

from __future__ import annotations

from collections.abc import Sequence

from stator.errors import StatorError


class DesignError(StatorError):
    """A design that cannot work. `faults`: every one that was found, a line each."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


class ModelError(StatorError):
    """A call of a design that was refused or did not come about."""


class ArgumentError(ModelError):
    """A pattern or a write was given what it does not take, or not what it needs."""


class KeyValueError(ArgumentError):
    """A value that cannot stand in a key."""


class MissingAttributesError(ArgumentError):
    """A partial update would leave a composed key wrong. `attributes`: what it needs to know as well."""

    def __init__(self, message: str, attributes: Sequence[str]) -> None:
        super().__init__(message)
        self.attributes = tuple(attributes)


class AlreadyExistsError(ModelError):
    """`create` found an item with this key."""


class NotFoundError(ModelError):
    """There is no such item, or it has expired or been deleted."""


class StaleError(ModelError):
    """The item is not as the caller knew it: another write came first. Load it and decide anew."""


class ConditionFailedError(ModelError):
    """The caller's own condition did not hold."""


class UniqueError(ModelError):
    """Another item has this value already. `attributes`: those whose value is taken."""

    def __init__(self, message: str, attributes: Sequence[str]) -> None:
        super().__init__(message)
        self.attributes = tuple(attributes)


class CursorError(ModelError):
    """No cursor of this pattern with these arguments, or not one that this design made."""


class ForeignItemError(ModelError):
    """A stored item that no entity here can read: of an unknown type, or written by a newer version; or a write that
    met another entity's item under its key."""


class SharedEnvironmentWarning(UserWarning):
    """A destructive call in an environment whose tables are another's, too."""


class SharedEnvironmentError(ModelError):
    """A destructive call, refused: the environment's tables are another's, too."""
