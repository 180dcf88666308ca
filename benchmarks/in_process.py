"""What a call costs in process: the native client's get and put of one item of 1 KB, in microseconds a call.

    python -m benchmarks.in_process [--seconds S] [--file PATH]

Against memory, or a file that is opened with `durability="relaxed"`. Every put carries a new value. Each number is the
median of rounds, on one core; beside it stands a call of the transport alone, which is what the native client adds to.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from typing import Any

import stator

ROUNDS = 9
ITEMS = 1000
BUDGETS_US = {"get_item": 25.0, "put_item": 50.0}


def item(number: int, value: int) -> dict[str, Any]:
    """About 1 KB in ten attributes."""
    texts = {f"attribute{place}": f"{value:08d}" + "x" * 105 for place in range(7)}
    return {"id": f"item-{number:06d}", "number": value, "paid": True, **texts}


def measure(call: Callable[[int], Any], seconds: float) -> float:
    """Microseconds a call: the median of rounds."""
    call(0)
    started, count = time.perf_counter(), 0
    while time.perf_counter() - started < seconds / ROUNDS:
        call(count)
        count += 1
    rounds = []
    for round_number in range(ROUNDS):
        begun = time.perf_counter()
        for number in range(round_number * count, round_number * count + count):
            call(number)
        rounds.append((time.perf_counter() - begun) / count)
    return statistics.median(rounds) * 1e6


def open_table(path: str | None) -> tuple[stator.DB, stator.Table]:
    db = stator.open() if path is None else stator.open(path, durability="relaxed")
    table = db.create_table(
        TableName="InProcess",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    with table.batch_writer() as batch:
        for number in range(ITEMS):
            batch.put_item(Item=item(number, 0))
    return db, table


def run(path: str | None, seconds: float) -> dict[str, float]:
    """Microseconds by what was called."""
    db, table = open_table(path)
    wire_key = [{"id": {"S": f"item-{number:06d}"}} for number in range(ITEMS)]
    keys = [{"id": f"item-{number:06d}"} for number in range(ITEMS)]
    with db:
        found = {
            "get_item": measure(lambda number: table.get_item(Key=keys[number % ITEMS]), seconds),
            "put_item": measure(lambda number: table.put_item(Item=item(number % ITEMS, number)), seconds),
            "the item alone": measure(lambda number: item(number % ITEMS, number), seconds),
            "transport GetItem": measure(
                lambda number: db.transport.call(
                    "GetItem", {"TableName": "InProcess", "Key": wire_key[number % ITEMS]}
                ),
                seconds,
            ),
        }
        table.delete()
    found["put_item"] -= found["the item alone"]
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--seconds", type=float, default=2.0, help="for each number (default: 2)")
    parser.add_argument("--file", help="a file to make and use, instead of memory")
    options = parser.parse_args()
    for what, microseconds in run(options.file, options.seconds).items():
        budget = f"  (budget {BUDGETS_US[what]:g})" if what in BUDGETS_US else ""
        print(f"{what:20} {microseconds:8.1f} us{budget}")


if __name__ == "__main__":
    main()
