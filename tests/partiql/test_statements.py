"""What is remembered of a statement serves other values; and transactions and batches as wholes."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from doors import Door, InProcessDoor, Refusal
from statement_case import item, make_tables, value

from stator.partiql import statements
from stator.partiql.statements import prepare


@pytest.fixture
def door() -> Door:
    door = InProcessDoor()
    make_tables(door, ["hash", "pair"])
    return door


def run(door: Door, statement: str, *parameters: Any, **request: Any) -> list[dict[str, Any]]:
    asked: dict[str, Any] = {"Statement": statement, **request}
    if parameters:
        asked["Parameters"] = [value(each) for each in parameters]
    answer = door.call("ExecuteStatement", asked)
    items: list[dict[str, Any]] = answer["Items"]
    return items


def test_a_statement_is_prepared_once() -> None:
    text = "SELECT * FROM somewhere WHERE pk = ? AND n < ?"
    assert prepare(text) is prepare(text)
    long = "SELECT * FROM somewhere" + " " * 4000
    assert prepare(long) is not prepare(long)


def test_only_so_many_statements_are_remembered() -> None:
    for number in range(1000):
        prepare(f"SELECT * FROM t{number}")
    assert statements._remembered.cache_info().currsize <= 256


def test_a_remembered_statement_checks_the_values_of_each_request(door: Door) -> None:
    run(door, "INSERT INTO hash VALUE {'pk': 'a', 'n': 5}")
    statement = "SELECT n FROM hash WHERE pk = ? AND n < ?"
    for _ in range(2):
        assert run(door, statement, "a", 6) == [item(n=5)]
        assert run(door, statement, "a", 5) == []
        assert run(door, statement, "a", "x") == []
        with pytest.raises(Refusal, match="operator or function: <, operand type: BOOL"):
            run(door, statement, "a", True)
        with pytest.raises(Refusal, match="Key attribute's data type"):
            run(door, statement, 1, 6)


def test_a_remembered_update_checks_the_values_of_each_request(door: Door) -> None:
    run(door, "INSERT INTO hash VALUE {'pk': 'a', 'n': 5, 's': <<'x'>>}")
    adds = "UPDATE hash SET n = n + ? WHERE pk = ? RETURNING MODIFIED NEW *"
    joins = "UPDATE hash SET s = set_add(s, ?) WHERE pk = 'a' RETURNING MODIFIED NEW *"
    for number in range(2):
        assert run(door, adds, 1, "a") == [item(n=6 + number)]
        with pytest.raises(Refusal, match="operator or function: \\+, operand type: S"):
            run(door, adds, "1", "a")
        assert run(door, joins, {f"y{number}"})[0]["s"]["SS"][-1] == f"y{number}"
        with pytest.raises(Refusal, match="must be a value with type SET at 1:29:1"):
            run(door, joins, "z")


def test_a_remembered_refusal_is_told_again_and_only_when_the_table_is_there(door: Door) -> None:
    for _ in range(2):
        with pytest.raises(Refusal, match="Unrecognized function: nope at 1:26:4"):
            run(door, "SELECT * FROM hash WHERE nope(a) = 1")
        with pytest.raises(Refusal, match="Requested resource not found"):
            run(door, "SELECT * FROM none WHERE nope(a) = 1")


def test_one_text_serves_a_table_before_and_after_it_is_made_anew(door: Door) -> None:
    statement = "SELECT * FROM hash WHERE pk = ?"
    run(door, "INSERT INTO hash VALUE {'pk': 'a'}")
    assert run(door, statement, "a") == [item(pk="a")]
    door.call("DeleteTable", {"TableName": "hash"})
    schema = {
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "N"}],
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    }
    door.call("CreateTable", {"TableName": "hash", "BillingMode": "PAY_PER_REQUEST", **schema})
    with pytest.raises(Refusal, match="Key attribute's data type"):
        run(door, statement, "a")
    run(door, "INSERT INTO hash VALUE {'pk': 1}")
    assert run(door, statement, 1) == [item(pk=1)]


def test_an_arn_names_a_table(door: Door) -> None:
    run(door, "INSERT INTO hash VALUE {'pk': 'a'}")
    arn = "arn:aws:dynamodb:us-east-1:000000000000:table/hash"
    assert run(door, f'SELECT * FROM "{arn}"') == [item(pk="a")]


def test_the_item_that_failed_a_condition_comes_back_where_asked_for() -> None:
    from stator.client.in_process import InProcess
    from stator.engine.database import Database
    from stator.errors import ConditionalCheckFailedException
    from stator.storage.memory import MemoryStore

    client = InProcess(Database(MemoryStore()))
    schema = {
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    }
    client.call("CreateTable", {"TableName": "hash", "BillingMode": "PAY_PER_REQUEST", **schema})
    client.call("PutItem", {"TableName": "hash", "Item": item(pk="a", n=1)})
    for statement in (
        "UPDATE hash SET z = 1 WHERE pk = 'a' AND n = 2",
        "DELETE FROM hash WHERE pk = 'a' AND n = 2",
    ):
        for wanted in ("ALL_OLD", "NONE"):
            request = {"Statement": statement, "ReturnValuesOnConditionCheckFailure": wanted}
            with pytest.raises(ConditionalCheckFailedException) as caught:
                client.call("ExecuteStatement", request)
            assert ("Item" in caught.value.extra) is (wanted == "ALL_OLD")


# Transactions


def transact(door: Door, *members: str, **request: Any) -> dict[str, Any]:
    return door.call(
        "ExecuteTransaction",
        {"TransactStatements": [{"Statement": member} for member in members], **request},
    )


def test_a_token_makes_the_repeat_of_a_transaction_harmless(door: Door) -> None:
    run(door, "INSERT INTO hash VALUE {'pk': 'a', 'n': 0}")
    add = "UPDATE hash SET n = n + 1 WHERE pk = 'a'"
    request = {"ClientRequestToken": "once", "ReturnConsumedCapacity": "TOTAL"}
    first = transact(door, add, **request)
    again = transact(door, add, **request)
    assert run(door, "SELECT n FROM hash") == [item(n=1)]
    assert first["ConsumedCapacity"][0]["WriteCapacityUnits"] == 2.0
    assert again["ConsumedCapacity"][0]["ReadCapacityUnits"] == 2.0
    assert "WriteCapacityUnits" not in again["ConsumedCapacity"][0]
    assert first["Responses"] == again["Responses"] == []
    with pytest.raises(Refusal) as caught:
        transact(door, "UPDATE hash SET n = n + 2 WHERE pk = 'a'", ClientRequestToken="once")
    assert caught.value.code == "IdempotentParameterMismatchException"
    assert run(door, "SELECT n FROM hash") == [item(n=1)]


def test_a_cancelled_transaction_leaves_its_token_free(door: Door) -> None:
    run(door, "INSERT INTO hash VALUE {'pk': 'a', 'n': 0}")
    members = ["INSERT INTO hash VALUE {'pk': 'a'}"]
    with pytest.raises(Refusal, match="DuplicateItem"):
        transact(door, *members, ClientRequestToken="free")
    run(door, "DELETE FROM hash WHERE pk = 'a'")
    transact(door, *members, ClientRequestToken="free")
    assert run(door, "SELECT * FROM hash") == [item(pk="a")]


def test_transfers_by_several_threads_keep_the_sum(door: Door) -> None:
    names = ["a", "b", "c"]
    for name in names:
        run(door, "INSERT INTO hash VALUE {'pk': ?, 'n': 100}", name)
    failures: list[BaseException] = []

    def move(number: int) -> None:
        for step in range(25):
            giver, taker = names[(number + step) % 3], names[(number + step + 1) % 3]
            try:
                transact(
                    door,
                    f"UPDATE hash SET n = n - 7 WHERE pk = '{giver}' AND n >= 7",
                    f"UPDATE hash SET n = n + 7 WHERE pk = '{taker}'",
                )
            except Refusal as refusal:
                if refusal.code != "TransactionCanceledException":
                    failures.append(refusal)

    threads = [threading.Thread(target=move, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert sum(int(each["n"]["N"]) for each in run(door, "SELECT n FROM hash")) == 300


def test_a_transaction_may_not_exceed_four_megabytes(door: Door) -> None:
    members = [
        {
            "Statement": "INSERT INTO hash VALUE {'pk': ?, 'x': ?}",
            "Parameters": [value(f"k{n}"), value("x" * 399_000)],
        }
        for n in range(11)
    ]
    with pytest.raises(Refusal, match="aggregate size of the items in the transaction exceeded 4 MB"):
        door.call("ExecuteTransaction", {"TransactStatements": members})
    assert run(door, "SELECT pk FROM hash") == []
    door.call("ExecuteTransaction", {"TransactStatements": members[:10]})
    for part in (members[:5], members[5:10]):
        door.call(
            "BatchExecuteStatement",
            {
                "Statements": [
                    {
                        **each,
                        "Statement": "DELETE FROM hash WHERE pk = ?",
                        "Parameters": each["Parameters"][:1],
                    }
                    for each in part
                ]
            },
        )
    assert run(door, "SELECT pk FROM hash") == []


def test_a_batch_larger_than_one_work_is_written_whole(door: Door) -> None:
    members = [
        {
            "Statement": "INSERT INTO hash VALUE {'pk': ?, 'x': ?}",
            "Parameters": [value(f"k{n}"), value("x" * 390_000)],
        }
        for n in range(25)
    ]
    members[7]["Parameters"][0] = value("k6")
    answer = door.call("BatchExecuteStatement", {"Statements": members})
    codes = [each.get("Error", {}).get("Code") for each in answer["Responses"]]
    assert codes == [None] * 7 + ["DuplicateItem"] + [None] * 17
    found = []
    token: dict[str, str] = {}
    while True:
        page = door.call("ExecuteStatement", {"Statement": "SELECT pk FROM hash", **token})
        found += page["Items"]
        if "NextToken" not in page:
            break
        token = {"NextToken": page["NextToken"]}
    assert len(found) == 24


def test_writes_of_one_batch_see_those_before_them(door: Door) -> None:
    run(door, "INSERT INTO hash VALUE {'pk': 'a', 'n': 0}")
    members = [{"Statement": "UPDATE hash SET n = n + 1 WHERE pk = 'a' RETURNING MODIFIED NEW *"}] * 5
    members.insert(2, {"Statement": "UPDATE hash SET n = n + 1 WHERE pk = 'a' AND n = 7"})
    answer = door.call("BatchExecuteStatement", {"Statements": members})
    counted = [each.get("Item") for each in answer["Responses"]]
    assert counted == [item(n=1), item(n=2), None, item(n=3), item(n=4), item(n=5)]
