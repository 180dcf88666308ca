"""Keeps each device's latest event, from the stream of the table that it is kept in."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import stator
from patterns.function import Function
from patterns.time_based import Telemetry, latest_by

FUNCTION = Function(
    name="LatestFunction",
    handler="patterns.functions.time_based.handler",
    does="keeps each device's latest event",
    table="telemetry",
    takes=[{"eventName": ["INSERT"], "dynamodb": {"NewImage": {"_type": {"S": ["Event"]}}}}],
    policies=[{"DynamoDBWritePolicy": {"TableName": {"Ref": "TelemetryTable"}}}],
)


@cache
def telemetry() -> Telemetry:
    import boto3  # type: ignore[import-untyped]

    return Telemetry(stator.open(boto3.Session()))


def handler(event: Mapping[str, Any], context: Any) -> Mapping[str, Any]:
    return latest_by(telemetry())(event, context)
