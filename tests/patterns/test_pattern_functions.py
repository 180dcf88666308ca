"""Handlers in the shape of AWS Lambda, fed by a table's stream."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from together import records_of

from patterns import connections, outbox, time_based
from patterns.lambdas import feed, handler_for
from patterns.pattern import Pattern
from patterns.running import Running
from stator.model import ref

Prepare = Callable[[Pattern], Running]


def test_an_event_has_the_shape_that_lambda_gives(prepared: Prepare) -> None:
    running = prepared(connections.PATTERN)
    running.design.erase(connections.PATTERN.items[0])
    records = records_of(running.design.db, "connections")
    assert json.loads(json.dumps(records)) == records
    (removed,) = [each for each in records if each["eventName"] == "REMOVE"]
    assert sorted(removed) == [
        "awsRegion", "dynamodb", "eventID", "eventName", "eventSource", "eventSourceARN", "eventVersion",
    ]  # fmt: skip
    assert sorted(removed["dynamodb"]) == [
        "ApproximateCreationDateTime", "Keys", "OldImage", "SequenceNumber", "SizeBytes", "StreamViewType",
    ]  # fmt: skip
    assert removed["dynamodb"]["Keys"] == {"pk": {"S": "CONNECTION#c1"}}
    assert removed["dynamodb"]["OldImage"]["user_id"] == {"S": "ann"}
    assert removed["eventSource"] == "aws:dynamodb"
    assert ":table/connections/stream/" in removed["eventSourceARN"]


def test_bytes_are_base64_in_an_event(prepared: Prepare) -> None:
    running = prepared(outbox.PATTERN)
    image = {"pk": "x", "sk": "x", "blob": b"\x00\xff", "some": [{"set": {b"a"}}]}
    running.design.db.Table("orders").put_item(Item=image)
    records = records_of(running.design.db, "orders")
    (stored,) = [each["dynamodb"]["NewImage"] for each in records if "blob" in each["dynamodb"]["NewImage"]]
    assert stored["blob"] == {"B": "AP8="}
    assert stored["some"] == {"L": [{"M": {"set": {"BS": ["YQ=="]}}}]}


def test_a_record_that_fails_is_given_again_with_those_behind_it_and_no_other(prepared: Prepare) -> None:
    running = prepared(outbox.PATTERN)
    shop: Any = running.design
    for number in range(6):
        outbox.place(shop, outbox.Order(order_id=f"o{number + 1}", total=1), outbox.NOW)
    sent: list[str] = []
    failing = {"o2", "o5"}

    def send(message: outbox.Message) -> None:
        if message.order_id in failing:
            failing.remove(message.order_id)
            raise ConnectionError("not now")
        sent.append(message.order_id)

    feed(shop.db, "orders", outbox.relay_of(send))
    assert sorted(sent) == [f"o{number + 1}" for number in range(6)]
    assert failing == set()


def test_a_record_that_fails_for_ever_is_an_error(prepared: Prepare) -> None:
    running = prepared(outbox.PATTERN)

    def work(record: Mapping[str, Any]) -> None:
        raise ValueError("never")

    with pytest.raises(RuntimeError, match="failed 3 times"):
        feed(running.design.db, "orders", handler_for(work))


def test_the_latest_of_a_device_is_not_set_back(prepared: Prepare) -> None:
    running = prepared(time_based.PATTERN)
    telemetry: Any = running.design
    late = time_based.event(7, datetime(2030, 1, 1, 7, tzinfo=UTC), 1.0)
    telemetry.create(late.model_copy(update={"device_id": "d2"}))
    telemetry.create(late)
    for _ in range(2):  # each delivery may come twice
        feed(telemetry.db, "telemetry", time_based.latest_by(telemetry))
    assert telemetry.latest_of("d1").value == 21.0
    assert telemetry.latest_of("d2").value == 1.0


def test_an_expired_connection_is_told_as_lost() -> None:
    told: list[str] = []

    class Room:
        def in_room(self, room: str) -> Any:
            return SimpleNamespace(all=lambda: [connections.opened("c9", "di", room)])

    image = {"user_id": {"S": "ann"}, "room": {"S": "lobby"}}
    record = {
        "eventName": "REMOVE",
        "dynamodb": {"OldImage": image, "SequenceNumber": "1"},
        "userIdentity": {"type": "Service", "principalId": "dynamodb.amazonaws.com"},
    }
    handler = connections.presence_of(Room(), lambda to, text: told.append(f"{to} {text}"))  # type: ignore[arg-type]
    assert handler({"Records": [record]}, None) == {"batchItemFailures": []}
    assert told == ["c9 ann was lost"]


def test_who_has_left_a_room_is_told_to_those_in_it_alone(prepared: Prepare) -> None:
    chat: Any = prepared(connections.PATTERN).design
    chat.erase(ref(connections.Connection, connection_id="c2"))
    told: list[str] = []
    feed(chat.db, "connections", connections.presence_of(chat, lambda to, text: told.append(f"{to} {text}")))
    assert told == ["c1 bo left"]
