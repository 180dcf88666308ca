"""The snippets of the reference about tables, items, files, policies and command lines. See test_truthbyte_snippets."""

from __future__ import annotations

import json
import re
import shlex
from decimal import Decimal
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
from truthbyte_play import sample
from truthbyte_snippet_play import TEXTS, opened, run, words_of

import stator
from stator.cli import main as stator_main
from stator.clock import ManualClock
from stator.metering import Meter
from systems.truthbyte import TruthByte
from systems.truthbyte.cli import main as truthbyte_main
from systems.truthbyte.upload import read

# Tables, export and import, policies


def test_a_table_is_made_by_the_command_line(resource: Any) -> None:
    resource.Table("dev-truthbyte-questions").delete()
    resource.meta.client.get_waiter("table_not_exists").wait(TableName="dev-truthbyte-questions")
    words = words_of("A table by the AWS CLI")
    assert words[:3] == ["aws", "dynamodb", "create-table"]
    given = dict(zip(words[3::2], words[4::2], strict=True))
    client = resource.meta.client
    client.create_table(
        TableName=given["--table-name"],
        AttributeDefinitions=[_shorthand(given["--attribute-definitions"])],
        KeySchema=[_shorthand(given["--key-schema"])],
        BillingMode=given["--billing-mode"],
    )
    client.get_waiter("table_exists").wait(TableName="dev-truthbyte-questions")
    assert "dev-truthbyte-questions" not in TruthByte(stator.open(resource), "dev").create_tables()


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
    ("An entry of the category index", "question-categories", lambda play: play.tables.in_category("science").first()),
    ("A category", "categories", lambda play: play.tables.category("science")),
    ("An answer", "answers", lambda play: play.answers_of("demo-session-123")[0]),
    ("A session", "sessions", lambda play: play.session("demo-session-123")),
    ("A submission", "submitted-questions", lambda play: play.pending().items[0]),
    ("A user", "users", lambda play: play.profile("uuid-string")),
]  # fmt: skip


@pytest.mark.parametrize(("what", "type", "found"), ITEMS)
def test_an_item_of_the_reference_is_read_as_what_it_is(shared: Any, what: str, type: str, found: Any) -> None:
    prod = TruthByte(stator.open(shared), "prod")
    prod.create_tables()
    with pytest.raises(ValueError, match="Expecting"):
        json.loads(TEXTS[what])
    item = json.loads(re.sub(r" +//.*", "", TEXTS[what]), parse_float=Decimal)
    shared.Table(f"prod-truthbyte-{type}").put_item(Item=item)
    assert found(prod).model_dump(exclude_unset=True) == item


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
