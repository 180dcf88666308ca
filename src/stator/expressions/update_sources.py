"""What a SET assigns, as a closure over (item as it was, values).

A source that refers to what the item does not have, or to a number or list that is none, refuses the update.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from stator.errors import ValidationException
from stator.expressions.nodes import Arithmetic, Call, Operand, Path, Value
from stator.expressions.paths import reader
from stator.limits import ITEM_BYTES_MAX
from stator.values import AttributeValue, Item, numbers

Values = Mapping[str, AttributeValue]
Source = Callable[[Item, Values], AttributeValue]

TOO_LARGE = "Item size to update has exceeded the maximum allowed size"
MISSING = "The provided expression refers to an attribute that does not exist in the item"
WRONG_TYPE = "An operand in the update expression has an incorrect data type"


def sources_of(
    sources: Sequence[Operand | Arithmetic], operations: Sequence[Call | Arithmetic]
) -> tuple[Source, ...]:
    """`operations` are all that the sources hold, inner ones first: they are compiled in that order, so nesting
    costs no recursion here."""
    compiled: dict[int, Source] = {}
    for operation in operations:
        compiled[id(operation)] = _operation(operation, compiled)
    return tuple(_operand(source, compiled) for source in sources)


def _operand(source: Operand | Arithmetic, compiled: Mapping[int, Source]) -> Source:
    if isinstance(source, Value):
        name = source.name
        return lambda item, values: values[name]
    if isinstance(source, Path):
        return _present(source)
    return compiled[id(source)]


def _operation(operation: Call | Arithmetic, compiled: Mapping[int, Source]) -> Source:
    if isinstance(operation, Arithmetic):
        calculate = numbers.add if operation.operator == "+" else numbers.subtract
        return _sum(calculate, _operand(operation.left, compiled), _operand(operation.right, compiled))
    first, second = operation.arguments
    if operation.function == "list_append":
        return _appended(_operand(first, compiled), _operand(second, compiled))
    assert isinstance(first, Path)
    return _present_or(first, _operand(second, compiled))


def _present(path: Path) -> Source:
    read = reader(path.parts)

    def source(item: Item, values: Values) -> AttributeValue:
        found = read(item)
        if found is None:
            raise ValidationException(MISSING)
        return found

    return source


def _present_or(path: Path, otherwise: Source) -> Source:
    read = reader(path.parts)

    def source(item: Item, values: Values) -> AttributeValue:
        found = read(item)
        return otherwise(item, values) if found is None else found

    return source


def _sum(calculate: Callable[[str, str], str], left: Source, right: Source) -> Source:
    def source(item: Item, values: Values) -> AttributeValue:
        a = _content("N", left(item, values))
        return {"N": calculate(a, _content("N", right(item, values)))}

    return source


def _appended(left: Source, right: Source) -> Source:
    def source(item: Item, values: Values) -> AttributeValue:
        a, b = _content("L", left(item, values)), _content("L", right(item, values))
        if len(a) + len(b) > ITEM_BYTES_MAX:
            # An element takes a byte at least. Lists appended to one another could grow past all memory
            raise ValidationException(TOO_LARGE)
        return {"L": a + b}

    return source


def _content(kind: str, value: AttributeValue) -> Any:
    if kind not in value:
        raise ValidationException(WRONG_TYPE)
    return value[kind]
