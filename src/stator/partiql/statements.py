"""A statement as it is run: which table it names, and what it asks, all but the values of its parameters.

Preparing looks at no table. Faults of form, and of how the table is named, are raised at once; what the service only
refuses once it knows the table waits in `fault`. A prepared statement is remembered by its text, and immutable.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from stator.errors import ValidationException
from stator.expressions.nodes import Path, Value
from stator.limits import PARTIQL_REMEMBERED, PARTIQL_REMEMBERED_CHARS_MAX
from stator.partiql import syntax
from stator.partiql.bindings import Bindings, Values
from stator.partiql.changes import Changes, changes_of
from stator.partiql.conditions import condition_of
from stator.partiql.faults import malformed, refused_at
from stator.partiql.literals import members_of
from stator.partiql.paths import column_name, path_of
from stator.partiql.statement_grammar import parse_statement
from stator.partiql.where import Where
from stator.values import AttributeValue


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a SELECT: what it is called, and where it is read."""

    name: str
    path: Path


@dataclass(frozen=True, slots=True)
class Select:
    """`columns` is None for *. `order`: attribute and whether descending, as ORDER BY lists them."""

    columns: tuple[Column, ...] | None
    where: Where | None
    order: tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class Insert:
    attributes: dict[str, Value]


@dataclass(frozen=True, slots=True)
class Update:
    """`returning`: "ALL OLD *" or its like, or None."""

    changes: Changes
    where: Where | None
    returning: str | None


@dataclass(frozen=True, slots=True)
class Delete:
    where: Where | None
    returning: str | None


Body = Select | Insert | Update | Delete


@dataclass(frozen=True, slots=True)
class Statement:
    """`reads`: a SELECT. `exists`: EXISTS around one. `index` is the index it names, or None."""

    table: str
    index: str | None
    parameters: int
    reads: bool
    exists: bool
    returns: bool
    constants: Values
    outcome: Body | ValidationException

    @property
    def body(self) -> Body:
        """Raises what waited until the table was known."""
        if isinstance(self.outcome, ValidationException):
            raise ValidationException(self.outcome.message)
        return self.outcome

    def check_parameters(self, parameters: Sequence[AttributeValue]) -> None:
        if len(parameters) != self.parameters:
            raise ValidationException("Number of parameters in request and statement don't match.")


def prepare(text: str) -> Statement:
    """Raises ValidationException with AWS's text."""
    return _remembered(text) if len(text) <= PARTIQL_REMEMBERED_CHARS_MAX else _prepared(text)


def _prepared(text: str) -> Statement:
    node, parameters = parse_statement(text)
    exists = isinstance(node, syntax.Function) and node.name == "exists"
    if exists and isinstance(node, syntax.Function):
        node = _within_exists(node)
    if not isinstance(node, syntax.Select | syntax.Insert | syntax.Change):
        raise ValidationException(f"Unsupported operation: {_operation(node)}")
    if not isinstance(node, syntax.Insert) and node.aliased:
        raise ValidationException("Aliasing is not supported")
    table, index = _table(node.source if isinstance(node, syntax.Select) else node.target)
    if index is not None and isinstance(node, syntax.Insert):
        raise ValidationException("FROM clause may only contain a single table name")
    if index is not None and isinstance(node, syntax.Change):
        raise ValidationException("This operation is not supported on an index")
    bindings = Bindings()
    outcome: Body | ValidationException
    try:
        outcome = _body(node, bindings)
    except ValidationException as error:
        outcome = ValidationException(error.message)
    reads = isinstance(node, syntax.Select) and not exists
    returns = isinstance(node, syntax.Change) and node.returning is not None
    return Statement(table, index, parameters, reads, exists, returns, bindings.constants, outcome)


_remembered = lru_cache(PARTIQL_REMEMBERED)(_prepared)


def _within_exists(node: syntax.Function) -> syntax.Node:
    if len(node.arguments) == 1 and isinstance(node.arguments[0], syntax.Select):
        return node.arguments[0]
    raise ValidationException("EXISTS() must contain a single item read with additional condition")


_OPERATIONS = {
    "=": "Eq",
    "<>": "Ne",
    "<": "Lt",
    "<=": "Lte",
    ">": "Gt",
    ">=": "Gte",
    "+": "Plus",
    "-": "Minus",
    "*": "Times",
    "/": "Divide",
    "%": "Modulo",
    "||": "Concat",
    "and": "And",
    "or": "Or",
    "not": "Not",
    "in": "InCollection",
    "like": "Like",
}


def _operation(node: syntax.Node) -> str:
    """What the service calls an expression that stands where a statement should."""
    if isinstance(node, syntax.Unary | syntax.Binary | syntax.Logical):
        return _OPERATIONS.get(node.operator.removeprefix("not_"), "Not")
    names = {
        syntax.Name: "Id",
        syntax.Literal: "Lit",
        syntax.Steps: "Path",
        syntax.Function: "Call",
        syntax.Range: "Between",
        syntax.Items: "List",
    }
    return names.get(type(node), type(node).__name__)


def _table(node: syntax.Node) -> tuple[str, str | None]:
    """The names of a table and perhaps of its index."""
    if isinstance(node, syntax.Name):
        names = [node.token.text]
    elif isinstance(node, syntax.Steps) and isinstance(node.root, syntax.Name):
        names = [node.root.token.text]
        for step in node.steps:
            if not isinstance(step, str):
                raise refused_at("Unexpected path component", node.token)
            names.append(step)
    elif isinstance(node, syntax.Items):
        raise ValidationException("Invalid list expression in source.")
    else:
        raise malformed("Expected identifier for simple path")
    if len(names) > 2:
        raise ValidationException("A path may contain at most 2 components in the FROM clause")
    if "" in names:
        raise ValidationException("Path component cannot be an empty string")
    return names[0], names[1] if len(names) == 2 else None


def _body(node: syntax.Select | syntax.Insert | syntax.Change, bindings: Bindings) -> Body:
    if isinstance(node, syntax.Select):
        return _select(node, bindings)
    if isinstance(node, syntax.Insert):
        return _insert(node, bindings)
    # Values are numbered in the order in which they are checked, which is that of the text.
    if node.actions is not None:
        changes = changes_of(node.actions, bindings)
        return Update(changes, _where(node.where, bindings), _returned(node))
    if node.returning not in (None, "ALL OLD *"):
        raise ValidationException(
            f"Invalid returning clause: RETURNING {node.returning}. "
            "Only RETURNING ALL OLD * is allowed in DELETE statements."
        )
    return Delete(_where(node.where, bindings), node.returning)


def _returned(node: syntax.Change) -> str | None:
    returning = node.returning
    if returning is not None and ("," in returning or not returning.endswith(" *")):
        raise ValidationException(f"Invalid returning clause: RETURNING {returning}.")
    return returning


def _where(node: syntax.Node | None, bindings: Bindings) -> Where | None:
    return None if node is None else Where(condition_of(node, bindings))


def _select(node: syntax.Select, bindings: Bindings) -> Select:
    if node.refusal is not None:
        clause, token = node.refusal
        raise refused_at(f"Unsupported clause: {clause}", token)
    columns = None if node.columns is None else tuple(map(_column, node.columns))
    order = []
    for sort in node.order:
        if not isinstance(sort.key, syntax.Name):
            raise refused_at("Unexpected path component", sort.key.token)
        order.append((sort.key.token.text, sort.descending))
    return Select(columns, _where(node.where, bindings), tuple(order))


def _column(node: syntax.Node) -> Column:
    path = path_of(node)
    if path is None:
        raise refused_at("Unexpected path component", node.token)
    return Column(column_name(path), path)


def _insert(node: syntax.Insert, bindings: Bindings) -> Insert:
    if node.refusal is not None:
        clause, token = node.refusal
        raise refused_at(f"Unsupported clause: INSERT {clause}", token)
    if not isinstance(node.value, syntax.Struct):
        raise refused_at("Expected a map of attributes after VALUE", node.value.token)
    return Insert({name: bindings.value(value) for name, value in members_of(node.value).items()})
