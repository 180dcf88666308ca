"""What LetsGo refuses. Each message is a line for whoever called; errors of the database itself pass unchanged."""

from __future__ import annotations

from stator.errors import StatorError


class LetsGoError(StatorError):
    """A call that was refused."""


class ItemError(LetsGoError):
    """An item, a category or a key that cannot be stored."""


class ReservedCategoryError(ItemError):
    """A category that begins with `letsgo`: it is the platform's."""


class TokenError(LetsGoError):
    """A next token that is malformed, was changed, or comes from another list."""


class NotThereError(LetsGoError):
    """There is no such tenant, identity or issuer, or it was deleted."""


class InvitationError(LetsGoError):
    """An invitation that was accepted or revoked, has expired, or never was; or whose tenant is gone."""
