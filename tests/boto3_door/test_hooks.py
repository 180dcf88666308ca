"""botocore's event hooks and retries are the same in the process as over HTTP: their order, and what they are given."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from boto3_doors import Door, new_table
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.exceptions import ClientError

Doors = Callable[..., tuple[Door, Door]]
WHAT_DIFFERS = re.compile(r"\d{8}T\d{6}Z|[0-9a-f-]{36}|table-\d+")


def tame(value: Any) -> Any:
    """What is the same in every run of a request or an answer."""
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    return WHAT_DIFFERS.sub("*", str(value))


def seen_by(event: str, given: dict[str, Any]) -> tuple[Any, ...]:
    """An event as far as both doors must agree on it."""
    name = event.partition(".")[0]
    if "request" in given and hasattr(given["request"], "headers"):
        request = given["request"]
        headers = {key: tame(value) for key, value in request.headers.items()}
        headers.pop("Authorization", None)
        return (name, request.method, tame(request.body), sorted(headers.items()))
    if name == "before-parse":
        answer = given["response_dict"]
        return (name, answer["status_code"], list(answer["headers"]), answer["body"])
    if name == "needs-retry":
        return (name, given["attempts"], given["response"] and given["response"][0].status_code)
    return (name, sorted(given))


def events_of(door: Door, act: Callable[[Any, str], Any]) -> list[tuple[Any, ...]]:
    client = door.client(
        **({} if "endpoint_url" in door.everywhere else {"endpoint_url": "http://127.0.0.1:9"})
    )
    table = new_table(client)
    seen: list[tuple[Any, ...]] = []

    def note(event_name: str, **given: Any) -> None:
        seen.append(seen_by(event_name, {key: value for key, value in given.items() if key != "event_name"}))

    for event in (
        "provide-client-params",
        "before-parameter-build",
        "before-call",
        "request-created",
        "choose-signer",
        "before-sign",
        "before-send",
        "response-received",
        "before-parse",
        "needs-retry",
        "after-call",
        "after-call-error",
    ):
        client.meta.events.register(f"{event}.dynamodb.*", note)
    act(client, table)
    return seen


def put_and_get(client: Any, table: str) -> None:
    client.put_item(TableName=table, Item={"pk": {"S": "a"}})
    client.get_item(TableName=table, Key={"pk": {"S": "a"}})


def refused(client: Any, table: str) -> None:
    with pytest.raises(ClientError):
        client.put_item(TableName=table, Item={"other": {"S": "a"}})


@pytest.mark.parametrize("act", [put_and_get, refused])
def test_every_hook_is_called_in_the_same_order_with_the_same_contents(
    doors: Doors, act: Callable[[Any, str], Any]
) -> None:
    inside, over_http = doors()
    first, second = events_of(inside, act), events_of(over_http, act)
    assert first == second
    assert len(first) >= 8


def test_an_authorization_names_the_key_the_region_and_the_service(door: Door) -> None:
    seen: list[Any] = []
    client = door.client(region_name="eu-west-1", aws_session_token="passing", **_KEYS)
    client.meta.events.register(
        "before-send.dynamodb.*", lambda request, **_: seen.append(dict(request.headers))
    )
    client.list_tables()
    [headers] = seen
    authorization = headers["Authorization"].decode()
    assert re.match(
        r"AWS4-HMAC-SHA256 Credential=mine/\d{8}/eu-west-1/dynamodb/aws4_request, SignedHeaders=",
        authorization,
    )
    assert headers["X-Amz-Security-Token"] == b"passing"


_KEYS = {"aws_access_key_id": "mine", "aws_secret_access_key": "secret"}


def test_a_before_send_hook_may_answer_in_the_place_of_the_database(door: Door) -> None:
    client = door.client()
    table = new_table(client)

    class Raw:
        def stream(self) -> list[bytes]:
            return [b'{"TableNames": ["from the hook"]}']

    def answer(request: Any, **_: Any) -> AWSResponse:
        return AWSResponse(request.url, 200, {}, Raw())

    client.meta.events.register("before-send.dynamodb.ListTables", answer)
    client.meta.events.register(
        "before-send.dynamodb.PutItem", lambda request, **_: AWSResponse(request.url, 200, {}, Raw())
    )
    assert client.list_tables()["TableNames"] == ["from the hook"]
    client.put_item(TableName=table, Item={"pk": {"S": "a"}})
    assert "Item" not in client.get_item(TableName=table, Key={"pk": {"S": "a"}})


def test_parameters_that_a_hook_changes_are_the_ones_sent(door: Door) -> None:
    client = door.client()
    table = new_table(client)

    def mark(params: dict[str, Any], **_: Any) -> None:
        params["Item"]["marked"] = {"BOOL": True}

    client.meta.events.register("before-parameter-build.dynamodb.PutItem", mark)
    client.put_item(TableName=table, Item={"pk": {"S": "a"}})
    assert client.get_item(TableName=table, Key={"pk": {"S": "a"}})["Item"]["marked"] == {"BOOL": True}


def test_what_is_throttled_is_sent_again_until_it_is_taken(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = door.client(config=Config(retries={"total_max_attempts": 3, "mode": "standard"}))
    table = new_table(client, OnDemandThroughput={"MaxReadRequestUnits": 1, "MaxWriteRequestUnits": 1})
    attempts: list[int] = []
    waits: list[float] = []

    def note(**given: Any) -> None:
        attempts.append(given["attempts"])

    client.meta.events.register("needs-retry.dynamodb.PutItem", note)
    monkeypatch.setattr(time, "sleep", waits.append)
    large = {"pk": {"S": "a"}, "data": {"S": "x" * 300_000}}
    client.put_item(TableName=table, Item=large)
    with pytest.raises(client.exceptions.ThrottlingException) as caught:
        client.put_item(TableName=table, Item=large)
    assert caught.value.response["ResponseMetadata"]["RetryAttempts"] == 2
    assert attempts[-3:] == [1, 2, 3]
    assert len(waits) >= 2


def test_a_damaged_checksum_is_noticed_and_the_answer_asked_for_again(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = door.client(config=Config(retries={"max_attempts": 2, "mode": "legacy"}))
    new_table(client)
    http = client._endpoint.http_session
    send, sent = http.send, []

    def damage_the_first(request: Any) -> Any:
        response = send(request)
        if not sent:
            response.headers["x-amz-crc32"] = "1"
        sent.append(request)
        return response

    monkeypatch.setattr(http, "send", damage_the_first)
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    assert client.list_tables()["ResponseMetadata"]["RetryAttempts"] == 1
    assert len(sent) == 2
