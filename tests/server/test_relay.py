"""What a reading process passes on: answered by number, in any order, and abandoned when its client is gone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from stator.server.messages import Request
from stator.server.relay import FromReader, ToWriter


class Wire:
    """A transport that hands what is written to the other end at once."""

    def __init__(self) -> None:
        self.other: Any = None

    def write(self, data: bytes) -> None:
        self.other.data_received(data)

    def is_closing(self) -> bool:
        return False


class Waiting:
    """A service that answers when it is told to."""

    def __init__(self) -> None:
        self.replies: dict[bytes, Callable[[bytes], None]] = {}
        self.abandoned: list[bytes] = []

    def answer(self, request: Request, reply: Callable[[bytes], None]) -> bytes | None:
        body = request.body
        if body == b"at once":
            return b"done"
        self.replies[body] = reply
        request.abandon = lambda: self.abandoned.append(body)
        return None

    def refuse(self, status: int, text: str) -> bytes:
        raise AssertionError


def linked(service: Waiting) -> tuple[ToWriter, FromReader]:
    reader, writer = ToWriter(lambda: None), FromReader(service, lambda: None, lambda: None)
    to_writer, to_reader = Wire(), Wire()
    to_writer.other, to_reader.other = writer, reader
    reader.connection_made(to_writer)  # type: ignore[arg-type]
    writer.connection_made(to_reader)  # type: ignore[arg-type]
    return reader, writer


def passed_on(reader: ToWriter, body: bytes, answers: list[bytes]) -> Request:
    request = Request(b"POST", b"/", {}, body, old=False, closes=False)
    reader.pass_on(request, answers.append)
    return request


def test_answers_find_their_requests_in_any_order() -> None:
    service, first, second = Waiting(), [], []
    reader, _ = linked(service)
    passed_on(reader, b"1", first)
    passed_on(reader, b"2", second)
    service.replies[b"2"](b"two")
    service.replies[b"1"](b"one")
    assert (first, second) == ([b"one"], [b"two"])
    assert reader.in_flight == 0


def test_a_client_that_is_gone_has_its_request_abandoned_by_the_writer() -> None:
    service, gone, there = Waiting(), [], []
    reader, _ = linked(service)
    request = passed_on(reader, b"gone", gone)
    passed_on(reader, b"there", there)
    assert request.abandon is not None
    request.abandon()
    assert service.abandoned == [b"gone"]
    service.replies[b"gone"](b"")
    service.replies[b"there"](b"here")
    assert (gone, there) == ([], [b"here"])
    assert reader.in_flight == 0


def test_what_was_answered_is_not_abandoned_any_more() -> None:
    service, answers = Waiting(), []
    reader, _ = linked(service)
    at_once = passed_on(reader, b"at once", answers)
    later = passed_on(reader, b"later", answers)
    service.replies[b"later"](b"done")
    for request in (at_once, later):
        assert request.abandon is not None
        request.abandon()
    assert answers == [b"done", b"done"]
    assert service.abandoned == []


def test_what_a_lost_reader_has_passed_on_is_abandoned() -> None:
    service, answers = Waiting(), []
    reader, writer = linked(service)
    passed_on(reader, b"1", answers)
    passed_on(reader, b"2", answers)
    writer.connection_lost(None)
    assert service.abandoned == [b"1", b"2"]
