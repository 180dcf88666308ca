"""A WHERE clause: read once, checked against the values of each request, and met by items."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from stator.errors import ValidationException
from stator.expressions import Condition, Shape, shape_of_tree
from stator.expressions.condition_checks import fit_of, refuse_faults
from stator.expressions.condition_grammar import ParsedCondition, ParsedTest
from stator.expressions.conditions import tests_of
from stator.expressions.nodes import And, Call, Operand, Test, Value, operands_of
from stator.expressions.nodes import Condition as Node
from stator.partiql.bindings import Values
from stator.partiql.faults import without_kind
from stator.values import Item

_KIND = "WHERE"
_TYPES = frozenset(("S", "N", "B", "SS", "NS", "BS", "L", "M", "NULL", "BOOL"))


class Where:
    """`root`: the condition's tree. Shared by requests; what it holds only ever grows."""

    __slots__ = ("_fits", "_parsed", "_shape", "root")

    def __init__(self, root: Node) -> None:
        self.root = root
        tests = tuple(ParsedTest(test, (), tuple(_calls(test))) for test in tests_of(root))
        self._parsed = ParsedCondition(root, tests, (), frozenset(), frozenset(), 0)
        self._fits = fit_of(self._parsed)
        self._shape: Shape | None = None

    def check(self, values: Values) -> None:
        """Raises ValidationException when operands cannot fit their operators or functions."""
        if self._fits(values):
            return
        for parsed in self._parsed.tests:
            _refuse_type_names(parsed, values)
        try:
            refuse_faults(_KIND, self._parsed, values)
        except ValidationException as error:
            raise without_kind(error, _KIND) from None

    @property
    def shape(self) -> Shape:
        """Only of a condition that once passed `check`."""
        if self._shape is None:
            self._shape = shape_of_tree(self.root)
        return self._shape

    def matcher(self, values: Values) -> Callable[[Item], bool]:
        return Condition(self.shape, values).matches


def matcher_of(conditions: Sequence[Node], values: Values) -> Callable[[Item], bool]:
    """That all of the conditions hold, parts of a WHERE that passed its check; true of any item when there are none."""
    if not conditions:
        return lambda item: True
    return Condition(shape_of_tree(And(tuple(conditions))), values).matches


def _calls(test: Test) -> Iterator[Call]:
    """The functions of a test, inner ones first."""
    waiting: list[Operand] = [test] if isinstance(test, Call) else list(operands_of(test))
    found: list[Call] = []
    while waiting:
        operand = waiting.pop()
        if isinstance(operand, Call):
            found.append(operand)
            waiting.extend(operand.arguments)
    return reversed(found)


def _refuse_type_names(parsed: ParsedTest, values: Values) -> None:
    """Of this fault the service words a statement's otherwise than an expression's."""
    for call in parsed.calls:
        if call.function != "attribute_type" or len(call.arguments) != 2:
            continue
        wanted = call.arguments[1]
        name = values[wanted.name].get("S") if isinstance(wanted, Value) else None
        if name is not None and name not in _TYPES:
            raise ValidationException(
                f"Invalid attribute type name found; type: {name}, valid types: {{N,BS,L,B,NULL,M,S,SS,NS,BOOL}}"
            )
