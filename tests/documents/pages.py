"""The pages and what is in their fences: programs, what they print, and commands with what they show."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    [
        ROOT / "README.md",
        ROOT / "examples" / "README.md",
        *(ROOT / "docs").glob("*.md"),
        *(ROOT / "docs").glob("decisions/*.md"),
    ]
)
"""All but the reference, in which fences are signatures."""
_FENCE = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Fence:
    """`kind`: the words behind the backticks. `follows`: whether only an empty line, or none, is between it and the
    fence before. `line`: of its opening."""

    kind: str
    text: str
    line: int
    follows: bool


def fences(path: Path) -> list[Fence]:
    return list(_fences(path.read_text("utf-8")))


def _fences(text: str) -> Iterator[Fence]:
    end = 0
    for match in _FENCE.finditer(text):
        follows = not text[end : match.start()].strip()
        yield Fence(match[1].strip(), match[2], text.count("\n", 0, match.start()) + 1, follows)
        end = match.end()
