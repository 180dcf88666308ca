"""Uploading questions: both forms, faulty lines, the same file again, and whatever ends an upload."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import stator
from systems.costs import DataMissingError
from systems.truthbyte import TruthByte
from systems.truthbyte import upload as uploading
from systems.truthbyte.costs import questions_file
from systems.truthbyte.design import Question
from systems.truthbyte.transfer import items_of, table_types
from systems.truthbyte.upload import Reading, question_of, read, upload

HERE = Path(__file__).resolve().parent
SAMPLE = HERE / "sample_questions.jsonl"
BY_TAGS = HERE / "sample_questions_by_tags.jsonl"


def lines_of(file: Path) -> Reading:
    return read(file.read_bytes().splitlines())


def contents(game: TruthByte) -> dict[str, list[str]]:
    """Every item of every table; a category without questions is as if it were not there."""
    found = {}
    for table in table_types(game.tables):
        items = items_of(game.tables.db, game.tables.table_name(table))
        found[table] = sorted(
            json.dumps(item, sort_keys=True) for item in items if item.get("count") != {"N": "0"}
        )
    return found


def new_game() -> TruthByte:
    game = TruthByte(stator.open())
    game.create_tables()
    return game


def line(**members: Any) -> bytes:
    given = {"id": "q1", "question": "Is it?", "answer": True, **members}
    return json.dumps({name: value for name, value in given.items() if value is not ...}).encode()


@pytest.mark.parametrize(
    ("given", "categories", "tags"),
    [
        ({"tags": ["science"]}, ["science", "general"], ["science"]),
        ({"tags": ["general", "science"]}, ["general", "science"], ["general", "science"]),
        ({"tags": []}, ["general"], []),
        ({"category": "science", "tags": ["food", "health"]}, ["science", "general"], ["food", "health"]),
        ({"category": "general", "tags": ["religion"]}, ["general"], ["religion"]),
        ({"category": "science"}, ["science", "general"], []),
    ],
)
def test_both_forms_are_taken_and_general_is_always_there(
    given: dict[str, Any], categories: list[str], tags: list[str]
) -> None:
    question = question_of(line(**given))
    assert (question.categories, question.tags, question.difficulty) == (categories, tags, 3)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"{", "it is not JSON"),
        (b"[1]", "it is not a JSON object"),
        (b'{"id": "\xff"}', "it is not UTF-8"),
        (b'{"id": "\\ud800"}', "it is not UTF-8"),
        (b"[" * 100_000, "it is not JSON"),
        (line(id=...), "id: is missing"),
        (line(id=""), "id: is empty"),
        (line(id=7), "id: 7 is not a text"),
        (line(id="x" * 1025), "id: has more than 1,024 bytes"),
        (line(question=...), "question: is missing"),
        (line(answer=...), "answer: None is not true or false"),
        (line(answer="yes"), "answer: 'yes' is not true or false"),
        (line(tags="science"), "tags: 'science' is not a list of texts"),
        (line(tags=["science", 3]), "tags: 3 is not a text"),
        (line(category=""), "category: is empty"),
        (line(difficulty=6), "difficulty: 6 is not 1 to 5"),
        (line(difficulty=True), "difficulty: True is not 1 to 5"),
        (line(passage="x" * 400_000), "it has 400,0"),
    ],
)
def test_a_faulty_line_says_by_its_number_what_is_wrong(text: bytes, says: str) -> None:
    reading = read([line(id="a"), b"", text, line(id="b")])
    assert [each.id for each in reading.questions] == ["a", "b"]
    (fault,) = reading.faults
    assert str(fault).startswith(f"line 3: {says}")
    assert "\n" not in str(fault)


def test_the_second_line_of_an_id_is_a_fault_and_the_first_counts() -> None:
    reading = read([line(question="First?"), line(question="Second?")])
    assert [each.question for each in reading.questions] == ["First?"]
    assert [str(fault) for fault in reading.faults] == ["line 2: q1 is on line 1 already"]


def test_a_file_may_begin_with_a_byte_order_mark() -> None:
    assert read([b"\xef\xbb\xbf" + line()]).faults == []


def test_an_upload_writes_questions_entries_tags_and_counts(game: TruthByte) -> None:
    reading = lines_of(SAMPLE)
    seen: list[int] = []
    done = upload(game, reading.questions, watch=seen.append)
    assert (done.done, done.total, done.is_whole, seen[-1]) == (16, 16, True, 16)
    assert done.counts == {
        "craft": 2, "food": 3, "games": 3, "general": 16, "music": 3, "nature": 2, "numbers": 3,
    }  # fmt: skip
    assert {each.name: each.count for each in game.categories()} == done.counts
    assert {each.display_name for each in game.categories()} >= {"Music", "General"}
    assert [each.question_id for each in game.tables.in_category("music")] == ["t001", "t002", "t014"]
    assert [each.question_id for each in game.tables.tagged("craft")] == ["t001", "t012", "t013"]
    assert len(game.tables.tagged("general").all()) == 16
    assert game.question("t004") == reading.questions[3]


def test_the_reference_s_form_makes_categories_of_tags(game: TruthByte) -> None:
    assert upload(game, lines_of(BY_TAGS).questions).counts == {"general": 3, "history": 1, "science": 2}


def test_the_same_file_uploaded_twice_changes_nothing(game: TruthByte) -> None:
    questions = lines_of(SAMPLE).questions
    first = upload(game, questions)
    before = contents(game)
    assert upload(game, questions) == first
    assert contents(game) == before


def test_a_question_with_other_categories_loses_its_old_entries(game: TruthByte) -> None:
    upload(game, lines_of(SAMPLE).questions)
    changed = question_of(line(id="t001", category="craft", tags=["tools"]))
    counts = upload(game, [changed]).counts
    assert (counts["music"], counts["craft"], counts["general"]) == (2, 3, 16)
    assert [each.question_id for each in game.tables.in_category("music")] == ["t002", "t014"]
    assert [each.question_id for each in game.tables.tagged("craft")] == ["t012", "t013"]
    assert [each.question_id for each in game.tables.tagged("tools")] == ["t001"]


def test_counts_that_something_else_left_wrong_are_true_after_an_upload() -> None:
    game = new_game()
    questions = lines_of(SAMPLE).questions
    upload(game, questions)
    game.tables.update(game.categories()[0], {"count": 99})
    assert upload(game, questions[5:6]).counts["craft"] == 2


def test_an_upload_that_is_stopped_counts_what_is_there_and_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploading, "AT_ONCE", 4)
    game, questions = new_game(), lines_of(SAMPLE).questions
    asked = iter([False, False, True])
    done = upload(game, questions, should_stop=lambda: next(asked))
    assert (done.done, done.is_whole, done.counts["general"]) == (8, False, 8)
    assert {each.name: each.count for each in game.categories()} == done.counts
    upload(game, questions)
    whole = new_game()
    upload(whole, questions)
    assert contents(game) == contents(whole)


class FailsAt:
    """A transport whose n-th call, and no later one, is never made."""

    def __init__(self, inner: Any, at: int) -> None:
        self._inner = inner
        self._left = at

    def call(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        self._left -= 1
        if self._left == 0:
            raise Torn
        answer: dict[str, Any] = self._inner.call(operation, request)
        return answer

    def __getattr__(self, name: str) -> Any:
        if name in ("answer", "answer_made"):
            raise AttributeError(name)
        return getattr(self._inner, name)


class Torn(Exception):
    """As if the process had been killed there."""


def first_questions() -> list[Question]:
    return [*lines_of(SAMPLE).questions[:8]]


def moved_questions() -> list[Question]:
    """Of those, three with other categories and tags."""
    return [question_of(line(id=f"t00{n}", category="craft", tags=["tools"])) for n in (1, 3, 6)]


def moved_and_new_questions() -> list[Question]:
    return [*moved_questions(), *(question_of(line(id=f"n{n}", tags=["music", "new"])) for n in range(2))]


def torn(game: TruthByte, questions: list[Question], at: int) -> bool:
    """Whether the upload made so many calls that it was torn."""
    db = game.tables.db
    try:
        upload(TruthByte(db._through(FailsAt(db.transport, at))), questions)
    except Torn:
        return True
    return False


@pytest.mark.parametrize(
    ("second", "third"),
    [(moved_and_new_questions, moved_and_new_questions), (moved_questions, first_questions)],
    ids=["the same file", "the file before"],
)
def test_an_upload_torn_at_any_call_is_made_true_by_the_next(
    second: Callable[[], list[Question]],
    third: Callable[[], list[Question]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A question's item once told its new categories before the entries of the old ones were gone: torn in between, it
    stayed in them for good."""
    monkeypatch.setattr(uploading, "AT_ONCE", 3)
    whole = new_game()
    upload(whole, first_questions())
    upload(whole, third())
    wanted, at, was_torn = contents(whole), 0, True
    while was_torn:
        at += 1
        game = new_game()
        upload(game, first_questions())
        was_torn = torn(game, second(), at)
        upload(game, third())
        assert contents(game) == wanted, f"torn at call {at}"
    assert at > 10


def test_questions_that_are_added_meanwhile_are_counted(game: TruthByte) -> None:
    questions = lines_of(SAMPLE).questions
    added = [question_of(line(id=f"a{n}", category="music")) for n in range(20)]

    def add(question: Question) -> None:
        game.add_question(question)

    with ThreadPoolExecutor(4) as pool:
        tasks: list[Callable[[], Any]] = [lambda: upload(game, questions) for _ in range(3)]
        running = [pool.submit(task) for task in tasks] + [pool.submit(add, each) for each in added]
        for each in running:
            each.result()
    counts = {each.name: each.count for each in game.categories()}
    assert (counts["music"], counts["general"]) == (23, 36)
    assert counts == {name: game.tables.how_many_in(name) for name in counts}


def test_the_real_questions_have_these_counts_twice() -> None:
    try:
        reading = lines_of(questions_file())
    except DataMissingError as error:
        pytest.skip(str(error))
    game = new_game()
    for _ in range(2):
        assert upload(game, reading.questions).counts == {
            "business": 26, "entertainment": 657, "food": 63, "general": 2000, "geography": 571, "history": 90,
            "science": 199, "sports": 273,
        }  # fmt: skip
    assert reading.faults == []
