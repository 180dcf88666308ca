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
from stator.client.model_walk import Leaves, answer_members, request_members
from stator.client.native.values import Values

_CONDITIONS = ("ConditionExpression", "FilterExpression", "KeyConditionExpression")
_CONDITIONS_ANYWHERE = frozenset((*_CONDITIONS, "TransactItems"))
_MADE_WHOLE = {"GetItem": "Key", "PutItem": "Item"}
_OF_KEYS = "KeyConditionExpression"
_NAMES = "ExpressionAttributeNames"
_VALUES = "ExpressionAttributeValues"
_request_numbers = itertools.count(1)

Check = Callable[[Any], None]


class Shaping:
    """How one operation's arguments and answer are shaped. `made_by`: the member that, alone with the table's name,
    makes a request which needs no further check of its shape, for it was made here from plain values; None for
    most."""

    __slots__ = ("_answer", "_nested", "_operation", "_request", "_takes_conditions", "made_by")

    def __init__(self, operation: str, requests: Leaves, answers: Leaves, is_plain: bool) -> None:
        model = service(service_of(operation))
        self._operation = operation
        self._nested = _names_within(model.shapes, model.shapes[model.operations[operation].input])
        self._request = request_members(operation, requests)
        self._answer = answer_members(operation, answers)
        self._takes_conditions = is_plain
        self.made_by = _MADE_WHOLE.get(operation) if is_plain else None

    def request(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """A new dict. Raises TypeError for a name that the operation has not, and for what is no value."""
        if self._takes_conditions and not _CONDITIONS_ANYWHERE.isdisjoint(arguments):
            arguments = _with_conditions(self._operation, arguments)
        request: dict[str, Any] = {}
        converters = self._request
        for member, value in arguments.items():
            try:
                convert = converters[member]
            except KeyError:
                raise TypeError(_unknown(self._operation, member, list(converters))) from None
            request[member] = value if convert is None or value is None else convert(value)
        if self._nested:
            for member in self._nested.keys() & arguments.keys():
                self._nested[member](arguments[member])
        return request

    def answer(self, answer: dict[str, Any]) -> dict[str, Any]:
        """`answer`, changed to what the caller gets."""
        for member, convert in self._answer.items():
            if member in answer:
                answer[member] = convert(answer[member])
        answer["ResponseMetadata"] = {
            "RequestId": str(next(_request_numbers)),
            "HTTPStatusCode": 200,
            "HTTPHeaders": {},
            "RetryAttempts": 0,
        }
        return answer


class Dialect:
    """The shapings of all operations, each made when first asked for. Bounded by the model's operations."""

    def __init__(self, requests: Leaves, answers: Leaves, is_plain: bool) -> None:
        self._requests = requests
        self._answers = answers
        self._is_plain = is_plain
        self._known: dict[str, Shaping] = {}

    @classmethod
    def plain(cls, values: Values) -> Dialect:
        return cls(
            Leaves(values.to_wire, low_level.seconds, values.item_to_wire),
            Leaves(values.from_wire, low_level.moment, values.item_from_wire),
            is_plain=True,
        )

    @classmethod
    def low_level(cls) -> Dialect:
        return cls(
            Leaves(low_level.to_wire, low_level.seconds),
            Leaves(low_level.from_wire, low_level.moment),
            is_plain=False,
        )

    def of(self, operation: str) -> Shaping:
        shaping = self._known.get(operation)
        if shaping is None:
            shaping = Shaping(operation, self._requests, self._answers, self._is_plain)
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


def _names_within(shapes: dict[str, Shape], shape: Shape) -> dict[str, Check]:
    """Member -> what raises TypeError for a name that one of the structures in it has not, at any depth."""
    checks = {member: _names_of(shapes, inner, member) for member, inner in shape.members.items()}
    return {member: check for member, check in checks.items() if check is not None}


def _names_of(shapes: dict[str, Shape], name: str, place: str) -> Check | None:
    shape = shapes[name]
    if name == "AttributeValue":
        return None
    if shape.kind == "structure":
        return _names_of_structure(shapes, shape, place)
    if shape.kind not in ("list", "map"):
        return None
    check = _names_of(shapes, shape.element, place)
    return None if check is None else _each_of(check)


def _each_of(check: Check) -> Check:
    def check_each(value: Any) -> None:
        if isinstance(value, Mapping):
            value = value.values()
        elif not isinstance(value, (list, tuple)):
            return
        for inner in value:
            check(inner)

    return check_each


def _names_of_structure(shapes: dict[str, Shape], shape: Shape, place: str) -> Check:
    members = shape.members
    nested = _names_within(shapes, shape)

    def check_structure(value: Any) -> None:
        if not isinstance(value, Mapping):
            return
        for member in value:
            if member not in members:
                raise TypeError(_unknown(place, member, list(members)))
            if member in nested:
                nested[member](value[member])

    return check_structure


def _unknown(place: str, member: Any, members: list[str]) -> str:
    import difflib

    near = difflib.get_close_matches(str(member), members, 1, 0.5)
    hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(members)}"
    return f"{place} has no parameter {member!r}; {hint}"
