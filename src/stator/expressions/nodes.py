"""The syntax tree that every condition and update becomes, whatever language it was written in.

    condition := Compare | Between | In | Call | And | Or | Not
    operand   := Path | Value | Call
    source    := operand | Arithmetic                          what a SET assigns

Nodes are compared by identity: two equal spellings at two places are two nodes. A Path holds attribute names
with their placeholders resolved. A Value names an entry of the values that are bound when the tree is used,
so one compiled tree serves requests with other values.
"""

from __future__ import annotations

from dataclasses import dataclass

Part = str | int
"""A member's name, or an element's index."""


@dataclass(frozen=True, slots=True, eq=False)
class Path:
    parts: tuple[Part, ...]

    def __str__(self) -> str:
        return path_text(self.parts)


@dataclass(frozen=True, slots=True, eq=False)
class Value:
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Call:
    function: str
    arguments: tuple[Operand, ...]


Operand = Path | Value | Call


@dataclass(frozen=True, slots=True, eq=False)
class Compare:
    """`operator` is one of = <> < <= > >=."""

    operator: str
    left: Operand
    right: Operand


@dataclass(frozen=True, slots=True, eq=False)
class Between:
    operand: Operand
    low: Operand
    high: Operand


@dataclass(frozen=True, slots=True, eq=False)
class In:
    operand: Operand
    choices: tuple[Operand, ...]


@dataclass(frozen=True, slots=True, eq=False)
class And:
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Or:
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Not:
    condition: Condition


Test = Compare | Between | In | Call
"""A condition that holds no other condition."""
Condition = Test | And | Or | Not


@dataclass(frozen=True, slots=True, eq=False)
class Arithmetic:
    """`operator` is + or -."""

    operator: str
    left: Operand
    right: Operand


@dataclass(frozen=True, slots=True, eq=False)
class Set:
    path: Path
    source: Operand | Arithmetic


@dataclass(frozen=True, slots=True, eq=False)
class Remove:
    path: Path


@dataclass(frozen=True, slots=True, eq=False)
class Add:
    path: Path
    value: Value


@dataclass(frozen=True, slots=True, eq=False)
class Delete:
    path: Path
    value: Value


Action = Set | Remove | Add | Delete


def path_text(parts: tuple[Part, ...]) -> str:
    """A path as AWS's messages show it: [a, b, [0]]."""
    return "[" + ", ".join(part if isinstance(part, str) else f"[{part}]" for part in parts) + "]"


def operands_of(test: Test) -> tuple[Operand, ...]:
    if isinstance(test, Compare):
        return test.left, test.right
    if isinstance(test, Between):
        return test.operand, test.low, test.high
    if isinstance(test, In):
        return test.operand, *test.choices
    return test.arguments
