"""The statements of docs/partiql.md are statements."""

from __future__ import annotations

from pathlib import Path

import pytest

from stator.partiql.statements import prepare

PAGE = Path(__file__).resolve().parents[2] / "docs" / "partiql.md"
EXAMPLES = PAGE.read_text("utf-8").partition("```sql\n")[2].partition("```")[0].splitlines()


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 7


@pytest.mark.parametrize("statement", EXAMPLES)
def test_an_example_can_be_prepared(statement: str) -> None:
    assert prepare(statement).body is not None
