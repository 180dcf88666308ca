"""Projections: what they return, and what they are refused for."""

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from stator.errors import ValidationException
from stator.expressions import Placeholders, Projection, compile_projection, legacy

Item = dict[str, Any]
NAMES = {"#a": "a", "#b": "[3]", "#l": "l", "#bracket": "[alpha]", "#dot": "a.b"}
ITEM: Item = {
    "a": {"M": {"b": {"S": "ab"}, "c": {"S": "ac"}, "[alpha]": {"L": [{"S": "one"}, {"S": "two"}]}}},
    "l": {"L": [
        {"M": {"a": {"S": "a0"}, "b": {"S": "b0"}, "n": {"L": [{"M": {"p": {"S": "p0"}, "q": {"S": "q0"}}},
                                                                 {"M": {"p": {"S": "p1"}, "q": {"S": "q1"}}}]}}},
        {"S": "l1"},
        {"M": {"c": {"S": "c2"}}},
    ]},
    "s": {"S": "s"}, "a.b": {"S": "dotted"},
}  # fmt: skip


def projection(text: str) -> Projection:
    return compile_projection(text, Placeholders(NAMES))


def refusal(text: str) -> str:
    with pytest.raises(ValidationException) as caught:
        projection(text)
    prefix = "Invalid ProjectionExpression: "
    assert caught.value.message.startswith(prefix)
    return caught.value.message[len(prefix) :]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("s", {"s": {"S": "s"}}),
        ("s, gone", {"s": {"S": "s"}}),
        ("gone", {}),
        ("s.x, l.x, a[0]", {}),
        ("#a.b", {"a": {"M": {"b": {"S": "ab"}}}}),
        ("a.c, s, a.b", {"a": {"M": {"b": {"S": "ab"}, "c": {"S": "ac"}}}, "s": {"S": "s"}}),
        ("a.c, a.gone", {"a": {"M": {"c": {"S": "ac"}}}}),
        ("a.#bracket[1]", {"a": {"M": {"[alpha]": {"L": [{"S": "two"}]}}}}),
        ("#dot", {"a.b": {"S": "dotted"}}),
        ("#l[1]", {"l": {"L": [{"S": "l1"}]}}),
        ("l[2], l[1]", {"l": {"L": [{"S": "l1"}, {"M": {"c": {"S": "c2"}}}]}}),
        ("l[2], l[7], l[1][0]", {"l": {"L": [{"M": {"c": {"S": "c2"}}}]}}),
        ("l[4294967294]", {}),
        ("l[0].b, l[2].c, l[0].a",
         {"l": {"L": [{"M": {"a": {"S": "a0"}, "b": {"S": "b0"}}}, {"M": {"c": {"S": "c2"}}}]}}),
        ("l[0].n[1].q, l[0].n[0].p",
         {"l": {"L": [{"M": {"n": {"L": [{"M": {"p": {"S": "p0"}}}, {"M": {"q": {"S": "q1"}}}]}}}]}}),
        ("l[0].n[0].p, l[0].n[0].q",
         {"l": {"L": [{"M": {"n": {"L": [{"M": {"p": {"S": "p0"}, "q": {"S": "q0"}}}]}}}]}}),
    ],
)  # fmt: skip
def test_a_projection_keeps_containers_and_closes_up_lists(text: str, expected: Item) -> None:
    before = deepcopy(ITEM)
    assert projection(text).apply(ITEM) == expected
    assert before == ITEM


def test_a_projection_tells_the_attributes_it_takes() -> None:
    made = projection("s, a.b, l[0], a.c, gone")
    assert made.top_level == ("s", "a", "l", "gone")
    assert made.nested == {"a", "l"}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "The expression can not be empty;"),
        ("whatever(stuff)", 'Syntax error; token: "(", near: "whatever(stuff"'),
        (":a", 'Syntax error; token: ":a", near: ":a"'),
        ("abort,", 'Syntax error; token: "<EOF>", near: ","'),
        ("a,,b", 'Syntax error; token: ",", near: ",,b"'),
        ("a..b", 'Syntax error; token: ".", near: "..b"'),
        ("a b", 'Syntax error; token: "b", near: "a b"'),
        ("l[a]", 'Syntax error; token: "a", near: "[a]"'),
        ("l[]", 'Syntax error; token: "]", near: "[]"'),
        ("l[001]", 'Syntax error; token: "0", near: "001"'),
        ("l[１２３]", 'Syntax error; token: "１", near: "[１２"'),
        ("(a.b).c", 'Syntax error; token: "(", near: "(a"'),
        ("(a)", 'Syntax error; token: "(", near: "(a"'),
        ("a-b", 'Syntax error; token: "-", near: "a-b"'),
        ("#AMZN_MAPPED_2021-03-03", 'Syntax error; token: "-", near: "#AMZN_MAPPED_2021-0"'),
        ("!!! INVALID !!!", 'Syntax error; token: "!", near: "!!"'),
        ("a.abORt", "Attribute name is a reserved keyword; reserved keyword: abORt"),
        ("#a,ABSoLUTE", "Attribute name is a reserved keyword; reserved keyword: ABSoLUTE"),
        ("#nope, and", "Attribute name is a reserved keyword; reserved keyword: and"),
        ("a,c,a,#nope",
         "An expression attribute name used in the document path is not defined; attribute name: #nope"),
        ("a[4294967295]", "List index is not within the allowable range; index: [4294967295]"),
        ("a" + ".b" * 32, "The document path has too many nesting levels; nesting levels: 33"),
        ("a" * 4097, "Expression size has exceeded the maximum allowed size; expression size: 4097"),
    ],
)  # fmt: skip
def test_a_faulty_projection_is_refused(text: str, reason: str) -> None:
    assert refusal(text) == reason


@pytest.mark.parametrize(
    ("text", "how", "one", "two"),
    [
        ("b[1], b.a, #a.b, a", "overlap", "[a, b]", "[a]"),
        ("a, #a[1]", "overlap", "[a]", "[a, [1]]"),
        ("a,b,a", "overlap", "[a]", "[b]"),
        ("a, a", "overlap", "[a]", "[a]"),
        ("a, a.b.c", "overlap", "[a]", "[a, b, c]"),
        ("a.b, a", "overlap", "[a, b]", "[a]"),
        ("l, l[0]", "overlap", "[l]", "[l, [0]]"),
        ("a.b, #a[1], #b", "conflict", "[a, b]", "[a, [1]]"),
        ("a.b[1], #a[1], #b", "conflict", "[a, b, [1]]", "[a, [1]]"),
        ("a[3].b, #a.#b.b", "conflict", "[a, [3], b]", "[a, [3], b]"),
    ],
)
def test_paths_that_meet_are_refused(text: str, how: str, one: str, two: str) -> None:
    assert refusal(text) == (
        f"Two document paths {how} with each other; must remove or rewrite one of these paths; "
        f"path one: {one}, path two: {two}"
    )


def test_attributes_to_get_take_whole_attributes_under_any_name() -> None:
    made = legacy.projection(["a.b", "s", "name", "gone"])
    assert made.apply(ITEM) == {"a.b": {"S": "dotted"}, "s": {"S": "s"}}
    assert made.top_level == ("a.b", "s", "name", "gone")
    with pytest.raises(ValidationException) as caught:
        legacy.projection(["a", "b", "a"])
    assert caught.value.message == (
        "One or more parameter values were invalid: Duplicate value in attribute name: a"
    )


VALUES: st.SearchStrategy[Any] = st.recursive(
    st.sampled_from("xyz").map(lambda text: {"S": text}),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda members: {"L": members}),
        st.dictionaries(st.sampled_from("abc"), inner, max_size=3).map(lambda members: {"M": members}),
    ),
    max_leaves=12,
)
PARTS = st.lists(st.one_of(st.sampled_from("abc"), st.integers(0, 2)), max_size=3)
PATHS = st.lists(st.tuples(st.sampled_from("abc"), PARTS), min_size=1, max_size=5)


def keep(value: Any, paths: list[list[Any]]) -> Any:
    """The parts of a value that some path leads to; None when none does."""
    if [] in paths:
        return value
    [(kind, content)] = value.items()
    kept: Any = {}
    if kind == "M":
        members = content.items()
    elif kind == "L":
        members = enumerate(content)
    else:
        return None
    for part, below in members:
        found = keep(
            below, [path[1:] for path in paths if path and path[0] == part and type(path[0]) is type(part)]
        )
        if found is not None:
            kept[part] = found
    if not kept:
        return None
    return {kind: kept if kind == "M" else [kept[index] for index in sorted(kept)]}


@given(st.dictionaries(st.sampled_from("abc"), VALUES, max_size=3), PATHS)
def test_a_projection_returns_what_a_plain_walk_finds(item: Item, paths: list[tuple[str, list[Any]]]) -> None:
    text = ", ".join(
        head + "".join(f".{part}" if isinstance(part, str) else f"[{part}]" for part in parts)
        for head, parts in paths
    )
    try:
        made = compile_projection(text, Placeholders())
    except ValidationException:
        assume(False)
    whole = keep({"M": item}, [[head, *parts] for head, parts in paths])
    assert made.apply(item) == ({} if whole is None else whole["M"])
