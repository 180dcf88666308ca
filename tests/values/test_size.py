"""Sizes: DynamoDB's own bytes."""

from base64 import b64encode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stator.values import binary_size, canonical_value, item_size, value_size

NUMBERS = [
    ("0", 1), ("-0", 1), ("1", 2), ("12", 2), ("123", 3), ("1234", 3), ("12345", 4),
    ("12345678901234567890123456789012345678", 20), ("-12345678901234567890123456789012345678", 21),
    ("0042", 2), ("100", 2), ("1010", 3), ("0.0000001", 2), ("1E125", 2), ("1E-100", 2), ("1E-130", 2),
    ("1.5", 3), ("15", 2), ("1.2", 3), ("1.200", 3), ("1.234", 4), ("3.14159", 5), ("123456", 4),
    ("100.5", 4), ("0.15", 2), ("-42", 3), ("-0.15", 3), ("-1.5", 4), ("10.05", 3), ("27", 2), ("-27", 3),
]  # fmt: skip


@pytest.mark.parametrize(("number", "size"), NUMBERS)
def test_a_number_is_sized_by_its_significant_digits(number: str, size: int) -> None:
    value = canonical_value({"N": number})
    assert value_size(value) == size
    assert item_size({"n": value}) == 1 + size


VALUES: list[tuple[dict[str, Any], int]] = [
    ({"S": ""}, 0),
    ({"S": "abc"}, 3),
    ({"S": "é"}, 2),
    ({"S": "😀"}, 4),
    ({"B": ""}, 0),
    ({"B": "AA=="}, 1),
    ({"B": "AAA="}, 2),
    ({"B": "AAAA"}, 3),
    ({"BOOL": True}, 1),
    ({"BOOL": False}, 1),
    ({"NULL": True}, 1),
    ({"SS": ["a", "bcé"]}, 5),
    ({"NS": ["1", "123", "-42"]}, 8),
    ({"BS": ["AA==", "AAAA"]}, 4),
    ({"L": []}, 3),
    ({"M": {}}, 3),
    ({"L": [{"S": "xy"}]}, 6),
    ({"L": [{"S": ""}, {"NULL": True}]}, 6),
    ({"M": {"a": {"S": "xy"}}}, 7),
    ({"M": {"é": {"L": []}}}, 9),
    ({"L": [{"L": [{"L": []}]}]}, 11),
]


@pytest.mark.parametrize(("value", "size"), VALUES)
def test_a_value_has_the_size_the_service_counts(value: dict[str, Any], size: int) -> None:
    assert value_size(value) == size
    assert item_size({"name": value}) == 4 + size


def test_an_item_counts_names_and_values() -> None:
    item = {"id": {"S": "abc"}, "é": {"BOOL": True}, "n": {"N": "12345"}}
    assert item_size(item) == (2 + 3) + (2 + 1) + (1 + 4)


@given(st.binary(max_size=200))
def test_a_binary_counts_its_decoded_bytes(data: bytes) -> None:
    text = b64encode(data).decode()
    assert binary_size(text) == value_size({"B": text}) == len(data)


@given(st.text(max_size=50))
def test_a_string_counts_its_utf8_bytes(text: str) -> None:
    assert value_size({"S": text}) == len(text.encode())
