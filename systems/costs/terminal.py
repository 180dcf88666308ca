"""A report for a terminal, with rich: access patterns, tables, and one environment beside another."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from systems.costs.markdown import money, units
from systems.costs.measuring import Measured, Report
from systems.costs.pricing import Prices, prices


def show(console: Console, report: Report, by: Prices | None = None) -> None:
    """Units and money of each access pattern, and of each table."""
    by = by or prices()
    console.print(_patterns(report, by), _tables(report, by), _how(by))


def show_beside(console: Console, reports: Sequence[Report], by: Prices | None = None) -> None:
    """Environments side by side: for each access pattern and table a column each, by name."""
    by = by or prices()
    console.print(_patterns_beside(reports, by), _tables_beside(reports, by), _how(by))


def _patterns(report: Report, by: Prices) -> Table:
    table = _made(_title("Access patterns", report), ("access pattern",))
    _numbers(table, "requests", "read", "write", "items", "bytes", f"{by.currency}/million")
    for each in report.patterns:
        total = each.total
        table.add_row(
            escape(_named(each)), f"{each.requests:,}", units(total.read_units), units(total.write_units),
            f"{total.items:,}", f"{total.item_bytes:,}", money(by.million(each)),
        )  # fmt: skip
    return table


def _tables(report: Report, by: Prices) -> Table:
    table = _made(_title("Tables", report), ("table",))
    _numbers(table, "read", "write", "items", "bytes", "in indexes", f"{by.currency}/month")
    for each in report.tables:
        used = report.used_in(each.name)
        table.add_row(
            escape(each.name), units(used.read_units), units(used.write_units), f"{each.items:,}",
            f"{each.item_bytes:,}", f"{each.index_bytes:,}", money(by.month(each)),
        )  # fmt: skip
    if len(report.tables) > 1:
        total = sum((by.month(each) for each in report.tables), Decimal(0))
        table.add_section()
        table.add_row("all", "", "", "", "", "", money(total))
    return table


def _patterns_beside(reports: Sequence[Report], by: Prices) -> Table:
    table = _made("Access patterns, side by side", ("access pattern",))
    for report in reports:
        _numbers(table, f"{report.environment}: read", "write", f"{by.currency}/million")
    found = [{each.name: each for each in report.patterns} for report in reports]
    for name in dict.fromkeys(each.name for report in reports for each in report.patterns):
        table.add_row(escape(name), *(cell for one in found for cell in _cells(one.get(name), by)))
    return table


def _cells(measured: Measured | None, by: Prices) -> tuple[str, str, str]:
    if measured is None:
        return ("-", "-", "-")
    total = measured.total
    return (units(total.read_units), units(total.write_units), money(by.million(measured)))


def _tables_beside(reports: Sequence[Report], by: Prices) -> Table:
    """Row by row in the order of each report: the names differ by the environment."""
    table = _made("Tables, side by side", ())
    for report in reports:
        table.add_column(f"{report.environment}: table", overflow="fold")
        _numbers(table, "items", "bytes", f"{by.currency}/month")
    for place in range(max(len(report.tables) for report in reports)):
        row: list[str] = []
        for report in reports:
            if place >= len(report.tables):
                row += ["", "", "", ""]
                continue
            each = report.tables[place]
            row += [escape(each.name), f"{each.items:,}", f"{each.item_bytes:,}", money(by.month(each))]
        table.add_row(*row)
    return table


def _made(title: str, columns: Sequence[str]) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _numbers(table: Table, *names: str) -> None:
    for name in names:
        table.add_column(name, justify="right")


def _named(measured: Measured) -> str:
    return f"{measured.name} (refused)" if measured.refused else measured.name


def _title(what: str, report: Report) -> str:
    return f"{what} in {report.environment}" if report.environment else what


def _how(by: Prices) -> str:
    return (
        f"Read and write units as the database measured them; storage with its overhead. Prices: {by.region}, "
        f"on-demand, as of {by.as_of} ({by.source})."
    )
