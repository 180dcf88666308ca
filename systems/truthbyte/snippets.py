"""The snippets of the reference, in its order, as `snippets.md` has them.

    file    := introduction entry*
    entry   := "## " what "\n" "test: " file "::" name "\n" ["mended: " reason "\n"] "\n"
               "```" language "\n" text "```\n"
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from systems.snippet import Snippet

_FILE: Final = Path(__file__).with_name("snippets.md")
_TESTS: Final = "tests/systems/truthbyte/test_truthbyte_{}.py::{}"
_ENTRY: Final = re.compile(
    r"^## (?P<what>[^\n]+)\ntest: (?P<file>\w+)::(?P<test>\w+)\n(?:mended: (?P<mended>[^\n]+)\n)?\n"
    r"```\w+\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)

SNIPPETS: Final = tuple(
    Snippet(found["what"], found["text"], _TESTS.format(found["file"], found["test"]), found["mended"] or "")
    for found in _ENTRY.finditer(_FILE.read_text("utf-8"))
)
