"""ExportTableToPointInTime, DescribeExport, ListExports.

    arn := arn:aws:dynamodb:region:account:table/name/export/id

In the namespace `shared` the account and region of an ARN are not looked at; otherwise they decide as a table's do.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from typing import TYPE_CHECKING, Any

import msgspec

from stator.api.backups.naming import table_of
from stator.api.call import Answer, Call, Request
from stator.api.names import namespace, place
from stator.api.refusals import not_supported
from stator.api.tables.refusals import invalid
from stator.engine import export_records, exports
from stator.engine.catalogue import Table
from stator.engine.export_records import Export, ExportStatus
from stator.errors import ExportNotFoundException, ValidationException
from stator.keys import space
from stator.limits import (
    EXPORT_FIRST_ITEMS,
    EXPORT_FIRST_S,
    EXPORT_WINDOW_S_MAX,
    EXPORT_WINDOW_S_MIN,
    LIST_TRANSFERS_MAX,
)
from stator.storage.contract import Steps

if TYPE_CHECKING:
    from stator.engine.database import Database

_ARN = re.compile(
    r"arn:[^:]+:dynamodb:([^:]+):([^:]+):table/([a-zA-Z0-9_.-]{3,255})/export/([0-9]{14}-[0-9a-f]{8})"
)
_ID = re.compile(r"[0-9]{14}-[0-9a-f]{8}")
_SHOWN_AGAIN = ("S3Bucket", "S3BucketOwner", "S3Prefix", "S3SseAlgorithm", "S3SseKmsKeyId", "ExportFormat")
_LATER = "it comes in a later version. A full export, filtered when it is read, has the same items"
_hashed = msgspec.json.Encoder(order="sorted").encode


def export_table_to_point_in_time(db: Database, request: Request, call: Call) -> Steps[Answer]:
    kind = request.get("ExportType") or "FULL_EXPORT"
    bounds = request.get("IncrementalExportSpecification")
    if (kind == "INCREMENTAL_EXPORT") != (bounds is not None):
        raise invalid("IncrementalExportSpecification must be given for an incremental export, and only then")
    if bounds is not None:
        _refuse_bounds(db, request, bounds)
    if request.get("FilterSpecification") is not None:
        raise not_supported("FilterSpecification", _LATER)
    table = table_of(db, call, request["TableArn"])
    db.objects.require()
    return _export(db, request, table)


def _refuse_bounds(db: Database, request: Request, bounds: Request) -> None:
    if request.get("ExportTime") is not None:
        raise invalid("ExportTime cannot be given for an incremental export")
    if bounds.get("ExportFromTime") is None:
        raise invalid("ExportFromTime must be given for an incremental export")
    until = bounds.get("ExportToTime") or db.clock.now()
    if not EXPORT_WINDOW_S_MIN <= until - bounds["ExportFromTime"] <= EXPORT_WINDOW_S_MAX:
        raise invalid("ExportToTime must be between 15 minutes and 24 hours after ExportFromTime")


def _export(db: Database, request: Request, table: Table) -> Steps[Answer]:
    now = round(db.clock.now(), 3)
    asked = {member: request[member] for member in _SHOWN_AGAIN if request.get(member) is not None}
    asked = {"S3SseAlgorithm": "AES256", "ExportFormat": "DYNAMODB_JSON", **asked}
    bounds: Request = request.get("IncrementalExportSpecification") or {}
    time = bounds.get("ExportToTime") or request.get("ExportTime")
    hashed = {**asked, "Incremental": bounds, "TableArn": request["TableArn"], "ExportTime": request.get("ExportTime")}
    description = table.description
    record = Export(
        id="",
        account=description.account,
        region=description.region,
        table=table.name,
        table_uid=description.uid,
        token=request.get("ClientToken") or str(uuid.UUID(int=db.rng.getrandbits(128), version=4)),
        asked_hash=hashlib.blake2b(_hashed(hashed), digest_size=16).hexdigest(),
        asked=asked,
        time=now if time is None else time,
        since=bounds.get("ExportFromTime"),
        view=bounds.get("ExportViewType") or "NEW_AND_OLD_IMAGES",
        started_at=now,
    )
    begun, job = yield from exports.start(db, table, record, latest=time is None and not bounds)
    if job is not None:
        # What is small is exported before its client asks again; the rest goes on as a job.
        yield from db.jobs.run(job, EXPORT_FIRST_S, EXPORT_FIRST_ITEMS)
    return {"ExportDescription": _described(begun)}


def describe_export(db: Database, request: Request, call: Call) -> Answer:
    arn = request["ExportArn"]
    found = _ARN.fullmatch(arn)
    if found is None:
        raise ValidationException(f"One or more parameter values were invalid: Invalid ExportArn: {arn}")
    region, account, call.table, id = found.groups()
    own_account, own_region = namespace(db, call)
    if db.options.namespace == "shared":
        region = own_region
    if db.options.namespace != "account-region":
        account = own_account
    with db.store.snapshot() as snapshot:
        record = export_records.read(snapshot, space.export_key(account, region, id))
    if record is None or record.table != call.table or region != own_region:
        raise ExportNotFoundException(f"Export not found: {arn}")
    return {"ExportDescription": _described(record)}


def list_exports(db: Database, request: Request, call: Call) -> Steps[Answer]:
    """The oldest first."""
    table = None if request.get("TableArn") is None else place(db, call, request["TableArn"])
    after: str | None = request.get("NextToken") or ""
    if after and not _ID.fullmatch(after):
        raise ValidationException(f"Invalid Request: Provided nextToken is invalid: {after}")
    return _list(db, namespace(db, call), table, after, request.get("MaxResults") or LIST_TRANSFERS_MAX)


def _list(
    db: Database,
    where: tuple[str, str],
    table: tuple[str, str, str] | None,
    after: str | None,
    limit: int,
) -> Steps[Answer]:
    def is_wanted(record: Export) -> bool:
        return table is None or table == (record.account, record.region, record.table)

    found: list[Export] = []
    while True:
        with db.store.snapshot() as snapshot:
            some, after = export_records.listed(
                snapshot, *where, after or "", is_wanted, limit - len(found)
            )
        found += some
        if after is None or len(found) == limit:
            break
        yield None
    summaries = [
        {"ExportArn": record.arn, "ExportStatus": record.status, "ExportType": record.type}
        for record in found
    ]
    answer: Answer = {"ExportSummaries": summaries}
    if after is not None:
        answer["NextToken"] = after
    return answer


def _described(record: Export) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "ExportArn": record.arn,
        "ExportStatus": record.status,
        "StartTime": record.started_at,
        "TableArn": record.table_arn,
        "TableId": record.table_uid,
        "ClientToken": record.token,
        "ExportType": record.type,
        **record.asked,
    }
    if record.since is None:
        shown["ExportTime"] = record.time
    else:
        shown["IncrementalExportSpecification"] = {
            "ExportFromTime": record.since,
            "ExportToTime": record.time,
            "ExportViewType": record.view,
        }
    if record.ended_at is not None:
        shown["EndTime"] = record.ended_at
    if record.status is ExportStatus.COMPLETED:
        shown["ExportManifest"] = f"{record.folder}/manifest-summary.json"
        shown["BilledSizeBytes"] = record.size
        shown["ItemCount"] = record.items
    if record.failure is not None:
        shown["FailureCode"], shown["FailureMessage"] = record.failure
    return shown
