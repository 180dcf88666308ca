"""No request holds up the loop: the longest turn that each takes, in the thread's own time.

The measure is what this machine takes to decode the largest item there can be (400 KB of empty texts, 3.6 MB of JSON;
some 0.1 s). What goes into such an item has to decode it, and takes that and a little more; no request that a client
can send takes longer, whatever its size.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from answers import check_answer
from large_requests import EMPTY, Case, elements, of_16_mb, of_many_members, of_the_largest_item, put
from probed import Probed, probed
from raw_http import RawClient, request

GET = {"TableName": "small", "Key": {"pk": {"S": "a"}}}
# Turns that touch the largest item: decoded, changed, measured and encoded; the others decode no more than a piece
TOUCHING = 3.0
OTHERS = 1.2
VALUES = 400_000 if os.environ.get("SOAK") else 40_000


@pytest.fixture(scope="module")
def server() -> Iterator[Probed]:
    with probed() as server:
        with server.client() as client:
            for name in ("small", "large"):
                create(client, name)
            client.call("PutItem", {"TableName": "small", "Item": {"pk": {"S": "a"}}})
        yield server


def create(client: RawClient, name: str) -> None:
    answer = client.call(
        "CreateTable",
        {
            "TableName": name,
            "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
            "BillingMode": "PAY_PER_REQUEST",
        },
    )
    assert answer.status == 200


def check_turns(server: Probed, cases: Iterator[Case], longest: float) -> None:
    seen = {}
    with server.client() as client:
        for name, operation, body in cases:
            server.report()
            answer = client.call(operation, body)
            check_answer(answer.status, answer.body, name)
            report = server.report()
            seen[name] = round(report.own_s / server.measure_s, 2)
            print(
                f"{name}: {report.own_s * 1e3:.0f} ms, by the wall {report.wall_s * 1e3:.0f} ms, {answer.body[:80]!r}"
            )
    assert max(seen.values()) < longest, seen


def test_the_largest_item_is_written_read_and_changed_in_short_turns(server: Probed) -> None:
    check_turns(server, of_the_largest_item(), TOUCHING)


def test_a_large_request_takes_no_long_turn(server: Probed) -> None:
    check_turns(server, of_16_mb(VALUES), OTHERS)


def test_a_request_of_very_many_members_takes_no_long_turn(server: Probed) -> None:
    check_turns(server, of_many_members(VALUES // 2), OTHERS)


def test_other_clients_are_answered_while_a_large_request_is_read(server: Probed) -> None:
    body = put(elements(EMPTY, 409_000))
    with server.client() as large, server.client() as small:
        answers: list[Any] = []
        thread = threading.Thread(target=lambda: answers.append(large.call("PutItem", body)))
        thread.start()
        meanwhile = 0
        while thread.is_alive():
            assert small.call("GetItem", GET).status == 200
            meanwhile += 1
        thread.join()
        assert answers[0].status == 200
    assert meanwhile > 10


def test_a_client_that_leaves_before_its_large_request_is_read_costs_nobody_an_answer(server: Probed) -> None:
    body = put(elements(EMPTY, 100_000))
    leaving = [server.client() for _ in range(8)]
    for client in leaving:
        client.send(request("PutItem", body))
    for client in leaving:
        client.reset()
    with server.client() as client:
        assert client.call("PutItem", body).status == 200
    server.until(lambda report: not report.in_flight)
    server.until(lambda report: not report.connections)
