"""Attribute values as text: PartiQL's literals, what a cell of a table shows, and plain JSON.

Whatever an item holds, a terminal is sent no control character of it.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from stator.partiql.words import KEYWORDS
from stator.values import AttributeValue, Item

_PLAIN_NAME = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")
# C0 and C1, and what changes the direction of the text around it
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_NUMBER_IN_JSON = re.compile(rb"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_encode = msgspec.json.Encoder().encode


def visible(text: str) -> str:
    """Text with its control characters escaped."""
    return _CONTROL.sub(lambda match: _SHORT.get(match[0], f"\\u{ord(match[0]):04x}"), text)


def name_literal(name: str) -> str:
    """A name of a table, an index or an attribute, in quotes where it needs them."""
    if _PLAIN_NAME.fullmatch(name) and name.lower() not in KEYWORDS and name.lower() not in _OTHER_WORDS:
        return name
    return '"' + name.replace('"', '""') + '"'


_OTHER_WORDS = frozenset(("true", "false", "null", "missing"))


def text_literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def literal(value: AttributeValue) -> str:
    """PartiQL's literal; binary, which has none, as b'<base64>'."""
    ((kind, content),) = value.items()
    match kind:
        case "S":
            return text_literal(content)
        case "N":
            return str(content)
        case "B":
            return f"b'{content}'"
        case "BOOL":
            return "true" if content else "false"
        case "NULL":
            return "null"
        case "L":
            return "[" + ", ".join(map(literal, content)) + "]"
        case "M":
            members = (f"{text_literal(name)}: {literal(each)}" for name, each in content.items())
            return "{" + ", ".join(members) + "}"
    return "<<" + ", ".join(literal({kind[0]: member}) for member in content) + ">>"


def cell(value: AttributeValue | None) -> str:
    """What a table shows: a string without quotes, nothing for what is not there."""
    if value is None:
        return ""
    return visible(value["S"] if "S" in value else literal(value))


def plain(value: AttributeValue) -> Any:
    """Plain JSON: numbers with all their digits, sets as lists, binary as base64."""
    ((kind, content),) = value.items()
    match kind:
        case "N":
            return _number(content)
        case "NS":
            return [_number(member) for member in content]
        case "NULL":
            return None
        case "L":
            return [plain(member) for member in content]
        case "M":
            return {name: plain(member) for name, member in content.items()}
    return content


def json_line(item: Item, typed: bool) -> str:
    """`typed`: DynamoDB's JSON, from which the item can be made again."""
    members = item if typed else {name: plain(value) for name, value in item.items()}
    return _encode(members).decode()


def _number(text: str) -> Any:
    encoded = text.encode()
    return msgspec.Raw(encoded) if _NUMBER_IN_JSON.fullmatch(encoded) else text
