"""What an empty database costs a test: Stator's pytest fixture beside moto's mock_aws, in one run.

python -m benchmarks.pytest_fixture           (moto, if it is installed, is measured too)

Three sizes of test: one that does nothing, one that reaches its database through boto3, and one that makes a table
with an index there, puts an item and reads it back. A boto3 client is made once, as a module of a program does.
"""

from __future__ import annotations

import contextlib
import gc
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from importlib.util import find_spec
from statistics import median
from typing import Any

_ROUNDS = 7
_TESTS_A_ROUND = {"empty": 200, "list_tables": 100, "table, put, get": 20}
_REGION = "us-east-1"

Fixture = Callable[[], AbstractContextManager[Any]]


def main() -> None:
    client = _client()
    fixtures = {"stator": _stator()}
    if find_spec("moto") is not None:
        fixtures["moto"] = _moto()
    tests = {"empty": _nothing, "list_tables": _list, "table, put, get": _table}
    print("| a test | " + " | ".join(f"{name}, us" for name in fixtures) + " |")
    print("|---|" + "---|" * len(fixtures))
    for title, test in tests.items():
        figures = [
            _microseconds(fixture, test, client, _TESTS_A_ROUND[title]) for fixture in fixtures.values()
        ]
        print(f"| {title} | " + " | ".join(f"{figure:,.0f}" for figure in figures) + " |")
    _say_restoring()


def _stator() -> Fixture:
    """What the fixture `dynamodb` does, without pytest."""
    from stator.pytest_plugin.in_process import InProcessDatabase

    database = InProcessDatabase()

    @contextlib.contextmanager
    def fixture() -> Iterator[Any]:
        database.bench.begin()
        with database.serving_all_clients():
            yield database.current()

    return fixture


def _moto() -> Fixture:
    from moto import mock_aws  # type: ignore[import-not-found]

    return lambda: mock_aws()


def _client() -> Any:
    """Made within moto, where it is installed: one that is made before is not moto's."""
    import boto3  # type: ignore[import-untyped]

    with _moto()() if find_spec("moto") is not None else contextlib.nullcontext():
        return boto3.client("dynamodb", region_name=_REGION, aws_access_key_id="x", aws_secret_access_key="x")


def _nothing(client: Any) -> None:
    """A test that asks for a database and does not use it."""


def _list(client: Any) -> None:
    assert client.list_tables()["TableNames"] == []


def _table(client: Any) -> None:
    client.create_table(
        TableName="Orders",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[
            {"AttributeName": "id", "AttributeType": "S"},
            {"AttributeName": "customer", "AttributeType": "S"},
        ],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-customer",
                "KeySchema": [{"AttributeName": "customer", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
    )
    client.put_item(TableName="Orders", Item={"id": {"S": "1"}, "customer": {"S": "ann"}})
    assert client.get_item(TableName="Orders", Key={"id": {"S": "1"}})["Item"]["customer"] == {"S": "ann"}


def _microseconds(fixture: Fixture, test: Callable[[Any], None], client: Any, tests: int) -> float:
    """Of one test with its fixture: the median of the rounds."""

    def one() -> None:
        with fixture():
            test(client)

    one()
    rounds = []
    for _ in range(_ROUNDS):
        gc.collect()
        started = time.perf_counter()
        for _ in range(tests):
            one()
        rounds.append((time.perf_counter() - started) / tests * 1e6)
    return median(rounds)


def _say_restoring() -> None:
    """Going back to a snapshot, by the number of items in it."""
    from stator.client.in_process import InProcess
    from stator.testing.bench import Bench

    bench = Bench()
    door = InProcess(bench.db)
    keys = {"AttributeName": "id", "KeyType": "HASH"}
    table = {
        "TableName": "Items",
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [keys],
    }
    print()
    print("| a snapshot of | to restore, us |")
    print("|---|---|")
    door.call("CreateTable", table)
    done = 0
    for items in (0, 1_000, 10_000):
        for number in range(done, items):
            door.call("PutItem", {"TableName": "Items", "Item": {"id": {"S": str(number)}}})
        done = items
        snapshot = bench.snapshot()
        started = time.perf_counter()
        for _ in range(_TESTS_A_ROUND["empty"]):
            snapshot.restore()
        print(f"| {items:,} items | {(time.perf_counter() - started) / _TESTS_A_ROUND['empty'] * 1e6:,.0f} |")


if __name__ == "__main__":
    main()
