"""The longer sentences of the service's that several facts hold."""

from __future__ import annotations

OPERAND = "Incorrect operand type for operator or function; operator or function: "
OPERANDS = "Incorrect number of operands for operator or function; operator or function: "
PARAMETERS = "One or more parameter values were invalid: "
EMPTY_KEY = (
    "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an "
    "empty string value. Key: pk"
)
SEVERAL_ATTRIBUTES = (
    "PartiQL statements cannot be executed on tables with multi-attribute HASH keys or "
    "multi-attribute RANGE keys."
)
NESTED = (
    "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond "
    "supported limit"
)
TWO_TYPES = (
    "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported "
    "datatypes"
)


def returning_refused(returning: str) -> str:
    return (
        f"Invalid returning clause: RETURNING {returning}. "
        "Only RETURNING ALL OLD * is allowed in DELETE statements."
    )


def paths_overlap(one: str, two: str) -> str:
    return (
        "Two document paths overlap with each other; must remove or rewrite one of these paths; "
        f"path one: [{one}], path two: [{two}]"
    )
