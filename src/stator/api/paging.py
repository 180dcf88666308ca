"""Pages of lists that AWS pages and that are always short here: their one page has no NextToken, so none is valid."""

from __future__ import annotations

from stator.api.call import Request
from stator.errors import ValidationException


def refuse_token(request: Request) -> None:
    token = request.get("NextToken")
    if token is not None:
        raise ValidationException(f"Invalid Request: Provided nextToken is invalid: {token}")
