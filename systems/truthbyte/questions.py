"""Questions: read from a line of either form, and added with their category entries and counts in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from stator.model import AlreadyExistsError, Transaction
from systems.truthbyte.categories import changed, display_name
from systems.truthbyte.design import (
    GENERAL,
    KEY_BYTES_MAX,
    SORT_KEY_BYTES_MAX,
    Category,
    Question,
    QuestionCategory,
)
from systems.truthbyte.faults import FieldError, checked_bool
from systems.truthbyte.world import World

DIFFICULTY_UNLESS_SAID: Final = 3
DIFFICULTY_MAX: Final = 5


# Of one question


def question_from(line: Mapping[str, Any]) -> Question:
    """A line of an upload: the reference's form has `tags` only, the later one has `category`, `tags` and
    `difficulty`, and a stored question has `categories`. Raises FieldError, and so for a name that is too long to be a
    key: stored in a question, it could never be taken out of it again."""
    category = None if line.get("category") is None else _name("category", line["category"])
    tags = _names("tags", line.get("tags", ()))
    if category is not None:
        chosen = [category]
    else:
        chosen = _names("categories", line.get("categories", ())) or tags
    checked_bool("answer", line.get("answer"))
    return Question(
        id=_name("id", line.get("id"), SORT_KEY_BYTES_MAX),
        question=_text("question", line.get("question")),
        answer=line["answer"],
        title=_text("title", line.get("title", ""), may_be_empty=True),
        passage=_text("passage", line.get("passage", ""), may_be_empty=True),
        categories=with_general(chosen),
        difficulty=checked_difficulty(line.get("difficulty", DIFFICULTY_UNLESS_SAID)),
        tags=tags,
        category=category,
    )


def with_general(categories: Sequence[str]) -> list[str]:
    """Each once, and the one that every question is in."""
    return list(dict.fromkeys([*categories, GENERAL]))


def entries_of(question: Question) -> list[QuestionCategory]:
    """What the category index holds of a question."""
    return [
        QuestionCategory(category=category, question_id=question.id, difficulty=question.difficulty)
        for category in question.categories
    ]


def checked_difficulty(given: Any) -> int:
    """Raises FieldError for what is not 1 to 5."""
    if isinstance(given, bool) or not isinstance(given, int) or not 1 <= given <= DIFFICULTY_MAX:
        raise FieldError("difficulty", f"{given!r} is not 1 to {DIFFICULTY_MAX}")
    return given


def _text(field: str, given: Any, may_be_empty: bool = False) -> str:
    if not isinstance(given, str):
        raise FieldError(field, "is missing" if given is None else f"{given!r} is not a text")
    if not given and not may_be_empty:
        raise FieldError(field, "is empty")
    return given


def _name(field: str, given: Any, bytes_max: int = KEY_BYTES_MAX) -> str:
    """What becomes a key: trimmed, and no longer than one may be."""
    name = _text(field, _text(field, given).strip())
    if len(name.encode("utf-8", "surrogatepass")) > bytes_max:
        raise FieldError(field, f"has more than {bytes_max:,} bytes")
    return name


def _names(field: str, given: Any) -> list[str]:
    if isinstance(given, str) or not isinstance(given, Sequence):
        raise FieldError(field, f"{given!r} is not a list of texts")
    return [_name(field, each) for each in given]


# Adding one


def add(world: World, question: Question, beside: Callable[[Transaction], None] | None = None) -> Question:
    """The question, its category entries and their counts, and what `beside` writes, which is judged first: all or
    none. Raises FieldError where the question is there already, and what `beside` is refused with."""
    question = question.model_copy(update={"categories": with_general(question.categories)})
    try:
        with world.tables.transaction() as every:
            if beside is not None:
                beside(every)
            every.create(question)
            for entry in entries_of(question):
                every.put(entry)
                category = Category(name=entry.category, display_name=display_name(entry.category))
                every.upsert(category, once=["display_name"], add={"count": 1})
    except AlreadyExistsError:
        raise FieldError("id", f"there is a question {question.id} already") from None
    finally:
        changed(question.categories)
    return question
