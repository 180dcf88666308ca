"""StartBulkPutItems, DescribeBulkOperation, ListBulkOperations, CancelBulkOperation."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from stator.api.call import Answer, Call, Request
from stator.api.names import namespace, resolve_managed
from stator.api.tables.refusals import invalid
from stator.api.transfers import Named, ending, hash_of, hex_token, id_of_hex_token, listing, new_uuid, page
from stator.engine import bulk_puts
from stator.engine.bulk_records import BULK_PUTS, ITSELF, BulkPut, BulkStatus
from stator.engine.catalogue import Status, Table
from stator.engine.import_sources import require_libraries
from stator.engine.tables import being_created
from stator.errors import ResourceNotFoundException
from stator.keys import space
from stator.limits import BULK_FIRST_ITEMS, BULK_FIRST_S, BULK_LIST_MAX, BULK_LISTED_S
from stator.storage.contract import Steps

if TYPE_CHECKING:
    from stator.engine.database import Database

_NAMED = Named(
    "bulk-operation",
    "BulkOperationArn",
    BULK_PUTS,
    space.bulk_put_key,
    lambda arn: ResourceNotFoundException(f"Requested resource not found: Bulk operation: {arn} not found"),
)
_SHOWN_AGAIN = ("InputS3Configuration", "OutputS3Configuration", "MaxWriteRequestUnits", "PerformanceTier")
_SUMMARISED = ("BulkOperationArn", "BulkOperationStatus", "StartTime", "EndTime")
_TOKEN_BYTES = 24  # 48 hexadecimal digits: the model takes sixteens


def start_bulk_put_items(db: Database, request: Request, call: Call) -> Steps[Answer]:
    source, output = request["InputS3Configuration"], request["OutputS3Configuration"]
    _refuse_output(output)
    table = resolve_managed(db, call, request["TableName"])
    if db.lingering.shown(table.description).status is Status.CREATING:
        raise being_created(table.name)
    db.objects.require()
    source = {"InputCompressionType": "NONE", **_given(source)}
    require_libraries(source["InputFormat"], source["InputCompressionType"])
    asked = {member: request[member] for member in _SHOWN_AGAIN if request.get(member) is not None}
    asked |= {"InputS3Configuration": source, "OutputS3Configuration": _given(output)}
    return _start(db, table, request, {"PerformanceTier": "STANDARD", **asked})


def _given(members: Request) -> Request:
    return {name: value for name, value in members.items() if value is not None}


def _refuse_output(output: Request) -> None:
    if output.get("S3Bucket") is None:
        raise invalid("OutputS3Configuration.S3Bucket must be given")
    if not output["OutputType"]:
        raise invalid("OutputS3Configuration.OutputType must have one or both of ERROR and CONDITION_CHECK_FAILURE")
    if output.get("S3SseKmsKeyId") is not None and output.get("S3SseAlgorithm") != "KMS":
        raise invalid("S3SseKmsKeyId can only be given when S3SseAlgorithm is KMS")


def _start(db: Database, table: Table, request: Request, asked: Request) -> Steps[Answer]:
    description = table.description
    record = BulkPut(
        id="",
        account=description.account,
        region=description.region,
        table=table.name,
        table_uid=description.uid,
        token=request.get("ClientToken") or new_uuid(db),
        asked_hash=hash_of({**asked, "TableName": table.name}),
        asked=asked,
        started_at=round(db.clock.now(), 3),
        local_indexes=tuple(index.name for index in table.local_indexes),
    )
    begun, job = yield from bulk_puts.start(table, record)
    if job is not None:
        # What is small is put before its client asks again; the rest goes on as a job.
        yield from db.jobs.run(job, BULK_FIRST_S, BULK_FIRST_ITEMS)
    return {"BulkOperationDescription": _described(begun)}


def describe_bulk_operation(db: Database, request: Request, call: Call) -> Answer:
    return {"BulkOperationDescription": _described(_NAMED.found(db, call, request["BulkOperationArn"]))}


def cancel_bulk_operation(db: Database, request: Request, call: Call) -> Steps[Answer]:
    return _cancel(db, _NAMED.found(db, call, request["BulkOperationArn"]))


def _cancel(db: Database, record: BulkPut) -> Steps[Answer]:
    cancelling = yield from bulk_puts.cancel(record)
    yield from db.jobs.run(record.job, BULK_FIRST_S, BULK_FIRST_ITEMS)
    return {"BulkOperationArn": cancelling.arn, "BulkOperationStatus": cancelling.status}


def list_bulk_operations(db: Database, request: Request, call: Call) -> Steps[Answer]:
    """The newest first."""
    since = db.clock.now() - BULK_LISTED_S

    def is_listed(record: BulkPut) -> bool:
        return record.started_at >= since

    after = id_of_hex_token(request.get("NextToken"))
    limit = request.get("MaxResults") or BULK_LIST_MAX
    found = page(db, BULK_PUTS, namespace(db, call), is_listed, after, limit, newest_first=True)
    return listing("BulkOperationsSummaryList", found, _summary, partial(hex_token, bytes_min=_TOKEN_BYTES))


def _described(record: BulkPut) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "BulkOperationArn": record.arn,
        "BulkOperationStatus": record.status,
        "TableDetails": [{"TableName": record.table, "TableId": record.table_uid}],
        "ClientToken": record.token,
        "StartTime": record.started_at,
        "ProcessedItemCount": record.processed,
        "ProcessedInputBytes": record.size,
        "FailedItemCount": record.failed,
        "BulkOperationUsage": [_usage(record)],
        **record.asked,
        **ending(record),
    }
    if record.status in (BulkStatus.COMPLETED, BulkStatus.COMPLETED_WITH_ERRORS):
        shown["TotalInputBytes"] = record.size
    return shown


def _usage(record: BulkPut) -> dict[str, Any]:
    own = record.put_bytes.get(ITSELF, 0)
    shown: dict[str, Any] = {
        "TableName": record.table,
        "BulkPutBytes": sum(record.put_bytes.values()),
        "Table": {"BulkPutBytes": own},
    }
    for name, count in record.put_bytes.items():
        if name != ITSELF:
            member = "LocalSecondaryIndexes" if name in record.local_indexes else "GlobalSecondaryIndexes"
            shown.setdefault(member, {})[name] = {"BulkPutBytes": count}
    return shown


def _summary(record: BulkPut) -> dict[str, Any]:
    shown = _described(record)
    return {member: shown[member] for member in _SUMMARISED if member in shown}
