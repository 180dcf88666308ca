"""What TruthByte's cases play with: a database behind a door, questions, answers, and clients at once."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

from boto3_clients import boto3_client

import stator
from stator.clock import ManualClock
from stator.engine.database import Database
from stator.server.background import BackgroundServer
from stator.server.server import Listening
from stator.storage.memory import MemoryStore
from systems.truthbyte import Settings, TruthByte
from systems.truthbyte.design import Question
from systems.truthbyte.questions import entries_of, with_general

DOORS = ("memory", "http", "boto3")
CREDENTIALS = {"aws_access_key_id": "AKIDEXAMPLE", "aws_secret_access_key": "x", "region_name": "us-east-1"}
NOON = 1_705_320_000.0
"""2024-01-15, 12:00 UTC."""

CATEGORIES = ("science", "history", "sports")


class Place:
    """A database behind a door. Its server is started by the first who opens it: what was put before went in directly,
    which is quicker."""

    def __init__(self, door: str, clock: ManualClock) -> None:
        self.door = door
        self.clock = clock
        self._closing = ExitStack()
        self._database = Database(MemoryStore(), clock=clock)
        self._inside = stator.open(self._database)
        self._url: str | None = None

    @property
    def url(self) -> str | None:
        """The server's; None in process."""
        if self._url is None and self.door != "memory":
            listening = Listening(port=boto3_client()[0] if self.door == "boto3" else 0)
            self._url = self._closing.enter_context(BackgroundServer(self._database, listening))
        return self._url

    def open(self) -> Any:
        """Another handle on it, for another client."""
        if self.door == "memory":
            return self._inside
        if self.door == "http":
            return stator.open(self.url)
        assert self.url is not None
        return stator.open(boto3_client()[1])

    def game(self, seed: int = 7, **settings: Any) -> TruthByte:
        """A client of its own, on `dev`."""
        return self._game(self.open(), seed, settings)

    def made(self, questions: int = 0, seed: int = 7, **settings: Any) -> TruthByte:
        """The first client, with tables and so many questions in them."""
        assert self._url is None
        game = self._game(self._inside, seed, settings)
        game.create_tables()
        if questions:
            fill(game, sample(questions))
        return self.game(seed, **settings)

    def close(self) -> None:
        self._closing.close()
        self._database.close()

    def _game(self, db: Any, seed: int, settings: dict[str, Any]) -> TruthByte:
        return TruthByte(
            db,
            "dev",
            now=self.clock.now,
            rng=random.Random(seed),
            settings=Settings(**{"ip_salt": "pepper", **settings}),
            sleep=lambda seconds: time.sleep(seconds / 50),
        )


def opened_at(door: str, clock: ManualClock) -> Iterator[Place]:
    place = Place(door, clock)
    yield place
    place.close()


def sample(count: int, start: int = 0) -> list[Question]:
    """Questions that are true where their number is even."""
    return [
        Question(
            id=f"q{number:04}",
            question=f"Is the number {number} even?",
            answer=number % 2 == 0,
            title=f"Number {number}",
            categories=with_general([CATEGORIES[number % len(CATEGORIES)]]),
            difficulty=number % 5 + 1,
            tags=[CATEGORIES[number % len(CATEGORIES)]],
        )
        for number in range(start, start + count)
    ]


def fill(game: TruthByte, questions: list[Question]) -> None:
    game.tables.put_many(questions)
    game.tables.put_many([entry for question in questions for entry in entries_of(question)])
    game.recount({name for question in questions for name in question.categories})


def all_right(game: TruthByte) -> dict[str, bool]:
    """The right answers of today's challenge."""
    return {question.id: question.answer for question in game.daily().questions}


def with_right(game: TruthByte, right: int) -> dict[str, bool]:
    """Today's answers, of which so many are right."""
    answers = all_right(game)
    return {
        question: answer if place < right else not answer
        for place, (question, answer) in enumerate(answers.items())
    }


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """What each returns or raises, when they are begun together by as many threads."""
    start = threading.Barrier(len(calls))

    def begin(call: Callable[[], Any]) -> Any:
        start.wait()
        try:
            return call()
        except Exception as error:
            return error

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(begin, calls))
