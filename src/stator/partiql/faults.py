"""How a statement is refused: AWS's sentences, and where in the text a fault lies."""

from __future__ import annotations

from stator.errors import ValidationException
from stator.partiql.tokens import Token

_MALFORMED = "Statement wasn't well formed, can't be processed: "


def malformed(detail: str = "") -> ValidationException:
    """The grammar cannot read the text; what is no token at all has no detail."""
    return ValidationException(_MALFORMED + detail)


def refused_at(reason: str, token: Token) -> ValidationException:
    """The text is read, but not what the service takes; names the token's line, column and length."""
    return ValidationException(f"{reason} at {token.place}")


def unrecognized_function(name: str, token: Token) -> ValidationException:
    return refused_at(f"Unrecognized function: {name}", token)


def without_kind(error: ValidationException, kind: str) -> ValidationException:
    """The expression languages name the parameter they stand in; a statement has no such parameter."""
    return ValidationException(error.message.removeprefix(f"Invalid {kind}: "))
