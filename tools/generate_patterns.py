"""Writes docs/patterns: a page for each pattern of the catalogue, made by running it, and its SAM template. Run it
after changing a pattern:

python tools/generate_patterns.py
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OUTPUT = ROOT / "docs" / "patterns"
sys.path.insert(0, str(ROOT))

from patterns.catalogue import CATALOGUE, DESIGNS, FUNCTIONS, MODULES  # noqa: E402
from patterns.page import index_page, page_of  # noqa: E402
from patterns.sam import sam_template  # noqa: E402
from patterns.seeds import seeds_page  # noqa: E402
from patterns.when_not import when_not_page  # noqa: E402


def render() -> dict[str, str]:
    """File name, within docs/patterns, -> its text."""
    pages = {f"{name}.md": page_of(name, each, FUNCTIONS.get(name)) for name, each in CATALOGUE.items()}
    templates = {
        f"templates/{name}.yaml": sam_template(name, each, FUNCTIONS.get(name)) for name, each in CATALOGUE.items()
    }
    own = {
        "README.md": index_page(MODULES, DESIGNS),
        "when-not.md": when_not_page(),
        "seeds.md": seeds_page(),
    }
    return {**own, **pages, **templates}


if __name__ == "__main__":
    (OUTPUT / "templates").mkdir(parents=True, exist_ok=True)
    for name, text in render().items():
        (OUTPUT / name).write_text(text, "utf-8")
