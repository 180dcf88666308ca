"""One statement of a request: its text and its parameters, checked, and the table it names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stator.api.call import Call, Request
from stator.api.names import resolve
from stator.engine.catalogue import Table
from stator.engine.tables import NOT_FOUND
from stator.errors import InvalidAttributeValue, ResourceNotFoundException, ValidationException
from stator.limits import TABLE_NAME_CHARS_MAX
from stator.partiql.bindings import Values, bind
from stator.partiql.statements import Statement, prepare
from stator.values import AttributeValue, canonical_value, numbers

if TYPE_CHECKING:
    from stator.engine.database import Database

_EXPONENT = re.compile(r"[eE][+-]?0*([0-9]+)$")
_INT32_MAX = str(2**31 - 1)


@dataclass(frozen=True, slots=True)
class Asked:
    """`member`: the part of the request that the statement stands in."""

    member: Request
    statement: Statement
    parameters: list[AttributeValue]
    values: Values

    @property
    def text(self) -> str:
        text: str = self.member["Statement"]
        return text

    @property
    def consistent(self) -> bool:
        return self.member.get("ConsistentRead") is True

    @property
    def return_old(self) -> bool:
        """Whether a refused condition shows the item that refused it."""
        return self.member.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"


def parameters_of(member: Request) -> list[AttributeValue]:
    """Canonical. They are read before the statement is: raises ValidationException, worded by the older layer."""
    return [_parameter(value) for value in member.get("Parameters", ())]


def asked(member: Request, parameters: list[AttributeValue]) -> Asked:
    """Raises ValidationException for text that is not well formed, or asks for other parameters."""
    statement = prepare(member["Statement"])
    statement.check_parameters(parameters)
    return Asked(member, statement, parameters, bind(statement.constants, parameters))


def table_of(db: Database, call: Call, statement: Statement) -> Table:
    """Raises ResourceNotFoundException."""
    name = statement.table
    if len(name) > TABLE_NAME_CHARS_MAX and not name.startswith("arn:"):
        raise ResourceNotFoundException(NOT_FOUND)
    return resolve(db, call, name)


def _parameter(value: AttributeValue) -> AttributeValue:
    try:
        return canonical_value(value)
    except InvalidAttributeValue as fault:
        for text in _numbers(value):
            if _is_wide(text):
                raise ValidationException(
                    f"The parameter cannot be converted to a numeric value: {text}"
                ) from fault
            if not _is_number(text):
                break
        raise ValidationException(fault.message) from fault


def _is_wide(text: str) -> bool:
    """A parameter's number is read as Java reads one, whose exponent must fit 32 bits."""
    exponent = _EXPONENT.search(text)
    return exponent is not None and _exceeds(exponent.group(1))


def _exceeds(digits: str) -> bool:
    return (len(digits), digits) > (len(_INT32_MAX), _INT32_MAX)


def _is_number(text: str) -> bool:
    try:
        numbers.normalise(text)
    except InvalidAttributeValue:
        return False
    return True


def _numbers(value: AttributeValue, level: int = 1) -> Iterator[str]:
    """The numbers in a value, in the order of the document, as far as values may be nested."""
    for kind, content in value.items():
        if kind == "N":
            yield content
        elif kind == "NS":
            yield from content
        elif kind in ("L", "M") and level < 32:
            for member in content.values() if kind == "M" else content:
                yield from _numbers(member, level + 1)
