"""The syntax tree of a statement, as the grammar reads it: nothing is judged yet but its form.

Every node keeps the token it begins with, which faults point at. Chains of AND and of OR are one node each; groups in
parentheses leave no node.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from stator.partiql.tokens import Token


@dataclass(slots=True, eq=False)
class Name:
    """An identifier: an attribute, a table or an index."""

    token: Token


@dataclass(slots=True, eq=False)
class Literal:
    """A string, number, boolean, null or missing. `text`: a number with its sign folded in."""

    token: Token
    text: str


@dataclass(slots=True, eq=False)
class Parameter:
    """A `?`, the `number`th of the statement, from 1."""

    token: Token
    number: int


@dataclass(slots=True, eq=False)
class Items:
    """A list in [ ] or ( ), or a bag in << >>."""

    token: Token
    is_bag: bool
    elements: list[Node]


@dataclass(slots=True, eq=False)
class Struct:
    """Names and values in turn."""

    token: Token
    parts: list[Node]


@dataclass(slots=True, eq=False)
class Function:
    """`name` in small letters; `star`: called as name(*)."""

    token: Token
    name: str
    arguments: list[Node]
    star: bool = False


@dataclass(slots=True, eq=False)
class Steps:
    """What follows a term: a member's name (a str), an index in brackets, or * (None)."""

    token: Token
    root: Node
    steps: list[Node | str | None]


@dataclass(slots=True, eq=False)
class Unary:
    """`operator`: not, + or -."""

    token: Token
    operator: str
    operand: Node


@dataclass(slots=True, eq=False)
class Binary:
    """An operator between two operands, named as in `words.PRECEDENCE`."""

    token: Token
    operator: str
    left: Node
    right: Node


@dataclass(slots=True, eq=False)
class Logical:
    """`operator`: and, or."""

    token: Token
    operator: str
    conditions: list[Node]


@dataclass(slots=True, eq=False)
class Range:
    """BETWEEN."""

    token: Token
    negated: bool
    operand: Node
    low: Node
    high: Node


@dataclass(slots=True, eq=False)
class IsType:
    token: Token
    negated: bool
    operand: Node
    type: str


@dataclass(slots=True, eq=False)
class Sort:
    """One key of ORDER BY."""

    key: Node
    descending: bool


@dataclass(slots=True, eq=False)
class Select:
    """`columns` is None for *. `refusal`: the first clause that the service does not take, and where it is."""

    token: Token
    columns: list[Node] | None
    source: Node
    aliased: bool
    where: Node | None = None
    order: list[Sort] = field(default_factory=list)
    refusal: tuple[str, Token] | None = None


@dataclass(slots=True, eq=False)
class Insert:
    token: Token
    target: Node
    value: Node
    refusal: tuple[str, Token] | None = None


@dataclass(slots=True, eq=False)
class Assignment:
    target: Node
    source: Node


@dataclass(slots=True, eq=False)
class Removal:
    target: Node


@dataclass(slots=True, eq=False)
class Change:
    """UPDATE, and its form that begins with FROM; DELETE when there are no `actions`. `returning`: "ALL OLD *"."""

    token: Token
    target: Node
    aliased: bool
    actions: list[Assignment | Removal] | None
    where: Node | None
    returning: str | None


Node = (
    Name
    | Literal
    | Parameter
    | Items
    | Struct
    | Function
    | Steps
    | Unary
    | Binary
    | Logical
    | Range
    | IsType
    | Select
    | Insert
    | Change
)
