"""How a bad value is refused, by where it stands.

The service checks values in two layers. The current one serves PutItem, UpdateItem and DeleteItem, which tell its
findings as validation errors, and GetItem, BatchGetItem and Query, which tell them bare. The older one serves
BatchWriteItem and Scan; it says which expression value was wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from aws_facts.calls import (
    N,
    S,
    Value,
    batch_delete,
    batch_get,
    batch_put,
    delete,
    get,
    nested,
    put,
    query,
    scan,
    update,
)
from aws_facts.case import CONDITION_FAILED, Call, Case, Exactly, detected, invalid
from aws_facts.wordings import (
    BINARY_SET_EMPTY,
    LONG_NAME,
    NOT_NUMERIC,
    NULL_FALSE,
    NUMBER_SET_EMPTY,
    OVERFLOW,
    PARAMETERS,
    STRING_SET_EMPTY,
    TOO_DEEP,
    TOO_PRECISE,
    UNDERFLOW,
)

KEY = {"pk": S("k")}
Place = Callable[[Value], Call]

# Where a value may stand, told as one validation error.
ENVELOPED: dict[str, Place] = {
    "a put item": lambda value: put("plain", {**KEY, "v": value}),
    "a list in a map of a put item": lambda value: put("plain", {**KEY, "v": {"M": {"x": {"L": [value]}}}}),
    "a put's condition": lambda value: put(
        "plain",
        KEY,
        ConditionExpression="attribute_not_exists(pk) OR v = :v",
        ExpressionAttributeValues={":v": value},
    ),
    "a put's Expected": lambda value: put("plain", KEY, Expected={"v": {"Value": value}}),
    "an update": lambda value: update("plain", KEY, "SET v = :v", {":v": value}),
    "an update's condition": lambda value: update(
        "plain", KEY, "SET o = :o", {":o": N(1), ":v": value}, ConditionExpression="v = :v"
    ),
    "AttributeUpdates": lambda value: update(
        "plain", KEY, AttributeUpdates={"v": {"Action": "PUT", "Value": value}}
    ),
    "an update's key": lambda value: update("plain", {"pk": value}, "SET o = :o", {":o": N(1)}),
    "a delete's condition": lambda value: delete(
        "plain", KEY, ConditionExpression="v = :v", ExpressionAttributeValues={":v": value}
    ),
    "a delete's key": lambda value: delete("plain", {"pk": value}),
}
# Told bare, in the current layer's words.
BARE: dict[str, Place] = {
    "a get's key": lambda value: get("plain", {"pk": value}),
    "a batch get's key": lambda value: batch_get("plain", [{"pk": value}]),
    "a query's key condition": lambda value: query("plain", "pk = :v", {":v": value}),
    "a query's filter": lambda value: query(
        "plain", "pk = :p", {":p": S("k"), ":v": value}, FilterExpression="v = :v"
    ),
    "a query's QueryFilter": lambda value: query(
        "plain",
        KeyConditions={"pk": {"ComparisonOperator": "EQ", "AttributeValueList": [S("k")]}},
        QueryFilter={"v": {"ComparisonOperator": "EQ", "AttributeValueList": [value]}},
    ),
    "a query's starting key": lambda value: query(
        "plain", "pk = :p", {":p": S("k")}, ExclusiveStartKey={"pk": value}
    ),
}
# Told bare, in the older layer's words.
OLDER: dict[str, Place] = {
    "a batch put": lambda value: batch_put("plain", {**KEY, "v": value}),
    "a batch delete's key": lambda value: batch_delete("plain", {"pk": value}),
}
# The older layer names the expression value.
OLDER_NAMED: dict[str, Place] = {
    "a scan's filter": lambda value: scan(
        "plain", FilterExpression="v = :v", ExpressionAttributeValues={":v": value}
    ),
}

# What is sent, the current layer's words, the older layer's.
BAD_VALUES: dict[str, tuple[Value, str, str]] = {
    "a word as a number": (N("abc"), f"{NOT_NUMERIC}: abc", f"{NOT_NUMERIC}: abc"),
    "an empty text as a number": (N(""), f"{NOT_NUMERIC}: ", NOT_NUMERIC),
    "a number one magnitude too large": (N("1e126"), OVERFLOW, OVERFLOW),
    "an exponent at the end of 32 bits": (N("1e2147483647"), OVERFLOW, UNDERFLOW),
    "a word in a number set": ({"NS": ["1", "abc"]}, f"{NOT_NUMERIC}: abc", f"{NOT_NUMERIC}: abc"),
    "an empty text in a number set": ({"NS": ["1", ""]}, f"{NOT_NUMERIC}: ", NOT_NUMERIC),
    "a text set with a repeat": (
        {"SS": ["b", "a", "b"]},
        PARAMETERS + 'Input collection ["a", "b", "b"] contains duplicates.',
        PARAMETERS + "Input collection [b, a, b] contains duplicates.",
    ),
    "a binary set with a repeat": (
        {"BS": ["/w==", "AA==", "AA=="]},
        PARAMETERS + 'Input collection ["AA==","/w==","AA=="]of type BS contains duplicates.',
        PARAMETERS + "Input collection [/w==, AA==, AA==]of type BS contains duplicates.",
    ),
    "a number set with a repeat": (
        {"NS": ["2", "1", "2"]},
        PARAMETERS + "Input collection contains duplicates.",
        "Input collection contains duplicates",
    ),
}

# Numbers in a put item, beyond those above.
BAD_NUMBERS = {
    "1e99999999999": OVERFLOW,
    "-1e99999999999": OVERFLOW,
    "1e-99999999999": UNDERFLOW,
    "1e2147483648": OVERFLOW,
    "1e-2147483648": UNDERFLOW,
    "1e-131": UNDERFLOW,
    "-1E+126": OVERFLOW,
    "0e126": OVERFLOW,
    "0e-131": UNDERFLOW,
    "1e9223372036854775808": f"{NOT_NUMERIC}: 1e9223372036854775808",
    "1234567890123456789012345678901234567890": TOO_PRECISE,
    "123456789012345678901234567890123456789": TOO_PRECISE,
    **{
        text: f"{NOT_NUMERIC}: {text}"
        for text in (
            *(
                "1.2.3",
                " 1",
                "1 ",
                "0x10",
                "1e",
                "NaN",
                "Infinity",
                "+",
                "-",
                "++5",
                "+-5",
                "-+5",
                "+1+2",
                "1+2",
            ),
            *("+1.2.3", "+e2", "e2", ".", "1 5", "1.2e3.4", "1_000", "1e+", " 5", "5 ", "0x5"),
        )
    },
}

# What is written, what is read.
GOOD_NUMBERS = {
    "+.5": "0.5",
    "+0": "0",
    "+0.0": "0",
    "+1.5": "1.5",
    "+1e-2": "0.01",
    "+1e2": "100",
    "+5": "5",
    "-0": "0",
    ".5": "0.5",
    "00042": "42",
    "1.": "1",
    "1.23E10": "12300000000",
    "1.5E+3": "1500",
    "1.e5": "100000",
    "1e+2": "100",
    "5.": "5",
    "1.0": "1",
    "3.1400": "3.14",
    "0042.1200": "42.12",
    "0e125": "0",
    "1e-130": "0." + "0" * 129 + "1",
    "1E125": "1" + "0" * 125,
    "9.9999999999999999999999999999999999999E+125": "9" * 38 + "0" * 88,
    "-9.9999999999999999999999999999999999999E+125": "-" + "9" * 38 + "0" * 88,
    "12345678901234567890123456789012345678": "12345678901234567890123456789012345678",
    "0.00000000000000000000000000000000000001": "0.00000000000000000000000000000000000001",
}

# Refused alike by both layers.
EMPTY = {
    "an empty text set": ({"SS": []}, STRING_SET_EMPTY),
    "an empty number set": ({"NS": []}, NUMBER_SET_EMPTY),
    "an empty binary set": ({"BS": []}, BINARY_SET_EMPTY),
    "a null that is false": ({"NULL": False}, NULL_FALSE),
    "a text set that holds only repeats of the empty text": (
        {"SS": ["", ""]},
        PARAMETERS + 'Input collection ["", ""] contains duplicates.',
    ),
}


def _refusals() -> Iterator[Case]:
    for what, (value, current, older) in BAD_VALUES.items():
        for place, call in ENVELOPED.items():
            yield Case(f"{what} in {place}", call(value), detected(current))
        for place, call in BARE.items():
            yield Case(f"{what} in {place}", call(value), invalid(current))
        for place, call in OLDER.items():
            yield Case(f"{what} in {place}", call(value), invalid(older))
        for place, call in OLDER_NAMED.items():
            named = f"ExpressionAttributeValues contains invalid value: {older} for key :v"
            yield Case(f"{what} in {place}", call(value), invalid(named))
    for what, (value, message) in EMPTY.items():
        for place in ("a put item", "a list in a map of a put item"):
            yield Case(f"{what} in {place}", ENVELOPED[place](value), detected(message))
    for text, message in BAD_NUMBERS.items():
        yield Case(
            f"the number {text!r} in a put item", put("plain", {**KEY, "v": N(text)}), detected(message)
        )


def _numbers_that_are_stored() -> Iterator[Case]:
    for written, read in GOOD_NUMBERS.items():
        yield Case(
            f"the number {written!r} is read as it would be written in full",
            put("plain", {**KEY, "v": N(written)}),
            {},
            then=((get("plain", KEY), {"Item": {"v": N(read)}}),),
        )


def _large_exponents_in_keys() -> Iterator[Case]:
    far = N("1e99999999999")
    places = {
        "a get": (get("numbered", {"pk": far}), invalid(OVERFLOW)),
        "a batch get": (batch_get("numbered", [{"pk": far}]), invalid(OVERFLOW)),
        "a delete": (delete("numbered", {"pk": far}), detected(OVERFLOW)),
        "an update": (update("numbered", {"pk": far}, "SET a = :a", {":a": S("x")}), detected(OVERFLOW)),
        "a query": (
            query("number-pairs", "pk = :p AND sk = :s", {":p": S("q"), ":s": far}),
            invalid(OVERFLOW),
        ),
    }
    for what, (call, expected) in places.items():
        yield Case(f"a key's exponent past 32 bits overflows in {what}", call, expected)


def _depths() -> Iterator[Case]:
    yield Case("a value nested 31 maps deep is stored", put("plain", {**KEY, "v": nested(31)}), {})
    yield Case(
        "a value nested 32 maps deep is refused", put("plain", {**KEY, "v": nested(32)}), detected(TOO_DEEP)
    )
    yield Case("a batch stores a value nested 31 maps deep", batch_put("plain", {**KEY, "v": nested(31)}), {})
    yield Case(
        "a batch refuses a value nested 32 maps deep",
        batch_put("plain", {**KEY, "v": nested(32)}),
        invalid(TOO_DEEP),
    )
    deep = {"ConditionExpression": "#d = :deep", "names": {"#d": "data"}}
    yield Case(
        "a condition's value nested 31 maps deep is compared",
        update("plain", KEY, "SET t = :t", {":t": S("y"), ":deep": nested(31)}, **deep),
        CONDITION_FAILED,
        given=(put("plain", {**KEY, "marker": S("x")}),),
    )
    yield Case(
        "a condition's value nested 32 maps deep is refused",
        update("plain", KEY, "SET t = :t", {":t": S("y"), ":deep": nested(32)}, **deep),
        detected(TOO_DEEP),
        given=(put("plain", {**KEY, "marker": S("x")}),),
    )
    within = put("plain", {**KEY, "m": {"M": {}}})
    yield Case(
        "a path leads 30 maps to level 32",
        update("plain", KEY, "SET m.d = :d", {":d": nested(30)}),
        {},
        (within,),
    )
    yield Case(
        "a path does not lead 31 maps deeper",
        update("plain", KEY, "SET m.d = :d", {":d": nested(31)}),
        invalid("Nesting Levels have exceeded supported limits"),
        (within,),
        ((get("plain", KEY), {"Item": {"m": Exactly({"M": {}})}}),),
    )


def _names() -> Iterator[Case]:
    """An attribute's name has 65,535 bytes at most, wherever it stands."""
    longest, unicode = "x" * 65_535, "é" * 32_767
    for what, name in {"65,535 letters": longest, "32,767 letters of two bytes": unicode}.items():
        yield Case(
            f"a name of {what} is stored",
            put("plain", {**KEY, name: S(""), "m": {"M": {name: S("")}}}),
            {},
            then=((get("plain", KEY), {"Item": {name: S("")}}),),
        )
    for what, name in {"65,536 letters": longest + "x", "65,536 bytes": unicode + "éx"}.items():
        inside: Value = {"L": [{"M": {name: S("")}}]}
        refused = {
            "a put": (put("plain", {**KEY, name: S("")}), detected(LONG_NAME)),
            "a put's map": (put("plain", {**KEY, "l": inside}), detected(LONG_NAME)),
            "an update's map": (update("plain", KEY, "SET l = :l", {":l": inside}), detected(LONG_NAME)),
            "an update": (
                update("plain", KEY, "SET #n = :v", {":v": S("")}, {"#n": name}),
                detected(LONG_NAME),
            ),
            "a batch": (batch_put("plain", {**KEY, "l": inside}), invalid(LONG_NAME)),
        }
        for where, (call, expected) in refused.items():
            yield Case(f"a name of {what} in {where} is refused", call, expected)


def _sets() -> Iterator[Case]:
    """Members come back in the service's own order: texts and binaries by their bytes, numbers by value."""
    stored = {
        "texts": ({"SS": ["b", "", "a"]}, {"SS": ["", "a", "b"]}),
        "numbers": ({"NS": ["10", "9", "-1"]}, {"NS": ["-1", "9", "10"]}),
        "binaries": ({"BS": ["AQ==", ""]}, {"BS": ["", "AQ=="]}),
        "one empty text": ({"SS": [""]}, {"SS": [""]}),
        "a list around an empty text": ({"L": [{"SS": [""]}]}, {"L": [{"SS": [""]}]}),
        "a map around an empty text": ({"M": {"i": {"SS": [""]}}}, {"M": {"i": {"SS": [""]}}}),
    }
    for what, (written, read) in stored.items():
        then = ((get("plain", KEY), {"Item": {"v": read}}),)
        yield Case(f"a set of {what} in a put", put("plain", {**KEY, "v": written}), {}, then=then)
        yield Case(
            f"a set of {what} in a batch put", batch_put("plain", {**KEY, "v": written}), {}, then=then
        )
    changes = {
        "adding the empty text": ({"SS": ["a"]}, "ADD v :c", {"SS": [""]}, {"SS": ["", "a"]}),
        "adding the empty text again": ({"SS": [""]}, "ADD v :c", {"SS": [""]}, {"SS": [""]}),
        "adding an empty binary": ({"BS": ["AQ=="]}, "ADD v :c", {"BS": [""]}, {"BS": ["", "AQ=="]}),
        "taking the empty text away": ({"SS": ["", "a"]}, "DELETE v :c", {"SS": [""]}, {"SS": ["a"]}),
        "leaving the empty text": ({"SS": ["", "a"]}, "DELETE v :c", {"SS": ["a"]}, {"SS": [""]}),
        "assigning the empty text": (N(1), "SET v = :c", {"SS": [""]}, {"SS": [""]}),
    }
    for what, (before, expression, change, after) in changes.items():
        yield Case(
            f"{what} leaves the set as AWS does",
            update("plain", KEY, expression, {":c": change}),
            {},
            given=(put("plain", {**KEY, "v": before}),),
            then=((get("plain", KEY), {"Item": {"v": after}}),),
        )


CASES = [
    *_refusals(),
    *_numbers_that_are_stored(),
    *_large_exponents_in_keys(),
    *_depths(),
    *_names(),
    *_sets(),
]
