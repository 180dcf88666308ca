"""What `#name` and `:value` stand for in one request, and which of them its expressions used.

The service looks at placeholders only after other parts of a request, so nothing is checked when they are taken:
`refuse_mixed` checks that they may be there at all; the first expression that is compiled checks what they hold.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from stator.errors import InvalidAttributeValue, ValidationException
from stator.limits import NAMES_REMEMBERED_CHARS_MAX, PLACEHOLDER_BYTES_MAX
from stator.values import AttributeValue, canonical_value, refuse_long_name

if TYPE_CHECKING:
    from functools import _lru_cache_wrapper

T = TypeVar("T")
Names = tuple[tuple[str, str], ...]
"""A request's ExpressionAttributeNames, in their order: part of what a compiled expression is remembered by."""

_NAME = re.compile(rf"#[0-9a-zA-Z_]{{1,{PLACEHOLDER_BYTES_MAX - 1}}}")
_VALUE = re.compile(rf":[0-9a-zA-Z_]{{1,{PLACEHOLDER_BYTES_MAX - 1}}}")


class Placeholders:
    """One request's, or one part's of a batch. `values` are canonical once `check` has passed."""

    __slots__ = ("_checked", "_has_long_names", "_raw_names", "_raw_values", "_used", "names_key", "values")

    def __init__(
        self,
        names: Mapping[str, str] | None = None,
        values: Mapping[str, AttributeValue] | None = None,
        *,
        canonical: bool = False,
    ) -> None:
        """`canonical`: the values are known to be, and are taken as they are."""
        self._raw_names = names
        self._raw_values = values
        self._checked = not names and not values and names is None and values is None
        self._used: set[str] = set()
        self._has_long_names = False
        self.names_key: Names = ()
        self.values: Mapping[str, AttributeValue] = values if canonical and values is not None else {}

    @classmethod
    def of_request(cls, request: Mapping[str, Any]) -> Placeholders:
        return cls(request.get("ExpressionAttributeNames"), request.get("ExpressionAttributeValues"))

    def refuse_mixed(
        self, request: Mapping[str, Any], expressions: Sequence[str], others: Sequence[str]
    ) -> None:
        """Raises when expressions and the legacy parameters `others` meet, or placeholders come without an
        expression. Both lists name all parameters the operation has, in AWS's order."""
        given = [name for name in expressions if request.get(name) is not None]
        if given:
            mixed = [name for name in others if request.get(name) is not None]
            if "KeyConditions" in mixed and "KeyConditionExpression" not in given:
                # A query may name its keys in the old way and filter in the new.
                mixed.remove("KeyConditions")
            if mixed:
                raise ValidationException(
                    "Can not use both expression and non-expression parameters in the same request: "
                    f"Non-expression parameters: {{{', '.join(mixed)}}} "
                    f"Expression parameters: {{{', '.join(given)}}}"
                )
        elif self._raw_names is not None:
            raise ValidationException("ExpressionAttributeNames can only be specified when using expressions")
        if self._raw_values is not None:
            _refuse_values_without_use(
                given, [name for name in expressions if name != "ProjectionExpression"]
            )

    def check(self) -> None:
        """Raises when a placeholder is misspelt or a value is no attribute value. Repeats cost nothing."""
        if not self._checked:
            if self._raw_names is not None:
                self.names_key = _checked_names(self._raw_names)
                chars = sum(map(len, self._raw_names)) + sum(map(len, self._raw_names.values()))
                self._has_long_names = chars > NAMES_REMEMBERED_CHARS_MAX
            if self._raw_values is not None:
                self.values = _checked_values(self._raw_values, self.values)
            self._checked = True

    def through(self, cache: _lru_cache_wrapper[T], *key: str) -> T:
        """What `cache` makes of the key and the names; not remembered where the names are long, lest hostile requests
        fill the memory with them."""
        compiles = cache.__wrapped__ if self._has_long_names else cache
        return compiles(*key, self.names_key)

    def note_used(self, placeholders: frozenset[str]) -> None:
        self._used |= placeholders

    def refuse_unused(self) -> None:
        """Raises when a name or a value was given that no expression used."""
        self.check()
        if len(self._used) == len(self.names_key) + len(self.values):
            return
        for parameter, given in (
            ("ExpressionAttributeNames", [name for name, _ in self.names_key]),
            ("ExpressionAttributeValues", list(self.values)),
        ):
            unused = [name for name in given if name not in self._used]
            if unused:
                raise ValidationException(
                    f"Value provided in {parameter} unused in expressions: keys: {{{', '.join(unused)}}}"
                )


def _refuse_values_without_use(given: list[str], users: list[str]) -> None:
    if users and not any(name in given for name in users):
        verb = "are" if len(users) > 1 else "is"
        text = "ExpressionAttributeValues can only be specified when using expressions"
        raise InvalidAttributeValue(f"{text}: {' and '.join(users)} {verb} null", text)


def _checked_names(names: Mapping[str, str]) -> Names:
    if not names:
        raise ValidationException("ExpressionAttributeNames must not be empty")
    for key, name in names.items():
        if not _NAME.fullmatch(key):
            raise _invalid_key("ExpressionAttributeNames", key, f" size of key: {len(key.encode())}")
        if not name:
            raise ValidationException(
                f"ExpressionAttributeNames contains invalid value: Empty attribute name for key {key}"
            )
        refuse_long_name(name)
    return tuple(names.items())


def _invalid_key(parameter: str, key: str, size: str) -> ValidationException:
    """`size`: what is told besides of a key that is too long."""
    fault = f'Syntax error; key: "{key}"'
    if len(key.encode()) > PLACEHOLDER_BYTES_MAX:
        fault = f"The expression attribute map contains a key that is too long;{size}"
    return ValidationException(f"{parameter} contains invalid key: {fault}")


def _checked_values(
    values: Mapping[str, AttributeValue], canonical: Mapping[str, AttributeValue]
) -> Mapping[str, AttributeValue]:
    if not values:
        raise ValidationException("ExpressionAttributeValues must not be empty")
    for key in values:
        if not _VALUE.fullmatch(key):
            raise _invalid_key("ExpressionAttributeValues", key, "")
    if canonical:
        return canonical
    return {key: _canonical(key, value) for key, value in values.items()}


def _canonical(key: str, value: AttributeValue) -> AttributeValue:
    try:
        return canonical_value(value)
    except InvalidAttributeValue as fault:
        # Only the older layer says where the value stands.
        older = f"ExpressionAttributeValues contains invalid value: {fault.message} for key {key}"
        raise InvalidAttributeValue(older, fault.current) from fault
