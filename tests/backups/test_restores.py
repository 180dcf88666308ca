"""What a restored table is: its source's items, indexes, capacity and encryption, unless the request says otherwise."""

from __future__ import annotations

import pytest
from backup_session import INDEXED, ON_DEMAND, T0, Members, Session
from doors import Refusal

from stator.engine.database import Options
from stator.engine.like_aws import LikeAws

MUSIC = "arn:aws:dynamodb:us-east-1:000000000000:table/music"
(BYV,), (BYG,) = INDEXED["LocalSecondaryIndexes"], INDEXED["GlobalSecondaryIndexes"]
ON_DEMAND_BYG = {member: BYG[member] for member in ("IndexName", "KeySchema", "Projection")}
UNITS = {"ReadCapacityUnits": 7, "WriteCapacityUnits": 8}
INVALID = "One or more parameter values were invalid: "
OWN_KEY = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": "arn:aws:kms:us-east-1:1:key/mine"}


@pytest.fixture(params=["backup", "moment"])
def source(request: pytest.FixtureRequest, session: Session) -> Members:
    """The request that restores `music` to `target`, from a backup or at a moment."""
    session.create(
        **INDEXED,
        Tags=[{"Key": "team", "Value": "a"}],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
        DeletionProtectionEnabled=True,
        TableClass="STANDARD_INFREQUENT_ACCESS",
        SSESpecification=OWN_KEY,
    )
    session.protect()
    for n in range(6):
        item = {"pk": {"S": f"p{n % 2}"}, "sk": {"N": str(n)}, "g": {"S": "g"}, "v": {"N": str(-n)}}
        session.call("PutItem", TableName="music", Item=item)
    if request.param == "backup":
        arn = session.back_up()
        session.clock.advance(5)
        return {"operation": "RestoreTableFromBackup", "BackupArn": arn, "TargetTableName": "target"}
    session.clock.advance(5)
    where = {"SourceTableName": "music", "TargetTableName": "target", "UseLatestRestorableTime": True}
    return {"operation": "RestoreTableToPointInTime", **where}


def test_the_answer_shows_the_table_on_its_way(session: Session, source: Members) -> None:
    answer = session.call(**source)["TableDescription"]
    assert answer["TableStatus"] == "CREATING"
    assert answer["CreationDateTime"] == T0 + 5
    assert (answer["ItemCount"], answer["TableSizeBytes"]) == (0, 0)
    summary = answer["RestoreSummary"]
    assert summary["SourceTableArn"] == MUSIC
    assert summary["RestoreInProgress"] is True
    if "BackupArn" in source:
        assert summary["SourceBackupArn"] == source["BackupArn"]
        assert summary["RestoreDateTime"] == T0
    else:
        assert "SourceBackupArn" not in summary
        assert summary["RestoreDateTime"] == T0 + 5


def test_items_indexes_capacity_and_encryption_are_restored_and_nothing_else(
    session: Session, source: Members
) -> None:
    session.call(**source)
    shown, former = session.describe("target"), session.describe()
    assert shown["TableStatus"] == "ACTIVE"
    assert shown["RestoreSummary"]["RestoreInProgress"] is False
    assert shown["TableId"] != former["TableId"]
    for member in (
        "KeySchema",
        "AttributeDefinitions",
        "ItemCount",
        "TableSizeBytes",
        "SSEDescription",
        "ProvisionedThroughput",
        "WarmThroughput",
    ):
        assert shown[member] == former[member], member
    for member in ("LocalSecondaryIndexes", "GlobalSecondaryIndexes"):
        (index,), (as_was,) = shown[member], former[member]
        assert {**index, "IndexArn": ""} == {**as_was, "IndexArn": ""}
    for absent in ("StreamSpecification", "LatestStreamArn", "TableClassSummary"):
        assert absent in former
        assert absent not in shown
    assert shown["DeletionProtectionEnabled"] is False
    assert session.call("ListTagsOfResource", ResourceArn=shown["TableArn"])["Tags"] == []
    assert session.protection("target") == {"PointInTimeRecoveryStatus": "DISABLED"}
    for index_name in (None, "byg", "byv"):
        assert session.items("target", index_name) == session.items("music", index_name)


def test_a_restored_table_is_a_table_like_any_other(session: Session, source: Members) -> None:
    session.call(**source)
    session.protect("target")
    session.call(
        "PutItem", TableName="target", Item={"pk": {"S": "p0"}, "sk": {"N": "0"}, "g": {"S": "moved"}}
    )
    session.call("DeleteItem", TableName="target", Key={"pk": {"S": "p1"}, "sk": {"N": "1"}})
    assert len(session.items("target", "byg")) == 5
    assert len(session.items("target", "byv")) == 4
    assert len(session.items("music", "byg")) == 6
    again = session.back_up("target")
    session.call("DeleteTable", TableName="target")
    session.work_off()
    session.restore(again, "third")
    assert session.describe("third")["RestoreSummary"]["SourceBackupArn"] == again
    assert len(session.items("third", None)) == 5


OVERRIDES: list[tuple[str, Members, Members]] = [
    ("no global index", {"GlobalSecondaryIndexOverride": []}, {"GlobalSecondaryIndexes": None}),
    ("no local index", {"LocalSecondaryIndexOverride": []}, {"LocalSecondaryIndexes": None}),
    (
        "neither",
        {"GlobalSecondaryIndexOverride": [], "LocalSecondaryIndexOverride": []},
        {"AttributeDefinitions": INDEXED["AttributeDefinitions"][:2]},
    ),
    (
        "table capacity",
        {"ProvisionedThroughputOverride": UNITS},
        {"ProvisionedThroughput": {**UNITS, "NumberOfDecreasesToday": 0}},
    ),
    (
        "on demand",
        {"BillingModeOverride": "PAY_PER_REQUEST"},
        {
            "BillingModeSummary": {
                "BillingMode": "PAY_PER_REQUEST",
                "LastUpdateToPayPerRequestDateTime": T0 + 5,
            },
            "ProvisionedThroughput": {
                "NumberOfDecreasesToday": 0,
                "ReadCapacityUnits": 0,
                "WriteCapacityUnits": 0,
            },
        },
    ),
    (
        "on demand with a ceiling",
        {
            "BillingModeOverride": "PAY_PER_REQUEST",
            "OnDemandThroughputOverride": {"MaxReadRequestUnits": 9},
        },
        {"OnDemandThroughput": {"MaxReadRequestUnits": 9}},
    ),
    ("the service's own key", {"SSESpecificationOverride": {"Enabled": False}}, {"SSEDescription": None}),
]


@pytest.mark.parametrize(
    ("overrides", "expected"), [case[1:] for case in OVERRIDES], ids=[case[0] for case in OVERRIDES]
)
def test_a_restore_may_ask_for_other_settings(
    session: Session, source: Members, overrides: Members, expected: Members
) -> None:
    session.call(**source, **overrides)
    shown = session.describe("target")
    assert {member: shown.get(member) for member in expected} == expected
    assert shown["ItemCount"] == 6


def test_an_index_may_be_given_other_capacity(session: Session, source: Members) -> None:
    session.call(**source, GlobalSecondaryIndexOverride=[{**BYG, "ProvisionedThroughput": UNITS}])
    (index,) = session.describe("target")["GlobalSecondaryIndexes"]
    assert index["ProvisionedThroughput"] == {**UNITS, "NumberOfDecreasesToday": 0}
    assert index["ItemCount"] == 6


def test_a_table_on_demand_may_come_back_with_capacity(session: Session) -> None:
    session.create(
        **{
            **ON_DEMAND,
            "AttributeDefinitions": [
                *ON_DEMAND["AttributeDefinitions"],
                *INDEXED["AttributeDefinitions"][2:3],
            ],
            "GlobalSecondaryIndexes": [ON_DEMAND_BYG],
        }
    )
    arn = session.back_up()
    session.restore(
        arn,
        BillingModeOverride="PROVISIONED",
        ProvisionedThroughputOverride=UNITS,
        GlobalSecondaryIndexOverride=[{**ON_DEMAND_BYG, "ProvisionedThroughput": UNITS}],
    )
    shown = session.describe("restored")
    assert "BillingModeSummary" not in shown
    for part in (shown, *shown["GlobalSecondaryIndexes"]):
        assert part["ProvisionedThroughput"] == {**UNITS, "NumberOfDecreasesToday": 0}


REFUSED: list[tuple[Members, str]] = [
    (
        {"GlobalSecondaryIndexOverride": [{**BYG, "IndexName": "other"}]},
        INVALID + "GlobalSecondaryIndexOverride must match an index of the source table: other",
    ),
    (
        {"GlobalSecondaryIndexOverride": [{**BYG, "Projection": {"ProjectionType": "ALL"}}]},
        INVALID + "GlobalSecondaryIndexOverride must match an index of the source table: byg",
    ),
    (
        {"GlobalSecondaryIndexOverride": [{**BYG, "KeySchema": BYV["KeySchema"]}]},
        INVALID + "GlobalSecondaryIndexOverride must match an index of the source table: byg",
    ),
    (
        {"LocalSecondaryIndexOverride": [BYV, BYV]},
        INVALID + "Duplicate index name: byv",
    ),
    (
        {"BillingModeOverride": "PAY_PER_REQUEST", "ProvisionedThroughputOverride": UNITS},
        INVALID + "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is "
        "PAY_PER_REQUEST",
    ),
    (
        {"BillingModeOverride": "PAY_PER_REQUEST", "GlobalSecondaryIndexOverride": [BYG]},
        INVALID + "ProvisionedThroughput should not be specified for index: byg when BillingMode is "
        "PAY_PER_REQUEST",
    ),
    (
        {"OnDemandThroughputOverride": {"MaxReadRequestUnits": 9}},
        INVALID + "MaxReadRequestUnits for OnDemandThroughput cannot be specified when table BillingMode is "
        "PROVISIONED.",
    ),
]


@pytest.mark.parametrize(("overrides", "message"), REFUSED)
def test_other_settings_are_refused_in_words_and_no_table_is_made(
    session: Session, source: Members, overrides: Members, message: str
) -> None:
    with pytest.raises(Refusal) as refused:
        session.call(**source, **overrides)
    assert (refused.value.code, refused.value.message) == ("ValidationException", message)
    assert session.call("ListTables")["TableNames"] == ["music"]
    assert not session.db.jobs.pending()


def test_a_table_on_demand_gets_capacity_only_with_units(session: Session) -> None:
    session.create()
    with pytest.raises(Refusal) as refused:
        session.restore(session.back_up(), BillingModeOverride="PROVISIONED")
    assert refused.value.message == INVALID + (
        "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED"
    )


def test_the_target_must_not_be_there(either: Session) -> None:
    either.create()
    arn = either.back_up()
    with pytest.raises(Refusal) as refused:
        either.restore(arn, "music")
    assert (refused.value.code, refused.value.message) == (
        "TableAlreadyExistsException",
        "Table already exists: music",
    )


def test_a_backup_outlives_its_table_and_is_restored_many_times(either: Session) -> None:
    either.create()
    for n in range(30):
        either.put(f"k{n}", n)
    then = either.contents()
    arn = either.back_up()
    either.put("k1", 99)
    either.call("DeleteTable", TableName="music")
    for target in ("music", "copy"):
        either.restore(arn, target)
        assert either.contents(target) == then
    either.put("k1", 100)
    assert either.contents("copy") == then


def test_a_restored_tables_local_collections_are_counted(session: Session, source: Members) -> None:
    session.call(**source)
    sizes = []
    for table in ("music", "target"):
        answer = session.call(
            "PutItem",
            TableName=table,
            Item={"pk": {"S": "p1"}, "sk": {"N": "77"}, "v": {"N": "1"}},
            ReturnItemCollectionMetrics="SIZE",
        )
        sizes.append(answer["ItemCollectionMetrics"])
    assert sizes[0] == sizes[1]


LINGER = Options(like_aws=LikeAws(lingering_states=True))


def test_where_states_linger_a_table_being_made_is_not_backed_up_and_a_deleted_ones_name_not_free() -> None:
    session = Session(options=LINGER)
    session.create()
    for operation, request in (
        ("CreateBackup", {"BackupName": "nightly"}),
        (
            "UpdateContinuousBackups",
            {"PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True}},
        ),
    ):
        with pytest.raises(Refusal) as refused:
            session.call(operation, TableName="music", **request)
        assert (refused.value.code, refused.value.message) == (
            "ContinuousBackupsUnavailableException",
            "Backups are being enabled for the table: music. Please retry later",
        )
    session.clock.advance(10)
    arn = session.back_up()
    session.call("DeleteTable", TableName="music")
    with pytest.raises(Refusal, match="TableInUseException"):
        session.restore(arn, "music")
    session.clock.advance(10)
    session.restore(arn, "music")
    shown = session.describe()
    assert (shown["TableStatus"], shown["RestoreSummary"]["RestoreInProgress"]) == ("CREATING", True)
    session.clock.advance(10)
    shown = session.describe()
    assert (shown["TableStatus"], shown["RestoreSummary"]["RestoreInProgress"]) == ("ACTIVE", False)
