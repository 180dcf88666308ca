"""What a write leaves in a stream: one record for what it changed, shaped as the API has it."""

from __future__ import annotations

from typing import Any

import pytest
from stream_session import BOTH, Session

from stator.engine import items
from stator.engine.item_keys import key_of
from stator.engine.log import Origin

Members = dict[str, Any]


def names(records: list[Members]) -> list[str]:
    return [record["eventName"] for record in records]


def test_a_record_has_every_member_that_the_api_has(door: Session):
    door.create()
    door.put("a", n={"N": "1"})
    (record,) = door.records()
    change = record.pop("dynamodb")
    assert len(record.pop("eventID")) == 32
    assert record == {
        "eventName": "INSERT",
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "us-east-1",
    }
    number = change.pop("SequenceNumber")
    assert number.isdecimal()
    assert 21 <= len(number) <= 40
    assert change == {
        "ApproximateCreationDateTime": 1_700_000_000,
        "Keys": {"pk": {"S": "a"}},
        "NewImage": {"pk": {"S": "a"}, "n": {"N": "1"}},
        "SizeBytes": 9,
        "StreamViewType": BOTH,
    }


def test_an_event_id_is_the_records_own_and_stays(door: Session):
    door.create()
    door.create("other")
    for n in range(8):
        door.put(f"k{n}")
        door.put(f"k{n}", "other")
    both = [*door.records(), *door.records(door.arn("other"))]
    assert len({record["eventID"] for record in both}) == 16
    assert [*door.records(), *door.records(door.arn("other"))] == both


@pytest.mark.parametrize(
    ("view", "new", "old"),
    [(BOTH, True, True), ("NEW_IMAGE", True, False), ("OLD_IMAGE", False, True), ("KEYS_ONLY", False, False)],
)
def test_a_view_has_its_images_and_no_others(door: Session, view: str, new: bool, old: bool):
    door.create(view=view)
    door.put("a", n={"N": "1"})
    door.update("a", "SET n = :n", n={"N": "2"})
    door.delete("a")
    records = door.records()
    assert names(records) == ["INSERT", "MODIFY", "REMOVE"]
    one, two = ({"pk": {"S": "a"}, "n": {"N": n}} for n in "12")
    shown = [(r["dynamodb"].get("OldImage"), r["dynamodb"].get("NewImage")) for r in records]
    wanted = [(None, one), (one, two), (two, None)]
    assert shown == [(o if old else None, n if new else None) for o, n in wanted]
    assert all(r["dynamodb"]["Keys"] == {"pk": {"S": "a"}} for r in records)
    assert {r["dynamodb"]["StreamViewType"] for r in records} == {view}


# The sizes in the developer guide's own example of the three records
def test_size_bytes_is_that_of_the_key_and_the_images(door: Session):
    door.create(
        AttributeDefinitions=[{"AttributeName": "Id", "AttributeType": "N"}],
        KeySchema=[{"AttributeName": "Id", "KeyType": "HASH"}],
    )
    key = {"Id": {"N": "101"}}
    for message in ("New item!", "This item has changed"):
        door.call("PutItem", TableName="music", Item={**key, "Message": {"S": message}})
    door.call("DeleteItem", TableName="music", Key=key)
    assert [record["dynamodb"]["SizeBytes"] for record in door.records()] == [26, 59, 38]


def test_a_key_of_two_attributes_is_whole_in_every_view(door: Session):
    door.create(view="KEYS_ONLY", sort=True)
    key = {"pk": {"S": 'a"\\\n'}, "sk": {"S": "é"}}
    door.call("PutItem", TableName="music", Item={**key, "x": {"S": "y"}})
    door.call("DeleteItem", TableName="music", Key=key)
    assert [record["dynamodb"]["Keys"] for record in door.records()] == [key, key]


SAME = {"a": {"SS": ["x", "y"]}, "m": {"M": {"p": {"N": "1"}, "q": {"NS": ["1", "2"]}}}}
REORDERED = {"m": {"M": {"q": {"NS": ["2", "1"]}, "p": {"N": "1"}}}, "a": {"SS": ["y", "x"]}}


def test_a_write_that_changes_nothing_leaves_no_record(door: Session):
    door.create()
    door.put("a", **SAME)
    door.put("a", **SAME)
    door.put("a", **REORDERED)
    door.update("a", "REMOVE not_there")
    door.update("a", "SET m.p = :one", one={"N": "1"})
    door.delete("nobody")
    assert names(door.records()) == ["INSERT"]


def test_a_refused_write_leaves_no_record(door: Session):
    door.create()
    door.put("a")
    with pytest.raises(Exception, match="ConditionalCheckFailed"):
        door.call(
            "PutItem",
            TableName="music",
            Item={"pk": {"S": "a"}, "n": {"N": "1"}},
            ConditionExpression="attribute_not_exists(pk)",
        )
    assert names(door.records()) == ["INSERT"]


def test_batches_and_transactions_leave_a_record_for_each_item(door: Session):
    door.create()
    door.call(
        "BatchWriteItem",
        RequestItems={"music": [{"PutRequest": {"Item": {"pk": {"S": f"b{n}"}}}} for n in range(5)]},
    )
    door.call(
        "TransactWriteItems",
        TransactItems=[
            {"Put": {"TableName": "music", "Item": {"pk": {"S": "t"}}}},
            {"Delete": {"TableName": "music", "Key": {"pk": {"S": "b0"}}}},
            {
                "Update": {
                    "TableName": "music",
                    "Key": {"pk": {"S": "b1"}},
                    "UpdateExpression": "SET n = :n",
                    "ExpressionAttributeValues": {":n": {"N": "1"}},
                }
            },
        ],
    )
    assert sorted(names(door.records())) == ["INSERT"] * 6 + ["MODIFY", "REMOVE"]


def test_a_transaction_that_is_cancelled_leaves_no_record(door: Session):
    door.create()
    with pytest.raises(Exception, match="TransactionCanceled"):
        door.call(
            "TransactWriteItems",
            TransactItems=[
                {"Put": {"TableName": "music", "Item": {"pk": {"S": "t"}}}},
                {
                    "ConditionCheck": {
                        "TableName": "music",
                        "Key": {"pk": {"S": "u"}},
                        "ConditionExpression": "attribute_exists(pk)",
                    }
                },
            ],
        )
    assert door.records() == []


def test_what_expiry_deletes_says_so_as_the_api_spells_it(session: Session):
    session.create()
    session.put("a")
    session.put("b")
    db = session.db
    table = db.catalogue.table(db.options.account, db.options.region, "music")
    key = key_of(table, {"pk": {"S": "a"}})
    db.store.transact(lambda tx: items.delete_item(tx, table, key, None, Origin.EXPIRY))
    session.delete("b")
    removed = [r for r in session.records() if r["eventName"] == "REMOVE"]
    assert len(removed) == 2
    assert {r["dynamodb"]["Keys"]["pk"]["S"]: r.get("userIdentity") for r in removed} == {
        "a": {"PrincipalId": "dynamodb.amazonaws.com", "Type": "Service"},
        "b": None,
    }


def test_a_table_without_a_stream_has_no_log(session: Session):
    session.create(view=None)
    session.put("a")
    before = session.rows()
    session.put("a", n={"N": "1"})
    assert [key for key, _ in session.rows()] == [key for key, _ in before]


def test_an_items_records_are_in_the_order_of_its_changes(door: Session):
    door.create()
    for n in range(30):
        for pk in ("a", "b", "c"):
            door.put(pk, n={"N": str(n)})
    records = door.records()
    assert len(records) == 90
    for pk in ("a", "b", "c"):
        own = [r["dynamodb"] for r in records if r["dynamodb"]["Keys"]["pk"]["S"] == pk]
        assert [change["NewImage"]["n"]["N"] for change in own] == [str(n) for n in range(30)]
        numbers = [int(change["SequenceNumber"]) for change in own]
        assert numbers == sorted(set(numbers))
