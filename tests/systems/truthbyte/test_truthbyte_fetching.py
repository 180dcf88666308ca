"""Fetching: the index first, a bounded scan where it is not there, a sample, a batch get."""

from __future__ import annotations

from typing import Any

import pytest
from truthbyte_play import Place

from stator.errors import (
    AccessDeniedException,
    InternalServerError,
    ProvisionedThroughputExceededException,
    ValidationException,
)
from stator.metering import Meter
from systems.truthbyte import TruthByte
from systems.truthbyte.design import Question
from systems.truthbyte.faults import FieldError


def without_index(game: TruthByte) -> TruthByte:
    table = game.tables.db.table("dev-truthbyte-question-categories")
    table.delete()
    table.wait_until_not_exists()
    return game


def test_the_index_is_the_first_way(filled: TruthByte) -> None:
    fetched = filled.fetch("science", 5)
    assert (fetched.way, fetched.found, len(fetched.questions)) == ("index", 20, 5)
    assert len({question.id for question in fetched.questions}) == 5
    assert all("science" in question.categories and question.title for question in fetched.questions)


def test_a_scan_is_the_way_when_the_index_is_not_there(filled: TruthByte) -> None:
    fetched = without_index(filled).fetch("science", 5)
    assert (fetched.way, len(fetched.questions)) == ("scan", 5)
    assert all("science" in question.categories for question in fetched.questions)


def test_both_ways_take_a_difficulty(filled: TruthByte) -> None:
    by_index = filled.fetch("history", 10, difficulty=2)
    by_scan = without_index(filled).fetch("history", 10, difficulty=2)
    assert (by_index.way, by_scan.way) == ("index", "scan")
    assert {each.id for each in by_index.questions} == {each.id for each in by_scan.questions}
    assert len(by_index.questions) == 4
    assert {each.difficulty for each in by_scan.questions} == {2}


def test_general_is_every_question(filled: TruthByte) -> None:
    assert filled.fetch(count=100).found == 60
    fetched = without_index(filled).fetch(count=100, difficulty=5)
    assert (fetched.way, fetched.found) == ("scan", 12)


def test_a_category_that_is_not_there_has_no_questions(filled: TruthByte) -> None:
    fetched = filled.fetch("alchemy", 3)
    assert (fetched.way, fetched.questions, fetched.found) == ("index", [], 0)


def test_two_games_with_one_seed_draw_the_same_and_others_differ(pair: Place) -> None:
    pair.made(60)
    drawn = [pair.game(seed=seed).fetch("science", 8).questions for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1]
    assert drawn[0] != drawn[2]


class TestBounds:
    """What the scan reads, by the requests themselves."""

    @pytest.fixture
    def meter(self, memory: Place) -> Meter[Any]:
        game = memory.made(400)
        rare = [Question(id="rare", question="Is it rare?", answer=True, categories=["rare", "general"])]
        game.tables.put_many(rare)
        without_index(game)
        return Meter(game.tables.db)

    def scans(self, meter: Meter[Any], category: str, count: int) -> list[Any]:
        meter.taken()
        TruthByte(meter.db, "dev").fetch(category, count)
        return [sent.request for sent in meter.taken() if sent.operation == "Scan"]

    def test_three_pages_of_fifty_a_question_at_most(self, meter: Meter[Any]) -> None:
        scans = self.scans(meter, "nowhere", 2)
        assert [scan["Limit"] for scan in scans] == [100, 100, 100]

    def test_it_ends_when_it_has_found_enough(self, meter: Meter[Any]) -> None:
        scans = self.scans(meter, "science", 4)
        assert [scan["Limit"] for scan in scans] == [200]

    def test_general_takes_ten_a_question_and_no_filter(self, meter: Meter[Any]) -> None:
        scans = self.scans(meter, "general", 5)
        assert [scan["Limit"] for scan in scans] == [50]
        assert "FilterExpression" not in scans[0]

    def test_all_that_was_read_is_sampled_from(self, meter: Meter[Any]) -> None:
        fetched = TruthByte(meter.db, "dev").fetch("science", 2)
        assert fetched.found > len(fetched.questions) == 2


class _Failing:
    """A database whose queries fail."""

    def __init__(self, db: Any, error: Exception) -> None:
        self._db, self._error = db, error

    def query(self, **_: Any) -> Any:
        raise self._error

    def __getattr__(self, name: str) -> Any:
        return getattr(self._db, name)


class _Client(_Failing):
    @property
    def meta(self) -> Any:
        return type("Meta", (), {"client": _Failing(self._db.meta.client, self._error)})


FAILURES = [InternalServerError, ProvisionedThroughputExceededException, AccessDeniedException]


@pytest.mark.parametrize("error", FAILURES)
def test_a_scan_is_the_way_when_the_index_fails(memory: Place, error: type[Exception]) -> None:
    memory.made(30)
    fetched = TruthByte(_Client(memory.open(), error("out of order")), "dev").fetch("science", 3)
    assert (fetched.way, len(fetched.questions)) == ("scan", 3)


def test_a_wrong_request_is_told_and_scans_nothing(memory: Place) -> None:
    memory.made(30)
    with pytest.raises(ValidationException, match="out of order"):
        TruthByte(_Client(memory.open(), ValidationException("out of order")), "dev").fetch("science", 3)


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"category": ""}, "category: is empty"),
    ({"count": 0}, "count: 0 is not 1 to 100"),
    ({"count": 101}, "count: 101 is not 1 to 100"),
    ({"difficulty": 0}, "difficulty: 0 is not 1 to 5"),
    ({"difficulty": 6}, "difficulty: 6 is not 1 to 5"),
]


@pytest.mark.parametrize(("given", "says"), WRONG)
def test_what_cannot_be_fetched_is_refused_by_name(memory: Place, given: Any, says: str) -> None:
    with pytest.raises(FieldError) as refused:
        memory.game().fetch(**given)
    assert str(refused.value) == says
