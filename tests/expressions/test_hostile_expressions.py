"""No expression makes the service recurse without end, or take long: whatever the text, an answer or a refusal."""

import sys
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stator.errors import ValidationException
from stator.expressions import (
    Placeholders,
    compile_condition,
    compile_key_condition,
    compile_projection,
    compile_update,
)
from stator.expressions.conditions import shape_of_tree
from stator.expressions.nodes import And, Call, Not, Or, Path
from stator.expressions.tokens import tokenize

VALUES: dict[str, dict[str, Any]] = {":a": {"N": "1"}, ":l": {"L": []}}


def compile_anything(text: str) -> None:
    """Compiles a text as each language in turn; refusals are fine."""
    for compile_it in (
        lambda: compile_condition(text, Placeholders(None, VALUES), "FilterExpression"),
        lambda: compile_key_condition(text, Placeholders(None, VALUES)),
        lambda: compile_update(text, Placeholders(None, VALUES)),
        lambda: compile_projection(text, Placeholders()),
    ):
        with suppress(ValidationException):
            compile_it()


HOSTILE = {
    "open groups": "(" * 4096,
    "closed groups": "(" * 2000 + "a" + ")" * 2000,
    "groups of a test": "(" * 2000 + "a=:a" + ")" * 2000,
    "nested or": "(a=:a or " * 400 + "a=:a" + ")" * 400,
    "negations": "not " * 1000 + "a=:a",
    "negated groups": "not(" * 800 + "a=:a" + ")" * 800,
    "nested calls": "size(" * 800,
    "closed calls": "size(" * 600 + "a" + ")" * 600 + "=:a",
    "nested set": "set a=" + "if_not_exists(a," * 200 + "b" + ")" * 200,
    "unclosed set": "set a=" + "list_append(" * 330,
    "groups of a set": "set a=" + "(" * 2000 + "b" + ")" * 2000,
    "deep path": "a" + ".b" * 2000,
    "deep index": "a" + "[0]" * 1300,
    "many paths": ",".join("a" * 2048),
    "many removals": "remove " + ",".join(f"a{number}" for number in range(800)),
    "many siblings": "remove " + ",".join(f"a.b{number}" for number in range(580)),
    "many sections": "set a=:a " * 450,
    "many tests": " or ".join(["a=:a"] * 500),
    "many operands": "a in (" + ",".join([":a"] * 1300) + ")",
    "long index": "a[" + "9" * 4000 + "]",
    "long word": "a" * 4096,
    "strays": "$" * 4096,
    "spaces": " " * 4096,
    "far too long": "a=:a and " * 1_000_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_text_is_answered_within_a_shallow_stack(text: str) -> None:
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(_depth() + 60)
    try:
        compile_anything(text)
    finally:
        sys.setrecursionlimit(limit)


def _depth() -> int:
    depth, frame = 0, sys._getframe()
    while frame.f_back is not None:
        depth, frame = depth + 1, frame.f_back
    return depth


def test_the_deepest_condition_that_is_allowed_is_evaluated_without_recursion() -> None:
    text = "(a = :a AND NOT " * 99 + "a = :a" + ")" * 99
    made = compile_condition(text, Placeholders(None, VALUES), "ConditionExpression")
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(_depth() + 20)
    try:
        held = made.matches({"a": {"N": "1"}})
    finally:
        sys.setrecursionlimit(limit)
    expected = True
    for _ in range(99):
        expected = not expected
    assert held is expected


def test_a_tree_of_any_depth_is_compiled_without_recursion() -> None:
    node: Any = Call("attribute_exists", (Path(("a",)),))
    for number in range(20_000):
        node = Not(node) if number % 2 else And((node, node)) if number < 20 else Or((node,))
    program = shape_of_tree(node).program
    assert isinstance(program.holds({"a": {"N": "1"}}, {}), bool)


def test_the_deepest_update_that_is_allowed_is_applied() -> None:
    text = "SET a = " + "if_not_exists(b," * 240 + ":a" + ")" * 240
    assert compile_update(text, Placeholders(None, VALUES)).apply({}) == {"a": {"N": "1"}}


def test_work_grows_with_the_input_and_not_with_its_square() -> None:
    """Squares of these lengths would take minutes."""
    assert len(tokenize(" " * 300_000)) == 1
    assert len(tokenize("#" * 300_000)) == 300_001
    members = [f"{number:06}" for number in range(40_000)]
    item = {"s": {"SS": members}}
    values = {":s": {"SS": members[1:]}}
    added = compile_update("ADD s :s", Placeholders(None, values)).apply(item)
    left = compile_update("DELETE s :s", Placeholders(None, values)).apply(item)
    assert added == item
    assert left == {"s": {"SS": members[:1]}}


WORDS = st.sampled_from(
    [*"<>()(),.[]+-=!", "<>", "<=", ">=", "a", "b.c", "d[0]", "#n", ":a", ":x", "0", "12", "NOT", "AND", "OR", "IN",
     "BETWEEN", "SET", "REMOVE", "ADD", "DELETE", "size", "contains", "name"]
)  # fmt: skip


@given(st.lists(WORDS, max_size=24))
def test_any_row_of_tokens_is_compiled_or_refused(words: list[str]) -> None:
    compile_anything(" ".join(words))


@given(st.text(max_size=60))
def test_any_text_is_compiled_or_refused(text: str) -> None:
    compile_anything(text)
