"""A table's life as its client sees it: made, described, listed, changed, deleted, made again."""

from __future__ import annotations

import re
from typing import Any

import pytest
from table_session import Session, defined, hashed, index, ranged, units

from stator.engine.database import Options
from stator.errors import ResourceInUseException, ResourceNotFoundException, ValidationException

MUSIC = "arn:aws:dynamodb:us-east-1:000000000000:table/music"


def test_creation_answers_creating_and_the_next_description_is_active(session: Session) -> None:
    made = session.create()
    uid = made.pop("TableId")
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", uid)
    assert made == {
        "AttributeDefinitions": [defined("pk")],
        "TableName": "music",
        "KeySchema": [hashed("pk")],
        "TableStatus": "CREATING",
        "CreationDateTime": session.clock.now(),
        "ProvisionedThroughput": {"NumberOfDecreasesToday": 0, **units(0, 0)},
        "TableSizeBytes": 0,
        "ItemCount": 0,
        "TableArn": MUSIC,
        "BillingModeSummary": {"BillingMode": "PAY_PER_REQUEST"},
        "DeletionProtectionEnabled": False,
    }
    assert session.describe() == {
        **made,
        "TableId": uid,
        "TableStatus": "ACTIVE",
        "BillingModeSummary": {
            "BillingMode": "PAY_PER_REQUEST",
            "LastUpdateToPayPerRequestDateTime": session.clock.now(),
        },
        "WarmThroughput": {"ReadUnitsPerSecond": 12000, "WriteUnitsPerSecond": 4000, "Status": "ACTIVE"},
    }


def test_a_provisioned_table_has_no_billing_summary_and_is_as_warm_as_it_is_provisioned(
    session: Session,
) -> None:
    session.create(ProvisionedThroughput=units(5, 6))
    table = session.describe()
    assert "BillingModeSummary" not in table
    assert table["ProvisionedThroughput"] == {"NumberOfDecreasesToday": 0, **units(5, 6)}
    assert table["WarmThroughput"] == {"ReadUnitsPerSecond": 5, "WriteUnitsPerSecond": 6, "Status": "ACTIVE"}


def test_indexes_are_described_with_all_that_aws_says_of_them(session: Session) -> None:
    made = session.create(
        AttributeDefinitions=[defined("sk", "N"), defined("pk"), defined("z"), defined("a")],
        KeySchema=[hashed("pk"), ranged("sk")],
        LocalSecondaryIndexes=[index("local", hashed("pk"), ranged("a"))],
        GlobalSecondaryIndexes=[
            {
                **index("zeta", hashed("z"), hashed("a"), ranged("pk"), ranged("sk")),
                "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["y", "x"]},
            },
            index("alpha", hashed("a"), kind="KEYS_ONLY"),
        ],
    )
    assert [i["IndexStatus"] for i in made["GlobalSecondaryIndexes"]] == ["CREATING", "CREATING"]
    assert all("Backfilling" not in i for i in made["GlobalSecondaryIndexes"])
    table = session.describe()
    assert [a["AttributeName"] for a in table["AttributeDefinitions"]] == ["a", "pk", "sk", "z"]
    assert table["LocalSecondaryIndexes"] == [
        {
            "IndexName": "local",
            "KeySchema": [hashed("pk"), ranged("a")],
            "Projection": {"ProjectionType": "ALL"},
            "IndexSizeBytes": 0,
            "ItemCount": 0,
            "IndexArn": f"{MUSIC}/index/local",
        }
    ]
    zeta, alpha = table["GlobalSecondaryIndexes"]
    assert alpha["Projection"] == {"ProjectionType": "KEYS_ONLY"}
    assert zeta == {
        "IndexName": "zeta",
        "KeySchema": [hashed("z"), hashed("a"), ranged("pk"), ranged("sk")],
        "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["x", "y"]},
        "IndexSizeBytes": 0,
        "ItemCount": 0,
        "IndexArn": f"{MUSIC}/index/zeta",
        "IndexStatus": "ACTIVE",
        "ProvisionedThroughput": {"NumberOfDecreasesToday": 0, **units(0, 0)},
        "WarmThroughput": {"ReadUnitsPerSecond": 12000, "WriteUnitsPerSecond": 4000, "Status": "ACTIVE"},
    }


def test_settings_are_kept_and_described(session: Session) -> None:
    session.create(
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
        SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": "arn:aws:kms:x:1:key/k"},
        TableClass="STANDARD_INFREQUENT_ACCESS",
        DeletionProtectionEnabled=True,
        OnDemandThroughput={"MaxReadRequestUnits": 100},
        WarmThroughput={"ReadUnitsPerSecond": 12001},
        Tags=[{"Key": "team", "Value": "blue"}],
    )
    table = session.describe()
    label = "2023-11-14T22:13:20.000"
    assert table["StreamSpecification"] == {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}
    assert (table["LatestStreamLabel"], table["LatestStreamArn"]) == (label, f"{MUSIC}/stream/{label}")
    assert table["SSEDescription"] == {
        "Status": "ENABLED",
        "SSEType": "KMS",
        "KMSMasterKeyArn": "arn:aws:kms:x:1:key/k",
    }
    assert table["TableClassSummary"] == {"TableClass": "STANDARD_INFREQUENT_ACCESS"}
    assert table["DeletionProtectionEnabled"] is True
    assert table["OnDemandThroughput"] == {"MaxReadRequestUnits": 100}
    assert table["WarmThroughput"]["ReadUnitsPerSecond"] == 12001
    assert table["WarmThroughput"]["WriteUnitsPerSecond"] == 4000
    description = session.db.catalogue.table("000000000000", "us-east-1", "music").description
    assert description.tags == {"team": "blue"}


@pytest.mark.parametrize("specification", [{}, {"Enabled": False}], ids=["empty", "disabled"])
def test_the_services_own_key_is_not_described(session: Session, specification: dict[str, Any]) -> None:
    session.create(SSESpecification=specification, StreamSpecification={"StreamEnabled": False})
    assert not {"SSEDescription", "StreamSpecification", "LatestStreamArn"} & session.describe().keys()


def test_counts_and_sizes_are_true_at_once(session: Session) -> None:
    session.create(
        AttributeDefinitions=[defined("pk"), defined("g")],
        GlobalSecondaryIndexes=[index("byg", hashed("g"), kind="KEYS_ONLY")],
    )
    session.put({"pk": {"S": "a"}, "g": {"S": "x"}, "more": {"S": "12345"}})
    session.put({"pk": {"S": "b"}})
    table = session.describe()
    assert (table["ItemCount"], table["TableSizeBytes"]) == (2, 3 + 2 + 9 + 3)
    assert [(i["ItemCount"], i["IndexSizeBytes"]) for i in table["GlobalSecondaryIndexes"]] == [(1, 5)]


def test_deletion_answers_deleting_and_the_table_is_gone(session: Session) -> None:
    session.create()
    session.put({"pk": {"S": "a"}})
    gone = session.delete()
    assert gone["TableStatus"] == "DELETING"
    assert gone["ItemCount"] == 1
    assert not {"GlobalSecondaryIndexes", "KeySchema", "AttributeDefinitions"} & gone.keys()
    for operation in ("DescribeTable", "DeleteTable"):
        with pytest.raises(ResourceNotFoundException) as refused:
            session.call(operation, TableName="music")
        assert refused.value.message == "Requested resource not found: Table: music not found"
    assert session.call("ListTables") == {"TableNames": []}


def test_a_table_made_again_is_another_table_and_empty(session: Session) -> None:
    first = session.create()
    session.put({"pk": {"S": "a"}})
    old = session.db.catalogue.table(session.account, session.region, "music")
    session.delete()
    again = session.create()
    new = session.db.catalogue.table(session.account, session.region, "music")
    assert again["TableId"] != first["TableId"]
    assert new.id > old.id
    assert session.describe()["ItemCount"] == 0
    session.work_off()
    session.put({"pk": {"S": "b"}})
    assert session.describe()["ItemCount"] == 1


def test_a_name_is_taken_once(session: Session) -> None:
    session.create()
    with pytest.raises(ResourceInUseException) as refused:
        session.create()
    assert refused.value.message == "Table already exists: music"


def test_a_protected_table_stays(session: Session) -> None:
    session.create(DeletionProtectionEnabled=True)
    with pytest.raises(ValidationException) as refused:
        session.delete()
    assert refused.value.message == (
        "Resource cannot be deleted as it is currently protected against deletion. "
        "Disable deletion protection first."
    )
    assert session.update(DeletionProtectionEnabled=False)["DeletionProtectionEnabled"] is False
    session.delete()


def test_tables_are_listed_in_order_and_page_by_page(session: Session) -> None:
    names = [f"t{number:03d}" for number in range(105)]
    for name in reversed(names):
        session.create(name)
    assert session.call("ListTables") == {"TableNames": names[:100], "LastEvaluatedTableName": "t099"}
    assert session.call("ListTables", ExclusiveStartTableName="t099") == {"TableNames": names[100:]}
    assert session.call("ListTables", ExclusiveStartTableName="t09x", Limit=2) == {
        "TableNames": ["t100", "t101"],
        "LastEvaluatedTableName": "t101",
    }
    assert session.call("ListTables", ExclusiveStartTableName="t099", Limit=5) == {"TableNames": names[100:]}


@pytest.mark.parametrize(
    ("namespace", "seen"),
    [
        ("shared", (True, True, True)),
        ("region", (True, True, False)),
        ("account-region", (True, False, False)),
    ],
)
def test_namespaces_separate_what_their_name_says(namespace: str, seen: tuple[bool, ...]) -> None:
    session = Session(options=Options(namespace=namespace))
    session.create()
    callers = [("000000000000", "us-east-1"), ("1", "us-east-1"), ("1", "eu-west-1")]
    for caller, sees in zip(callers, seen, strict=True):
        session.account, session.region = caller
        assert session.call("ListTables") == {"TableNames": ["music"] if sees else []}


def test_limits_and_endpoints_are_a_new_accounts(session: Session) -> None:
    assert session.call("DescribeLimits") == {
        "AccountMaxReadCapacityUnits": 80000,
        "AccountMaxWriteCapacityUnits": 80000,
        "TableMaxReadCapacityUnits": 40000,
        "TableMaxWriteCapacityUnits": 40000,
    }
    (endpoint,) = session.call("DescribeEndpoints")["Endpoints"]
    assert endpoint["CachePeriodInMinutes"] == 1440
