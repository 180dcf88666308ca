"""Many clients, and clients that speak slowly, too much, or no HTTP: the others never notice."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from probed import Probed, probed
from raw_http import RawClient, head, request

GET = {"TableName": "crowd", "Key": {"pk": {"S": "a"}}}
FLOOD = 6000


@pytest.fixture(scope="module")
def server() -> Iterator[Probed]:
    with probed() as server:
        with server.client() as client:
            made = client.call(
                "CreateTable",
                {
                    "TableName": "crowd",
                    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
                    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
                    "BillingMode": "PAY_PER_REQUEST",
                },
            )
            assert made.status == 200
            client.call(
                "PutItem", {"TableName": "crowd", "Item": {"pk": {"S": "a"}, "text": {"S": "x" * 300_000}}}
            )
            client.call("PutItem", {"TableName": "crowd", "Item": {"pk": {"S": "b"}}})
        yield server


def check_that_others_are_served(server: Probed) -> None:
    with server.client() as client:
        server.report()
        for _ in range(50):
            answer = client.call("GetItem", {"TableName": "crowd", "Key": {"pk": {"S": "b"}}})
            assert answer.json == {"Item": {"pk": {"S": "b"}}}
        assert server.report().own_s < server.measure_s


def test_many_idle_half_heard_and_unread_clients_are_no_burden(server: Probed) -> None:
    whole = request("GetItem", GET)
    crowd = [RawClient(server.endpoint, read_buffer=4096) for _ in range(400)]
    for number, client in enumerate(crowd):
        match number % 4:
            case 1:
                client.send(whole[: number % len(whole)])
            case 2:
                client.send(head("PutItem", {"Content-Length": "16000000"}) + b'{"TableName":')
            case 3:
                client.send(whole * 20)
    check_that_others_are_served(server)
    for client in crowd:
        client.reset()
    server.until(lambda report: not report.connections)


def test_a_pipelined_flood_is_answered_in_order_and_shared_with_others(server: Probed) -> None:
    flood = b"".join(
        request("GetItem", {"TableName": "crowd", "Key": {"pk": {"S": "b" if number % 7 else "none"}}})
        for number in range(FLOOD)
    )
    with server.client() as client:
        sender = threading.Thread(target=client.send, args=(flood,))
        sender.start()
        check_that_others_are_served(server)
        for number in range(FLOOD):
            assert ("Item" in client.answer().json) is bool(number % 7)
        sender.join()


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 2**32), st.integers(1, 8))
def test_what_is_nearly_http_is_answered_or_closed(server: Probed, seed: int, changes: int) -> None:
    chances = random.Random(seed)
    data = bytearray(request("GetItem", GET))
    for _ in range(changes):
        place = chances.randrange(len(data))
        data[place : place + chances.randrange(3)] = chances.randbytes(chances.randrange(3))
    with server.client() as client:
        client.send(bytes(data))
        client.socket.shutdown(1)
        answers = b""
        while more := client.socket.recv(1 << 20):
            answers += more
    assert answers.startswith(b"HTTP/1.1 ")
    assert b"HTTP/1.1 500" not in answers
