"""What conditions mean: tables of cases, then random conditions against a plain evaluator."""

from base64 import b64decode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stator.expressions import Condition, Placeholders, compile_condition
from stator.values import compare, equal

Item = dict[str, Any]
ITEM: Item = {
    "s": {"S": "hello"}, "same": {"S": "hello"}, "wide": {"S": "ab\u00ff"}, "astral": {"S": "a\U0001f600"},
    "blank": {"S": ""}, "n": {"N": "12"}, "neg": {"N": "-1.5"}, "b": {"B": "aGVsbG8="}, "yes": {"BOOL": True},
    "nil": {"NULL": True}, "ss": {"SS": ["x", "y"]}, "ns": {"NS": ["1", "2.5"]}, "bs": {"BS": ["YQ==", "Yg=="]},
    "l": {"L": [{"S": "x"}, {"N": "1"}, {"M": {"k": {"SS": ["p", "q"]}}}, {"L": [{"NULL": True}]}]},
    "m": {"M": {"k": {"S": "v"}, "deep": {"M": {"er": {"L": [{"N": "7"}]}}}, "and": {"S": "odd"}}},
}  # fmt: skip
VALUES: dict[str, dict[str, Any]] = {
    ":hello": {"S": "hello"}, ":help": {"S": "help"}, ":he": {"S": "he"}, ":ell": {"S": "ell"}, ":nil": {"NULL": True},
    ":none": {"S": ""}, ":twelve": {"N": "12"}, ":two": {"N": "2"}, ":hundred": {"N": "100"}, ":12": {"S": "12"},
    ":bytes": {"B": "aGVsbG8="}, ":bhe": {"B": "aGU="}, ":bell": {"B": "ZWxs"}, ":yes": {"BOOL": True},
    ":yx": {"SS": ["y", "x"]}, ":x": {"S": "x"}, ":one": {"N": "1"}, ":a": {"B": "YQ=="}, ":v": {"S": "v"},
    ":map": {"M": {"k": {"SS": ["q", "p"]}}}, ":seven": {"N": "7"}, ":low": {"N": "-2"}, ":zz": {"S": "zz"},
    ":list": {"L": [{"NULL": True}]}, ":tS": {"S": "S"}, ":tNULL": {"S": "NULL"}, ":tM": {"S": "M"},
    ":0": {"N": "0"}, ":3": {"N": "3"}, ":4": {"N": "4"}, ":5": {"N": "5"},
}  # fmt: skip
NAMES = {"#and": "and", "#m": "m", "#dotted": "m.k"}

HOLDS = """
s = :hello | :hello = s | s = same | m.k = :v | #m.k = :v | m.#and <> :v | l[0] = :x | l[1] = :one
m.deep.er[0] = :seven | ss = :yx | l[2] = :map | l[3] = :list | yes = :yes | nil = :nil | n = :twelve
:hello = :hello | s <> :help | s <> :twelve | n <> :12 | gone <> :hello | gone <> alsogone | m.gone.x <> :v
:hello <> gone | s < :help | s <= :hello | s >= :hello | n > :two | n < :hundred | neg < :0 | neg >= :low
b > :bhe | b <= :bytes | :two < n | s BETWEEN :he AND :help | n BETWEEN :two AND :hundred
n BETWEEN :twelve AND :twelve | :seven BETWEEN neg AND n | b BETWEEN :bhe AND :bytes
s IN (:x, :hello) | n IN (:12, :twelve) | ss IN (:x, :yx) | :x IN (s, l[0]) | l[2] IN (:map)
attribute_exists(s) | attribute_exists(m.deep.er[0]) | attribute_exists(nil) | attribute_exists(l[3][0])
attribute_not_exists(gone) | attribute_not_exists(m.gone) | attribute_not_exists(l[4]) | attribute_not_exists(s.x)
attribute_not_exists(m[0]) | attribute_not_exists(l.x) | attribute_not_exists(#dotted) | attribute_not_exists(s[0])
attribute_type(s, :tS) | attribute_type(nil, :tNULL) | attribute_type(m.deep, :tM) | attribute_type(l[2], :tM)
begins_with(s, :he) | begins_with(s, :none) | begins_with(b, :bhe) | begins_with(:hello, :he) | begins_with(s, same)
contains(s, :ell) | contains(s, :none) | contains(b, :bell) | contains(ss, :x) | contains(ns, :one) | contains(bs, :a)
contains(l, :x) | contains(l, :one) | contains(l, :map) | contains(l, :list) | contains(:hello, :ell)
size(s) = :5 | size(wide) = :3 | size(astral) = :3 | size(blank) = :0 | size(b) = :5 | size(ss) < :3 | size(l) = :4
size(m) = :3 | size(m.deep) = :one | size(m.deep.er) BETWEEN :0 AND :two | size(s) <> size(b) OR n = :twelve
size(:hello) = :5 | size(n) <> :two | :4 IN (size(l)) | size(wide) IN (:3) | size(ns) > :one
NOT s = :help | NOT gone = :hello | NOT NOT s = :hello | NOT (s = :help OR n = :two) | NOT contains(ss, :zz)
s = :hello AND n = :twelve | s = :help OR n = :twelve | s = :help AND n = :two OR yes = :yes
yes = :yes OR s = :help AND n = :two | NOT s = :help AND n = :twelve | NOT (s = :help AND n = :twelve)
(s = :hello OR n = :two) AND NOT (b = :bhe OR nil <> :nil) | s = :hello AND (n = :two OR (neg < n AND yes = :yes))
"""
FAILS = """
s = :help | n = :12 | gone = :hello | gone = alsogone | s <> :hello | ss <> :yx | l[2] <> :map | ss = :x
n < :two | s < :twelve | s >= :twelve | ss > gone | gone < :hello | gone >= :hello | :0 < gone | l < m
n BETWEEN :hundred AND gone | gone BETWEEN :he AND :help | s BETWEEN :two AND :hundred | s BETWEEN :help AND :zz
gone IN (:x, :hello) | s IN (gone, :help) | n IN (:12)
attribute_exists(gone) | attribute_exists(l[4]) | attribute_exists(m.k.x) | attribute_exists(#dotted)
attribute_not_exists(s) | attribute_not_exists(nil) | attribute_type(n, :tS) | attribute_type(gone, :tS)
begins_with(s, :ell) | begins_with(n, :he) | begins_with(b, :he) | begins_with(s, :bhe) | begins_with(gone, :none)
contains(s, :x) | contains(s, :twelve) | contains(n, :one) | contains(ss, :one) | contains(ns, :x) | contains(bs, :x)
contains(l, :v) | contains(m, :v) | contains(yes, :yes) | contains(gone, :x) | contains(b, :ell) | contains(ss, :yx)
size(n) = :two | size(yes) > :0 | size(nil) >= :0 | size(gone) = :0 | size(gone) < :5 | size(s) < :5
NOT s = :hello | NOT (n = :two OR s = :hello) | s = :hello AND n = :two | s = :help OR n = :two
(yes = :yes OR s = :hello) AND n = :two | NOT NOT gone = :x
"""


def cases(table: str) -> list[str]:
    return [case.strip() for line in table.strip().splitlines() for case in line.split("|")]


def condition(text: str) -> Condition:
    return compile_condition(text, Placeholders(NAMES, VALUES), "ConditionExpression")


@pytest.mark.parametrize("text", cases(HOLDS))
def test_the_condition_holds(text: str) -> None:
    assert condition(text).matches(ITEM) is True


@pytest.mark.parametrize("text", cases(FAILS))
def test_the_condition_fails(text: str) -> None:
    assert condition(text).matches(ITEM) is False


def test_an_item_that_does_not_exist_has_no_attributes() -> None:
    assert condition("attribute_not_exists(s)").matches({})
    assert not condition("s = :hello").matches({})


def test_a_condition_tells_the_attributes_it_looks_at() -> None:
    found = condition("#m.deep.er[0] = n AND begins_with(s, :he) OR size(l) > :0 OR (ss).x = :v")
    assert found.attributes == {"m", "n", "s", "l", "ss"}
    assert found.nested == {"m", "ss"}
    assert [str(path) for path in found.paths] == ["[m, deep, er, [0]]", "[n]", "[s]", "[l]", "[ss, x]"]


def test_one_remembered_condition_serves_many_values_and_names() -> None:
    for name in ("s", "same", "gone"):
        for word in ("hello", "other"):
            made = compile_condition(
                "#x = :x", Placeholders({"#x": name}, {":x": {"S": word}}), "ConditionExpression"
            )
            assert made.matches(ITEM) is (name != "gone" and word == "hello")


NAMED = st.sampled_from(["a", "b", "c.d", "c.e[0]", "c.e[1].f", "g"])
SCALARS = st.one_of(
    st.integers(-3, 3).map(lambda number: {"N": str(number)}),
    st.text("ab", max_size=2).map(lambda text: {"S": text}),
    st.sampled_from([{"B": ""}, {"B": "YQ=="}, {"B": "YWI="}, {"BOOL": True}, {"NULL": True}]),
)
MEMBERS = st.one_of(
    SCALARS,
    st.lists(st.sampled_from("ab"), min_size=1, unique=True).map(lambda members: {"SS": members}),
    st.lists(SCALARS, max_size=2).map(lambda members: {"L": members}),
)
ITEMS = st.fixed_dictionaries(
    {},
    optional={
        "a": MEMBERS,
        "b": MEMBERS,
        "g": MEMBERS,
        "c": st.fixed_dictionaries(
            {
                "e": st.lists(st.one_of(MEMBERS, st.just({"M": {"f": {"N": "1"}}})), max_size=2).map(
                    lambda m: {"L": m}
                )
            },
            optional={"d": MEMBERS},
        ).map(lambda members: {"M": members}),
    },
)
OPERANDS = st.one_of(NAMED.map(lambda text: ("path", text)), MEMBERS.map(lambda value: ("value", value)))
ORDERED = st.one_of(
    NAMED.map(lambda text: ("path", text)), st.integers(-3, 3).map(lambda n: ("value", {"N": str(n)}))
)
TESTS = st.one_of(
    st.tuples(st.sampled_from(["=", "<>"]), OPERANDS, OPERANDS),
    st.tuples(st.sampled_from(["<", "<=", ">", ">="]), ORDERED, ORDERED),
    st.tuples(st.just("IN"), OPERANDS, OPERANDS, OPERANDS),
    st.tuples(
        st.sampled_from(["attribute_exists", "attribute_not_exists"]), NAMED.map(lambda text: ("path", text))
    ),
    st.tuples(
        st.just("contains"), NAMED.map(lambda text: ("path", text)), SCALARS.map(lambda v: ("value", v))
    ),
)
TREES: st.SearchStrategy[Any] = st.recursive(
    TESTS,
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(["AND", "OR"]), inner, inner, inner), st.tuples(st.just("NOT"), inner)
    ),
    max_leaves=12,
)


def written(tree: Any, values: dict[str, Any]) -> str:
    operator, *parts = tree
    if operator in ("AND", "OR"):
        return f" {operator} ".join(f"({written(part, values)})" for part in parts)
    if operator == "NOT":
        return f"NOT ({written(parts[0], values)})"
    texts = []
    for kind, content in parts:
        if kind == "value":
            name = f":v{len(values)}"
            values[name] = content
            texts.append(name)
        else:
            texts.append(content)
    if operator == "IN":
        return f"{texts[0]} IN ({', '.join(texts[1:])})"
    return f"{operator}({', '.join(texts)})" if operator[0].islower() else f"{texts[0]} {operator} {texts[1]}"


def looked_up(item: Item, text: str) -> Any:
    found: Any = {"M": item}
    for part in text.replace("[", ".[").split("."):
        if part.startswith("["):
            elements, index = found.get("L", []), int(part[1:-1])
            found = elements[index] if index < len(elements) else None
        else:
            found = found.get("M", {}).get(part)
        if found is None:
            return None
    return found


def oracle(tree: Any, item: Item) -> bool:
    operator, *parts = tree
    if operator == "AND":
        return all(oracle(part, item) for part in parts)
    if operator == "OR":
        return any(oracle(part, item) for part in parts)
    if operator == "NOT":
        return not oracle(parts[0], item)
    found = [content if kind == "value" else looked_up(item, content) for kind, content in parts]
    if operator.startswith("attribute"):
        return (found[0] is not None) is (operator == "attribute_exists")
    if operator == "contains":
        return found[0] is not None and contained(found[0], found[1])
    if operator == "IN":
        return any(same(found[0], other) for other in found[1:])
    if operator in ("=", "<>"):
        return same(found[0], found[1]) is (operator == "=")
    order = None if None in found else compare(found[0], found[1])
    return order in {"<": (-1,), "<=": (-1, 0), ">": (1,), ">=": (0, 1)}[operator]


def same(a: Any, b: Any) -> bool:
    return a is not None and b is not None and equal(a, b)


def contained(value: Any, wanted: Any) -> bool:
    [(kind, content)] = value.items()
    [(sought_kind, sought)] = wanted.items()
    if kind == "L":
        return any(equal(element, wanted) for element in content)
    if kind == "B":
        return sought_kind == "B" and b64decode(sought) in b64decode(content)
    return kind in ("S", "SS") and sought_kind == "S" and sought in content


def repeats_an_operand(tree: Any) -> bool:
    operator, *parts = tree
    if operator in ("AND", "OR", "NOT"):
        return any(repeats_an_operand(part) for part in parts)
    return parts[0][0] == "path" and parts[0] in parts[1:]


@given(TREES.filter(lambda tree: not repeats_an_operand(tree)), st.lists(ITEMS, min_size=1, max_size=4))
def test_a_condition_means_what_a_plain_evaluator_says(tree: Any, items: list[Item]) -> None:
    values: dict[str, Any] = {}
    text = written(tree, values)
    placeholders = Placeholders(None, values or None)
    made = compile_condition(text, placeholders, "FilterExpression")
    placeholders.refuse_unused()
    for item in items:
        assert made.matches(item) is oracle(tree, item)
