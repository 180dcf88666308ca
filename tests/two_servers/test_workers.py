"""`--workers N`: whichever process a client meets, it is one database, and every read sees every answered write."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from stator_process import Client, Gone, Refused, StatorProcess

from stator.cli import main

WORKERS = 3
# So many connections meet every process, but for one time in a thousand
CLIENTS = 20
KEY = {"pk": {"S": "a"}}
WAIT_S_MAX = 20.0

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")


def start(data: Path) -> StatorProcess:
    return StatorProcess(data, "--durability", "relaxed", "--workers", str(WORKERS))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StatorProcess]:
    with start(tmp_path_factory.mktemp("workers") / "data.db") as process:
        yield process
        process.terminate()


@pytest.fixture
def clients(server: StatorProcess) -> Iterator[list[Client]]:
    clients = [server.client() for _ in range(CLIENTS)]
    for client in clients:
        client.call("ListTables")
    yield clients
    for client in clients:
        client.close()


def create(client: Client, name: str, **more: Any) -> None:
    client.call(
        "CreateTable",
        TableName=name,
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        **more,
    )


def readers(server: StatorProcess) -> list[int]:
    pid = server.process.pid
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def wait_for(condition: Any) -> None:
    until = time.monotonic() + WAIT_S_MAX
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.02)


def test_every_process_sees_a_write_as_soon_as_any_has_answered_it(
    server: StatorProcess, clients: list[Client]
) -> None:
    assert len(readers(server)) == WORKERS - 1
    create(clients[0], "numbers")
    for number, client in enumerate(clients):
        assert client.call("DescribeTable", TableName="numbers")["Table"]["TableStatus"] == "ACTIVE"
        client.call("PutItem", TableName="numbers", Item={**KEY, "n": {"N": str(number)}})
        expected = {**KEY, "n": {"N": str(number)}}
        for other in clients:
            assert other.call("GetItem", TableName="numbers", Key=KEY)["Item"] == expected
        assert clients[number - 1].pages("Scan", TableName="numbers") == [expected]
    statement = "SELECT n FROM numbers WHERE pk = 'a'"
    for client in clients:
        assert client.call("ExecuteStatement", Statement=statement)["Items"] == [{"n": {"N": str(CLIENTS - 1)}}]


def test_limits_hold_over_all_processes(clients: list[Client]) -> None:
    create(clients[0], "limited", OnDemandThroughput={"MaxReadRequestUnits": 2})
    codes = []
    began = time.monotonic()
    for client in clients * 3:
        try:
            client.call("GetItem", TableName="limited", Key=KEY, ConsistentRead=True)
        except Refused as refused:
            codes.append(refused.code)
    elapsed = time.monotonic() - began
    assert set(codes) == {"ThrottlingException"}
    assert 2 <= CLIENTS * 3 - len(codes) <= 4 + 2 * elapsed


def test_a_reading_process_that_is_killed_comes_back(server: StatorProcess, clients: list[Client]) -> None:
    create(clients[0], "kept")
    clients[0].call("PutItem", TableName="kept", Item=KEY)
    killed = readers(server)
    for pid in killed:
        os.kill(pid, signal.SIGKILL)
    gone = 0
    for client in clients:
        try:
            assert client.call("GetItem", TableName="kept", Key=KEY)["Item"] == KEY
        except Gone:
            gone += 1
    assert 0 < gone < CLIENTS
    wait_for(lambda: len(set(readers(server)) - set(killed)) == WORKERS - 1)
    for _ in range(CLIENTS):
        anew = server.client()
        assert anew.call("GetItem", TableName="kept", Key=KEY)["Item"] == KEY
        anew.close()


def test_no_process_outlives_the_one_that_writes(tmp_path: Path) -> None:
    server = start(tmp_path / "data.db")
    left = readers(server)
    server.kill()
    assert len(left) == WORKERS - 1
    wait_for(lambda: not any(_runs(pid) for pid in left))


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_two_servers_do_not_share_a_port_by_mistake(server: StatorProcess, tmp_path: Path) -> None:
    port = server.endpoint.rpartition(":")[2]
    arguments = ["serve", "--port", port, "--data", str(tmp_path / "other.db"), "--workers", "2"]
    assert main(arguments) == 1
    assert not (tmp_path / "other.db").exists()


def test_memory_cannot_be_shared(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--port", "0", "--data", ":memory:", "--workers", "2"]) == 2
    assert "workers share a file, and data is :memory:" in capsys.readouterr().err
