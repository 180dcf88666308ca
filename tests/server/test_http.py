"""HTTP/1.1 as servers do it, byte by byte."""

from __future__ import annotations

import json
import socket
from email.utils import formatdate

import pytest
from raw_http import head, request

from stator.wire.answers import http_date

KEY = {"TableName": "songs", "Key": {"pk": {"S": "a"}}}


def key(number: int) -> dict[str, object]:
    return {"TableName": "songs", "Key": {"pk": {"N": str(number)}}}


def test_an_answer_carries_what_sdks_look_for(rig):
    with rig.client() as client:
        answer = client.call("GetItem", KEY)
    assert answer.status == 200
    assert answer.json == {"Item": {"pk": {"S": "a"}}}
    assert answer.headers["content-type"] == "application/x-amz-json-1.0"


def test_a_connection_is_kept_and_each_answer_has_its_own_id(rig):
    with rig.client() as client:
        ids = {client.call("GetItem", KEY).headers["x-amzn-requestid"] for _ in range(20)}
    assert len(ids) == 20


def test_pipelined_requests_are_answered_in_order_also_when_some_must_wait(rig):
    with rig.client() as client:
        many = [
            request("GetItem", key(n)) if n % 3 else request("PutItem", {**KEY, "Item": {}})
            for n in range(200)
        ]
        client.send(b"".join(many))
        answers = [client.answer() for _ in range(200)]
    assert [a.status for a in answers] == [200] * 200
    reads = [a.json["Item"]["pk"]["N"] for n, a in enumerate(answers) if n % 3]
    writes = [int(a.json["Attributes"]["n"]["N"]) for n, a in enumerate(answers) if n % 3 == 0]
    assert reads == [str(n) for n in range(200) if n % 3]
    assert writes == sorted(writes)


def test_a_request_may_arrive_in_single_bytes(rig):
    with rig.client() as client:
        client.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in request("GetItem", KEY):
            client.send(bytes((byte,)))
        assert client.answer().json == {"Item": {"pk": {"S": "a"}}}


def test_a_chunked_body_is_read_and_its_trailers_are_not_headers(rig):
    body = json.dumps(KEY).encode()
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in (body[:5], body[5:6], body[6:]))
    with rig.client() as client:
        client.send(
            head("GetItem", {"Transfer-Encoding": "chunked"})
            + chunks
            + b"0\r\nX-Amz-Target: nonsense\r\n\r\n"
        )
        assert client.answer().status == 200
        assert client.call("GetItem", KEY).status == 200


def test_expect_is_met_before_the_body_is_sent(rig):
    body = json.dumps(KEY).encode()
    with rig.client() as client:
        client.send(head("GetItem", {"Expect": "100-continue", "Content-Length": str(len(body))}))
        assert client.interim() == b"HTTP/1.1 100 Continue\r\n\r\n"
        assert client.send(body).answer().status == 200


def test_expect_waits_for_the_answers_before_it(rig):
    body = json.dumps(KEY).encode()
    with rig.client() as client:
        client.send(request("Scan", {"TableName": "songs"}))
        client.send(head("GetItem", {"Expect": "100-continue", "Content-Length": str(len(body))}))
        rig.until(lambda: rig.connections()[0]._parser.whole_head)
        rig.gate.open = True
        assert client.answer().json == {"Count": 0}
        assert client.interim() == b"HTTP/1.1 100 Continue\r\n\r\n"
        assert client.send(body).answer().status == 200


def test_a_body_that_would_be_too_large_is_refused_before_it_is_sent(rig):
    with rig.client() as client:
        client.send(head("GetItem", {"Expect": "100-continue", "Content-Length": str(16 * 1024 * 1024 + 1)}))
        assert client.answer().status == 413


def test_a_body_over_16_mb_is_answered_413_though_its_client_sends_all_of_it(rig):
    size = 16 * 1024 * 1024 + 1
    with rig.client() as client:
        client.send(head("PutItem", {"Content-Length": str(size)}) + b"a" * size)
        answer = client.answer()
        assert (answer.status, answer.body) == (413, b"")
        client.socket.shutdown(socket.SHUT_WR)
        assert client.at_end()


def test_a_body_of_exactly_16_mb_is_read(rig):
    size = 16 * 1024 * 1024
    with rig.client() as client:
        client.send(head("PutItem", {"Content-Length": str(size)}) + b"a" * size)
        answer = client.answer()
    assert (answer.status, answer.json) == (
        400,
        {"__type": "com.amazon.coral.service#SerializationException"},
    )


def test_a_chunked_body_over_the_limit_is_answered_413(start):
    rig = start(body_bytes_max=1000)
    with rig.client() as client:
        client.send(head("PutItem", {"Transfer-Encoding": "chunked"}) + b"400\r\n" + b"a" * 1024)
        assert client.answer().status == 413


def test_a_chunked_body_of_mostly_sizes_is_refused(start):
    rig = start(chunk_overhead_max=1000, head_bytes_max=1000)
    with rig.client() as client:
        client.send(head("PutItem", {"Transfer-Encoding": "chunked"}))
        rig.until(lambda: rig.connections()[0]._parser.whole_head)
        client.send(b"1\r\na\r\n" * 1000)
        assert client.answer().status == 400


def test_connection_close_is_honoured(rig):
    with rig.client() as client:
        answer = client.call("GetItem", KEY, {"Connection": "close"})
        assert answer.headers["connection"] == "close"
        assert client.at_end()


def test_http_1_0_is_answered_and_closed_unless_it_asks_to_be_kept(rig):
    with rig.client() as client:
        assert client.call("GetItem", KEY, {"Connection": "keep-alive"}, "POST / HTTP/1.0").status == 200
        answer = client.call("GetItem", KEY, first="POST / HTTP/1.0")
        assert answer.headers["connection"] == "close"
        assert client.at_end()


def test_bytes_behind_a_last_request_are_not_looked_at(rig):
    with rig.client() as client:
        client.send(request("GetItem", KEY, {"Connection": "close"}) + b"nonsense")
        assert client.answer().status == 200
        assert client.at_end()


def test_get_is_a_health_check(rig):
    with rig.client() as client:
        answer = client.send(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").answer()
        assert (answer.status, answer.body) == (200, b"healthy: dynamodb.us-east-1.amazonaws.com ")
        answer = client.send(b"HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n").answer(bodyless=True)
        assert (answer.status, answer.headers["content-length"]) == (200, "42")
        assert client.call("GetItem", KEY).status == 200


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "PATCH"])
def test_another_method_is_answered_as_aws_does(rig, method):
    with rig.client() as client:
        answer = client.send(f"{method} / HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()).answer()
    assert (answer.status, answer.body) == (404, b"<UnknownOperationException/>\n")
    assert answer.headers["x-amz-crc32"] == "3552371480"


def test_an_offer_to_upgrade_is_declined_and_the_request_answered(rig):
    upgrade = {"Connection": "Upgrade, HTTP2-Settings", "Upgrade": "h2c", "HTTP2-Settings": "AAMAAABk"}
    with rig.client() as client:
        client.send(
            request("GetItem", KEY, upgrade)
            + request("GetItem", key(2), upgrade)
            + request("GetItem", key(3))
        )
        keys = [client.answer().json["Item"]["pk"] for _ in range(3)]
    assert keys == [{"S": "a"}, {"N": "2"}, {"N": "3"}]


def test_thousands_of_offers_to_upgrade_in_one_read_do_no_harm(rig):
    offer = b"GET / HTTP/1.1\r\nHost: a.localhost\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
    with rig.client() as client:
        client.send(offer * 3000)
        assert {client.answer().status for _ in range(3000)} == {200}


MALFORMED = [
    (b"nonsense\r\n\r\n", 400),
    (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
    (b"GET / HTTP/1.1\r\nBad Header: x\r\n\r\n", 400),
    (b"GET / HTTP/1.1\r\nA: b\r\n folded\r\n\r\n", 400),
    (b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
    (b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\n", 400),
    (b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
    (b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999999999999999\r\n\r\n", 400),
    (b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9999999999999999999\r\n\r\n", 413),
    (b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
    (b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n", 400),
    (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    (b"GET / HTTP/2.0\r\nHost: localhost\r\n\r\n", 505),
    (b"GET / HTTP/9.9\r\n\r\n", 400),
    (b"GET /\r\n\r\n", 505),
    (b"GET / HTTP/1.1\r\n\r\n", 400),
    (b"CONNECT example.com:443 HTTP/1.1\r\nHost: localhost\r\n\r\n", 405),
    (b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\nExpect: miracles\r\n\r\n", 417),
    (b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 70_000 + b"\r\n\r\n", 431),
    (b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 400_000, 431),
    (b"GET /" + b"x" * 400_000, 431),
]


@pytest.mark.parametrize(
    ("data", "status"), MALFORMED, ids=[f"{s}-{d[:12]!r}-{n}" for n, (d, s) in enumerate(MALFORMED)]
)
def test_what_is_no_request_is_answered_with_what_is_wrong(rig, data, status):
    with rig.client() as client:
        answer = client.send(data).answer()
        assert answer.status == status
        assert answer.body == b"" or len(answer.json.get("Message") or answer.json["message"]) > 20
        assert b"Traceback" not in answer.body
    assert not rig.lines


def test_a_refusal_comes_after_the_answers_before_it(rig):
    with rig.client() as client:
        client.send(request("Scan", {"TableName": "songs"}) + request("GetItem", KEY) + b"nonsense\r\n\r\n")
        rig.until(lambda: rig.gate.entered)
        rig.gate.open = True
        assert [client.answer().status for _ in range(3)] == [200, 200, 400]
        client.socket.shutdown(socket.SHUT_WR)
        assert client.at_end()


def test_a_client_that_has_closed_its_side_still_gets_its_answers(rig):
    with rig.client() as client:
        client.send(request("Scan", {"TableName": "songs"}) + request("GetItem", KEY))
        client.socket.shutdown(socket.SHUT_WR)
        rig.until(lambda: rig.gate.entered)
        rig.gate.open = True
        assert [client.answer().status for _ in range(2)] == [200, 200]
        assert client.at_end()


def test_input_that_ends_inside_a_request_is_answered(rig):
    with rig.client() as client:
        client.send(head("GetItem", {"Content-Length": "100"}) + b"{")
        client.socket.shutdown(socket.SHUT_WR)
        assert client.answer().status == 400
        assert client.at_end()


@pytest.mark.parametrize("body", [b"{", b"nonsense", b"\xff\xfe", b"[" * 100_000, b"{}}", b"null"])
def test_bad_json_is_a_serialization_exception(rig, body):
    with rig.client() as client:
        answer = client.call("GetItem", body)
        assert answer.status == 400
        assert answer.json["__type"] == "com.amazon.coral.service#SerializationException"
        assert client.call("GetItem", KEY).status == 200


def test_a_service_error_keeps_the_connection(rig):
    with rig.client() as client:
        answer = client.call("UpdateItem", KEY)
        assert (answer.status, answer.json["message"]) == (400, "The conditional request failed")
        assert client.call("GetItem", KEY).status == 200


def test_a_bug_of_ours_is_an_internal_server_error_and_its_trace_is_in_the_log(rig):
    with rig.client() as client:
        answer = client.call("DeleteItem", KEY)
        assert answer.status == 500
        assert answer.json["__type"].endswith("#InternalServerError")
        assert b"bug" not in answer.body
        assert client.call("GetItem", KEY).status == 200
    log = "".join(rig.lines)
    assert "ZeroDivisionError: a bug of ours" in log
    assert answer.headers["x-amzn-requestid"] in log


def test_a_date_is_written_as_http_has_it():
    for seconds in (0, 951_782_400, 1_700_000_000, 4_102_444_799):
        assert http_date(seconds) == formatdate(seconds, usegmt=True)
