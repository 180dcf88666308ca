"""The shape of one fact: calls that set the scene, one call, what it must answer, and what holds afterwards.

An expected answer is a dict that must be part of the real one (dicts in part, lists member for member), or a refusal.
"""

from __future__ import annotations

import re
from typing import Any, Final, NamedTuple

Request = dict[str, Any]
Call = tuple[str, Request]


class Refused(NamedTuple):
    """An error: its code and its whole message."""

    code: str
    message: str


class RefusedLike(NamedTuple):
    """An error whose message varies in parts that mean nothing: a regular expression found in it."""

    code: str
    pattern: str


class _Mark:
    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return self._name


ABSENT: Final = _Mark("ABSENT")
"""The answer has no such member."""
PRESENT: Final = _Mark("PRESENT")
"""The answer has the member; what it holds is not looked at."""


class Exactly(NamedTuple):
    """The value and nothing besides: for the members of a dict."""

    value: Any


class Unordered(NamedTuple):
    """The list in any order."""

    value: list[Any]


Expected = dict[str, Any] | Refused | RefusedLike


class Case(NamedTuple):
    """`given` calls must succeed; `then` holds further calls and what each answers."""

    name: str
    call: Call
    expected: Expected
    given: tuple[Call, ...] = ()
    then: tuple[tuple[Call, Expected], ...] = ()


def invalid(message: str) -> Refused:
    return Refused("ValidationException", message)


def detected(*messages: str) -> Refused:
    """The validation framework's way of telling one error or several."""
    plural = "s" if len(messages) > 1 else ""
    return invalid(f"{len(messages)} validation error{plural} detected: {'; '.join(messages)}")


def invalid_like(text: str) -> RefusedLike:
    """A ValidationException whose message has this text somewhere in it."""
    return RefusedLike("ValidationException", re.escape(text))


NO_SUCH_TABLE = Refused("ResourceNotFoundException", "Requested resource not found")
CONDITION_FAILED = Refused("ConditionalCheckFailedException", "The conditional request failed")
KEY_MISMATCH = invalid("The provided key element does not match the schema")


def mismatch(expected: Any, actual: Any, at: str = "answer") -> str | None:
    """Where and how an answer differs from what was expected of it, or None."""
    if expected is PRESENT:
        return None
    if isinstance(expected, Exactly):
        if (
            isinstance(expected.value, dict)
            and isinstance(actual, dict)
            and actual.keys() != expected.value.keys()
        ):
            return f"{at} has the members {sorted(actual)}, not {sorted(expected.value)}"
        return mismatch(expected.value, actual, at)
    if isinstance(expected, Unordered):
        return (
            None
            if _sorted(expected.value) == _sorted(actual)
            else f"{at} is {actual!r}, not {expected.value!r}"
        )
    if isinstance(expected, dict):
        return _mismatch_of_members(expected, actual, at)
    if isinstance(expected, list):
        return _mismatch_of_elements(expected, actual, at)
    return None if expected == actual else f"{at} is {actual!r}, not {expected!r}"


def _sorted(values: list[Any]) -> list[Any]:
    return sorted(values, key=repr)


def _mismatch_of_members(expected: dict[str, Any], actual: Any, at: str) -> str | None:
    if not isinstance(actual, dict):
        return f"{at} is {actual!r}, not a map"
    for name, value in expected.items():
        if value is ABSENT:
            found = f"{at}.{name} is {actual[name]!r} and should be absent" if name in actual else None
        elif name not in actual:
            found = f"{at} has no member {name}: {actual!r}"
        else:
            found = mismatch(value, actual[name], f"{at}.{name}")
        if found:
            return found
    return None


def _mismatch_of_elements(expected: list[Any], actual: Any, at: str) -> str | None:
    if not isinstance(actual, list) or len(actual) != len(expected):
        return f"{at} is {actual!r}, not {expected!r}"
    found = (
        mismatch(want, got, f"{at}[{index}]")
        for index, (want, got) in enumerate(zip(expected, actual, strict=True))
    )
    return next(filter(None, found), None)
