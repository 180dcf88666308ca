"""Key conditions: what a query says of the key attributes.

A KeyConditionExpression is an ordinary condition in syntax and in the check of its operands; what is left of it
here is a list of tests, joined by AND, of one key attribute each against values. Which attribute is which part of
a key, and whether the conditions fit it, is for those who know the table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from stator.errors import ValidationException
from stator.expressions.condition_checks import fit_of, refuse_faults
from stator.expressions.condition_grammar import ParsedCondition, parse_condition
from stator.expressions.faults import invalid
from stator.expressions.nodes import And, Between, Call, Compare, In, Not, Or, Path, Test, Value, operands_of
from stator.expressions.nodes import Condition as Node
from stator.expressions.placeholders import Names, Placeholders
from stator.limits import EXPRESSIONS_REMEMBERED
from stator.values import AttributeValue

KIND = "KeyConditionExpression"
_MIRRORED = {"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


class KeyTest(NamedTuple):
    """`operator` is one of = < <= > >= BETWEEN begins_with; BETWEEN has two values, the others one. From the legacy
    parameter it may also be an operator that keys do not take, in that parameter's own word."""

    attribute: str
    operator: str
    values: tuple[AttributeValue, ...]


@dataclass(frozen=True, slots=True)
class KeyCondition:
    """Tests of distinct attributes, in the order of the text; all must hold."""

    conditions: tuple[KeyTest, ...]

    @property
    def attributes(self) -> frozenset[str]:
        return frozenset(test.attribute for test in self.conditions)


def compile_key_condition(text: str, placeholders: Placeholders) -> KeyCondition:
    """Raises ValidationException with AWS's text."""
    return prepare_key_condition(text, placeholders)()


def prepare_key_condition(text: str, placeholders: Placeholders) -> Callable[[], KeyCondition]:
    """Checks the text as any condition's, and returns what goes on to check it as a key condition: the service
    looks at a request's other expressions in between. Both raise ValidationException with AWS's text."""
    placeholders.check()
    values = placeholders.values
    remembered = placeholders.through(_remembered, text)
    remembered.refuse_unfit(values)
    placeholders.note_used(remembered.parsed.references)
    return lambda: KeyCondition(
        tuple(
            KeyTest(attribute, operator, tuple(values[name] for name in names))
            for attribute, operator, names in remembered.tests()
        )
    )


_NamedTest = tuple[str, str, tuple[str, ...]]


class _Remembered:
    """A parsed key condition. It turns into tests once values were found that fit it."""

    __slots__ = ("_fits", "_tests", "parsed")

    def __init__(self, parsed: ParsedCondition) -> None:
        self.parsed = parsed
        self._fits = fit_of(parsed)
        self._tests: tuple[_NamedTest, ...] | None = None

    def refuse_unfit(self, values: Mapping[str, AttributeValue]) -> None:
        if not self._fits(values):
            refuse_faults(KIND, self.parsed, values)

    def tests(self) -> tuple[_NamedTest, ...]:
        if self._tests is None:
            self._tests = _named_tests(self.parsed.root)
        return self._tests


@lru_cache(EXPRESSIONS_REMEMBERED)
def _remembered(text: str, names: Names) -> _Remembered:
    return _Remembered(parse_condition(KIND, text, dict(names)))


def _named_tests(root: Node) -> tuple[_NamedTest, ...]:
    """Each test as (attribute, operator, names of its values). Raises the first fault in the order of the text."""
    found: dict[str, _NamedTest] = {}
    waiting: list[Node] = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, And):
            waiting.extend(reversed(node.conditions))
        elif isinstance(node, Or | Not):
            raise _invalid_operator("OR" if isinstance(node, Or) else "NOT")
        else:
            test = _named_test(node)
            if test[0] in found:
                raise invalid(KIND, "KeyConditionExpressions must only contain one condition per key")
            found[test[0]] = test
    return tuple(found.values())


def _named_test(test: Test) -> _NamedTest:
    operator = _operator(test)
    operands = operands_of(test)
    if not isinstance(test, Compare) and not isinstance(operands[0], Path):
        raise _invalid_condition(f"{operator} operator must have the key attribute as its first operand")
    attribute: str | None = None
    names = []
    for operand in operands:
        if isinstance(operand, Value):
            names.append(operand.name)
        elif isinstance(operand, Call):
            raise invalid(KIND, "KeyConditionExpressions cannot contain nested operations")
        elif attribute is not None:
            raise _invalid_condition("Multiple attribute names used in one condition")
        elif len(operand.parts) > 1:
            raise invalid(KIND, "KeyConditionExpressions cannot have conditions on nested attributes")
        else:
            attribute = str(operand.parts[0])
    if attribute is None:
        raise _invalid_condition("No key attribute specified")
    if isinstance(operands[0], Value):
        operator = _MIRRORED[operator]
    return attribute, operator, tuple(names)


def _operator(test: Test) -> str:
    if isinstance(test, In):
        raise _invalid_operator("IN")
    if isinstance(test, Between):
        return "BETWEEN"
    operator = test.operator if isinstance(test, Compare) else test.function
    if operator not in _MIRRORED and operator != "begins_with":
        raise _invalid_operator(operator)
    return operator


def _invalid_operator(operator: str) -> ValidationException:
    return ValidationException(f"Invalid operator used in KeyConditionExpression: {operator}")


def _invalid_condition(reason: str) -> ValidationException:
    return ValidationException(f"Invalid condition in KeyConditionExpression: {reason}")
