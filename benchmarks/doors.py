"""One get and one put of an item of 1 KB through every door, one after the other on one thread, in microseconds a call.

    python -m benchmarks.doors [--seconds N] [--json] [--folder PATH]
    (moto and dynoxide are left out, by name, where they cannot be had)

Best of several turns, which all doors take in the same run; every put carries a new value. Nothing is synced but where
it says so: what is compared is the way to the data. Raw SQLite is this project's own page layout without a database on
top: keys and values are bytes that are at hand.
"""

from __future__ import annotations

import argparse
import json
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import boto3

import stator
import stator.boto3
from benchmarks import fetching, peers
from benchmarks.boto3_door import DUMMY, TABLE, server
from benchmarks.errors import BenchmarkError
from benchmarks.processes import serving
from benchmarks.raw_sqlite import RawTable
from benchmarks.records import BOTO3, BOTO3_OVER_HTTP, NATIVE

ITEMS = 1000
TURN_CALLS = 50
SECONDS = 20.0

Calls = tuple[Callable[[int], Any], Callable[[int], Any]]
"""A get and a put of an item by its number."""


def measured(seconds: float, place: Path | None = None) -> dict[str, tuple[float, float]]:
    """By door: microseconds of a get and of a put. `place`: where data files go."""
    with ExitStack() as stack:
        doors = dict(_doors(stack, place))
        best = {name: [float("inf"), float("inf")] for name in doors}
        number, end = 0, time.perf_counter() + seconds
        while time.perf_counter() < end:
            for name, calls in doors.items():
                for which, call in enumerate(calls):
                    best[name][which] = min(best[name][which], _turn(call, number))
                number += TURN_CALLS
    return {name: (get * 1e6, put * 1e6) for name, (get, put) in best.items()}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.doors")
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--folder", type=Path, help="where data files go, on a disk")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    found = measured(chosen.seconds, chosen.folder)
    if chosen.json:
        print(json.dumps(found))
        return
    print("| door | get, us | put, us |\n|---|--:|--:|")
    for name, (get, put) in found.items():
        print(f"| {name} | {get:,.0f} | {put:,.0f} |")


def _turn(call: Callable[[int], Any], start: int) -> float:
    """Seconds a call."""
    begun = time.perf_counter()
    for number in range(start, start + TURN_CALLS):
        call(number)
    return (time.perf_counter() - begun) / TURN_CALLS


def _doors(stack: ExitStack, place: Path | None) -> Iterator[tuple[str, Calls]]:
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=place)))
    raw = RawTable(folder / "raw.db", ITEMS, 1024)
    stack.callback(raw.close)
    yield "raw SQLite, synced", (lambda _: raw.get(), lambda _: raw.put_group(1))
    yield NATIVE, _native(stack.enter_context(stator.open()))
    relaxed = stator.open(folder / "relaxed.db", durability="relaxed")
    yield "stator.open, file, relaxed", _native(stack.enter_context(relaxed))
    yield "stator.open, file, synced", _native(stack.enter_context(stator.open(folder / "full.db")))
    session = stack.enter_context(stator.boto3.Session(":memory:", **DUMMY))
    yield BOTO3, _boto3(session.client("dynamodb"))
    yield BOTO3_OVER_HTTP, _boto3(_client(stack.enter_context(server())))
    try:
        yield "boto3 over HTTP, dynoxide in memory", _boto3(_client(stack.enter_context(_dynoxide(folder))))
    except BenchmarkError as error:
        print(f"dynoxide is left out: {error}", file=sys.stderr)
    try:
        from moto import mock_aws  # type: ignore[import-not-found]
    except ImportError:
        print("moto is left out: it is not installed (pip install 'moto[dynamodb]')", file=sys.stderr)
    else:
        # Last: it takes over every client that is made from now on
        stack.enter_context(mock_aws())
        yield "boto3 in process, moto", _boto3(boto3.client("dynamodb", **DUMMY))


def _native(db: stator.DB) -> Calls:
    table = db.create_table(
        TableName=TABLE,
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )

    def put(number: int) -> None:
        table.put_item(Item={"pk": f"key-{number % ITEMS:06}", "data": f"{number:012}" + "x" * 990})

    for number in range(-ITEMS, 0):
        put(number)
    return lambda number: table.get_item(Key={"pk": f"key-{number % ITEMS:06}"}), put


def _boto3(client: Any) -> Calls:
    client.create_table(
        TableName=TABLE,
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )

    def put(number: int) -> None:
        item = {"pk": {"S": f"key-{number % ITEMS:06}"}, "data": {"S": f"{number:012}" + "x" * 990}}
        client.put_item(TableName=TABLE, Item=item)

    for number in range(-ITEMS, 0):
        put(number)
    return lambda number: client.get_item(TableName=TABLE, Key={"pk": {"S": f"key-{number % ITEMS:06}"}}), put


def _client(endpoint: str) -> Any:
    return boto3.client("dynamodb", endpoint_url=endpoint, **DUMMY)


@contextmanager
def _dynoxide(folder: Path) -> Iterator[str]:
    system = next(each for each in peers.SYSTEMS if each.name == "dynoxide-memory")
    installed, _ = fetching.fetched(system.family, system.sources, fetching.cache_folder())
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    with serving(system.command(peers.Place(installed, folder, port)), url=url, statuses=system.statuses):
        yield url


if __name__ == "__main__":
    main()
