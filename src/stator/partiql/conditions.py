"""From a WHERE's syntax to the conditions of the expression languages.

A condition may be compared with a boolean, as in `contains(a, 'x') = false`: the tree has no such test, so it becomes
the condition, its negation, or both with a test of the other side. Comparing conditions copies them; how many tests
that may make is bounded, and so is nesting.
"""

from __future__ import annotations

from dataclasses import dataclass

from stator.errors import ValidationException
from stator.expressions.faults import misused_function, wrong_operand_type
from stator.expressions.nodes import (
    And,
    Between,
    Call,
    Compare,
    Condition,
    In,
    Not,
    Operand,
    Or,
    Path,
    Test,
    Value,
)
from stator.limits import PARTIQL_DEPTH_MAX, PARTIQL_IN_OPERANDS_MAX, PARTIQL_TESTS_MAX
from stator.partiql.bindings import FALSE, TRUE, Bindings
from stator.partiql.faults import refused_at, unrecognized_function
from stator.partiql.literals import unsupported
from stator.partiql.paths import path_of
from stator.partiql.syntax import (
    Binary,
    Function,
    IsType,
    Items,
    Literal,
    Logical,
    Node,
    Parameter,
    Range,
    Struct,
    Unary,
)
from stator.partiql.words import TYPES

_CONDITIONS = frozenset(
    ("attribute_exists", "attribute_not_exists", "attribute_type", "begins_with", "contains")
)
_COMPARATORS = frozenset(("=", "<>", "<", "<=", ">", ">="))


@dataclass(frozen=True, slots=True)
class _Truth:
    """A condition, and how many tests it makes."""

    condition: Condition
    tests: int = 1


_Read = Path | Value | Call | _Truth


def condition_of(node: Node, bindings: Bindings) -> Condition:
    """Raises ValidationException for what is no condition."""
    return _Reader(bindings).truth(node, 0).condition


class _Reader:
    def __init__(self, bindings: Bindings) -> None:
        self._bindings = bindings

    def truth(self, node: Node, depth: int) -> _Truth:
        read = self._read(node, depth)
        if isinstance(read, _Truth):
            return read
        if isinstance(read, Call):
            raise ValidationException(misused_function(read.function))
        raise refused_at("Expected a condition in the WHERE clause", node.token)

    def _read(self, node: Node, depth: int) -> _Read:
        if depth > PARTIQL_DEPTH_MAX:
            raise refused_at(f"Conditions are nested more than {PARTIQL_DEPTH_MAX} deep", node.token)
        if isinstance(node, Logical):
            return self._logical(node, depth)
        if isinstance(node, Unary):
            return self._negated(node, depth)
        if isinstance(node, Binary):
            return self._binary(node, depth)
        if isinstance(node, Range):
            return self._range(node, depth)
        if isinstance(node, IsType):
            return self._is_type(node, depth)
        if isinstance(node, Function):
            return self._call(node, depth)
        path = path_of(node)
        if path is not None:
            return path
        if isinstance(node, Literal | Parameter | Items | Struct):
            return self._bindings.value(node)
        raise unsupported(node)

    def _logical(self, node: Logical, depth: int) -> _Truth:
        parts = [self.truth(each, depth + 1) for each in node.conditions]
        conditions = tuple(part.condition for part in parts)
        joined = And(conditions) if node.operator == "and" else Or(conditions)
        return _bounded(joined, sum(part.tests for part in parts))

    def _negated(self, node: Unary, depth: int) -> _Truth:
        if node.operator != "not":
            raise refused_at(f"Unsupported operator: {node.operator}", node.token)
        inner = self.truth(node.operand, depth + 1)
        return _Truth(Not(inner.condition), inner.tests)

    def _binary(self, node: Binary, depth: int) -> _Truth:
        if node.operator in ("in", "not_in"):
            chosen = self._chosen(node, depth)
            return _Truth(Not(chosen.condition), chosen.tests) if node.operator == "not_in" else chosen
        if node.operator not in _COMPARATORS:
            raise refused_at(f"Unsupported operator: {node.operator.upper()}", node.token)
        left, right = self._read(node.left, depth + 1), self._read(node.right, depth + 1)
        if not isinstance(left, _Truth) and not isinstance(right, _Truth):
            return _Truth(Compare(node.operator, left, right))
        if node.operator not in ("=", "<>"):
            raise ValidationException(wrong_operand_type(node.operator, "BOOL"))
        same = self._same(left, right) if isinstance(left, _Truth) else self._same(right, left)
        return same if node.operator == "=" else _Truth(Not(same.condition), same.tests)

    def _same(self, truth: _Read, other: _Read) -> _Truth:
        """Whether a condition's outcome equals another's, or a value."""
        assert isinstance(truth, _Truth)
        known = self._bindings.known(other) if isinstance(other, Value) else None
        if known == TRUE:
            return truth
        if known == FALSE:
            return _Truth(Not(truth.condition), truth.tests)
        if known is not None:
            return _Truth(Compare("=", self._bindings.constant(TRUE), self._bindings.constant(FALSE)))
        _bounded(truth.condition, 2 * truth.tests)
        holds: Condition
        fails: Condition
        if isinstance(other, _Truth):
            holds, fails, tests = other.condition, Not(_copied(other.condition)), other.tests
        else:
            holds = Compare("=", other, self._bindings.constant(TRUE))
            fails = Compare("=", other, self._bindings.constant(FALSE))
            tests = 1
        both = And((truth.condition, holds))
        neither = And((Not(_copied(truth.condition)), fails))
        return _bounded(Or((both, neither)), 2 * (truth.tests + tests))

    def _chosen(self, node: Binary, depth: int) -> _Truth:
        if not isinstance(node.right, Items):
            raise refused_at("Expected a list after IN", node.right.token)
        choices = [self._read(each, depth + 1) for each in node.right.elements]
        if len(choices) > PARTIQL_IN_OPERANDS_MAX:
            raise ValidationException(
                f"The IN operator is provided with too many operands; number of operands: {len(choices)}"
            )
        if not choices:
            raise refused_at("Expected a list with at least one value after IN", node.right.token)
        left = self._read(node.left, depth + 1)
        if not isinstance(left, _Truth):
            return _Truth(In(left, tuple(self._operand(choice) for choice in choices)))
        tests: list[_Truth] = []
        for choice in choices:
            tests.append(self._same(_Truth(_copied(left.condition), left.tests), choice))
            _bounded(left.condition, sum(test.tests for test in tests))
        return _Truth(Or(tuple(test.condition for test in tests)), sum(test.tests for test in tests))

    def _range(self, node: Range, depth: int) -> _Truth:
        parts = [self._read(each, depth + 1) for each in (node.operand, node.low, node.high)]
        if any(isinstance(part, _Truth) for part in parts):
            raise ValidationException(wrong_operand_type("BETWEEN", "BOOL"))
        between = Between(*map(self._operand, parts))
        return _Truth(Not(between) if node.negated else between)

    def _is_type(self, node: IsType, depth: int) -> _Truth:
        operand = self._operand(self._read(node.operand, depth + 1))
        if node.type == "missing":
            return _Truth(Call("attribute_exists" if node.negated else "attribute_not_exists", (operand,)))
        names = TYPES[node.type]
        if not names:
            raise refused_at(f"Unsupported type: {node.type.upper()}", node.token)
        tests = tuple(
            Call("attribute_type", (operand, self._bindings.constant({"S": name}))) for name in names
        )
        condition: Condition = tests[0] if len(tests) == 1 else Or(tests)
        return _Truth(Not(condition) if node.negated else condition, len(tests))

    def _call(self, node: Function, depth: int) -> Call | _Truth:
        if node.name not in _CONDITIONS and node.name != "size":
            raise unrecognized_function(node.name, node.token)
        call = Call(node.name, tuple(self._operand(self._read(each, depth + 1)) for each in node.arguments))
        return call if node.name == "size" else _Truth(call)

    def _operand(self, read: _Read) -> Operand:
        if not isinstance(read, _Truth):
            return read
        name = read.condition.function if isinstance(read.condition, Call) else "="
        raise ValidationException(misused_function(name))


def _bounded(condition: Condition, tests: int) -> _Truth:
    if tests > PARTIQL_TESTS_MAX:
        raise ValidationException(f"The expression contains too many operators; operator count: {tests}")
    return _Truth(condition, tests)


def _copied(condition: Condition) -> Condition:
    """The same tests as nodes of their own: a tree holds no node twice."""
    if isinstance(condition, Not):
        return Not(_copied(condition.condition))
    if isinstance(condition, And | Or):
        return type(condition)(tuple(map(_copied, condition.conditions)))
    return _copied_test(condition)


def _copied_test(test: Test) -> Test:
    if isinstance(test, Compare):
        return Compare(test.operator, test.left, test.right)
    if isinstance(test, Between):
        return Between(test.operand, test.low, test.high)
    if isinstance(test, In):
        return In(test.operand, test.choices)
    return Call(test.function, test.arguments)
