"""The arguments of an operation -> its request in the wire's shapes; its answer -> what the caller gets.

Two dialects of the same names: `Dialect.plain` has Python values and condition objects, as boto3's resources;
`Dialect.low_level` has attribute values with bytes, as boto3's clients. A name that the operation has not is refused
here, with the nearest one: the service would not look at it.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from typing import Any

from stator.api.operations import service_of
from stator.api.shapes import service
from stator.api.shapes.model import Shape
from stator.client import low_level
from stator.client.conditions import ConditionBuilder, is_condition
from stator.client.model_walk import Convert, Leaves, answer_converter, request_converter
from stator.client.native.values import Values

_CONDITIONS = ("ConditionExpression", "FilterExpression", "KeyConditionExpression")
_OF_KEYS = "KeyConditionExpression"
_NAMES = "ExpressionAttributeNames"
_VALUES = "ExpressionAttributeValues"
_request_numbers = itertools.count(1)

Check = Callable[[Any], None]


class Shaping:
    """How one operation's arguments and answer are shaped."""

    __slots__ = ("_check_names", "_from_answer", "_operation", "_takes_conditions", "_to_request")

    def __init__(self, operation: str, requests: Leaves, answers: Leaves, takes_conditions: bool) -> None:
        shapes = service(service_of(operation))
        self._operation = operation
        self._check_names = _names_of(shapes.shapes, shapes.operations[operation].input, operation)
        self._to_request = request_converter(operation, requests) or dict
        self._from_answer = answer_converter(operation, answers) or _same
        self._takes_conditions = takes_conditions

    def request(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Raises TypeError for a name that the operation has not, and for what is no value."""
        if self._check_names is not None:
            self._check_names(arguments)
        if self._takes_conditions:
            arguments = _with_conditions(self._operation, arguments)
        request: dict[str, Any] = self._to_request(arguments)
        return request

    def answer(self, answer: dict[str, Any]) -> dict[str, Any]:
        shaped: dict[str, Any] = self._from_answer(answer)
        shaped["ResponseMetadata"] = {
            "RequestId": f"{next(_request_numbers):032X}",
            "HTTPStatusCode": 200,
            "HTTPHeaders": {},
            "RetryAttempts": 0,
        }
        return shaped


class Dialect:
    """The shapings of all operations, each made when first asked for. Bounded by the model's operations."""

    def __init__(self, requests: Leaves, answers: Leaves, takes_conditions: bool) -> None:
        self._requests = requests
        self._answers = answers
        self._takes_conditions = takes_conditions
        self._known: dict[str, Shaping] = {}

    @classmethod
    def plain(cls, values: Values) -> Dialect:
        return cls(
            Leaves(values.to_wire, low_level.seconds, values.item_to_wire),
            Leaves(values.from_wire, low_level.moment, values.item_from_wire),
            takes_conditions=True,
        )

    @classmethod
    def low_level(cls) -> Dialect:
        return cls(
            Leaves(low_level.to_wire, low_level.seconds),
            Leaves(low_level.from_wire, low_level.moment),
            takes_conditions=False,
        )

    def of(self, operation: str) -> Shaping:
        shaping = self._known.get(operation)
        if shaping is None:
            shaping = Shaping(operation, self._requests, self._answers, self._takes_conditions)
            self._known[operation] = shaping
        return shaping


def _with_conditions(operation: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """The arguments with condition objects as expressions; a transaction's each in its own action."""
    if operation != "TransactWriteItems":
        return _expressed(arguments)
    actions = arguments.get("TransactItems")
    if not isinstance(actions, (list, tuple)):
        return arguments
    return {**arguments, "TransactItems": [_with_action_expressed(action) for action in actions]}


def _with_action_expressed(action: Any) -> Any:
    if not isinstance(action, Mapping):
        return action
    return {
        kind: _expressed(inner) if isinstance(inner, Mapping) else inner for kind, inner in action.items()
    }


def _expressed(structure: Mapping[str, Any]) -> dict[str, Any]:
    conditions = {name: structure[name] for name in _CONDITIONS if is_condition(structure.get(name))}
    if not conditions:
        return dict(structure)
    names, values = structure.get(_NAMES) or {}, structure.get(_VALUES) or {}
    builder = ConditionBuilder({*names, *values})
    expressed = dict(structure)
    for name, condition in conditions.items():
        expressed[name] = builder.build(condition, of_key=name == _OF_KEYS)
    if names or builder.names:
        expressed[_NAMES] = {**names, **builder.names}
    if values or builder.values:
        expressed[_VALUES] = {**values, **builder.values}
    return expressed


def _names_of(shapes: dict[str, Shape], name: str, place: str) -> Check | None:
    """What raises TypeError for a name that a structure has not, at any depth; None where nothing can be wrong."""
    shape = shapes[name]
    if name == "AttributeValue":
        return None
    if shape.kind == "structure":
        return _names_of_structure(shapes, shape, place)
    if shape.kind not in ("list", "map"):
        return None
    check = _names_of(shapes, shape.element, place)
    if check is None:
        return None
    return _each_of(check)


def _each_of(check: Check) -> Check:
    def check_each(value: Any) -> None:
        if isinstance(value, Mapping):
            for inner in value.values():
                check(inner)
        elif isinstance(value, (list, tuple)):
            for inner in value:
                check(inner)

    return check_each


def _names_of_structure(shapes: dict[str, Shape], shape: Shape, place: str) -> Check:
    members = shape.members
    checks = {
        member: check
        for member, inner in members.items()
        if (check := _names_of(shapes, inner, member)) is not None
    }

    def check_structure(value: Any) -> None:
        if not isinstance(value, Mapping):
            return
        for member in value:
            if member not in members:
                raise TypeError(_unknown(place, member, list(members)))
            if member in checks:
                checks[member](value[member])

    return check_structure


def _unknown(place: str, member: Any, members: list[str]) -> str:
    import difflib

    near = difflib.get_close_matches(str(member), members, 1, 0.5)
    hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(members)}"
    return f"{place} has no parameter {member!r}; {hint}"


def _same(answer: Convert | Any) -> Any:
    return answer
