"""Items as Amazon Ion, in DynamoDB's mapping, and back.

    S string   N decimal (or int)   B blob   BOOL bool   NULL null   L list   M struct
    SS $dynamodb_SS::[string]   NS $dynamodb_NS::[decimal]   BS $dynamodb_BS::[blob]

The `amazon.ion` library reads and writes it. It is an extra, `pip install 'stator[ion]'`: without it `require` refuses.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import IO, Any

from stator.errors import ValidationException
from stator.values import AttributeValue, Item

_SETS = {"$dynamodb_SS": "SS", "$dynamodb_NS": "NS", "$dynamodb_BS": "BS"}
_ANNOTATIONS = {kind: annotation for annotation, kind in _SETS.items()}


class IonError(Exception):
    """What cannot be read as Ion, or is of a type that items do not have."""


def require() -> None:
    """Raises ValidationException, naming the extra, when the library is not installed."""
    try:
        import amazon.ion.simpleion  # noqa: F401
    except ImportError:
        raise ValidationException(
            "ION needs the amazon.ion library, which is not installed: pip install 'stator[ion]'"
        ) from None


def values(stream: IO[bytes]) -> Iterator[Any]:
    """The top-level values of an Ion text or binary, one after the other. Raises IonError."""
    from amazon.ion import simpleion
    from amazon.ion.exceptions import IonException

    try:
        yield from simpleion.load(stream, single_value=False, parse_eagerly=False)
    except (IonException, ValueError, TypeError, ArithmeticError) as error:
        raise IonError(str(error)) from error


def item_of(value: Any) -> Item:
    """The item of a top-level value `{Item: {...}}`, not yet canonical. Raises IonError."""
    item = value.get("Item") if isinstance(value, Mapping) else None
    if not isinstance(item, Mapping):
        raise IonError("not a struct with an Item")
    return {str(name): attribute_of(member) for name, member in item.items()}


def attribute_of(value: Any) -> AttributeValue:
    """An attribute value, not yet canonical. Raises IonError."""
    from amazon.ion.core import IonType

    kind = getattr(value, "ion_type", None)
    if value is None or kind is IonType.NULL or type(value).__name__ == "IonPyNull":
        return {"NULL": True}
    if kind is IonType.BOOL:
        return {"BOOL": bool(value)}
    if kind is IonType.FLOAT:
        return {"N": str(Decimal(repr(float(value))))}
    if isinstance(value, int | Decimal):
        return {"N": str(value)}
    if isinstance(value, bytes):
        return {"B": base64.b64encode(value).decode()}
    if isinstance(value, str):
        return {"S": str(value)}
    if isinstance(value, list | tuple):
        return _list_of(value)
    if isinstance(value, Mapping):
        return {"M": {str(name): attribute_of(member) for name, member in value.items()}}
    raise IonError(f"items have no values of the Ion type {kind}")


def _list_of(value: Any) -> AttributeValue:
    members = [attribute_of(member) for member in value]
    for annotation in getattr(value, "ion_annotations", ()):
        kind = _SETS.get(annotation.text)
        if kind is not None:
            if any(kind[0] not in member for member in members):
                raise IonError(f"a {kind} with a member of another type")
            return {kind: [member[kind[0]] for member in members]}
    return {"L": members}


def line(members: dict[str, Item]) -> bytes:
    """One line of an export: structs of items by name, such as Item, Keys or NewImage."""
    fields = ", ".join(f"{name}:{_struct(item)}" for name, item in members.items())
    return f"$ion_1_0 {{{fields}}}\n".encode()


def _struct(item: Item) -> str:
    return "{" + ",".join(f"{_quoted(name)}:{_text(value)}" for name, value in item.items()) + "}"


def _text(value: AttributeValue) -> str:
    ((kind, content),) = value.items()
    if kind in _ANNOTATIONS:
        return f"{_ANNOTATIONS[kind]}::[{','.join(_text({kind[0]: member}) for member in content)}]"
    match kind:
        case "S":
            return _string(content)
        case "N":
            return _decimal(content)
        case "B":
            return f"{{{{{content}}}}}"
        case "BOOL":
            return "true" if content else "false"
        case "NULL":
            return "null"
        case "L":
            return f"[{','.join(map(_text, content))}]"
    return _struct(content)


def _decimal(number: str) -> str:
    """Ion reads a number without a point or an exponent `d` as an integer."""
    digits, _, exponent = number.replace("E", "e").partition("e")
    if exponent:
        return f"{digits}d{int(exponent)}"
    return digits if "." in digits else f"{digits}."


_ESCAPES = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def _escaped(text: str, quote: str) -> str:
    return "".join(
        f"\\{quote}"
        if each == quote
        else _ESCAPES.get(each) or (f"\\x{ord(each):02x}" if ord(each) < 0x20 else each)
        for each in text
    )


def _string(text: str) -> str:
    return f'"{_escaped(text, chr(34))}"'


def _quoted(name: str) -> str:
    """A field's name, always quoted: an attribute may be called anything."""
    return f"'{_escaped(name, chr(39))}'"
