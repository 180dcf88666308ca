"""A report as Markdown, for a README: access patterns with their units, tables with what they hold."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from systems.costs.measuring import Measured, Report, StoredTable
from systems.costs.pricing import Prices

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
            how_priced(prices),
        )
    )


def how_priced(prices: Prices) -> str:
    return (
        f"Units are what the database answered. Money: {prices.currency}, {prices.region}, on-demand, as of "
        f"{prices.as_of} ([source]({prices.source}))."
    )


def rows(head: Sequence[str], body: Iterable[Sequence[str]]) -> str:
    """A table; what would end a cell is escaped."""
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    lines += [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in body]
    return "\n".join(lines)


def units(value: float) -> str:
    return f"{value:,.2f}".rstrip("0").rstrip(".")


def money(value: Decimal) -> str:
    """Three places, or as many as it takes to show two digits of what is less."""
    if value == 0:
        return "0"
    places = 3 if value >= Decimal("0.01") else 1 - value.adjusted()
    return f"{value:,.{places}f}"


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
