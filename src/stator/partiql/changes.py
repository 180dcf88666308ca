"""From an UPDATE's syntax to the actions of the expression languages, and those with a request's values to an update.

    SET path = value | path | a + b | a - b | list_append(a, b) | set_add(path, set) | set_delete(path, set)
    REMOVE path

A set that set_add or set_delete names must be the one it is assigned to: they are ADD and DELETE.
"""

from __future__ import annotations

from dataclasses import dataclass

from stator.errors import ValidationException
from stator.expressions import Update, update_of_actions
from stator.expressions.demands import SETS, fit
from stator.expressions.nodes import (
    Action,
    Add,
    Arithmetic,
    Call,
    Delete,
    Operand,
    Path,
    Remove,
    Set,
    Value,
)
from stator.expressions.update_checks import demands_of, refuse_faults
from stator.expressions.update_grammar import ParsedUpdate
from stator.expressions.updates import Shape
from stator.limits import PARTIQL_DEPTH_MAX
from stator.partiql.bindings import Bindings, Values
from stator.partiql.faults import refused_at, unrecognized_function, without_kind
from stator.partiql.paths import path_of
from stator.partiql.syntax import Assignment, Binary, Function, Node, Removal
from stator.partiql.tokens import Token

_KIND = "UpdateExpression"


@dataclass(frozen=True, slots=True)
class _SetOperand:
    """The operand of set_add or set_delete, which must be a set; `token` is what a fault points at."""

    value: Value
    function: str
    token: Token


class Changes:
    """What an UPDATE does, without its values. Shared by requests."""

    __slots__ = ("_demands", "_parsed", "_set_operands", "_shape")

    def __init__(
        self, actions: list[Action], operations: list[Call | Arithmetic], sets: list[_SetOperand]
    ) -> None:
        paths = tuple(action.path for action in actions)
        self._parsed = ParsedUpdate(tuple(actions), tuple(operations), paths, (), frozenset(), 0)
        self._demands = demands_of(self._parsed)
        self._set_operands = sets
        self._shape: Shape | None = None

    def bound(self, values: Values) -> Update:
        """Raises ValidationException when an operand cannot fit, or paths overlap."""
        for operand in self._set_operands:
            if not values[operand.value.name].keys() & SETS:
                raise refused_at(
                    f"The second argument to {operand.function} must be a value with type SET", operand.token
                )
        try:
            if self._shape is None or not fit(self._demands, values):
                refuse_faults(_KIND, self._parsed, values)
            if self._shape is None:
                parsed = self._parsed
                self._shape = update_of_actions(parsed.actions, parsed.operations, {}).shape
        except ValidationException as error:
            raise without_kind(error, _KIND) from None
        return Update(self._shape, values)


def changes_of(actions: list[Assignment | Removal], bindings: Bindings) -> Changes:
    """Raises ValidationException for what is no update."""
    return _Reader(bindings).read(actions)


class _Reader:
    def __init__(self, bindings: Bindings) -> None:
        self._bindings = bindings
        self._operations: list[Call | Arithmetic] = []
        self._sets: list[_SetOperand] = []

    def read(self, actions: list[Assignment | Removal]) -> Changes:
        read = [self._action(action) for action in actions]
        return Changes(read, self._operations, self._sets)

    def _action(self, action: Assignment | Removal) -> Action:
        path = path_of(action.target)
        assert path is not None, "the grammar reads a path"
        if isinstance(action, Removal):
            return Remove(path)
        source = action.source
        if isinstance(source, Function) and source.name in ("set_add", "set_delete"):
            return self._set_action(path, source)
        return Set(path, self._source(source))

    def _set_action(self, path: Path, call: Function) -> Add | Delete:
        name = call.name.upper()
        if len(call.arguments) != 2:
            raise refused_at(f"{name} must have exactly two arguments", call.token)
        first, second = call.arguments
        changed = path_of(first)
        if changed is None or changed.parts != path.parts:
            raise refused_at(f"The first argument to {name} must equal the assignment value", call.token)
        if path_of(second) is not None or isinstance(second, Function | Binary):
            raise refused_at(f"The second argument to {name} must be a value with type SET", first.token)
        value = self._bindings.value(second)
        self._sets.append(_SetOperand(value, name, first.token))
        return Add(path, value) if name == "SET_ADD" else Delete(path, value)

    def _source(self, node: Node) -> Operand | Arithmetic:
        if not isinstance(node, Binary):
            return self._operand(node, 0)
        if node.operator not in ("+", "-"):
            raise refused_at(f"Unsupported operator: {node.operator.upper()}", node.token)
        sum_ = Arithmetic(node.operator, self._operand(node.left, 0), self._operand(node.right, 0))
        self._operations.append(sum_)
        return sum_

    def _operand(self, node: Node, depth: int) -> Operand:
        if isinstance(node, Binary):
            raise refused_at(f"Unsupported operator: {node.operator.upper()}", node.token)
        if isinstance(node, Function):
            return self._call(node, depth)
        path = path_of(node)
        return self._bindings.value(node) if path is None else path

    def _call(self, node: Function, depth: int) -> Call:
        if node.name != "list_append":
            raise unrecognized_function(node.name, node.token)
        if depth > PARTIQL_DEPTH_MAX:
            raise refused_at(f"Functions are nested more than {PARTIQL_DEPTH_MAX} deep", node.token)
        call = Call(node.name, tuple(self._operand(each, depth + 1) for each in node.arguments))
        self._operations.append(call)
        return call
