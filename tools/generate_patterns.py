"""Writes docs/patterns: a page for each pattern of the catalogue, made by running it. Run it after changing a pattern:

python tools/generate_patterns.py
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OUTPUT = ROOT / "docs" / "patterns"
sys.path.insert(0, str(ROOT))

from patterns.catalogue import CATALOGUE  # noqa: E402
from patterns.page import index_page, page_of  # noqa: E402


def render() -> dict[str, str]:
    """File name -> its page."""
    pages = {f"{name}.md": page_of(name, pattern) for name, pattern in CATALOGUE.items()}
    return {"README.md": index_page(CATALOGUE), **pages}


if __name__ == "__main__":
    OUTPUT.mkdir(exist_ok=True)
    for name, page in render().items():
        (OUTPUT / name).write_text(page, "utf-8")
