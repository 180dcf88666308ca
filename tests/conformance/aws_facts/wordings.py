"""Sentences that many facts share."""

from __future__ import annotations

PARAMETERS = "One or more parameter values were invalid: "
OVERFLOW = "Number overflow. Attempting to store a number with magnitude larger than supported range"
UNDERFLOW = "Number underflow. Attempting to store a number with magnitude smaller than supported range"
TOO_PRECISE = "Attempting to store more than 38 significant digits in a Number"
NOT_NUMERIC = "The parameter cannot be converted to a numeric value"
LONG_NAME = "Attribute name is too large, must be less than 65536 bytes"
TOO_DEEP = (
    "Nesting Levels have exceeded supported limits: "
    "Attributes in the item have nested levels beyond supported limit"
)
NULL_FALSE = PARAMETERS + "Null attribute value types must have the value of true"
STRING_SET_EMPTY = PARAMETERS + "An string set  may not be empty"
NUMBER_SET_EMPTY = PARAMETERS + "An number set  may not be empty"
BINARY_SET_EMPTY = PARAMETERS + "Binary sets should not be empty"
TABLE_NAME_PATTERN = "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"
MAP_KEYS = (
    "Map keys must satisfy constraint: [Member must have length less than or equal to 255, "
    f"Member must have length greater than or equal to 3, {TABLE_NAME_PATTERN}]"
)
MAP_VALUES = (
    "Map value must satisfy constraint: [Member must have length less than or equal to 25, "
    "Member must have length greater than or equal to 1]"
)
RETURN_VALUES_ENUM = "Member must satisfy enum value set: [ALL_NEW, UPDATED_OLD, ALL_OLD, NONE, UPDATED_NEW]"
NEWER_RETURN_VALUES = (
    "Failed to satisfy constraint: Member must satisfy enum value set: "
    "[ALL_OLD, UPDATED_OLD, ALL_NEW, UPDATE_NEW, NONE]"
)
NEWER_OPERATOR = "Failed to satisfy constraint: Member must satisfy enum value set: [ALL, OR]"
ITEM_TOO_LARGE = "Item size has exceeded the maximum allowed size"
UPDATE_TOO_LARGE = "Item size to update has exceeded the maximum allowed size"


def broken(value: str, member: str, constraint: str) -> str:
    """The older layer's sentence: member in camel case, value shown."""
    return f"Value '{value}' at '{member}' failed to satisfy constraint: {constraint}"


def newer_broken(member: str, constraint: str) -> str:
    """The newer layer's sentence: member as in the model, no value."""
    return f"Value at '{member}' failed to satisfy constraint: {constraint}"


def missing(member: str) -> str:
    return f"Value null at '{member}' failed to satisfy constraint: Member must not be null"


def at_least(length: int) -> str:
    return f"Member must have length greater than or equal to {length}"


def at_most(length: int) -> str:
    return f"Member must have length less than or equal to {length}"


def capacity_enum(value: str) -> str:
    return broken(
        value, "returnConsumedCapacity", "Member must satisfy enum value set: [INDEXES, TOTAL, NONE]"
    )


def metrics_enum(value: str) -> str:
    return broken(value, "returnItemCollectionMetrics", "Member must satisfy enum value set: [SIZE, NONE]")


def overlap(one: str, two: str) -> str:
    return (
        "Invalid ProjectionExpression: Two document paths overlap with each other; must remove or rewrite one of "
        f"these paths; path one: [{one}], path two: [{two}]"
    )


def undefined_name(kind: str, name: str) -> str:
    return (
        f"Invalid {kind}: An expression attribute name used in the document path is not defined; "
        f"attribute name: {name}"
    )


def undefined_value(kind: str, name: str) -> str:
    return f"Invalid {kind}: An expression attribute value used in expression is not defined; attribute value: {name}"


def operand_type(kind: str, operator: str, type_name: str) -> str:
    return (
        f"Invalid {kind}: Incorrect operand type for operator or function; "
        f"operator or function: {operator}, operand type: {type_name}"
    )


def mixed(legacy: str, expressions: str) -> str:
    return (
        "Can not use both expression and non-expression parameters in the same request: "
        f"Non-expression parameters: {{{legacy}}} Expression parameters: {{{expressions}}}"
    )


def empty_key(kind: str, name: str = "pk") -> str:
    return (
        "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an "
        f"empty {kind} value. Key: {name}"
    )
