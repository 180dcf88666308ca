"""Texts of DynamoDB's five little languages and of PartiQL, by their grammars: mostly right, now and then broken.

Names are `#a` to `#e` and a to e, values `:a` to `:e`: `placeholders` gives those that a text uses.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from random import Random
from typing import Any

from wild_values import good, scalar, value

NAMES = "abcde"
_USED = re.compile(r"[#:][a-e]\b")
_TOKEN = re.compile(r"[#:]?\w+|[^\w\s]+|\s+")
_STRAY = (
    "(", ")", ",", "AND", "OR", "NOT", "=", "<>", "[0]", "[-1]", "[99999999999]",
    ".", "#", ":", ":a", "#a", "size(a)", "'", '"', "SET",
     "ADD", "BETWEEN", "IN", "\0", "é", "+", "-", "null", "size", "status", "1", "a" * 300,
)  # fmt: skip


class Grammar:
    """One text's chances."""

    def __init__(self, chances: Random) -> None:
        self.chances = chances
        self.below = chances.randrange

    def pick(self, choices: Sequence[str]) -> str:
        return self.chances.choice(choices)

    def text(self, kind: str) -> str:
        """Of a request's parameter, such as FilterExpression."""
        made: str = {
            "ConditionExpression": self.condition,
            "FilterExpression": self.condition,
            "KeyConditionExpression": self.key_condition,
            "ProjectionExpression": self.projection,
            "UpdateExpression": self.update,
            "Statement": self.statement,
        }[kind]()
        return made if self.chances.random() < 0.8 else self.broken(made)

    def broken(self, text: str) -> str:
        """The text with some of its tokens gone, doubled, swapped or replaced."""
        tokens = _TOKEN.findall(text) or [""]
        for _ in range(self.below(1, 4)):
            place = self.below(len(tokens))
            tokens[place] = self.pick(("", tokens[place] * 2, self.pick(_STRAY), self.pick(tokens)))
        return "".join(tokens)

    # Paths, operands

    def path(self) -> str:
        path = self.pick(("#", "")) + self.pick(NAMES)
        for _ in range(self.chances.choice((0, 0, 0, 1, 2))):
            path += f"[{self.below(3)}]" if self.below(2) else "." + self.pick(("#", "")) + self.pick(NAMES)
        return path

    def operand(self) -> str:
        match self.below(8):
            case 0 | 1 | 2:
                return ":" + self.pick(NAMES)
            case 3:
                return f"size({self.path()})"
        return self.path()

    # The five languages

    def condition(self, level: int = 0) -> str:
        match self.below(12 if level < 5 else 7):
            case 0 | 1 | 2:
                return f"{self.operand()} {self.pick(('=', '<>', '<', '<=', '>', '>='))} {self.operand()}"
            case 3:
                return f"{self.operand()} BETWEEN {self.operand()} AND {self.operand()}"
            case 4:
                return f"{self.operand()} IN ({', '.join(self.operand() for _ in range(self.below(1, 4)))})"
            case 5:
                return f"{self.pick(('attribute_exists', 'attribute_not_exists'))}({self.path()})"
            case 6:
                return f"{self.pick(('begins_with', 'contains', 'attribute_type'))}({self.path()}, {self.operand()})"
            case 7:
                return f"NOT {self.condition(level + 1)}"
            case 8:
                return f"({self.condition(level + 1)})"
        return (
            f"{self.condition(level + 1)} {self.pick(('AND', 'OR', 'and', 'Or'))} {self.condition(level + 1)}"
        )

    def key_condition(self) -> str:
        partition = f"{self.pick(('pk', 'pk', 'pk', '#a', 'a'))} = :{self.pick(NAMES)}"
        sort = self.pick(("sk", "sk", "b", "#b", "pk"))
        match self.below(5):
            case 0:
                return partition
            case 1:
                return f"{partition} AND {sort} BETWEEN :{self.pick(NAMES)} AND :{self.pick(NAMES)}"
            case 2:
                return f"begins_with({sort}, :{self.pick(NAMES)}) AND ({partition})"
            case 3:
                return f"{partition} AND {self.condition(4)}"
        return f"({partition}) AND {sort} {self.pick(('=', '<', '<=', '>', '>=', '<>'))} :{self.pick(NAMES)}"

    def projection(self) -> str:
        return ", ".join(self.path() for _ in range(self.below(1, 5)))

    def update(self) -> str:
        clauses = self.chances.sample(("SET", "REMOVE", "ADD", "DELETE"), self.chances.choice((1, 1, 2, 4)))
        return " ".join(f"{clause} {self.clause(clause)}" for clause in clauses)

    def clause(self, clause: str) -> str:
        count = self.chances.choice((1, 1, 2, 3))
        if clause == "SET":
            return ", ".join(f"{self.path()} = {self.set_value()}" for _ in range(count))
        if clause == "REMOVE":
            return ", ".join(self.path() for _ in range(count))
        return ", ".join(f"{self.path()} :{self.pick(NAMES)}" for _ in range(count))

    def set_value(self, level: int = 0) -> str:
        match self.below(6 if level < 3 else 2):
            case 0 | 1:
                return self.chances.choice((self.path(), ":" + self.pick(NAMES)))
            case 2:
                return f"if_not_exists({self.path()}, {self.set_value(level + 1)})"
            case 3:
                return f"list_append({self.set_value(level + 1)}, {self.set_value(level + 1)})"
        return f"{self.set_value(3)} {self.pick('+-')} {self.set_value(3)}"

    # PartiQL

    def statement(self) -> str:
        table = self.pick(
            ('"hostile"', '"hostile"', "hostile", '"ranged"', '"ranged"."index"', '"ranged"."no"', "gone")
        )
        match self.below(5):
            case 0:
                return f"INSERT INTO {table} VALUE {self.literal_map()}{self.returning()}"
            case 1:
                return f"DELETE FROM {table} WHERE {self.where()}{self.returning()}"
            case 2:
                sets = " ".join(
                    self.pick((f"SET {self.sql_path()}={self.literal()}", f"REMOVE {self.sql_path()}"))
                    for _ in range(self.below(1, 3))
                )
                return f"UPDATE {table} {sets} WHERE {self.where()}{self.returning()}"
            case 3:
                return f"EXISTS(SELECT * FROM {table} WHERE {self.where()})"
        wanted = self.pick(("*", "*", self.sql_path(), f"{self.sql_path()}, {self.sql_path()}"))
        order = self.pick(("", "", "", " ORDER BY sk DESC", " ORDER BY pk, sk ASC"))
        where = self.pick(("", f" WHERE {self.where()}"))
        return f"SELECT {wanted} FROM {table}{where}{order}"

    def returning(self) -> str:
        return self.pick(("", "", "", " RETURNING ALL OLD *", " RETURNING MODIFIED NEW *"))

    def sql_path(self) -> str:
        path = self.pick(("pk", "sk", *NAMES, '"a"', '"status"'))
        return path + self.pick(("", "", "", ".a", "[0]", "['a']", '."b"[1]'))

    def where(self, level: int = 0) -> str:
        match self.below(9 if level < 4 else 5):
            case 0 | 1:
                return f"{self.pick(('pk', 'sk'))}={self.literal()}"
            case 2:
                return (
                    f"{self.sql_path()} {self.pick(('=', '<>', '<', '<=', '>', '>=', '!='))} {self.literal()}"
                )
            case 3:
                brackets = self.pick(("[]", "[]", "()"))
                return f"{self.sql_path()} IN {brackets[0]}{self.literal()},{self.literal()}{brackets[1]}"
            case 4:
                path = self.sql_path()
                tests = (
                    f"{path} BETWEEN {self.literal()} AND {self.literal()}",
                    f"{path} IS MISSING",
                    f"{path} IS NOT NULL",
                    f"begins_with({path}, {self.literal()})",
                    f"contains({path}, {self.literal()})",
                    f"attribute_type({path}, 'S')",
                    f"size({path}) > {self.literal()}",
                )
                return self.chances.choice(tests)
            case 5:
                return f"NOT ({self.where(level + 1)})"
            case 6:
                return f"pk={self.literal()} AND {self.where(level + 1)}"
        return f"({self.where(level + 1)}) {self.pick(('AND', 'OR'))} {self.where(level + 1)}"

    def literal(self, level: int = 0) -> str:
        match self.below(10 if level < 3 else 6):
            case 0 | 1:
                return self.pick(("'a'", "'x'", "''", "'it''s'", "'é'", "'a"))
            case 2:
                return scalar(self.chances, "N") or "0"
            case 3:
                return self.pick(("TRUE", "false", "NULL", "MISSING"))
            case 4 | 5:
                return "?"
            case 6:
                return f"[{','.join(self.literal(level + 1) for _ in range(self.below(3)))}]"
            case 7:
                return f"<<{','.join(self.literal(level + 1) for _ in range(self.below(3)))}>>"
            case 8:
                return f"{self.literal(3)}{self.pick('+-')}{self.literal(3)}"
        return self.literal_map(level)

    def literal_map(self, level: int = 0) -> str:
        members = [f"'{self.pick(NAMES)}': {self.literal(level + 1)}" for _ in range(self.below(3))]
        if level == 0:
            members += [f"'pk': {self.pick(('?', chr(39) + 'a' + chr(39), '1'))}", "'sk': 'b'"]
        return "{" + ", ".join(members) + "}"


def placeholders(chances: Random, *texts: str) -> dict[str, Any]:
    """The parameters for the names and values that texts use; now and then one too few or too many."""
    used = {each for text in texts for each in _USED.findall(text)}
    if chances.random() < 0.05:
        used ^= {chances.choice((":a", "#a"))}
    names = {each: chances.choice(NAMES) for each in sorted(used) if each[0] == "#"}
    make = good if chances.random() < 0.8 else value
    values = {each: make(chances) for each in sorted(used) if each[0] == ":"}
    given: dict[str, Any] = {}
    if names:
        given["ExpressionAttributeNames"] = names
    if values:
        given["ExpressionAttributeValues"] = values
    return given


def parameters(chances: Random, statement: str) -> dict[str, Any]:
    count = statement.count("?") + (chances.choice((-1, 1)) if chances.random() < 0.05 else 0)
    make = good if chances.random() < 0.8 else value
    made = [{"S": "a"} if chances.random() < 0.5 else make(chances) for _ in range(max(count, 0))]
    return {"Parameters": made} if made else {}
