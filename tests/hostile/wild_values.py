"""Attribute values that are legal, or nearly, and unlike what programs send."""

from __future__ import annotations

from random import Random
from typing import Any

TEXTS = [
    "", "a", "x", "pk", "\0", "a\0b", "é", "e\u0301", "\U0001f600", "\uffff", "\ud7ff", "\u2028",
    "\\", '"', "a" * 300, "a" * 1025,
    "a" * 2049, "null", "true", "-0", "1e5", "{}", "[]", "'", "''", "--", ";", "\x7f",
    "\x1f", "\u202e", "a.b", "a[0]", "#n", ":v", " ",
]  # fmt: skip
NUMBERS = [
    "0", "-0", "1", "-1", "1.0", "1e0", "01", "+1", "1e125",
    "9.9999999999999999999999999999999999999E125", "-1E-130", "1E-131", "1e126",
    "12345678901234567890123456789012345678", "123456789012345678901234567890123456789",
    "0.1", ".5", "5.", "1_000", "１", "NaN",
    "Infinity", "0x10", "", " 1", "1 ", "1e", "e1", "--1",
    "1e99999999999999999999", "0" * 500 + "1", "0." + "0" * 200 + "1", "0e999",
]  # fmt: skip
BINARIES = ["", "QUE=", "QUE", "QUF=", "AAAA", "====", "Q U E", "_-8=", "/+8=", "QUE=\n", "A" * 4000, "é"]
KINDS = ("S", "N", "B", "SS", "NS", "BS", "M", "L", "NULL", "BOOL")


def value(chances: Random, level: int = 0) -> dict[str, Any]:
    """One attribute value; about one in eight is none."""
    kind = chances.choice(KINDS)
    content: Any
    match kind:
        case "S" | "N" | "B":
            content = scalar(chances, kind)
        case "SS" | "NS" | "BS":
            content = [scalar(chances, kind[0]) for _ in range(chances.choice((0, 1, 1, 2, 3)))]
        case "L":
            content = [value(chances, level + 1) for _ in range(0 if level > 4 else chances.randrange(4))]
        case "M":
            content = item(chances, level + 1) if level <= 4 else {}
        case _:
            content = chances.random() < 0.7
    return {kind: content} if chances.random() < 0.97 else {kind: content, chances.choice(KINDS): content}


def scalar(chances: Random, kind: str) -> str:
    if kind == "S":
        return chances.choice(TEXTS)
    if kind == "B":
        return chances.choice(BINARIES[:2] if chances.random() < 0.7 else BINARIES)
    return str(chances.randrange(-20, 20)) if chances.random() < 0.7 else chances.choice(NUMBERS)


def item(chances: Random, level: int = 0) -> dict[str, Any]:
    return {name(chances): value(chances, level) for _ in range(chances.randrange(4))}


def name(chances: Random) -> str:
    """An attribute's; mostly one that others are called by as well."""
    return chances.choice("abcdeg") if chances.random() < 0.8 else chances.choice(TEXTS)


def good(chances: Random, level: int = 0) -> dict[str, Any]:
    """One attribute value that is legal."""
    match chances.randrange(10 if level < 4 else 6):
        case 0 | 1:
            return {"S": chances.choice(TEXTS[:20])}
        case 2 | 3:
            return {"N": str(chances.randrange(-20, 20))}
        case 4:
            return {"B": chances.choice(("QUE=", "AAAA"))}
        case 5:
            return chances.choice(({"NULL": True}, {"BOOL": False}, {"BOOL": True}))
        case 6:
            return {"SS": chances.sample(["a", "b", "é", "x"], chances.randrange(1, 4))}
        case 7:
            return {"NS": chances.sample(["1", "-2", "2.5", "1e3"], chances.randrange(1, 4))}
        case 8:
            return {"L": [good(chances, level + 1) for _ in range(chances.randrange(4))]}
    return {"M": good_item(chances, level + 1)}


def good_item(chances: Random, level: int = 0) -> dict[str, Any]:
    return {chances.choice("abcde"): good(chances, level) for _ in range(chances.randrange(4))}
