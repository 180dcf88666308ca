"""What the club refuses, beside the model's own errors: each message is a line for a person."""

from stator.model import ModelError


class ClubError(ModelError):
    """Refused by the club's rules. Nothing was written."""


class AlreadyRegisteredError(ClubError):
    """The user is registered for the event, or waits for it, already."""


class NotRegisteredError(ClubError):
    """The user has no place at the event and, where that would do, does not wait for one."""


class FullError(ClubError):
    """A waiting list, or a team, takes no more."""


class CapacityError(ClubError):
    """More are registered than the event would then have places for."""


class InUseError(ClubError):
    """It cannot be deleted as long as others refer to it."""


class NoProfileError(ClubError):
    """The person has no profile, or none at this event."""


class SelfConnectionError(ClubError):
    """Somebody scanned their own profile."""


class TeamError(ClubError):
    """The user is in a team already, or not in this one."""


class ScanError(ClubError):
    """The QR code is not active, or this user has scanned it already."""
