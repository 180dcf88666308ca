"""Which items expire, when, and what goes with them."""

from __future__ import annotations

from typing import Any

import pytest
from doors import HttpDoor
from expiring import NOW, SORTED, Expiring

from stator.clock import ManualClock
from stator.engine.database import Database, Options
from stator.engine.like_aws import LikeAws
from stator.errors import ResourceInUseException, ResourceNotFoundException, ValidationException
from stator.keys import space
from stator.limits import EXPIRY_AGE_S_MAX, EXPIRY_TABLES_LOOKED_AT, LINGER_S_MAX
from stator.server.background import BackgroundServer
from stator.server.bounds import Bounds
from stator.storage.memory import MemoryStore

Members = dict[str, Any]
YEAR_S = 365 * 86_400


def test_an_item_expires_when_its_second_is_past(session: Expiring):
    session.enable()
    session.put("a", NOW + 10)
    for seconds in (0, 9, 1):
        session.expire_after(seconds)
        assert session.keys() == ["a"]
    session.expire_after(0.001)
    assert session.keys() == []
    assert session.entries() == {}


def test_an_item_that_is_due_is_read_until_it_is_deleted(session: Expiring):
    session.enable()
    session.put("a", NOW - 5)
    assert session.call("GetItem", Key={"pk": {"S": "a"}})["Item"]["ttl"] == {"N": str(NOW - 5)}
    assert session.keys() == ["a"]
    session.expire()
    assert "Item" not in session.call("GetItem", Key={"pk": {"S": "a"}})


@pytest.mark.parametrize(
    "ttl",
    [
        {"N": "0"},
        {"N": "-5"},
        {"N": "-1E+100"},
        {"N": str(NOW - EXPIRY_AGE_S_MAX - 1)},
        {"N": str(NOW * 1000)},
        {"N": str(2**63)},
        {"N": str(2**64 + NOW)},
        {"N": "9.9E+125"},
        {"S": str(NOW - 5)},
        {"B": "MTIz"},
        {"NULL": True},
        {"BOOL": True},
        {"NS": [str(NOW - 5)]},
        {"L": [{"N": str(NOW - 5)}]},
        {"M": {"ttl": {"N": str(NOW - 5)}}},
    ],
    ids=lambda value: next(iter(value.items())).__repr__()[:40],
)
def test_what_is_no_number_of_seconds_in_the_last_five_years_never_expires(session: Expiring, ttl: Members):
    session.enable()
    session.put("a", ttl)
    session.put("b", other={"M": {"ttl": {"N": str(NOW - 5)}}})
    session.expire()
    session.expire_after(YEAR_S)
    assert session.keys() == ["a", "b"]


@pytest.mark.parametrize(
    ("number", "second"),
    [
        (f"{NOW}.5", NOW + 1),
        (f"{NOW}.0", NOW),
        (f"{NOW - 1}.000000001", NOW),
        ("1.7E9", NOW),
        ("1700000000e0", NOW),
        ("0.1", 1),
        (str(2**63 - 1), 2**63 - 1),
    ],
)
def test_a_number_counts_in_whole_seconds_rounded_up(session: Expiring, number: str, second: int):
    session.enable()
    session.put("a", {"N": number})
    assert session.entries() == {"a": second}


def test_five_years_past_is_the_edge(session: Expiring):
    session.enable()
    session.put("in", NOW - EXPIRY_AGE_S_MAX)
    session.put("out", NOW - EXPIRY_AGE_S_MAX - 1)
    session.expire()
    assert session.keys() == ["out"]
    assert session.entries() == {}
    session.put("out", NOW + 5)
    session.expire_after(6)
    assert session.keys() == []


def test_the_attribute_is_of_the_item_itself_whatever_its_name_looks_like(session: Expiring):
    session.enable(attribute="a.b")
    session.put("no", a={"M": {"b": {"N": str(NOW - 5)}}})
    session.put("yes", **{"a.b": {"N": str(NOW - 5)}})
    session.expire()
    assert session.keys() == ["no"]


def test_a_key_attribute_may_be_the_one(session: Expiring):
    session.create(
        "times",
        AttributeDefinitions=[
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "ttl", "AttributeType": "N"},
        ],
        KeySchema=[
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "ttl", "KeyType": "RANGE"},
        ],
    )
    session.enable("times")
    for second in (NOW - 1, NOW + 1):
        session.put("a", second, "times")
    session.expire()
    assert session.call("Scan", "times")["Items"] == [{"pk": {"S": "a"}, "ttl": {"N": str(NOW + 1)}}]


@pytest.mark.parametrize("renewed", [NOW + 100, {"S": "never"}, None], ids=["later", "no number", "none"])
def test_a_renewed_item_stays(session: Expiring, renewed: Any):
    session.enable()
    session.put("a", NOW + 5)
    session.put("a", renewed)
    session.expire_after(50)
    assert session.keys() == ["a"]
    assert session.entries() == ({"a": NOW + 100} if renewed == NOW + 100 else {})


@pytest.mark.parametrize(
    ("expression", "entries"),
    [
        ("SET v = :v", {"a": NOW + 5}),
        ("SET #t = :v", {"a": NOW + 9}),
        ("ADD #t :v", {"a": 2 * NOW + 14}),
        ("SET #t = #t + :v", {"a": 2 * NOW + 14}),
        ("REMOVE #t", {}),
    ],
)
def test_an_update_moves_the_entry_with_the_attribute(
    session: Expiring, expression: str, entries: dict[str, int]
):
    session.enable()
    session.put("a", NOW + 5)
    request: Members = {"Key": {"pk": {"S": "a"}}, "UpdateExpression": expression}
    if "#t" in expression:
        request["ExpressionAttributeNames"] = {"#t": "ttl"}
    if ":v" in expression:
        request["ExpressionAttributeValues"] = {":v": {"N": str(NOW + 9)}}
    session.call("UpdateItem", **request)
    assert session.entries() == entries


def test_every_way_to_write_keeps_the_queue(session: Expiring):
    session.enable()

    def of(pk: str, second: int) -> Members:
        return {"pk": {"S": pk}, "ttl": {"N": str(second)}}

    def write(operation: str, request: Members) -> None:
        session.client.call(operation, request)

    write("PutItem", {"TableName": "music", "Item": of("put", NOW + 1)})
    write(
        "BatchWriteItem",
        {"RequestItems": {"music": [{"PutRequest": {"Item": of(pk, NOW + 2)}} for pk in ("b1", "b2")]}},
    )
    write(
        "TransactWriteItems",
        {
            "TransactItems": [
                {"Put": {"TableName": "music", "Item": of("t1", NOW + 3)}},
                {"Delete": {"TableName": "music", "Key": {"pk": {"S": "b2"}}}},
                {
                    "Update": {
                        "TableName": "music",
                        "Key": {"pk": {"S": "b1"}},
                        "UpdateExpression": "SET #t = :s",
                        "ExpressionAttributeNames": {"#t": "ttl"},
                        "ExpressionAttributeValues": {":s": {"N": str(NOW + 4)}},
                    }
                },
            ]
        },
    )
    assert session.entries() == {"put": NOW + 1, "t1": NOW + 3, "b1": NOW + 4}
    write("ExecuteStatement", {"Statement": f"INSERT INTO music VALUE {{'pk': 'q', 'ttl': {NOW + 5}}}"})
    assert session.entries() == {"put": NOW + 1, "t1": NOW + 3, "b1": NOW + 4, "q": NOW + 5}
    write("ExecuteStatement", {"Statement": f"UPDATE music SET \"ttl\" = {NOW + 6} WHERE pk = 'q'"})
    assert session.entries()["q"] == NOW + 6
    write("ExecuteStatement", {"Statement": "DELETE FROM music WHERE pk = 'q'"})
    write("DeleteItem", {"TableName": "music", "Key": {"pk": {"S": "put"}}})
    assert session.entries() == {"t1": NOW + 3, "b1": NOW + 4}
    session.expire_after(10)
    assert session.keys() == []


def test_a_write_that_is_refused_leaves_the_queue_alone(session: Expiring):
    session.enable()
    session.put("a", NOW + 5)
    with pytest.raises(Exception, match="conditional"):
        session.call(
            "PutItem",
            Item={"pk": {"S": "a"}, "ttl": {"N": str(NOW + 9)}},
            ConditionExpression="attribute_not_exists(pk)",
        )
    assert session.entries() == {"a": NOW + 5}


def test_index_rows_counts_and_the_item_collection_go_with_the_item():
    session = Expiring()
    session.create("sorted", **SORTED)
    session.enable("sorted")
    for n in range(6):
        more = {"sk": {"S": f"{n}"}, "l": {"S": "l"}, "g": {"S": "g"}}
        session.put("a", NOW + (5 if n % 2 else 500), "sorted", **more)
    session.expire_after(10)
    table = session.call("DescribeTable", "sorted")["Table"]
    counts = [table, *table["LocalSecondaryIndexes"], *table["GlobalSecondaryIndexes"]]
    assert [each["ItemCount"] for each in counts] == [3, 3, 3]
    for name, key in (("by-l", "pk"), ("by-g", "g")):
        found = session.call(
            "Query",
            "sorted",
            IndexName=name,
            KeyConditionExpression="#k = :k",
            ExpressionAttributeNames={"#k": key},
            ExpressionAttributeValues={":k": {"S": "a" if key == "pk" else "g"}},
        )["Items"]
        assert sorted(item["sk"]["S"] for item in found) == ["0", "2", "4"]
    session.expire_after(1000)
    table = session.call("DescribeTable", "sorted")["Table"]
    assert (table["ItemCount"], table["TableSizeBytes"]) == (0, 0)
    prefix = space.table_prefix(session.table_id("sorted"))
    left = [value for key, value in session.rows() if key.startswith(prefix) and any(value)]
    assert left == []


def test_a_stream_says_that_expiry_deleted_the_item(session: Expiring):
    session.create("logged", StreamSpecification={"StreamEnabled": True, "StreamViewType": "OLD_IMAGE"})
    session.enable("logged")
    session.put("a", NOW + 5, "logged")
    session.put("b", NOW + 5, "logged")
    session.call("DeleteItem", "logged", Key={"pk": {"S": "b"}})
    session.expire_after(6)
    arn = session.call("DescribeTable", "logged")["Table"]["LatestStreamArn"]
    shards = session.client.call("DescribeStream", {"StreamArn": arn})["StreamDescription"]["Shards"]
    records = []
    for shard in shards:
        iterator = session.client.call(
            "GetShardIterator",
            {"StreamArn": arn, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"},
        )["ShardIterator"]
        records += session.client.call("GetRecords", {"ShardIterator": iterator})["Records"]
    removed = {
        record["dynamodb"]["Keys"]["pk"]["S"]: record for record in records if record["eventName"] == "REMOVE"
    }
    assert removed["a"]["userIdentity"] == {"PrincipalId": "dynamodb.amazonaws.com", "Type": "Service"}
    assert removed["a"]["dynamodb"]["OldImage"] == {"pk": {"S": "a"}, "ttl": {"N": str(NOW + 5)}}
    assert "userIdentity" not in removed["b"]


# Switching it on and off


def test_items_from_before_are_queued_when_it_is_switched_on(session: Expiring):
    session.put("past", NOW - 5)
    session.put("later", NOW + 5)
    session.put("never", {"S": "x"})
    session.expire()
    assert session.keys() == ["later", "never", "past"]
    session.enable()
    assert session.entries() == {"past": NOW - 5, "later": NOW + 5}
    session.expire()
    assert session.keys() == ["later", "never"]


def test_what_is_switched_off_expires_no_more_and_leaves_no_queue(session: Expiring):
    session.enable()
    session.put("a", NOW + 5)
    session.disable()
    assert session.entries() == {}
    session.put("b", NOW + 5)
    assert session.entries() == {}
    session.expire_after(10)
    assert session.keys() == ["a", "b"]
    assert not any(key.startswith(space.EXPIRING_PREFIX) for key, _ in session.rows())


def test_another_attribute_makes_another_queue(session: Expiring):
    session.enable()
    session.put("a", NOW + 5, other={"N": str(NOW + 50)})
    session.disable()
    session.enable(attribute="other")
    assert session.entries() == {"a": NOW + 50}
    session.expire_after(10)
    assert session.keys() == ["a"]
    session.expire_after(50)
    assert session.keys() == []


def test_a_restored_table_does_not_expire(session: Expiring):
    session.enable()
    session.put("a", NOW - 5)
    made = session.call("CreateBackup", BackupName="kept")["BackupDetails"]["BackupArn"]
    session.client.call("RestoreTableFromBackup", {"BackupArn": made, "TargetTableName": "restored"})
    session.work_off()
    assert session.ttl("restored") == {"TimeToLiveStatus": "DISABLED"}
    assert session.keys("restored") == ["a"]
    assert session.keys() == []


def test_a_deleted_table_leaves_nothing(session: Expiring):
    session.enable()
    for n in range(5):
        session.put(f"{n}", NOW + 5)
    session.client.call("DeleteTable", {"TableName": "music"})
    session.clock.advance(10)
    session.work_off()
    assert {key[4] for key, _ in session.rows()} <= {2, 3, 5}
    assert all(key.startswith(b"\0\0\0\0") for key, _ in session.rows())


# Late, and slowly


def test_expiry_may_be_late():
    session = Expiring(options=Options(ttl_delay_s=3600))
    session.create()
    session.enable()
    session.put("a", NOW + 10)
    session.expire_after(3610)
    assert session.keys() == ["a"]
    session.expire_after(1)
    assert session.keys() == []


def test_a_delay_longer_than_time_itself_deletes_nothing():
    session = Expiring(options=Options(ttl_delay_s=1e300))
    session.create()
    session.enable()
    session.put("a", NOW - 10)
    assert session.expire() == 1
    assert session.keys() == ["a"]


def test_states_linger_when_asked_to():
    session = Expiring(options=Options(like_aws=LikeAws(lingering_states=True)))
    session.create()
    with pytest.raises(ResourceInUseException) as in_use:
        session.enable()
    assert in_use.value.message == (
        "Attempt to change a resource which is still in use: Table is being created: music"
    )
    session.clock.advance(LINGER_S_MAX)
    session.enable()
    assert session.ttl() == {"TimeToLiveStatus": "ENABLING", "AttributeName": "ttl"}
    for enabled, attribute, message in (
        (True, "ttl", "TimeToLive is already enabled"),
        (False, "other", "TimeToLive is active on a different AttributeName: current AttributeName is ttl"),
        (False, "ttl", "Time to live has been modified multiple times within a fixed interval"),
    ):
        with pytest.raises(ValidationException) as refused:
            session.switch(enabled, attribute=attribute)
        assert refused.value.message == message
    session.clock.advance(LINGER_S_MAX)
    assert session.ttl()["TimeToLiveStatus"] == "ENABLED"
    session.disable()
    assert session.ttl() == {"TimeToLiveStatus": "DISABLING", "AttributeName": "ttl"}
    with pytest.raises(ValidationException, match="within a fixed interval"):
        session.enable()
    session.clock.advance(LINGER_S_MAX)
    assert session.ttl() == {"TimeToLiveStatus": "DISABLED"}
    session.enable()
    session.client.call("DeleteTable", {"TableName": "music"})
    assert session.ttl()["TimeToLiveStatus"] == "ENABLING"
    session.clock.advance(LINGER_S_MAX)
    with pytest.raises(ResourceNotFoundException):
        session.ttl()


def test_reads_may_miss_an_expiry_as_they_miss_any_write():
    session = Expiring(options=Options(like_aws=LikeAws(stale_reads=True)))
    session.create()
    session.enable()
    session.put("a", NOW - 5)
    session.clock.advance(10)
    session.expire()
    assert session.keys() == []
    seen = {"Item" in session.call("GetItem", Key={"pk": {"S": "a"}}) for _ in range(50)}
    assert seen == {True, False}


# In the background


def test_tables_take_turns(session: Expiring, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("stator.engine.expiry.EXPIRY_STEP_ROWS", 4)
    names = ["aaa", "bbb", "ccc"]
    for name in names:
        session.create(name)
        session.enable(name)
        for n in range(6):
            session.put(f"{n}", NOW - 5, name)
    for _ in names:
        session.step()
    assert [session.count(name) for name in names] == [4, 4, 4]
    session.expire()
    assert [session.count(name) for name in names] == [0, 0, 0]


def test_many_tables_are_looked_at_a_few_at_a_time(session: Expiring, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("stator.engine.expiry.EXPIRY_TABLES_LOOKED_AT", 4)
    assert EXPIRY_TABLES_LOOKED_AT > 4
    for n in range(10):
        session.create(f"table-{n}")
        session.enable(f"table-{n}")
    assert session.expire() == 3
    session.put("a", NOW - 5, "table-9")
    session.expire()
    assert session.keys("table-9") == []


def test_jobs_expire_items_and_rest_when_none_is_due(session: Expiring):
    session.enable()
    session.put("a", NOW + 5)
    session.work_off()
    assert not session.db.expiry.is_due()
    session.clock.advance(6)
    assert session.db.expiry.is_due()
    session.work_off()
    assert session.keys() == []


def test_a_step_with_nothing_due_writes_nothing(session: Expiring):
    session.enable()
    session.put("a", NOW + 5)
    before = session.rows()
    assert session.expire() == 1
    assert session.rows() == before


def test_a_server_deletes_what_expires_by_itself():
    clock = ManualClock(float(NOW))
    db = Database(MemoryStore(), clock=clock)
    with BackgroundServer(db, bounds=Bounds(jobs_poll_s=0.005)) as endpoint:
        door = HttpDoor(endpoint)
        schema = {
            "TableName": "music",
            "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
            "BillingMode": "PAY_PER_REQUEST",
        }
        door.call("CreateTable", schema)
        wanted = {"Enabled": True, "AttributeName": "ttl"}
        door.call("UpdateTimeToLive", {"TableName": "music", "TimeToLiveSpecification": wanted})
        for n in range(300):
            item = {"pk": {"S": f"{n}"}, "ttl": {"N": str(NOW + n % 2 * 1000 + 5)}}
            door.call("PutItem", {"TableName": "music", "Item": item})
        clock.advance(10)
        for _ in range(20_000):
            count = door.call("DescribeTable", {"TableName": "music"})["Table"]["ItemCount"]
            if count == 150:
                break
        assert count == 150
        door.close()
    db.close()
