"""A snippet of a seed's text, and the test that runs it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Snippet:
    """`what`: a line. `text`: as it stands in the seed. `test`: `tests/.../test_x.py::test_name`. `mended`: empty where
    it runs as it is written; else what it plainly means and why it would not run."""

    what: str
    text: str
    test: str
    mended: str = ""
