"""The page on trust names tests that are there, and lists the faults that stores are given."""

from __future__ import annotations

import re
from pathlib import Path

from test_checker import FAULTY, SOUND
from test_seeded_faults import FAULTS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "trust.md").read_text()


def test_every_test_that_the_page_names_is_there() -> None:
    named = re.findall(r"tests/[\w/.]+\w", PAGE)
    assert len(named) > 10
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_the_page_lists_every_fault() -> None:
    rows = re.findall(r"^\| ([\w ()]+) \| yes \|", PAGE, re.MULTILINE)
    assert len(rows) == len(FAULTS) <= len(FAULTY)
    assert f"{len(SOUND)} sound histories pass" in PAGE
