"""The shapes of boto3's client <-> the wire's: bytes in B and BS where the wire has base64, datetimes where it has
seconds."""

from __future__ import annotations

from binascii import a2b_base64, b2a_base64
from datetime import datetime
from functools import cache
from typing import Any

from stator.client.model_walk import Convert, Leaves, answer_converter, request_converter
from stator.values import AttributeValue


def base64_text(value: Any) -> Any:
    """Bytes, whatever holds them, as base64 text; a text is taken for bytes in UTF-8, as boto3 does. What is neither is
    left for the service to refuse."""
    if isinstance(value, str):
        value = value.encode()
    elif not isinstance(value, (bytes, bytearray, memoryview)):
        value = getattr(value, "value", value)  # boto3's Binary
        if not isinstance(value, (bytes, bytearray)):
            return value
    return b2a_base64(value, newline=False).decode()


def to_wire(value: Any) -> Any:
    """An attribute value of boto3's client as the wire's."""
    if not isinstance(value, dict):
        return value
    return {kind: _wire_content(kind, content) for kind, content in value.items()}


def from_wire(value: AttributeValue) -> dict[str, Any]:
    """The wire's attribute value as boto3's client gives it."""
    for kind, content in value.items():
        match kind:
            case "B":
                return {"B": a2b_base64(content)}
            case "BS":
                return {"BS": [a2b_base64(member) for member in content]}
            case "M":
                return {"M": {name: from_wire(member) for name, member in content.items()}}
            case "L":
                return {"L": [from_wire(member) for member in content]}
    return dict(value)


def seconds(value: Any) -> Any:
    """A moment, as boto3 takes it, as the wire's number: a datetime (without a zone it is UTC's), a text in ISO's form,
    or already a number."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if isinstance(value, datetime):
        from datetime import UTC

        number = (value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp()
        return int(number) if number.is_integer() else number
    return value


def moment(value: Any) -> Any:
    """The wire's number of seconds as a datetime in the local zone, which is what boto3 gives."""
    return datetime.fromtimestamp(value).astimezone() if isinstance(value, (int, float)) else value


@cache
def request_to_wire(operation: str) -> Convert:
    return request_converter(operation, Leaves(to_wire, seconds)) or _unchanged


@cache
def request_from_wire(operation: str) -> Convert:
    return request_converter(operation, Leaves(from_wire, moment)) or _unchanged


@cache
def answer_to_wire(operation: str) -> Convert:
    return answer_converter(operation, Leaves(to_wire, seconds)) or _unchanged


@cache
def answer_from_wire(operation: str) -> Convert:
    return answer_converter(operation, Leaves(from_wire, moment)) or _unchanged


def _wire_content(kind: str, content: Any) -> Any:
    match kind:
        case "B":
            return base64_text(content)
        case "BS" if isinstance(content, (list, tuple, set, frozenset)):
            return [base64_text(member) for member in content]
        case "M" if isinstance(content, dict):
            return {name: to_wire(member) for name, member in content.items()}
        case "L" if isinstance(content, (list, tuple)):
            return [to_wire(member) for member in content]
    return content


def _unchanged(value: Any) -> Any:
    return value
