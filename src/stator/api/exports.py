"""ExportTableToPointInTime, DescribeExport, ListExports."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from stator.api.backups.naming import table_of
from stator.api.call import Answer, Call, Request
from stator.api.export_filters import checked_filter, interval_within
from stator.api.names import namespace, place
from stator.api.tables.refusals import invalid
from stator.api.transfers import Named, ending, hash_of, listing, new_uuid, of_table, page
from stator.engine import exports
from stator.engine.catalogue import Table
from stator.engine.export_records import EXPORTS, Export, ExportStatus
from stator.engine.intervals import Interval
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

_NAMED = Named(
    "export",
    "ExportArn",
    EXPORTS,
    space.export_key,
    lambda arn: ExportNotFoundException(f"Export not found: {arn}"),
)
_ID = re.compile(r"[0-9]{14}-[0-9a-f]{8}")
_SHOWN_AGAIN = (
    "S3Bucket",
    "S3BucketOwner",
    "S3Prefix",
    "S3SseAlgorithm",
    "S3SseKmsKeyId",
    "ExportFormat",
    "FilterSpecification",
)


def export_table_to_point_in_time(db: Database, request: Request, call: Call) -> Steps[Answer]:
    kind = request.get("ExportType") or "FULL_EXPORT"
    bounds = request.get("IncrementalExportSpecification")
    if (kind == "INCREMENTAL_EXPORT") != (bounds is not None):
        raise invalid("IncrementalExportSpecification must be given for an incremental export, and only then")
    if bounds is not None:
        _refuse_bounds(db, request, bounds)
    asked = request.get("FilterSpecification")
    checked = None if asked is None else checked_filter(asked)
    table = table_of(db, call, request["TableArn"])
    within = None if checked is None else interval_within(table, checked)
    db.objects.require()
    return _export(db, request, table, within)


def _refuse_bounds(db: Database, request: Request, bounds: Request) -> None:
    if request.get("ExportTime") is not None:
        raise invalid("ExportTime cannot be given for an incremental export")
    if bounds.get("ExportFromTime") is None:
        raise invalid("ExportFromTime must be given for an incremental export")
    until = bounds.get("ExportToTime") or db.clock.now()
    if not EXPORT_WINDOW_S_MIN <= until - bounds["ExportFromTime"] <= EXPORT_WINDOW_S_MAX:
        raise invalid("ExportToTime must be between 15 minutes and 24 hours after ExportFromTime")


def _export(db: Database, request: Request, table: Table, within: Interval | None) -> Steps[Answer]:
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
        token=request.get("ClientToken") or new_uuid(db),
        asked_hash=hash_of(hashed),
        asked=asked,
        time=now if time is None else time,
        since=bounds.get("ExportFromTime"),
        view=bounds.get("ExportViewType") or "NEW_AND_OLD_IMAGES",
        started_at=now,
        within=within,
    )
    begun, job = yield from exports.start(db, table, record, latest=time is None and not bounds)
    if job is not None:
        # What is small is exported before its client asks again; the rest goes on as a job.
        yield from db.jobs.run(job, EXPORT_FIRST_S, EXPORT_FIRST_ITEMS)
    return {"ExportDescription": _described(begun)}


def describe_export(db: Database, request: Request, call: Call) -> Answer:
    return {"ExportDescription": _described(_NAMED.found(db, call, request["ExportArn"]))}


def list_exports(db: Database, request: Request, call: Call) -> Steps[Answer]:
    """The oldest first."""
    table = None if request.get("TableArn") is None else place(db, call, request["TableArn"])
    after = request.get("NextToken") or ""
    if after and not _ID.fullmatch(after):
        raise ValidationException(f"Invalid Request: Provided nextToken is invalid: {after}")
    limit = request.get("MaxResults") or LIST_TRANSFERS_MAX
    found = page(db, EXPORTS, namespace(db, call), of_table(table), after, limit)
    return listing("ExportSummaries", found, _summary, str)


def _summary(record: Export) -> dict[str, Any]:
    return {"ExportArn": record.arn, "ExportStatus": record.status, "ExportType": record.type}


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
    if record.status is ExportStatus.COMPLETED:
        shown["ExportManifest"] = f"{record.folder}/manifest-summary.json"
        shown["BilledSizeBytes"] = record.size
        shown["ItemCount"] = record.items
    return {**shown, **ending(record)}
