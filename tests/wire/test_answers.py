"""Answers as bytes, and the HTTP head around them."""

from __future__ import annotations

import random
import re
from zlib import crc32

import msgspec
import pytest

from stator.wire.answers import RequestIds, encode_answer, response_head

ID = "A" * 52


def test_item_bodies_are_joined_into_an_answer_as_they_are_stored() -> None:
    answer = {"Items": [msgspec.Raw(b'{"a":{"N":"1"}}')], "Count": 1}
    assert encode_answer(answer) == b'{"Items":[{"a":{"N":"1"}}],"Count":1}'


def test_the_head_has_the_services_headers_in_its_order() -> None:
    assert response_head(200, b"{}", ID, date="Mon, 01 Jan 2024 00:00:00 GMT") == (
        b"HTTP/1.1 200 OK\r\nServer: Server\r\nDate: Mon, 01 Jan 2024 00:00:00 GMT\r\n"
        b"Content-Type: application/x-amz-json-1.0\r\nContent-Length: 2\r\nConnection: keep-alive\r\n"
        b"x-amzn-RequestId: " + ID.encode() + b"\r\nx-amz-crc32: 2745614147\r\n\r\n"
    )


@pytest.mark.parametrize("status", [200, 400, 403, 404, 405, 408, 413, 421, 431, 500, 503, 505])
def test_every_status_that_is_answered_has_its_line(status: int) -> None:
    head = response_head(status, b"", ID)
    assert re.match(rb"HTTP/1\.1 %d [A-Z][A-Za-z ]+\r\n" % status, head)
    assert b"Date:" not in head


def test_a_head_may_close_and_may_have_no_content_type() -> None:
    head = response_head(404, b"<UnknownOperationException/>\n", ID, content_type=b"", keep_alive=False)
    assert b"Connection: close\r\n" in head
    assert b"Content-Type" not in head
    assert b"x-amz-crc32: 3552371480\r\n" in head


def test_the_checksum_is_of_the_body() -> None:
    body = bytes(range(256))
    assert b"x-amz-crc32: %d\r\n" % crc32(body) in response_head(200, body, ID)


def test_request_ids_have_the_services_form_and_never_repeat() -> None:
    draw = RequestIds()
    ids = [draw() for _ in range(5000)]
    assert len(set(ids)) == 5000
    assert all(re.fullmatch(r"[0-9A-Z]{52}", each) for each in ids)


def test_request_ids_repeat_from_a_seed() -> None:
    first, second = RequestIds(random.Random(7)), RequestIds(random.Random(7))
    assert [first() for _ in range(2000)] == [second() for _ in range(2000)]
