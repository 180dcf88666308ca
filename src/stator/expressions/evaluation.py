"""One test of a condition as a closure over (item, values).

What a path does not lead to, and the size of what has none, is no operand: every test of it is false, except <>,
which is true. Values of different types are never equal and have no order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

from stator.expressions.effort import FEW_ELEMENTS, spend
from stator.expressions.nodes import Between, Call, Compare, In, Operand, Path, Test, Value
from stator.expressions.paths import reader
from stator.values import AttributeValue, Item, binary_size, compare, decode_binary, equal

Values = Mapping[str, AttributeValue]
Check = Callable[[Item, Values], bool]
Source = Callable[[Item, Values], AttributeValue | None]

_CONTAINERS = frozenset(("SS", "NS", "BS", "L", "M"))
_ACCEPTED: dict[str, frozenset[int | None]] = {
    "<": frozenset((-1,)),
    "<=": frozenset((-1, 0)),
    ">": frozenset((1,)),
    ">=": frozenset((1, 0)),
}


def check_of(test: Test) -> Check:
    if isinstance(test, Compare):
        return _comparison(test)
    if isinstance(test, Between):
        return _between(source_of(test.operand), source_of(test.low), source_of(test.high))
    if isinstance(test, In):
        return _in(source_of(test.operand), tuple(map(source_of, test.choices)))
    return _function(test)


def source_of(operand: Operand) -> Source:
    if isinstance(operand, Value):
        name = operand.name
        return lambda item, values: values[name]
    if isinstance(operand, Path):
        read = reader(operand.parts)
        return lambda item, values: read(item)
    inner = source_of(operand.arguments[0])
    return lambda item, values: _size(inner(item, values))


def _comparison(test: Compare) -> Check:
    if test.operator in ("=", "<>"):
        wanted = test.operator == "="
        if isinstance(test.left, Path) and isinstance(test.right, Value):
            return _equals_value(test.left, test.right.name, wanted)
        return _equals(source_of(test.left), source_of(test.right), wanted)
    return _ordered(source_of(test.left), source_of(test.right), _ACCEPTED[test.operator])


def _equals_value(path: Path, name: str, wanted: bool) -> Check:
    """The commonest test of all."""
    if len(path.parts) == 1:
        attribute = str(path.parts[0])

        def of_attribute(item: Item, values: Values) -> bool:
            found = item.get(attribute)
            return (found is not None and equal(found, values[name])) is wanted

        return of_attribute
    read = reader(path.parts)

    def of_path(item: Item, values: Values) -> bool:
        found = read(item)
        return (found is not None and equal(found, values[name])) is wanted

    return of_path


def _equals(left: Source, right: Source, wanted: bool) -> Check:
    def check(item: Item, values: Values) -> bool:
        a, b = left(item, values), right(item, values)
        return (a is not None and b is not None and equal(a, b)) is wanted

    return check


def _ordered(left: Source, right: Source, accepted: frozenset[int | None]) -> Check:
    def check(item: Item, values: Values) -> bool:
        a, b = left(item, values), right(item, values)
        return a is not None and b is not None and compare(a, b) in accepted

    return check


def _between(operand: Source, low: Source, high: Source) -> Check:
    at_least, at_most = _ACCEPTED[">="], _ACCEPTED["<="]

    def check(item: Item, values: Values) -> bool:
        found = operand(item, values)
        if found is None:
            return False
        lower, upper = low(item, values), high(item, values)
        return (
            lower is not None
            and upper is not None
            and compare(found, lower) in at_least
            and compare(found, upper) in at_most
        )

    return check


def _in(operand: Source, choices: tuple[Source, ...]) -> Check:
    def check(item: Item, values: Values) -> bool:
        found = operand(item, values)
        if found is None:
            return False
        for choice in choices:
            other = choice(item, values)
            if other is not None and equal(found, other):
                return True
        return False

    return check


def _function(call: Call) -> Check:
    first = source_of(call.arguments[0])
    if call.function == "attribute_exists":
        return lambda item, values: first(item, values) is not None
    if call.function == "attribute_not_exists":
        return lambda item, values: first(item, values) is None
    second = source_of(call.arguments[1])
    pair = {"attribute_type": _has_type, "begins_with": _begins_with, "contains": _contains}[call.function]

    def check(item: Item, values: Values) -> bool:
        a, b = first(item, values), second(item, values)
        return a is not None and b is not None and pair(a, b)

    return check


def _has_type(value: AttributeValue, name: AttributeValue) -> bool:
    return name["S"] in value


def _begins_with(value: AttributeValue, start: AttributeValue) -> bool:
    if "S" in start:
        text = value.get("S")
        return text is not None and text.startswith(start["S"])
    if "B" in start and "B" in value:
        return decode_binary(value["B"]).startswith(decode_binary(start["B"]))
    return False


def _contains(value: AttributeValue, wanted: AttributeValue) -> bool:
    """Whether a text or binary holds another, a set a member, a list an element."""
    for kind, content in value.items():
        if isinstance(content, list) and len(content) > FEW_ELEMENTS:
            spend(len(content))
        if kind == "L":
            return wanted in content if _is_scalar(wanted) else any(equal(each, wanted) for each in content)
        sought = wanted.get(kind[0]) if kind in ("S", "B", "SS", "NS", "BS") else None
        if sought is None:
            return False
        if kind == "B":
            return decode_binary(sought) in decode_binary(content)
        return sought in content
    return False


def _is_scalar(value: AttributeValue) -> bool:
    return value.keys().isdisjoint(_CONTAINERS)


def _size(value: AttributeValue | None) -> AttributeValue | None:
    """Characters of a text, bytes of a binary, members of anything else that has members."""
    if value is None:
        return None
    for kind, content in value.items():
        if kind == "S":
            # The service's strings are UTF-16.
            return _count(
                len(content) if content.isascii() else len(content.encode("utf-16-le", "surrogatepass")) // 2
            )
        if kind == "B":
            return _count(binary_size(content))
        return None if kind in ("N", "BOOL", "NULL") else _count(len(content))
    return None


@lru_cache(1024)
def _count(number: int) -> AttributeValue:
    return {"N": str(number)}
