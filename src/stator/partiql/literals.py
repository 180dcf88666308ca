"""Literals as attribute values, checked as the service checks them.

A fault names the path inside the value, from "root". Lists and maps may hold only literals; a `?` stands for a whole
value. A bag is a set of strings or of numbers.
"""

from __future__ import annotations

from stator.errors import InvalidAttributeValue, ValidationException
from stator.limits import PARTIQL_LITERAL_LEVELS_MAX
from stator.partiql.faults import refused_at
from stator.partiql.syntax import Function, IsType, Items, Literal, Logical, Name, Node, Parameter, Struct
from stator.partiql.tokens import Kind
from stator.values import AttributeValue, ordered_set
from stator.values.numbers import normalise

_BAG = "Unsupported data type in Bag. DynamoDB only supports either numbers or strings in bags"
_INVALID = "One or more parameter values were invalid: "


def value_of(node: Node, path: str = "root", level: int = 0) -> AttributeValue:
    """The canonical value of a literal. Raises ValidationException."""
    if level >= PARTIQL_LITERAL_LEVELS_MAX:
        raise ValidationException(f"Nesting Levels have exceeded supported limits under {path}")
    if isinstance(node, Literal):
        return _scalar(node, path)
    if isinstance(node, Struct):
        return {"M": _members(node, path, level)}
    if isinstance(node, Items):
        if node.is_bag:
            return _bag(node, path)
        return {
            "L": [
                value_of(element, f"{path}[{index}]", level + 1)
                for index, element in enumerate(node.elements)
            ]
        }
    raise unsupported(node, path)


def unsupported(node: Node, path: str = "root") -> ValidationException:
    return refused_at(f"Unsupported data type: {_kind(node)} under key {path}", node.token)


def members_of(struct: Struct) -> dict[str, Node]:
    """The values of a map by name. Raises ValidationException for names that are none."""
    members: dict[str, Node] = {}
    for key, value in zip(struct.parts[::2], struct.parts[1::2], strict=True):
        if not isinstance(key, Literal) or key.token.kind is not Kind.STRING:
            raise refused_at("The names of a map's members must be string literals", key.token)
        if not key.text:
            raise ValidationException("Empty attribute name")
        if key.text in members:
            raise refused_at(f"Duplicate name in a map: {key.text}", key.token)
        members[key.text] = value
    return members


def is_number(node: Node) -> bool:
    return isinstance(node, Literal) and node.token.kind is Kind.NUMBER


def _members(struct: Struct, path: str, level: int) -> dict[str, AttributeValue]:
    return {name: value_of(value, f"{path}.{name}", level + 1) for name, value in members_of(struct).items()}


def _scalar(node: Literal, path: str) -> AttributeValue:
    kind = node.token.kind
    if kind is Kind.STRING:
        return {"S": node.text}
    if kind is Kind.NUMBER:
        return {"N": _number(node.text, path)}
    if kind is Kind.BOOLEAN:
        return {"BOOL": node.text == "true"}
    if kind is Kind.NULL:
        return {"NULL": True}
    raise unsupported(node, path)


def _number(text: str, path: str) -> str:
    try:
        return normalise(text)
    except InvalidAttributeValue as fault:
        raise ValidationException(f"{fault.message} under {path}") from fault


def _bag(bag: Items, path: str) -> AttributeValue:
    if not bag.elements:
        raise ValidationException("Empty bags are not supported")
    members = [element for element in bag.elements if isinstance(element, Literal)]
    kinds = {member.token.kind for member in members}
    if len(members) < len(bag.elements) or len(kinds) > 1 or not kinds <= {Kind.STRING, Kind.NUMBER}:
        raise ValidationException(_BAG)
    texts = [member.text for member in members]
    if kinds == {Kind.STRING}:
        if len(set(texts)) < len(texts):
            raise ValidationException(f"{_INVALID}Input collection [{', '.join(texts)}] contains duplicates.")
        return {"SS": ordered_set("SS", texts)}
    numbers = [_number(text, path) for text in texts]
    if len(set(numbers)) < len(numbers):
        raise ValidationException(
            f"{_INVALID}Input collection [{', '.join(texts)}] contains duplicates! under {path}"
        )
    return {"NS": ordered_set("NS", numbers)}


def _kind(node: Node) -> str:
    """What the service calls a thing that is no value."""
    if isinstance(node, Function):
        return node.name
    if isinstance(node, Parameter):
        return "Parameter"
    if isinstance(node, Literal):
        return "Missing"
    if isinstance(node, Name):
        return "Id"
    if isinstance(node, IsType):
        return "IsType"
    return type(node).__name__ if not isinstance(node, Logical) else node.operator.capitalize()
