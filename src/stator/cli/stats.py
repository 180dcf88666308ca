"""`stator stats`: how much there is: of each table and index, and, of a file, on the disk, in its logs and its queues.

Exit codes: 0 told; 1 it could not be; 2 a wrong command line.
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stator.cli import targets

if TYPE_CHECKING:
    from stator.cli.overview import Overview
    from stator.client.transport import Transport

EXAMPLES = (
    ("stator stats", "of ./stator.db"),
    ("stator stats Orders --data app.db", "of one table of another file"),
    ("stator stats --endpoint http://127.0.0.1:8000 --json", "for programs: one object"),
)
_HEADER = ("TABLE", "INDEX", "ITEMS", "BYTES", "AVERAGE", "LOG ROWS", "LOG BYTES", "EXPIRING")
_NUMBERS = _HEADER[2:]
_OF_ANY = 5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("tables", metavar="TABLE", nargs="*", help="Only these tables. [default: all]")
    targets.add_json(parser)
    targets.add_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Raises SettingError, StatorError and ServiceError."""
    from stator.cli.overview import names_of, overview_of

    target = targets.resolved(arguments)
    with targets.opened(arguments) as transport:
        names = arguments.tables or list(names_of(transport))
        tables = [
            (overview, _kept(target, transport, overview))
            for name in names
            for overview in [overview_of(transport, name)]
        ]
    file = None if target.path is None else _file(target.path)
    if arguments.json:
        members = [{**overview.members(), **kept} for overview, kept in tables]
        print(json.dumps({"database": target.name, "file": file, "tables": members}))
    else:
        print(_shown(target.name, file, tables))
    return 0


def _kept(target: targets.Target, transport: Transport, overview: Overview) -> dict[str, int]:
    """What a file keeps of a table beside its items: its log, and its queue of what is to expire."""
    from stator.client.in_process import InProcess

    if target.path is None or not isinstance(transport, InProcess):
        return {}
    from stator.api.call import Call
    from stator.api.names import resolve_managed
    from stator.keys import space
    from stator.storage.sqlite.sizes import sizes_of

    db = transport.db
    id = resolve_managed(db, Call("DescribeTable", db.options.account, db.options.region), overview.name).id
    queue = space.expiry_prefix(id)
    log, expiring = sizes_of(str(target.path), [space.log_interval(id), (queue, space.successor(queue))])
    return {"log_rows": log[0], "log_bytes": log[1], "expiring": expiring[0]}


def _file(path: Path) -> dict[str, Any]:
    """Sizes on the disk, and the rows that the file keeps for itself."""
    from stator.keys import space
    from stator.storage.sqlite.sizes import sizes_of

    own = {"jobs": space.JOB_PREFIX, "tokens": space.TOKEN_PREFIX, "backups": space.BACKUP_PREFIX}
    counted = sizes_of(str(path), [(prefix, space.successor(prefix)) for prefix in own.values()])
    return {
        "bytes": _size(str(path)),
        "wal_bytes": _size(f"{path}-wal"),
        **{name: rows for name, (rows, _) in zip(own, counted, strict=True)},
    }


def _size(path: str) -> int:
    return os.path.getsize(path) if os.path.exists(path) else 0


def _shown(name: str, file: dict[str, Any] | None, tables: list[tuple[Overview, dict[str, int]]]) -> str:
    from stator.cli.tabular import table
    from stator.cli.transfer.summary import counted, sized

    lines = [name]
    if file is not None:
        sizes = f"file {sized(file['bytes'])}, WAL {sized(file['wal_bytes'])}"
        own = ", ".join(counted(file[each], each[:-1]) for each in ("jobs", "tokens", "backups"))
        lines.append(f"{sizes}; {own}")
    items, size = sum(each.items for each, _ in tables), sum(each.bytes for each, _ in tables)
    lines.append(f"{counted(len(tables), 'table')}: {counted(items, 'item')}, {sized(size)}")
    if tables:
        header = _HEADER if file is not None else _HEADER[:_OF_ANY]
        rows = [row[: len(header)] for each, kept in tables for row in _rows(each, kept)]
        lines += ["", table(header, rows, _NUMBERS)]
    return "\n".join(lines)


def _rows(overview: Overview, kept: dict[str, int]) -> list[tuple[str, ...]]:
    from stator.cli.transfer.summary import sized

    beside = (f"{kept.get('log_rows', 0):,}", sized(kept.get("log_bytes", 0)), f"{kept.get('expiring', 0):,}")
    rows: list[tuple[str, ...]] = [(overview.name, "-", *_amount(overview.items, overview.bytes), *beside)]
    rows += [("", index.name, *_amount(index.items, index.bytes), "", "", "") for index in overview.indexes]
    return rows


def _amount(items: int, size: int) -> tuple[str, str, str]:
    from stator.cli.transfer.summary import sized

    return f"{items:,}", sized(size), sized(size / items) if items else "-"
