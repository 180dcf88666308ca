"""The log: one JSON line a request, quiet text, expressions of slow requests and never a value."""

from __future__ import annotations

import json

import pytest

from stator.api.call import Call
from stator.clock import ManualClock
from stator.server.requestlog import RequestLog

QUERY = {
    "TableName": "songs",
    "KeyConditionExpression": "#p = :secret",
    "FilterExpression": "size(#n) > :n",
    "ExpressionAttributeNames": {"#p": "pk"},
    "ExpressionAttributeValues": {":secret": {"S": "hush"}},
    "ScanFilter": {"a": {"AttributeValueList": [{"S": "hush"}], "ComparisonOperator": "EQ"}},
}


def a_log(**options):
    lines: list[str] = []
    return RequestLog(lines.append, ManualClock(), **options), lines


def test_a_request_is_one_json_line(start):
    rig = start(as_json=True)
    with rig.client() as client:
        ids = [
            client.call(operation, {"TableName": "songs", "Key": {"pk": {"S": "a"}}}).headers[
                "x-amzn-requestid"
            ]
            for operation in ("GetItem", "UpdateItem")
        ]
        client.send(b"nonsense\r\n\r\n").answer()
    rig.background.run(rig.server._log.flush)
    first, second, third = (json.loads(line) for line in "".join(rig.lines).splitlines())
    assert first["milliseconds"] >= 0
    del first["milliseconds"]
    assert first == {
        "time": "2023-11-14T22:13:20.000+00:00",
        "event": "request",
        "operation": "GetItem",
        "table": "songs",
        "index": None,
        "items_read": 1,
        "items_returned": 1,
        "read_units": 0.5,
        "write_units": 0.0,
        "status": 200,
        "error": None,
        "request_id": ids[0],
    }
    assert (second["operation"], second["status"], second["request_id"]) == ("UpdateItem", 400, ids[1])
    assert second["error"] == "ConditionalCheckFailedException"
    assert (third["event"], third["status"]) == ("refused", 400)


def test_text_says_nothing_of_an_ordinary_request(rig):
    with rig.client() as client:
        client.call("GetItem", {"TableName": "songs", "Key": {"pk": {"S": "a"}}})
    rig.background.run(rig.server._log.flush)
    assert rig.lines == []


@pytest.mark.parametrize("as_json", [True, False])
def test_a_slow_request_carries_its_expressions_and_never_their_values(as_json):
    log, lines = a_log(as_json=as_json, slow_s=0.1)
    log.request(Call("Query", "0", "r"), QUERY, 200, None, "ID", 0.2)
    text = "".join(lines)
    for part in (
        "KeyConditionExpression: #p = :secret",
        "FilterExpression: size(#n) > :n",
        "ScanFilter",
        "ID",
    ):
        assert part in text
    assert "hush" not in text


def test_a_fast_request_carries_none():
    log, lines = a_log(as_json=True, slow_s=0.3)
    log.request(Call("Query", "0", "r"), QUERY, 200, None, "ID", 0.2)
    assert "expressions" not in json.loads(lines[0])
    log, lines = a_log(slow_s=0.3)
    log.request(Call("Query", "0", "r"), QUERY, 200, None, "ID", 0.2)
    assert lines == []


def test_the_parts_of_batches_and_transactions_are_shown_and_a_statement_is_not():
    log, lines = a_log(slow_s=0)
    body = {
        "RequestItems": {"songs": {"ProjectionExpression": "a, b"}, "odd": [1]},
        "TransactItems": [{"Put": {"ConditionExpression": "attribute_exists(c)"}}, "odd"],
        "Statement": "SELECT * FROM songs WHERE pk = 'hush'",
    }
    log.request(Call("TransactWriteItems", "0", "r"), body, 200, None, "ID", 0.2)
    assert "ProjectionExpression: a, b" in lines[0]
    assert "ConditionExpression: attribute_exists(c)" in lines[0]
    assert "hush" not in lines[0]


@pytest.mark.parametrize("body", [None, [], {"FilterExpression": 5}, {"RequestItems": 1, "TransactItems": 2}])
def test_a_body_of_any_shape_can_be_logged(body):
    log, lines = a_log(as_json=True, slow_s=0)
    log.request(None, body, 400, "SerializationException", "ID", 1.0)
    assert json.loads(lines[0])["expressions"] == []


def test_a_name_cannot_begin_a_line_of_its_own():
    log, lines = a_log(slow_s=0)
    call = Call("GetItem", "0", "r")
    call.table = "a\n2026 forged"
    log.request(call, {}, 200, None, "ID", 1.0)
    assert lines[0].count("\n") == 1


def test_what_is_shown_of_a_request_is_bounded():
    log, lines = a_log(as_json=True, slow_s=0)
    parts = [{"Update": {"ConditionExpression": "x" * 100_000, "UpdateExpression": "y" * 100_000}}] * 100
    log.request(Call("TransactWriteItems", "0", "r"), {"TransactItems": parts}, 200, None, "ID", 1.0)
    assert len(lines[0]) < 100_000
