"""The shapes of attribute values: the wire's own JSON, used unchanged inside.

    AttributeValue := a dict with exactly one member
        {"S": text} {"N": digits} {"B": base64} {"SS": [text]} {"NS": [digits]} {"BS": [base64]}
        {"M": {name: AttributeValue}} {"L": [AttributeValue]} {"NULL": true} {"BOOL": true or false}
    Item           := {attribute name: AttributeValue}

A *canonical* value passed `canonical_value`: it is checked, its numbers and base64 are in the one form each
has, and its sets hold no duplicates, in the order given. Scalars that are equal are then equal dicts.
"""

from __future__ import annotations

from typing import Any

AttributeValue = dict[str, Any]
Item = dict[str, AttributeValue]


def type_of(value: AttributeValue) -> str:
    """The name of a canonical value's type: S, N, B, SS, NS, BS, M, L, NULL or BOOL."""
    for kind in value:
        return kind
    raise ValueError("an attribute value without a type is not canonical")
