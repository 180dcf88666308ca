"""What a command works with: the database, opened when it is first needed, and how to print."""

from __future__ import annotations

import json
from decimal import Decimal
from types import TracebackType
from typing import Any, Final

import msgspec
from rich.console import Console

from stator import DB
from stator.errors import StatorError
from systems.letsgo.data import Data
from systems.letsgo.tenants import Tenants
from systems.letsgo.tokens import token_key
from systems.place import Place

DATABASE: Final = "letsgo.db"
LIMIT: Final = 100
"""Of the items that `db ls` lists, unless another is given."""
_ENCODER: Final = msgspec.json.Encoder(decimal_format="number", order="sorted")


class Session:
    """Used with `with`, which closes the database."""

    def __init__(self, place: Place, environment: str) -> None:
        self.place = place
        self.environment = environment
        self.console = Console(highlight=False, soft_wrap=True)
        self._db: DB | None = None

    def db(self, *, makes: bool = False) -> DB:
        """`makes`: whether a file that is not there is made. Raises StatorError."""
        if self._db is None:
            setup = f"`python -m systems.letsgo setup{self.place.options(DATABASE)}` makes it"
            self._db = self.place.open(makes=makes, hint=setup)
        return self._db

    def data(self, *, for_tokens: bool = False, reads_reserved: bool = False) -> Data:
        key = token_key(self.db(), self.environment) if for_tokens else None
        return Data(self.db(), self.environment, token_key=key, reads_reserved=reads_reserved)

    def tenants(self) -> Tenants:
        return Tenants(self.db(), self.environment)

    def print(self, text: str, style: str | None = None) -> None:
        """A line as it is, in a style where that can be seen."""
        self.console.print(text, style=style, markup=False)

    def print_json(self, value: Any) -> None:
        print(msgspec.json.format(_ENCODER.encode(value), indent=2).decode())

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._db is not None:
            self._db.close()


def object_of(text: str, what: str) -> dict[str, Any]:
    """A JSON object; numbers with a fraction are exact. Raises StatorError, naming `what`."""
    try:
        found = json.loads(text, parse_float=Decimal)
    except ValueError as error:
        raise StatorError(f"{what} is not JSON: {error}") from error
    if not isinstance(found, dict):
        raise StatorError(f"{what} is not a JSON object")
    return found
