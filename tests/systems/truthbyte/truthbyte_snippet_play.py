"""The snippets of the reference, run by boto3 on databases in process and over HTTP."""

from __future__ import annotations

import json
import random
import shlex
import time
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import boto3
import botocore.session
from boto3.dynamodb.conditions import Attr, Key
from botocore.loaders import create_loader
from truthbyte_play import CREDENTIALS, fill, sample

import stator
import stator.boto3
from stator.clock import ManualClock
from stator.engine.database import Database, Options
from stator.server.background import BackgroundServer
from stator.storage.memory import MemoryStore
from systems.truthbyte import Settings, TruthByte
from systems.truthbyte.snippets import SNIPPETS

TEXTS = {snippet.what: snippet.text for snippet in SNIPPETS}
TABLES = {
    "questions_table": "questions",
    "question_categories_table": "question-categories",
    "answers_table": "answers",
    "users_table": "users",
    "question_tags_table": "question-tags",
}
_LOADER = create_loader()
"""Of botocore's models, read once."""


@contextmanager
def opened(door: str, clock: ManualClock, s3_folder: Path | None = None) -> Iterator[Any]:
    """boto3's resource, over sixty questions."""
    options = Options(s3_folder=str(s3_folder)) if s3_folder else Options()
    database = Database(MemoryStore(), options, clock=clock)
    game = game_on(stator.open(database), clock)
    game.create_tables()
    fill(game, sample(60))
    if door == "in process":
        core = botocore.session.Session()
        core.register_component("data_loader", _LOADER)
        with stator.boto3.Session(stator.open(database), botocore_session=core) as session:
            yield session.resource("dynamodb", region_name="us-east-1")
    else:
        with BackgroundServer(database) as url:
            yield boto3.resource("dynamodb", endpoint_url=url, **CREDENTIALS)
    database.close()


def game_on(db: Any, clock: ManualClock) -> TruthByte:
    return TruthByte(db, "dev", now=clock.now, rng=random.Random(7), settings=Settings("pepper"))


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


def index_items(table: Any, category: str, difficulty: int | None) -> list[str]:
    """The snippet, mended."""
    filters = {"FilterExpression": Attr("difficulty").eq(difficulty)} if difficulty else {}
    response = table.query(KeyConditionExpression=Key("category").eq(category), **filters)
    return [item["question_id"] for item in response["Items"]]


def batch_items(names: dict[str, Any], ids: list[str]) -> set[str]:
    """The snippet, mended."""
    table = names["questions_table"].name
    response = names["dynamodb"].batch_get_item(RequestItems={table: {"Keys": [{"id": qid} for qid in ids]}})
    return {item["id"] for item in response["Responses"][table]}


def words_of(what: str) -> list[str]:
    """A command line as the shell reads it."""
    return shlex.split(TEXTS[what].replace("\\\n", " "))
