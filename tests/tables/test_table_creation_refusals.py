"""What CreateTable refuses, each case a row: what the request says otherwise than a good one, and AWS's words."""

from __future__ import annotations

from typing import Any

import pytest
from table_session import Session, defined, hashed, index, on_demand, ranged, units

from stator.errors import LimitExceededException, ServiceError, ValidationException

INVALID = "One or more parameter values were invalid: "
TWO = {"AttributeDefinitions": [defined("pk"), defined("sk")], "KeySchema": [hashed("pk"), ranged("sk")]}
GSI = {"AttributeDefinitions": [defined("pk"), defined("g")]}
PROVISIONED = {"BillingMode": "PROVISIONED", "ProvisionedThroughput": units(1, 1)}
HIGHER = "Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits."
LETTERS = "abcdefghij"


def keys(*elements: dict[str, str], names: str = "ab") -> dict[str, Any]:
    return {"AttributeDefinitions": [defined(name) for name in names], "KeySchema": list(elements)}


def gsi(*elements: dict[str, str], names: list[str] | None = None, **members: Any) -> dict[str, Any]:
    names = names or [element["AttributeName"] for element in elements]
    return {
        "AttributeDefinitions": [defined(name) for name in dict.fromkeys(["pk", *names])],
        "GlobalSecondaryIndexes": [index("ggg", *elements, **members)],
    }


def lsi(*elements: dict[str, str], names: str = "", **members: Any) -> dict[str, Any]:
    return {
        "AttributeDefinitions": [defined("pk"), defined("sk"), *(defined(name) for name in names)],
        "KeySchema": [hashed("pk"), ranged("sk")],
        "LocalSecondaryIndexes": [index("lll", *elements, **members)],
    }


def projected(**projection: Any) -> dict[str, Any]:
    return {**GSI, "GlobalSecondaryIndexes": [{**index("ggg", hashed("g")), "Projection": projection}]}


NEITHER = (
    "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST"
)
BOTH = "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED"
SAME = "Both the Hash Key and the Range Key element in the KeySchema have the same name"
NO_DEFINITION = "Invalid KeySchema: Some index key attribute have no definition"
FIRST = "Invalid KeySchema: The first KeySchemaElement is not a HASH key type"
SECOND = "Invalid KeySchema: The second KeySchemaElement is not a RANGE key type"
COUNT = "Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions"
UNDEFINED = "Some index key attributes are not defined in AttributeDefinitions. "
UNUSED = "Some AttributeDefinitions are not used. "
NO_RANGE = (
    "Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex"
)
OTHER_HASH = (
    "Index KeySchema does not have the same leading hash key as table KeySchema for index: lll. "
    "index hash key: sk, table hash key: pk"
)
ON_PROVISIONED = "cannot be specified when table BillingMode is PROVISIONED."
INITIAL = (
    "is lower than initial throughput for OnDemand. See: https://docs.aws.amazon.com/amazondynamodb/latest/"
    "developerguide/on-demand-capacity-mode.html#on-demand-capacity-mode-initial"
)

REFUSED: list[tuple[dict[str, Any], str]] = [
    # Capacity comes first
    ({"ProvisionedThroughput": units(1, 1), "KeySchema": []}, INVALID + NEITHER),
    ({"BillingMode": None}, INVALID + BOTH),
    ({"BillingMode": "PROVISIONED"}, INVALID + BOTH),
    (
        {"BillingMode": None, "ProvisionedThroughput": units(10**12 + 1, 10**12 + 1)},
        "Given value 1000000000001 for ReadCapacityUnits is out of bounds",
    ),
    (
        {"BillingMode": None, "ProvisionedThroughput": units(10**12, 10**12 + 1)},
        "Given value 1000000000001 for WriteCapacityUnits is out of bounds",
    ),
    (
        {**PROVISIONED, "OnDemandThroughput": {"MaxReadRequestUnits": 1}},
        f"{INVALID}MaxReadRequestUnits for OnDemandThroughput {ON_PROVISIONED}",
    ),
    (
        {**PROVISIONED, "OnDemandThroughput": {"MaxWriteRequestUnits": 1}},
        f"{INVALID}MaxWriteRequestUnits for OnDemandThroughput {ON_PROVISIONED}",
    ),
    # Keys of the table
    (keys(hashed("a"), names=""), NO_DEFINITION),
    (keys(hashed("a"), hashed("a"), names="b"), NO_DEFINITION),
    (keys(hashed("a"), ranged("b"), names="b"), NO_DEFINITION),
    (keys(hashed("a"), ranged("a"), names="a"), NO_DEFINITION),
    (keys(hashed("a"), names="b"), f"{INVALID}{UNDEFINED}Keys: [a], AttributeDefinitions: [b]"),
    (keys(hashed("a"), ranged("c")), f"{INVALID}{UNDEFINED}Keys: [a, c], AttributeDefinitions: [a, b]"),
    (keys(hashed("a"), hashed("a")), SAME),
    (keys(hashed("a"), hashed("b")), SECOND),
    (keys(ranged("a"), hashed("b")), FIRST),
    (keys(ranged("a"), ranged("b")), FIRST),
    (keys(ranged("a"), names="a"), FIRST),
    (keys(hashed("a")), INVALID + COUNT),
    (keys(hashed("a"), ranged("b"), names="abc"), INVALID + COUNT),
    ({"AttributeDefinitions": [defined("pk"), defined("pk", "N")]}, "Attribute Name is duplicated: pk"),
    # Local indexes
    ({**TWO, "LocalSecondaryIndexes": []}, INVALID + "List of LocalSecondaryIndexes is empty"),
    ({**GSI, "LocalSecondaryIndexes": [index("lll", hashed("pk"), ranged("g"))]}, INVALID + NO_RANGE),
    (
        lsi(hashed("pk"), ranged("x")),
        f"{INVALID}{UNDEFINED}Keys: [pk, x], AttributeDefinitions: [pk, sk]",
    ),
    (lsi(ranged("pk")), FIRST),
    (lsi(hashed("pk"), hashed("pk")), SAME),
    (lsi(hashed("pk"), hashed("sk")), SECOND),
    (lsi(hashed("pk")), INVALID + "Index KeySchema does not have a range key for index: lll"),
    (lsi(hashed("sk"), ranged("pk")), INVALID + OTHER_HASH),
    (lsi(hashed("pk"), ranged("x"), names="x", kind=None), INVALID + "Unknown ProjectionType: null"),
    (
        {
            **TWO,
            "LocalSecondaryIndexes": [index(f"l{n:02d}", hashed("pk"), ranged("sk")) for n in range(6)],
        },
        INVALID + "Number of LocalSecondaryIndexes exceeds per-table limit of 5",
    ),
    # Global indexes
    ({"GlobalSecondaryIndexes": []}, INVALID + "List of GlobalSecondaryIndexes is empty"),
    (
        gsi(hashed("q"), names=["pk"]),
        f"{INVALID}{UNDEFINED}Keys: [q], AttributeDefinitions: [pk]",
    ),
    (gsi(hashed("g"), ranged("h"), names=["pk"]), NO_DEFINITION),
    (gsi(ranged("g")), FIRST),
    (gsi(ranged("g"), hashed("h")), FIRST),
    (gsi(hashed("g"), ranged("g")), "The KeySchema contains multiple key attributes with the same name"),
    (
        gsi(hashed("g"), ranged("h"), hashed("i")),
        INVALID + "All HASH key attributes must precede RANGE key attributes in the KeySchema",
    ),
    (
        gsi(*(hashed(name) for name in LETTERS[:5])),
        INVALID + "The KeySchema exceeds the maximum allowed number of HASH key attributes",
    ),
    (
        gsi(hashed("a"), *(ranged(name) for name in LETTERS[1:6])),
        INVALID + "The KeySchema exceeds the maximum allowed number of RANGE key attributes",
    ),
    (
        gsi(hashed("g"), names=["x", "g", "y"], kind="INCLUDE"),
        f"{INVALID}{UNUSED}AttributeDefinitions: [pk, x, g, y], keys used: [pk, g]",
    ),
    (projected(), INVALID + "Unknown ProjectionType: null"),
    (projected(NonKeyAttributes=["x"]), INVALID + "Unknown ProjectionType: null"),
    (
        projected(ProjectionType="INCLUDE"),
        INVALID + "ProjectionType is INCLUDE, but NonKeyAttributes is not specified",
    ),
    (
        projected(ProjectionType="ALL", NonKeyAttributes=["x"]),
        INVALID + "ProjectionType is ALL, but NonKeyAttributes is specified",
    ),
    (
        projected(ProjectionType="KEYS_ONLY", NonKeyAttributes=["x"]),
        INVALID + "ProjectionType is KEYS_ONLY, but NonKeyAttributes is specified",
    ),
    (
        projected(ProjectionType="INCLUDE", NonKeyAttributes=["x", "x"]),
        INVALID + "Duplicate element in NonKeyAttributes: x",
    ),
    (
        {**GSI, "GlobalSecondaryIndexes": [index("same", hashed("g")), index("same", hashed("pk"))]},
        INVALID + "Duplicate index name: same",
    ),
    (
        {**lsi(hashed("pk"), ranged("sk")), "GlobalSecondaryIndexes": [index("lll", hashed("sk"))]},
        INVALID + "Duplicate index name: lll",
    ),
    (
        {**GSI, "GlobalSecondaryIndexes": [index(f"g{n:02d}", hashed("g")) for n in range(21)]},
        INVALID + "GlobalSecondaryIndex count exceeds the per-table limit of 20",
    ),
    (
        gsi(hashed("g"), ProvisionedThroughput=units(1, 1)),
        INVALID
        + "ProvisionedThroughput should not be specified for index: ggg when BillingMode is PAY_PER_REQUEST",
    ),
    (
        {**gsi(hashed("g")), **PROVISIONED},
        INVALID + "ProvisionedThroughput is not specified for index: ggg",
    ),
    (
        {
            **gsi(
                hashed("g"), ProvisionedThroughput=units(1, 1), OnDemandThroughput={"MaxReadRequestUnits": 9}
            ),
            **PROVISIONED,
        },
        f"{INVALID}MaxReadRequestUnits for OnDemandThroughput for index: ggg {ON_PROVISIONED}",
    ),
    (
        gsi(hashed("g"), OnDemandThroughput={"MaxReadRequestUnits": 0}),
        INVALID
        + "Requested MaxReadRequestUnits for OnDemandThroughput for index : ggg is outside of valid range",
    ),
    (
        gsi(hashed("g"), WarmThroughput={"ReadUnitsPerSecond": 100}),
        f"{INVALID}Requested ReadUnitsPerSecond for WarmThroughput for index ggg {INITIAL}",
    ),
    # Ceilings and warm throughput of the table
    *(
        (
            {"OnDemandThroughput": {"MaxWriteRequestUnits": amount}},
            INVALID
            + "Requested MaxWriteRequestUnits for OnDemandThroughput for table is outside of valid range",
        )
        for amount in (0, -1, -2)
    ),
    (
        {"WarmThroughput": {"WriteUnitsPerSecond": 1}},
        f"{INVALID}Requested WriteUnitsPerSecond for WarmThroughput for table {INITIAL}",
    ),
    (
        {**PROVISIONED, "ProvisionedThroughput": units(10, 10), "WarmThroughput": {"ReadUnitsPerSecond": 5}},
        INVALID
        + "Requested ReadUnitsPerSecond for WarmThroughput for table is lower than ReadCapacityUnits of "
        "ProvisionedThroughput",
    ),
    # Settings
    (
        {"StreamSpecification": {"StreamEnabled": True}},
        INVALID + "Table is being created with a stream enabled, UpdateViewType is required",
    ),
    (
        {"StreamSpecification": {"StreamEnabled": False, "StreamViewType": "KEYS_ONLY"}},
        INVALID + "Table is being created with a stream disabled, UpdateViewType should not be specified",
    ),
    (
        {"SSESpecification": {"Enabled": False, "SSEType": "KMS"}},
        INVALID + "SSEType can not be specified if Enabled is false",
    ),
    (
        {"SSESpecification": {"Enabled": False, "KMSMasterKeyId": "k"}},
        INVALID + "KMSMasterKeyId can not be specified if Enabled is false",
    ),
    (
        {"SSESpecification": {"Enabled": True, "KMSMasterKeyId": "k"}},
        INVALID + "SSEType KMS is required if KMSMasterKeyId is specified",
    ),
    ({"SSESpecification": {"SSEType": "AES256"}}, INVALID + "SSEType AES256 is not supported"),
    ({"Tags": [{"Key": "aws:x", "Value": ""}]}, "Tag Key cannot be prefixed with aws:, Key: aws:x"),
    (
        {"Tags": [{"Key": "x", "Value": "1"}, {"Key": "x", "Value": "2"}]},
        "Duplicate Tag Keys provided as input: Duplicate Tag Key found x",
    ),
    (
        {"Tags": [{"Key": str(n), "Value": ""} for n in range(51)]},
        "Number of Tags exceed the current limit for the provided ResourceArn",
    ),
    ({"ResourcePolicy": "x" * 20481}, INVALID + "Maximum policy size of 20480 bytes exceeded"),
    # Members that the model leaves optional, and what Stator has not
    (
        {"KeySchema": None},
        "1 validation error detected: Value null at 'keySchema' failed to satisfy constraint: "
        "Member must not be null",
    ),
    (
        {"KeySchema": None, "AttributeDefinitions": None},
        "2 validation errors detected: Value null at 'attributeDefinitions' failed to satisfy constraint: "
        "Member must not be null; Value null at 'keySchema' failed to satisfy constraint: "
        "Member must not be null",
    ),
    ({"VectorIndexes": [{}]}, "VectorIndexes is not supported by Stator: a table cannot have vector indexes"),
    (
        {"GlobalTableSourceArn": "arn:x"},
        "GlobalTableSourceArn is not supported by Stator: a table lies in one region and has no replicas",
    ),
]


def refusal(session: Session, operation: str, request: dict[str, Any]) -> ServiceError:
    with pytest.raises(ServiceError) as refused:
        session.call(operation, **{member: value for member, value in request.items() if value is not None})
    return refused.value


@pytest.mark.parametrize(("changes", "message"), REFUSED, ids=[f"{n}" for n in range(len(REFUSED))])
def test_creation_is_refused_in_awss_words(session: Session, changes: dict[str, Any], message: str) -> None:
    error = refusal(session, "CreateTable", {**on_demand("music"), **changes})
    assert error.message == message
    assert type(error) is ValidationException
    assert session.rows() == []


OVER: list[tuple[dict[str, Any], str]] = [
    (
        {**PROVISIONED, "ProvisionedThroughput": units(40001, 1)},
        "The requested ReadCapacityUnits, 40001, is above the per table maximum for the account in us-east-1. "
        f"Per table maximum: 40000. {HIGHER}",
    ),
    (
        {**gsi(hashed("g"), ProvisionedThroughput=units(1, 40001)), **PROVISIONED},
        "The requested WriteCapacityUnits for index ggg, 40001, is above the per index maximum for the account in "
        f"us-east-1. Per table maximum: 40000. {HIGHER}",
    ),
    (
        {"OnDemandThroughput": {"MaxReadRequestUnits": 40001}},
        "Subscriber limit exceeded: Requested MaxReadRequestUnits for OnDemandThroughput for table exceeds "
        "TableMaxReadCapacityUnits of the account in region us-east-1",
    ),
    (
        gsi(hashed("g"), WarmThroughput={"ReadUnitsPerSecond": 40001}),
        "Subscriber limit exceeded: Requested ReadUnitsPerSecond for WarmThroughput for index ggg exceeds "
        "TableMaxReadCapacityUnits of the account in region us-east-1",
    ),
]


@pytest.mark.parametrize(("changes", "message"), OVER, ids=["table", "index", "ceiling", "warm"])
def test_capacity_beyond_a_new_accounts_is_a_limit(
    session: Session, changes: dict[str, Any], message: str
) -> None:
    error = refusal(session, "CreateTable", {**on_demand("music"), **changes})
    assert (error.code, error.message) == (LimitExceededException.__name__, message)


def test_non_key_attributes_are_counted_over_all_indexes(session: Session) -> None:
    def request(last: int) -> dict[str, Any]:
        sizes = [20, 20, 20, 20, last]
        return {
            **on_demand("music"),
            **GSI,
            "GlobalSecondaryIndexes": [
                {
                    **index(f"g{at:02d}", hashed("g")),
                    "Projection": {
                        "ProjectionType": "INCLUDE",
                        "NonKeyAttributes": [f"n{n}" for n in range(size)],
                    },
                }
                for at, size in enumerate(sizes)
            ],
        }

    assert "100" in refusal(session, "CreateTable", request(21)).message
    session.call("CreateTable", **request(20))


ACCEPTED: list[dict[str, Any]] = [
    gsi(*(hashed(name) for name in LETTERS[:4]), *(ranged(name) for name in LETTERS[4:8])),
    gsi(hashed("g"), hashed("h")),
    gsi(hashed("pk")),
    {"GlobalSecondaryIndexes": [index("music", hashed("pk"))]},
    lsi(hashed("pk"), ranged("sk")),
    {**GSI, "GlobalSecondaryIndexes": [index(f"g{n:02d}", hashed("g")) for n in range(20)]},
    {**TWO, "LocalSecondaryIndexes": [index(f"l{n}0", hashed("pk"), ranged("sk")) for n in range(5)]},
    projected(ProjectionType="INCLUDE", NonKeyAttributes=["pk", "g"]),
    {"Tags": [], "OnDemandThroughput": {}, "WarmThroughput": {}},
    {**PROVISIONED, "ProvisionedThroughput": units(40000, 40000)},
    {**PROVISIONED, "WarmThroughput": {"ReadUnitsPerSecond": 100, "WriteUnitsPerSecond": 100}},
]


@pytest.mark.parametrize("changes", ACCEPTED, ids=[f"{n}" for n in range(len(ACCEPTED))])
def test_what_aws_takes_is_taken(session: Session, changes: dict[str, Any]) -> None:
    session.call("CreateTable", **{**on_demand("music"), **changes})
    assert session.describe()["TableStatus"] == "ACTIVE"
