"""Clients that write for as long as the server lives, and remember what it acknowledged.

Each writer owns its keys, so it knows what every one of them must hold after a crash: the state it was told of, or
that of the one call that was under way (for a batch: of each of its items). A counter that all of them add to must lie
between what was acknowledged and that plus what was under way.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from stator_process import Client, Gone

from stator.values import item_size

Item = dict[str, Any]

TABLE = "crash"
COUNTERS = "counters"
KEYS_A_WRITER = 12
GROUPS = ("red", "green", "blue", None)


def create_tables(client: Client) -> None:
    client.call(
        "CreateTable",
        TableName=TABLE,
        AttributeDefinitions=[{"AttributeName": n, "AttributeType": t} for n, t in
                              (("pk", "S"), ("sk", "N"), ("rank", "N"), ("group", "S"))],
        KeySchema=key_schema("pk", "sk"),
        LocalSecondaryIndexes=[
            {"IndexName": "by_rank", "KeySchema": key_schema("pk", "rank"), "Projection": {"ProjectionType": "ALL"}}
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by_group",
                "KeySchema": key_schema("group", "rank"),
                "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["text"]},
            }
        ],
        BillingMode="PAY_PER_REQUEST",
    )  # fmt: skip
    client.call(
        "CreateTable",
        TableName=COUNTERS,
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=key_schema("pk"),
        BillingMode="PAY_PER_REQUEST",
    )


def key_schema(partition: str, sort: str | None = None) -> list[dict[str, str]]:
    schema = [{"AttributeName": partition, "KeyType": "HASH"}]
    return schema if sort is None else [*schema, {"AttributeName": sort, "KeyType": "RANGE"}]


@dataclass
class Known:
    """What one writer knows: `items` as acknowledged, `under_way` what an unanswered call would have made of some of
    them (None: deleted), and of the shared counter its own share."""

    items: dict[int, Item | None] = field(default_factory=dict)
    under_way: dict[int, Item | None] = field(default_factory=dict)
    added: int = 0
    adding: int = 0
    answered: int = 0

    def acknowledge(self) -> None:
        self.items.update(self.under_way)
        self.under_way = {}
        self.added += self.adding
        self.adding = 0
        self.answered += 1


class Writer:
    """Writes with its own random numbers until the server is gone or `stop` is set."""

    def __init__(self, name: str, seed: int) -> None:
        self.name = name
        self.known = Known()
        self._random = random.Random(seed)
        self._acts: list[Callable[[Client], None]] = [
            self._put, self._put, self._update, self._delete, self._batch, self._add, self._add,
        ]  # fmt: skip

    def run(self, endpoint: str, stop: threading.Event, answered: Callable[[], None]) -> None:
        client = Client(endpoint)
        try:
            while not stop.is_set():
                self._random.choice(self._acts)(client)
                self.known.acknowledge()
                answered()
        except Gone:
            return
        finally:
            client.close()

    def key(self, sk: int) -> Item:
        return {"pk": {"S": self.name}, "sk": {"N": str(sk)}}

    def _some_item(self, sk: int) -> Item:
        item = self.key(sk) | {"text": {"S": "x" * self._random.choice((10, 400, 3000))}}
        item["version"] = {"N": str(self._random.randrange(1 << 40))}
        if self._random.random() < 0.8:
            item["rank"] = {"N": str(self._random.randrange(100))}
        group = self._random.choice(GROUPS)
        if group is not None:
            item["group"] = {"S": group}
        return item

    def _some_key(self) -> int:
        return self._random.randrange(KEYS_A_WRITER)

    def _put(self, client: Client) -> None:
        sk = self._some_key()
        self.known.under_way = {sk: self._some_item(sk)}
        client.call("PutItem", TableName=TABLE, Item=self.known.under_way[sk])

    def _update(self, client: Client) -> None:
        sk = self._some_key()
        old = self.known.items.get(sk) or self.key(sk)
        count = int(old.get("count", {"N": "0"})["N"]) + 1
        rank = {"N": str(self._random.randrange(100))}
        self.known.under_way = {sk: {**old, "rank": rank, "count": {"N": str(count)}}}
        client.call(
            "UpdateItem",
            TableName=TABLE,
            Key=self.key(sk),
            UpdateExpression="SET #r = :r ADD #c :one",
            ExpressionAttributeNames={"#r": "rank", "#c": "count"},
            ExpressionAttributeValues={":r": rank, ":one": {"N": "1"}},
        )

    def _delete(self, client: Client) -> None:
        sk = self._some_key()
        self.known.under_way = {sk: None}
        client.call("DeleteItem", TableName=TABLE, Key=self.key(sk))

    def _batch(self, client: Client) -> None:
        chosen = self._random.sample(range(KEYS_A_WRITER), 6)
        self.known.under_way = {
            sk: self._some_item(sk) if self._random.random() < 0.7 else None for sk in chosen
        }
        requests = [
            {"DeleteRequest": {"Key": self.key(sk)}} if item is None else {"PutRequest": {"Item": item}}
            for sk, item in self.known.under_way.items()
        ]
        answer = client.call("BatchWriteItem", RequestItems={TABLE: requests})
        assert answer["UnprocessedItems"] == {}

    def _add(self, client: Client) -> None:
        self.known.adding = self._random.randrange(1, 10)
        client.call(
            "UpdateItem",
            TableName=COUNTERS,
            Key={"pk": {"S": "all"}},
            UpdateExpression="ADD n :n",
            ExpressionAttributeValues={":n": {"N": str(self.known.adding)}},
        )


class Load:
    """All writers on threads of their own; `until(n)` returns once n calls were acknowledged since `start`."""

    def __init__(self, writers: list[Writer]) -> None:
        self.writers = writers
        self._stop = threading.Event()
        self._enough = threading.Condition()
        self._answered = 0
        self._threads: list[threading.Thread] = []

    def start(self, endpoint: str) -> None:
        self._stop.clear()
        self._answered = 0
        self._threads = [
            threading.Thread(target=writer.run, args=(endpoint, self._stop, self._one_more))
            for writer in self.writers
        ]
        for thread in self._threads:
            thread.start()

    def _one_more(self) -> None:
        with self._enough:
            self._answered += 1
            self._enough.notify_all()

    def until(self, count: int) -> None:
        with self._enough:
            assert self._enough.wait_for(lambda: self._answered >= count, timeout=60)

    def stop(self) -> None:
        """Lets every call that is under way end."""
        self._stop.set()
        self.join()

    def join(self) -> None:
        for thread in self._threads:
            thread.join(60)
            assert not thread.is_alive()


def check(client: Client, writers: list[Writer]) -> None:
    """What the server holds is what the writers know; then what was found is what they know."""
    found = {(each["pk"]["S"], int(each["sk"]["N"])): each for each in client.pages("Scan", TableName=TABLE)}
    for writer in writers:
        known = writer.known
        for sk in range(KEYS_A_WRITER):
            item = found.get((writer.name, sk))
            allowed = [known.items.get(sk)]
            if sk in known.under_way:
                allowed.append(known.under_way[sk])
            assert item in allowed, f"{writer.name} {sk}"
            known.items[sk] = item
        known.under_way = {}
    check_counter(client, writers)
    check_indexes(client, list(found.values()))


def check_counter(client: Client, writers: list[Writer]) -> None:
    item = client.call("GetItem", TableName=COUNTERS, Key={"pk": {"S": "all"}}).get("Item", {})
    total = int(item.get("n", {"N": "0"})["N"])
    added = sum(writer.known.added for writer in writers)
    adding = [writer.known.adding for writer in writers if writer.known.adding]
    sums = {added}
    for each in adding:
        sums |= {done + each for done in sums}
    assert total in sums
    for writer in writers:
        writer.known.added = writer.known.adding = 0
    writers[0].known.added = total


def check_indexes(client: Client, items: list[Item]) -> None:
    """Both indexes hold what the items say, by reading them whole; and the counts are those of what is there."""
    ranked = [item for item in items if "rank" in item]
    grouped = [
        {name: value for name, value in item.items() if name in ("pk", "sk", "rank", "group", "text")}
        for item in items
        if "rank" in item and "group" in item
    ]
    assert in_order(client.pages("Scan", TableName=TABLE, IndexName="by_rank")) == in_order(ranked)
    assert in_order(client.pages("Scan", TableName=TABLE, IndexName="by_group")) == in_order(grouped)
    table = client.call("DescribeTable", TableName=TABLE)["Table"]
    assert (table["ItemCount"], table["TableSizeBytes"]) == totals(items)
    (local,), (overall,) = table["LocalSecondaryIndexes"], table["GlobalSecondaryIndexes"]
    assert (local["ItemCount"], local["IndexSizeBytes"]) == totals(ranked)
    assert (overall["ItemCount"], overall["IndexSizeBytes"]) == totals(grouped)


def in_order(items: list[Item]) -> list[Item]:
    return sorted(items, key=lambda item: (item["pk"]["S"], int(item["sk"]["N"])))


def totals(items: list[Item]) -> tuple[int, int]:
    return len(items), sum(map(item_size, items))
