"""Kinesis streaming destinations: no table has one. Enabling one is refused by name; what disables or changes one is
answered as AWS answers it for a table that has none."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from stator.api.call import Answer, Call, Request
from stator.api.names import resolve_managed
from stator.api.refusals import not_supported
from stator.errors import ValidationException

if TYPE_CHECKING:
    from stator.engine.database import Database

_STATE = "Table is not in a valid state to enable Kinesis Streaming Destination: "


def describe_kinesis_streaming_destination(db: Database, request: Request, call: Call) -> Answer:
    table = resolve_managed(db, call, request["TableName"])
    return {"TableName": table.name, "KinesisDataStreamDestinations": []}


def enable_kinesis_streaming_destination(db: Database, request: Request, call: Call) -> NoReturn:
    resolve_managed(db, call, request["TableName"])
    raise not_supported(
        "EnableKinesisStreamingDestination",
        "the changes of a table are read from its stream (StreamSpecification), not from Kinesis",
    )


def disable_kinesis_streaming_destination(db: Database, request: Request, call: Call) -> NoReturn:
    if request.get("EnableKinesisStreamingConfiguration"):
        raise ValidationException(
            "Stream cannot be disabled using EnableKinesisStreamingConfiguration parameters"
        )
    resolve_managed(db, call, request["TableName"])
    raise ValidationException(
        _STATE + "KinesisStreamingDestination must be ACTIVE to perform DISABLE operation."
    )


def update_kinesis_streaming_destination(db: Database, request: Request, call: Call) -> NoReturn:
    if not request.get("UpdateKinesisStreamingConfiguration"):
        raise ValidationException(
            "Streaming destination cannot be updated with given parameters: UpdateKinesisStreamingConfiguration "
            "cannot be null or contain only null values"
        )
    table = resolve_managed(db, call, request["TableName"])
    raise ValidationException(
        f"{_STATE}Kinesis streaming is not in ACTIVE state. Updates are only allowed in ACTIVE state. "
        f"TableName: {table.name}"
    )
