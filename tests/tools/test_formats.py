"""The formats of dump and load: an item comes back as it was, and what is no item is refused by name."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shop import ODD_ITEMS

from stator.cli.transfer.columns import Column, columns_of
from stator.cli.transfer.faults import BadRecord, UnholdableItem
from stator.cli.transfer.formats import Format, format_by_look, format_of
from stator.errors import SettingError
from stator.values import canonical_item

TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=8)
NAMES = st.one_of(
    TEXT.filter(bool), st.sampled_from(["$B", "$SS", "$NS", "$BS", "$$B", "$$$NS", "Item", "a:S", "a,b"])
)
BINARY = st.binary(max_size=6).map(lambda value: base64.b64encode(value).decode())
NUMBER = st.one_of(
    st.integers(-(10**38) + 1, 10**38 - 1).map(str),
    st.decimals(-(10**9), 10**9, allow_nan=False, places=7).map(str),
    st.sampled_from(["1e125", "-9.99E125", "1e-130", "0.00", "-0", "9" * 38]),
)


def _sets(kind: str, member: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, Any]]:
    # Numbers are distinct as texts when they are canonical
    unique = (
        (lambda text: canonical_item({"n": {"N": text}})["n"]["N"]) if kind == "NS" else (lambda text: text)
    )
    return st.lists(member, min_size=1, max_size=4, unique_by=unique).map(lambda content: {kind: content})


SCALARS = st.one_of(
    TEXT.map(lambda content: {"S": content}),
    NUMBER.map(lambda content: {"N": content}),
    BINARY.map(lambda content: {"B": content}),
    st.booleans().map(lambda content: {"BOOL": content}),
    st.just({"NULL": True}),
    _sets("SS", TEXT),
    _sets("NS", NUMBER),
    _sets("BS", BINARY),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda content: {"L": content}),
        st.dictionaries(NAMES, inner, max_size=3).map(lambda content: {"M": content}),
    ),
    max_leaves=8,
)
ITEMS = st.dictionaries(NAMES, VALUES, min_size=1, max_size=5).map(canonical_item)


def _same(format: Format, item: dict[str, Any]) -> None:
    text = format.text(item)
    back = canonical_item(format.item(text.decode()))
    assert back == item
    if not format.is_csv:
        assert b"\n" not in text
        assert list(back) == list(item)


@given(ITEMS)
def test_an_item_comes_back_from_plain_json(item: dict[str, Any]) -> None:
    _same(format_of("jsonl"), item)


@given(ITEMS)
def test_an_item_comes_back_from_dynamodb_json(item: dict[str, Any]) -> None:
    _same(format_of("dynamodb-json"), item)


@given(ITEMS)
def test_an_item_comes_back_from_csv_with_its_own_types(item: dict[str, Any]) -> None:
    columns = tuple(Column(name, next(iter(value))) for name, value in item.items())
    _same(format_of("csv", columns), item)


@given(ITEMS)
def test_an_item_comes_back_from_csv_of_any_types(item: dict[str, Any]) -> None:
    _same(format_of("csv", (*(Column(name, "JSON") for name in item), Column("absent", "S"))), item)


@given(ITEMS)
def test_a_header_declares_what_it_was_made_of(item: dict[str, Any]) -> None:
    columns = tuple(Column(name, "JSON") for name in item)
    assert columns_of(format_of("csv", columns).header.decode().removesuffix("\n"), "x") == columns


@pytest.mark.parametrize("item", ODD_ITEMS, ids=lambda item: item["pk"]["S"])
@pytest.mark.parametrize("name", ["jsonl", "dynamodb-json"])
def test_odd_items_come_back(name: str, item: dict[str, Any]) -> None:
    _same(format_of(name), item)


PLAIN = [
    ('{"a": 1.50}', {"a": {"N": "1.50"}}),
    ('{"a": "1"}', {"a": {"S": "1"}}),
    ('{"a": 12345678901234567890123}', {"a": {"N": "12345678901234567890123"}}),
    (
        '{"a": [true, null, {"b": {}}]}',
        {"a": {"L": [{"BOOL": True}, {"NULL": True}, {"M": {"b": {"M": {}}}}]}},
    ),
    ('{"a": {"$B": "YQ=="}}', {"a": {"B": "YQ=="}}),
    ('{"a": {"$B": 1, "b": 2}}', {"a": {"M": {"$B": {"N": "1"}, "b": {"N": "2"}}}}),
    ('{"a": {"$$B": "YQ=="}}', {"a": {"M": {"$B": {"S": "YQ=="}}}}),
    ('{"a": {"$ref": 1}}', {"a": {"M": {"$ref": {"N": "1"}}}}),
    ('{"a": {"$NS": [1, 2e3]}}', {"a": {"NS": ["1", "2e3"]}}),
    ('{"$B": "x"}', {"$B": {"S": "x"}}),
]


@pytest.mark.parametrize(("text", "item"), PLAIN)
def test_plain_json_is_read(text: str, item: dict[str, Any]) -> None:
    assert format_of("jsonl").item(text) == item


BAD = [
    ("jsonl", "", "no JSON"),
    ("jsonl", "[1]", "no JSON object"),
    ("jsonl", '{"a": 1', "no JSON"),
    ("jsonl", '{"a": NaN}', "NaN is no number"),
    ("jsonl", '{"a": -Infinity}', "-Infinity is no number"),
    ("jsonl", '{"a": 1, "a": 2}', 'the name "a" stands there twice'),
    ("jsonl", '{"a": {"b": 1, "b": 2}}', 'the name "b" stands there twice'),
    ("jsonl", '{"a": {"$B": 1}}', "$B is no base64 text"),
    ("jsonl", '{"a": {"$SS": [1]}}', "no array of strings"),
    ("jsonl", '{"a": {"$NS": ["1"]}}', "no array of numbers"),
    ("jsonl", '{"a": {"$NS": [true]}}', "no array of numbers"),
    ("jsonl", '{"a": ' + "[" * 100_000, "nested too deep"),
    ("dynamodb-json", '{"a": {"S": "x"}}', 'no object with an "Item"'),
    ("dynamodb-json", '{"Item": {"a": "x"}}', "'a' is no typed value"),
    ("dynamodb-json", '{"Item": {"a": {"S": "x", "N": "1"}}}', "'a' is no typed value"),
    ("dynamodb-json", '{"Item": {}, "Keys": {}}', "'Keys' stands beside the Item"),
    ("dynamodb-json", "nope", "no JSON"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "why"), BAD, ids=lambda value: str(value)[:30])
def test_what_is_no_item_is_refused(name: str, text: str, why: str) -> None:
    with pytest.raises(BadRecord) as refusal:
        format_of(name).item(text)
    assert why in str(refusal.value)


CSV_READ = [
    ("a:S,b:N", "x,1", {"a": {"S": "x"}, "b": {"N": "1"}}),
    ("a:S,b:N", "x,", {"a": {"S": "x"}}),
    ("a:S", '""""""', {"a": {"S": ""}}),
    ("a:S", '"""x"""', {"a": {"S": "x"}}),
    ("a:S", '"1,5\n2"', {"a": {"S": "1,5\n2"}}),
    (
        "a:SS,b:BOOL,c:NULL",
        '"[""x""]",true,null',
        {"a": {"SS": ["x"]}, "b": {"BOOL": True}, "c": {"NULL": True}},
    ),
    ("a:JSON,b:JSON", '"{""$B"": ""YQ==""}",1', {"a": {"B": "YQ=="}, "b": {"N": "1"}}),
    ("x:y:S", "1", {"x:y": {"S": "1"}}),
]


@pytest.mark.parametrize(("header", "text", "item"), CSV_READ)
def test_csv_is_read_by_its_columns(header: str, text: str, item: dict[str, Any]) -> None:
    assert format_of("csv", columns_of(header, "x")).item(text) == item


CSV_BAD = [
    ("a:S,b:S", "x", "1 cells where the header has 2 columns"),
    ("a:S", '"x', "no CSV"),
    ("a:S", '"""x"', "column a:S: a cell that begins with"),
    ("a:L", "x", "column a:L: no JSON"),
    ("a:L", "{}", "column a:L: '{}' is M, not L"),
    ("a:BOOL", "yes", "column a:BOOL: no JSON"),
    ("a:NS", '"[""1""]"', "column a:NS: no array of numbers"),
]


@pytest.mark.parametrize(("header", "text", "why"), CSV_BAD)
def test_a_bad_row_is_refused(header: str, text: str, why: str) -> None:
    with pytest.raises(BadRecord) as refusal:
        format_of("csv", columns_of(header, "x")).item(text)
    assert why in str(refusal.value)


@pytest.mark.parametrize(
    ("header", "item", "why"),
    [
        ("a:S", {"a": {"S": "x"}, "b": {"S": "y"}}, "no column holds the attribute 'b'"),
        ("a:S", {"a": {"N": "1"}}, "'a' is N, its column S: declare a:JSON"),
    ],
)
def test_csv_refuses_what_its_columns_do_not_hold(header: str, item: dict[str, Any], why: str) -> None:
    with pytest.raises(UnholdableItem) as refusal:
        format_of("csv", columns_of(header, "x")).text(item)
    assert why in str(refusal.value)


@pytest.mark.parametrize("header", ["a", "a:X", ":S", "a:S,a:N", "", 'a:S,"b'])
def test_a_wrong_declaration_is_a_wrong_setting(header: str) -> None:
    if header:
        with pytest.raises(SettingError):
            columns_of(header, "--columns")
    else:
        assert columns_of(header, "--columns") == ()


@pytest.mark.parametrize(
    ("line", "name"),
    [
        (b'{"Item": {"a": {"S": "x"}}}', "dynamodb-json"),
        (b'{"Item": 1}', "jsonl"),
        (b'{"Item": {}, "b": 1}', "jsonl"),
        (b'{"a": 1}', "jsonl"),
        (b"", "jsonl"),
    ],
)
def test_a_file_s_first_line_tells_its_format(line: bytes, name: str) -> None:
    assert format_by_look(line) == name
