"""CloudFormation's intrinsic functions: each takes the evaluator, its argument unevaluated, and where that stands."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from typing import Any, Final

from stator.templates.evaluation import NOTHING, Evaluator, Function, kind_of
from stator.templates.faults import Path, ResolutionError

_PLACEHOLDER = re.compile(r"\$\{(!?)([^{}]+)\}")


def _ref(evaluator: Evaluator, argument: Any, path: Path) -> Any:
    return evaluator.reference(evaluator.text(argument, path), path)


def _get_att(evaluator: Evaluator, argument: Any, path: Path) -> Any:
    if isinstance(argument, str):
        argument = argument.split(".", 1)
    if not isinstance(argument, list) or len(argument) < 2:
        raise ResolutionError(path, "takes a logical id and an attribute")
    resource, *rest = [evaluator.text(each, (*path, place)) for place, each in enumerate(argument)]
    return evaluator.attribute(resource, ".".join(rest), path)


def _sub(evaluator: Evaluator, argument: Any, path: Path) -> str:
    template, own = argument, {}
    if isinstance(argument, list):
        if len(argument) != 2 or not isinstance(argument[1], dict):
            raise ResolutionError(path, "takes text, or text and a mapping")
        template, own = argument
    template = evaluator.expanded(template, path)
    if not isinstance(template, str):
        raise ResolutionError(path, f"text is expected, not {kind_of(template)}")

    def found(match: re.Match[str]) -> str:
        literal, name = match.groups()
        name = name.strip()
        if literal:
            return f"${{{name}}}"
        if name in own:
            return evaluator.text(own[name], (*path, 1, name))
        resource, dot, attribute = name.partition(".")
        value = evaluator.attribute(resource, attribute, path) if dot else evaluator.reference(name, path)
        return evaluator.text(value, path)

    return evaluator.dynamic(_PLACEHOLDER.sub(found, template), path)


def _join(evaluator: Evaluator, argument: Any, path: Path) -> str:
    delimiter, parts = _pair(argument, path, "a delimiter and a list")
    if not isinstance(delimiter, str):
        raise ResolutionError(path, "its delimiter has to be text")
    values = evaluator.list(parts, (*path, 1))
    texts = [evaluator.text(each, (*path, 1, place)) for place, each in enumerate(values)]
    return evaluator.dynamic(delimiter.join(texts), path)


def _split(evaluator: Evaluator, argument: Any, path: Path) -> list[str]:
    delimiter, text = _pair(argument, path, "a delimiter and text")
    separator = evaluator.text(delimiter, (*path, 0))
    if not separator:
        raise ResolutionError(path, "its delimiter is empty")
    return evaluator.text(text, (*path, 1)).split(separator)


def _select(evaluator: Evaluator, argument: Any, path: Path) -> Any:
    place, choices = _pair(argument, path, "a place and a list")
    text = evaluator.text(place, (*path, 0))
    values = evaluator.list(choices, (*path, 1))
    if not text.isdecimal() or int(text) >= len(values):
        raise ResolutionError(path, f"there is no element {text} of {len(values)}")
    return values[int(text)]


def _if(evaluator: Evaluator, argument: Any, path: Path) -> Any:
    if not isinstance(argument, list) or len(argument) != 3 or not isinstance(argument[0], str):
        raise ResolutionError(path, "takes a condition's name, a value if true and a value if false")
    place = 1 if evaluator.condition(argument[0], path) else 2
    return evaluator.value(argument[place], (*path, place))


def _equals(evaluator: Evaluator, argument: Any, path: Path) -> bool:
    left, right = _pair(argument, path, "two values")
    first, second = evaluator.value(left, (*path, 0)), evaluator.value(right, (*path, 1))
    if isinstance(first, (list, dict)) or isinstance(second, (list, dict)):
        return bool(first == second)
    return evaluator.text(first, path) == evaluator.text(second, path)


def _and(evaluator: Evaluator, argument: Any, path: Path) -> bool:
    return all(_truths(evaluator, argument, path))


def _or(evaluator: Evaluator, argument: Any, path: Path) -> bool:
    return any(_truths(evaluator, argument, path))


def _not(evaluator: Evaluator, argument: Any, path: Path) -> bool:
    if not isinstance(argument, list) or len(argument) != 1:
        raise ResolutionError(path, "takes one condition")
    return not evaluator.truth(argument[0], (*path, 0))


def _truths(evaluator: Evaluator, argument: Any, path: Path) -> list[bool]:
    if not isinstance(argument, list) or not 2 <= len(argument) <= 10:
        raise ResolutionError(path, "takes two to ten conditions")
    return [evaluator.truth(each, (*path, place)) for place, each in enumerate(argument)]


def _condition(evaluator: Evaluator, argument: Any, path: Path) -> Any:
    """{"Condition": name} is a condition only among conditions; a policy statement has one of its own."""
    if isinstance(argument, str):
        return evaluator.condition(argument, path)
    return {"Condition": evaluator.value(argument, path)}


def _find_in_map(evaluator: Evaluator, argument: Any, path: Path) -> Any:
    if not isinstance(argument, list) or len(argument) not in (3, 4):
        raise ResolutionError(path, "takes a mapping's name and two keys")
    name, first, second = (evaluator.text(argument[place], (*path, place)) for place in range(3))
    default = NOTHING
    has_default = len(argument) == 4 and isinstance(argument[3], dict) and "DefaultValue" in argument[3]
    if has_default:
        evaluator.require_extensions("DefaultValue", path)
        default = evaluator.value(argument[3]["DefaultValue"], (*path, 3, "DefaultValue"))
    found: Any = evaluator.section("Mappings")
    for key in (name, first, second):
        if not isinstance(found, Mapping) or key not in found:
            if has_default:
                return default
            raise ResolutionError(path, f"there is no {key} in Mappings for {name}, {first}, {second}")
        found = found[key]
    return evaluator.value(found, ("Mappings", name, first, second))


def _import_value(evaluator: Evaluator, argument: Any, path: Path) -> str:
    name = evaluator.text(argument, path)
    return evaluator.given_or(name, path, f"{name} is another stack's export")


def _base64(evaluator: Evaluator, argument: Any, path: Path) -> str:
    return base64.b64encode(evaluator.text(argument, path).encode()).decode()


def _length(evaluator: Evaluator, argument: Any, path: Path) -> int:
    evaluator.require_extensions("Fn::Length", path)
    return len(evaluator.list(argument, path))


def _to_json_string(evaluator: Evaluator, argument: Any, path: Path) -> str:
    evaluator.require_extensions("Fn::ToJsonString", path)
    value = evaluator.value(argument, path)
    if not isinstance(value, (list, dict)):
        raise ResolutionError(path, f"a list or a mapping is expected, not {kind_of(value)}")
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _unknown(name: str, why: str) -> Function:
    def refuse(evaluator: Evaluator, argument: Any, path: Path) -> Any:
        raise ResolutionError(path, f"{name} cannot be told here: {why}")

    return refuse


def _pair(argument: Any, path: Path, what: str) -> tuple[Any, Any]:
    if not isinstance(argument, list) or len(argument) != 2:
        raise ResolutionError(path, f"takes {what}")
    return argument[0], argument[1]


FUNCTIONS: Final[Mapping[str, Function]] = {
    "Ref": _ref,
    "Condition": _condition,
    "Fn::And": _and,
    "Fn::Base64": _base64,
    "Fn::Cidr": _unknown("Fn::Cidr", "no property of a table is an address"),
    "Fn::Equals": _equals,
    "Fn::FindInMap": _find_in_map,
    "Fn::GetAZs": _unknown("Fn::GetAZs", "no property of a table is a zone"),
    "Fn::GetAtt": _get_att,
    "Fn::If": _if,
    "Fn::ImportValue": _import_value,
    "Fn::Join": _join,
    "Fn::Length": _length,
    "Fn::Not": _not,
    "Fn::Or": _or,
    "Fn::Select": _select,
    "Fn::Split": _split,
    "Fn::Sub": _sub,
    "Fn::ToJsonString": _to_json_string,
    "Fn::Transform": _unknown("Fn::Transform", "a macro runs in AWS"),
}
