"""Checks a parsed condition against the values it is to be used with, test by test in the order of the text.

Of one test AWS reports, in this order: a placeholder that is not defined, a wrong number of operands, an operand
compared with itself, an operand of a type that can never fit. A test that is sound hides nothing of a later one.

Most tests ask nothing of their values' types, so `fit_of` makes a short check for when a remembered condition
meets other values; `refuse_faults` is the whole check, and raises.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from stator.expressions.condition_grammar import ParsedCondition, ParsedTest
from stator.expressions.demands import SCALARS, SIZED, TEXTUAL, Demand, demands_on, fit
from stator.expressions.faults import (
    invalid,
    needs_path,
    undefined_name,
    undefined_value,
    wrong_operand_count,
    wrong_operand_type,
)
from stator.expressions.nodes import Between, Call, Compare, In, Operand, Path, Value, operands_of, path_text
from stator.values import AttributeValue, compare, type_of

Values = Mapping[str, AttributeValue]

_OPERANDS = {
    "attribute_exists": 1,
    "attribute_not_exists": 1,
    "attribute_type": 2,
    "begins_with": 2,
    "contains": 2,
    "size": 1,
}
_TYPES = ("B", "NULL", "SS", "BOOL", "L", "BS", "N", "NS", "S", "M")
_TYPE_NAMES = frozenset(_TYPES)
_ORDERINGS = frozenset(("<", "<=", ">", ">="))


def refuse_faults(kind: str, parsed: ParsedCondition, values: Values) -> None:
    """Raises the first fault; a condition that passes may be compiled."""
    for test in parsed.tests:
        _refuse_undefined(kind, test, parsed.unresolved, values)
        reason = _static_fault(test) or _type_fault(test, values)
        if reason is not None:
            raise invalid(kind, reason)


def fit_of(parsed: ParsedCondition) -> Callable[[Values], bool]:
    """A quick way to tell that `refuse_faults` would pass; where it says no, that raises."""
    if parsed.unresolved or any(_static_fault(test) for test in parsed.tests):
        return lambda values: False
    wanted = frozenset(name for name in parsed.references if name[0] == ":")
    demands = [demand for test in parsed.tests for demand in _demands(test)]
    intricate = [test for test in parsed.tests if _is_intricate(test)]
    if not demands and not intricate:
        return lambda values: values.keys() >= wanted

    def fits(values: Values) -> bool:
        return (
            values.keys() >= wanted
            and fit(demands, values)
            and (not intricate or all(_type_fault(test, values) is None for test in intricate))
        )

    return fits


def _is_intricate(parsed: ParsedTest) -> bool:
    """Whether its fault may be another than a value of the wrong type."""
    if isinstance(parsed.test, Between) or any(isinstance(part, Call) for part in operands_of(parsed.test)):
        return True
    return any(
        call.function == "attribute_type" or not isinstance(call.arguments[0], Path) for call in parsed.calls
    )


def _demands(parsed: ParsedTest) -> Iterator[Demand]:
    test = parsed.test
    if isinstance(test, Compare) and test.operator in _ORDERINGS:
        yield from demands_on((test.left, test.right), SCALARS)
    for call in parsed.calls:
        if call.function == "begins_with":
            yield from demands_on(call.arguments, TEXTUAL)


def _refuse_undefined(kind: str, test: ParsedTest, unresolved: frozenset[str], values: Values) -> None:
    for reference in test.references:
        if reference in unresolved:
            raise invalid(kind, undefined_name(reference))
        if reference[0] == ":" and reference not in values:
            raise invalid(kind, undefined_value(reference))


def _static_fault(test: ParsedTest) -> str | None:
    for call in test.calls:
        if len(call.arguments) != _OPERANDS[call.function]:
            return wrong_operand_count(call.function, len(call.arguments))
    return _repeated_operand(test)


def _repeated_operand(test: ParsedTest) -> str | None:
    for operator, first, others in _operator_operands(test):
        if isinstance(first, Path):
            for other in others:
                if isinstance(other, Path) and other.parts == first.parts:
                    return (
                        "The first operand must be distinct from the remaining operands for this operator or "
                        f"function; operator: {operator}, first operand: {path_text(first.parts)}"
                    )
    return None


def _operator_operands(parsed: ParsedTest) -> Iterator[tuple[str, Operand, tuple[Operand, ...]]]:
    for call in parsed.calls:
        yield call.function, call.arguments[0], call.arguments[1:]
    test = parsed.test
    if not isinstance(test, Call):
        first, *others = operands_of(test)
        yield _operator_name(test), first, tuple(others)


def _operator_name(test: Compare | Between | In) -> str:
    if isinstance(test, Compare):
        return test.operator
    return "BETWEEN" if isinstance(test, Between) else "IN"


def _type_fault(parsed: ParsedTest, values: Values) -> str | None:
    for call in parsed.calls:
        reason = _call_fault(call, values)
        if reason is not None:
            return reason
    test = parsed.test
    if isinstance(test, Compare):
        if test.operator in _ORDERINGS:
            return _misfit(test.operator, (test.left, test.right), SCALARS, values)
    elif isinstance(test, Between):
        operands = (test.operand, test.low, test.high)
        return _misfit("BETWEEN", operands, SCALARS, values) or _bounds_fault(test, values)
    return None


def _call_fault(call: Call, values: Values) -> str | None:
    first = call.arguments[0]
    if call.function in ("attribute_exists", "attribute_not_exists"):
        return None if isinstance(first, Path) else needs_path(call.function)
    if call.function == "begins_with":
        return _misfit("begins_with", call.arguments, TEXTUAL, values)
    if call.function == "size":
        return _misfit("size", call.arguments, SIZED, values)
    if call.function == "attribute_type":
        return _type_name_fault(call.arguments[1], values)
    return None


def _misfit(
    operation: str, operands: tuple[Operand, ...], allowed: frozenset[str], values: Values
) -> str | None:
    for operand in operands:
        found = known_type(operand, values)
        if found is not None and found not in allowed:
            return wrong_operand_type(operation, found)
    return None


def known_type(operand: Operand, values: Values) -> str | None:
    """The type an operand has whatever the item; None for a path."""
    if isinstance(operand, Value):
        return type_of(values[operand.name])
    return "N" if isinstance(operand, Call) else None


def _type_name_fault(operand: Operand, values: Values) -> str | None:
    if not isinstance(operand, Value):
        found = "{NS,SS,L,BS,N,M,B,BOOL,NULL,S}" if isinstance(operand, Path) else "N"
        return wrong_operand_type("attribute_type", found)
    value = values[operand.name]
    name = value.get("S")
    if name is None:
        return wrong_operand_type("attribute_type", type_of(value))
    if name not in _TYPE_NAMES:
        return f"Invalid attribute type name found; type: {name}, valid types: {{{','.join(_TYPES)}}}"
    return None


def _bounds_fault(test: Between, values: Values) -> str | None:
    if not isinstance(test.low, Value) or not isinstance(test.high, Value):
        return None
    return bounds_fault(values[test.low.name], values[test.high.name])


def bounds_fault(low: AttributeValue, high: AttributeValue) -> str | None:
    """Why no value can lie between two bounds."""
    order = compare(low, high)
    if order is None:
        need = "same data type for lower and upper bounds"
    elif order > 0:
        need = "upper bound to be greater than or equal to lower bound"
    else:
        return None
    return (
        f"The BETWEEN operator requires {need}; lower bound operand: AttributeValue: {_shown(low)}, "
        f"upper bound operand: AttributeValue: {_shown(high)}"
    )


def _shown(value: AttributeValue) -> str:
    kind = type_of(value)
    return f"{{{kind}:{value[kind]}}}"
