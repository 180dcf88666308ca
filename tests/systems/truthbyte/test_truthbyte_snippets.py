"""Every snippet of the reference runs, by boto3 in process and over HTTP.

One that is not mended is run from its text as it stands; of one that is mended the test holds what it plainly means,
and where it matters, that the text as it stands does not do it.
"""

from __future__ import annotations

import hashlib
import json
import logging
import random
import re
import shlex
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import boto3
import pytest
from boto3.dynamodb.conditions import Attr, Key
from botocore.exceptions import ClientError, ParamValidationError
from truthbyte_play import CREDENTIALS, NOON, all_right, fill, sample

import stator
import stator.boto3
from stator.cli import main as stator_main
from stator.clock import ManualClock
from stator.engine.database import Database, Options
from stator.metering import Meter
from stator.server.background import BackgroundServer
from stator.storage.memory import MemoryStore
from systems.truthbyte import Settings, TruthByte
from systems.truthbyte.cli import main as truthbyte_main
from systems.truthbyte.daily import draw
from systems.truthbyte.snippets import SNIPPETS
from systems.truthbyte.upload import read

TEXTS = {snippet.what: snippet.text for snippet in SNIPPETS}
TABLES = {
    "questions_table": "questions",
    "question_categories_table": "question-categories",
    "answers_table": "answers",
    "users_table": "users",
    "question_tags_table": "question-tags",
}


@contextmanager
def opened(door: str, clock: ManualClock, s3_folder: Path | None = None) -> Iterator[Any]:
    """boto3's resource, over sixty questions."""
    options = Options(s3_folder=str(s3_folder)) if s3_folder else Options()
    database = Database(MemoryStore(), options, clock=clock)
    game = _game(stator.open(database), clock)
    game.create_tables()
    fill(game, sample(60))
    if door == "in process":
        with stator.boto3.Session(stator.open(database)) as session:
            yield session.resource("dynamodb", region_name="us-east-1")
    else:
        with BackgroundServer(database) as url:
            yield boto3.resource("dynamodb", endpoint_url=url, **CREDENTIALS)
    database.close()


def _game(db: Any, clock: ManualClock) -> TruthByte:
    return TruthByte(db, "dev", now=clock.now, rng=random.Random(7), settings=Settings("pepper"))


@pytest.fixture(scope="module", params=["in process", "http"])
def shared(request: pytest.FixtureRequest) -> Iterator[Any]:
    """A resource over sixty questions, for those that change nothing of them."""
    with opened(request.param, ManualClock(NOON)) as resource:
        yield resource


@pytest.fixture(params=["in process", "http"])
def dynamodb(request: pytest.FixtureRequest, clock: ManualClock) -> Iterator[Any]:
    """The same of one's own, to be changed."""
    with opened(request.param, clock) as resource:
        yield resource


@pytest.fixture
def play(dynamodb: Any, clock: ManualClock) -> TruthByte:
    """The game on one's own tables."""
    return _game(stator.open(dynamodb), clock)


@pytest.fixture
def own(dynamodb: Any) -> dict[str, Any]:
    """What the snippets take as given, on one's own tables."""
    return taken_as_given(dynamodb)


@pytest.fixture
def names(shared: Any) -> dict[str, Any]:
    """What the snippets take as given."""
    return taken_as_given(shared)


def taken_as_given(dynamodb: Any) -> dict[str, Any]:
    tables = {name: dynamodb.Table(f"dev-truthbyte-{type}") for name, type in TABLES.items()}
    return {
        **tables, "dynamodb": dynamodb, "Attr": Attr, "Key": Key, "Decimal": Decimal, "json": json, "time": time,
        "category": "science", "num_questions": 1, "required_count": 5, "question_id": "q0003",
    }  # fmt: skip


def run(what: str, names: dict[str, Any]) -> dict[str, Any]:
    """The snippet, as it is written; returns the names that are there then."""
    exec(compile(TEXTS[what], what, "exec"), names)
    return names


def test_there_are_as_many_as_in_the_reference() -> None:
    text = Path(__file__).parents[3].joinpath("systems/truthbyte/snippets.md").read_text("utf-8")
    assert len(SNIPPETS) == len(TEXTS) == text.count("\n## ") == 39
    assert {each.test.partition("::")[2] for each in SNIPPETS} <= set(globals())


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


def index_items(table: Any, category: str, difficulty: int | None) -> list[str]:
    """The snippet, mended."""
    filters = {"FilterExpression": Attr("difficulty").eq(difficulty)} if difficulty else {}
    response = table.query(KeyConditionExpression=Key("category").eq(category), **filters)
    return [item["question_id"] for item in response["Items"]]


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


def batch_items(names: dict[str, Any], ids: list[str]) -> set[str]:
    """The snippet, mended."""
    table = names["questions_table"].name
    response = names["dynamodb"].batch_get_item(RequestItems={table: {"Keys": [{"id": qid} for qid in ids]}})
    return {item["id"] for item in response["Responses"][table]}


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


# Tables, export and import, policies


def test_a_table_is_made_by_the_command_line(dynamodb: Any) -> None:
    dynamodb.Table("dev-truthbyte-questions").delete()
    dynamodb.meta.client.get_waiter("table_not_exists").wait(TableName="dev-truthbyte-questions")
    words = words_of("A table by the AWS CLI")
    assert words[:3] == ["aws", "dynamodb", "create-table"]
    given = dict(zip(words[3::2], words[4::2], strict=True))
    client = dynamodb.meta.client
    client.create_table(
        TableName=given["--table-name"],
        AttributeDefinitions=[_shorthand(given["--attribute-definitions"])],
        KeySchema=[_shorthand(given["--key-schema"])],
        BillingMode=given["--billing-mode"],
    )
    client.get_waiter("table_exists").wait(TableName="dev-truthbyte-questions")
    assert "dev-truthbyte-questions" not in TruthByte(stator.open(dynamodb), "dev").create_tables()


def words_of(what: str) -> list[str]:
    """A command line as the shell reads it."""
    return shlex.split(TEXTS[what].replace("\\\n", " "))


def _shorthand(text: str) -> dict[str, str]:
    """As the AWS CLI reads it."""
    return dict(pair.split("=") for pair in text.split(","))


def test_a_table_is_exported(names: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    name = "dev-truthbyte-questions"
    with pytest.raises(TypeError, match="Decimal is not JSON serializable"):
        run("Export", names)["export_table"](name)
    export_table(names["dynamodb"], name)
    exported = json.loads((tmp_path / f"{name}_backup.json").read_text("utf-8"), parse_float=Decimal)
    assert sorted(item["id"] for item in exported) == [question.id for question in sample(60)]
    assert {item["difficulty"] for item in exported} == {1, 2, 3, 4, 5}


def export_table(dynamodb: Any, table_name: str) -> None:
    """The snippet, mended. `export` of the command line keeps every type; this one what JSON has."""
    table, items, place = dynamodb.Table(table_name), [], {}
    while True:
        response = table.scan(Limit=25, **place)
        items.extend(response["Items"])
        if "LastEvaluatedKey" not in response:
            break
        place = {"ExclusiveStartKey": response["LastEvaluatedKey"]}
    with open(f"{table_name}_backup.json", "w", encoding="utf-8") as f:
        json.dump(items, f, default=lambda number: int(number) if number % 1 == 0 else float(number))


def test_items_are_imported(own: dict[str, Any]) -> None:
    items = own["questions_table"].scan()["Items"]
    TruthByte(stator.open(own["dynamodb"]), "prod").create_tables()
    run("Import", own)["import_table"]("prod-truthbyte-questions", items)
    assert own["dynamodb"].Table("prod-truthbyte-questions").scan()["Items"] == items


def test_the_policy_allows_what_fetching_does_and_no_more(own: dict[str, Any], play: TruthByte) -> None:
    (statement,) = json.loads(TEXTS["Who may read"])["Statement"]
    (resource,) = statement["Resource"]
    meter = Meter(play.tables.db)
    reader = TruthByte(meter.db, "dev", now=play.world.now)
    reader.fetch("science", 5)
    reader.question("q0001")
    reader.categories()
    own["question_categories_table"].delete()
    reader.fetch("science", 5)
    sent = meter.taken()
    assert {f"dynamodb:{each.operation}" for each in sent} == set(statement["Action"])
    arns = {f"arn:aws:dynamodb:us-east-1:000000000000:table/{table}" for each in sent for table in each.used}
    assert arns
    assert all(fnmatch(arn, resource) for arn in arns)
    assert not fnmatch("arn:aws:dynamodb:us-east-1:000000000000:table/prod-truthbyte-questions", resource)


# Items

ITEMS = [
    ("A question", "questions", lambda play: play.question("q001")),
    ("An entry of the category index", "question-categories", lambda play: entry(play, "q001")),
    ("A category", "categories", lambda play: play.tables.category("science")),
    ("An answer", "answers", lambda play: play.answers_of("demo-session-123")[0]),
    ("A session", "sessions", lambda play: play.session("demo-session-123")),
    ("A submission", "submitted-questions", lambda play: play.pending().items[0]),
    ("A user", "users", lambda play: play.profile("uuid-string")),
]  # fmt: skip


def entry(play: TruthByte, question_id: str) -> Any:
    return next(each for each in play.tables.in_category("science") if each.question_id == question_id)


@pytest.mark.parametrize(("what", "type", "found"), ITEMS)
def test_an_item_of_the_reference_is_read_as_what_it_is(
    own: dict[str, Any], play: TruthByte, what: str, type: str, found: Any
) -> None:
    with pytest.raises(ValueError, match="Expecting"):
        json.loads(TEXTS[what])
    item = json.loads(re.sub(r" +//.*", "", TEXTS[what]), parse_float=Decimal)
    own["dynamodb"].Table(f"dev-truthbyte-{type}").put_item(Item=item)
    dumped = found(play).model_dump(exclude_unset=True)
    assert dumped == item


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


# Questions and tags


def test_a_question_is_added_with_its_tags(own: dict[str, Any], play: TruthByte) -> None:
    question = {"id": "new", "question": "Is it new?", "answer": True, "tags": ["science", "general"]}
    own["question_data"] = question
    run("A question with its tags", own)
    assert [each.question_id for each in play.tables.tagged("science")] == ["new"]
    assert play.question("new") is not None


def test_questions_and_tags_are_written_in_batches(own: dict[str, Any], play: TruthByte) -> None:
    questions = [
        {"id": f"b{number:02}", "question": "Is it?", "answer": True, "tags": ["many"]} for number in range(60)
    ]
    own["questions"] = questions
    run("Questions and tags in batches", own)
    assert len(play.tables.tagged("many").all()) == 60
    assert len(play.questions([each["id"] for each in questions])) == 60


def test_tags_are_looked_for(own: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    for tag in ("science", "history"):
        own["question_tags_table"].put_item(Item={"tag": tag, "question_id": "q0001"})
    assert run("Looking for tags", own)["tags"] == {"science", "history"}
    assert "Tag 'science' has 1 questions" in capsys.readouterr().out


# Names, templates, files and command lines


def test_the_tables_have_the_names_of_the_convention(play: TruthByte) -> None:
    names = {play.tables.table_name(table.name) for table in play.tables.tables}
    prod = TruthByte(play.tables.db, "prod").tables
    names |= {prod.table_name(table.name) for table in prod.tables}
    assert set(re.findall(r"- (\S+)", TEXTS["The names of tables"])) <= names


def test_the_resource_is_applied_within_a_template(tmp_path: Path) -> None:
    template = tmp_path / "dynamodb.yaml"
    head = "Parameters:\n  Environment:\n    Type: String\nResources:\n"
    resource = "".join(f"  {line}\n" for line in TEXTS["A table in CloudFormation"].splitlines())
    template.write_text(head + resource, "utf-8")
    place = str(tmp_path / "a.db")
    applied = ["apply", str(template), "--data", place, "--parameter", "Environment=dev", "--yes"]
    assert stator_main(applied) == 0
    with stator.open(place) as db:
        assert "dev-truthbyte-questions" not in TruthByte(db, "dev").create_tables()


def test_the_upload_takes_the_arguments_of_the_script(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "dev_with_ids.jsonl").write_text(TEXTS["The upload's file"], "utf-8")
    lines = [line for line in TEXTS["The upload's command line"].replace("\\\n", "").splitlines() if line[:1] == "p"]
    assert len(lines) == 2
    for line in lines:
        program, script, *arguments = shlex.split(line)
        assert (program, script) == ("python", "scripts/upload_questions.py")
        assert truthbyte_main(["upload", *arguments, "--database", str(tmp_path / "a.db")]) == 0
    for environment, region in (("dev", "us-east-1"), ("prod", "us-west-2")):
        with stator.open(tmp_path / "a.db", region=region) as db:
            counts = {each.name: each.count for each in TruthByte(db, environment).categories()}
        assert counts == {"general": 2, "science": 1, "history": 1}


def test_the_lines_of_an_upload_are_read() -> None:
    reading = read(TEXTS["The upload's file"].encode().splitlines())
    assert (reading.faults, [each.id for each in reading.questions]) == ([], ["q001", "q002"])
    assert [each.categories for each in reading.questions] == [["general", "science"], ["general", "history"]]


@pytest.mark.parametrize("door", ["in process", "http"])
def test_a_table_is_exported_to_a_bucket(tmp_path: Path, clock: ManualClock, door: str) -> None:
    (tmp_path / "backup-bucket").mkdir()
    words = words_of("An export to S3")
    given = dict(zip(words[3::2], words[4::2], strict=True))
    with opened(door, clock, tmp_path) as dynamodb:
        client = dynamodb.meta.client
        arn = client.describe_table(TableName="dev-truthbyte-questions")["Table"]["TableArn"]
        assert arn.rpartition("/")[2] == given["--table-arn"].rpartition("/")[2]
        exported = client.export_table_to_point_in_time(
            TableArn=arn, S3Bucket=given["--s3-bucket"], ExportFormat=given["--export-format"]
        )["ExportDescription"]
        shown = client.describe_export(ExportArn=exported["ExportArn"])["ExportDescription"]
    assert (shown["TableArn"], shown["S3Bucket"]) == (arn, "backup-bucket")
    assert (shown["ExportFormat"], shown["ExportType"]) == ("DYNAMODB_JSON", "FULL_EXPORT")
