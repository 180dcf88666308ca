"""The database that is emptied and put back between tests."""

from __future__ import annotations

import threading

import pytest
from bench_session import Session

from stator.errors import IdempotentParameterMismatchException, ResourceNotFoundException
from stator.server.background import BackgroundServer
from stator.storage.contract import Transaction

DAY_S = 86400


def test_a_new_beginning_is_empty(session: Session) -> None:
    session.create()
    session.put("1")
    session.bench.begin()
    assert session.call("ListTables") == {"TableNames": []}
    with pytest.raises(ResourceNotFoundException):
        session.get("1")


def test_the_same_calls_get_the_same_answers_in_every_test(session: Session) -> None:
    def answers() -> list[object]:
        session.bench.begin()
        session.clock.stop(1_800_000_000)
        session.create()
        for number in range(20):
            session.put(str(number))
        return [session.call("DescribeTable", TableName="Orders"), session.call("Scan", TableName="Orders")]

    assert answers() == answers()


def test_a_table_made_again_under_its_name_has_nothing_of_the_last_tests(session: Session) -> None:
    session.create()
    session.put("1")
    session.bench.begin()
    session.create()
    assert session.ids() == []
    assert session.of_customer() == []


def test_a_snapshot_is_gone_back_to_any_number_of_times(session: Session) -> None:
    session.create()
    session.put("1")
    snapshot = session.bench.snapshot()
    for number in ("2", "3"):
        session.put(number)
        session.call("DeleteItem", TableName="Orders", Key={"id": {"S": "1"}})
        session.create("More" + number)
        snapshot.restore()
        assert session.ids() == ["1"]
        assert session.call("ListTables")["TableNames"] == ["Orders"]


def test_a_snapshot_outlives_the_test_it_was_made_in(session: Session) -> None:
    session.create()
    session.put("1")
    snapshot = session.bench.snapshot()
    session.bench.begin()
    session.create("Other")
    snapshot.restore()
    assert session.call("ListTables")["TableNames"] == ["Orders"]
    assert session.of_customer() == ["1"]


def test_tables_of_another_snapshot_are_not_remembered(session: Session) -> None:
    empty = session.bench.snapshot()
    session.create()
    session.call("DeleteTable", TableName="Orders")
    session.create()
    both = session.bench.snapshot()
    empty.restore()
    with pytest.raises(ResourceNotFoundException):
        session.get("1")
    both.restore()
    assert session.get("1") is None


def test_a_token_of_a_transaction_that_was_rolled_back_is_free(session: Session) -> None:
    session.create()
    snapshot = session.bench.snapshot()
    session.transact("1", ClientRequestToken="token")
    with pytest.raises(IdempotentParameterMismatchException):
        session.transact("2", ClientRequestToken="token")
    snapshot.restore()
    session.transact("2", ClientRequestToken="token")
    assert session.ids() == ["2"]


def test_a_snapshot_takes_the_clock_back_too(session: Session) -> None:
    session.clock.stop()
    before = session.clock.now()
    snapshot = session.bench.snapshot()
    session.clock.advance(DAY_S)
    snapshot.restore()
    assert session.clock.now() == before


def test_background_work_is_done_when_the_operation_that_begins_it_is_answered(session: Session) -> None:
    session.create()
    for number in range(300):
        session.put(str(number), colour={"S": "red"})
    session.call(
        "UpdateTable",
        TableName="Orders",
        AttributeDefinitions=[{"AttributeName": "colour", "AttributeType": "S"}],
        GlobalSecondaryIndexUpdates=[
            {
                "Create": {
                    "IndexName": "by-colour",
                    "KeySchema": [{"AttributeName": "colour", "KeyType": "HASH"}],
                    "Projection": {"ProjectionType": "KEYS_ONLY"},
                }
            }
        ],
    )
    indexes = session.call("DescribeTable", TableName="Orders")["Table"]["GlobalSecondaryIndexes"]
    assert {index["IndexStatus"] for index in indexes} == {"ACTIVE"}
    assert session.call("Scan", TableName="Orders", IndexName="by-colour")["Count"] == 300
    assert not session.bench.db.jobs.pending()


def test_nothing_runs_beside_a_test(session: Session) -> None:
    threads = threading.active_count()
    session.create()
    session.put("1")
    session.call("DeleteTable", TableName="Orders")
    assert threading.active_count() == threads


def test_a_server_over_it_is_emptied_as_well(session: Session) -> None:
    from stator.client.over_http import OverHttp

    with BackgroundServer(session.bench.db) as endpoint:
        client = OverHttp(endpoint)
        session.create()
        assert client.call("ListTables", {})["TableNames"] == ["Orders"]
        session.bench.begin()
        assert client.call("ListTables", {})["TableNames"] == []
        client.close()


def test_a_write_that_is_under_way_while_a_state_is_put_back_begins_again(session: Session) -> None:
    store = session.bench.store
    empty = store.state()
    store.transact(lambda tx: tx.put(b"key", b"1"))
    seen: list[bytes | None] = []

    def run(tx: Transaction) -> None:
        seen.append(tx.get(b"key"))
        if len(seen) == 1:
            store.put_back(empty)
        tx.put(b"other", b"2")

    store.transact(run)
    assert seen == [b"1", None]
    assert (store.get(b"key"), store.get(b"other")) == (None, b"2")


def test_a_kept_row_stays_as_it_is(session: Session) -> None:
    store = session.bench.store
    store.transact(lambda tx: tx.put(b"kept", b"old"))
    state = store.state()
    store.transact(lambda tx: tx.put(b"kept", b"new"))
    store.put_back(state, (b"kept",))
    assert store.get(b"kept") == b"new"
    store.transact(lambda tx: tx.delete(b"kept"))
    store.put_back(state, (b"kept",))
    assert store.get(b"kept") is None
