"""boto3's calls in process beside the same calls over HTTP, in turns of one run: the ratio is what counts.

    python -m benchmarks.boto3_door [seconds]

Both databases are in memory, the server's in a process of its own on this machine; one thread, one item of 1 KB. The
budget is half for get_item. Times are the best of several turns, in microseconds a call.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import boto3

import stator.boto3

TABLE = "bench"
KEY = {"pk": {"S": "one"}}
TURN_CALLS = 100
SECONDS = 10.0
DUMMY = {"region_name": "us-east-1", "aws_access_key_id": "x", "aws_secret_access_key": "x"}

CALLS: dict[str, Callable[[Any], Any]] = {
    "get_item": lambda client: client.get_item(TableName=TABLE, Key=KEY),
    "put_item": lambda client: client.put_item(TableName=TABLE, Item={**KEY, "data": {"S": "x" * 1000}}),
    "query": lambda client: client.query(
        TableName=TABLE, KeyConditionExpression="pk = :p", ExpressionAttributeValues={":p": KEY["pk"]}
    ),
}


@contextmanager
def server() -> Iterator[str]:
    command = [sys.executable, "-m", "stator", "serve", "--port", "0", "--data", ":memory:"]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield next(word for word in process.stdout.readline().split() if word.startswith("http://"))
        finally:
            process.terminate()


def prepare(client: Any) -> None:
    client.create_table(
        TableName=TABLE,
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    for call in CALLS.values():
        call(client)
    CALLS["put_item"](client)


def turn(call: Callable[[Any], Any], client: Any) -> float:
    """Seconds a call."""
    started = time.perf_counter()
    for _ in range(TURN_CALLS):
        call(client)
    return (time.perf_counter() - started) / TURN_CALLS


def measure(call: Callable[[Any], Any], clients: tuple[Any, ...], seconds: float) -> list[float]:
    """The best of each client's turns, which they take one after the other."""
    best = [float("inf")] * len(clients)
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        best = [min(least, turn(call, client)) for least, client in zip(best, clients, strict=True)]
    return best


def main(seconds: float) -> None:
    with server() as endpoint, stator.boto3.Session(":memory:", **DUMMY) as session:
        clients = (session.client("dynamodb"), boto3.client("dynamodb", endpoint_url=endpoint, **DUMMY))
        for client in clients:
            prepare(client)
        for name, call in CALLS.items():
            inside, over_http = measure(call, clients, seconds / len(CALLS))
            print(
                f"{name:9} in process {inside * 1e6:6.0f} us   over HTTP {over_http * 1e6:6.0f} us   "
                f"ratio {inside / over_http:.2f}",
                flush=True,
            )


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS)
