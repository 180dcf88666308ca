"""AWS's model of the two services, as tools/generate_model.py wrote it to model.json: what each operation takes.

The file is read on first use; nothing here knows what an operation does. `load` and `member_shape` know where the
service demands more or less than the model it publishes.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

DYNAMODB = "DynamoDB_20120810"
STREAMS = "DynamoDBStreams_20120810"


class Shape(msgspec.Struct, frozen=True):
    """One type of the model. Members keep the model's order; `element` is a list's or map's value."""

    kind: str = msgspec.field(name="t")
    members: dict[str, str] = msgspec.field(name="m", default_factory=dict)
    required: tuple[str, ...] = msgspec.field(name="r", default=())
    element: str = msgspec.field(name="e", default="")
    key: str = msgspec.field(name="k", default="")
    enum: tuple[str, ...] = msgspec.field(name="v", default=())
    min: int | None = None
    max: int | None = None
    pattern: str | None = msgspec.field(name="p", default=None)


class Operation(msgspec.Struct, frozen=True, array_like=True):
    """`input` and `output` name shapes; `output` is empty where an answer has no body."""

    input: str
    output: str
    errors: tuple[str, ...]


class Service(msgspec.Struct, frozen=True):
    operations: dict[str, Operation]
    shapes: dict[str, Shape]


class Model(msgspec.Struct, frozen=True):
    """`botocore` is the release the model was taken from."""

    botocore: str
    services: dict[str, Service]


# Shapes that the service's own model leaves open where the published one does not: what it says of their values is
# said by the operation, in words of its own. Seen in answers of the service.
_OPEN: dict[str, dict[str, Any]] = {
    "Tag": {"required": ()},
    "TagKeyString": {"min": None, "max": None},
    "TagValueString": {"min": None, "max": None},
    "TagResourceInput": {"required": ()},
    "UntagResourceInput": {"required": ()},
    "ListTagsOfResourceInput": {"required": ()},
}


# Made with the module: threads that load the model at once must not find msgspec half knowing its types.
_decode = msgspec.json.Decoder(Model).decode


@cache
def load() -> Model:
    """The model with `_OPEN` applied."""
    model = _decode(Path(__file__).with_name("model.json").read_bytes())
    shapes = model.services[DYNAMODB].shapes
    for name, changes in _OPEN.items():
        shapes[name] = msgspec.structs.replace(shapes[name], **changes)
    return model


def service(name: str = DYNAMODB) -> Service:
    return load().services[name]


@cache
def compiled(pattern: str) -> re.Pattern[str] | None:
    """A pattern of the model, which is Java's. None where Python has no such classes: then it is not checked."""
    try:
        return re.compile(pattern)
    except re.error:
        return None


_ANY_TEXT: dict[str, Any] = {"min": None, "max": None, "pattern": None}
# (structure, member) -> what the service demands of it otherwise than the published model. Seen in answers of the
# service.
_OTHERWISE: dict[tuple[str, str], dict[str, Any]] = {
    ("CreateTableInput", "KeySchema"): {"max": 2},
    ("LocalSecondaryIndex", "KeySchema"): {"max": 2},
    ("SSESpecification", "KMSMasterKeyId"): {"min": 1},
    ("DescribeContributorInsightsInput", "IndexName"): _ANY_TEXT,
    ("UpdateContributorInsightsInput", "IndexName"): _ANY_TEXT,
    ("CreateGlobalTableInput", "GlobalTableName"): _ANY_TEXT,
    ("DescribeGlobalTableInput", "GlobalTableName"): _ANY_TEXT,
    ("DescribeGlobalTableSettingsInput", "GlobalTableName"): _ANY_TEXT,
    ("UpdateGlobalTableInput", "GlobalTableName"): _ANY_TEXT,
    ("UpdateGlobalTableSettingsInput", "GlobalTableName"): _ANY_TEXT,
}


def member_shape(shapes: dict[str, Shape], structure: str, member: str) -> Shape:
    """The shape of a structure's member, with what the service demands otherwise than the published model."""
    shape = shapes[shapes[structure].members[member]]
    otherwise = _OTHERWISE.get((structure, member))
    return msgspec.structs.replace(shape, **otherwise) if otherwise else shape
