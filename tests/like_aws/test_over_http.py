"""The hardships as boto3 meets them: its waiters, its batch writer, its pages; and as `stator serve` turns them on."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from doors import HttpDoor
from hard_database import TABLE, Hard, item, query

import stator
from stator.clock import seeded_random
from stator.engine.like_aws import LikeAws
from stator.server.background import BackgroundServer

ALL = LikeAws(index_lag=True, stale_reads=True, lingering_states=True, partial_batches=True)
LINGERED_S = 0.1
SOURCE = Path(stator.__file__).parents[1]
SEED_LINE = re.compile(r"^stator: as hard as AWS, with --seed (\d+)$", re.MULTILINE)


class Service:
    """A server that is as hard as production, and boto3 on it. Each request of boto3's moves the clock a little."""

    def __init__(self, endpoint: str, hard: Hard) -> None:
        self.hard = hard
        session = boto3.Session("id", "secret", region_name="us-east-1")
        options = {"endpoint_url": endpoint, "config": Config(retries={"total_max_attempts": 1})}
        self.resource = session.resource("dynamodb", **options)
        self.client = session.client("dynamodb", **options)
        for client in (self.client, self.resource.meta.client):
            client.meta.events.register("before-call.dynamodb", self._pass_time)

    def _pass_time(self, **_: Any) -> None:
        self.hard.clock.advance(LINGERED_S)

    def wait(self, name: str) -> None:
        self.client.get_waiter(name).wait(TableName="music", WaiterConfig={"Delay": 0, "MaxAttempts": 25})


@pytest.fixture
def service() -> Iterator[Service]:
    hard = Hard(ALL, seeded_random(11), table=False)
    with BackgroundServer(hard.db) as endpoint:
        yield Service(endpoint, hard)
    hard.db.close()


def test_boto3s_waiters_see_a_table_come_and_go(service: Service) -> None:
    client = service.client
    client.create_table(**TABLE)
    assert client.describe_table(TableName="music")["Table"]["TableStatus"] == "CREATING"
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_item(TableName="music", Key=item("1"))
    service.wait("table_exists")
    client.put_item(TableName="music", Item=item("1"))
    client.delete_table(TableName="music")
    assert client.describe_table(TableName="music")["Table"]["TableStatus"] == "DELETING"
    with pytest.raises(client.exceptions.ResourceInUseException):
        client.create_table(**TABLE)
    service.wait("table_not_exists")
    client.create_table(**TABLE)
    service.wait("table_exists")


def test_boto3s_batch_writer_loses_and_doubles_nothing(service: Service) -> None:
    service.client.create_table(**TABLE)
    service.wait("table_exists")
    table = service.resource.Table("music")
    calls = []
    events = service.resource.meta.client.meta.events
    events.register("before-call.dynamodb.BatchWriteItem", lambda **_: calls.append(1))
    with table.batch_writer() as batch:
        for number in range(400):
            batch.put_item(Item={"pk": "p", "sk": f"{number:03}", "genre": "rock"})
    assert len(calls) > 16
    found = table.query(
        KeyConditionExpression="pk = :p", ExpressionAttributeValues={":p": "p"}, ConsistentRead=True
    )
    assert [each["sk"] for each in found["Items"]] == [f"{number:03}" for number in range(400)]
    assert service.client.describe_table(TableName="music")["Table"]["ItemCount"] == 400


def test_boto3s_pages_end_and_an_index_catches_up(service: Service) -> None:
    service.client.create_table(**TABLE)
    service.wait("table_exists")
    pages = service.client.get_paginator("query")
    request = query("genre", "rock", IndexName="by-genre", PaginationConfig={"PageSize": 7})
    counts = []
    for number in range(40):
        service.client.put_item(TableName="music", Item=item(f"{number:03}", genre="rock"))
        counts.append(sum(page["Count"] for page in pages.paginate(**request)))
        assert counts[-1] <= number + 1
    assert counts != list(range(1, 41))
    service.hard.clock.advance(10)
    assert sum(page["Count"] for page in pages.paginate(**request)) == 40


def test_a_consistent_read_over_http_is_never_stale(service: Service) -> None:
    service.client.create_table(**TABLE)
    service.wait("table_exists")
    stale = 0
    for number in range(40):
        service.client.put_item(TableName="music", Item=item("1", round=str(number)))
        asked = {"TableName": "music", "Key": item("1")}
        found = service.client.get_item(**asked, ConsistentRead=True)
        assert found["Item"]["round"]["S"] == str(number)
        found = service.client.get_item(**asked)
        stale += found.get("Item", {}).get("round") != {"S": str(number)}
    assert 0 < stale < 40


# As a person turns them on


@pytest.fixture
def serve() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str) -> subprocess.Popen[str]:
        env = {name: value for name, value in os.environ.items() if not name.startswith("STATOR_")}
        started.append(
            subprocess.Popen(
                [sys.executable, "-m", "stator", "serve", "--port", "0", "--data", ":memory:", *arguments],
                env={**env, "PYTHONPATH": str(SOURCE)},
                text=True,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
        )
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


def door_to(process: subprocess.Popen[str]) -> HttpDoor:
    assert process.stdout is not None
    found = re.search(r"http://\S+", process.stdout.readline())
    assert found
    return HttpDoor(found[0])


def log_of(process: subprocess.Popen[str]) -> str:
    process.send_signal(signal.SIGTERM)
    return process.communicate(timeout=20)[1]


def batches(door: HttpDoor) -> list[Any]:
    """What a server leaves of a hundred batches."""
    door.call("CreateTable", TABLE)
    requests = [{"PutRequest": {"Item": item(str(number))}} for number in range(25)]
    left = []
    for _ in range(100):
        left.append(door.call("BatchWriteItem", {"RequestItems": {"music": requests}})["UnprocessedItems"])
    door.close()
    return left


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_the_printed_seed_repeats_a_run_and_without_flags_there_is_none(serve: Any) -> None:
    drawn = serve("--partial-batches")
    told = batches(door_to(drawn))
    assert any(told)
    line = SEED_LINE.search(log_of(drawn))
    assert line
    assert batches(door_to(serve("--partial-batches", "--seed", line[1]))) == told
    easy = serve("--seed", line[1])
    assert not any(batches(door_to(easy)))
    assert SEED_LINE.search(log_of(easy)) is None
