"""How an expression is refused: AWS's sentences, each with the parameter's name in front.

`kind` is the request parameter that held the expression ("UpdateExpression", "FilterExpression", ...).
"""

from __future__ import annotations

from stator.errors import ValidationException

EMPTY = "The expression can not be empty;"
REDUNDANT_PARENTHESES = "The expression has redundant parentheses;"


def invalid(kind: str, reason: str) -> ValidationException:
    return ValidationException(f"Invalid {kind}: {reason}")


def invalid_parameter(reason: str) -> ValidationException:
    return ValidationException(f"One or more parameter values were invalid: {reason}")


def undefined_name(name: str) -> str:
    return f"An expression attribute name used in the document path is not defined; attribute name: {name}"


def undefined_value(name: str) -> str:
    return f"An expression attribute value used in expression is not defined; attribute value: {name}"


def wrong_operand_type(operation: str, operand_type: str) -> str:
    return (
        "Incorrect operand type for operator or function; "
        f"operator or function: {operation}, operand type: {operand_type}"
    )


def wrong_operand_count(operation: str, count: int) -> str:
    return (
        "Incorrect number of operands for operator or function; "
        f"operator or function: {operation}, number of operands: {count}"
    )


def needs_path(operation: str) -> str:
    return f"Operator or function requires a document path; operator or function: {operation}"


def unknown_function(name: str) -> str:
    return f"Invalid function name; function: {name}"


def misused_function(name: str) -> str:
    return f"The function is not allowed to be used this way in an expression; function: {name}"
