"""What is said at the end of a dump or a load: how much, how fast."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass
from typing import Any, Final, TextIO

_UNITS: Final = ("bytes", "KB", "MB", "GB", "TB")
_STEP: Final = 1000


@dataclass(frozen=True, slots=True)
class Summary:
    """`items` and `bytes`: of the whole dump or load; `items_now`: without what an interrupted one had done."""

    table: str
    file: str
    items: int
    bytes: int
    items_now: int
    seconds: float

    @property
    def rate(self) -> float:
        return self.items_now / self.seconds if self.seconds else 0.0

    def members(self) -> dict[str, Any]:
        return {
            **asdict(self),
            "seconds": round(self.seconds, 3),
            "items_per_second": round(self.rate, 1),
        }

    def line(self, done: str) -> str:
        """`done`: as "dumped from Orders to o.jsonl"."""
        return (
            f"{counted(self.items, 'item')} {done}: {sized(self.bytes)} in {self.seconds:.1f} s"
            f" ({self.rate:,.0f} items/s)"
        )


def tell(members: dict[str, Any], line: str, as_json: bool, stream: TextIO | None = None) -> None:
    print(json.dumps(members) if as_json else line, file=stream or sys.stdout, flush=True)


def counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def sized(number: float) -> str:
    """A number of bytes as people read it."""
    unit = 0
    while number >= _STEP and unit < len(_UNITS) - 1:
        number /= _STEP
        unit += 1
    return f"{number:.0f} {_UNITS[unit]}" if unit == 0 else f"{number:.1f} {_UNITS[unit]}"
