"""What is wrong with a template, and where: one line."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import TYPE_CHECKING

from stator.errors import StatorError

if TYPE_CHECKING:
    from stator.templates.documents import Document

Path = tuple[str | int, ...]
"""Where in a document: the keys and places from its top."""


class TemplateError(StatorError):
    """A template that cannot be applied: `file:line: place: what is wrong`."""


class ResolutionError(Exception):
    """A value of a template that cannot be told; whoever knows the document makes a TemplateError of it."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(problem)
        self.path = path
        self.problem = problem


def located(document: Document, error: ResolutionError) -> TemplateError:
    return fault(document, error.path, error.problem)


def fault(document: Document, path: Path, problem: str) -> TemplateError:
    place = spelled(path)
    at = document.place_of(path)
    return TemplateError(f"{at}: {place}: {problem}" if place else f"{at}: {problem}")


def spelled(path: Path) -> str:
    """As a user reads it: the logical id and the property, without what stands around every one of them."""
    parts = list(path)
    if parts[:1] == ["Resources"]:
        del parts[0]
        if parts[1:2] == ["Properties"]:
            del parts[1]
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts).removeprefix(".")


def nearest(name: str, names: Iterable[str]) -> str:
    """A hint at what was meant, to end a sentence with."""
    all_names = sorted(names)
    near = difflib.get_close_matches(name, all_names, 1)
    if near:
        return f"; did you mean {near[0]}?"
    return f"; there are {', '.join(all_names[:20])}" if all_names else ""
