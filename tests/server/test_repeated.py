"""A GetItem that comes again letter by letter is answered as the first was: by what is stored now."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from doors import HttpDoor, Refusal, http_door

from stator.api.repeated import Repeated
from stator.engine.database import Database, Options
from stator.storage.memory import MemoryStore
from stator.wire.codec import RepeatedRequests

KEY = {"pk": {"S": "a"}}
ASKED = {"TableName": "things", "Key": KEY}
TIMES = range(3)


@pytest.fixture
def door() -> Iterator[HttpDoor]:
    with http_door() as opened:
        yield opened


def create(door: HttpDoor, kind: str = "S", sort: str | None = None) -> None:
    keys = [("pk", "HASH", kind), *([(sort, "RANGE", "S")] if sort else [])]
    door.call(
        "CreateTable",
        {
            "TableName": "things",
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{"AttributeName": name, "AttributeType": of} for name, _, of in keys],
            "KeySchema": [{"AttributeName": name, "KeyType": role} for name, role, _ in keys],
        },
    )


def put(door: HttpDoor, value: str) -> None:
    door.call("PutItem", {"TableName": "things", "Item": {**KEY, "v": {"S": value}}})


def test_each_answer_is_of_the_latest_write(door: HttpDoor) -> None:
    create(door)
    assert door.call("GetItem", ASKED) == {}
    for number in TIMES:
        put(door, str(number))
        for _ in TIMES:
            assert door.call("GetItem", ASKED)["Item"]["v"] == {"S": str(number)}
    door.call("DeleteItem", ASKED)
    assert door.call("GetItem", ASKED) == {}


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"ProjectionExpression": "v"}, {"Item": {"v": {"S": "x"}}}),
        ({"ProjectionExpression": "#v", "ExpressionAttributeNames": {"#v": "v"}}, {"Item": {"v": {"S": "x"}}}),
        ({"AttributesToGet": ["pk"]}, {"Item": KEY}),
        (
            {"ReturnConsumedCapacity": "TOTAL"},
            {"Item": {**KEY, "v": {"S": "x"}}, "ConsumedCapacity": {"TableName": "things", "CapacityUnits": 0.5}},
        ),
        (
            {"ReturnConsumedCapacity": "TOTAL", "ConsistentRead": True},
            {"Item": {**KEY, "v": {"S": "x"}}, "ConsumedCapacity": {"TableName": "things", "CapacityUnits": 1.0}},
        ),
    ],
)
def test_each_member_means_the_same_each_time(
    door: HttpDoor, more: dict[str, Any], expected: dict[str, Any]
) -> None:
    create(door)
    put(door, "x")
    for _ in TIMES:
        assert door.call("GetItem", {**ASKED, **more}) == expected


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"TableName": "nothing", "Key": KEY}, "ResourceNotFoundException"),
        ({"TableName": "things", "Key": {"pk": {"N": "1"}}}, "ValidationException"),
        ({"TableName": "things", "Key": {"pk": {"S": ""}}}, "ValidationException"),
        ({"TableName": "things", "Key": {"pk": {"S": "a"}, "sk": {"S": "b"}}}, "ValidationException"),
        ({**ASKED, "ProjectionExpression": "v,,"}, "ValidationException"),
        ({**ASKED, "ProjectionExpression": "pk.a"}, "ValidationException"),
        ({"TableName": "things"}, "ValidationException"),
    ],
)
def test_each_refusal_is_the_same_each_time(door: HttpDoor, asked: dict[str, Any], code: str) -> None:
    create(door)
    refusals = set()
    for _ in TIMES:
        with pytest.raises(Refusal) as caught:
            door.call("GetItem", asked)
        refusals.add((caught.value.code, caught.value.message))
    assert [found for found, _ in refusals] == [code]


def test_a_table_made_anew_is_asked_anew(door: HttpDoor) -> None:
    create(door)
    put(door, "x")
    assert "Item" in door.call("GetItem", ASKED)
    door.call("DeleteTable", {"TableName": "things"})
    for _ in TIMES:
        with pytest.raises(Refusal, match="ResourceNotFoundException"):
            door.call("GetItem", ASKED)
    create(door)
    for _ in TIMES:
        assert door.call("GetItem", ASKED) == {}
    door.call("DeleteTable", {"TableName": "things"})
    create(door, kind="N")
    for _ in TIMES:
        with pytest.raises(Refusal, match="does not match the schema"):
            door.call("GetItem", ASKED)
    door.call("DeleteTable", {"TableName": "things"})
    create(door, sort="sk")
    with pytest.raises(Refusal, match="does not match the schema"):
        door.call("GetItem", ASKED)


def test_callers_of_two_regions_ask_two_tables_in_the_same_words(monkeypatch: pytest.MonkeyPatch) -> None:
    import doors

    east = doors._AUTHORIZATION
    west = east.replace("us-east-1", "us-west-2")
    with http_door(Database(MemoryStore(), Options(namespace="region"))) as door:
        for authorization, value in ((east, "east"), (west, "west")):
            monkeypatch.setattr(doors, "_AUTHORIZATION", authorization)
            create(door)
            put(door, value)
        for authorization, value in ((east, "east"), (west, "west")) * 3:
            monkeypatch.setattr(doors, "_AUTHORIZATION", authorization)
            assert door.call("GetItem", ASKED)["Item"]["v"] == {"S": value}


def test_what_is_remembered_is_bounded() -> None:
    requests = RepeatedRequests("GetItem", bytes_max=100_000)
    texts = [b'{"TableName":"things","Key":{"pk":{"S":"%d"}}}' % number for number in range(1000)]
    for text in texts:
        requests.decode(text)
    kept = requests._younger.keys() | requests._elder.keys()
    assert 0 < len(kept) < 100
    assert texts[-1] in kept
    assert requests.decode(texts[-1]) is requests.decode(texts[-1])
    assert requests.decode(texts[0]) == {"TableName": "things", "Key": {"pk": {"S": "0"}}}


def test_what_is_asked_for_often_is_remembered_beside_what_is_asked_for_once() -> None:
    requests = RepeatedRequests("GetItem", bytes_max=100_000)
    often = b'{"TableName":"things","Key":{"pk":{"S":"often"}}}'
    first = requests.decode(often)
    for number in range(1000):
        requests.decode(b'{"TableName":"things","Key":{"pk":{"S":"%d"}}}' % number)
        assert requests.decode(often) is first


def test_a_long_text_is_not_remembered() -> None:
    requests = RepeatedRequests("GetItem")
    text = b'{"TableName":"things","Key":{"pk":{"S":"%s"}}}' % (b"a" * 2000)
    assert type(requests.decode(text)) is dict
    assert isinstance(requests.decode(b'{"TableName":"things","Key":{"pk":{"S":"a"}}}'), Repeated)
