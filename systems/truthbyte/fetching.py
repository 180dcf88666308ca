"""Fetching questions: the category index first, a bounded scan where it is not there, and then a sample.

The scan reads at most three pages: of 50 items for each question asked for, or of 10 for `general`, which needs no
filter of the category. It ends early when it has found enough. Whatever was found is sampled here, at random, and the
sample is read by its ids.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from systems.truthbyte.design import GENERAL, Question
from systems.truthbyte.faults import FieldError
from systems.truthbyte.questions import checked_difficulty
from systems.truthbyte.world import World

QUESTIONS_MAX: Final = 100
SCANNED_A_QUESTION: Final = 50
SCANNED_A_QUESTION_OF_GENERAL: Final = 10

Way = Literal["index", "scan"]


@dataclass(frozen=True, slots=True)
class Fetched:
    """`way`: how they were found. `found`: how many there were to sample from."""

    category: str
    questions: list[Question]
    way: Way
    found: int


def fetch(world: World, category: str, count: int, difficulty: int | None) -> Fetched:
    """See TruthByte.fetch. Raises FieldError."""
    if not category:
        raise FieldError("category", "is empty")
    if not 1 <= count <= QUESTIONS_MAX:
        raise FieldError("count", f"{count} is not 1 to {QUESTIONS_MAX}")
    if difficulty is not None:
        checked_difficulty(difficulty)
    is_general = category == GENERAL
    pattern = world.tables.in_general if is_general else world.tables.in_category
    page_items = count * (SCANNED_A_QUESTION_OF_GENERAL if is_general else SCANNED_A_QUESTION)
    results = pattern(category, difficulty).falling_back(page_items=page_items, enough=count)
    entries = results.all()
    chosen = world.random.sample(entries, min(count, len(entries)))
    return Fetched(
        category,
        world.tables.questions(entry.question_id for entry in chosen),
        "scan" if results.way == "fallback" else "index",
        len(entries),
    )
