"""Checks a parsed update against the values it is to be used with, in AWS's order: undefined names, undefined
values, paths that overlap or conflict, the types of ADD and DELETE, then functions and sums."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from stator.expressions.demands import ADDABLE, LISTS, NUMBERS, SETS, Demand, demands_on
from stator.expressions.faults import (
    invalid,
    needs_path,
    undefined_name,
    undefined_value,
    wrong_operand_count,
    wrong_operand_type,
)
from stator.expressions.nodes import Action, Add, Arithmetic, Call, Delete, Operand, Path, Set, Value
from stator.expressions.paths import path_tree
from stator.expressions.update_grammar import ParsedUpdate
from stator.values import AttributeValue, type_of

Values = Mapping[str, AttributeValue]

_TYPE_WORDS = {
    "S": "STRING",
    "N": "NUMBER",
    "B": "BINARY",
    "NULL": "NULL",
    "BOOL": "BOOL",
    "L": "LIST",
    "M": "MAP",
}


def refuse_faults(kind: str, parsed: ParsedUpdate, values: Values) -> None:
    """Raises the first fault; an update that passes may be compiled."""
    for reference in parsed.references:
        if reference in parsed.unresolved:
            raise invalid(kind, undefined_name(reference))
    for reference in parsed.references:
        if reference[0] == ":" and reference not in values:
            raise invalid(kind, undefined_value(reference))
    path_tree(kind, [(action.path.parts, None) for action in parsed.actions])
    reason = _type_fault(parsed, values)
    if reason is not None:
        raise invalid(kind, reason)


def _type_fault(parsed: ParsedUpdate, values: Values) -> str | None:
    """Why the operands do not fit; all placeholders are defined."""
    for action in parsed.actions:
        if isinstance(action, Add | Delete):
            reason = _set_operand_fault(action, values)
            if reason is not None:
                return reason
    for operation in parsed.operations:
        reason = _operation_fault(operation, values)
        if reason is not None:
            return reason
    return None


def demands_of(parsed: ParsedUpdate) -> list[Demand]:
    """What an update that once had no fault asks of other values."""
    demands = []
    for action in parsed.actions:
        if isinstance(action, Add | Delete):
            demands.append((action.value.name, ADDABLE if isinstance(action, Add) else SETS))
    for operation in parsed.operations:
        if isinstance(operation, Arithmetic):
            demands += demands_on((operation.left, operation.right), NUMBERS)
        elif operation.function == "list_append":
            demands += demands_on(operation.arguments, LISTS)
    return demands


def known_type(source: Operand | Arithmetic, values: Values) -> str | None:
    """The type that a source has whatever the item; None when the item decides."""
    if isinstance(source, Value):
        return type_of(values[source.name])
    if isinstance(source, Arithmetic):
        return "N"
    if isinstance(source, Call) and source.function == "list_append":
        return "L"
    return None


def assigned_types(actions: Sequence[Action], values: Values) -> dict[str, str]:
    """Of the top-level attributes that are set or added to, the types known whatever the item."""
    types = {}
    for action in actions:
        if len(action.path.parts) == 1 and isinstance(action, Set | Add):
            found = known_type(action.source if isinstance(action, Set) else action.value, values)
            if found is not None:
                types[str(action.path.parts[0])] = found
    return types


def _set_operand_fault(action: Add | Delete, values: Values) -> str | None:
    """Sets may be added and deleted, numbers be added. The service names the same set of types for both."""
    found = type_of(values[action.value.name])
    if found not in _TYPE_WORDS or (found == "N" and isinstance(action, Add)):
        return None
    operator = "ADD" if isinstance(action, Add) else "DELETE"
    return (
        f"Incorrect operand type for operator or function; operator: {operator}, "
        f"operand type: {_TYPE_WORDS[found]}, typeSet: ALLOWED_FOR_ADD_OPERAND"
    )


def _operation_fault(operation: Call | Arithmetic, values: Values) -> str | None:
    if isinstance(operation, Arithmetic):
        return _misfit(operation.operator, (operation.left, operation.right), NUMBERS, values)
    function, arguments = operation.function, operation.arguments
    if len(arguments) != 2:
        return wrong_operand_count(function, len(arguments))
    if function == "if_not_exists":
        return None if isinstance(arguments[0], Path) else needs_path(function)
    return _misfit(function, arguments, LISTS, values)


def _misfit(
    operation: str, operands: tuple[Operand, ...], allowed: frozenset[str], values: Values
) -> str | None:
    for operand in operands:
        if isinstance(operand, Value):
            found = type_of(values[operand.name])
            if found not in allowed:
                return wrong_operand_type(operation, found)
    return None
