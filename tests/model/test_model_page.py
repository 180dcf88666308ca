"""docs/model.md as a whole: each piece of it goes on from those before."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

PAGE = Path(__file__).resolve().parents[2] / "docs" / "model.md"


def test_the_page_runs_from_top_to_bottom() -> None:
    fences = re.findall(r"```py(?:thon)?\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert len(fences) >= 3
    namespace: dict[str, Any] = {"__name__": "page"}
    for number, fence in enumerate(fences, 1):
        exec(compile(fence, f"model.md, piece {number}", "exec", dont_inherit=True), namespace)


def test_every_public_name_is_told_of() -> None:
    import stator.model

    text = PAGE.read_text("utf-8")
    results = {
        "AccessPattern",
            "GetCall",
        "QueryCall",
        "CountCall",
        "BatchCall",
        "Page",
        "Plan",
        "Ref",
        "Transaction",
        "Naming",
        "Plain",
    }
    wanted = set(stator.model.__all__) - results
    assert sorted(name for name in wanted if name not in text) == []
