"""What verification finds: one fault, and its place in a user's words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import msgspec

from stator.values import Item

_encode = msgspec.json.Encoder().encode


class Area(StrEnum):
    """What kind of row, or part of the file, a finding is about."""

    FILE = "file"
    CATALOGUE = "catalogue"
    ITEM = "item"
    INDEX = "index"
    COLLECTION = "item collection"
    COUNTER = "counter"
    EXPIRY = "expiry queue"
    LOG = "log"
    STREAM = "stream"
    BACKUP = "backup"
    JOB = "job"
    TRANSFER = "import or export"
    TOKEN = "token"
    STRAY = "stray row"


@dataclass(frozen=True, slots=True)
class Finding:
    """`problem`: a sentence. `table`, `index`: their names, empty where it is about none. `key`: the item's key
    attributes, None where they are not known. `row`: the store's key of the row, empty where it is about no single
    one. `is_certain`: False where something could not be checked, and so is not known to be wrong."""

    area: Area
    problem: str
    table: str = ""
    index: str = ""
    key: Item | None = None
    row: bytes = b""
    is_certain: bool = True

    @property
    def place(self) -> str:
        parts = [f"table {self.table}"] if self.table else []
        if self.index:
            parts.append(f"index {self.index}")
        if self.area is not Area.INDEX or not parts:
            parts.append(str(self.area))
        if self.key is not None:
            parts.append(f"key {_encode(self.key).decode()}")
        elif self.row:
            parts.append(f"row {self.row.hex()}")
        return ", ".join(parts)

    def __str__(self) -> str:
        return f"{self.place}: {self.problem}"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far it has come: what is looked at now, rows of it so far, and how many there are about (None: unknown).
    `unit`: what the rows are."""

    what: str
    rows: int
    total: int | None = None
    unit: str = "rows"


Watch = Callable[[Progress], None]


def unwatched(_: Progress) -> None:
    return
