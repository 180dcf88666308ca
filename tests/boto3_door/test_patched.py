"""`patched` serves the clients that other code makes for itself: before, within, in any thread; and then no longer."""

from __future__ import annotations

import asyncio
import socket
import threading
import unittest
from collections.abc import AsyncIterator, Iterator
from typing import Any

import boto3
import botocore.session
import pytest
from boto3_doors import ONE_ATTEMPT, new_table
from botocore.endpoint import Endpoint
from botocore.exceptions import HTTPClientError
from botocore.session import Session
from botocore.signers import RequestSigner

import stator.boto3
from stator.boto3 import OtherServiceError, patched
from stator.client.connecting import open_database
from stator.engine.database import Database

CLASSES = (Endpoint, Session, RequestSigner)


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> Any:
        raise AssertionError("a socket was about to be connected")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.fixture
def db() -> Iterator[Database]:
    opened = open_database()
    yield opened
    opened.close()


def tables(client: Any) -> list[str]:
    names: list[str] = client.list_tables()["TableNames"]
    return names


def test_a_client_needs_neither_region_nor_credentials(db: Database) -> None:
    with patched(db):
        client = boto3.Session().client("dynamodb")
        table = new_table(client)
        assert tables(boto3.Session().client("dynamodb", endpoint_url="http://localhost:9")) == [table]
        assert boto3.Session().resource("dynamodb").Table(table).table_status == "ACTIVE"
        assert boto3.Session().client("dynamodbstreams").list_streams()["Streams"] == []
        assert botocore.session.get_session().create_client("dynamodb", "eu-north-1").list_tables()


def test_a_client_that_was_made_before_is_served_and_afterwards_no_longer(db: Database) -> None:
    key = {"aws_access_key_id": "a", "aws_secret_access_key": "b"}
    before = boto3.Session().client(
        "dynamodb", "eu-west-1", endpoint_url="http://127.0.0.1:9", config=ONE_ATTEMPT, **key
    )
    with patched(db):
        table = new_table(before)
        assert tables(before) == [table]
    with pytest.raises(HTTPClientError, match="a socket was about to be connected"):
        tables(before)


def test_a_client_that_was_made_before_without_credentials_is_served(db: Database) -> None:
    session = botocore.session.Session()
    session._credentials = None
    session.register_component(
        "credential_provider", type("None_", (), {"load_credentials": lambda self: None})()
    )
    before = session.create_client("dynamodb", "eu-west-1")
    with patched(db):
        assert tables(before) == []


def test_everything_that_was_replaced_is_put_back(db: Database) -> None:
    before = [dict(each.__dict__) for each in CLASSES]
    with patched(db):
        assert [dict(each.__dict__) for each in CLASSES] != before
        with patched(db):
            pass
        assert [dict(each.__dict__) for each in CLASSES] != before
    assert [dict(each.__dict__) for each in CLASSES] == before
    with pytest.raises(ZeroDivisionError), patched(db):
        raise ZeroDivisionError
    assert [dict(each.__dict__) for each in CLASSES] == before


def test_what_others_replaced_meanwhile_stays_and_goes_on_working(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = Endpoint.__dict__["_send"]
    seen: list[str] = []
    with patched(db):
        ours = Endpoint.__dict__["_send"]

        def theirs(self: Any, request: Any) -> Any:
            seen.append(request.url)
            return ours(self, request)

        Endpoint._send = theirs  # type: ignore[method-assign]
        tables(boto3.Session().client("dynamodb"))
        assert len(seen) == 1
    assert Endpoint.__dict__["_send"] is theirs
    with patched(db):
        assert tables(boto3.Session().client("dynamodb")) == []
    Endpoint._send = original  # type: ignore[method-assign]


def test_the_innermost_of_several_counts() -> None:
    client = None
    with patched():
        client = boto3.Session().client("dynamodb")
        outer = new_table(client)
        with patched():
            inner = new_table(client)
            assert tables(client) == [inner]
        assert tables(client) == [outer]


def test_those_that_are_left_in_another_order_leave_the_rest() -> None:
    first, second = patched(), patched()
    first.__enter__()
    client = boto3.Session().client("dynamodb")
    second.__enter__()
    table = new_table(client)
    first.__exit__()
    assert tables(client) == [table]
    second.__exit__()
    assert not hasattr(Endpoint._send, "__wrapped__")


OTHERS = [
    ("s3", "list_buckets", {}, "s3 ListBuckets"),
    ("sqs", "send_message", {"QueueUrl": "https://sqs/1/q", "MessageBody": "x"}, "sqs SendMessage"),
    ("sts", "get_caller_identity", {}, "sts GetCallerIdentity"),
    ("lambda", "list_functions", {}, "lambda ListFunctions"),
]


@pytest.mark.parametrize(("service", "method", "request_", "name"), OTHERS)
def test_another_service_fails_by_name_before_anything_is_sent(
    service: str, method: str, request_: dict[str, Any], name: str
) -> None:
    with patched():
        with pytest.raises(OtherServiceError, match=name) as caught:
            getattr(boto3.Session().client(service), method)(**request_)
        assert f"let_through=['{service}']" in str(caught.value)


@pytest.mark.parametrize("let_through", [True, ["sts"], "sts"])
def test_a_service_that_is_let_through_goes_where_it_would(
    let_through: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []

    def send(self: Any, request: Any) -> Any:
        sent.append(request.url)
        raise ConnectionRefusedError("so far")

    monkeypatch.setattr("botocore.httpsession.URLLib3Session.send", send)
    with patched(let_through=let_through):
        key = {"aws_access_key_id": "a", "aws_secret_access_key": "b"}
        client = boto3.Session(**key).client("sts", region_name="us-east-1")
        with pytest.raises(ConnectionRefusedError):
            client.get_caller_identity()
    assert sent == ["https://sts.us-east-1.amazonaws.com/"]


def test_another_service_that_a_stub_answers_is_no_call() -> None:
    from botocore.stub import Stubber

    with patched():
        client = boto3.Session().client("sts")
        with Stubber(client) as stub:
            stub.add_response("get_caller_identity", {"Account": "1"})
            assert client.get_caller_identity()["Account"] == "1"


def test_a_session_of_stators_own_keeps_its_own_database() -> None:
    with stator.boto3.Session() as own, patched():
        table = new_table(own.client("dynamodb"))
        assert tables(own.client("dynamodb")) == [table]
        assert tables(boto3.Session().client("dynamodb")) == []


def test_it_holds_in_every_thread(db: Database) -> None:
    found: list[Any] = []
    with patched(db):
        table = new_table(boto3.Session().client("dynamodb"))

        def look() -> None:
            found.append(tables(boto3.Session().client("dynamodb")))

        threads = [threading.Thread(target=look) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert found == [[table]] * 4


def test_it_wraps_functions_coroutines_and_generators() -> None:
    @patched()
    def plain() -> list[str]:
        return tables(boto3.Session().client("dynamodb"))

    @patched()
    async def coroutine() -> list[str]:
        await asyncio.sleep(0)
        return tables(boto3.Session().client("dynamodb"))

    @patched()
    def generator() -> Iterator[list[str]]:
        yield tables(boto3.Session().client("dynamodb"))

    @patched()
    async def async_generator() -> AsyncIterator[list[str]]:
        yield tables(boto3.Session().client("dynamodb"))

    found: list[list[str]] = []

    async def first() -> list[str]:
        async for names in async_generator():
            found.append(names)
        return found[0]

    assert [plain(), asyncio.run(coroutine()), *generator(), asyncio.run(first())] == [[]] * 4
    assert plain.__name__ == "plain"
    assert not hasattr(Endpoint._send, "__wrapped__")


def test_a_function_has_an_empty_database_for_each_call() -> None:
    @patched()
    def make() -> list[str]:
        client = boto3.Session().client("dynamodb")
        client.create_table(
            TableName="same",
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        return tables(client)

    assert make() == make() == ["same"]


def test_each_test_of_a_class_is_within_a_database_of_its_own() -> None:
    @patched()
    class TestTables:
        def names(self) -> list[str]:
            client: Any = boto3.client("dynamodb", region_name="us-east-1")
            client.create_table(
                TableName="mine",
                KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}],
                AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}],
                BillingMode="PAY_PER_REQUEST",
            )
            names: list[str] = client.list_tables()["TableNames"]
            return names

        def test_one(self) -> list[str]:
            return self.names()

        @staticmethod
        def test_two() -> list[str]:
            return TestTables().names()

    tests = TestTables()
    assert tests.test_one() == tests.test_two() == tests.test_one() == ["mine"]


def test_a_unittest_case_has_its_set_up_within_the_block() -> None:
    seen: list[Any] = []

    @patched()
    class Case(unittest.TestCase):
        def setUp(self) -> None:
            self.client: Any = boto3.client("dynamodb", region_name="us-east-1")
            seen.append(self.client.list_tables()["TableNames"])

        def test_tables(self) -> None:
            seen.append(self.client.list_tables()["TableNames"])

    outcome = unittest.defaultTestLoader.loadTestsFromTestCase(Case).run(unittest.TestResult())
    assert outcome.wasSuccessful()
    assert seen == [[], []]


def test_a_class_that_is_not_of_tests_is_refused() -> None:
    with pytest.raises(TypeError, match="Plain is a class without tests"):

        @patched()
        class Plain:
            pass

    with pytest.raises(TypeError, match="has a setup_method"):

        @patched()
        class TestSetUp:
            def setup_method(self) -> None:
                pass

            def test_it(self) -> None:
                pass
