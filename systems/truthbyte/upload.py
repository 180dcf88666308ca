"""Questions from a file of JSON lines into an environment's tables.

    line := {"id", "question", "answer", "tags", ...}               the reference's form: its tags are its categories
          | {"id", "question", "answer", "category", "tags", ...}   the later form: one category, and tags beside it
    ...  := "title", "passage", "difficulty" (1 to 5; 3 where it is not told)

Every question is in `general` as well, in the index and among the legacy tags. A file may be uploaded as often as one
likes: each question is put over itself, loses the entries that it has no more, and at the end every category is
counted anew from the index. Whenever an upload ends, by whatever, the next one makes all true: at every moment a
question's own item tells at least the categories and tags that it has entries in, so none is ever lost sight of. That
holds for one upload at a time.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from systems.truthbyte.design import Question, QuestionCategory, QuestionTag, TruthByteTables
from systems.truthbyte.faults import TruthByteError
from systems.truthbyte.game import TruthByte
from systems.truthbyte.questions import entries_of, question_from, with_general

AT_ONCE: Final = 25
"""Questions between two looks at whether to stop."""
LINE_BYTES_MAX: Final = 400_000
"""An item of DynamoDB's holds 400 KB."""

Watch = Callable[[int], object]


@dataclass(frozen=True, slots=True)
class LineFault:
    """`number`: of the line, from 1. `says`: what is wrong with it."""

    number: int
    says: str

    def __str__(self) -> str:
        return f"line {self.number}: {self.says}"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file holds: the questions of its good lines, in their order, and what is wrong with the others."""

    questions: Sequence[Question]
    faults: Sequence[LineFault]


@dataclass(frozen=True, slots=True)
class Uploaded:
    """`done` of `total` questions; `counts`: category -> how many questions it has now, of every category."""

    done: int
    total: int
    counts: dict[str, int]

    @property
    def is_whole(self) -> bool:
        return self.done == self.total


def read(lines: Iterable[bytes]) -> Reading:
    """Raises nothing for a line: what cannot be read is among the faults, and so is an id's second line."""
    questions: list[Question] = []
    faults: list[LineFault] = []
    first: dict[str, int] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            question = question_of(line)
        except (ValueError, TruthByteError) as error:
            faults.append(LineFault(number, str(error)))
            continue
        if question.id in first:
            faults.append(LineFault(number, f"{question.id} is on line {first[question.id]} already"))
            continue
        first[question.id] = number
        questions.append(question)
    return Reading(questions, faults)


def question_of(line: bytes) -> Question:
    """The question of a line, in either form. Raises ValueError and FieldError, which say in one line what is wrong."""
    try:
        given = json.loads(line.decode("utf-8-sig"))
        size = len(json.dumps(given, ensure_ascii=False).encode())
    except UnicodeError as error:
        raise ValueError("it is not UTF-8") from error
    except (ValueError, RecursionError) as error:
        raise ValueError(f"it is not JSON: {error}") from error
    if not isinstance(given, dict):
        raise ValueError("it is not a JSON object")
    if size > LINE_BYTES_MAX:
        raise ValueError(f"it has {size:,} bytes; an item holds {LINE_BYTES_MAX:,}")
    return question_from(given)


def upload(
    game: TruthByte,
    questions: Sequence[Question],
    *,
    watch: Watch = lambda done: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Uploaded:
    """Writes the questions with their entries, and then every count. `watch` is told how many are done;
    `should_stop` is asked before each few, and those that were written until then are counted. Errors of the database
    pass unchanged, and leave the counts as they were: upload again."""
    touched: set[str] = set()
    done = 0
    for start in range(0, len(questions), AT_ONCE):
        if should_stop():
            break
        some = questions[start : start + AT_ONCE]
        touched |= _store(game.tables, some)
        done += len(some)
        watch(done)
    known = {each.name for each in game.categories()}
    return Uploaded(done, len(questions), game.recount(sorted(known | touched)))


def _store(tables: TruthByteTables, some: Sequence[Question]) -> set[str]:
    """Returns the categories that gained or lost a question, or may have."""
    before = {
        each.id: each for each in tables.get_many(Question, [each.id for each in some], consistent=True)
    }
    both = [_with_those_of(each, before.get(each.id)) for each in some]
    wanted = {_key(entry): entry for question in some for entry in _entries(question)}
    every = {_key(entry): entry for question in both for entry in _entries(question)}
    tables.put_many(both)
    tables.put_many(wanted.values())
    tables.erase_many(entry for key, entry in every.items() if key not in wanted)
    tables.put_many(question for question, wider in zip(some, both, strict=True) if question != wider)
    return {each.category for each in every.values() if isinstance(each, QuestionCategory)}


def _with_those_of(question: Question, before: Question | None) -> Question:
    """The question, with the categories and tags that it had before beside its own."""
    if before is None:
        return question
    both = {
        "categories": [*dict.fromkeys((*question.categories, *before.categories))],
        "tags": [*dict.fromkeys((*question.tags, *before.tags))],
    }
    return question.model_copy(update=both)


def _entries(question: Question) -> Iterator[QuestionCategory | QuestionTag]:
    """What a question has in the category index and among the legacy tags."""
    yield from entries_of(question)
    for tag in with_general(question.tags):
        yield QuestionTag(tag=tag, question_id=question.id)


def _key(entry: QuestionCategory | QuestionTag) -> tuple[bool, str, str]:
    if isinstance(entry, QuestionTag):
        return True, entry.tag, entry.question_id
    return False, entry.category, entry.question_id
