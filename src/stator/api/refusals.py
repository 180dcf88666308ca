"""How Stator refuses what it has not yet: by name, with what to expect instead; never accepted and ignored."""

from __future__ import annotations

from stator.errors import ValidationException


def not_supported(what: str, instead: str) -> ValidationException:
    return ValidationException(f"{what} is not supported by Stator: {instead}")
