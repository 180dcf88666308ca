"""A template's Parameters: the value of each by what was given or its default, checked against its declaration.

A parameter is looked at when something of a table reads it. So one that only other services' resources need may stay
without a value, where CloudFormation asks for all of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from stator.templates.faults import Path, ResolutionError

_SSM = re.compile(r"AWS::SSM::Parameter::Value<(.+)>")
_LIST = re.compile(r"List<(.+)>")
_TYPE = re.compile(
    r"String|Number|CommaDelimitedList|AWS::[A-Za-z0-9:]+|List<(?:Number|String|AWS::[A-Za-z0-9:]+)>"
)
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_SECRET = "****"


def parameter_value(name: str, declared: Any, given: Mapping[str, str]) -> Any:
    """Text, or a list of texts. Raises ResolutionError."""
    path: Path = ("Parameters", name)
    if not isinstance(declared, dict):
        raise ResolutionError(path, "a parameter is a mapping with a Type")
    kind, from_ssm = _type_of(declared, path)
    if name in given:
        text = given[name]
    elif from_ssm:
        raise ResolutionError(path, f"its value is in SSM: give it by --parameter {name}=VALUE")
    elif "Default" in declared:
        text = _text_of(declared["Default"], (*path, "Default"))
    else:
        raise ResolutionError(path, f"has no default and was not given: --parameter {name}=VALUE")
    return _checked(name, text, kind, declared, path)


def _type_of(declared: Mapping[str, Any], path: Path) -> tuple[str, bool]:
    kind = declared.get("Type")
    if not isinstance(kind, str):
        raise ResolutionError(path, "a parameter needs a Type")
    inner = _SSM.fullmatch(kind)
    plain = kind if inner is None else inner.group(1)
    if _TYPE.fullmatch(plain) is None:
        raise ResolutionError((*path, "Type"), f"there is no type {kind}")
    return plain, inner is not None


def _text_of(value: Any, path: Path) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (str, int, float)):
        return str(value)
    raise ResolutionError(path, "a default is text or a number")


def _checked(name: str, text: str, kind: str, declared: Mapping[str, Any], path: Path) -> Any:
    is_list = kind == "CommaDelimitedList" or _LIST.fullmatch(kind) is not None
    values = [part.strip() for part in text.split(",")] if is_list else [text]
    shown = _SECRET if declared.get("NoEcho") in (True, "true") else None
    for value in values:
        _check_one(value, "Number" in kind, declared, path, shown or f"'{value}'")
    return values if is_list else text


def _check_one(value: str, is_number: bool, declared: Mapping[str, Any], path: Path, shown: str) -> None:
    wrong = _wrong_in(value, is_number, declared, path)
    if wrong is not None:
        own = declared.get("ConstraintDescription")
        raise ResolutionError(path, f"{shown} is not allowed: {own if isinstance(own, str) else wrong}")


def _wrong_in(value: str, is_number: bool, declared: Mapping[str, Any], path: Path) -> str | None:
    if is_number and _NUMBER.fullmatch(value) is None:
        return "a number is expected"
    allowed = declared.get("AllowedValues")
    if isinstance(allowed, list):
        texts = [_text_of(each, (*path, "AllowedValues")) for each in allowed]
        if value not in texts:
            return f"AllowedValues are {', '.join(texts)}"
    pattern = declared.get("AllowedPattern")
    if isinstance(pattern, str) and not _matches(pattern, value, path):
        return f"AllowedPattern is {pattern}"
    if is_number:
        return _bounds(float(value), "MinValue", "MaxValue", declared, path)
    return _bounds(len(value), "MinLength", "MaxLength", declared, path)


def _bounds(size: float, least: str, most: str, declared: Mapping[str, Any], path: Path) -> str | None:
    for bound in (least, most):
        limit = declared.get(bound)
        if limit is None:
            continue
        if _NUMBER.fullmatch(str(limit)) is None:
            raise ResolutionError((*path, bound), "a number is expected")
        if size < float(limit) if bound == least else size > float(limit):
            return f"{bound} is {limit}"
    return None


def _matches(pattern: str, value: str, path: Path) -> bool:
    try:
        return re.fullmatch(pattern, value) is not None
    except re.error as error:
        raise ResolutionError((*path, "AllowedPattern"), f"is no regular expression: {error}") from error
