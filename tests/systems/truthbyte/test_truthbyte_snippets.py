"""The snippets of the reference that ask for questions, answer them, and play the daily challenge.

One that is not mended is run from its text as it stands; of one that is mended the test holds what it plainly means,
and where it matters, that the text as it stands does not do it.
"""

from __future__ import annotations

import hashlib
import logging
import random
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from boto3.dynamodb.conditions import Attr, Key
from botocore.exceptions import ClientError, ParamValidationError
from truthbyte_play import all_right, fill, sample
from truthbyte_snippet_play import TEXTS, batch_items, index_items, run

import stator
from stator.clock import ManualClock
from systems.truthbyte import TruthByte
from systems.truthbyte.daily import draw
from systems.truthbyte.snippets import SNIPPETS


def test_there_are_as_many_as_in_the_reference() -> None:
    text = Path(__file__).parents[3].joinpath("systems/truthbyte/snippets.md").read_text("utf-8")
    assert len(SNIPPETS) == len(TEXTS) == text.count("\n## ") == 39


# Query patterns


@pytest.mark.parametrize("difficulty", [3, None])
def test_the_category_index_is_asked_first(names: dict[str, Any], difficulty: int | None) -> None:
    names.update(difficulty=difficulty, categories_table=names["question_categories_table"])
    scanned: list[bool] = []
    names["fallback_scan_strategy"] = lambda: scanned.append(True) or []
    run("The category index first", names)
    assert scanned == [True] * (difficulty is None), "as written it scans wherever no difficulty is given"
    assert index_items(names["question_categories_table"], "science", difficulty) == [
        f"q{number:04}" for number in range(0, 60, 3) if difficulty is None or number % 5 + 1 == difficulty
    ]


def test_the_fallback_scans_three_pages_at_most(names: dict[str, Any]) -> None:
    counted = Counting(names["questions_table"])
    names.update(questions_table=counted, num_questions=Tenth(), required_count=1000)
    items = run("The fallback: a scan of at most three pages", names)["fallback_scan_strategy"]()
    assert counted.limits == [5, 5, 5]
    assert all("science" in item["categories"] for item in items)


class Tenth:
    """A number of questions whose fifty-fold is five: sixty questions are more than three pages then."""

    def __mul__(self, other: int) -> int:
        return other // 10


class Counting:
    """A table that notes the limits of its scans."""

    def __init__(self, table: Any) -> None:
        self.table = table
        self.limits: list[Any] = []

    def scan(self, **arguments: Any) -> Any:
        self.limits.append(arguments.get("Limit"))
        return self.table.scan(**arguments)


def test_a_question_is_looked_up_by_its_id(names: dict[str, Any]) -> None:
    assert run("A question by its id", names)["response"]["Item"]["title"] == "Number 3"


def test_a_category_is_scanned_for(names: dict[str, Any]) -> None:
    response = run("A category's questions by a scan", names)["response"]
    assert response["ScannedCount"] == 50
    assert all("science" in item["categories"] for item in response["Items"])


def test_questions_are_read_in_a_batch(names: dict[str, Any]) -> None:
    names["question_ids"] = ["q0001", "q0002"]
    with pytest.raises(AttributeError, match="batch_get_item"):
        run("Questions in a batch", names)
    assert batch_items(names, names["question_ids"]) == {"q0001", "q0002"}


def test_a_category_is_looked_up(names: dict[str, Any]) -> None:
    names.update(difficulty=3, categories_table=names["question_categories_table"])
    written = run("What is in a category", names)["response"]["Items"]
    assert [item["question_id"] for item in written] == index_items(names["categories_table"], "science", 3)
    names["difficulty"] = None
    with pytest.raises(ParamValidationError, match="FilterExpression"):
        run("What is in a category", names)


def test_the_questions_are_scanned_where_the_index_is_not_there(names: dict[str, Any]) -> None:
    response = run("The scan where the index is not there", names)["response"]
    assert (response["Count"], response["ScannedCount"]) == (20, 60)


@pytest.mark.parametrize(("name", "there"), [("dev-truthbyte-question-categories", True), ("nowhere", False)])
def test_it_is_known_whether_a_table_is_there(names: dict[str, Any], name: str, there: bool) -> None:
    names["categories_table_name"] = name
    assert run("Whether the index's table is there", names)["USE_CATEGORIES_TABLE"] is there


def test_a_scan_goes_page_by_page(names: dict[str, Any]) -> None:
    counted = Counting(names["questions_table"])
    names.update(table=counted, scan_params={"Limit": 7}, required_count=20)
    assert len(run("A scan page by page", names)["items"]) == 21
    assert counted.limits == [7, 7, 7]


@pytest.mark.parametrize("there", [True, False])
def test_the_index_is_taken_where_it_can_be(names: dict[str, Any], there: bool) -> None:
    names.update(USE_CATEGORIES_TABLE=there, categories_table=names["question_categories_table"])
    with pytest.raises(TypeError):
        run("The index rather than a scan", names)
    if there:
        response = names["categories_table"].query(KeyConditionExpression=Key("category").eq("science"))
    else:
        response = names["questions_table"].scan(FilterExpression=Attr("categories").contains("science"))
    assert (response["Count"], response["ScannedCount"]) == (20, 20 if there else 60)


def test_a_batch_is_preferred(names: dict[str, Any]) -> None:
    names["question_ids"] = ["q0001", "q0002", "q0003"]
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        run("A batch rather than single reads", names)
    assert batch_items(names, names["question_ids"]) == {"q0001", "q0002", "q0003"}


def test_a_page_of_a_scan_is_limited(names: dict[str, Any]) -> None:
    scan_params = run("The size of a scan's page", names)["scan_params"]
    assert names["questions_table"].scan(**scan_params)["ScannedCount"] == 50


@pytest.mark.parametrize(("category", "scanned"), [("general", 10), ("science", 50)])
def test_less_is_scanned_for_general(names: dict[str, Any], category: str, scanned: int) -> None:
    names["category"] = category
    scan_params = run("Scanning less for general", names)["scan_params"]
    assert names["questions_table"].scan(**scan_params)["ScannedCount"] == scanned


def test_category_counts_are_cached(own: dict[str, Any], play: TruthByte, clock: ManualClock) -> None:
    own["categories_table"] = own["dynamodb"].Table("dev-truthbyte-categories")
    count = run("Category counts through a cache", own)["get_category_count"]
    assert count("science") == play.category_count("science") == 20
    own["categories_table"].put_item(Item={"name": "science", "count": 75, "display_name": "Science"})
    clock.advance(31)
    assert (count("science"), play.category_count("science")) == (20, 75)
    with pytest.raises(KeyError):
        count("alchemy")
    assert play.category_count("alchemy") == 0


def test_requests_are_logged(names: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    items = names["questions_table"].scan(Limit=1)["Items"]
    names.update(query_params={"Limit": 1}, items=items)
    logger = logging.getLogger("botocore")
    handlers, level = list(logger.handlers), logger.level
    try:
        run("Logging", names)
        names["questions_table"].scan(Limit=1)
    finally:
        logger.handlers[:], logger.level = handlers, level
        logger.manager._clear_cache()  # type: ignore[attr-defined]
    printed = capsys.readouterr()
    assert "Requested 1 questions for category: science" in printed.out
    assert f"Sample item structure: {items[0]}" in printed.out
    assert "OperationModel(name=Scan)" in printed.err


# Fetching, answering, the daily challenge


def test_questions_are_fetched_by_index_sample_and_batch(names: dict[str, Any]) -> None:
    names.update(difficulty=3, count=2)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        run("Fetching: query, sample, batch", names)
    ids = index_items(names["question_categories_table"], "science", 3)
    chosen = random.Random(1).sample(ids, min(2, len(ids)))
    assert batch_items(names, chosen) == set(chosen)
    fetched = TruthByte(stator.open(names["dynamodb"]), "dev").fetch("science", 2, difficulty=3)
    assert (fetched.way, {each.id for each in fetched.questions} <= set(ids)) == ("index", True)


def test_an_answer_is_stored_and_all_are_read(own: dict[str, Any], play: TruthByte) -> None:
    own.update(user_id="ann", answer=False, response_time=2500)
    run("An answer, and the trust it earns", own)
    assert [item["question_id"] for item in own["user_answers"]["Items"]] == ["q0003"]
    assert play.totals("ann").right == 1


def test_the_daily_questions_are_the_same_for_everyone(own: dict[str, Any], play: TruthByte) -> None:
    written = run("The daily questions", own)["get_daily_questions"]
    assert len(written("2024-01-15")) == 10
    ids = [question.id for question in sample(60) if question.difficulty <= 4]
    seed = int.from_bytes(hashlib.sha256(b"truthbyte-daily-2024-01-15").digest()[:8], byteorder="big")
    mended = random.Random(seed).sample(sorted(ids), 10)
    assert [each.id for each in play.daily().questions] == mended == draw(date(2024, 1, 15), ids, 10)
    before = written("2024-01-15")
    fill(play, sample(60, start=60))
    assert written("2024-01-15") != before, "as written an upload changes the day's questions"
    assert [each.id for each in play.daily().questions] == mended


def test_a_day_is_submitted_by_a_user_who_has_no_item(own: dict[str, Any], play: TruthByte) -> None:
    answers = all_right(play)
    truth = {each.id: {"answer": each.answer} for each in play.daily().questions}
    own.update(
        batch_get_questions=lambda ids: {each: truth[each] for each in ids},
        calculate_rank=lambda percent: "S",
        calculate_new_streak=lambda user, passed: 1,
    )
    submit = run("Submitting a day", own)["submit_daily_answers"]
    listed = [{"question_id": id, "answer": answer} for id, answer in answers.items()]
    with pytest.raises(ClientError, match="ValidationException"):
        submit("ann", listed, "2024-01-15")
    assert play.submit_daily("ann", answers).rank == "S"
    user = {"user_id": "bob", "created_at": "then", "last_active": "then", "daily_progress": {}}
    own["users_table"].put_item(Item={**user, "total_daily_games": 0})
    submit("bob", listed[:1], "2024-01-15")
    (played,) = play.history("bob")
    assert (played.score, played.progress.total_questions) == (100, 1), "as written one right answer is 100 %"


def test_a_streak_is_of_consecutive_days(own: dict[str, Any], play: TruthByte) -> None:
    streak = run("The streak", own)["calculate_user_streak"]
    passed = {"completed": True, "score": 80, "completed_at": "then", "answers": []}
    days = {"2024-01-14": passed, "2024-01-13": passed, "2024-01-10": passed}
    user = {"user_id": "ann", "created_at": "then", "last_active": "then", "daily_progress": days}
    own["users_table"].put_item(Item=user)
    assert streak("ann")["current_streak"] == 3, "as written it counts over a gap"
    assert (play.streaks("ann").current, play.streaks("ann").best) == (2, 2)
    with pytest.raises(KeyError):
        streak("nobody")
    assert play.streaks("nobody").current == 0
