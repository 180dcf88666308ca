"""Parses conditions: ConditionExpression, FilterExpression and KeyConditionExpression.

    condition  := conjunct (OR conjunct)*
    conjunct   := negation (AND negation)*
    negation   := NOT negation | "(" condition ")" | test
    test       := operand comparator operand
                | operand BETWEEN operand AND operand
                | operand IN "(" operand ("," operand)* ")"
                | function "(" operand ("," operand)* ")"
    operand    := path | value | function "(" ... ")" | "(" operand ")"
    path       := (word | name | "(" path ")") ("." (word | name) | "[" index "]")*
    comparator := = | <> | < | <= | > | >=

A "(" may open a condition or an operand; only what follows tells. So the parser keeps the unfinished constructs
on a stack of its own: each finished part is handed to the construct on top, and nesting costs no recursion.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from stator.expressions.cursor import Cursor
from stator.expressions.faults import invalid, misused_function, unknown_function
from stator.expressions.nodes import (
    And,
    Between,
    Call,
    Compare,
    Condition,
    In,
    Not,
    Operand,
    Or,
    Path,
    Test,
    Value,
    operands_of,
)
from stator.expressions.tokens import Kind
from stator.limits import EXPRESSION_IN_OPERANDS_MAX

FUNCTIONS = frozenset(
    ("attribute_exists", "attribute_not_exists", "attribute_type", "begins_with", "contains", "size")
)
_KEYWORDS = frozenset(("AND", "OR", "NOT", "BETWEEN", "IN"))
_COMPARATORS = frozenset(("=", "<>", "<", "<=", ">", ">="))


@dataclass(frozen=True, slots=True)
class ParsedTest:
    """A test with the placeholders and the functions inside it, in the order AWS checks them."""

    test: Test
    references: tuple[str, ...]
    calls: tuple[Call, ...]


@dataclass(frozen=True, slots=True)
class ParsedCondition:
    root: Condition
    tests: tuple[ParsedTest, ...]
    paths: tuple[Path, ...]
    references: frozenset[str]
    unresolved: frozenset[str]
    operators: int


@dataclass(slots=True)
class _Open:
    """A construct that waits for a part. `what` is one of _WANTS_OPERAND or "(", "NOT", "AND", "OR"."""

    what: str
    name: str = ""
    operands: list[Operand] = field(default_factory=list)
    conditions: list[Condition] = field(default_factory=list)


_WANTS_OPERAND = frozenset(("compare", "BETWEEN", "BETWEEN AND", "IN", "call"))


def parse_condition(kind: str, text: str, names: Mapping[str, str]) -> ParsedCondition:
    """Raises every fault that needs no values: syntax, limits, parentheses, functions, reserved words."""
    return _Parser(Cursor(kind, text, names, _KEYWORDS)).parse()


class _Parser:
    def __init__(self, cursor: Cursor) -> None:
        self._cursor = cursor
        self._open: list[_Open] = []
        self._tests: list[ParsedTest] = []
        self._paths: list[Path] = []
        self._calls: list[Call] = []
        self._test_references = 0
        self._test_calls = 0
        self._unknown: str | None = None
        self._misused: str | None = None
        self._too_many_choices = 0

    def parse(self) -> ParsedCondition:
        root = self._condition()
        self._cursor.refuse_faults(self._refuse_choices, self._refuse_functions)
        return ParsedCondition(
            root,
            tuple(self._tests),
            tuple(self._paths),
            frozenset(self._cursor.references),
            frozenset(self._cursor.unresolved),
            self._cursor.operators,
        )

    def _condition(self) -> Condition:
        while True:
            operand = self._start()
            condition = self._place_operand(operand)
            if condition is None:
                continue
            finished = self._place_condition(condition)
            if finished is not None:
                return finished

    def _start(self) -> Operand:
        """Opens constructs up to the next operand that stands alone, and returns that."""
        cursor = self._cursor
        while True:
            if cursor.take("("):
                self._open.append(_Open("("))
            elif cursor.keyword() == "NOT" and self._wants_condition():
                cursor.advance()
                cursor.count_operator()
                self._open.append(_Open("NOT"))
            else:
                function = cursor.call()
                if function is None:
                    break
                cursor.count_operator()
                self._open.append(_Open("call", function))
        name = cursor.value()
        if name is not None:
            return Value(name)
        path = cursor.path()
        self._paths.append(path)
        return path

    def _wants_condition(self) -> bool:
        for construct in reversed(self._open):
            if construct.what != "(":
                return construct.what not in _WANTS_OPERAND
        return True

    def _place_operand(self, operand: Operand) -> Condition | None:
        """Hands an operand on until one is needed anew (None) or a condition is complete."""
        cursor = self._cursor
        closed = False
        while True:
            top = self._open[-1] if self._open else None
            what = top.what if top else ""
            if top is not None and what in _WANTS_OPERAND:
                top.operands.append(operand)
                done = self._feed(top)
                if done is None:
                    return None
                self._open.pop()
                closed = False
                if not isinstance(done, Call):
                    return self._finish(done)
                operand = done
            elif what == "(" and cursor.take(")"):
                self._open.pop()
                if closed:
                    cursor.found_redundant_parentheses()
                longer = self._continue_path(operand)
                closed = longer is operand
                operand = longer
            elif self._wants_condition() and self._open_test(operand):
                return None
            elif self._wants_condition() and isinstance(operand, Call):
                return self._finish(operand)
            else:
                raise cursor.fault()

    def _continue_path(self, operand: Operand) -> Operand:
        """`(a.b).c` is the path a.b.c."""
        cursor = self._cursor
        if not isinstance(operand, Path) or not (cursor.at(".") or cursor.at("[")):
            return operand
        longer = cursor.extend(operand.parts)
        self._paths[-1] = longer
        return longer

    def _feed(self, top: _Open) -> Test | None:
        """`top` got an operand: what it now is, or None when it needs another."""
        cursor = self._cursor
        if top.what == "compare":
            return Compare(top.name, top.operands[0], top.operands[1])
        if top.what == "BETWEEN AND":
            return Between(top.operands[0], top.operands[1], top.operands[2])
        if top.what == "BETWEEN":
            if cursor.keyword() != "AND":
                raise cursor.fault()
            cursor.advance()
            top.what = "BETWEEN AND"
            return None
        if cursor.take(","):
            return None
        cursor.expect(")")
        return self._called(top) if top.what == "call" else self._chosen(top)

    def _called(self, top: _Open) -> Call:
        if self._unknown is None and top.name not in FUNCTIONS:
            self._unknown = top.name
        self._note_misuse(top.operands)
        call = Call(top.name, tuple(top.operands))
        self._calls.append(call)
        return call

    def _chosen(self, top: _Open) -> In:
        choices = tuple(top.operands[1:])
        if len(choices) > EXPRESSION_IN_OPERANDS_MAX and not self._too_many_choices:
            self._too_many_choices = len(choices)
        return In(top.operands[0], choices)

    def _open_test(self, operand: Operand) -> bool:
        """Starts the test whose first operand this is, if its operator stands here."""
        cursor = self._cursor
        token = cursor.token
        if token.kind is Kind.SYMBOL and token.text in _COMPARATORS:
            cursor.advance()
            self._open.append(_Open("compare", token.text, [operand]))
        else:
            keyword = cursor.keyword()
            if keyword not in ("BETWEEN", "IN"):
                return False
            cursor.advance()
            if keyword == "IN":
                cursor.expect("(")
            self._open.append(_Open(keyword, operands=[operand]))
        cursor.count_operator()
        return True

    def _finish(self, test: Test) -> Condition:
        """Notes a finished test with the placeholders and functions that were read for it."""
        if isinstance(test, Call):
            if test.function == "size":
                self._note_misuse((test,), everywhere=True)
        else:
            self._note_misuse(operands_of(test))
        references = self._cursor.references
        self._tests.append(
            ParsedTest(
                test, tuple(references[self._test_references :]), tuple(self._calls[self._test_calls :])
            )
        )
        self._test_references = len(references)
        self._test_calls = len(self._calls)
        return test

    def _note_misuse(self, operands: list[Operand] | tuple[Operand, ...], everywhere: bool = False) -> None:
        """Only size yields a value, so only size may be an operand; and it is no condition."""
        if self._misused is None:
            for operand in operands:
                if isinstance(operand, Call) and (everywhere or operand.function != "size"):
                    self._misused = operand.function
                    return

    def _place_condition(self, condition: Condition) -> Condition | None:
        """Hands a condition on until another part is needed (None) or the expression ends."""
        cursor = self._cursor
        closed = False
        while True:
            top = self._open[-1] if self._open else None
            what = top.what if top else ""
            if top is not None and what == "NOT":
                self._open.pop()
                condition = Not(condition)
                closed = False
                continue
            keyword = cursor.keyword()
            if keyword in ("AND", "OR"):
                cursor.advance()
                cursor.count_operator()
                self._join(keyword, condition)
                return None
            if top is not None and what in ("AND", "OR"):
                condition = self._joined(condition)
                closed = False
            elif what == "(" and cursor.take(")"):
                self._open.pop()
                if closed:
                    cursor.found_redundant_parentheses()
                closed = True
            elif top is None and cursor.at_end():
                return condition
            else:
                raise cursor.fault()

    def _join(self, keyword: str, condition: Condition) -> None:
        """`condition` is followed by `keyword`; AND binds closer than OR."""
        if keyword == "OR" and self._open and self._open[-1].what == "AND":
            condition = self._joined(condition)
        if self._open and self._open[-1].what == keyword:
            self._open[-1].conditions.append(condition)
        else:
            self._open.append(_Open(keyword, conditions=[condition]))

    def _joined(self, condition: Condition) -> Condition:
        top = self._open.pop()
        conditions = (*top.conditions, condition)
        return And(conditions) if top.what == "AND" else Or(conditions)

    def _refuse_choices(self) -> None:
        if self._too_many_choices:
            raise invalid(
                self._cursor.kind,
                "The IN operator is provided with too many operands; "
                f"number of operands: {self._too_many_choices}",
            )

    def _refuse_functions(self) -> None:
        if self._unknown is not None:
            raise invalid(self._cursor.kind, unknown_function(self._unknown))
        if self._misused is not None:
            raise invalid(self._cursor.kind, misused_function(self._misused))
