"""Requests that the model and the grammars generate, for every operation: each answer is one that AWS could give.

Answers are held against the model's output shapes; a constraint of the model that a request breaks is refused.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from answer_shapes import check_shapes
from answers import ask, check_answer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from raw_http import RawClient
from requests_of import OPERATIONS
from wild_requests import TABLES, Wild, broken, encoded, learn

from stator.api.shapes import DYNAMODB
from stator.clock import SystemClock
from stator.engine.database import Database
from stator.server.background import BackgroundServer
from stator.server.requestlog import RequestLog
from stator.storage.memory import MemoryStore

SOAK = bool(os.environ.get("SOAK"))
AT_ONCE = 24
# Requests of each operation, and of each that reads or writes items
ROUNDS, ITEM_ROUNDS = (300, 2000) if SOAK else (12, 100)
_OF_ITEMS = {"GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query", "Scan", "BatchGetItem", "BatchWriteItem",
             "TransactGetItems", "TransactWriteItems", "ExecuteStatement", "BatchExecuteStatement",
             "ExecuteTransaction"}  # fmt: skip
Asked = list[tuple[str, str, Any]]


@pytest.fixture(scope="module")
def said() -> list[str]:
    return []


@pytest.fixture(scope="module")
def client(said: list[str]) -> Iterator[RawClient]:
    """One connection for all: what closed it would fail the next test."""
    db = Database(MemoryStore())
    with (
        BackgroundServer(db, log=RequestLog(said.append, SystemClock())) as endpoint,
        RawClient(endpoint) as client,
    ):
        for table in TABLES:
            assert client.call("CreateTable", table).status == 200
        yield client
    db.close()
    # What Stator says of policies that it keeps is no failure
    assert [line for line in said if " warning " not in line] == []


def check_all(client: RawClient, asked: Asked, seen: dict[str, list[str]] | None = None) -> Counter[str]:
    """Sends them pipelined, some at once, and checks every answer; counts what the answers were."""
    counts: Counter[str] = Counter()
    for start in range(0, len(asked), AT_ONCE):
        some = asked[start : start + AT_ONCE]
        client.send(b"".join(ask(client, operation, encoded(request)) for _, operation, request in some))
        for service, operation, request in some:
            answer = client.answer()
            about = f"{operation} {json.dumps(request)[:3000]}"
            check_answer(answer.status, answer.body, about)
            try:
                check_shapes(service, operation, answer.status, answer.body)
            except AssertionError as error:
                raise AssertionError(f"{error}\n{about}\n{answer.body[:2000]!r}") from None
            found = answer.json
            counts[found.get("__type", "200").rpartition("#")[2]] += 1
            if seen is not None and answer.status == 200:
                learn(seen, operation, found)
    return counts


@pytest.mark.parametrize(("service", "operation"), OPERATIONS)
def test_a_broken_constraint_of_the_model_is_refused(client: RawClient, service: str, operation: str) -> None:
    cases = list(broken(service, operation))
    for start in range(0, len(cases), AT_ONCE):
        some = cases[start : start + AT_ONCE]
        client.send(b"".join(ask(client, operation, encoded(request)) for _, request in some))
        for about, _ in some:
            answer = client.answer()
            check_answer(answer.status, answer.body, f"{operation} {about}")
            check_shapes(service, operation, answer.status, answer.body)
            code = answer.json.get("__type", "").rpartition("#")[2]
            assert code in ("ValidationException", "SerializationException"), (
                f"{about}: {answer.body[:300]!r}"
            )


@pytest.mark.parametrize("seed", range(8 if SOAK else 2))
def test_wild_requests_of_every_operation_get_answers_that_the_model_has(
    client: RawClient, seed: int
) -> None:
    chances = Random(seed)
    seen: dict[str, list[str]] = {}
    plan = [each for each in OPERATIONS for _ in range(ITEM_ROUNDS if each[1] in _OF_ITEMS else ROUNDS)]
    chances.shuffle(plan)
    counts: Counter[str] = Counter()
    for start in range(0, len(plan), AT_ONCE):
        asked = []
        for service, operation in plan[start : start + AT_ONCE]:
            asked.append((service, operation, Wild(service, chances, seen).request(operation)))
        counts += check_all(client, asked, seen)
    print(counts.most_common(20))
    assert counts["200"] > len(plan) / 12, counts


@settings(max_examples=3000 if SOAK else 150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 2**32), st.sampled_from(sorted(_OF_ITEMS)))
def test_a_request_with_expressions_of_the_grammar_is_answered(
    client: RawClient, seed: int, operation: str
) -> None:
    wild = Wild(DYNAMODB, Random(seed), {})
    check_all(client, [(DYNAMODB, operation, wild.request(operation)) for _ in range(AT_ONCE)])


# What is put into a request's JSON, in place of nothing or of what stands there
_BYTES = [
    b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\\ud800", b"\\udc00\\ud800", b"\\u0000", b"\0",
    b"\\", b'"', b"NaN", b"-Infinity", b"1e999", b"-0", b"0" * 40, b"9" * 400, b"1.5", b"null", b"true",
    b"{}", b"[]", b"{", b"}", b"[", b"]", b",", b":", b"//", b"/**/", b"'", b"[" * 300, b'{"M":{"a":' * 120,
    b'{"L":[' * 60 + b"]}" * 60, b'"TableName":"ranged",', b'"Key":{},', b'"S":"x",', b"\n", b"\t",
    b"\xe2\x80\xa8",
]  # fmt: skip


@settings(max_examples=6000 if SOAK else 200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 2**32), st.sampled_from(OPERATIONS))
def test_json_that_was_damaged_is_answered(client: RawClient, seed: int, asked: tuple[str, str]) -> None:
    chances = Random(seed)
    service, operation = asked
    for _ in range(8):
        data = bytearray(encoded(Wild(service, chances, {}).request(operation)))
        for _ in range(chances.randrange(1, 5)):
            at = chances.randrange(len(data) + 1)
            data[at : at + chances.choice((0, 0, 1, 3, 20))] = chances.choice(_BYTES)
        answer = client.send(ask(client, operation, bytes(data))).answer()
        check_answer(answer.status, answer.body, f"{operation} {bytes(data)!r}")
        check_shapes(service, operation, answer.status, answer.body)
