"""Categories: listed, counted, and cached."""

from __future__ import annotations

from typing import Any

import pytest
from truthbyte_play import Place, fill, sample

from stator.model import ref
from systems.truthbyte import TruthByte
from systems.truthbyte.categories import COUNTS_KEPT_MAX, CategoryCounts, display_name
from systems.truthbyte.design import Category, Question
from systems.truthbyte.faults import FieldError
from systems.truthbyte.questions import question_from


def test_every_category_is_listed_with_its_count(filled: TruthByte) -> None:
    listed = [(each.name, each.count, each.display_name) for each in filled.categories()]
    assert listed == [
        ("general", 60, "General"),
        ("history", 20, "History"),
        ("science", 20, "Science"),
        ("sports", 20, "Sports"),
    ]


def test_a_recount_sets_what_the_index_holds(filled: TruthByte) -> None:
    filled.tables.put(Category(name="science", count=999, display_name="The Sciences"))
    assert filled.recount(["science", "nothing"]) == {"science": 20, "nothing": 0}
    assert filled.tables.category("science") == Category(
        name="science", count=20, display_name="The Sciences"
    )


def test_a_question_is_added_with_its_entries_and_counts(filled: TruthByte) -> None:
    assert filled.category_count("science") == 20
    question = Question(id="new", question="Is it new?", answer=True, categories=["science", "brand new"])
    added = filled.add_question(question)
    assert added.categories == ["science", "brand new", "general"]
    assert [filled.category_count(name) for name in added.categories] == [21, 1, 61]
    assert filled.fetch("brand new", 1).questions == [added]
    with pytest.raises(FieldError, match="id: there is a question new already"):
        filled.add_question(question)
    assert filled.category_count("science") == 21


def test_a_count_is_kept_for_thirty_seconds_and_no_longer(pair: Place) -> None:
    game = pair.made(30)
    assert game.category_count("science") == 10
    elsewhere(game, "science", 11)
    pair.clock.advance(30)
    assert game.category_count("science") == 10
    pair.clock.advance(0.001)
    assert game.category_count("science") == 11


def elsewhere(game: TruthByte, name: str, count: int) -> None:
    """As another process changes it."""
    game.tables.update(ref(Category, name=name), {"count": count})


def test_a_change_in_this_process_reaches_every_cache(pair: Place) -> None:
    one, other = pair.made(30), pair.game()
    assert other.category_count("science") == 10
    fill(one, sample(3, start=30))
    assert other.category_count("science") == 11


def test_what_is_not_there_counts_as_none(memory: Place) -> None:
    game = memory.made()
    assert game.category_count("science") == 0


def test_what_was_read_before_a_change_is_not_kept(memory: Place) -> None:
    game = memory.made(30)

    class Slow:
        """The change comes while the answer is on its way."""

        def category(self, name: str) -> Category | None:
            found = game.tables.category(name)
            fill(game, sample(3, start=30))
            return found

    counts = CategoryCounts(Slow(), memory.clock.now)  # type: ignore[arg-type]
    assert counts.count("science") == 10
    counts._tables = game.tables
    assert counts.count("science") == 11


def test_a_clock_that_went_back_keeps_nothing_longer(memory: Place) -> None:
    game = memory.made(3)
    assert game.category_count("science") == 1
    elsewhere(game, "science", 5)
    memory.clock.advance(-1)
    assert game.category_count("science") == 5


def test_the_cache_is_bounded(memory: Place) -> None:
    game = memory.made()
    for number in range(COUNTS_KEPT_MAX + 1):
        game.category_count(str(number))
    assert len(game.world.counts._held) == 1


NAMES = [("science", "Science"), ("world_history", "World History"), ("sci-fi", "Sci-fi"), ("été", "Été")]


@pytest.mark.parametrize(("name", "shown"), NAMES)
def test_a_name_is_shown_to_people(name: str, shown: str) -> None:
    assert display_name(name) == shown


# Lines of an upload

LINE: dict[str, Any] = {"id": "q1", "question": "Is it so?", "answer": True}
FORMS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({}, {"categories": ["general"], "tags": [], "difficulty": 3, "category": None}),
    ({"tags": ["general", "science"]}, {"categories": ["general", "science"], "tags": ["general", "science"]}),
    ({"tags": ["science"]}, {"categories": ["science", "general"], "tags": ["science"]}),
    (
        {"category": "food", "tags": ["health"], "difficulty": 2},
        {"categories": ["food", "general"], "tags": ["health"], "difficulty": 2, "category": "food"},
    ),
    ({"category": "general"}, {"categories": ["general"]}),
    ({"categories": ["a", "b"], "tags": ["c"]}, {"categories": ["a", "b", "general"], "tags": ["c"]}),
    ({"title": "T", "passage": ""}, {"title": "T", "passage": ""}),
    ({"category": " food ", "tags": [" a"]}, {"categories": ["food", "general"], "tags": ["a"], "category": "food"}),
]


@pytest.mark.parametrize(("more", "expected"), FORMS)
def test_a_line_of_either_form_becomes_a_question(more: Any, expected: Any) -> None:
    question = question_from({**LINE, **more})
    assert {name: getattr(question, name) for name in expected} == expected


FAULTS: list[tuple[dict[str, Any], str]] = [
    ({"id": None}, "id: is missing"),
    ({"id": ""}, "id: is empty"),
    ({"id": 7}, "id: 7 is not a text"),
    ({"question": ""}, "question: is empty"),
    ({"answer": "yes"}, "answer: 'yes' is not true or false"),
    ({"answer": 1}, "answer: 1 is not true or false"),
    ({"difficulty": 6}, "difficulty: 6 is not 1 to 5"),
    ({"difficulty": True}, "difficulty: True is not 1 to 5"),
    ({"difficulty": 2.5}, "difficulty: 2.5 is not 1 to 5"),
    ({"tags": "science"}, "tags: 'science' is not a list of texts"),
    ({"tags": [1]}, "tags: 1 is not a text"),
    ({"category": ""}, "category: is empty"),
    ({"category": " "}, "category: is empty"),
    ({"category": "x" * 2049}, "category: has more than 2,048 bytes"),
    ({"categories": 0}, "categories: 0 is not a list of texts"),
    ({"tags": ["é" * 1025]}, "tags: has more than 2,048 bytes"),
    ({"tags": ["a", " "]}, "tags: is empty"),
    ({"id": "x" * 1025}, "id: has more than 1,024 bytes"),
    ({"passage": None}, "passage: is missing"),
]


@pytest.mark.parametrize(("more", "says"), FAULTS)
def test_a_line_is_refused_by_the_name_of_its_field(more: Any, says: str) -> None:
    with pytest.raises(FieldError) as refused:
        question_from({**LINE, **more})
    assert str(refused.value) == says
