"""What TruthByte refuses. Each message is one line for a person; errors of the database pass unchanged."""

from __future__ import annotations

from stator.errors import StatorError


class TruthByteError(StatorError):
    """A call that was refused, and changed nothing."""


class FieldError(TruthByteError):
    """A field of what was given cannot be taken. `field`: its name, with which the message begins."""

    def __init__(self, field: str, says: str) -> None:
        super().__init__(f"{field}: {says}")
        self.field = field


def checked_bool(field: str, given: object) -> None:
    """Raises FieldError for what is neither True nor False."""
    if not isinstance(given, bool):
        raise FieldError(field, f"{given!r} is not true or false")


class UnknownError(TruthByteError):
    """There is no question, session or submission of this id."""


class TooFewQuestionsError(TruthByteError):
    """The pool has not enough questions for a day's challenge."""


class AlreadyPlayedError(TruthByteError):
    """The user has submitted this day's challenge before."""


class TooOftenError(TruthByteError):
    """A user proposed as many questions as are taken. `retry_after_s`: seconds until the next is."""

    def __init__(self, says: str, retry_after_s: int) -> None:
        super().__init__(says)
        self.retry_after_s = retry_after_s


class SuspectSessionError(TruthByteError):
    """The session was opened from an address that opens too many."""


class AlreadyDecidedError(TruthByteError):
    """The submission was approved or rejected before."""


class BusyError(TruthByteError):
    """Other writes came first each time it was tried. Nothing was changed; it may be tried again."""
