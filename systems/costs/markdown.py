"""A report as Markdown, for a README: access patterns with their units, tables with what they hold."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from systems.costs.measuring import Measured, Report, StoredTable
from systems.costs.pricing import Prices

_SMALL: Final = Decimal("0.0001")
_PATTERNS = (
    "access pattern", "what it does", "requests", "read units", "write units", "items", "bytes", "$ a million",
)  # fmt: skip
_TABLES = ("table", "read units", "write units", "items", "bytes", "of these in indexes", "$ a month")


def costs_table(report: Report, prices: Prices) -> str:
    """Two tables, and the line that says what the money is by."""
    return "\n\n".join(
        (
            rows(_PATTERNS, (_pattern(each, prices) for each in report.patterns)),
            "By table: the units of all these patterns together, and what is stored after them.",
            rows(_TABLES, (_table(each, report, prices) for each in report.tables)),
            how_priced(report, prices),
        )
    )


def how_priced(report: Report, prices: Prices) -> str:
    told = "Units are what the database answered; items and bytes, what came back or was sent to be stored. "
    if any(each.refused for each in report.patterns):
        told += "A refused write is charged too, but its error does not say how much. "
    return told + (
        f"Money: {prices.currency}, {prices.region}, on-demand, as of {prices.as_of} ([source]({prices.source}))."
    )


def rows(head: Sequence[str], body: Iterable[Sequence[str]]) -> str:
    """A table; what would end a cell is escaped."""
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    lines += [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in body]
    return "\n".join(lines)


def units(value: float) -> str:
    return f"{value:,.2f}".rstrip("0").rstrip(".")


def money(value: Decimal) -> str:
    """Two to four places, or as many as it takes to show two digits of what is less."""
    if value == 0:
        return "0"
    if value < _SMALL:
        return f"{value:.{1 - value.adjusted()}f}"
    whole, _, places = f"{value.quantize(_SMALL, ROUND_HALF_UP):,}".partition(".")
    return f"{whole}.{places.rstrip('0'):0<2}"


def requests(measured: Measured) -> str:
    return f"{measured.requests}" + (f" ({measured.refused} refused)" if measured.refused else "")


def _pattern(measured: Measured, prices: Prices) -> tuple[str, ...]:
    total = measured.total
    return (
        measured.name,
        measured.about,
        requests(measured),
        units(total.read_units),
        units(total.write_units),
        f"{total.items:,}",
        f"{total.item_bytes:,}",
        money(prices.million(measured)),
    )


def _table(table: StoredTable, report: Report, prices: Prices) -> tuple[str, ...]:
    used = report.used_in(table.name)
    return (
        f"`{table.name}`",
        units(used.read_units),
        units(used.write_units),
        f"{table.items:,}",
        f"{table.item_bytes:,}",
        f"{table.index_bytes:,}",
        money(prices.month(table)),
    )
