"""Key encodings keep the order of values, end themselves, and come back."""

from base64 import b64encode
from fractions import Fraction
from hashlib import blake2b
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stator.errors import CorruptionError
from stator.keys.encoding import (
    NUMBER_BYTES_MAX,
    decode_number,
    decode_sort_key,
    decode_sort_key_part,
    encode_number,
    partition_hash,
    sort_key,
    sort_key_part,
    sort_key_part_prefix,
)
from stator.values.numbers import normalise

SALT = b"0123456789abcdef"

# The file format: these bytes never change.
FORMAT = [
    ("0", "02"),
    ("1", "03821100"),
    ("10", "03831100"),
    ("12", "03831300"),
    ("123", "0384133100"),
    ("1.5", "03821600"),
    ("1001", "0385110200"),
    ("0.1", "03811100"),
    ("99", "03839a00"),
    ("-1", "017deeff"),
    ("-123", "017beccEff".lower()),
    ("1E-130", "03001100"),
    ("1E125", "03ff1100"),
    ("-1E125", "0100eeff"),
]


@pytest.mark.parametrize(("number", "encoded"), FORMAT)
def test_the_bytes_of_a_number_are_the_file_format(number: str, encoded: str) -> None:
    canonical = normalise(number)
    assert encode_number(canonical).hex() == encoded
    assert decode_number(bytes.fromhex(encoded)) == (canonical, len(encoded) // 2)


def test_the_longest_number_fits_its_bound() -> None:
    assert len(encode_number("-" + "9" * 38)) == NUMBER_BYTES_MAX


def numbers() -> st.SearchStrategy[str]:
    digits = st.integers(1, 10**38 - 1) | st.integers(1, 120) | st.sampled_from([10**37, 10**38 - 1])
    exponents = st.integers(-130, 125) | st.integers(-2, 2)
    written = st.builds(_written, st.sampled_from(["", "-"]), digits, exponents)
    return written | st.just("0")


def _written(sign: str, digits: int, exponent: int) -> str:
    return normalise(f"{sign}{digits}e{exponent - len(str(digits)) + 1}")


@given(numbers(), numbers())
def test_numbers_sort_as_numbers(a: str, b: str) -> None:
    left, right = encode_number(a), encode_number(b)
    assert (left < right) == (Fraction(a) < Fraction(b))
    assert (left == right) == (a == b)
    assert len(left) <= NUMBER_BYTES_MAX
    assert a == b or not right.startswith(left)


def test_neighbours_sort_as_numbers() -> None:
    digits = ("1", "2", "9", "10", "11", "19", "99", "101", "1001", "100001", "9" * 38)
    exponents = (-130, -3, -2, -1, 0, 1, 2, 88)
    texts = [f"{sign}{text}e{exponent}" for sign in ("", "-") for text in digits for exponent in exponents]
    in_order = sorted({normalise(text) for text in texts} | {"0"}, key=Fraction)
    assert sorted(in_order, key=encode_number) == in_order


@given(numbers(), st.binary(max_size=3))
def test_a_number_ends_itself(number: str, rest: bytes) -> None:
    encoded = encode_number(number)
    assert decode_number(b"\xff" + encoded + rest, 1) == (number, 1 + len(encoded))


def key_values(kind: str) -> st.SearchStrategy[dict[str, Any]]:
    if kind == "N":
        return numbers().map(lambda number: {"N": number})
    if kind == "S":
        return st.text("\x00\x01a\u00e9\uffff\U0001f600", max_size=5).map(lambda text: {"S": text})
    data = st.lists(st.sampled_from([0, 1, 2, 254, 255]), max_size=5)
    return data.map(lambda numbers: {"B": b64encode(bytes(numbers)).decode()})


def _order(value: dict[str, Any]) -> Any:
    if "N" in value:
        return Fraction(value["N"])
    return sort_key(value)


KINDS = st.sampled_from(["S", "N", "B"])


@given(st.data())
def test_parts_keep_the_order_of_tuples(data: st.DataObject) -> None:
    kinds = data.draw(st.lists(KINDS, min_size=1, max_size=3))
    rows = [[data.draw(key_values(kind)) for kind in kinds] for _ in range(2)]
    keys = [b"".join(sort_key_part(value) for value in row[:-1]) + sort_key(row[-1]) for row in rows]
    orders = [[_order(value) for value in row] for row in rows]
    assert (keys[0] < keys[1]) == (orders[0] < orders[1])
    assert (keys[0] == keys[1]) == (rows[0] == rows[1])


@given(st.data())
def test_parts_come_back(data: st.DataObject) -> None:
    kinds = data.draw(st.lists(KINDS, min_size=1, max_size=4))
    row = [data.draw(key_values(kind)) for kind in kinds]
    key = b"".join(map(sort_key_part, row))
    offset, back = 0, []
    for kind in kinds:
        value, offset = decode_sort_key_part(kind, key, offset)
        back.append(value)
    assert back == row
    assert offset == len(key)
    assert [decode_sort_key(kind, sort_key(value)) for kind, value in zip(kinds, row, strict=True)] == row


@given(st.sampled_from(["S", "B"]), st.data())
def test_a_prefix_of_a_part_covers_just_the_values_that_begin_so(kind: str, data: st.DataObject) -> None:
    prefix, value = data.draw(key_values(kind)), data.draw(key_values(kind))
    begins = sort_key(value).startswith(sort_key(prefix))
    assert sort_key_part(value).startswith(sort_key_part_prefix(prefix)) == begins or not sort_key(prefix)


@pytest.mark.parametrize("value", [{"BOOL": True}, {"SS": ["a"]}, {"M": {}}, {}])
def test_only_strings_numbers_and_binaries_are_keys(value: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="a key holds strings, numbers or binaries"):
        sort_key(value)
    with pytest.raises(ValueError, match="a key holds strings, numbers or binaries"):
        sort_key_part(value)


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("N", ""),
        ("N", "04"),
        ("N", "0382"),
        ("N", "038211"),
        ("N", "03820c00"),
        ("N", "0200"),
        ("S", "ff"),
    ],
)
def test_bytes_that_are_no_key_are_corruption(kind: str, data: str) -> None:
    with pytest.raises(CorruptionError):
        decode_sort_key(kind, bytes.fromhex(data))


@pytest.mark.parametrize(("kind", "data"), [("S", "6100ff"), ("B", ""), ("N", "01")])
def test_a_part_without_its_end_is_corruption(kind: str, data: str) -> None:
    with pytest.raises(CorruptionError):
        decode_sort_key_part(kind, bytes.fromhex(data))


def test_the_partition_hash_is_the_file_format() -> None:
    values = [{"S": "a\0"}, {"N": "1"}, {"B": "AA=="}]
    data = b"Sa\x00\xff\x00\x01N\x03\x82\x11\x00B\x00\xff\x00\x01"
    assert partition_hash(SALT, values) == blake2b(data, digest_size=16, key=SALT).digest()
    assert partition_hash(SALT, values).hex() == "20a3b317d4e73acc605bc5fb3a769bcb"


def test_the_partition_hash_tells_types_places_and_salts_apart() -> None:
    keys: list[list[dict[str, Any]]] = [
        [{"S": "1"}], [{"N": "1"}], [{"B": "MQ=="}], [{"S": ""}],
        [{"S": "1"}, {"S": ""}], [{"S": ""}, {"S": "1"}],
        [{"S": "a"}, {"S": "b"}], [{"S": "ab"}, {"S": ""}], [{"S": "a\0\x01Sb"}],
    ]  # fmt: skip
    hashes = {partition_hash(salt, key) for salt in (SALT, b"another salt") for key in keys}
    assert len(hashes) == 2 * len(keys)
    assert {len(hashed) for hashed in hashes} == {16}
