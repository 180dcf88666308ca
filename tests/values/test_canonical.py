"""Canonical values: what is accepted and how it looks, what is refused and in which words."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stator.errors import InvalidAttributeValue, SerializationException
from stator.values import canonical_item, canonical_value, decode_binary, equal, item_size

INVALID = "One or more parameter values were invalid: "
NOT_NUMERIC = "The parameter cannot be converted to a numeric value"
NO_TYPE = "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"
MORE_TYPES = (
    "Supplied AttributeValue has more than one datatypes set, "
    "must contain exactly one of the supported datatypes"
)
TOO_DEEP = (
    "Nesting Levels have exceeded supported limits: "
    "Attributes in the item have nested levels beyond supported limit"
)

ACCEPTED: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"S": ""}, {"S": ""}),
    ({"S": "é\u0000"}, {"S": "é\u0000"}),
    ({"N": "1.50"}, {"N": "1.5"}),
    ({"B": ""}, {"B": ""}),
    ({"B": "AAE="}, {"B": "AAE="}),
    ({"BOOL": False}, {"BOOL": False}),
    ({"NULL": True}, {"NULL": True}),
    ({"SS": ["b", "", "a", "é", "z"]}, {"SS": ["", "a", "b", "z", "é"]}),
    ({"SS": [""]}, {"SS": [""]}),
    ({"BS": ["/w==", "AAE=", "", "AA=="]}, {"BS": ["", "AA==", "AAE=", "/w=="]}),
    ({"NS": ["10", "9.5", "01", "-0", "-1e2"]}, {"NS": ["-100", "0", "1", "9.5", "10"]}),
    ({"M": {}}, {"M": {}}),
    ({"L": []}, {"L": []}),
    ({"L": [{"N": "1e1"}, {"M": {"a": {"NS": ["1.0"]}}}]}, {"L": [{"N": "10"}, {"M": {"a": {"NS": ["1"]}}}]}),
]


@pytest.mark.parametrize(("given_value", "canonical"), ACCEPTED)
def test_a_valid_value_is_brought_into_canonical_form(given_value: Any, canonical: Any) -> None:
    before = copy.deepcopy(given_value)
    assert canonical_value(given_value) == canonical
    assert canonical_item({"a": given_value}) == {"a": canonical}
    assert canonical_value(canonical) == canonical
    assert given_value == before


def repeats(members: str, suffix: str = "") -> str:
    return f"{INVALID}Input collection [{members}]{suffix} contains duplicates."


REFUSED: list[tuple[dict[str, Any], str, str | None]] = [
    # the value, the older wording, the newer wording where it differs
    ({}, NO_TYPE, None),
    ({"M": {"a": {}}}, NO_TYPE, None),
    ({"L": [{}]}, NO_TYPE, None),
    ({"S": "a", "N": "1"}, MORE_TYPES, None),
    ({"S": "a", "N": "b"}, NOT_NUMERIC + ": b", None),
    ({"S": "", "N": ""}, NOT_NUMERIC, NOT_NUMERIC + ": "),
    ({"M": {"a": {}}, "S": "a"}, NO_TYPE, None),
    ({"N": "x"}, NOT_NUMERIC + ": x", None),
    ({"NS": ["1", ""]}, NOT_NUMERIC, NOT_NUMERIC + ": "),
    ({"NS": ["1", "b"]}, NOT_NUMERIC + ": b", None),
    ({"NULL": False}, INVALID + "Null attribute value types must have the value of true", None),
    ({"SS": []}, INVALID + "An string set  may not be empty", None),
    ({"NS": []}, INVALID + "An number set  may not be empty", None),
    ({"BS": []}, INVALID + "Binary sets should not be empty", None),
    ({"SS": ["a", "a"]}, repeats("a, a"), repeats('"a", "a"')),
    ({"SS": ["", ""]}, repeats(", "), repeats('"", ""')),
    ({"SS": ["b", "a", "b"]}, repeats("b, a, b"), repeats('"a", "b", "b"')),
    ({"SS": ["b", "a", "b", "c", "a"]}, repeats("b, a, b, c, a"), repeats('"a", "b", "b", "c", "a"')),
    (
        {"BS": ["Yg==", "Yg=="]},
        repeats("Yg==, Yg==", "of type BS"),
        repeats('"Yg==","Yg=="', "of type BS"),
    ),
    (
        {"BS": ["/w==", "AA==", "AA=="]},
        repeats("/w==, AA==, AA==", "of type BS"),
        repeats('"AA==","/w==","AA=="', "of type BS"),
    ),
    (
        {"NS": ["2", "1", "2.0"]},
        "Input collection contains duplicates",
        INVALID + "Input collection contains duplicates.",
    ),
    ({"M": {"": {"S": "a"}}}, "Empty attribute name", None),
]


@pytest.mark.parametrize(("value", "older", "newer"), REFUSED)
def test_a_refused_value_says_why_wherever_it_sits(value: Any, older: str, newer: str | None) -> None:
    for place in (value, {"L": [value]}, {"M": {"m": {"L": [{"S": "x"}, value]}}}):
        with pytest.raises(InvalidAttributeValue) as refused:
            canonical_item({"ok": {"S": "x"}, "bad": place})
        assert refused.value.message == older
        assert refused.value.current == (newer or older)


def test_an_item_refuses_an_empty_attribute_name_before_any_value() -> None:
    with pytest.raises(InvalidAttributeValue, match="Empty attribute name"):
        canonical_item({"bad": {"N": "x"}, "": {"S": "x"}})


def nested(kind: str, wraps: int) -> dict[str, Any]:
    value: dict[str, Any] = {"S": "leaf"}
    for _ in range(wraps):
        value = {"M": {"n": value}} if kind == "M" else {"L": [value]}
    return value


@pytest.mark.parametrize("kind", ["M", "L"])
def test_a_leaf_at_level_32_is_the_deepest(kind: str) -> None:
    assert canonical_value(nested(kind, 31)) == nested(kind, 31)
    for wraps in (32, 33, 5000):
        with pytest.raises(InvalidAttributeValue) as refused:
            canonical_item({"a": nested(kind, wraps)})
        assert refused.value.message == TOO_DEEP


def test_the_answer_shares_no_container_with_the_input() -> None:
    value = {"M": {"l": {"L": [{"SS": ["a"]}]}, "b": {"BS": ["AA=="]}}}
    item = {"s": {"S": "x"}, "m": value}
    canonical = canonical_item(item)
    item["s"]["S"] = "y"
    value["M"]["l"]["L"][0]["SS"].append("b")
    value["M"]["b"]["BS"].append("AAA=")
    value["M"]["new"] = {"L": []}
    assert canonical == {"s": {"S": "x"}, "m": {"M": {"l": {"L": [{"SS": ["a"]}]}, "b": {"BS": ["AA=="]}}}}


LAST = "Invalid last non-pad Base64 character dectected"
NOT_BASE64 = [
    ("23456", "Base64 encoded length is expected a multiple of 4 bytes but found: 5"),
    ("AAA", "Base64 encoded length is expected a multiple of 4 bytes but found: 3"),
    ("=+/=", LAST),
    ("+/+=", LAST),
    ("AAB=", LAST),
    ("AB==", LAST),
    ("====", LAST),
    ("A===", LAST),
    ("AA*A", "Invalid Base64 character: '*'"),
    ("A A=", "Invalid Base64 character: ' '"),
    (" AAA", "Invalid Base64 character: ' '"),
    ("AA-_", "Invalid Base64 character: '-'"),
    ("A\u00e9AA", "Invalid Base64 character: '\u00e9'"),
    ("AA==AAAA", "Invalid Base64 character: '='"),
    ("AA=A", "Invalid Base64 character: '='"),
    ("AAA\n", "Invalid Base64 character: '\n'"),
]


@pytest.mark.parametrize(("text", "message"), NOT_BASE64)
def test_what_is_not_base64_is_a_serialization_fault(text: str, message: str) -> None:
    for check in (
        lambda: decode_binary(text),
        lambda: canonical_value({"B": text}),
        lambda: canonical_item({"a": {"L": [{"BS": ["AA==", text]}]}}),
    ):
        with pytest.raises(SerializationException) as refused:
            check()
        assert refused.value.message == message


SCALARS = st.one_of(
    st.builds(lambda s: {"S": s}, st.text(max_size=8)),
    st.builds(lambda n: {"N": str(n)}, st.integers(-(10**30), 10**30)),
    st.builds(lambda s: {"SS": sorted(s)}, st.sets(st.text(max_size=3), min_size=1, max_size=4)),
    st.builds(lambda b: {"BOOL": b}, st.booleans()),
    st.just({"NULL": True}),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.builds(lambda elements: {"L": elements}, st.lists(inner, max_size=4)),
        st.builds(lambda m: {"M": m}, st.dictionaries(st.text(min_size=1, max_size=4), inner, max_size=4)),
    ),
    max_leaves=6,
)


@given(VALUES)
def test_canonical_values_stay_as_they_are(value: dict[str, Any]) -> None:
    canonical = canonical_value(value)
    assert canonical == value
    assert equal(canonical, value)
    assert item_size({"a": canonical}) >= 1
