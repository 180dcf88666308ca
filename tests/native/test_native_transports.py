"""Calls to a database elsewhere: tried again as SDKs do, signed when asked, and refused in plain words."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import boto3
import pytest
from native_tables import CREDENTIALS, schema

import stator
from stator.client.connecting import connect
from stator.client.over_http import OverHttp
from stator.client.retries import Retries
from stator.errors import ServiceError, StatorError, UnreachableError


class Scripted:
    """An endpoint that answers what it is told to, in order; and what it was asked."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, bytes, dict[str, str]]] = []
        self.asked: list[dict[str, Any]] = []
        scripted = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                scripted.asked.append({"headers": dict(self.headers), "body": json.loads(body)})
                status, text, headers = scripted.answers.pop(0)
                if status == 0:
                    self.close_connection = True
                    return
                self.send_response(status)
                for name, value in {"Content-Length": str(len(text)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_: Any) -> None:
                return None

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def says(self, status: int, answer: Any = None, **headers: str) -> None:
        text = answer if isinstance(answer, bytes) else json.dumps(answer or {}).encode()
        self.answers.append((status, text, headers))

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def scripted() -> Iterator[Scripted]:
    endpoint = Scripted()
    yield endpoint
    endpoint.close()


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def transport(scripted: Scripted, pauses: list[float]) -> Iterator[OverHttp]:
    transport = OverHttp(scripted.url, retries=Retries(attempts_max=4, sleep=pauses.append))
    yield transport
    transport.close()


def fault(code: str) -> dict[str, str]:
    return {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": "said so"}


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (400, fault("ProvisionedThroughputExceededException")),
        (400, fault("ThrottlingException")),
        (500, fault("InternalServerError")),
        (503, b"<html>"),
        (0, None),
        (200, b"no json"),
    ],
)
def test_what_may_pass_is_tried_again(
    scripted: Scripted, transport: OverHttp, pauses: list[float], status: int, answer: Any
) -> None:
    scripted.says(status, answer)
    scripted.says(status, answer)
    scripted.says(200, {"TableNames": ["a"]})
    assert transport.call("ListTables", {}) == {"TableNames": ["a"]}
    assert len(pauses) == 2


def test_a_damaged_answer_is_asked_for_again(scripted: Scripted, transport: OverHttp) -> None:
    scripted.says(200, {"TableNames": []}, **{"x-amz-crc32": "1"})
    scripted.says(200, {"TableNames": ["a"]})
    assert transport.call("ListTables", {}) == {"TableNames": ["a"]}


def test_the_callers_own_fault_is_not_tried_again(
    scripted: Scripted, transport: OverHttp, pauses: list[float]
) -> None:
    scripted.says(400, fault("ValidationException"))
    with pytest.raises(stator.errors.ValidationException, match="said so"):
        transport.call("ListTables", {})
    assert pauses == []


def test_an_error_that_nobody_knows_has_a_class_of_its_name(scripted: Scripted, transport: OverHttp) -> None:
    scripted.says(400, fault("NewlyMadeException"))
    with pytest.raises(ServiceError) as refusal:
        transport.call("ListTables", {})
    assert (refusal.value.code, refusal.value.message) == ("NewlyMadeException", "said so")


def test_after_so_many_attempts_the_last_error_stands(
    scripted: Scripted, transport: OverHttp, pauses: list[float]
) -> None:
    for _ in range(4):
        scripted.says(400, fault("ThrottlingException"))
    with pytest.raises(stator.errors.ThrottlingException):
        transport.call("ListTables", {})
    assert len(pauses) == 3


def test_a_transaction_is_known_again_when_it_is_tried_again(scripted: Scripted, transport: OverHttp) -> None:
    scripted.says(500, {})
    scripted.says(200, {})
    transport.call("TransactWriteItems", {"TransactItems": []})
    tokens = {asked["body"]["ClientRequestToken"] for asked in scripted.asked}
    assert len(tokens) == 1


def test_an_endpoint_that_is_not_there_is_said(pauses: list[float]) -> None:
    transport = OverHttp("http://127.0.0.1:1", retries=Retries(sleep=pauses.append))
    with pytest.raises(UnreachableError, match=r"http://127\.0\.0\.1:1 could not be reached"):
        transport.call("ListTables", {})
    assert len(pauses) == 2


def test_credentials_come_from_the_environment(scripted: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDOFENV")
    monkeypatch.setenv("AWS_REGION", "eu-west-3")
    scripted.says(200)
    with stator.open(scripted.url) as db:
        db.client.list_tables()
    assert "Credential=AKIDOFENV/" in scripted.asked[0]["headers"]["Authorization"]
    assert "/eu-west-3/dynamodb/aws4_request" in scripted.asked[0]["headers"]["Authorization"]


def test_a_request_is_signed_when_asked(scripted: Scripted) -> None:
    scripted.says(200)
    with stator.open(scripted.url, sign=True, access_key="AKID", secret_key="s") as db:
        db.client.list_tables()
    authorization = scripted.asked[0]["headers"]["Authorization"]
    assert authorization.startswith("AWS4-HMAC-SHA256 Credential=AKID/")
    assert "0" * 64 not in authorization


@pytest.mark.parametrize("kind", ["session", "client", "resource", "streams client"])
def test_a_boto3_object_of_each_kind_is_taken(endpoint: str, kind: str) -> None:
    session = boto3.Session(**CREDENTIALS)
    options = {"endpoint_url": endpoint} if kind == "session" else {}
    made: dict[str, Any] = {
        "session": session,
        "client": session.client("dynamodb", endpoint_url=endpoint),
        "resource": session.resource("dynamodb", endpoint_url=endpoint),
        "streams client": session.client("dynamodbstreams", endpoint_url=endpoint),
    }
    with stator.open(made[kind], **options) as db:
        stream = {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}
        table = db.create_table(**schema("OfBoto3", StreamSpecification=stream))
        table.put_item(Item={"id": "a", "at": 1, "b": b"x"})
        assert table.get_item(Key={"id": "a", "at": 1})["Item"]["b"] == b"x"
        assert [record["dynamodb"]["Keys"] for record in table.stream(follow=False)] == [{"id": "a", "at": 1}]
        table.delete()


def test_an_aws_endpoint_goes_through_boto3() -> None:
    transport: Any = connect("https://dynamodb.eu-west-1.amazonaws.com")
    assert transport.region == "eu-west-1"
    transport.close()
    with pytest.raises(StatorError, match="is closed"):
        transport.call("ListTables", {})
