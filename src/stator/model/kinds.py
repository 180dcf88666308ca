"""The types of fields: what lies beneath Optional, Annotated and Literal, and what a field can be as a key."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin
from uuid import UUID


def is_optional(kind: Any) -> bool:
    return get_origin(kind) in (Union, UnionType) and type(None) in get_args(kind)


def is_set(kind: Any) -> bool:
    plain = bare(kind)
    return (get_origin(plain) or plain) in (set, frozenset)


def bare(kind: Any) -> Any:
    """The type without None, NewType, Annotated and Literal around it."""
    if hasattr(kind, "__supertype__"):
        return bare(kind.__supertype__)
    if hasattr(kind, "__metadata__"):
        return bare(get_args(kind)[0])
    if get_origin(kind) is Literal:
        return type(get_args(kind)[0])
    if get_origin(kind) in (Union, UnionType):
        others = [each for each in get_args(kind) if each is not type(None)]
        return bare(others[0]) if len(others) == 1 else kind
    if getattr(kind, "__module__", "") == "pydantic.types" and kind.__name__.endswith(("Date", "Datetime")):
        return datetime if kind.__name__.endswith("Datetime") else date
    return kind


def is_key_part(kind: Any) -> bool:
    """Whether a bare type's values can stand in a composed key."""
    return isinstance(kind, type) and issubclass(kind, (str, int, datetime, date, UUID, Enum))


def is_text(kind: Any) -> bool:
    plain = bare(kind)
    return isinstance(plain, type) and issubclass(plain, str)


def key_type(kind: Any, is_expiry: bool = False) -> str:
    """What a field is as a key by itself: "S", "N", "B", or "" where it cannot be one."""
    plain = bare(kind)
    if is_expiry:
        return "N"
    if isinstance(plain, type) and issubclass(plain, Enum) and not issubclass(plain, (str, int)):
        plain = type(next(iter(plain)).value)
    if not isinstance(plain, type):
        return ""
    if issubclass(plain, (int, float, Decimal)):
        return "N"
    if issubclass(plain, bytes):
        return "B"
    return "S" if issubclass(plain, (str, datetime, date, UUID)) else ""


def could_hold(kind: Any, stored: Any) -> bool:
    """Whether a stored value is of a field's type, leaving its bounds aside: of texts, numbers and bytes."""
    plain = bare(kind)
    if plain is str:
        return isinstance(stored, str)
    if plain in (int, float, Decimal):
        return isinstance(stored, (int, Decimal)) and not isinstance(stored, bool)
    return plain is bytes and isinstance(stored, bytes)


def is_as_long_always(kind: Any) -> bool:
    """Whether all texts of such a field in a key have one length."""
    plain = bare(kind)
    return isinstance(plain, type) and issubclass(plain, (date, UUID, bool))
