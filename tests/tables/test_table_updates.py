"""UpdateTable: what it changes, what its own answer shows meanwhile, and what it refuses in AWS's words."""

from __future__ import annotations

from typing import Any

import pytest
from table_session import Session, added, defined, hashed, index, ranged, units

from stator.errors import (
    LimitExceededException,
    ResourceNotFoundException,
    ServiceError,
    ValidationException,
)

INVALID = "One or more parameter values were invalid: "
HIGHER = "Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits."
STREAM = {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}
WARM = {"ReadUnitsPerSecond": 12001}
CREATE = added("new", hashed("n"))
DELETE = {"GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": "ggg"}}]}
NOTHING = (
    "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates, "
    "SSESpecification, ReplicaUpdates, MultiAccountReplicaReady, ReplicaTransitRoleArn, MultiRegionConsistency, "
    "DeletionProtectionEnabled, OnDemandThroughput, WarmThroughput or TableClass is required"
)
MANY_INDEXES = [f"abc{n}" for n in range(41)]
EMPTY = "List of GlobalSecondaryIndexUpdates is empty"
SSE_ALONE = "Server-Side Encryption modification must be the only operation in the request"
CLASS_ALONE = "TableClass modification must be the only operation in the request"
PROTECTION_ALONE = "DeletionProtection modification must be the only operation in the request"
WARM_ALONE = "WarmThroughput must be the only operation in the request"
NEITHER = (
    "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST"
)


def updates(*actions: dict[str, Any]) -> dict[str, Any]:
    return {"GlobalSecondaryIndexUpdates": list(actions)}


def updated(name: str, **members: Any) -> dict[str, Any]:
    return {"Update": {"IndexName": name, **members}}


# Refused without a look at the table: it is not there
WITHOUT_TABLE: list[tuple[dict[str, Any], str]] = [
    ({}, NOTHING),
    ({"AttributeDefinitions": [defined("pk")]}, NOTHING),
    (updates(), NOTHING),
    ({**updates(), "DeletionProtectionEnabled": True}, INVALID + EMPTY),
    ({"SSESpecification": {}, "TableClass": "STANDARD"}, INVALID + SSE_ALONE),
    ({"SSESpecification": {}, "DeletionProtectionEnabled": False}, INVALID + SSE_ALONE),
    ({"TableClass": "STANDARD", "DeletionProtectionEnabled": False}, INVALID + CLASS_ALONE),
    ({"WarmThroughput": WARM, "DeletionProtectionEnabled": False}, INVALID + PROTECTION_ALONE),
    ({"BillingMode": "PAY_PER_REQUEST", "DeletionProtectionEnabled": False}, INVALID + PROTECTION_ALONE),
    ({"WarmThroughput": WARM, "OnDemandThroughput": {"MaxReadRequestUnits": 1}}, INVALID + WARM_ALONE),
    (
        {"TableClass": "STANDARD", **updates(updated("none", WarmThroughput={}))},
        INVALID
        + "WarmThroughput must have at least one of ReadUnitsPerSecond or WriteUnitsPerSecond specified for index: "
        "none",
    ),
    (
        {"WarmThroughput": WARM, **CREATE},
        INVALID + "Create global secondary index cannot be specified when updating WarmThroughput",
    ),
    (
        {"OnDemandThroughput": {"MaxReadRequestUnits": 1}, "StreamSpecification": STREAM},
        INVALID + "OnDemandThroughput can only be combined with BillingMode in an UpdateTable request",
    ),
    (
        {"BillingMode": "PROVISIONED"},
        INVALID + "ProvisionedThroughput must be specified when BillingMode is PROVISIONED",
    ),
    (
        {"BillingMode": "PAY_PER_REQUEST", "ProvisionedThroughput": units(1, 1)},
        INVALID + "ProvisionedThroughput cannot be specified when BillingMode is PAY_PER_REQUEST",
    ),
    (
        {"ProvisionedThroughput": units(10**12 + 1, 10**12 + 1)},
        "Given value 1000000000001 for ReadCapacityUnits is out of bounds",
    ),
    (
        {"ProvisionedThroughput": units(1, 10**12 + 1)},
        "Given value 1000000000001 for WriteCapacityUnits is out of bounds",
    ),
    (
        {"ProvisionedThroughput": units(1, 1), "StreamSpecification": STREAM},
        INVALID + "You cannot modify stream status while updating table IOPS",
    ),
    (
        {"ProvisionedThroughput": units(1, 1), **CREATE},
        INVALID + "You cannot create or delete index while updating table IOPS",
    ),
    (
        {"ProvisionedThroughput": units(1, 1), **DELETE},
        INVALID + "You cannot create or delete index while updating table IOPS",
    ),
    (
        {"StreamSpecification": STREAM, **CREATE},
        INVALID + "You cannot create or delete index while changing stream status",
    ),
    (
        updates({}),
        INVALID + "One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, "
        "GlobalSecondaryIndexUpdate.Delete must not be null",
    ),
    (
        updates({**updated("abc"), "Delete": {"IndexName": "abc"}}),
        INVALID + "Only one global secondary index action is allowed per GlobalSecondaryIndexUpdate object",
    ),
    (
        updates({"Delete": {"IndexName": "abc"}}, {"Delete": {"IndexName": "abc"}}),
        INVALID + "Only one global secondary index update per index is allowed simultaneously. Index: abc",
    ),
    (
        {"StreamSpecification": {"StreamEnabled": True}},
        INVALID + "If stream is being enabled then UpdateViewType is required",
    ),
    (
        {"StreamSpecification": {"StreamEnabled": False, "StreamViewType": "KEYS_ONLY"}},
        INVALID + "If stream is being disabled, then UpdateViewType must not be specified",
    ),
    (
        {"ReplicaUpdates": [{}]},
        "ReplicaUpdates is not supported by Stator: a table lies in one region and has no replicas",
    ),
]


def refusal(session: Session, request: dict[str, Any]) -> ServiceError:
    before = session.rows()
    with pytest.raises(ServiceError) as refused:
        session.call("UpdateTable", TableName="music", **request)
    assert session.rows() == before
    return refused.value


@pytest.mark.parametrize(
    ("request_", "message"), WITHOUT_TABLE, ids=[f"{n}" for n in range(len(WITHOUT_TABLE))]
)
def test_what_is_wrong_in_itself_is_refused_before_the_table_is_looked_for(
    session: Session, request_: dict[str, Any], message: str
) -> None:
    error = refusal(session, request_)
    assert (type(error), error.message) == (ValidationException, message)


def test_a_table_that_is_not_there_is_named(session: Session) -> None:
    error = refusal(session, {"BillingMode": "PAY_PER_REQUEST"})
    assert type(error) is ResourceNotFoundException
    assert error.message == "Requested resource not found: Table: music not found"


def music(session: Session, **members: Any) -> None:
    """On demand, with the global indexes ggg and hhh and the local index lll."""
    provided = {"ProvisionedThroughput": units(2, 2)} if "ProvisionedThroughput" in members else {}
    session.create(
        AttributeDefinitions=[defined(name) for name in ("pk", "sk", "g", "h")],
        KeySchema=[hashed("pk"), ranged("sk")],
        LocalSecondaryIndexes=[index("lll", hashed("pk"), ranged("g"))],
        GlobalSecondaryIndexes=[
            index("ggg", hashed("g"), **provided),
            index("hhh", hashed("h"), **provided),
        ],
        **members,
    )


ONE_AT_A_TIME = (
    "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table"
)
BLOCKED = (
    "This operation cannot be performed with given input values. Please contact DynamoDB service team for more "
    "info: Action Blocked: IndexUpdate"
)
REDEFINED = (
    "Attributes cannot be redefined. Please check that your attribute has the same type as previously defined. "
    "Existing schema: Schema:[SchemaElement: key{pk:S:HASH}, SchemaElement: key{sk:S:RANGE}] "
    "New schema: Schema:[SchemaElement: key{pk:N:HASH}]"
)

ON_DEMAND: list[tuple[dict[str, Any], str]] = [
    ({"ProvisionedThroughput": units(1, 1)}, INVALID + NEITHER),
    (
        {"BillingMode": "PROVISIONED", "ProvisionedThroughput": units(1, 1)},
        INVALID + "ProvisionedThroughput must be specified for index: ggg,hhh",
    ),
    (
        {
            "BillingMode": "PROVISIONED",
            "ProvisionedThroughput": units(1, 1),
            **updates(updated("ggg", ProvisionedThroughput=units(1, 1))),
        },
        INVALID + "ProvisionedThroughput must be specified for index: hhh",
    ),
    (
        updates(updated("ggg", ProvisionedThroughput=units(1, 1))),
        INVALID + "The only Updates for index: ggg when TableThroughputMode is PAY_PER_REQUEST can be to "
        "OnDemandThroughput, WarmThroughput",
    ),
    *(
        (
            updates(updated("ggg", **nothing)),
            INVALID + "The only Updates for index: ggg when TableThroughputMode is PAY_PER_REQUEST can be to "
            "OnDemandThroughput, WarmThroughput",
        )
        for nothing in ({}, {"OnDemandThroughput": {}})
    ),
    (updates(updated("ggg", ProvisionedThroughput=units(10**12 + 1, 1))), BLOCKED),
    (updates(updated("none", ProvisionedThroughput=units(1, 10**12 + 1))), BLOCKED),
    (updates(updated("none")), "Requested resource not found: Index none for table music"),
    (updates({"Delete": {"IndexName": "none"}}), "Requested resource not found: Index none for table music"),
    (
        updates({"Delete": {"IndexName": "lll"}}),
        "Cannot delete an index that is not a GlobalSecondaryIndex: lll",
    ),
    (updates(updated("lll")), "Cannot update an index that is not a GlobalSecondaryIndex: lll"),
    (updates({"Delete": {"IndexName": "ggg"}}, {"Delete": {"IndexName": "hhh"}}), ONE_AT_A_TIME),
    (updates(*({"Delete": {"IndexName": f"ab{c}"}} for c in "cdefgh")), ONE_AT_A_TIME),
    (updates(*map(updated, MANY_INDEXES[:40])), "Requested resource not found: Index abc0 for table music"),
    (updates(*map(updated, MANY_INDEXES)), ONE_AT_A_TIME),
    (
        {**CREATE, **updates({"Delete": {"IndexName": "ggg"}}, *CREATE["GlobalSecondaryIndexUpdates"])},
        ONE_AT_A_TIME,
    ),
    (added("ggg", hashed("undefined")), "Attempting to create an index which already exists"),
    (added("lll", hashed("n")), "Attempting to create an index which already exists"),
    (
        {**CREATE, "AttributeDefinitions": []},
        INVALID + "AttributeDefinitions is not specified for index: new",
    ),
    (
        {**added("new", hashed("pk")), "AttributeDefinitions": [defined("x")]},
        INVALID + "Some index key attributes are not defined in AttributeDefinitions. "
        "Keys: [pk], AttributeDefinitions: [x]",
    ),
    (
        {**added("new", hashed("n"), ranged("m")), "AttributeDefinitions": [defined("n")]},
        "Invalid KeySchema: Some index key attribute have no definition",
    ),
    ({**added("new", hashed("pk")), "AttributeDefinitions": [defined("pk", "N")]}, INVALID + REDEFINED),
    (
        added("new", hashed("n"), ProvisionedThroughput=units(1, 1)),
        INVALID + "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified for index: new when "
        "BillingMode is PAY_PER_REQUEST",
    ),
    (added("new", hashed("n"), kind=None), INVALID + "Unknown ProjectionType: null"),
    (
        {"OnDemandThroughput": {"MaxReadRequestUnits": 0}},
        INVALID + "Requested MaxReadRequestUnits for OnDemandThroughput for table is outside of valid range",
    ),
    (
        {"WarmThroughput": {"WriteUnitsPerSecond": 3999}},
        INVALID
        + "Requested WriteUnitsPerSecond for WarmThroughput for table is lower than current WarmThroughput, "
        "decreasing WarmThroughput is not supported",
    ),
    (
        updates(updated("ggg", WarmThroughput={"ReadUnitsPerSecond": 100})),
        INVALID + "Requested ReadUnitsPerSecond for WarmThroughput for index ggg is lower than current "
        "WarmThroughput, decreasing WarmThroughput is not supported",
    ),
    ({"StreamSpecification": {"StreamEnabled": False}}, "Table has no stream to disable: TableName: music"),
    ({"SSESpecification": {"Enabled": False}}, INVALID + "Table is already encrypted by default"),
    ({"SSESpecification": {}}, INVALID + "Table is already encrypted by default"),
]


@pytest.mark.parametrize(("request_", "message"), ON_DEMAND, ids=[f"{n}" for n in range(len(ON_DEMAND))])
def test_a_change_that_does_not_fit_the_table_is_refused(
    session: Session, request_: dict[str, Any], message: str
) -> None:
    music(session)
    error = refusal(session, request_)
    assert error.message == message
    words = {"Subscriber": LimitExceededException, "Requested resource": ResourceNotFoundException}
    expected = next((kind for word, kind in words.items() if message.startswith(word)), ValidationException)
    assert type(error) is expected


PROVISIONED: list[tuple[dict[str, Any], str]] = [
    *(
        (
            {"ProvisionedThroughput": units(2, 2), **mode},
            "The provisioned throughput for the table will not change. The requested value equals the current "
            "value. Current ReadCapacityUnits provisioned for the table: 2. Requested ReadCapacityUnits: 2. Current "
            f"WriteCapacityUnits provisioned for the table: 2. Requested WriteCapacityUnits: 2. {HIGHER}",
        )
        for mode in ({}, {"BillingMode": "PROVISIONED"})
    ),
    (
        updates(updated("ggg", ProvisionedThroughput=units(2, 2))),
        "The provisioned throughput for the index ggg will not change. The requested value equals the current value. "
        "Current ReadCapacityUnits provisioned for index ggg: 2. Requested ReadCapacityUnits: 2. Current "
        f"WriteCapacityUnits provisioned for index ggg: 2. Requested WriteCapacityUnits: 2. {HIGHER}",
    ),
    (
        CREATE,
        INVALID + "Both ReadCapacityUnits and WriteCapacityUnits must be specified for index: new",
    ),
    (
        {"OnDemandThroughput": {"MaxReadRequestUnits": 1}},
        INVALID
        + "MaxReadRequestUnits for OnDemandThroughput cannot be specified when the table BillingMode is "
        "PROVISIONED",
    ),
    (
        updates(updated("ggg", OnDemandThroughput={"MaxReadRequestUnits": 1})),
        INVALID
        + "MaxReadRequestUnits for OnDemandThroughput for index : ggg cannot be specified when the table "
        "BillingMode is PROVISIONED",
    ),
]


@pytest.mark.parametrize(("request_", "message"), PROVISIONED, ids=[f"{n}" for n in range(len(PROVISIONED))])
def test_a_change_that_does_not_fit_a_provisioned_table_is_refused(
    session: Session, request_: dict[str, Any], message: str
) -> None:
    music(session, ProvisionedThroughput=units(2, 2))
    assert refusal(session, request_).message == message


def test_a_twenty_first_index_is_a_limit(session: Session) -> None:
    session.create(GlobalSecondaryIndexes=[index(f"g{n:02d}", hashed("pk")) for n in range(20)])
    error = refusal(session, CREATE)
    assert type(error) is LimitExceededException
    assert error.message == (
        "Subscriber limit exceeded: Number of global secondary indexes exceeds per-table limit of 20"
    )


def test_throughput_goes_up_and_down_and_the_answer_shows_the_old(session: Session) -> None:
    session.create(ProvisionedThroughput=units(5, 5))
    raised = session.clock.now()
    answer = session.update(ProvisionedThroughput=units(10, 6))
    assert answer["TableStatus"] == "UPDATING"
    assert answer["ProvisionedThroughput"] == {
        "LastIncreaseDateTime": raised,
        "NumberOfDecreasesToday": 0,
        **units(5, 5),
    }
    assert session.describe()["ProvisionedThroughput"] == {
        "LastIncreaseDateTime": raised,
        "NumberOfDecreasesToday": 0,
        **units(10, 6),
    }
    session.clock.advance(60)
    session.update(ProvisionedThroughput=units(3, 7))
    table = session.describe()
    assert table["ProvisionedThroughput"] == {
        "LastIncreaseDateTime": raised + 60,
        "LastDecreaseDateTime": raised + 60,
        "NumberOfDecreasesToday": 1,
        **units(3, 7),
    }
    assert table["TableStatus"] == "ACTIVE"
    assert table["WarmThroughput"] == {"ReadUnitsPerSecond": 10, "WriteUnitsPerSecond": 7, "Status": "ACTIVE"}
    assert "BillingModeSummary" not in table


def test_after_four_decreases_a_day_each_further_one_waits_an_hour(session: Session) -> None:
    session.create(ProvisionedThroughput=units(10, 10))
    for read in (9, 8, 7, 6):
        session.update(ProvisionedThroughput=units(read, 10))
    error = refusal(session, {"ProvisionedThroughput": units(5, 11)})
    assert type(error) is LimitExceededException
    assert error.message == (
        "Subscriber limit exceeded: Provisioned throughput decreases are limited within a given UTC day. After the "
        "first 4 decreases, each subsequent decrease in the same UTC day can be performed at most once every 3600 "
        "seconds. Number of decreases today: 4. Last decrease at Tuesday, November 14, 2023 at 10:13:20 PM "
        "Coordinated Universal Time. Next decrease can be made at Tuesday, November 14, 2023 at 11:13:20 PM "
        "Coordinated Universal Time"
    )
    session.update(ProvisionedThroughput=units(20, 10))
    session.clock.advance(3600)
    session.update(ProvisionedThroughput=units(5, 10))
    assert session.describe()["ProvisionedThroughput"]["NumberOfDecreasesToday"] == 5
    assert "at Wednesday, November 15, 2023 at 12:00:00 AM" in refusal(
        session, {"ProvisionedThroughput": units(4, 10)}
    ).message.replace("made at", "at")
    session.clock.advance(3000)
    assert session.describe()["ProvisionedThroughput"]["NumberOfDecreasesToday"] == 0
    session.update(ProvisionedThroughput=units(4, 10))


def test_an_index_has_a_throughput_and_a_count_of_its_own(session: Session) -> None:
    music(session, ProvisionedThroughput=units(2, 2))
    answer = session.update(**updates(updated("ggg", ProvisionedThroughput=units(4, 1))))
    assert answer["TableStatus"] == "ACTIVE"
    shown = {i["IndexName"]: i for i in answer["GlobalSecondaryIndexes"]}
    assert (shown["ggg"]["IndexStatus"], shown["hhh"]["IndexStatus"]) == ("UPDATING", "ACTIVE")
    assert shown["ggg"]["ProvisionedThroughput"]["ReadCapacityUnits"] == 2
    ggg, hhh = session.describe()["GlobalSecondaryIndexes"]
    assert ggg["IndexStatus"] == "ACTIVE"
    assert ggg["ProvisionedThroughput"]["NumberOfDecreasesToday"] == 1
    assert (
        ggg["ProvisionedThroughput"]["ReadCapacityUnits"],
        ggg["WarmThroughput"]["WriteUnitsPerSecond"],
    ) == (4, 2)
    assert hhh["ProvisionedThroughput"] == {"NumberOfDecreasesToday": 0, **units(2, 2)}


def test_a_table_goes_on_demand_and_back(session: Session) -> None:
    music(session, ProvisionedThroughput=units(5, 5))
    switched = session.clock.now()
    answer = session.update(BillingMode="PAY_PER_REQUEST")
    assert answer["TableStatus"] == "UPDATING"
    assert answer["BillingModeSummary"] == {"BillingMode": "PAY_PER_REQUEST"}
    assert [i["IndexStatus"] for i in answer["GlobalSecondaryIndexes"]] == ["UPDATING", "UPDATING"]
    table = session.describe()
    summary = {"BillingMode": "PAY_PER_REQUEST", "LastUpdateToPayPerRequestDateTime": switched}
    assert table["BillingModeSummary"] == summary
    assert table["ProvisionedThroughput"] == {"NumberOfDecreasesToday": 0, **units(0, 0)}
    assert table["WarmThroughput"]["ReadUnitsPerSecond"] == 12000
    ggg = table["GlobalSecondaryIndexes"][0]
    assert ggg["ProvisionedThroughput"] == {
        "LastDecreaseDateTime": switched,
        "NumberOfDecreasesToday": 1,
        **units(0, 0),
    }
    assert ggg["WarmThroughput"]["WriteUnitsPerSecond"] == 4000

    session.update(OnDemandThroughput={"MaxReadRequestUnits": 9})
    answer = session.update(
        BillingMode="PROVISIONED",
        ProvisionedThroughput=units(7, 8),
        **updates(*(updated(name, ProvisionedThroughput=units(3, 4)) for name in ("ggg", "hhh"))),
    )
    assert (answer["TableStatus"], answer["ProvisionedThroughput"]["ReadCapacityUnits"]) == ("UPDATING", 7)
    table = session.describe()
    assert table["BillingModeSummary"] == {**summary, "BillingMode": "PROVISIONED"}
    assert table["ProvisionedThroughput"] == {"NumberOfDecreasesToday": 0, **units(7, 8)}
    assert [i["ProvisionedThroughput"]["WriteCapacityUnits"] for i in table["GlobalSecondaryIndexes"]] == [
        4,
        4,
    ]
    assert "OnDemandThroughput" not in table
    assert table["WarmThroughput"]["ReadUnitsPerSecond"] == 12000


def test_the_mode_it_has_already_is_no_change(session: Session) -> None:
    session.create()
    before = session.describe()
    assert session.update(BillingMode="PAY_PER_REQUEST")["TableStatus"] == "UPDATING"
    assert session.describe() == before


def test_a_ceiling_is_merged_member_by_member_and_cleared_by_minus_one(session: Session) -> None:
    session.create()
    steps: list[tuple[dict[str, int], dict[str, int], dict[str, int] | None]] = [
        ({"MaxReadRequestUnits": 1000, "MaxWriteRequestUnits": 500},) * 3,
        (
            {"MaxReadRequestUnits": 2000},
            {"MaxReadRequestUnits": 2000, "MaxWriteRequestUnits": 500},
            {"MaxReadRequestUnits": 2000, "MaxWriteRequestUnits": 500},
        ),
        (
            {"MaxReadRequestUnits": -1},
            {"MaxReadRequestUnits": -1, "MaxWriteRequestUnits": 500},
            {"MaxWriteRequestUnits": 500},
        ),
        ({"MaxWriteRequestUnits": -1}, {"MaxWriteRequestUnits": -1}, None),
    ]
    for wanted, echoed, kept in steps:
        answer = session.update(OnDemandThroughput=wanted)
        assert (answer["TableStatus"], answer["OnDemandThroughput"]) == ("ACTIVE", echoed)
        assert session.describe().get("OnDemandThroughput") == kept


def test_warm_throughput_is_raised_and_its_status_alone_says_so(session: Session) -> None:
    music(session)
    answer = session.update(WarmThroughput={"ReadUnitsPerSecond": 13000})
    old = {"ReadUnitsPerSecond": 12000, "WriteUnitsPerSecond": 4000}
    assert (answer["TableStatus"], answer["WarmThroughput"]) == ("ACTIVE", {**old, "Status": "UPDATING"})
    assert session.describe()["WarmThroughput"] == {**old, "ReadUnitsPerSecond": 13000, "Status": "ACTIVE"}
    session.update(**updates(updated("ggg", WarmThroughput={"WriteUnitsPerSecond": 5000})))
    ggg = session.describe()["GlobalSecondaryIndexes"][0]
    assert ggg["WarmThroughput"] == {**old, "WriteUnitsPerSecond": 5000, "Status": "ACTIVE"}


def test_a_stream_begins_and_ends_and_its_arn_stays(session: Session) -> None:
    session.create()
    answer = session.update(StreamSpecification=STREAM)
    assert (answer["TableStatus"], answer["StreamSpecification"]) == ("UPDATING", STREAM)
    arn = session.describe()["LatestStreamArn"]
    error = refusal(session, {"StreamSpecification": STREAM})
    assert error.message == "Table already has an enabled stream: TableName: music"
    session.update(StreamSpecification={"StreamEnabled": False})
    table = session.describe()
    assert (table["LatestStreamArn"], "StreamSpecification" in table) == (arn, False)
    session.clock.advance(1)
    session.update(StreamSpecification=STREAM)
    assert session.describe()["LatestStreamArn"] != arn


def test_encryption_is_turned_on_and_off(session: Session) -> None:
    session.create()
    session.update(SSESpecification={"Enabled": True})
    key = session.describe()["SSEDescription"]["KMSMasterKeyArn"]
    assert key.startswith("arn:aws:kms:us-east-1:000000000000:key/")
    error = refusal(session, {"SSESpecification": {"SSEType": "KMS", "KMSMasterKeyId": key}})
    assert error.message.startswith(INVALID + "Table is already encrypted with given KMSMasterKeyId.")
    session.update(SSESpecification={"SSEType": "KMS", "KMSMasterKeyId": "alias/aws/dynamodb"})
    assert session.describe()["SSEDescription"]["KMSMasterKeyArn"] == key
    session.update(SSESpecification={"Enabled": False})
    assert "SSEDescription" not in session.describe()


def test_the_class_changes_and_the_answer_shows_the_old(session: Session) -> None:
    session.create()
    session.update(TableClass="STANDARD")
    assert "TableClassSummary" not in session.describe()
    answer = session.update(TableClass="STANDARD_INFREQUENT_ACCESS")
    assert (answer["TableStatus"], "TableClassSummary" in answer) == ("UPDATING", False)
    assert session.describe()["TableClassSummary"] == {
        "TableClass": "STANDARD_INFREQUENT_ACCESS",
        "LastUpdateDateTime": session.clock.now(),
    }


def test_attribute_definitions_follow_the_keys_in_use(session: Session) -> None:
    session.create()
    request = added("new", hashed("n"), ranged("m"))
    request["AttributeDefinitions"].append(defined("spare"))
    answer = session.update(**request)
    names = ["m", "n", "pk"]
    assert [a["AttributeName"] for a in answer["AttributeDefinitions"]] == names
    assert [a["AttributeName"] for a in session.describe()["AttributeDefinitions"]] == names
    answer = session.update(**updates({"Delete": {"IndexName": "new"}}))
    assert answer["TableStatus"] == "UPDATING"
    assert [i["IndexStatus"] for i in answer["GlobalSecondaryIndexes"]] == ["DELETING"]
    table = session.describe()
    assert table["AttributeDefinitions"] == [defined("pk")]
    assert "GlobalSecondaryIndexes" not in table
    session.update(DeletionProtectionEnabled=True, AttributeDefinitions=[defined("pk", "N")])
    assert session.describe()["AttributeDefinitions"] == [defined("pk")]


@pytest.mark.parametrize("empty", ["WarmThroughput", "OnDemandThroughput"])
def test_an_empty_capacity_beside_something_else_counts_for_nothing(session: Session, empty: str) -> None:
    session.create()
    before = session.describe()
    session.update(DeletionProtectionEnabled=True, **{empty: {}})
    assert session.describe() == {**before, "DeletionProtectionEnabled": True}
