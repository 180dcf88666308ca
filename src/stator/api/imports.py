"""ImportTable, DescribeImport, ListImports."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from stator.api.call import Answer, Call, Request
from stator.api.names import namespace, place
from stator.api.tables.creation import new_table
from stator.api.transfers import (
    Named,
    ending,
    hash_of,
    hex_token,
    id_of_hex_token,
    listing,
    new_uuid,
    of_table,
    page,
)
from stator.engine import imports
from stator.engine.import_records import IMPORTS, Import
from stator.engine.import_sources import require_libraries
from stator.errors import ImportNotFoundException, ValidationException
from stator.keys import space
from stator.limits import IMPORT_FIRST_ITEMS, IMPORT_FIRST_S, LIST_TRANSFERS_MAX
from stator.storage.contract import Steps

if TYPE_CHECKING:
    from stator.engine.catalogue import TableDescription
    from stator.engine.database import Database

_NAMED = Named(
    "import",
    "ImportArn",
    IMPORTS,
    space.import_key,
    lambda arn: ImportNotFoundException(f"Import not found: {arn}"),
)
_SHOWN_AGAIN = (
    "S3BucketSource",
    "InputFormat",
    "InputFormatOptions",
    "InputCompressionType",
    "TableCreationParameters",
)
_SUMMARISED = (
    "ImportArn",
    "ImportStatus",
    "TableArn",
    "S3BucketSource",
    "CloudWatchLogGroupArn",
    "InputFormat",
    "StartTime",
    "EndTime",
)
_TOKEN_BYTES = 56  # 112 hexadecimal digits, the least that the model takes


def import_table(db: Database, request: Request, call: Call) -> Steps[Answer]:
    parameters = request["TableCreationParameters"]
    account, region, name = place(db, call, parameters["TableName"])
    call.table = name
    now = round(db.clock.now(), 3)
    table = new_table(parameters, account, region, name, new_uuid(db), now)
    if request.get("InputFormatOptions", {}).get("Csv") is not None and request["InputFormat"] != "CSV":
        raise ValidationException("InputFormatOptions.Csv can only be given when InputFormat is CSV")
    db.objects.require()
    require_libraries(request["InputFormat"], request.get("InputCompressionType") or "NONE")
    db.lingering.refuse_create((account, region, name))
    asked = {member: request[member] for member in _SHOWN_AGAIN if request.get(member) is not None}
    record = Import(
        id="",
        account=account,
        region=region,
        table=name,
        table_uid=table.uid,
        token=request.get("ClientToken") or new_uuid(db),
        asked_hash=hash_of(asked),
        asked={"InputCompressionType": "NONE", **asked},
        started_at=now,
    )
    return _start(db, table, record)


def _start(db: Database, table: TableDescription, record: Import) -> Steps[Answer]:
    begun, job = yield from imports.start(db, table, record)
    if job is not None:
        # What is small is imported before its client asks again; the rest goes on as a job.
        yield from db.jobs.run(job, IMPORT_FIRST_S, IMPORT_FIRST_ITEMS)
    return {"ImportTableDescription": _described(begun)}


def describe_import(db: Database, request: Request, call: Call) -> Answer:
    return {"ImportTableDescription": _described(_NAMED.found(db, call, request["ImportArn"]))}


def list_imports(db: Database, request: Request, call: Call) -> Steps[Answer]:
    """The oldest first."""
    table = None if request.get("TableArn") is None else place(db, call, request["TableArn"])
    after = id_of_hex_token(request.get("NextToken"))
    limit = request.get("PageSize") or LIST_TRANSFERS_MAX
    found = page(db, IMPORTS, namespace(db, call), of_table(table), after, limit)
    return listing("ImportSummaryList", found, _summary, partial(hex_token, bytes_min=_TOKEN_BYTES))


def _described(record: Import) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "ImportArn": record.arn,
        "ImportStatus": record.status,
        "TableArn": record.table_arn,
        "TableId": record.table_uid,
        "ClientToken": record.token,
        "ErrorCount": record.errors,
        "CloudWatchLogGroupArn": (
            f"arn:aws:logs:{record.region}:{record.account}:log-group:/aws-dynamodb/imports:*"
        ),
        "StartTime": record.started_at,
        "ProcessedSizeBytes": record.size,
        "ProcessedItemCount": record.processed,
        "ImportedItemCount": record.imported,
        **record.asked,
        **ending(record),
    }
    return shown


def _summary(record: Import) -> dict[str, Any]:
    shown = _described(record)
    return {member: shown[member] for member in _SUMMARISED if member in shown}
