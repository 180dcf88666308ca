"""Two servers on one file: clients of either see one database, and no write of one undoes another's."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from stator_process import Client, Refused, StatorProcess

KEY = {"pk": {"S": "a"}}
ROUNDS = 150


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[StatorProcess, StatorProcess]]:
    data = tmp_path_factory.mktemp("two") / "data.db"
    with StatorProcess(data, "--durability", "relaxed") as one:
        with StatorProcess(data, "--durability", "relaxed") as other:
            yield one, other
            other.terminate()
        one.terminate()


@pytest.fixture
def clients(servers: tuple[StatorProcess, StatorProcess]) -> Iterator[tuple[Client, Client]]:
    """One of each server."""
    one, other = servers[0].client(), servers[1].client()
    yield one, other
    one.close()
    other.close()


def create(client: Client, name: str, **more: Any) -> None:
    client.call(
        "CreateTable",
        TableName=name,
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        **more,
    )


def at_once(*calls: Callable[[], None]) -> None:
    """Runs all on threads of their own; raises what one of them raised."""
    raised: list[BaseException] = []

    def guarded(run: Callable[[], None]) -> None:
        try:
            run()
        except BaseException as error:
            raised.append(error)

    threads = [threading.Thread(target=guarded, args=(each,)) for each in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
        assert not thread.is_alive()
    if raised:
        raise raised[0]


def add_many(server: StatorProcess, table: str, count: int) -> None:
    client = server.client()
    for _ in range(count):
        client.call(
            "UpdateItem",
            TableName=table,
            Key=KEY,
            UpdateExpression="ADD n :one",
            ExpressionAttributeValues={":one": {"N": "1"}},
        )
    client.close()


def test_a_number_that_clients_of_both_add_to_is_their_exact_sum(
    servers: tuple[StatorProcess, StatorProcess], clients: tuple[Client, Client]
) -> None:
    create(clients[0], "added")
    at_once(*[lambda server=server: add_many(server, "added", ROUNDS) for server in servers * 2])  # type: ignore[misc]
    for client in clients:
        assert client.call("GetItem", TableName="added", Key=KEY)["Item"]["n"] == {"N": str(4 * ROUNDS)}
        assert client.call("DescribeTable", TableName="added")["Table"]["ItemCount"] == 1


def take_turns(server: StatorProcess, table: str, wins: list[int]) -> None:
    """Counts up by a condition on what was read, until `ROUNDS`: a lost race is read again."""
    client = server.client()
    while True:
        item = client.call("GetItem", TableName=table, Key=KEY).get("Item")
        now = 0 if item is None else int(item["n"]["N"])
        if now == ROUNDS:
            return
        try:
            client.call(
                "PutItem",
                TableName=table,
                Item={**KEY, "n": {"N": str(now + 1)}},
                ConditionExpression="attribute_not_exists(n) OR n = :now",
                ExpressionAttributeValues={":now": {"N": str(now)}},
            )
        except Refused as refused:
            if refused.code != "ConditionalCheckFailedException":
                raise
        else:
            wins.append(now)


def test_of_two_conditional_writes_at_once_one_wins(
    servers: tuple[StatorProcess, StatorProcess], clients: tuple[Client, Client]
) -> None:
    create(clients[0], "conditional")
    wins: list[int] = []
    at_once(*[lambda server=server: take_turns(server, "conditional", wins) for server in servers * 2])  # type: ignore[misc]
    assert sorted(wins) == list(range(ROUNDS))


def test_a_write_through_one_is_read_through_the_other_at_once(clients: tuple[Client, Client]) -> None:
    create(clients[0], "seen")
    for number in range(100):
        writer, reader = clients if number % 2 else reversed(clients)
        item = {**KEY, "n": {"N": str(number)}}
        writer.call("PutItem", TableName="seen", Item=item)
        assert reader.call("GetItem", TableName="seen", Key=KEY)["Item"] == item
        assert reader.call("Scan", TableName="seen")["Items"] == [item]


def test_tables_made_and_deleted_through_one_are_so_in_the_other(clients: tuple[Client, Client]) -> None:
    for number in range(20):
        one, other = clients if number % 2 else reversed(clients)
        create(one, "comes")
        assert other.call("DescribeTable", TableName="comes")["Table"]["TableStatus"] == "ACTIVE"
        other.call("PutItem", TableName="comes", Item={**KEY, "n": {"N": str(number)}})
        with pytest.raises(Refused, match="ResourceInUseException"):
            create(other, "comes")
        assert one.call("Scan", TableName="comes")["Count"] == 1
        other.call("DeleteTable", TableName="comes")
        for client in (one, other):
            for operation, request in (
                ("GetItem", {"Key": KEY}),
                ("PutItem", {"Item": KEY}),
                ("DescribeTable", {}),
                ("Scan", {}),
            ):
                with pytest.raises(Refused, match="ResourceNotFoundException"):
                    client.call(operation, TableName="comes", **request)
            assert "comes" not in client.call("ListTables")["TableNames"]


def index_update(kind: str) -> dict[str, Any]:
    if kind == "Delete":
        return {"GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": "by_g"}}]}
    schema = [{"AttributeName": "g", "KeyType": "HASH"}]
    index = {"IndexName": "by_g", "KeySchema": schema, "Projection": {"ProjectionType": "ALL"}}
    return {
        "AttributeDefinitions": [{"AttributeName": "g", "AttributeType": "S"}],
        "GlobalSecondaryIndexUpdates": [{"Create": index}],
    }


def songs(number: int) -> dict[str, Any]:
    return {"pk": {"S": f"{number}"}, "g": {"S": f"g{number % 3}"}}


def test_an_index_added_through_one_is_kept_by_writes_through_the_other(
    servers: tuple[StatorProcess, StatorProcess], clients: tuple[Client, Client]
) -> None:
    one, other = clients
    create(one, "indexed")

    def write(server: StatorProcess, numbers: range) -> None:
        client = server.client()
        for number in numbers:
            client.call("PutItem", TableName="indexed", Item=songs(number))
            if number % 5 == 0:
                client.call("DeleteItem", TableName="indexed", Key={"pk": {"S": f"{number - 3}"}})
        client.close()

    at_once(
        lambda: write(servers[0], range(300)),
        lambda: write(servers[1], range(300, 600)),
        lambda: one.call("UpdateTable", TableName="indexed", **index_update("Create")) and None,
    )
    for client in clients:
        while client.call("DescribeTable", TableName="indexed")["Table"]["TableStatus"] != "ACTIVE":
            pass
    items = by_key(other.pages("Scan", TableName="indexed"))
    for client in clients:
        assert by_key(client.pages("Scan", TableName="indexed", IndexName="by_g")) == items
        index = client.call("DescribeTable", TableName="indexed")["Table"]["GlobalSecondaryIndexes"][0]
        assert index["ItemCount"] == len(items)
    other.call("UpdateTable", TableName="indexed", **index_update("Delete"))
    one.call("PutItem", TableName="indexed", Item=songs(1000))
    with pytest.raises(Refused, match="does not have the specified index"):
        one.call("Scan", TableName="indexed", IndexName="by_g")


def by_key(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(items, key=lambda item: int(item["pk"]["S"]))


def test_a_table_made_by_both_at_once_is_made_once(
    servers: tuple[StatorProcess, StatorProcess],
) -> None:
    made: list[str] = []
    uids: set[str] = set()

    def make(server: StatorProcess) -> None:
        client = server.client()
        for number in range(10):
            try:
                create(client, f"raced{number}")
            except Refused as refused:
                if refused.code != "ResourceInUseException":
                    raise
            else:
                made.append(f"raced{number}")
            uids.add(client.call("DescribeTable", TableName=f"raced{number}")["Table"]["TableId"])
        client.close()

    at_once(*[lambda server=server: make(server) for server in servers])  # type: ignore[misc]
    assert sorted(made) == [f"raced{number}" for number in range(10)]
    assert len(uids) == 10


def test_one_of_two_that_is_killed_costs_the_other_nothing(tmp_path: Path) -> None:
    data = tmp_path / "data.db"
    with StatorProcess(data) as stays:
        client = stays.client()
        create(client, "lasting")
        for number in range(5):
            with StatorProcess(data) as goes:
                done = threading.Event()

                def write(server: StatorProcess = goes, done: threading.Event = done) -> None:
                    try:
                        add_many(server, "lasting", 10_000)
                    except Exception:
                        done.set()

                thread = threading.Thread(target=write)
                thread.start()
                for _ in range(20):
                    client.call(
                        "PutItem", TableName="lasting", Item={"pk": {"S": "b"}, "n": {"N": str(number)}}
                    )
                goes.kill()
                thread.join(60)
                assert done.is_set()
            client.call("PutItem", TableName="lasting", Item={"pk": {"S": f"c{number}"}})
        assert client.call("Scan", TableName="lasting")["Count"] == 7
        stays.terminate()
