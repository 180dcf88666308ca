"""Units and bytes -> money, by a price file: `prices.json` beside this module, or one of your own in its form.

Prices are texts, and money is Decimal, in the file's currency. A gigabyte has 2**30 bytes, and each item is stored with
the overhead that the file names, in its table and in each index. The free tier is left out.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, fields
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from stator.errors import StatorError
from stator.metering import Used
from systems.costs.measuring import Measured, StoredTable

_OWN: Final = Path(__file__).with_name("prices.json")
_NUMBER: Final = re.compile(r"[0-9]+(\.[0-9]+)?", re.ASCII)
_MILLION: Final = 1_000_000
_GB: Final = 2**30


class PricesError(StatorError):
    """A price file that cannot be read, or lacks a member."""


@dataclass(frozen=True, slots=True)
class Prices:
    """`as_of`: the day since which they hold, ISO; `source`: where they are published."""

    region: str
    currency: str
    as_of: str
    source: str
    note: str
    read_units_per_million: Decimal
    write_units_per_million: Decimal
    stream_reads_per_million: Decimal
    storage_per_gb_month: Decimal
    recovery_per_gb_month: Decimal
    item_overhead_bytes: int

    def of_units(self, used: Used, stream_reads: int = 0) -> Decimal:
        """What so many units cost."""
        return (
            Decimal(str(used.read_units)) * self.read_units_per_million
            + Decimal(str(used.write_units)) * self.write_units_per_million
            + stream_reads * self.stream_reads_per_million
        ) / _MILLION

    def of(self, measured: Measured) -> Decimal:
        """What one call of an access pattern costs."""
        return self.of_units(measured.total, measured.stream_reads)

    def million(self, measured: Measured) -> Decimal:
        """What a million calls of it cost."""
        return self.of(measured) * _MILLION

    def month(self, table: StoredTable) -> Decimal:
        """What a month of the table's storage costs, with its indexes, and recovery where it is on."""
        stored = table.item_bytes + table.copies * self.item_overhead_bytes
        cost = Decimal(stored) / _GB * self.storage_per_gb_month
        if table.is_recoverable:
            cost += Decimal(stored) / _GB * self.recovery_per_gb_month
        return cost


def prices(path: str | Path | None = None) -> Prices:
    """Raises PricesError."""
    place = _OWN if path is None else Path(path)
    try:
        given = json.loads(place.read_text("utf-8"))
        return Prices(
            **{each.name: _member(each.name, each.type, given[each.name]) for each in fields(Prices)}
        )
    except (OSError, ValueError, TypeError) as error:
        raise PricesError(f"{place}: {error}") from error
    except KeyError as error:
        raise PricesError(f"{place}: it has no {error.args[0]}") from error


def _member(name: str, kind: Any, value: Any) -> Any:
    if kind == "Decimal":
        if not isinstance(value, str) or not _NUMBER.fullmatch(value):
            raise ValueError(f'{name} is {value!r}; a price is a text such as "0.125"')
        return Decimal(value)
    if not isinstance(value, int if kind == "int" else str):
        raise ValueError(f"{name} is {value!r}")
    return value
