"""`stator load`: files of items, or standard input, into a table.

FILE.load-state-… says how far it came: the same command goes on there. Putting an item again changes nothing, so a
load may be run as often as one likes. Exit codes: 0 all is in the table, but for what --skip-bad put aside; 1 it is
not; 2 a wrong command line.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from typing import IO, TYPE_CHECKING, Any

from stator.cli import targets
from stator.cli.transfer import FORMATS, STANDARD
from stator.errors import SettingError, StatorError

if TYPE_CHECKING:
    from stator.cli.transfer.loading import LoadPlace
    from stator.cli.transfer.reading import Input
    from stator.cli.transfer.writers import Refusal, Writer
    from stator.client.transport import Transport
    from stator.engine.verification_findings import Watch

STATE_ENDING = ".load-state-"
_AT_ONCE_MAX = 64
_BAD_SHOWN_MAX = 10

EXAMPLES = (
    ("stator load Orders orders.jsonl", "into ./stator.db, whose table Orders is there already"),
    (
        "stator load Orders export/data/*.json.gz --skip-bad bad.json",
        "what DynamoDB exported; bad lines are put aside",
    ),
    (
        "stator dump Orders --aws | stator load Orders - --endpoint http://127.0.0.1:8000",
        "from AWS to a server",
    ),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("table", metavar="TABLE", help="The table's name. It has to be there.")
    parser.add_argument(
        "files", metavar="FILE", nargs="+", help="What to load, gzip or not; - is standard input."
    )
    parser.add_argument(
        "--format",
        choices=FORMATS,
        help="How items are written. [default: by FILE's name or its first line]",
    )
    parser.add_argument(
        "--columns",
        metavar="NAME:TYPE,...",
        help="The types of CSV's columns, where its header has names alone.",
    )
    parser.add_argument("--skip-bad", metavar="FILE", help="Put bad lines aside here, and go on.")
    parser.add_argument(
        "--segments", type=int, metavar="N", help="Send so many batches at once to a server. [default: 4]"
    )
    parser.add_argument("--restart", action="store_true", help="Begin anew where a load was interrupted.")
    parser.add_argument("--no-progress", action="store_true", help="Show no progress on standard error.")
    targets.add_json(parser)
    targets.add_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Raises SettingError, StatorError and ServiceError."""
    if arguments.segments is not None and not 1 <= arguments.segments <= _AT_ONCE_MAX:
        raise SettingError(f"--segments is {arguments.segments}; allowed: 1 to {_AT_ONCE_MAX}")
    if STANDARD in arguments.files and len(arguments.files) > 1:
        raise SettingError("- is given beside other files; allowed: alone")
    what = [_what(path) for path in arguments.files]
    target = targets.resolved(arguments)
    with targets.opened(arguments) as transport:
        _Loading(arguments, transport, target.name, what).run()
    return 0


class _Loading:
    """One run of the command."""

    def __init__(
        self, arguments: argparse.Namespace, transport: Transport, target: str, what: list[Any]
    ) -> None:
        from stator.cli.transfer.columns import columns_of
        from stator.cli.transfer.writers import writer_of

        self._arguments = arguments
        self._columns = columns_of(arguments.columns, "--columns") if arguments.columns else ()
        table = transport.call("DescribeTable", {"TableName": arguments.table})["Table"]
        self._writer: Writer = writer_of(transport, table, arguments.segments)
        self._state = _state_of(arguments.files[0], target, arguments.table)
        self._what = {
            "target": target,
            "table": table.get("TableId") or table["TableArn"],
            "files": what,
            "format": arguments.format,
            "skip_bad": arguments.skip_bad,
        }
        self._at = self._place()
        self._bad: IO[bytes] | None = None
        self._bad_shown = 0

    def run(self) -> None:
        from stator.cli.progress import progress_on
        from stator.cli.transfer import place

        at, items_before, started = self._at, self._at.items, time.monotonic()
        try:
            self._bad = self._open_bad()
            with progress_on(sys.stderr, self._arguments.no_progress) as watch:
                for number, path in enumerate(self._arguments.files):
                    if number >= at.file:
                        self._load(path, watch)
                        at.file, at.offset, at.lines = number + 1, 0, 0
        except KeyboardInterrupt:
            if self._state is not None and os.path.exists(self._state):
                print(f"stator: interrupted; the same command goes on ({self._state})", file=sys.stderr)
            raise
        finally:
            if self._bad is not None:
                self._bad.close()
        if self._state is not None:
            place.forget(self._state)
        self._tell(at.items - items_before, time.monotonic() - started)

    def _load(self, path: str, watch: Watch) -> None:
        from stator.cli.transfer.loading import Load
        from stator.cli.transfer.reading import Input
        from stator.engine.verification_findings import Progress

        input, at = Input(path), self._at
        try:
            format = input.format(self._arguments.format, self._columns)
            load = Load(
                self._writer, format, at, lambda refusal: self._refuse(input.name, refusal), self._keep
            )
            records = input.records(format.is_csv, at.spot)
            load.run(records, lambda: watch(Progress(f"loading {input.name}", at.items, _total(input, at), "items")))
        finally:
            input.close()

    def _place(self) -> LoadPlace:
        from stator.cli.transfer import place
        from stator.cli.transfer.loading import VERSION, LoadPlace

        if self._state is None:
            return LoadPlace(self._what)
        found = None if self._arguments.restart else place.read(self._state, LoadPlace)
        if found is not None and found.version == VERSION and found.what == self._what:
            print(f"stator: going on after {found.items:,} items ({self._state})", file=sys.stderr)
            return found
        if found is not None:
            print(f"stator: {self._state} is of other files or options: beginning anew", file=sys.stderr)
        place.forget(self._state)
        return LoadPlace(self._what)

    def _keep(self) -> None:
        """Writes the place down, where that is possible: without it a load begins anew, which does no harm."""
        from stator.cli.transfer import place

        if self._state is None:
            return
        if self._bad is not None:
            self._bad.flush()
            os.fsync(self._bad.fileno())
            self._at.bad_bytes = self._bad.tell()
        try:
            place.write(self._state, self._at)
        except OSError as error:
            print(f"stator: {self._state} cannot be written ({error.strerror})", file=sys.stderr)
            self._state = None

    def _open_bad(self) -> IO[bytes] | None:
        path = self._arguments.skip_bad
        if path is None:
            return None
        if not self._at.bad_bytes and os.path.exists(path) and os.path.getsize(path):
            raise StatorError(f"{path} is there already: name another file for --skip-bad, or remove it")
        try:
            file = open(path, "ab")  # noqa: SIM115
            file.truncate(self._at.bad_bytes)
            file.seek(0, os.SEEK_END)
        except OSError as error:
            raise StatorError(f"{path} cannot be written: {error.strerror}") from error
        return file

    def _refuse(self, name: str, refusal: Refusal) -> None:
        reason = f"{name}, line {refusal.line}: {refusal.reason}"
        if self._bad is None:
            raise StatorError(f"{reason} (--skip-bad FILE puts such lines aside and goes on)")
        self._bad.write(refusal.text if refusal.text.endswith(b"\n") else refusal.text + b"\n")
        if self._bad_shown < _BAD_SHOWN_MAX:
            print(f"stator: {reason}", file=sys.stderr)
        elif self._bad_shown == _BAD_SHOWN_MAX:
            print(f"stator: further bad lines are only put into {self._arguments.skip_bad}", file=sys.stderr)
        self._bad_shown += 1

    def _tell(self, items_now: int, seconds: float) -> None:
        from stator.cli.transfer.summary import Summary, counted, tell

        at, table = self._at, self._arguments.table
        name = ", ".join(self._arguments.files)
        summary = Summary(table, name, at.items, at.bytes, items_now, seconds)
        skipped = (
            f"; {counted(at.skipped, 'bad line')} put into {self._arguments.skip_bad}" if at.skipped else ""
        )
        line = summary.line(f"loaded into {table} from {name}") + skipped
        tell({**summary.members(), "skipped": at.skipped}, line, self._arguments.json)


def _what(path: str) -> list[Any]:
    """What tells whether a file is still the same. Raises StatorError for one that is not there."""
    if path == STANDARD:
        return [path]
    try:
        status = os.stat(path)
    except OSError as error:
        raise StatorError(f"{path} cannot be read: {error.strerror}") from error
    return [os.path.abspath(path), status.st_size, status.st_mtime_ns]


def _state_of(path: str, target: str, table: str) -> str | None:
    """Beside the first file, for this table of this database. None for what cannot be read again."""
    from hashlib import blake2b

    if not os.path.isfile(path):
        return None
    return f"{path}{STATE_ENDING}{blake2b(f'{target} {table}'.encode(), digest_size=4).hexdigest()}"


def _total(input: Input, at: LoadPlace) -> int | None:
    """About how many items there are, by the bytes that were read."""
    if input.size is None or input.is_compressed or not at.offset or at.file:
        return None
    return round(at.items * max(input.size / at.offset, 1))
