"""What updates do: tables of cases, then random updates against a plain model."""

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from stator.errors import ValidationException
from stator.expressions import Placeholders, Update, compile_update

Item = dict[str, Any]
INVALID_PATH = "The document path provided in the update expression is invalid for update"
MISSING = "The provided expression refers to an attribute that does not exist in the item"
WRONG_TYPE = "An operand in the update expression has an incorrect data type"

ITEM: Item = {
    "k": {"S": "key"}, "n": {"N": "5"}, "s": {"S": "x"}, "ss": {"SS": ["a", "b"]}, "ns": {"NS": ["1"]},
    "l": {"L": [{"N": "0"}, {"N": "1"}, {"N": "2"}]}, "m": {"M": {"a": {"N": "1"}, "b": {"M": {"c": {"S": "deep"}}}}},
    "lm": {"L": [{"M": {"x": {"N": "1"}}}, {"SS": ["p"]}]},
}  # fmt: skip
VALUES: dict[str, dict[str, Any]] = {
    ":n": {"N": "3"}, ":s": {"S": "new"}, ":l": {"L": [{"S": "z"}]}, ":bc": {"SS": ["b", "c"]}, ":p": {"SS": ["p"]},
    ":ab": {"SS": ["b", "a"]}, ":ns": {"NS": ["1", "2"]}, ":m": {"M": {}}, ":half": {"N": "0.5"},
    ":more": {"NS": ["10", "-3", "2"]}, ":big": {"N": "9" * 38},
}  # fmt: skip


def update(text: str) -> Update:
    return compile_update(text, Placeholders({"#1": "1"}, VALUES))


def numbers(*members: int | str) -> dict[str, Any]:
    return {"L": [{"N": str(member)} if isinstance(member, int) else {"S": member} for member in members]}


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("SET n = :s", {"n": {"S": "new"}}),
        ("SET fresh = :m", {"fresh": {"M": {}}}),
        ("SET n = n + :n", {"n": {"N": "8"}}),
        ("SET n = :n - n", {"n": {"N": "-2"}}),
        ("SET n = n - :half", {"n": {"N": "4.5"}}),
        ("SET n = m.a + l[2]", {"n": {"N": "3"}}),
        ("SET n = s, s = n", {"n": {"S": "x"}, "s": {"N": "5"}}),
        ("SET n = if_not_exists(n, :s)", {}),
        ("SET gone = if_not_exists(gone, :s)", {"gone": {"S": "new"}}),
        ("SET gone = if_not_exists(m.gone, if_not_exists(l[9], k))", {"gone": {"S": "key"}}),
        ("SET gone = if_not_exists(gone, n) + :n", {"gone": {"N": "8"}}),
        ("SET l = list_append(l, :l)", {"l": numbers(0, 1, 2, "z")}),
        ("SET l = list_append(:l, l)", {"l": numbers("z", 0, 1, 2)}),
        ("SET l = list_append(if_not_exists(gone, :l), list_append(l, l))", {"l": numbers("z", 0, 1, 2, 0, 1, 2)}),
        ("SET m.a = :s", {"m": {"M": {"a": {"S": "new"}, "b": {"M": {"c": {"S": "deep"}}}}}}),
        ("SET m.b.d = m.a", {"m": {"M": {"a": {"N": "1"}, "b": {"M": {"c": {"S": "deep"}, "d": {"N": "1"}}}}}}),
        ("SET l[1] = :s", {"l": numbers(0, "new", 2)}),
        ("SET l[3] = :s", {"l": numbers(0, 1, 2, "new")}),
        ("SET l[4294967294] = :s", {"l": numbers(0, 1, 2, "new")}),
        ("SET l[9] = :s, l[7] = s, l[0] = k", {"l": numbers("key", 1, 2, "x", "new")}),
        ("SET l[1] = l[0], l[0] = l[1]", {"l": numbers(1, 0, 2)}),
        ("SET lm[0].y = :s", {"lm": {"L": [{"M": {"x": {"N": "1"}, "y": {"S": "new"}}}, {"SS": ["p"]}]}}),
        ("SET #1.x = :s, #1 = :s", None),
        ("REMOVE l[0]", {"l": numbers(1, 2)}),
        ("REMOVE l[0], l[2]", {"l": numbers(1)}),
        ("REMOVE l[2], l[1], l[0]", {"l": {"L": []}}),
        ("REMOVE l[7]", {}),
        ("REMOVE l[0] SET l[1] = :s, l[5] = k", {"l": numbers("new", 2, "key")}),
        ("REMOVE gone, m.gone, m.b.gone", {}),
        ("REMOVE m.b.c", {"m": {"M": {"a": {"N": "1"}, "b": {"M": {}}}}}),
        ("REMOVE n, m.a", {"n": None, "m": {"M": {"b": {"M": {"c": {"S": "deep"}}}}}}),
        ("REMOVE lm[0] SET lm[1] = :s", {"lm": {"L": [{"S": "new"}]}}),
        ("ADD n :n", {"n": {"N": "8"}}),
        ("ADD gone :n", {"gone": {"N": "3"}}),
        ("ADD m.a :half, l[1] :n",
         {"m": {"M": {"a": {"N": "1.5"}, "b": {"M": {"c": {"S": "deep"}}}}}, "l": numbers(0, 4, 2)}),
        ("ADD ss :bc", {"ss": {"SS": ["a", "b", "c"]}}),
        ("ADD gone :bc, ns :ns", {"gone": {"SS": ["b", "c"]}, "ns": {"NS": ["1", "2"]}}),
        ("ADD ns :more", {"ns": {"NS": ["-3", "1", "2", "10"]}}),
        ("ADD l[9] :n", {"l": numbers(0, 1, 2, 3)}),
        ("DELETE ss :bc", {"ss": {"SS": ["a"]}}),
        ("DELETE ss :ab", {"ss": None}),
        ("DELETE gone :bc", {}),
        ("DELETE lm[1] :p", {"lm": {"L": [{"M": {"x": {"N": "1"}}}]}}),
        ("DELETE ss :ab ADD ns :ns REMOVE n SET s = n",
         {"ss": None, "ns": {"NS": ["1", "2"]}, "n": None, "s": {"N": "5"}}),
    ],
)  # fmt: skip
def test_an_update_makes_a_new_item_and_leaves_the_old(text: str, changed: Item | None) -> None:
    if changed is None:
        with pytest.raises(ValidationException, match="overlap"):
            update(text)
        return
    before = deepcopy(ITEM)
    after = update(text).apply(ITEM)
    expected = {name: value for name, value in (ITEM | changed).items() if value is not None}
    assert after == expected
    assert before == ITEM


def test_operands_see_the_key_of_an_item_that_does_not_exist_yet() -> None:
    assert update("SET copied = k, n = if_not_exists(n, :n)").apply({"k": {"S": "key"}}) == {
        "k": {"S": "key"}, "copied": {"S": "key"}, "n": {"N": "3"},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("SET a = gone", MISSING),
        ("SET a = m.gone", MISSING),
        ("SET a = l[3]", MISSING),
        ("SET a = gone + :n", MISSING),
        ("SET a = if_not_exists(gone, alsogone)", MISSING),
        ("SET a = list_append(l, gone)", MISSING),
        ("SET gone.x = gone", MISSING),
        ("SET a = s + :n", WRONG_TYPE),
        ("SET a = :n - l", WRONG_TYPE),
        ("SET a = list_append(l, s)", WRONG_TYPE),
        ("SET a = list_append(if_not_exists(n, :l), l)", WRONG_TYPE),
        ("SET a = if_not_exists(s, :n) + :n", WRONG_TYPE),
        ("ADD s :n", WRONG_TYPE),
        ("ADD n :bc", WRONG_TYPE),
        ("ADD ss :ns", WRONG_TYPE),
        ("ADD m :n", WRONG_TYPE),
        ("DELETE ss :ns", WRONG_TYPE),
        ("DELETE n :bc", WRONG_TYPE),
        ("DELETE m.a :bc", WRONG_TYPE),
        *[(f"{action} SET #1 = :s", INVALID_PATH) for path in (
            "s.a", "s[1]", "gone.a", "gone[1]", "m[1]", "l.#1", "m.gone.x", "m.a.x", "l[9].x", "l[0][0]", "ss[0]")
          for action in (f"REMOVE {path}", f"ADD {path} :n", f"DELETE {path} :bc")],
        *[(f"SET {path} = :s", INVALID_PATH) for path in ("s.a", "gone[0]", "m[1]", "l.x", "l[7].x", "m.b.c.d")],
    ],
)  # fmt: skip
def test_an_update_that_does_not_fit_the_item_is_refused(text: str, reason: str) -> None:
    before = deepcopy(ITEM)
    with pytest.raises(ValidationException) as caught:
        update(text).apply(ITEM)
    assert caught.value.message == reason
    assert before == ITEM


def nested(levels: int) -> dict[str, Any]:
    value: dict[str, Any] = {"S": "leaf"}
    for level in range(levels - 1):
        value = {"L": [value]} if level % 2 else {"M": {"a": value}}
    return value


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        ("SET fresh = :v", 32),
        ("SET m.a = :v", 31),
        ("SET l[9] = :v", 31),
        ("SET m.b.c = :v", 30),
        ("SET m.b.c = if_not_exists(m.b.c.gone, :v)", 30),
        ("SET lm[0].x = list_append(l, :v)", 30),
        ("SET fresh = list_append(l, :v)", 32),
    ],
)
def test_no_path_leads_a_value_beyond_level_32(text: str, levels: int) -> None:
    def apply(more: int) -> Item:
        value = nested(levels + more)
        given = {":v": value if "L" in value or "append" not in text else {"L": [nested(levels + more - 1)]}}
        return compile_update(text, Placeholders(None, given)).apply(ITEM)

    assert apply(0) != ITEM
    if levels < 32:
        with pytest.raises(ValidationException) as caught:
            apply(1)
        assert caught.value.message == "Nesting Levels have exceeded supported limits"


def test_a_copy_of_a_value_is_not_led_too_deep_either() -> None:
    item = ITEM | {"deep": nested(32)}
    assert "copied" in update("SET copied = deep").apply(item)
    with pytest.raises(ValidationException, match=r"^Nesting Levels have exceeded supported limits$"):
        update("SET m.copied = deep").apply(item)


def test_a_sum_that_leaves_the_range_of_numbers_is_refused() -> None:
    with pytest.raises(ValidationException, match="38 significant digits"):
        update("SET n = :big + :half").apply(ITEM)


@pytest.mark.parametrize(
    ("text", "old", "new"),
    [
        ("SET n = :n, fresh = :s", {"n": {"N": "5"}}, {"n": {"N": "3"}, "fresh": {"S": "new"}}),
        ("REMOVE n, m.a", {"n": {"N": "5"}, "m": {"M": {"a": {"N": "1"}}}}, {}),
        ("SET m.b.c = :s, m.b.d = :n", {"m": {"M": {"b": {"M": {"c": {"S": "deep"}}}}}},
         {"m": {"M": {"b": {"M": {"c": {"S": "new"}, "d": {"N": "3"}}}}}}),
        ("SET l[2] = :s, l[0] = :n", {"l": numbers(0, 2)}, {"l": numbers(3, "new")}),
        ("SET l[9] = :s, l[1] = k", {"l": numbers(1)}, {"l": numbers("key")}),
        ("ADD ss :bc DELETE ns :ns", {"ss": {"SS": ["a", "b"]}, "ns": {"NS": ["1"]}}, {"ss": {"SS": ["a", "b", "c"]}}),
    ],
)  # fmt: skip
def test_what_was_updated_is_returned_inside_its_containers(text: str, old: Item, new: Item) -> None:
    made = update(text)
    assert made.project_updated(ITEM) == old
    assert made.project_updated(made.apply(ITEM)) == new


def test_an_update_tells_what_it_touches_and_what_it_assigns() -> None:
    made = update(
        "SET m.a = l[0], n = n + :n, s = :s, l = list_append(l, :l), x = n ADD ss :bc REMOVE lm[0].x"
    )
    assert made.attributes == {"m", "n", "s", "l", "x", "ss", "lm"}
    assert made.nested == {"m", "l", "lm"}
    assert [str(path) for path in made.paths] == [
        "[m, a]",
        "[n]",
        "[s]",
        "[l]",
        "[x]",
        "[ss]",
        "[lm, [0], x]",
    ]
    assert made.assigned_types == {"n": "N", "s": "S", "l": "L", "ss": "SS"}


PATHS = ["a", "b", "c.x", "c.y", "d[0]", "d[1]", "d[2]", "d[5]", "e[0].x", "e[1]"]
SMALL = st.integers(-9, 9).map(lambda number: {"N": str(number)})
TEXTS = st.sampled_from(["p", "q"]).map(lambda text: {"S": text})
SETS = st.lists(st.sampled_from("pqr"), min_size=1, unique=True).map(lambda members: {"SS": members})
ANY = st.one_of(SMALL, TEXTS, SETS)
ITEMS = st.fixed_dictionaries(
    {
        "c": st.fixed_dictionaries({}, optional={"x": ANY, "y": ANY}).map(lambda members: {"M": members}),
        "d": st.lists(ANY, max_size=4).map(lambda members: {"L": members}),
        "e": st.tuples(st.fixed_dictionaries({}, optional={"x": ANY}), ANY).map(
            lambda pair: {"L": [{"M": pair[0]}, pair[1]]}
        ),
    },
    optional={"a": ANY, "b": ANY},
)
ACTIONS = st.one_of(
    st.tuples(st.just("SET"), ANY),
    st.tuples(st.just("SET"), st.sampled_from(["a", "b", "c.x", "d[0]"])),
    st.tuples(st.just("REMOVE"), st.none()),
    st.tuples(st.just("ADD"), st.one_of(SMALL, SETS)),
    st.tuples(st.just("DELETE"), SETS),
)


def place(item: Item, path: str) -> tuple[Any, Any]:
    """The container that holds the path's end, and the member's name or index in it."""
    head, *rest = path.replace("[", ".[").split(".")
    container: Any = item
    for part in rest:
        value = container[int(head[1:-1]) if head.startswith("[") else head]
        container = value["L"] if part.startswith("[") else value["M"]
        head = part
    return container, int(head[1:-1]) if head.startswith("[") else head


def read(item: Item, path: str) -> Any:
    container, key = place(item, path)
    if isinstance(container, list):
        return container[key] if key < len(container) else None
    return container.get(key)


def outcome(action: str, operand: Any, old: Any, item: Item) -> Any:
    if action == "SET":
        new = read(item, operand) if isinstance(operand, str) else operand
        assume(new is not None)
        return new
    if action == "REMOVE" or (old is None and action == "DELETE"):
        return None
    if old is None:
        return operand
    [(kind, content)] = operand.items()
    assume(kind in old)
    if kind == "N":
        return {"N": str(int(old["N"]) + int(content))}
    members = set(old["SS"]) | set(content) if action == "ADD" else set(old["SS"]) - set(content)
    return {"SS": sorted(members)} if members else None


def model(item: Item, actions: dict[str, tuple[str, Any]]) -> Item:
    """One path after the other on a copy; the elements of a list are marked, and closed up in the end."""
    gone = object()
    after = deepcopy(item)
    results = {path: outcome(*actions[path], read(item, path), item) for path in actions}
    for path in sorted(results, key=lambda path: (len(path), path)):
        container, key = place(after, path)
        new = results[path]
        if isinstance(container, dict):
            container.pop(key, None)
            if new is not None:
                container[key] = new
        elif key < len(read(item, path.split("[")[0])["L"]):
            container[key] = gone if new is None else new
        elif new is not None:
            container.append(new)
    for name in ("d", "e"):
        after[name]["L"] = [element for element in after[name]["L"] if element is not gone]
    return after


def in_order(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: sorted(member) if name == "SS" else in_order(member) for name, member in value.items()}
    return [in_order(member) for member in value] if isinstance(value, list) else value


@given(ITEMS, st.dictionaries(st.sampled_from(PATHS), ACTIONS, min_size=1, max_size=6))
def test_an_update_does_what_a_plain_model_does(item: Item, actions: dict[str, tuple[str, Any]]) -> None:
    expected = model(item, actions)
    values: dict[str, Any] = {}
    sections: dict[str, list[str]] = {}
    for path, (action, operand) in actions.items():
        text = operand if isinstance(operand, str) else ""
        if isinstance(operand, dict):
            text = f":v{len(values)}"
            values[text] = operand
        sections.setdefault(action, []).append(f"{path}{' =' if action == 'SET' else ''} {text}")
    text = " ".join(f"{section} {', '.join(parts)}" for section, parts in sections.items())
    before = deepcopy(item)
    made = compile_update(text, Placeholders(None, values or None))
    assert in_order(made.apply(item)) == in_order(expected)
    assert item == before
