"""ImportTable, DescribeImport, ListImports.

    arn := arn:aws:dynamodb:region:account:table/name/import/id

In the namespace `shared` the account and region of an ARN are not looked at; otherwise they decide as a table's do.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from typing import TYPE_CHECKING, Any

import msgspec

from stator.api.call import Answer, Call, Request
from stator.api.names import namespace, place
from stator.api.tables.creation import new_table
from stator.engine import import_records, imports
from stator.engine.import_records import Import
from stator.engine.import_sources import require_libraries
from stator.errors import ImportNotFoundException, ValidationException
from stator.keys import space
from stator.limits import IMPORT_FIRST_ITEMS, IMPORT_FIRST_S, LIST_TRANSFERS_MAX
from stator.storage.contract import Steps

if TYPE_CHECKING:
    from stator.engine.catalogue import TableDescription
    from stator.engine.database import Database

_ARN = re.compile(
    r"arn:[^:]+:dynamodb:([^:]+):([^:]+):table/([a-zA-Z0-9_.-]{3,255})/import/([0-9]{14}-[0-9a-f]{8})"
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
_hashed = msgspec.json.Encoder(order="sorted").encode


def import_table(db: Database, request: Request, call: Call) -> Steps[Answer]:
    parameters = request["TableCreationParameters"]
    account, region, name = place(db, call, parameters["TableName"])
    call.table = name
    now = round(db.clock.now(), 3)
    table = new_table(parameters, account, region, name, _uid(db), now)
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
        token=request.get("ClientToken") or _uid(db),
        asked_hash=hashlib.blake2b(_hashed(asked), digest_size=16).hexdigest(),
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


def _uid(db: Database) -> str:
    return str(uuid.UUID(int=db.rng.getrandbits(128), version=4))


def describe_import(db: Database, request: Request, call: Call) -> Answer:
    arn = request["ImportArn"]
    found = _ARN.fullmatch(arn)
    if found is None:
        raise ValidationException(f"One or more parameter values were invalid: Invalid ImportArn: {arn}")
    region, account, call.table, id = found.groups()
    own_account, own_region = namespace(db, call)
    if db.options.namespace == "shared":
        region = own_region
    if db.options.namespace != "account-region":
        account = own_account
    with db.store.snapshot() as snapshot:
        record = import_records.read(snapshot, space.import_key(account, region, id))
    if record is None or record.table != call.table or region != own_region:
        raise ImportNotFoundException(f"Import not found: {arn}")
    return {"ImportTableDescription": _described(record)}


def list_imports(db: Database, request: Request, call: Call) -> Steps[Answer]:
    """The oldest first."""
    where = namespace(db, call)
    table = None if request.get("TableArn") is None else place(db, call, request["TableArn"])
    after: str | None = _id_of_token(request.get("NextToken"))
    limit = request.get("PageSize") or LIST_TRANSFERS_MAX
    return _list(db, where, table, after, limit)


def _list(
    db: Database,
    where: tuple[str, str],
    table: tuple[str, str, str] | None,
    after: str | None,
    limit: int,
) -> Steps[Answer]:
    def is_wanted(record: Import) -> bool:
        return table is None or table == (record.account, record.region, record.table)

    found: list[Import] = []
    while True:
        with db.store.snapshot() as snapshot:
            some, after = import_records.listed(
                snapshot, *where, after or "", is_wanted, limit - len(found)
            )
        found += some
        if after is None or len(found) == limit:
            break
        yield None
    answer: Answer = {"ImportSummaryList": [_summary(record) for record in found]}
    if after is not None:
        answer["NextToken"] = after.encode().ljust(_TOKEN_BYTES, b"\0").hex()
    return answer


def _id_of_token(token: str | None) -> str:
    """The model has seen to the token's form, not to its being one of ours."""
    return "" if token is None else bytes.fromhex(token).rstrip(b"\0").decode(errors="replace")


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
    }
    if record.ended_at is not None:
        shown["EndTime"] = record.ended_at
    if record.failure is not None:
        shown["FailureCode"], shown["FailureMessage"] = record.failure
    return shown


def _summary(record: Import) -> dict[str, Any]:
    shown = _described(record)
    return {member: shown[member] for member in _SUMMARISED if member in shown}
