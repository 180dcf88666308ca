"""ListStreams, DescribeStream, GetShardIterator and GetRecords: pages, places, and what they refuse."""

from __future__ import annotations

from base64 import b64decode, b64encode
from typing import Any

import pytest
from doors import Refusal
from stream_session import BOTH, DAY_S, HOUR_S, Session, on, over_http

from stator.server.background import BackgroundServer

ABSENT = "arn:aws:dynamodb:us-east-1:000000000000:table/music/stream/2015-05-20T20:51:10.252"


def refused(session: Session, operation: str, **request: Any) -> tuple[str, str]:
    with pytest.raises(Refusal) as refusal:
        session.call(operation, **request)
    return refusal.value.code, refusal.value.message


# Tables and their streams


def test_a_table_is_described_with_its_stream(door: Session):
    made = door.create()
    label = made["LatestStreamLabel"]
    assert label == "2023-11-14T22:13:20.000"
    assert made["LatestStreamArn"] == f"{made['TableArn']}/stream/{label}"
    assert made["StreamSpecification"] == on()
    table = door.call("DescribeTable", TableName="music")["Table"]
    assert table["LatestStreamArn"] == made["LatestStreamArn"]


def test_a_stream_is_enabled_and_disabled_once(door: Session):
    door.create(view=None)
    update = {"TableName": "music", "StreamSpecification": {"StreamEnabled": False}}
    nothing = ("ValidationException", "Table has no stream to disable: TableName: music")
    assert refused(door, "UpdateTable", **update) == nothing
    arn = door.enable()
    again = {"TableName": "music", "StreamSpecification": on("KEYS_ONLY")}
    already = ("ValidationException", "Table already has an enabled stream: TableName: music")
    assert refused(door, "UpdateTable", **again) == already
    door.disable()
    assert refused(door, "UpdateTable", **update) == nothing
    table = door.call("DescribeTable", TableName="music")["Table"]
    assert table["LatestStreamArn"] == arn
    assert "StreamSpecification" not in table


def test_list_streams_pages_by_table_and_label(door: Session):
    for name in ("aaa", "aab", "zzz"):
        door.create(name)
    door.disable("aab")
    door.enable(name="aab")
    door.create("none", view=None)
    whole = door.call("ListStreams")["Streams"]
    assert [stream["TableName"] for stream in whole] == ["aaa", "aab", "aab", "zzz"]
    assert all(stream["StreamArn"].endswith(f"/stream/{stream['StreamLabel']}") for stream in whole)
    found: list[dict[str, Any]] = []
    members: dict[str, Any] = {}
    while True:
        page = door.call("ListStreams", Limit=1, **members)
        found += page["Streams"]
        if "LastEvaluatedStreamArn" not in page:
            break
        members = {"ExclusiveStartStreamArn": page["LastEvaluatedStreamArn"]}
    assert found == whole
    of_one = door.call("ListStreams", TableName="aab")["Streams"]
    assert [stream["TableName"] for stream in of_one] == ["aab", "aab"]
    assert door.call("ListStreams", TableName="aa.")["Streams"] == []
    assert door.call("ListStreams", TableName="none")["Streams"] == []


def test_describe_stream_has_every_member(door: Session):
    door.create(sort=True)
    described = door.call("DescribeStream", StreamArn=door.arn())["StreamDescription"]
    shards = described.pop("Shards")
    assert described == {
        "StreamArn": door.arn(),
        "StreamLabel": "2023-11-14T22:13:20.000",
        "StreamStatus": "ENABLED",
        "StreamViewType": BOTH,
        "CreationRequestDateTime": 1_700_000_000.0,
        "TableName": "music",
        "KeySchema": [
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ],
    }
    assert len(shards) == 4
    assert all(28 <= len(shard["ShardId"]) <= 65 for shard in shards)
    assert all(set(shard["SequenceNumberRange"]) == {"StartingSequenceNumber"} for shard in shards)


def test_describe_stream_pages_and_filters_its_shards(session: Session):
    session.create()
    session.rotate()
    session.rotate()
    whole = session.shards()
    assert len(whole) == 12
    found: list[dict[str, Any]] = []
    members: dict[str, Any] = {}
    while True:
        page = session.call("DescribeStream", StreamArn=session.arn(), Limit=5, **members)[
            "StreamDescription"
        ]
        found += page["Shards"]
        if "LastEvaluatedShardId" not in page:
            break
        members = {"ExclusiveStartShardId": page["LastEvaluatedShardId"]}
    assert found == whole
    parent = whole[0]["ShardId"]
    filtered = session.call(
        "DescribeStream", StreamArn=session.arn(), ShardFilter={"Type": "CHILD_SHARDS", "ShardId": parent}
    )["StreamDescription"]["Shards"]
    assert [(shard["ShardId"], shard["ParentShardId"]) for shard in filtered] == [
        (whole[4]["ShardId"], parent)
    ]


# Places


@pytest.fixture
def written(door: Session) -> Session:
    door.create()
    for n in range(5):
        door.put("a", n={"N": str(n)})
    return door


def place(session: Session) -> tuple[str, list[str]]:
    """The shard with the records, and their sequence numbers."""
    for shard in session.shards():
        records, _ = session.read(session.iterator(shard["ShardId"]))
        if records:
            return shard["ShardId"], [record["dynamodb"]["SequenceNumber"] for record in records]
    raise AssertionError("no records")


@pytest.mark.parametrize(("kind", "skipped"), [("AT_SEQUENCE_NUMBER", 2), ("AFTER_SEQUENCE_NUMBER", 3)])
def test_an_iterator_begins_at_or_after_a_number(written: Session, kind: str, skipped: int):
    shard, numbers = place(written)
    records, _ = written.read(written.iterator(shard, kind, SequenceNumber=numbers[2]))
    assert [record["dynamodb"]["SequenceNumber"] for record in records] == numbers[skipped:]


def test_latest_begins_behind_the_last_record(written: Session):
    shard, _ = place(written)
    iterator = written.iterator(shard, "LATEST")
    records, following = written.read(iterator)
    assert records == []
    written.put("a", n={"N": "9"})
    records, _ = written.read(following)
    assert [record["dynamodb"]["NewImage"]["n"]["N"] for record in records] == ["9"]
    assert written.read(iterator)[0] == records


def test_an_iterator_begins_at_a_time(session: Session):
    session.create()
    for n in range(5):
        session.put("a", n={"N": str(n)})
        session.clock.advance(10)
    shard, numbers = place(session)
    for second, skipped in ((-DAY_S, 0), (0, 0), (1, 1), (10, 1), (39.5, 4), (45, 5)):
        iterator = session.iterator(shard, "AT_TIMESTAMP", Timestamp=1_700_000_000 + second)
        found = [record["dynamodb"]["SequenceNumber"] for record in session.read(iterator)[0]]
        assert found == numbers[skipped:], second


def test_get_records_ends_at_its_limit_and_goes_on(written: Session):
    shard, numbers = place(written)
    iterator: str | None = written.iterator(shard)
    sizes, found = [], []
    while len(found) < 5:
        records, iterator = written.read(iterator, Limit=2)
        sizes.append(len(records))
        found += [record["dynamodb"]["SequenceNumber"] for record in records]
    assert (sizes, found) == ([2, 2, 1], numbers)


def test_get_records_returns_a_thousand_or_a_megabyte(session: Session):
    session.create()
    for n in range(1100):
        session.put("a", n={"N": str(n)})
    shard, _ = place(session)
    records, following = session.read(session.iterator(shard))
    assert len(records) == 1000
    assert len(session.read(following)[0]) == 100
    latest = session.iterator(shard, "LATEST")
    for n in range(5):
        session.put("a", n={"N": str(n)}, text={"S": "x" * 300_000})
    sizes = []
    iterator: str | None = latest
    while sum(sizes) < 5:
        records, iterator = session.read(iterator)
        sizes.append(len(records))
    # The first record has a small old image, the others two large ones
    assert sizes == [2, 1, 1, 1]


def test_one_record_over_a_megabyte_is_returned_alone(session: Session):
    session.create(view=BOTH)
    session.put("a", text={"S": "x" * 400_000})
    session.put("a", text={"S": "y" * 400_000})
    shard, _ = place(session)
    assert [len(session.read(session.iterator(shard))[0])] == [1]


# What is refused


def test_an_unknown_stream_is_not_found(door: Session):
    door.create()
    shard = door.shards()[0]["ShardId"]
    gone = ("ResourceNotFoundException", f"Requested resource not found: Stream: {ABSENT} not found")
    assert refused(door, "DescribeStream", StreamArn=ABSENT) == gone
    request = {"StreamArn": ABSENT, "ShardId": shard, "ShardIteratorType": "LATEST"}
    assert refused(door, "GetShardIterator", **request) == gone


@pytest.mark.parametrize(
    "arn", ["arn:aws:dynamodb:us-east-1:000000000000:table/music", "x" * 40, ABSENT.replace("table", "tabel")]
)
def test_an_arn_that_names_no_stream_is_invalid(door: Session, arn: str):
    assert refused(door, "DescribeStream", StreamArn=arn) == ("ValidationException", "Invalid StreamArn")


@pytest.mark.parametrize(
    ("operation", "members"),
    [
        ("ListStreams", {"Limit": 101}),
        ("DescribeStream", {"StreamArn": "own", "Limit": 101}),
    ],
)
def test_a_page_has_at_most_a_hundred(door: Session, operation: str, members: dict[str, Any]):
    door.create()
    if "StreamArn" in members:
        members = {**members, "StreamArn": door.arn()}
    assert refused(door, operation, **members) == (
        "ValidationException",
        "One or more parameter values were invalid: Limit cannot be greater than the maximum allowed size: 100",
    )


SHAPES: list[tuple[str, dict[str, Any], str]] = [
    (
        "ListStreams",
        {"Limit": 0},
        "1 validation error detected: Value '0' at 'limit' failed to satisfy constraint: "
        "Member must have value greater than or equal to 1",
    ),
    (
        "DescribeStream",
        {},
        "1 validation error detected: Value null at 'streamArn' failed to satisfy constraint: Member must not be null",
    ),
    (
        "GetShardIterator",
        {"StreamArn": ABSENT, "ShardId": "x" * 27, "ShardIteratorType": "LATEST"},
        "1 validation error detected: Value 'xxxxxxxxxxxxxxxxxxxxxxxxxxx' at 'shardId' failed to satisfy constraint: "
        "Member must have length greater than or equal to 28",
    ),
    (
        "GetRecords",
        {"ShardIterator": ""},
        "1 validation error detected: Value '' at 'shardIterator' failed to satisfy constraint: "
        "Member must have length greater than or equal to 1",
    ),
]


@pytest.mark.parametrize(("operation", "members", "message"), SHAPES)
def test_the_shape_of_a_request_is_checked_as_any_other(
    door: Session, operation: str, members: dict[str, Any], message: str
):
    assert refused(door, operation, **members) == ("ValidationException", message)


def test_more_than_a_thousand_records_cannot_be_asked_for(written: Session):
    iterator = written.iterator(place(written)[0])
    assert refused(written, "GetRecords", ShardIterator=iterator, Limit=1001) == (
        "ValidationException",
        "One or more parameter values were invalid: Limit should be less than or equal to 1000",
    )


@pytest.mark.parametrize(
    "shard", ["shardId-00000001700000000000-00000009", "shardId-00000001700000000001-00000001", "x" * 30]
)
def test_an_unknown_shard_is_not_found(door: Session, shard: str):
    door.create()
    request = {"StreamArn": door.arn(), "ShardId": shard, "ShardIteratorType": "TRIM_HORIZON"}
    assert refused(door, "GetShardIterator", **request)[0] == "ResourceNotFoundException"


def test_a_number_of_another_shard_is_refused(written: Session):
    shard, numbers = place(written)
    others = [each["ShardId"] for each in written.shards() if each["ShardId"] != shard]
    request = {"StreamArn": written.arn(), "ShardIteratorType": "AT_SEQUENCE_NUMBER"}
    invalid = ("ValidationException", "Invalid SequenceNumber for the shard")
    for name in others:
        assert (
            refused(written, "GetShardIterator", ShardId=name, SequenceNumber=numbers[0], **request)
            == invalid
        )
    for text in ("x" * 21, "0" * 21, "9" * 40, "４" + numbers[0][1:]):
        assert refused(written, "GetShardIterator", ShardId=shard, SequenceNumber=text, **request) == invalid


@pytest.mark.parametrize(
    ("kind", "members"),
    [
        ("AT_SEQUENCE_NUMBER", {}),
        ("AFTER_SEQUENCE_NUMBER", {}),
        ("AT_TIMESTAMP", {}),
        ("LATEST", {"SequenceNumber": "1" * 22}),
        ("TRIM_HORIZON", {"SequenceNumber": "1" * 22}),
        ("TRIM_HORIZON", {"Timestamp": 1}),
        ("AT_TIMESTAMP", {"Timestamp": 1_700_000_001}),
    ],
)
def test_a_place_is_given_as_its_kind_needs(door: Session, kind: str, members: dict[str, Any]):
    door.create()
    request = {"StreamArn": door.arn(), "ShardId": door.shards()[0]["ShardId"], "ShardIteratorType": kind}
    code, message = refused(door, "GetShardIterator", **request, **members)
    assert code == "ValidationException"
    assert message.startswith("One or more parameter values were invalid: ")


def test_an_iterator_lasts_fifteen_minutes(written: Session):
    iterator = written.iterator(place(written)[0])
    written.clock.advance(HOUR_S / 4)
    records, following = written.read(iterator)
    assert len(records) == 5
    written.clock.advance(1)
    code, message = refused(written, "GetRecords", ShardIterator=iterator)
    assert (code, message) == (
        "ExpiredIteratorException",
        "The provided iterator exceeds the maximum age allowed",
    )
    assert written.read(following)[0] == []


def test_an_iterator_that_was_changed_is_refused(written: Session):
    iterator = written.iterator(place(written)[0])
    arn, _, token = iterator.rpartition("|")
    data = bytearray(b64decode(token))
    for at in range(len(data)):
        changed = bytes(data[:at]) + bytes([data[at] ^ 1]) + bytes(data[at + 1 :])
        request = f"{arn}|{b64encode(changed).decode()}"
        assert refused(written, "GetRecords", ShardIterator=request)[0] == "ValidationException", at
    for text in ("x", iterator[:-4], iterator.replace("music", "musik"), arn, "é|1|é"):
        assert refused(written, "GetRecords", ShardIterator=text) == (
            "ValidationException",
            "Invalid ShardIterator",
        )


def test_streams_are_asked_for_at_their_own_service(session: Session):
    with BackgroundServer(session.db) as endpoint:
        session.caller, close = over_http(endpoint)
        assert session.call("DynamoDBStreams_20120810.ListStreams") == {"Streams": []}
        for target in ("DynamoDB_20120810.ListStreams", "DynamoDBStreams_20120810.ListTables"):
            assert refused(session, target)[0] == "UnknownOperationException"
        close()
