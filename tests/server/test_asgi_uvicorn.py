"""The ASGI app under a real server: uvicorn, on both loops and with both of its readers of HTTP, used by boto3."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from raw_http import RawClient, head, request
from shown_operations import ShownOperations

import stator.asgi
from stator.engine.database import Database
from stator.server.listening import listen
from stator.storage.memory import MemoryStore

uvicorn = pytest.importorskip("uvicorn", reason="uvicorn is not installed")
PAGE = Path(__file__).parents[2] / "docs" / "asgi.md"
KEY = {"TableName": "songs", "Key": {"pk": {"S": "a"}}}


@contextmanager
def served(app: Any, loop: str = "asyncio", http: str = "httptools", lifespan: str = "on") -> Iterator[str]:
    """Serves an app on a thread; its endpoint."""
    bound = listen("127.0.0.1", 0, 100)[0]
    config = uvicorn.Config(app, loop=loop, http=http, lifespan=lifespan, log_level="critical")
    server = uvicorn.Server(config)
    ready = threading.Event()
    begin = server.startup

    async def startup(sockets: Any = None) -> None:
        await begin(sockets=sockets)
        ready.set()

    server.startup = startup
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]})
    thread.start()
    try:
        assert ready.wait(10)
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        bound.close()


@contextmanager
def client_of(endpoint: str) -> Iterator[Any]:
    client = boto3.client(
        "dynamodb",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="x",
        aws_secret_access_key="x",
        config=Config(retries={"max_attempts": 1}),
    )
    try:
        yield client
    finally:
        client.close()


def use(client: Any) -> None:
    """A table's life, with a page, a large item, a refusal and a transaction."""
    client.create_table(
        TableName="songs",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        AttributeDefinitions=[
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "sk", "AttributeType": "N"},
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    for number in range(9):
        item = {"pk": {"S": "a"}, "sk": {"N": str(number)}, "text": {"S": "x" * 300_000}}
        client.put_item(TableName="songs", Item=item)
    pages = client.get_paginator("query").paginate(
        TableName="songs", KeyConditionExpression="pk = :a", ExpressionAttributeValues={":a": {"S": "a"}}
    )
    assert [page["Count"] for page in pages] == [4, 4, 1]
    with pytest.raises(ClientError, match="The conditional request failed"):
        client.put_item(
            TableName="songs",
            Item={"pk": {"S": "a"}, "sk": {"N": "0"}},
            ConditionExpression="attribute_not_exists(pk)",
        )
    delete = {"TableName": "songs", "Key": {"pk": {"S": "a"}, "sk": {"N": "0"}}}
    client.transact_write_items(TransactItems=[{"Delete": delete}])
    assert client.scan(TableName="songs", Select="COUNT")["Count"] == 4
    client.delete_table(TableName="songs")


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
@pytest.mark.parametrize("http", ["h11", "httptools"])
def test_boto3_uses_it_unchanged(tmp_path, loop, http):
    app = stator.asgi.app(tmp_path / "app.db", durability="relaxed")
    with served(app, loop, http) as endpoint, client_of(endpoint) as client:
        use(client)


def test_boto3_uses_it_where_there_is_no_lifespan(tmp_path):
    app = stator.asgi.app(tmp_path / "app.db", durability="relaxed")
    with served(app, lifespan="off") as endpoint, client_of(endpoint) as client:
        use(client)


@contextmanager
def shown_app(http: str) -> Iterator[tuple[ShownOperations, Any, str]]:
    shown = ShownOperations()
    app = stator.asgi.app(Database(MemoryStore()), operations=shown.operations())
    with served(app, http=http) as endpoint:
        yield shown, app, endpoint
        shown.gate.open = True


@pytest.mark.parametrize("http", ["h11", "httptools"])
def test_a_connection_is_kept_through_chunks_errors_and_health_checks(http):
    with shown_app(http) as (_, _, endpoint), RawClient(endpoint) as client:
        assert client.call("GetItem", KEY).json == {"Item": {"pk": {"S": "a"}}}
        body = json.dumps(KEY).encode()
        chunks = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in (body[:5], body[5:]))
        client.send(head("GetItem", {"Transfer-Encoding": "chunked"}) + chunks + b"0\r\n\r\n")
        assert client.answer().json == {"Item": {"pk": {"S": "a"}}}
        assert client.call("UpdateItem", KEY).status == 400
        assert (
            client.send(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").answer().body.startswith(b"healthy: ")
        )
        answer = client.send(b"HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n").answer(bodyless=True)
        assert (answer.status, answer.headers["content-length"]) == (200, "42")
        assert len(client.call("Query", {"TableName": "songs", "Limit": 3_000_000}).body) > 3_000_000
        assert client.call("GetItem", KEY).status == 200


@pytest.mark.parametrize("http", ["h11", "httptools"])
def test_a_scan_ends_when_its_client_is_killed(http):
    with shown_app(http) as (shown, app, endpoint):
        with RawClient(endpoint) as client:
            client.send(request("Scan", {"TableName": "songs"}))
            in_flight = lambda: app._running is not None and app._running.driver.service.in_flight  # noqa: E731
            until(lambda: shown.gate.entered)
            assert in_flight() == 1
            client.reset()
        until(lambda: in_flight() == 0)


def until(seen: Any) -> None:
    waiting = threading.Event()
    for _ in range(5000):
        if seen():
            return
        waiting.wait(0.001)
    raise AssertionError("it was never seen")


@pytest.mark.parametrize("number", [0, 1])
def test_the_pages_examples_serve(tmp_path, monkeypatch, number):
    source = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)[number]
    if "starlette" in source:
        pytest.importorskip("starlette", reason="starlette is not installed")
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    exec(compile(source, str(PAGE), "exec"), names)
    path = "/dynamodb/" if "Mount" in source else ""
    with served(names["app"]) as endpoint, client_of(endpoint + path) as client:
        assert client.list_tables()["TableNames"] == []
        assert (tmp_path / "app.db").exists()
