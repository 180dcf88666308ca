"""A server that is killed, or told to stop, while clients write: what it acknowledged is there when it is back."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest
from load import Load, Writer, check, create_tables
from stator_process import Client, Refused, StatorProcess

ROUNDS = 300 if os.environ.get("SOAK") else 15
WRITERS = 6


def test_a_killed_server_keeps_every_write_that_it_acknowledged(tmp_path: Path) -> None:
    chances = random.Random(5)
    load = Load([Writer(f"writer{n}", n) for n in range(WRITERS)])
    data = tmp_path / "data.db"
    for number in range(ROUNDS + 1):
        with StatorProcess(data) as server:
            client = server.client()
            if number == 0:
                create_tables(client)
            else:
                check(client, load.writers)
            if number == ROUNDS:
                break
            load.start(server.endpoint)
            load.until(chances.randrange(20, 250))
            server.kill()
            load.join()
    assert sum(writer.known.answered for writer in load.writers) > ROUNDS * 20


def test_a_server_told_to_stop_under_load_loses_nothing_and_ends_with_0(tmp_path: Path) -> None:
    load = Load([Writer(f"writer{n}", 100 + n) for n in range(WRITERS)])
    data = tmp_path / "data.db"
    for number in range(4):
        with StatorProcess(data) as server:
            client = server.client()
            if number == 0:
                create_tables(client)
            else:
                check(client, load.writers)
            client.close()
            if number == 3:
                break
            load.start(server.endpoint)
            load.until(100)
            server.terminate()
            load.join()
    leftovers = sorted(each.name for each in tmp_path.iterdir())
    assert leftovers[0] == "data.db"


ITEMS = 20_000


def test_a_backfill_that_was_killed_goes_on_and_ends_right(tmp_path: Path) -> None:
    data = tmp_path / "data.db"
    rounds = 0
    with StatorProcess(data, "--durability", "relaxed") as server:
        client = server.client()
        create_music(client)
        for start in range(0, ITEMS, 25):
            requests = [{"PutRequest": {"Item": song(n)}} for n in range(start, start + 25)]
            client.call("BatchWriteItem", RequestItems={"music": requests})
        add_index(client)
        assert is_backfilling(client)
        server.kill()
    while True:
        with StatorProcess(data, "--durability", "relaxed") as server:
            client = server.client()
            rounds += 1
            change_some(client, rounds)
            if not is_backfilling(client):
                break
            server.kill()
        assert rounds < 50
    with StatorProcess(data) as server:
        client = server.client()
        while is_backfilling(client):
            pass
        items = client.pages("Scan", TableName="music")
        rows = client.pages("Scan", TableName="music", IndexName="by_genre")
        by_id = {row["pk"]["S"]: row for row in rows}
        assert len(rows) == len(by_id)
        assert by_id == {item["pk"]["S"]: item for item in items if "genre" in item}
        table = client.call("DescribeTable", TableName="music")["Table"]
        assert table["ItemCount"] == len(items)
        assert table["GlobalSecondaryIndexes"][0]["ItemCount"] == len(rows)
        client.call("DeleteTable", TableName="music")
        with pytest.raises(Refused, match="ResourceNotFoundException"):
            client.call("DescribeTable", TableName="music")
        server.terminate()


def create_music(client: Client) -> None:
    client.call(
        "CreateTable",
        TableName="music",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )


def song(n: int) -> dict[str, dict[str, str]]:
    song = {"pk": {"S": f"{n}"}, "title": {"S": "t" * (n % 50 + 1)}}
    if n % 3:
        song["genre"] = {"S": f"genre{n % 7}"}
    return song


def add_index(client: Client) -> None:
    index = {
        "IndexName": "by_genre",
        "KeySchema": [{"AttributeName": "genre", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "ALL"},
    }
    client.call(
        "UpdateTable",
        TableName="music",
        AttributeDefinitions=[{"AttributeName": "genre", "AttributeType": "S"}],
        GlobalSecondaryIndexUpdates=[{"Create": index}],
    )


def change_some(client: Client, number: int) -> None:
    """Writes while the backfill is under way: songs that change genre, lose it, get one, or go."""
    for n in range(number * 40, number * 40 + 40):
        key = {"pk": {"S": f"{n}"}}
        if n % 4 == 0:
            client.call("DeleteItem", TableName="music", Key=key)
        elif n % 4 == 1:
            client.call("PutItem", TableName="music", Item=song(n + 1) | key)
        elif n % 4 == 2:
            client.call("UpdateItem", TableName="music", Key=key, UpdateExpression="REMOVE genre")


def is_backfilling(client: Client) -> bool:
    (index,) = client.call("DescribeTable", TableName="music")["Table"]["GlobalSecondaryIndexes"]
    return bool(index["IndexStatus"] != "ACTIVE")
