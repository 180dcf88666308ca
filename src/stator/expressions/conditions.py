"""Conditions, compiled: text or tree -> a program that tells whether an item meets it.

The program is flat. Its steps are the condition's tests in the order of the text; each step says which step
follows when its test holds and which when it fails, and two places beyond the steps are the two answers. So
AND, OR and NOT cost nothing at run time, and no depth of nesting costs stack.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from stator.expressions.condition_checks import fit_of, refuse_faults
from stator.expressions.condition_grammar import ParsedCondition, parse_condition
from stator.expressions.effort import bounded_effort
from stator.expressions.evaluation import Check, check_of
from stator.expressions.nodes import And, Call, Compare, Not, Operand, Or, Path, Test, operands_of
from stator.expressions.nodes import Condition as Node
from stator.expressions.paths import heads, nested_heads
from stator.expressions.placeholders import Names, Placeholders
from stator.limits import EXPRESSIONS_REMEMBERED
from stator.values import AttributeValue, Item

Values = Mapping[str, AttributeValue]

# Tests with `contains` that need no bound
_FEW_CONTAINED = 3
_HOLDS = -1
_FAILS = -2


@dataclass(frozen=True, slots=True)
class Program:
    """`steps`: (test, the step that follows if it holds, and if it fails). Of a `laborious` program each different
    test is made once for an item, and how much it looks at is bounded."""

    steps: tuple[tuple[Check, int, int], ...]
    laborious: bool = False

    def holds(self, item: Item, values: Values) -> bool:
        if self.laborious:
            with bounded_effort():
                return self._holds_with_care(item, values)
        at = 0
        steps = self.steps
        while at >= 0:
            check, if_true, if_false = steps[at]
            at = if_true if check(item, values) else if_false
        return at == _HOLDS

    def _holds_with_care(self, item: Item, values: Values) -> bool:
        found: dict[Check, bool] = {}
        at = 0
        while at >= 0:
            check, if_true, if_false = self.steps[at]
            held = found.get(check)
            if held is None:
                held = found[check] = check(item, values)
            at = if_true if held else if_false
        return at == _HOLDS


@dataclass(frozen=True, slots=True)
class Shape:
    """A condition without its values. `attributes`: the top-level attributes it looks at; `nested`: those of
    them it goes into."""

    paths: tuple[Path, ...]
    attributes: frozenset[str]
    nested: frozenset[str]
    operator_count: int
    program: Program


class Condition:
    """A condition that is ready to be met."""

    __slots__ = ("_values", "shape")

    def __init__(self, shape: Shape, values: Values) -> None:
        self.shape = shape
        self._values = values

    def matches(self, item: Item) -> bool:
        return self.shape.program.holds(item, self._values)

    @property
    def paths(self) -> tuple[Path, ...]:
        return self.shape.paths

    @property
    def attributes(self) -> frozenset[str]:
        """The top-level attributes it looks at."""
        return self.shape.attributes

    @property
    def nested(self) -> frozenset[str]:
        """Those of them that it goes into."""
        return self.shape.nested

    @property
    def operator_count(self) -> int:
        return self.shape.operator_count


def compile_condition(text: str, placeholders: Placeholders, kind: str) -> Condition:
    """`kind` is ConditionExpression or FilterExpression. Raises ValidationException with AWS's text."""
    placeholders.check()
    remembered = placeholders.through(_remembered, kind, text)
    remembered.refuse_unfit(placeholders.values)
    placeholders.note_used(remembered.parsed.references)
    return Condition(remembered.shape(), placeholders.values)


def shape_of_tree(root: Node) -> Shape:
    """Of a condition that was not written in the expression language. The tree and the values that it is used
    with are known to fit: nothing is checked."""
    paths = [path for test in tests_of(root) for operand in operands_of(test) for path in _paths(operand)]
    return _shape(root, paths, 0)


class _Remembered:
    """A parsed condition, compiled once values were found that fit it. What it holds only ever grows."""

    __slots__ = ("_fits", "_kind", "_shape", "parsed")

    def __init__(self, kind: str, parsed: ParsedCondition) -> None:
        self.parsed = parsed
        self._kind = kind
        self._fits = fit_of(parsed)
        self._shape: Shape | None = None

    def refuse_unfit(self, values: Values) -> None:
        if not self._fits(values):
            refuse_faults(self._kind, self.parsed, values)

    def shape(self) -> Shape:
        if self._shape is None:
            self._shape = _shape(self.parsed.root, self.parsed.paths, self.parsed.operators)
        return self._shape


@lru_cache(EXPRESSIONS_REMEMBERED)
def _remembered(kind: str, text: str, names: Names) -> _Remembered:
    return _Remembered(kind, parse_condition(kind, text, dict(names)))


def _shape(root: Node, paths: Iterable[Path], operators: int) -> Shape:
    paths = tuple(paths)
    return Shape(paths, heads(paths), nested_heads(paths), operators, program_of(root))


def tests_of(root: Node) -> Iterator[Test]:
    """The tests of a condition, in the order of the text."""
    waiting: list[Node] = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Not):
            waiting.append(node.condition)
        elif isinstance(node, And | Or):
            waiting.extend(reversed(node.conditions))
        else:
            yield node


def program_of(root: Node) -> Program:
    firsts = _first_steps(root)
    steps: list[tuple[Check, int, int]] = []
    checks: dict[Hashable, Check] = {}
    contained = 0
    waiting: list[tuple[Node, int, int]] = [(root, _HOLDS, _FAILS)]
    while waiting:
        node, if_true, if_false = waiting.pop()
        if isinstance(node, Not):
            waiting.append((node.condition, if_false, if_true))
        elif isinstance(node, And | Or):
            following = [firsts[id(condition)] for condition in node.conditions[1:]]
            parts = []
            for condition, step in zip(node.conditions, [*following, None], strict=True):
                if step is None:
                    parts.append((condition, if_true, if_false))
                elif isinstance(node, And):
                    parts.append((condition, step, if_false))
                else:
                    parts.append((condition, if_true, step))
            waiting.extend(reversed(parts))
        else:
            spelling = _spelling(node)
            check = checks.get(spelling)
            if check is None:
                check = checks[spelling] = check_of(node)
            contained += isinstance(node, Call) and node.function == "contains"
            steps.append((check, if_true, if_false))
    return Program(tuple(steps), contained > _FEW_CONTAINED or len(checks) < len(steps))


def _spelling(test: Test) -> Hashable:
    """Tests of one spelling have one outcome."""
    name = test.operator if isinstance(test, Compare) else test.function if isinstance(test, Call) else ""
    return type(test), name, tuple(map(_operand_spelling, operands_of(test)))


def _operand_spelling(operand: Operand) -> Hashable:
    calls = []
    while isinstance(operand, Call):
        calls.append(operand.function)
        operand = operand.arguments[0]
    return tuple(calls), operand.parts if isinstance(operand, Path) else operand.name


def _first_steps(root: Node) -> dict[int, int]:
    """Of each node of the tree, by its identity, the number of its first test."""
    firsts: dict[int, int] = {}
    tests = 0
    waiting: list[Node] = [root]
    while waiting:
        node = waiting.pop()
        firsts[id(node)] = tests
        if isinstance(node, Not):
            waiting.append(node.condition)
        elif isinstance(node, And | Or):
            waiting.extend(reversed(node.conditions))
        else:
            tests += 1
    return firsts


def _paths(operand: Operand) -> Iterator[Path]:
    while isinstance(operand, Call):
        operand = operand.arguments[0]
    if isinstance(operand, Path):
        yield operand
