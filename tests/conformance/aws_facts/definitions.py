"""CreateTable, UpdateTable, DeleteTable, DescribeTable and ListTables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aws_facts.case import (
    ABSENT,
    PRESENT,
    Call,
    Case,
    Expected,
    Refused,
    RefusedLike,
    detected,
    invalid,
    invalid_like,
)
from aws_facts.tables import index, keys, table
from aws_facts.wordings import PARAMETERS, TABLE_NAME_PATTERN, at_least, at_most, broken

PROVISIONED = {
    "ProvisionedThroughput": {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5},
    "BillingMode": None,
}
NEITHER = invalid(
    f"{PARAMETERS}Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST"
)


def create(name: str | None, types: dict[str, str] | None = None, schema: Any = None, **more: Any) -> Call:
    request = {"TableName": name, **table(types or {"pk": "S"}, schema or keys("pk"), **more)}
    return "CreateTable", {member: value for member, value in request.items() if value is not None}


def describe(name: str) -> Call:
    return "DescribeTable", {"TableName": name}


def change(name: str, **members: Any) -> Call:
    return "UpdateTable", {"TableName": name, **members}


def drop(name: str) -> Call:
    return "DeleteTable", {"TableName": name}


def _refused_definitions() -> Iterator[Case]:
    two = {"pk": "S", "sk": "S"}
    yield Case(
        "a table without a name",
        create(None),
        invalid("The parameter 'TableName' is required but was not present in the request"),
    )
    yield Case("a name of two characters", create("ab"), detected(broken("ab", "tableName", at_least(3))))
    yield Case(
        "a name of 256 characters", create("a" * 256), detected(broken("a" * 256, "tableName", at_most(255)))
    )
    yield Case(
        "a name with a semicolon", create("a;b"), detected(broken("a;b", "tableName", TABLE_NAME_PATTERN))
    )
    undefined = invalid("Invalid KeySchema: Some index key attribute have no definition")
    yield Case("a key of one attribute twice", create("made", schema=keys("pk", "pk")), undefined)
    yield Case(
        "a key of three attributes",
        create("made", {**two, "tk": "S"}, [*keys("pk", "sk"), {"AttributeName": "tk", "KeyType": "RANGE"}]),
        RefusedLike(
            "ValidationException",
            r"^1 validation error detected: Value '\[.+\]' at 'keySchema' failed to satisfy constraint: "
            "Member must have length less than or equal to 2$",
        ),
    )
    yield Case(
        "a key of an unknown type",
        create("made", schema=[{"AttributeName": "pk", "KeyType": "INVALID"}]),
        detected(
            broken(
                "INVALID", "keySchema.1.member.keyType", "Member must satisfy enum value set: [HASH, RANGE]"
            )
        ),
    )
    yield Case(
        "an attribute of an unknown type",
        create("made", {"pk": "INVALID"}),
        detected(
            broken(
                "INVALID",
                "attributeDefinitions.1.member.attributeType",
                "Member must satisfy enum value set: [B, N, S]",
            )
        ),
    )
    yield Case(
        "an unknown billing mode",
        create("made", BillingMode="INVALID_MODE"),
        detected(
            broken(
                "INVALID_MODE",
                "billingMode",
                "Member must satisfy enum value set: [PROVISIONED, PAY_PER_REQUEST]",
            )
        ),
    )
    yield Case(
        "an attribute that no key uses", create("made", {**two}), RefusedLike("ValidationException", ".")
    )
    yield Case(
        "units on a table that is billed by request",
        create("made", ProvisionedThroughput=PROVISIONED["ProvisionedThroughput"]),
        NEITHER,
    )
    stream = {"StreamEnabled": False, "StreamViewType": "NEW_AND_OLD_IMAGES"}
    yield Case(
        "a view of a stream that is off",
        create("made", StreamSpecification=stream),
        invalid(
            f"{PARAMETERS}Table is being created with a stream disabled, UpdateViewType should not be specified"
        ),
    )
    made = Refused("ResourceInUseException", "Table already exists: made")
    yield Case("a table that is there", create("made"), made, given=(create("made"),))


def _refused_indexes() -> Iterator[Case]:
    without_range = f"{PARAMETERS}Table KeySchema does not have a range key"
    local = [index("local", keys("pk", "one"))]
    yield Case(
        "a local index on a table without a sort key",
        create("made", {"pk": "S", "one": "S"}, LocalSecondaryIndexes=local),
        invalid(f"{without_range}, which is required when specifying a LocalSecondaryIndex"),
    )
    same = [index("same", keys("one")), index("same", keys("two"))]
    yield Case(
        "two indexes of one name",
        create("made", {"pk": "S", "one": "S", "two": "S"}, GlobalSecondaryIndexes=same),
        invalid(f"{PARAMETERS}Duplicate index name: same"),
    )
    no_names = invalid(f"{PARAMETERS}ProjectionType is INCLUDE, but NonKeyAttributes is not specified")
    include = {"ProjectionType": "INCLUDE"}
    yield Case(
        "a global index that includes nothing",
        create(
            "made", {"pk": "S", "one": "S"}, GlobalSecondaryIndexes=[index("by-one", keys("one"), include)]
        ),
        no_names,
    )
    three = {"pk": "S", "sk": "S", "one": "N"}
    yield Case(
        "a local index that includes nothing",
        create(
            "made",
            three,
            keys("pk", "sk"),
            LocalSecondaryIndexes=[index("by-one", keys("pk", "one"), include)],
        ),
        no_names,
    )
    keys_only = {"ProjectionType": "KEYS_ONLY", "NonKeyAttributes": ["x"]}
    yield Case(
        "an index of keys only that includes more",
        create(
            "made", {"pk": "S", "one": "S"}, GlobalSecondaryIndexes=[index("by-one", keys("one"), keys_only)]
        ),
        invalid(f"{PARAMETERS}ProjectionType is KEYS_ONLY, but NonKeyAttributes is specified"),
    )
    for name, other in (("g1", "l1"), ("zz", "aa")):
        yield Case(
            f"the short names {name} and {other}, the global index's first",
            create(
                "made",
                {"pk": "S", "sk": "S"},
                keys("pk", "sk"),
                LocalSecondaryIndexes=[index(other, keys("pk", "lr"))],
                GlobalSecondaryIndexes=[index(name, keys("gh"))],
            ),
            detected(
                broken(name, "globalSecondaryIndexes.1.member.indexName", at_least(3)),
                broken(other, "localSecondaryIndexes.1.member.indexName", at_least(3)),
            ),
        )


def _settings() -> Iterator[Case]:
    """What CreateTable and UpdateTable were told, DescribeTable tells."""
    units = {"MaxReadRequestUnits": 10, "MaxWriteRequestUnits": 5}
    more_units = {"MaxReadRequestUnits": 20, "MaxWriteRequestUnits": 15}
    infrequent = {"TableClass": "STANDARD_INFREQUENT_ACCESS"}
    told: list[tuple[str, dict[str, Any], dict[str, Any], dict[str, Any]]] = [
        ("nothing special", {}, {}, {"SSEDescription": ABSENT, "DeletionProtectionEnabled": False}),
        ("protection", {"DeletionProtectionEnabled": True}, {}, {"DeletionProtectionEnabled": True}),
        ("a class", infrequent, {}, {"TableClassSummary": infrequent}),
        ("on-demand units", {"OnDemandThroughput": units}, {}, {"OnDemandThroughput": units}),
        (
            "encryption",
            {"SSESpecification": {"Enabled": True}},
            {},
            {"SSEDescription": {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": PRESENT}},
        ),
        (
            "protection later",
            {},
            {"DeletionProtectionEnabled": True},
            {"DeletionProtectionEnabled": True},
        ),
        ("a class later", {}, infrequent, {"TableClassSummary": infrequent}),
        (
            "other on-demand units",
            {"OnDemandThroughput": units},
            {"OnDemandThroughput": more_units},
            {"OnDemandThroughput": more_units},
        ),
        (
            "one other on-demand unit",
            {"OnDemandThroughput": units},
            {"OnDemandThroughput": {"MaxReadRequestUnits": 20}},
            {"OnDemandThroughput": {"MaxReadRequestUnits": 20, "MaxWriteRequestUnits": 5}},
        ),
        (
            "one on-demand unit less",
            {"OnDemandThroughput": units},
            {"OnDemandThroughput": {"MaxReadRequestUnits": -1}},
            {"OnDemandThroughput": {"MaxReadRequestUnits": ABSENT, "MaxWriteRequestUnits": 5}},
        ),
        (
            "provisioned units",
            PROVISIONED,
            {"ProvisionedThroughput": {"ReadCapacityUnits": 20, "WriteCapacityUnits": 15}},
            {"ProvisionedThroughput": {"ReadCapacityUnits": 20, "WriteCapacityUnits": 15}},
        ),
        (
            "billing by request",
            PROVISIONED,
            {"BillingMode": "PAY_PER_REQUEST"},
            {"BillingModeSummary": {"BillingMode": "PAY_PER_REQUEST"}},
        ),
        (
            "billing by request again",
            {},
            {"BillingMode": "PAY_PER_REQUEST"},
            {"BillingModeSummary": {"BillingMode": "PAY_PER_REQUEST"}},
        ),
        (
            "billing by units",
            {},
            {"BillingMode": "PROVISIONED", "ProvisionedThroughput": PROVISIONED["ProvisionedThroughput"]},
            {"ProvisionedThroughput": PROVISIONED["ProvisionedThroughput"]},
        ),
    ]
    for what, created, changed, described in told:
        made = create("made", **created)
        then: tuple[tuple[Call, Expected], ...] = ((describe("made"), {"Table": described}),)
        if changed:
            yield Case(f"a table with {what}", change("made", **changed), {}, given=(made,), then=then)
        else:
            yield Case(f"a table with {what}", made, {}, then=then)


def _refused_changes() -> Iterator[Case]:
    absent = Refused("ResourceNotFoundException", "Requested resource not found: Table: absent not found")
    units = PROVISIONED["ProvisionedThroughput"]
    yield Case("a change of a table that is not there", change("absent", ProvisionedThroughput=units), absent)
    yield Case("a description of a table that is not there", describe("absent"), absent)
    yield Case("a deletion of a table that is not there", drop("absent"), absent)
    provisioned = (create("made", **PROVISIONED),)
    yield Case(
        "a change to the same units",
        change("made", BillingMode="PROVISIONED", ProvisionedThroughput=units),
        RefusedLike("ValidationException", "."),
        given=provisioned,
    )
    yield Case(
        "a change to no units",
        change("made", ProvisionedThroughput={"ReadCapacityUnits": 0, "WriteCapacityUnits": 5}),
        RefusedLike("ValidationException", "."),
        given=provisioned,
    )
    yield Case(
        "a change to billing by request with units",
        change("made", BillingMode="PAY_PER_REQUEST", ProvisionedThroughput=units),
        RefusedLike("ValidationException", "."),
        given=provisioned,
    )
    protected = create("made", DeletionProtectionEnabled=True)
    yield Case(
        "a deletion of a protected table",
        drop("made"),
        invalid_like("protected against deletion"),
        given=(protected,),
    )
    yield Case(
        "a deletion of a table whose protection was taken away",
        drop("made"),
        {"TableDescription": {"TableStatus": "DELETING"}},
        given=(protected, change("made", DeletionProtectionEnabled=False)),
    )
    outside = f"{PARAMETERS}Requested MaxReadRequestUnits for OnDemandThroughput for table is outside of valid range"
    none = {"OnDemandThroughput": {"MaxReadRequestUnits": 0}}
    yield Case("a table with no on-demand units", create("made", **none), invalid(outside))
    yield Case(
        "a change to no on-demand units", change("made", **none), invalid(outside), given=(create("made"),)
    )
    some = {"OnDemandThroughput": {"MaxReadRequestUnits": 5}}
    cannot = f"{PARAMETERS}MaxReadRequestUnits for OnDemandThroughput cannot be specified when"
    yield Case(
        "on-demand units on a table billed by units",
        create("made", **PROVISIONED, **some),
        invalid(f"{cannot} table BillingMode is PROVISIONED."),
    )
    yield Case(
        "a change to on-demand units on a table billed by units",
        change("made", **some),
        invalid(f"{cannot} the table BillingMode is PROVISIONED"),
        given=provisioned,
    )


def _lists() -> Iterator[Case]:
    three = tuple(create(name) for name in ("made-b", "made-c", "made-a"))
    yield Case(
        "tables are listed by name",
        ("ListTables", {}),
        {"TableNames": ["made-a", "made-b", "made-c"]},
        given=three,
    )
    yield Case(
        "a list ends at its Limit",
        ("ListTables", {"Limit": 2}),
        {"TableNames": ["made-a", "made-b"], "LastEvaluatedTableName": "made-b"},
        given=three,
    )
    yield Case(
        "a list goes on after a name",
        ("ListTables", {"ExclusiveStartTableName": "made-b"}),
        {"TableNames": ["made-c"], "LastEvaluatedTableName": ABSENT},
        given=three,
    )
    yield Case(
        "limits of the account",
        ("DescribeLimits", {}),
        {
            f"{whose}Max{what}CapacityUnits": PRESENT
            for whose in ("Account", "Table")
            for what in ("Read", "Write")
        },
    )
    yield Case(
        "endpoints",
        ("DescribeEndpoints", {}),
        {"Endpoints": [{"Address": PRESENT, "CachePeriodInMinutes": 1440}]},
    )


CASES = [*_refused_definitions(), *_refused_indexes(), *_settings(), *_refused_changes(), *_lists()]
