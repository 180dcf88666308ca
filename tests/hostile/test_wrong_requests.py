"""Anything in place of anything: an answer of AWS's shape, on a connection that stays, and nothing in the log."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator

import pytest
from answers import ask, check_answer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from raw_http import RawClient
from requests_of import CREATE, OPERATIONS, VALID, samples, wrong_requests

from stator.clock import SystemClock
from stator.engine.database import Database
from stator.server.background import BackgroundServer
from stator.server.requestlog import RequestLog
from stator.storage.memory import MemoryStore

AT_ONCE = 24
EXAMPLES = 20_000 if os.environ.get("SOAK") else 400


@pytest.fixture(scope="module")
def said() -> list[str]:
    """What the server logged: only failures of ours."""
    return []


@pytest.fixture(scope="module")
def client(said: list[str]) -> Iterator[RawClient]:
    """One connection for all: what closed it would fail the next test."""
    db = Database(MemoryStore())
    log = RequestLog(said.append, SystemClock())
    with BackgroundServer(db, log=log) as endpoint, RawClient(endpoint) as client:
        client.call("CreateTable", CREATE)
        yield client
    db.close()
    assert said == []


def check_all(client: RawClient, requests: list[tuple[str, bytes]]) -> None:
    """Sends them pipelined, some at once, and checks every answer."""
    for start in range(0, len(requests), AT_ONCE):
        some = requests[start : start + AT_ONCE]
        client.send(b"".join(data for _, data in some))
        for about, _ in some:
            answer = client.answer()
            check_answer(answer.status, answer.body, about)


@pytest.mark.parametrize("operation", VALID)
def test_the_requests_that_are_changed_are_right_before(client: RawClient, operation: str) -> None:
    answer = client.send(ask(client, operation, VALID[operation])).answer()
    is_gone = b"Requested resource not found" in answer.body
    assert answer.status == (400 if operation == "DeleteTable" and is_gone else 200), answer.body


@pytest.mark.parametrize(("service", "operation"), OPERATIONS)
def test_a_wrong_value_at_any_place_is_answered(client: RawClient, service: str, operation: str) -> None:
    requests = [
        (f"{operation} {about}", ask(client, operation, json.dumps(request).encode()))
        for about, request in wrong_requests(service, operation)
    ]
    assert len(requests) > 20
    check_all(client, requests)


BODIES = {
    "nothing": b"",
    "null": b"null",
    "text": b'"text"',
    "array": b"[]",
    "number": b"1" * 5000,
    "comment": b"{} // x",
    "twice": b'{"TableName":"hostile","TableName":1}',
    "lone surrogate": b'{"TableName":"\\ud800"}',
    "surrogates": b'{"TableName":"\\ud83d\\ude00"}',
    "reversed surrogates": b'{"TableName":"\\ude00\\ud83d"}',
    "NUL": b'{"TableName":"a\0b"}',
    "escaped NUL": b'{"TableName":"a\\u0000b","a\\u0000b":1}',
    "no UTF-8": b'{"TableName":"\xff\xfe"}',
    "UTF-16": '{"TableName":"a"}'.encode("utf-16"),
    "byte order mark": b"\xef\xbb\xbf{}",
    "NaN": b'{"Limit":NaN}',
    "infinity": b'{"Limit":1e999}',
    "many digits": b'{"Limit":' + b"9" * 100_000 + b"}",
    "many decimals": b'{"Limit":0.' + b"9" * 100_000 + b"}",
    "deep arrays": b"[" * 100_000,
    "deep objects": b'{"a":' * 100_000,
    "deep pairs": b'{"L":[' * 2000 + b"]}" * 2000,
    "deep value": b'{"TableName":"hostile","Key":{"pk":' + b'{"L":[' * 900 + b"]}" * 900 + b"}}",
    "deep unknown": b'{"Unknown":' + b"[" * 900 + b"]" * 900 + b"}",
    "cut": b'{"TableName":"hosti',
    "white space": b" \t\r\n" * 10_000 + b"{}",
    "nothing but white space": b" " * 100_000,
    "other white space": b"\xc2\xa0{}",
    "trailing comma": b'{"TableName":"hostile",}',
    "control character": b'{"TableName":"\x01"}',
    "long unknown name": b'{"' + b"x" * 1_000_000 + b'":1}',
    "many unknown names": b"{" + b",".join(b'"%d":0' % number for number in range(20_000)) + b"}",
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_a_body_that_is_no_request_is_answered(client: RawClient, body: bytes) -> None:
    check_all(client, [(operation, ask(client, operation, body)) for _, operation in OPERATIONS])


def expressions() -> dict[str, str]:
    """Texts of 4 KB and more: deep, long, or of nothing but signs."""
    return {
        "open": "(" * 4096,
        "groups": "(" * 2000 + "a=:v" + ")" * 2000,
        "nots": "NOT " * 1023 + "a=:v",
        "ands": "a=:v AND " * 450 + "a=:v",
        "nested ands": "(a=:v AND " * 380 + "a=:v" + ")" * 380,
        "commas": "," * 4096,
        "placeholders": "".join(f":v{number}" for number in range(1000)),
        "dots": "a" + ".a" * 2040,
        "indexes": "a" + "[0]" * 1300,
        "huge index": "a[" + "9" * 4000 + "]",
        "calls": "size(" * 800,
        "set": "SET a=" + "list_append(" * 330,
        "sets": "SET " + ",".join(f"a{number}=:v" for number in range(400)),
        "removes": "REMOVE " + ",".join(f"a{number}" for number in range(500)),
        "in": "a IN (" + ",".join([":v"] * 1200) + ")",
        "NUL": "a\0=:v",
        "emoji": "\U0001f600" * 1000,
        "1 MB": "a=:v AND " * 120_000,
        "1 MB of nots": "NOT " * 250_000,
    }


@pytest.mark.parametrize("text", expressions().values(), ids=expressions().keys())
def test_a_hostile_expression_is_answered_in_every_place(client: RawClient, text: str) -> None:
    requests = []
    for operation, request in VALID.items():
        for name in [*request, "ConditionExpression", "ProjectionExpression", "FilterExpression"]:
            if name.endswith("Expression"):
                body = json.dumps({**request, name: text}).encode()
                requests.append((f"{operation} {name}", ask(client, operation, body)))
    check_all(client, requests)


STARTS = [
    (operation, json.dumps(each)) for service, operation in OPERATIONS for each in samples(service, operation)
]
BITS = [
    '"',
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "null",
    "\\",
    "\\u",
    "0",
    "-",
    "e",
    "S",
    "N",
    "#",
    "\0",
    "é",
    " ",
    '{"S":""}',
]


@settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(STARTS), st.integers(0, 2**32), st.integers(1, 6))
def test_a_damaged_request_is_answered(
    client: RawClient, start: tuple[str, str], seed: int, changes: int
) -> None:
    operation, text = start
    chances = random.Random(seed)
    for _ in range(changes):
        text = damaged(text, chances)
    check_all(client, [(text, ask(client, operation, text.encode()))])


def damaged(text: str, chances: random.Random) -> str:
    a, b = sorted((chances.randrange(len(text) + 1), chances.randrange(len(text) + 1)))
    match chances.randrange(5):
        case 0:
            return text[:a] + text[b:]
        case 1:
            return text[:b] + text[a:b] + text[b:]
        case 2:
            return text[:a] + chances.choice(BITS) + text[a:]
        case 3:
            return text[:a] + chances.choice(BITS) + text[a + 1 :]
    words = text.split('"')
    words[chances.randrange(len(words))] = chances.choice(words)
    return '"'.join(words)
