"""A database's life: opened on what there is, shared by threads, closed, forked; and what its errors are."""

from __future__ import annotations

import os
import pickle
import random
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from native_tables import schema

import stator
from stator.clock import ManualClock
from stator.errors import ConditionalCheckFailedException, ServiceError, StatorError, WaitError


def in_child(program: str, *arguments: str) -> str:
    run = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert run.returncode == 0, run.stderr
    return run.stdout.strip()


def test_importing_stator_loads_nothing_else() -> None:
    found = in_child(
        "import sys; before = set(sys.modules); import stator; print(sorted(set(sys.modules) - before))"
    )
    assert found == "['stator']"


def test_opening_memory_loads_neither_boto3_nor_asyncio_nor_the_server() -> None:
    found = in_child(
        "import sys, stator; stator.open().close();"
        " names = ('asyncio', 'boto3', 'botocore', 'http', 'stator.server', 'stator.wire');"
        " print([name for name in names if name in sys.modules])"
    )
    assert found == "[]"


def test_what_is_public_is_listed_and_found() -> None:
    assert {"open", "open_async", "aopen", "DB", "AsyncDB", "Table", "conditions"} <= set(dir(stator))
    assert stator.aopen is stator.open_async
    with pytest.raises(AttributeError):
        _ = stator.no_such_name


def test_a_file_is_the_same_file_when_it_is_opened_again(tmp_path: Path) -> None:
    with stator.open(tmp_path / "a.db") as db:
        db.create_table(**schema("Kept")).put_item(Item={"id": "a", "at": 1})
    with stator.open(str(tmp_path / "a.db"), durability="relaxed") as db:
        assert db.table("Kept").scan()["Items"] == [{"id": "a", "at": 1}]


def test_two_open_databases_share_a_file(tmp_path: Path) -> None:
    with stator.open(tmp_path / "a.db") as one, stator.open(tmp_path / "a.db") as other:
        one.create_table(**schema("Shared"))
        other.table("Shared").put_item(Item={"id": "a", "at": 1})
        assert one.table("Shared").get_item(Key={"id": "a", "at": 1})["Item"] == {"id": "a", "at": 1}


@pytest.mark.parametrize("target", ["memory", "file", "http"])
def test_a_closed_database_says_so(target: str, tmp_path: Path, endpoint: str) -> None:
    db = stator.open({"memory": ":memory:", "file": str(tmp_path / "a.db"), "http": endpoint}[target])
    table = db.table("Closed")
    db.close()
    db.close()
    with pytest.raises(StatorError, match="is closed"):
        table.get_item(Key={"id": "a", "at": 1})
    with pytest.raises(StatorError, match="is closed"):
        db.client.list_tables()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
@pytest.mark.parametrize("target", [":memory:", "file"])
def test_a_forked_child_is_told_to_open_anew(target: str, tmp_path: Path) -> None:
    program = """
import os, sys, stator
db = stator.open(sys.argv[1])
if os.fork() == 0:
    try:
        db.client.list_tables()
    except stator.errors.StatorError as error:
        os.write(1, str(error).encode())
    db.close()
    os._exit(0)
os.wait()
assert db.client.list_tables()["TableNames"] == []
db.close()
"""
    place = str(tmp_path / "a.db") if target == "file" else target
    assert in_child(program, place).startswith("This database was opened before the process forked.")


@pytest.mark.parametrize("target", ["memory", "file"])
def test_threads_share_a_database(target: str, tmp_path: Path) -> None:
    with stator.open(":memory:" if target == "memory" else tmp_path / "a.db", durability="relaxed") as db:
        table = db.create_table(**schema("Threads"))
        failures: list[BaseException] = []

        def add() -> None:
            try:
                for at in range(25):
                    table.update_item(
                        Key={"id": "count", "at": at % 3},
                        UpdateExpression="ADD n :one",
                        ExpressionAttributeValues={":one": 1},
                    )
            except BaseException as error:
                failures.append(error)

        threads = [threading.Thread(target=add) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []
        assert sum(item["n"] for item in table.scan_items()) == 200


@pytest.mark.parametrize(
    ("target", "options", "words"),
    [
        (7, {}, "int is no database"),
        (":memory:", {"colour": "red"}, "does not take these options"),
        (":memory:", {"numbers": "float"}, "allowed: 'int' or 'decimal'"),
        ("http://", {}, "is no endpoint"),
        ("http://127.0.0.1:99999", {}, "is no endpoint"),
        ("http://127.0.0.1:x", {}, "is no endpoint"),
        ("a\0b.db", {}, "null character"),
        ("http://127.0.0.1:1", {"durability": "full"}, "does not take these options"),
        ("/no/such/folder/a.db", {}, "folder"),
    ],
)
def test_what_cannot_be_opened_is_said(target: Any, options: dict[str, Any], words: str) -> None:
    with pytest.raises(StatorError, match=words):
        stator.open(target, **options)


def refusal(db: Any) -> ServiceError:
    table = db.create_table(**schema("Refusals"))
    table.put_item(Item={"id": "a", "at": 1})
    with pytest.raises(ConditionalCheckFailedException) as caught:
        table.put_item(Item={"id": "a", "at": 1}, ConditionExpression="attribute_not_exists(id)")
    return caught.value


def test_where_botocore_is_loaded_an_error_is_its_client_error_too() -> None:
    from botocore.exceptions import ClientError

    with stator.open() as db:
        error = refusal(db)
        assert isinstance(error, ClientError)
        assert isinstance(error, db.client.exceptions.ConditionalCheckFailedException)
        assert isinstance(error, db.client.exceptions.ClientError)


def test_without_botocore_errors_have_the_same_members() -> None:
    found = in_child(
        """
import stator, sys
db = stator.open()
try:
    db.table("Absent").load()
except stator.errors.ResourceNotFoundException as error:
    print(error.response["Error"]["Code"], error.operation_name, "botocore" in sys.modules)
"""
    )
    assert found == "ResourceNotFoundException DescribeTable False"


def test_an_error_can_be_pickled() -> None:
    with stator.open() as db:
        error: Any = refusal(db)
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is type(error)
    assert (copy.response, copy.operation_name, str(copy)) == (
        error.response,
        error.operation_name,
        str(error),
    )


def test_a_waiter_gives_up() -> None:
    pauses: list[float] = []
    with stator.open() as db:
        db._driver._sleep = pauses.append
        with pytest.raises(WaitError, match="max attempts exceeded"):
            db.client.get_waiter("table_exists").wait(
                TableName="Absent", WaiterConfig={"Delay": 1, "MaxAttempts": 3}
            )
    assert pauses[0] == 0.05
    assert 3 <= sum(pauses) <= 4


def test_a_new_database_with_its_own_randomness_scans_in_the_same_order_each_time(tmp_path: Path) -> None:
    orders = []
    for place in (":memory:", ":memory:", tmp_path / "a.db"):
        with stator.open(place, rng=random.Random(1)) as db:
            table = db.create_table(**schema("Ordered"))
            for number in range(50):
                table.put_item(Item={"id": f"i{number}", "at": 1})
            orders.append([item["id"] for item in table.scan()["Items"]])
    assert orders[0] == orders[1] == orders[2] != sorted(orders[0])


def test_pending_work_is_done_when_asked() -> None:
    clock = ManualClock()
    with stator.open(clock=clock, background=False) as db:
        table = db.create_table(**schema("Expiring"))
        db.client.update_time_to_live(
            TableName="Expiring", TimeToLiveSpecification={"Enabled": True, "AttributeName": "e"}
        )
        table.put_item(Item={"id": "a", "at": 1, "e": int(clock.now()) + 10})
        clock.advance(3600)
        assert db.run_pending()
        assert table.scan()["Items"] == []


def test_changing_an_answer_changes_nothing_in_the_database() -> None:
    with stator.open() as db:
        table = db.create_table(**schema("Mine"))
        db.client.describe_table(TableName="Mine")["Table"]["KeySchema"].clear()
        table.key_schema.clear()
        assert len(db.client.describe_table(TableName="Mine")["Table"]["KeySchema"]) == 2
