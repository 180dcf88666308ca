"""`stator dump`: a table's items to a file or standard output.

The file has its name once it is whole. Until then it is NAME.partial, and NAME.dump-state says how far it came: the
same command goes on there. Exit codes: 0 all is written; 1 it is not; 2 a wrong command line.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from typing import TYPE_CHECKING, Any

from stator.cli import targets
from stator.cli.transfer import FORMATS, JSONL, STANDARD
from stator.errors import SettingError, StatorError

if TYPE_CHECKING:
    from stator.cli.transfer.columns import Column
    from stator.cli.transfer.dumping import DumpPlace
    from stator.client.transport import Transport

STATE_ENDING = ".dump-state"
_SEGMENTS_MAX = 64
_SEGMENTS_ELSEWHERE = 4

EXAMPLES = (
    ("stator dump Orders --out orders.jsonl", "plain JSON, an item a line, from ./stator.db"),
    (
        "stator dump Orders --aws --segments 8 --out orders.json.gz",
        "from AWS, in DynamoDB's JSON, compressed",
    ),
    (
        "stator dump Orders --endpoint http://127.0.0.1:8000 --columns pk:S,total:N --format csv",
        "CSV, to standard output",
    ),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("table", metavar="TABLE", help="The table's name.")
    parser.add_argument(
        "--out", metavar="FILE", default=STANDARD, help="Where to; - is standard output. [default: -]"
    )
    parser.add_argument(
        "--format", choices=FORMATS, help="How items are written. [default: by FILE's name, else jsonl]"
    )
    parser.add_argument(
        "--columns",
        metavar="NAME:TYPE,...",
        help="The columns of CSV: an attribute and its type (S N B BOOL NULL SS NS BS L M, or JSON for any).",
    )
    parser.add_argument("--gzip", action="store_true", help="Compress, as for a FILE that ends in .gz.")
    parser.add_argument(
        "--segments",
        type=int,
        metavar="N",
        help=f"Read so many parts of the table at once. [default: 1 from a file, else {_SEGMENTS_ELSEWHERE}]",
    )
    parser.add_argument("--page-items", type=int, metavar="N", help="At most so many items a request.")
    parser.add_argument("--restart", action="store_true", help="Begin anew where a dump was interrupted.")
    parser.add_argument("--force", action="store_true", help="Replace FILE where it is there.")
    parser.add_argument("--no-progress", action="store_true", help="Show no progress on standard error.")
    targets.add_json(parser)
    targets.add_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Raises SettingError, StatorError and ServiceError."""
    columns = _columns(arguments)
    _check(arguments)
    with targets.opened(arguments) as transport:
        _dump(arguments, transport, columns)
    return 0


def _dump(arguments: argparse.Namespace, transport: Transport, columns: tuple[Column, ...]) -> None:
    from stator.cli.progress import progress_on
    from stator.cli.transfer import place
    from stator.cli.transfer.dumping import Dump, Scanning
    from stator.cli.transfer.formats import format_of
    from stator.cli.transfer.output import Output, put_in_place

    table = transport.call("DescribeTable", {"TableName": arguments.table})["Table"]
    out = None if arguments.out == STANDARD else str(arguments.out)
    state = None if out is None else out + STATE_ENDING
    name = _format_name(arguments)
    is_compressed = arguments.gzip or (out or "").endswith(".gz")
    what = {
        "table": table["TableArn"],
        "id": table.get("TableId"),
        "format": name,
        "columns": [str(column) for column in columns],
        "gzip": is_compressed,
    }
    if name == "csv":
        _check_keys(table, columns)
    at = _place(arguments, out, state, what)
    items_before, started = at.items, time.monotonic()
    if at.whole and out is not None and state is not None:
        if os.path.exists(f"{out}.partial"):
            put_in_place(out)
    else:
        output = Output(out, is_compressed, at.offset)
        scanning = Scanning(transport, arguments.table, page_items=arguments.page_items)
        is_silent = arguments.no_progress or (out is None and sys.stdout.isatty())
        try:
            with progress_on(sys.stderr, is_silent) as watch:
                Dump(scanning, format_of(name, columns), output, at, state).run(watch, table.get("ItemCount"))
        except KeyboardInterrupt:
            if state is not None and os.path.exists(state):
                print(f"stator: interrupted; the same command goes on ({state})", file=sys.stderr)
            raise
        finally:
            output.close()
    if state is not None:
        place.forget(state)
    _tell(arguments, out, at, items_before, time.monotonic() - started)


def _place(
    arguments: argparse.Namespace, out: str | None, state: str | None, what: dict[str, Any]
) -> DumpPlace:
    """Where to go on, or the start. Raises StatorError."""
    from stator.cli.transfer import place
    from stator.cli.transfer.dumping import VERSION, DumpPlace, Segment

    found = None
    if state is not None and not arguments.restart:
        found = place.read(state, DumpPlace)
    if found is not None:
        if found.version != VERSION or found.what != what:
            raise StatorError(
                f"{state} is of another dump ({_words(found.what)}): finish that one, or begin anew with --restart"
            )
        if found.whole or os.path.exists(f"{out}.partial"):
            print(f"stator: going on after {found.items:,} items ({state})", file=sys.stderr)
            return found
    if out is not None and os.path.exists(out) and not arguments.force:
        raise StatorError(f"{out} is there already: name another file, or replace it with --force")
    if state is not None:
        place.forget(state)
    return DumpPlace(what, [Segment() for _ in range(_segments(arguments))])


def _words(what: dict[str, Any]) -> str:
    return f"{what.get('table')}, {what.get('format')}{', gzip' if what.get('gzip') else ''}"


def _segments(arguments: argparse.Namespace) -> int:
    if arguments.segments is not None:
        return int(arguments.segments)
    return _SEGMENTS_ELSEWHERE if arguments.endpoint or arguments.aws else 1


def _format_name(arguments: argparse.Namespace) -> str:
    from stator.cli.transfer.formats import format_by_name

    return arguments.format or format_by_name(arguments.out) or JSONL


def _columns(arguments: argparse.Namespace) -> tuple[Column, ...]:
    from stator.cli.transfer.columns import columns_of

    name = _format_name(arguments)
    if name == "csv" and not arguments.columns:
        raise SettingError("CSV needs --columns NAME:TYPE,... that declare what it is to hold")
    if arguments.columns and name != "csv":
        raise SettingError(f"--columns is given with {name}; allowed: with csv")
    return columns_of(arguments.columns, "--columns") if arguments.columns else ()


def _check(arguments: argparse.Namespace) -> None:
    if arguments.segments is not None and not 1 <= arguments.segments <= _SEGMENTS_MAX:
        raise SettingError(f"--segments is {arguments.segments}; allowed: 1 to {_SEGMENTS_MAX}")
    if arguments.page_items is not None and arguments.page_items < 1:
        raise SettingError(f"--page-items is {arguments.page_items}; allowed: 1 or more")


def _check_keys(table: dict[str, Any], columns: tuple[Column, ...]) -> None:
    declared = {column.name for column in columns}
    for key in table["KeySchema"]:
        if key["AttributeName"] not in declared:
            raise SettingError(
                f"--columns leaves out the key {key['AttributeName']}: no item can be without it"
            )


def _tell(
    arguments: argparse.Namespace, out: str | None, at: DumpPlace, items_before: int, seconds: float
) -> None:
    from stator.cli.transfer.summary import Summary, tell

    items_now = at.items - items_before
    summary = Summary(arguments.table, out or STANDARD, at.items, at.bytes, items_now, seconds)
    line = summary.line(f"dumped from {arguments.table} to {out or 'standard output'}")
    tell(summary.members(), line, arguments.json, sys.stderr if out is None else sys.stdout)
