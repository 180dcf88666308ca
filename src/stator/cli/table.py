"""`stator table`: DynamoDB's own backups of a table, and tables restored from them or to a moment.

Each action returns when the backup or the table can be used, unless it is told not to wait. A backup is named by its
ARN, or by its name where only one has it. Exit codes: 0 done; 1 it could not be; 2 a wrong command line.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from stator.cli import targets
from stator.errors import ServiceError, SettingError, StatorError

if TYPE_CHECKING:
    from stator.client.transport import Transport

EXAMPLES = (
    ("stator table backup Orders before-migration", "DynamoDB's CreateBackup, in ./stator.db"),
    ("stator table backups Orders", "the backups there are"),
    ("stator table restore before-migration OrdersAsTheyWere", "a new table with a backup's items"),
    (
        "stator table restore Orders OrdersAtNine --at 2026-10-01T09:00:00Z",
        "as the table was (point-in-time recovery)",
    ),
    ("stator table delete-backup before-migration", "the backup goes, the tables stay"),
)
LATEST = "latest"
_POLL_S = 0.25
_ACTIONS = (
    ("backup", "Back a table up (CreateBackup)."),
    ("backups", "List backups (ListBackups)."),
    ("restore", "Make a table from a backup, or with --at as a table was at a moment."),
    ("delete-backup", "Delete a backup (DeleteBackup)."),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(metavar="ACTION", dest="action", required=True)
    made = {
        name: actions.add_parser(name, help=text, description=text, allow_abbrev=False)
        for name, text in _ACTIONS
    }
    made["backup"].add_argument("table", metavar="TABLE", help="The table's name.")
    made["backup"].add_argument("backup", metavar="BACKUP", help="The backup's name.")
    made["backups"].add_argument(
        "table", metavar="TABLE", nargs="?", help="Only this table's. [default: all]"
    )
    made["restore"].add_argument(
        "source", metavar="SOURCE", help="The backup's name or ARN; with --at, the table's name."
    )
    made["restore"].add_argument("table", metavar="NEW_TABLE", help="The name of the table to be made.")
    made["restore"].add_argument(
        "--at", metavar="TIME", help=f"A moment, in ISO's form or seconds since 1970 (UTC), or '{LATEST}'."
    )
    made["delete-backup"].add_argument("backup", metavar="BACKUP", help="The backup's name or ARN.")
    for name in ("backup", "restore"):
        made[name].add_argument("--no-wait", action="store_true", help="Return when it has begun.")
        made[name].add_argument("--no-progress", action="store_true", help="Show none on standard error.")
    for each in made.values():
        targets.add_json(each)
        targets.add_arguments(each)


def run(arguments: argparse.Namespace) -> int:
    """Raises SettingError, StatorError and ServiceError."""
    run = {"backup": _backup, "backups": _list, "restore": _restore, "delete-backup": _delete}[
        arguments.action
    ]
    with targets.opened(arguments) as transport:
        run(arguments, transport)
    return 0


def _backup(arguments: argparse.Namespace, transport: Transport) -> None:
    request = {"TableName": arguments.table, "BackupName": arguments.backup}
    details = transport.call("CreateBackup", request)["BackupDetails"]
    if not arguments.no_wait:
        arn = details["BackupArn"]

        def state() -> tuple[str, int]:
            answer = transport.call("DescribeBackup", {"BackupArn": arn})["BackupDescription"][
                "BackupDetails"
            ]
            details.update(answer)
            return answer["BackupStatus"], 0

        _wait(state, "AVAILABLE", f"backing up {arguments.table}", arguments.no_progress)
    line = f"{details['BackupName']} is {details['BackupStatus']}: {details['BackupArn']}"
    _tell(details, line, arguments.json)


def _list(arguments: argparse.Namespace, transport: Transport) -> None:
    from stator.cli.tabular import table
    from stator.cli.transfer.summary import sized

    found = _backups(transport, arguments.table)
    if arguments.json:
        for each in found:
            print(json.dumps(each))
    elif not found:
        print("no backups")
    else:
        rows = [
            (
                each["BackupName"],
                each["TableName"],
                each["BackupStatus"],
                _moment(each["BackupCreationDateTime"]),
                sized(each.get("BackupSizeBytes", 0)),
                each["BackupArn"],
            )
            for each in found
        ]
        print(table(("BACKUP", "TABLE", "STATUS", "CREATED", "BYTES", "ARN"), rows, ("BYTES",)))


def _restore(arguments: argparse.Namespace, transport: Transport) -> None:
    if arguments.at is None:
        request = {"TargetTableName": arguments.table, "BackupArn": _arn_of(transport, arguments.source)}
        answer = transport.call("RestoreTableFromBackup", request)
    else:
        request = {
            "TargetTableName": arguments.table,
            "SourceTableName": arguments.source,
            **_time(arguments.at),
        }
        answer = transport.call("RestoreTableToPointInTime", request)
    described = answer["TableDescription"]
    if not arguments.no_wait:

        def state() -> tuple[str, int]:
            described.update(transport.call("DescribeTable", {"TableName": arguments.table})["Table"])
            return described["TableStatus"], described.get("ItemCount", 0)

        _wait(state, "ACTIVE", f"restoring {arguments.table}", arguments.no_progress)
    line = f"{arguments.table} is {described['TableStatus']}: {described.get('ItemCount', 0):,} items"
    _tell(described, line, arguments.json)


def _delete(arguments: argparse.Namespace, transport: Transport) -> None:
    arn = _arn_of(transport, arguments.backup)
    answer = transport.call("DeleteBackup", {"BackupArn": arn})["BackupDescription"]["BackupDetails"]
    _tell(answer, f"{answer['BackupName']} is deleted: {arn}", arguments.json)


def _wait(state: Callable[[], tuple[str, int]], wanted: str, what: str, is_silent: bool) -> None:
    """Until the status is the wanted one. Raises StatorError for one from which it does not come."""
    from stator.cli.progress import progress_on
    from stator.engine.verification_findings import Progress

    with progress_on(sys.stderr, is_silent) as watch:
        while True:
            try:
                status, items = state()
            except ServiceError as error:
                raise StatorError(f"{what}: it is gone ({error.code}: {error.message})") from error
            if status == wanted:
                return
            if status != "CREATING":
                raise StatorError(f"{what}: it is {status}, and will not be {wanted}")
            watch(Progress(what, items, None, "items"))
            time.sleep(_POLL_S)


def _backups(transport: Transport, table: str | None) -> list[dict[str, Any]]:
    request: dict[str, Any] = {} if table is None else {"TableName": table}
    found: list[dict[str, Any]] = []
    while True:
        answer = transport.call("ListBackups", request)
        found += answer["BackupSummaries"]
        if "LastEvaluatedBackupArn" not in answer:
            return found
        request = {**request, "ExclusiveStartBackupArn": answer["LastEvaluatedBackupArn"]}


def _arn_of(transport: Transport, name: str) -> str:
    """Raises StatorError when no backup has the name, or several have."""
    if name.startswith("arn:"):
        return name
    arns = [each["BackupArn"] for each in _backups(transport, None) if each["BackupName"] == name]
    if not arns:
        raise StatorError(f"there is no backup '{name}': `stator table backups` shows those there are")
    if len(arns) > 1:
        raise StatorError(
            f"{len(arns)} backups are named '{name}': give the ARN of one (`stator table backups`)"
        )
    return str(arns[0])


def _time(text: str) -> dict[str, Any]:
    """The members of the request. Raises SettingError."""
    if text == LATEST:
        return {"UseLatestRestorableTime": True}
    try:
        return {"RestoreDateTime": float(text)}
    except ValueError:
        pass
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise SettingError(
            f"--at is '{text}'; allowed: a moment as 2026-10-01T09:00:00Z, seconds since 1970, or {LATEST}"
        ) from None
    return {"RestoreDateTime": (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()}


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _tell(members: dict[str, Any], line: str, as_json: bool) -> None:
    print(json.dumps(members) if as_json else line)
