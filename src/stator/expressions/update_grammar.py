"""Parses update expressions.

    update     := section+                                    each of the four at most once
    section    := SET set ("," set)* | REMOVE path ("," path)*
                | ADD path value ("," path value)* | DELETE path value ("," path value)*
    set        := path "=" source
    source     := operand | operand ("+" | "-") operand | "(" source ")"
    operand    := path | value | function "(" operand ("," operand)* ")" | "(" operand ")"
    path       := (word | name) ("." (word | name) | "[" index "]")*

As in conditions, what is unfinished waits on a stack of the parser's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from stator.expressions.cursor import Cursor
from stator.expressions.faults import invalid, unknown_function
from stator.expressions.nodes import Action, Add, Arithmetic, Call, Delete, Operand, Path, Remove, Set, Value

FUNCTIONS = frozenset(("if_not_exists", "list_append"))
_SECTIONS = frozenset(("SET", "REMOVE", "ADD", "DELETE"))

Source = Operand | Arithmetic


@dataclass(frozen=True, slots=True)
class ParsedUpdate:
    """`operations` are the functions and sums, inner ones first, in the order of the text; `paths` all that are
    written, changed or read."""

    actions: tuple[Action, ...]
    operations: tuple[Call | Arithmetic, ...]
    paths: tuple[Path, ...]
    references: tuple[str, ...]
    unresolved: frozenset[str]
    operators: int


@dataclass(slots=True)
class _Open:
    """A construct that waits for an operand: "(", "call", or the sum's operator."""

    what: str
    name: str = ""
    operands: list[Operand] = field(default_factory=list)


def parse_update(kind: str, text: str, names: Mapping[str, str]) -> ParsedUpdate:
    """Raises every fault that needs no values but undefined names: syntax, limits, reserved words, functions,
    sections."""
    return _Parser(Cursor(kind, text, names, _SECTIONS)).parse()


class _Parser:
    def __init__(self, cursor: Cursor) -> None:
        self._cursor = cursor
        self._actions: list[Action] = []
        self._operations: list[Call | Arithmetic] = []
        self._paths: list[Path] = []
        self._unknown: str | None = None
        self._repeated: str | None = None

    def parse(self) -> ParsedUpdate:
        cursor = self._cursor
        seen = set()
        while True:
            section = cursor.keyword()
            if section is None:
                raise cursor.fault()
            cursor.advance()
            self._section(section)
            if section in seen:
                self._repeated = self._repeated or section
            seen.add(section)
            if cursor.at_end():
                break
        cursor.refuse_faults()
        self._refuse_functions_and_sections()
        return ParsedUpdate(
            tuple(self._actions),
            tuple(self._operations),
            tuple(self._paths),
            tuple(cursor.references),
            frozenset(cursor.unresolved),
            cursor.operators,
        )

    def _section(self, section: str) -> None:
        self._actions.append(self._action(section))
        while self._cursor.take(","):
            self._actions.append(self._action(section))

    def _action(self, section: str) -> Action:
        cursor = self._cursor
        path = self._path()
        if section == "SET":
            cursor.expect("=")
            return Set(path, self._source())
        if section == "REMOVE":
            return Remove(path)
        name = cursor.value()
        if name is None:
            raise cursor.fault()
        return Add(path, Value(name)) if section == "ADD" else Delete(path, Value(name))

    def _source(self) -> Source:
        opened: list[_Open] = []
        while True:
            finished = self._place(opened, self._start(opened))
            if finished is not None:
                return finished

    def _start(self, opened: list[_Open]) -> Operand:
        """Opens constructs up to the next operand that stands alone, and returns that."""
        cursor = self._cursor
        while True:
            if cursor.take("("):
                opened.append(_Open("("))
                continue
            function = cursor.call()
            if function is None:
                break
            cursor.count_operator()
            opened.append(_Open("call", function))
        name = cursor.value()
        return self._path() if name is None else Value(name)

    def _path(self) -> Path:
        path = self._cursor.path()
        self._paths.append(path)
        return path

    def _place(self, opened: list[_Open], source: Source) -> Source | None:
        """Hands a source on until another operand is needed (None) or the whole source is complete."""
        cursor = self._cursor
        closed = False
        while True:
            top = opened[-1] if opened else None
            if top is not None and top.what == "(":
                if cursor.take(")"):
                    opened.pop()
                    if closed:
                        cursor.found_redundant_parentheses()
                    closed = True
                    continue
            elif top is not None:
                if isinstance(source, Arithmetic):
                    raise cursor.fault()
                top.operands.append(source)
                if top.what == "call" and cursor.take(","):
                    return None
                source = self._complete(top)
                opened.pop()
                closed = False
                continue
            if self._open_sum(opened, source):
                return None
            if top is None:
                return source
            raise cursor.fault()

    def _complete(self, top: _Open) -> Source:
        operation: Call | Arithmetic
        if top.what == "call":
            self._cursor.expect(")")
            if self._unknown is None and top.name not in FUNCTIONS:
                self._unknown = top.name
            operation = Call(top.name, tuple(top.operands))
        else:
            operation = Arithmetic(top.what, top.operands[0], top.operands[1])
        self._operations.append(operation)
        return operation

    def _open_sum(self, opened: list[_Open], source: Source) -> bool:
        """Starts the sum whose first operand this is, if its sign stands here and a sum may."""
        cursor = self._cursor
        if not (cursor.at("+") or cursor.at("-")) or isinstance(source, Arithmetic):
            return False
        if any(construct.what != "(" for construct in opened):
            return False
        opened.append(_Open(cursor.advance().text, operands=[source]))
        cursor.count_operator()
        return True

    def _refuse_functions_and_sections(self) -> None:
        if self._unknown is not None:
            raise invalid(self._cursor.kind, unknown_function(self._unknown))
        if self._repeated is not None:
            raise invalid(
                self._cursor.kind,
                f'The "{self._repeated}" section can only be used once in an update expression;',
            )
