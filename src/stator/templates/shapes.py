"""The properties that AWS::DynamoDB::Table and AWS::DynamoDB::GlobalTable share, by CloudFormation's own schemas."""

from __future__ import annotations

from typing import Final

from stator.templates.properties import Kind, Property

AT_CREATION = "CreateTable; a change is refused: it would replace the table"
KINESIS: Final = "a table's changes are read from its stream: Kinesis destinations are not there yet"
INSIGHTS: Final = "contributor insights are not there yet; Enabled: false is"
VECTORS: Final = "a table cannot have vector indexes"


def text(does: str = "", **rest: object) -> Property:
    return Property(Kind.TEXT, does, **rest)  # type: ignore[arg-type]


def integer(does: str = "", **rest: object) -> Property:
    return Property(Kind.INTEGER, does, **rest)  # type: ignore[arg-type]


def boolean(does: str = "", **rest: object) -> Property:
    return Property(Kind.BOOLEAN, does, **rest)  # type: ignore[arg-type]


def mapping(does: str = "", **members: Property) -> Property:
    return Property(Kind.OBJECT, does, members=members)


def required(property_: Property) -> Property:
    from dataclasses import replace

    return replace(property_, required=True)


def listed(does: str, element: Property, **rest: object) -> Property:
    return Property(Kind.LIST, does, element=element, **rest)  # type: ignore[arg-type]


def refused(kind: Kind, reason: str, **rest: object) -> Property:
    return Property(kind, refused=reason, **rest)  # type: ignore[arg-type]


KEY_TYPES = ("HASH", "RANGE")
KEY_SCHEMA = listed(
    AT_CREATION,
    mapping(
        AttributeName=text(required=True, least=1, most=255),
        KeyType=text(required=True, allowed=KEY_TYPES),
    ),
    least=1,
)
INDEX_KEY_SCHEMA = listed(
    "as given; a change makes the index anew",
    mapping(
        AttributeName=text(required=True, least=1, most=255),
        KeyType=text(required=True, allowed=KEY_TYPES),
    ),
    least=1,
    required=True,
)
ATTRIBUTES = listed(
    "CreateTable; those of a new index, UpdateTable. Each has to be a key's",
    mapping(
        AttributeName=text(required=True, least=1, most=255),
        AttributeType=text(required=True, allowed=("S", "N", "B")),
    ),
)
PROJECTION = mapping(
    "as given; a change makes the index anew",
    ProjectionType=text(allowed=("ALL", "KEYS_ONLY", "INCLUDE")),
    NonKeyAttributes=listed("a set: their order is none", text(least=1, most=255)),
)
INDEX_NAME = text("as given", required=True, least=3, most=255, is_name=True)
TABLE_NAME = text(
    "as given, else made of stack and logical id; a change is refused", least=3, most=255, is_name=True
)
THROUGHPUT = mapping(
    "UpdateTable; limits only with `--enforce-capacity`",
    ReadCapacityUnits=integer(required=True, least=0),
    WriteCapacityUnits=integer(required=True, least=0),
)
ON_DEMAND = mapping(
    "UpdateTable",
    MaxReadRequestUnits=integer(least=1),
    MaxWriteRequestUnits=integer(least=1),
)
WARM = mapping(
    "UpdateTable; kept and described. It only rises: less than there is changes nothing",
    ReadUnitsPerSecond=integer(least=1),
    WriteUnitsPerSecond=integer(least=1),
)
INSIGHTS_OFF = Property(
    Kind.OBJECT,
    refused=INSIGHTS,
    harmless={"Enabled": False},
    members={
        "Enabled": boolean(required=True),
        "Mode": text(allowed=("ACCESSED_AND_THROTTLED_KEYS", "THROTTLED_KEYS")),
    },
)
KINESIS_STREAM = Property(
    Kind.OBJECT,
    refused=KINESIS,
    members={
        "StreamArn": text(required=True),
        "ApproximateCreationDateTimePrecision": text(allowed=("MICROSECOND", "MILLISECOND")),
    },
)
RECOVERY = mapping(
    "UpdateContinuousBackups",
    PointInTimeRecoveryEnabled=boolean("on or off"),
    RecoveryPeriodInDays=integer("days that can be gone back", least=1, most=35),
)
POLICY = mapping(
    "PutResourcePolicy, DeleteResourcePolicy; checked and kept, not enforced",
    PolicyDocument=Property(Kind.JSON, required=True),
)
TAGS = listed(
    "TagResource, UntagResource",
    mapping(Key=text(required=True, least=1, most=128), Value=text(required=True, most=256)),
)
EXPIRY = mapping(
    "UpdateTimeToLive; another attribute: off, then on",
    Enabled=boolean(required=True),
    AttributeName=text(least=1, most=255),
)
VIEW_TYPES = ("KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES")
VIEW_TYPE = text(
    "UpdateTable; another one: the stream ends and a new one begins", required=True, allowed=VIEW_TYPES
)
BILLING_MODE = text("UpdateTable; PROVISIONED when absent", allowed=("PROVISIONED", "PAY_PER_REQUEST"))
TABLE_CLASS = text("UpdateTable; STANDARD when absent", allowed=("STANDARD", "STANDARD_INFREQUENT_ACCESS"))
PROTECTION = boolean("UpdateTable; false when absent")
LOCAL_INDEXES = listed(
    AT_CREATION,
    mapping(
        IndexName=INDEX_NAME,
        KeySchema=required(listed("as given", KEY_SCHEMA.element or text(), least=2)),
        Projection=required(PROJECTION),
    ),
)
