"""A quiz's database: create its tables, load its questions, ask what its pages ask. Plain boto3.

    stator serve &
    python examples/questions.py

It needs boto3 and rich (`pip install stator[examples]`). A second run changes nothing: tables that exist are
kept, questions are written over themselves, and what may happen once is written under a condition.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import boto3
from boto3.dynamodb.conditions import Attr, Key
from botocore.config import Config
from botocore.exceptions import ClientError, EndpointConnectionError
from questions_tables import TABLES, Item, create_tables, items_by_table, read_questions, write
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table as Grid
from rich.text import Text

Found = tuple[str, list[str]]

HERE = Path(__file__).resolve().parent
ALL_QUESTIONS = HERE.parent.parent / "shared" / "data" / "questions.jsonl"
SAMPLE = HERE / "questions-sample.jsonl"

SCAN_PAGES_MAX = 3
EVALUATED_FOR_EACH_QUESTION = 50
BATCH_GET_KEYS_MAX = 100

USER = "demo-session-123"
MOMENT = 1710000000

console = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 100)


# --- reading --------------------------------------------------------------------------------------------


def pages(call: Callable[..., Item], **request: Any) -> Iterator[Item]:
    """Every page of a query or a scan, each from where the last one ended."""
    while True:
        page = call(**request)
        yield page
        if "LastEvaluatedKey" not in page:
            return
        request["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def items_of(found: Iterable[Item]) -> list[Item]:
    return [item for page in found for item in page["Items"]]


def by_category(tables: dict[str, Any], category: str, difficulty: int | None) -> tuple[list[str], int]:
    """Ids of a category's questions, and how many entries were read to find them."""
    request: dict[str, Any] = {"KeyConditionExpression": Key("category").eq(category)}
    if difficulty is not None:
        request["FilterExpression"] = Attr("difficulty").eq(difficulty)
    found = list(pages(tables["question-categories"].query, **request))
    return [item["question_id"] for item in items_of(found)], sum(page["ScannedCount"] for page in found)


def by_filtered_scan(tables: dict[str, Any], category: str, wanted: int) -> tuple[list[Item], int, int]:
    """The way without the category table: at most three pages. Returns items, pages and items evaluated."""
    found: list[Item] = []
    asked = pages(
        tables["questions"].scan,
        FilterExpression=Attr("categories").contains(category),
        Limit=wanted * EVALUATED_FOR_EACH_QUESTION,
    )
    for page in asked:
        found.append(page)
        if len(found) == SCAN_PAGES_MAX or len(items_of(found)) >= wanted:
            break
    return items_of(found)[:wanted], len(found), sum(page["ScannedCount"] for page in found)


def batch_get(dynamodb: Any, table: Any, ids: list[str]) -> list[Item]:
    """The questions in the order of `ids`. Keys that come back unprocessed are asked for again."""
    found: dict[str, Item] = {}
    for at in range(0, len(ids), BATCH_GET_KEYS_MAX):
        request: Item = {table.name: {"Keys": [{"id": each} for each in ids[at : at + BATCH_GET_KEYS_MAX]]}}
        while request:
            answer = dynamodb.batch_get_item(RequestItems=request)
            found.update({item["id"]: item for item in answer["Responses"].get(table.name, [])})
            request = answer.get("UnprocessedKeys", {})
    return [found[each] for each in ids if each in found]


def daily_seed(date: str) -> int:
    return int.from_bytes(hashlib.sha256(f"truthbyte-daily-{date}".encode()).digest()[:8], "big")


def once(write: Callable[..., Any], **request: Any) -> bool:
    """Whether the write was made; False when its condition says that it was made before."""
    try:
        write(**request)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
        return False
    return True


def in_words(question: Item) -> str:
    return f"{question['id']:<6} {question['question']} {'Yes' if question['answer'] else 'No'}."


class Quiz:
    """What the quiz's pages ask. Each method is one access pattern; it returns a summary and lines to show."""

    def __init__(self, dynamodb: Any, tables: dict[str, Any], first_id: str, date: str) -> None:
        self.dynamodb = dynamodb
        self.tables = tables
        self.first_id = first_id
        self.date = date

    def direct(self) -> Found:
        item = self.tables["questions"].get_item(Key={"id": self.first_id})["Item"]
        return "1 item", [in_words(item)]

    def category(self) -> Found:
        ids, read = by_category(self.tables, "science", None)
        return f"{len(ids)} ids, {read} read", []

    def category_and_difficulty(self) -> Found:
        ids, read = by_category(self.tables, "science", 3)
        return f"{len(ids)} ids, {read} read", ["difficulty 3: " + " ".join(ids[:10])]

    def fallback(self) -> Found:
        found, used, read = by_filtered_scan(self.tables, "science", 5)
        return f"{len(found)} items, {read} read, pages {used}", [in_words(item) for item in found[:2]]

    def whole_questions(self) -> Found:
        ids, _ = by_category(self.tables, "science", 3)
        chosen = random.Random(7).sample(ids, min(10, len(ids)))
        found = batch_get(self.dynamodb, self.tables["questions"], chosen)
        return f"{len(found)} of {len(chosen)} items", [in_words(item) for item in found[:2]]

    def counts(self) -> Found:
        cache: dict[str, int] = {}
        for name in ("science", "history", "science"):
            if name not in cache:
                cache[name] = self.count_of(name)
        return f"{len(cache)} reads, 1 from cache", [", ".join(f"{name} {n}" for name, n in cache.items())]

    def count_of(self, category: str) -> int:
        answer = self.tables["categories"].get_item(Key={"name": category})
        return int(answer["Item"]["count"]) if "Item" in answer else 0

    def categories(self) -> Found:
        listing = pages(
            self.tables["categories"].scan,
            ProjectionExpression="#name, #count, display_name",
            ExpressionAttributeNames={"#name": "name", "#count": "count"},
        )
        found = sorted(items_of(listing), key=lambda item: (-item["count"], item["name"]))
        return f"{len(found)} items", [", ".join(f"{each['display_name']} {each['count']}" for each in found)]

    def tag_exists(self) -> Found:
        found = self.tables["question-tags"].query(KeyConditionExpression=Key("tag").eq("science"), Limit=1)
        return "yes" if found["Count"] else "no", []

    def tag_count(self) -> Found:
        request = {"KeyConditionExpression": Key("tag").eq("science"), "Select": "COUNT"}
        found = pages(self.tables["question-tags"].query, **request)
        return f"{sum(page['Count'] for page in found)} counted, none sent", []

    def tags(self) -> Found:
        found = list(pages(self.tables["question-tags"].scan, ProjectionExpression="tag"))
        names = sorted({item["tag"] for item in items_of(found)})
        return f"{len(names)} tags, {sum(page['ScannedCount'] for page in found)} read", [", ".join(names)]

    def daily_ids(self) -> tuple[list[str], int]:
        """The day's ten and the pool's size: drawn from all of difficulty 1 to 4, in the order of their ids."""
        pool = pages(
            self.tables["questions"].scan,
            FilterExpression=Attr("difficulty").between(1, 4),
            ProjectionExpression="id",
        )
        ids = sorted(item["id"] for item in items_of(pool))
        return random.Random(daily_seed(self.date)).sample(ids, min(10, len(ids))), len(ids)

    def daily(self) -> Found:
        ids, pool = self.daily_ids()
        found = batch_get(self.dynamodb, self.tables["questions"], ids)
        lines = [f"{self.date}, seed {daily_seed(self.date)}", *map(in_words, found)]
        return f"{len(found)} drawn from {pool}", lines

    def session(self) -> Found:
        ip_hash = hashlib.sha256(b"salt 192.0.2.1").hexdigest()
        item = {"session_id": USER, "ip_hash": ip_hash, "created_at": MOMENT, "trust_score": Decimal("0.5")}
        self.tables["sessions"].put_item(Item=item)
        found = self.tables["sessions"].query(
            IndexName="ip-hash-index", KeyConditionExpression=Key("ip_hash").eq(ip_hash)
        )
        return f"{found['Count']} of that address", []

    def answers(self) -> Found:
        ids, _ = self.daily_ids()
        with self.tables["answers"].batch_writer() as batch:
            for each in ids:
                batch.put_item(
                    Item={"user_id": USER, "question_id": each, "answer": True, "timestamp": MOMENT}
                )
        history = items_of(
            pages(self.tables["answers"].query, KeyConditionExpression=Key("user_id").eq(USER))
        )
        answered = [item["question_id"] for item in history]
        truth = {item["id"]: item["answer"] for item in self.batch_of(answered)}
        right = sum(item["answer"] == truth[item["question_id"]] for item in history)
        return f"{right} of {len(history)} right", []

    def batch_of(self, ids: list[str]) -> list[Item]:
        return batch_get(self.dynamodb, self.tables["questions"], ids)

    def question_answers(self) -> Found:
        ids, _ = self.daily_ids()
        found = self.tables["answers"].query(
            IndexName="question-index", KeyConditionExpression=Key("question_id").eq(ids[0])
        )
        return f"{found['Count']} to {ids[0]}", []

    def day(self) -> Found:
        users = self.tables["users"]
        user = {"user_id": USER, "daily_progress": {}, "best_daily_streak": 0}
        once(users.put_item, Item=user, ConditionExpression=Attr("user_id").not_exists())
        stored = once(
            users.update_item,
            Key={"user_id": USER},
            UpdateExpression="SET daily_progress.#date = :day, best_daily_streak = best_daily_streak + :one",
            ConditionExpression="attribute_not_exists(daily_progress.#date)",
            ExpressionAttributeNames={"#date": self.date},
            ExpressionAttributeValues={":day": {"completed": True, "completed_at": MOMENT}, ":one": 1},
        )
        item = users.get_item(Key={"user_id": USER}, ConsistentRead=True)["Item"]
        days = ", ".join(sorted(item["daily_progress"]))
        return "stored" if stored else "refused, as it should be", [f"days played: {days}"]

    def moderation(self) -> Found:
        table = self.tables["submitted-questions"]
        proposal = {
            "id": "sub_123456789",
            "question": "Is this a question of its own?",
            "suggested_answer": True,
            "tags": ["general"],
            "submitter_id": USER,
            "status": "pending",
            "created_at": MOMENT,
        }
        once(table.put_item, Item=proposal, ConditionExpression=Attr("id").not_exists())
        pending = table.query(
            IndexName="status-index",
            KeyConditionExpression=Key("status").eq("pending"),
            ScanIndexForward=False,
        )
        own = table.query(IndexName="submitter-index", KeyConditionExpression=Key("submitter_id").eq(USER))
        return f"{pending['Count']} pending, {own['Count']} of this player", []


PATTERNS: list[tuple[str, str, Callable[[Quiz], Found]]] = [
    ("Direct, by id", "GetItem", Quiz.direct),
    ("By category", "Query", Quiz.category),
    ("... and difficulty", "Query, filter", Quiz.category_and_difficulty),
    ("Fallback, in pages", "Scan, filter, at most 3 pages", Quiz.fallback),
    ("Whole questions", "Query, BatchGetItem", Quiz.whole_questions),
    ("Category counts", "GetItem, cached", Quiz.counts),
    ("Category listing", "Scan, reserved words aliased", Quiz.categories),
    ("Is the tag in use?", "Query, Limit 1", Quiz.tag_exists),
    ("Questions of a tag", "Query, Select COUNT", Quiz.tag_count),
    ("All tags", "Scan, projection", Quiz.tags),
    ("The day's ten", "Scan, filter, BatchGetItem", Quiz.daily),
    ("Sessions by address", "PutItem, Query on an index", Quiz.session),
    ("A player's answers", "BatchWriteItem, Query", Quiz.answers),
    ("A question's answers", "Query on an index", Quiz.question_answers),
    ("A day is played once", "UpdateItem under a condition", Quiz.day),
    ("Moderation queue", "PutItem, Query on two indexes", Quiz.moderation),
]


# --- showing --------------------------------------------------------------------------------------------


def load(tables: dict[str, Any], questions: list[Item]) -> None:
    """Writes everything under a bar a table, then says how many and how fast."""
    work = items_by_table(questions)
    began = time.perf_counter()
    label = TextColumn("  {task.description:<20}")
    with Progress(
        label, BarColumn(40), MofNCompleteColumn(), TimeElapsedColumn(), console=console
    ) as progress:
        for short, items in work.items():
            bar = progress.add_task(short, total=len(items))
            write(tables[short], items, partial(progress.advance, bar))
    taken_s = time.perf_counter() - began
    count = sum(map(len, work.values()))
    console.print(f"  {count:,} items in {taken_s:.1f} s, {count / taken_s:,.0f} a second\n")


def show(quiz: Quiz) -> None:
    """Runs one pattern after another and prints what it found and how long that took."""
    for number, (title, call, ask) in enumerate(PATTERNS, 1):
        began = time.perf_counter()
        summary, lines = ask(quiz)
        taken_ms = (time.perf_counter() - began) * 1000
        columns = f"[bold]{number:>2}  {title:<22}[/][dim]{call:<31}[/]{summary:<30}"
        console.print(f"{columns}[cyan]{taken_ms:>8.1f} ms[/]")
        for line in lines:
            console.print(
                Text(f"    {line}", style="dim"), overflow="ellipsis", no_wrap=True, soft_wrap=False
            )


def show_tables(tables: dict[str, Any]) -> None:
    grid = Grid("table", "items", "indexes", box=None, header_style="bold", pad_edge=False)
    for short, table in tables.items():
        count = sum(page["Count"] for page in pages(table.scan, Select="COUNT"))
        grid.add_row(table.name, f"{count:,}", ", ".join(TABLES[short][1]))
    grid.columns[1].justify = "right"
    console.print(grid)


# --- the command ----------------------------------------------------------------------------------------


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Load a quiz into DynamoDB tables and query it.")
    parser.add_argument(
        "--endpoint",
        default=os.environ.get("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:8000"),
        help="default: $AWS_ENDPOINT_URL_DYNAMODB, else http://127.0.0.1:8000",
    )
    parser.add_argument("--region", default=os.environ.get("AWS_REGION", "us-east-1"))
    parser.add_argument("--environment", default="dev", help="begins every table's name (default: dev)")
    parser.add_argument("--date", default="2024-01-15", help="the challenge's day (default: 2024-01-15)")
    parser.add_argument(
        "--file",
        type=Path,
        default=ALL_QUESTIONS if ALL_QUESTIONS.exists() else SAMPLE,
        help="questions, one JSON object a line (default: the sample beside this script)",
    )
    return parser.parse_args()


def connect(endpoint: str, region: str) -> Any:
    """A boto3 resource. Where no keys are set it signs with keys of no account, which AWS would refuse."""
    os.environ.setdefault("AWS_ACCESS_KEY_ID", "example")
    os.environ.setdefault("AWS_SECRET_ACCESS_KEY", "example")
    config = Config(connect_timeout=3, read_timeout=30, retries={"total_max_attempts": 3, "mode": "standard"})
    return boto3.resource("dynamodb", endpoint_url=endpoint, region_name=region, config=config)


def run(options: argparse.Namespace) -> None:
    dynamodb = connect(options.endpoint, options.region)
    questions = read_questions(options.file)
    console.print(f"[bold]{len(questions):,} questions[/] from {options.file.name} to {options.endpoint}\n")
    tables = create_tables(dynamodb, options.environment)
    load(tables, questions)
    show(Quiz(dynamodb, tables, questions[0]["id"], options.date))
    console.print()
    show_tables(tables)


def main() -> int:
    options = arguments()
    try:
        run(options)
    except EndpointConnectionError:
        print(f"No server answers at {options.endpoint}. Start one with: stator serve", file=sys.stderr)
        return 1
    except FileNotFoundError as error:
        print(f"No such file: {error.filename}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
