"""The quiz's tables, and how its file of questions becomes their items. `questions.py` runs this."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

Item = dict[str, Any]

DIFFICULTY_UNLESS_GIVEN = 3

# Each table's key, then its global indexes. Attributes are strings unless NUMBERS names them.
TABLES: dict[str, tuple[list[str], dict[str, list[str]]]] = {
    "questions": (["id"], {}),
    "question-categories": (["category", "question_id"], {}),
    "categories": (["name"], {}),
    "answers": (["user_id", "question_id"], {"question-index": ["question_id", "user_id"]}),
    "sessions": (["session_id"], {"ip-hash-index": ["ip_hash"]}),
    "submitted-questions": (
        ["id"],
        {"status-index": ["status", "created_at"], "submitter-index": ["submitter_id", "created_at"]},
    ),
    "users": (["user_id"], {}),
    "question-tags": (["tag", "question_id"], {}),
}
NUMBERS = {"created_at"}


def key_schema(names: list[str]) -> list[dict[str, str]]:
    kinds = ("HASH", "RANGE")[: len(names)]
    return [{"AttributeName": name, "KeyType": kind} for name, kind in zip(names, kinds, strict=True)]


def table_definition(name: str, key: list[str], indexes: dict[str, list[str]]) -> dict[str, Any]:
    attributes = sorted({*key, *(attribute for names in indexes.values() for attribute in names)})
    definition: dict[str, Any] = {
        "TableName": name,
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": key_schema(key),
        "AttributeDefinitions": [
            {"AttributeName": attribute, "AttributeType": "N" if attribute in NUMBERS else "S"}
            for attribute in attributes
        ],
    }
    if indexes:
        definition["GlobalSecondaryIndexes"] = [
            {"IndexName": index, "KeySchema": key_schema(names), "Projection": {"ProjectionType": "ALL"}}
            for index, names in indexes.items()
        ]
    return definition


def create_tables(dynamodb: Any, environment: str) -> dict[str, Any]:
    """Every table by its short name, ACTIVE. One that exists is kept as it is."""
    tables = {short: dynamodb.Table(f"{environment}-truthbyte-{short}") for short in TABLES}
    for short, (key, indexes) in TABLES.items():
        try:
            dynamodb.create_table(**table_definition(tables[short].name, key, indexes))
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceInUseException":
                raise
    for table in tables.values():
        table.wait_until_exists()
    return tables


def read_questions(path: Path) -> list[Item]:
    """The file's questions as items. A line has `category` and `tags`, or in the older form `tags` alone."""
    with path.open(encoding="utf-8") as lines:
        return [question_item(json.loads(line)) for line in lines if line.strip()]


def question_item(row: Item) -> Item:
    own = [row["category"]] if "category" in row else row["tags"]
    return {
        "id": row["id"],
        "question": row["question"],
        "title": row["title"],
        "passage": row["passage"],
        "answer": row["answer"],
        "categories": list(dict.fromkeys([*own, "general"])),
        "difficulty": row.get("difficulty", DIFFICULTY_UNLESS_GIVEN),
        "tags": row["tags"],
    }


def category_rows(questions: list[Item]) -> list[Item]:
    return [
        {"category": category, "question_id": question["id"], "difficulty": question["difficulty"]}
        for question in questions
        for category in question["categories"]
    ]


def tag_rows(questions: list[Item]) -> list[Item]:
    return [
        {"tag": tag, "question_id": question["id"]}
        for question in questions
        for tag in dict.fromkeys(question["tags"])
    ]


def count_rows(questions: list[Item]) -> list[Item]:
    counts = Counter(category for question in questions for category in question["categories"])
    return [
        {"name": name, "count": count, "display_name": name.title()} for name, count in sorted(counts.items())
    ]


def items_by_table(questions: list[Item]) -> dict[str, list[Item]]:
    """All that a file of questions becomes, by the short name of its table."""
    return {
        "questions": questions,
        "question-categories": category_rows(questions),
        "question-tags": tag_rows(questions),
        "categories": count_rows(questions),
    }


def write(table: Any, items: list[Item], advance: Callable[[], None]) -> None:
    """Puts `items` in batches of 25; what comes back unprocessed is sent again. `advance` is told of each."""
    with table.batch_writer() as batch:
        for item in items:
            batch.put_item(Item=item)
            advance()
