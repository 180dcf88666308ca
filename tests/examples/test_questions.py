"""Each example runs to its end, finds what is there, and finds the same a second time."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
SAMPLE = EXAMPLES / "questions-sample.jsonl"
EXAMPLE_S_MAX = 300

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def questions() -> list[dict[str, Any]]:
    return [json.loads(line) for line in SAMPLE.read_text("utf-8").splitlines()]


@pytest.fixture(scope="session")
def quiz(aws_environment: dict[str, str]) -> Run:
    """`examples/questions.py` with the sample."""
    pytest.importorskip("rich", reason="rich: install the `examples` extra")

    def run(*flags: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(EXAMPLES / "questions.py"), "--file", str(SAMPLE), *flags]
        environment = aws_environment | {"PYTHONIOENCODING": "utf-8", "PYTHONDONTWRITEBYTECODE": "1"}
        return subprocess.run(
            command, env=environment, capture_output=True, encoding="utf-8", timeout=EXAMPLE_S_MAX, check=False
        )

    return run


@pytest.fixture(scope="session")
def two_runs(quiz: Run, aws_environment: dict[str, str]) -> list[tuple[str, dict[str, int]]]:
    """What two runs in a row printed, and how many items each table held after each."""
    runs = []
    for _ in range(2):
        done = quiz("--environment", "twice")
        assert done.returncode == 0, done.stdout + done.stderr
        runs.append((done.stdout, table_counts(aws_environment, "twice-truthbyte-")))
    return runs


def table_counts(environment: dict[str, str], prefix: str) -> dict[str, int]:
    session = boto3.Session(environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"])
    client = session.client("dynamodb", "us-east-1", endpoint_url=environment["AWS_ENDPOINT_URL_DYNAMODB"])
    names = [name for page in client.get_paginator("list_tables").paginate() for name in page["TableNames"]]
    scan = client.get_paginator("scan")
    return {
        name.removeprefix(prefix): sum(page["Count"] for page in scan.paginate(TableName=name, Select="COUNT"))
        for name in names
        if name.startswith(prefix)
    }


def test_the_sample_is_well_formed(questions: list[dict[str, Any]]) -> None:
    assert len({question["id"] for question in questions}) == len(questions) == 60
    for question in questions:
        assert question["category"] in question["tags"]
        assert isinstance(question["answer"], bool)
        assert 1 <= question["difficulty"] <= 5
        assert question["question"].endswith("?")
        assert question["title"]
        assert question["passage"]


def test_every_table_holds_what_the_sample_says(
    two_runs: list[tuple[str, dict[str, int]]], questions: list[dict[str, Any]]
) -> None:
    categories = [{question["category"], "general"} for question in questions]
    assert two_runs[0][1] == {
        "questions": 60,
        "question-categories": sum(map(len, categories)),
        "categories": len(set().union(*categories)),
        "question-tags": sum(len(question["tags"]) for question in questions),
        "answers": 10,
        "sessions": 1,
        "submitted-questions": 1,
        "users": 1,
    }


def test_a_second_run_leaves_the_same_counts(two_runs: list[tuple[str, dict[str, int]]]) -> None:
    assert two_runs[0][1] == two_runs[1][1]


@pytest.mark.parametrize("run", [0, 1])
def test_each_pattern_prints_what_the_sample_says(
    two_runs: list[tuple[str, dict[str, int]]], questions: list[dict[str, Any]], run: int
) -> None:
    science = [question for question in questions if question["category"] == "science"]
    middling = [question for question in science if question["difficulty"] == 3]
    tags = Counter(tag for question in questions for tag in question["tags"])
    pool = sum(1 <= question["difficulty"] <= 4 for question in questions)
    expected = {
        "Direct, by id": "1 item",
        "By category": f"{len(science)} ids, {len(science)} read",
        "... and difficulty": f"{len(middling)} ids, {len(science)} read",
        "Fallback, in pages": f"5 items, {len(questions)} read, pages 1",
        "Whole questions": f"{len(middling)} of {len(middling)} items",
        "Category counts": "2 reads, 1 from cache",
        "Category listing": "8 items",
        "Is the tag in use?": "yes",
        "Questions of a tag": f"{tags['science']} counted, none sent",
        "All tags": f"{len(tags)} tags, {tags.total()} read",
        "The day's ten": f"10 drawn from {pool}",
        "Sessions by address": "1 of that address",
        "A player's answers": r"\d+ of 10 right",
        "A question's answers": r"1 to s\d+",
        "A day is played once": ("stored", "refused, as it should be")[run],
        "Moderation queue": "1 pending, 1 of this player",
    }
    printed = two_runs[run][0]
    missing = [
        title
        for title, summary in expected.items()
        if not re.search(rf"^ *\d+  {re.escape(title)} .*  {summary} +[\d.]+ ms$", printed, re.MULTILINE)
    ]
    assert missing == [], printed


def test_the_day_is_drawn_from_its_known_seed(two_runs: list[tuple[str, dict[str, int]]]) -> None:
    lines = [run[0].splitlines() for run in two_runs]
    seeds = [run.index("    2024-01-15, seed 18058809040537324535") for run in lines]
    drawn = [run[at + 1 : at + 11] for run, at in zip(lines, seeds, strict=True)]
    assert drawn[0] == drawn[1]


def test_an_unreachable_server_is_explained(quiz: Run) -> None:
    done = quiz("--endpoint", "http://127.0.0.1:1")
    assert done.returncode == 1
    assert done.stderr == "No server answers at http://127.0.0.1:1. Start one with: stator serve\n"


def test_a_missing_file_is_explained(quiz: Run) -> None:
    done = quiz("--file", "nothing.jsonl")
    assert (done.returncode, done.stderr) == (1, "No such file: nothing.jsonl\n")


def test_the_cli_example_finds_what_it_wrote_and_leaves_no_table(
    aws_cli: Path, aws_environment: dict[str, str]
) -> None:
    shell = shutil.which("sh")
    if shell is None:
        pytest.skip("sh is not installed")
    environment = aws_environment | {
        "PATH": os.pathsep.join([str(aws_cli.parent), os.environ["PATH"]]),
        "ENVIRONMENT": "shell",
    }
    done = subprocess.run(
        [shell, str(EXAMPLES / "questions_cli.sh")],
        env=environment,
        capture_output=True,
        text=True,
        timeout=EXAMPLE_S_MAX,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    sections = dict(section.split("\n", 1) for section in done.stdout.split("\n== ")[1:])
    found = {title: body.split() for title, body in sections.items()}
    assert found["An item with a document in it"] == ["alice@example.com"]
    assert found["The same by a query on the partition key"] == ["user-123", "2024-10-10", "30"]
    assert found["A birthday, and what it became"] == ["31"]
    assert "(ConditionalCheckFailedException)" in sections["The same birthday again is refused"]
    assert json.loads(sections["Of science, those of difficulty 3"]) == [["c3"], 1, 3]
    assert found["How many in a category, without sending one"] == ["4"]
    scanned = sections["The same by a filtered scan, two items to a page"].splitlines()
    assert [line.split("\t")[0] for line in scanned if line] == ["c2", "c3", "c4"]
    assert table_counts(aws_environment, "shell-") == {}
