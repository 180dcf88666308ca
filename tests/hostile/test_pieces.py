"""A body that is taken apart is the same request, or the same refusal, as one that is decoded at once."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stator.errors import SerializationException, ServiceError, ValidationException
from stator.wire import pieces
from stator.wire.codec import decode_request, parse_json
from stator.wire.pieces import decode_large_request, is_large, parse_large_json

SMALL_PIECE = 24


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "PIECE_BYTES", SMALL_PIECE)


def outcome(decode: Any, *arguments: Any) -> Any:
    try:
        return decode(*arguments)
    except ServiceError as error:
        return type(error), error.message


SCALARS = st.one_of(
    st.builds(lambda text: {"S": text}, st.text(max_size=30)),
    st.builds(lambda number: {"N": str(number)}, st.integers()),
    st.builds(lambda texts: {"SS": texts}, st.lists(st.text(max_size=5), max_size=4)),
    st.sampled_from([{"NULL": True}, {"BOOL": False}, {"B": "AAAA"}, {"B": "A"}, {"BS": ["QUE="]}]),
    st.sampled_from([{}, None, 1, "text", [], {"S": None}, {"S": 1}, {"X": "unknown"}, {"L": {}}, {"M": []}]),
    st.sampled_from(
        [{"S": "two", "N": "1"}, {'S":"injected","X': "quoted"}, {"L": [None]}, {"M": {"a": None}}]
    ),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.builds(lambda elements: {"L": elements}, st.lists(inner, max_size=4)),
        st.builds(lambda members: {"M": members}, st.dictionaries(st.text(max_size=8), inner, max_size=4)),
    ),
    max_leaves=20,
)
ITEMS = st.dictionaries(st.text(max_size=8), VALUES, max_size=4)
OTHERS = st.sampled_from([None, 1, "", "abc", [], {}, ["a"], {"a": "b"}, True])
REQUESTS = st.one_of(
    st.tuples(st.just("PutItem"), st.fixed_dictionaries({"TableName": st.just("music"), "Item": ITEMS})),
    st.tuples(
        st.just("UpdateItem"),
        st.fixed_dictionaries(
            {
                "TableName": st.sampled_from(["music", "", None]),
                "Key": ITEMS,
                "ExpressionAttributeValues": ITEMS,
            },
            optional={"ReturnValues": OTHERS, "ConditionExpression": OTHERS, "Unknown": VALUES},
        ),
    ),
    st.tuples(
        st.just("BatchWriteItem"),
        st.builds(
            lambda items: {"RequestItems": {"music": [{"PutRequest": {"Item": item}} for item in items]}},
            st.lists(ITEMS, max_size=3),
        ),
    ),
    st.tuples(
        st.just("Scan"), st.dictionaries(st.sampled_from(["TableName", "Limit", "ExclusiveStartKey"]), OTHERS)
    ),
)


@given(REQUESTS, st.sampled_from([None, 1]))
def test_a_request_in_pieces_is_the_request_at_once(request_: tuple[str, Any], indent: int | None) -> None:
    operation, request = request_
    body = json.dumps(request, indent=indent).encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pieces, "PIECE_BYTES", SMALL_PIECE)
        found = outcome(decode_large_request, operation, body)
    assert found == outcome(decode_request, operation, body)


@given(
    st.recursive(
        st.none() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_json_in_pieces_is_the_json_at_once(value: Any) -> None:
    body = json.dumps(value).encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pieces, "PIECE_BYTES", SMALL_PIECE)
        found = outcome(parse_large_json, body)
    assert found == outcome(parse_json, body)


@pytest.mark.usefixtures("small_pieces")
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[" * 5000,
        b'{"TableName":"music","Item":' * 40,
        b'{"TableName":"music","Item":{"a":{"L":[{"S":"x"},{"S":"y"},{"S":"z"},]}}}',
        b'{"TableName":"music","Item":{"a":{"S":"' + b"\\ud800" * 9 + b'"}}}',
        b'{"TableName":"music","Item":{"a":{"S":"' + b"\xff" * 40 + b'"}}}',
        b'{"TableName":"music","Item":{"a":{"S":"first"},"a":{"S":"the last one stands"}}} x',
        b'{"TableName":"music","Item":{"a":{"S":"first"},"a":{"S":"the last one stands"}}}',
    ],
)
def test_a_body_that_is_no_request_is_refused_as_it_is_at_once(body: bytes) -> None:
    assert outcome(decode_large_request, "PutItem", body) == outcome(decode_request, "PutItem", body)
    assert outcome(parse_large_json, body) == outcome(parse_json, body)


@pytest.mark.usefixtures("small_pieces")
def test_what_is_nested_deeper_than_an_item_is_not_read_to_its_end() -> None:
    nested = b'{"L":[' * 300 + b"]}" * 300
    item = decode_large_request("PutItem", b'{"TableName":"music","Item":{"a":' + nested + b"}}")["Item"]["a"]
    levels = 0
    while item:
        (item,) = item["L"]
        levels += 1
    assert levels == 32


def test_a_request_of_more_values_than_an_item_can_have_is_refused() -> None:
    body = b'{"TableName":"music","Item":{"a":{"L":[' + b",".join([b'{"S":""}'] * 500_001) + b"]}}}"
    with pytest.raises(ValidationException, match="more than 1000000 members"):
        decode_large_request("PutItem", body)


def test_marks_inside_texts_are_not_counted_as_values() -> None:
    text = '[{,\\"\\\\' * 300_000
    body = b'{"TableName":"music","Item":{"a":{"S":"' + text.encode() + b'"}}}'
    assert decode_large_request("PutItem", body)["Item"]["a"]["S"] == text.replace('\\"', '"').replace(
        "\\\\", "\\"
    )


def test_what_is_large_is_so_by_its_bytes_or_by_its_values() -> None:
    assert not is_large(b"[" + b"0," * 30_000)
    assert is_large(b"[" + b"0," * 40_000)
    assert not is_large(b"x" * (1 << 20))
    assert is_large(b"x" * (1 << 20) + b"x")


def test_a_fault_in_a_large_request_is_found_and_worded() -> None:
    elements = b",".join([b'{"S":""}'] * 30_000)
    body = b'{"TableName":"music","Item":{"a":{"L":[' + elements + b',{"S":1}]}}}'
    with pytest.raises(SerializationException, match="NUMBER_VALUE cannot be converted to String"):
        decode_large_request("PutItem", body)
