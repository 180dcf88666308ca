"""Items as plain JSON, and back without a loss.

    item    := an object: attribute names and values
    value   := string: S     number: N, digit for digit     true, false: BOOL     null: NULL
             | array: L      object: M                      | tagged
    tagged  := {"$B": base64} | {"$SS": [strings]} | {"$NS": [numbers]} | {"$BS": [base64]}

An object with one member that is named like a tag, with any number of $ before it, is a map: its name gets one $ more
when it is written, and loses it when it is read. Items are not canonical yet when they were read.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final, NoReturn

import msgspec

from stator.cli.transfer.faults import BadRecord
from stator.values import AttributeValue, Item

_TAGS: Final = {"$B": str, "$SS": str, "$NS": str, "$BS": str}
_LIKE_A_TAG: Final = re.compile(r"\$+(?:B|SS|NS|BS)")
_AS_THEY_ARE: Final = frozenset(("S", "BOOL"))
_encode: Final = msgspec.json.Encoder().encode


class _Number(str):
    """A number's own text."""

    __slots__ = ()


def item_text(item: Item) -> bytes:
    """One line, without its end."""
    return _encode({name: _plain(value) for name, value in item.items()})


def value_text(value: AttributeValue) -> str:
    return _encode(_plain(value)).decode()


def item_of(text: str) -> Item:
    """Raises BadRecord."""
    read = _parsed(text)
    if not isinstance(read, dict):
        raise BadRecord("not an item: no JSON object")
    return {name: _typed(value) for name, value in read.items()}


def value_of(text: str) -> AttributeValue:
    """Raises BadRecord."""
    return _typed(_parsed(text))


def numbers_of(text: str) -> list[str]:
    """The texts of an array of numbers. Raises BadRecord."""
    return _members(_parsed(text), _Number)


def strings_of(text: str) -> list[str]:
    """Raises BadRecord."""
    return _members(_parsed(text), str)


def _plain(value: AttributeValue) -> Any:
    ((kind, content),) = value.items()
    if kind in _AS_THEY_ARE:
        return content
    match kind:
        case "N":
            return msgspec.Raw(content.encode())
        case "NULL":
            return None
        case "L":
            return [_plain(member) for member in content]
        case "M":
            plain = {name: _plain(member) for name, member in content.items()}
            if len(plain) == 1 and _LIKE_A_TAG.fullmatch(name := next(iter(plain))):
                return {f"${name}": plain[name]}
            return plain
        case "NS":
            return {"$NS": [msgspec.Raw(member.encode()) for member in content]}
    return {f"${kind}": content}


def _typed(value: Any) -> AttributeValue:
    kind = type(value)
    if kind is str:
        return {"S": value}
    if kind is _Number:
        return {"N": str(value)}
    if kind is bool:
        return {"BOOL": value}
    if kind is list:
        return {"L": [_typed(member) for member in value]}
    if kind is not dict:
        return {"NULL": True}
    if len(value) == 1:
        ((name, content),) = value.items()
        if name in _TAGS:
            return _tagged(name[1:], content)
        if _LIKE_A_TAG.fullmatch(name):
            return {"M": {name[1:]: _typed(content)}}
    return {"M": {name: _typed(member) for name, member in value.items()}}


def _tagged(kind: str, content: Any) -> AttributeValue:
    if kind == "B":
        if type(content) is not str:
            raise BadRecord("$B is no base64 text")
        return {"B": content}
    return {kind: _members(content, _Number if kind == "NS" else str)}


def _members(content: Any, kind: type[str]) -> list[str]:
    if type(content) is not list or any(type(member) is not kind for member in content):
        raise BadRecord(f"no array of {'numbers' if kind is _Number else 'strings'}")
    return [str(member) for member in content]


def _parsed(text: str) -> Any:
    try:
        return _decode(text)
    except json.JSONDecodeError as error:
        raise BadRecord(f"no JSON: {error.msg} at column {error.pos + 1}") from error
    except RecursionError as error:
        raise BadRecord("nested too deep") from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    read = dict(pairs)
    if len(read) != len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise BadRecord(f"the name {json.dumps(twice)} stands there twice")
    return read


def _refuse(constant: str) -> NoReturn:
    raise BadRecord(f"{constant} is no number")


_decode: Final = json.JSONDecoder(
    parse_float=_Number, parse_int=_Number, parse_constant=_refuse, object_pairs_hook=_object
).decode
