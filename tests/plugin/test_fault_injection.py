"""Faults that a test asks for, and what its calls get."""

from __future__ import annotations

import time
from typing import Any

import pytest
from bench_session import Session

from stator.client.over_http import OverHttp
from stator.client.retries import Retries
from stator.errors import (
    InternalServerError,
    ProvisionedThroughputExceededException,
    ResourceNotFoundException,
    ServiceError,
    ThrottlingException,
    TransactionCanceledException,
    TransactionConflictException,
    ValidationException,
)
from stator.server.background import BackgroundServer


@pytest.fixture(autouse=True)
def _orders(session: Session) -> None:
    session.create()
    session.put("old")


def codes(error: ServiceError) -> list[str]:
    return [reason["Code"] for reason in error.extra["CancellationReasons"]]


# Throttling


def test_the_next_calls_are_throttled_and_then_no_more(session: Session) -> None:
    fault = session.faults.throttle(2)
    for _ in range(2):
        with pytest.raises(ThrottlingException):
            session.put("1")
    session.put("1")
    assert (fault.used, fault.left, session.faults.pending) == (2, 0, ())


def test_a_table_on_demand_says_that_it_is_adapting(session: Session) -> None:
    session.faults.throttle()
    with pytest.raises(ThrottlingException, match=r"^Throughput exceeds the current capacity") as caught:
        session.get("1")
    assert caught.value.extra["throttlingReasons"] == [
        {
            "reason": "TableReadKeyRangeThroughputExceeded",
            "resource": "arn:aws:dynamodb:us-east-1:000000000000:table/Orders",
        }
    ]


def test_a_provisioned_table_says_that_its_level_was_exceeded(session: Session) -> None:
    session.call(
        "UpdateTable",
        TableName="Orders",
        BillingMode="PROVISIONED",
        ProvisionedThroughput={"ReadCapacityUnits": 5, "WriteCapacityUnits": 5},
        GlobalSecondaryIndexUpdates=[
            {
                "Update": {
                    "IndexName": "by-customer",
                    "ProvisionedThroughput": {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5},
                }
            }
        ],
    )
    session.faults.throttle()
    with pytest.raises(ProvisionedThroughputExceededException, match="throughput for the table") as caught:
        session.put("1")
    reason = caught.value.extra["ThrottlingReasons"][0]["reason"]
    assert reason == "TableWriteProvisionedThroughputExceeded"


@pytest.mark.parametrize(
    ("asked", "throttled"),
    [
        ({"operation": "GetItem"}, ["get"]),
        ({"operation": "PutItem"}, ["put"]),
        ({"table": "Orders"}, ["put", "get", "query"]),
        ({"table": "Elsewhere"}, []),
        ({"operation": "GetItem", "table": "Elsewhere"}, []),
        ({"index": "by-customer"}, ["put", "query"]),
        ({"index": "by-other"}, []),
    ],
)
def test_only_calls_that_were_meant_meet_a_fault(
    session: Session, asked: dict[str, Any], throttled: list[str]
) -> None:
    session.faults.throttle(None, **asked)
    calls = {
        "put": lambda: session.put("1", customer={"S": "bob"}),
        "get": lambda: session.get("1"),
        "query": session.of_customer,
    }
    met = []
    for name, call in calls.items():
        try:
            call()
        except ThrottlingException:
            met.append(name)
    assert met == throttled


def test_a_throttled_write_leaves_nothing(session: Session) -> None:
    session.faults.throttle(index="by-customer")
    with pytest.raises(ThrottlingException):
        session.put("1")
    assert session.ids() == ["old"]


def test_a_throttled_transaction_is_cancelled(session: Session) -> None:
    session.faults.throttle()
    with pytest.raises(TransactionCanceledException) as caught:
        session.transact("1", "2")
    assert codes(caught.value) == ["ThrottlingError", "ThrottlingError"]
    assert session.ids() == ["old"]


def test_a_batch_that_is_throttled_as_a_whole_is_refused_once(session: Session) -> None:
    fault = session.faults.throttle()
    with pytest.raises(ThrottlingException):
        session.write_batch("1", "2", "3")
    session.write_batch("1", "2", "3")
    assert fault.used == 1


def test_what_is_wrong_is_said_before_what_is_throttled(session: Session) -> None:
    fault = session.faults.throttle()
    with pytest.raises(ValidationException):
        session.call("PutItem", TableName="Orders", Item={"wrong": {"S": "1"}})
    with pytest.raises(ResourceNotFoundException):
        session.get("1", table="Nowhere")
    assert fault.used == 0


# Batches


@pytest.mark.parametrize(
    ("count", "left"), [(None, ["3", "4"]), (1, ["4"]), (3, ["2", "3", "4"]), (9, ["2", "3", "4"])]
)
def test_the_last_parts_of_a_batch_come_back(session: Session, count: int | None, left: list[str]) -> None:
    session.faults.unprocessed(count=count)
    answer = session.write_batch("1", "2", "3", "4")
    back = [each["PutRequest"]["Item"]["id"]["S"] for each in answer["UnprocessedItems"]["Orders"]]
    assert back == left
    assert not set(session.ids()) & set(left)


def test_keys_come_back_too(session: Session) -> None:
    session.faults.unprocessed(operation="BatchGetItem")
    keys = [{"id": {"S": "old"}}, {"id": {"S": "none"}}]
    answer = session.call("BatchGetItem", RequestItems={"Orders": {"Keys": keys}})
    assert answer["UnprocessedKeys"] == {"Orders": {"Keys": [{"id": {"S": "none"}}]}}


def test_a_batch_of_one_is_done(session: Session) -> None:
    fault = session.faults.unprocessed()
    assert session.write_batch("1")["UnprocessedItems"] == {}
    assert fault.used == 0


# Transactions


def test_a_write_meets_a_conflict(session: Session) -> None:
    session.faults.conflict()
    with pytest.raises(TransactionConflictException, match="Transaction is ongoing for the item"):
        session.put("1")
    session.put("1")


def test_a_transaction_meets_a_conflict_at_one_of_its_actions(session: Session) -> None:
    session.faults.conflict(action=1)
    with pytest.raises(TransactionCanceledException) as caught:
        session.transact("1", "2", "3")
    assert codes(caught.value) == ["None", "TransactionConflict", "None"]


def test_a_transaction_is_cancelled_for_the_reasons_given(session: Session) -> None:
    session.faults.cancel_transaction([None, "ConditionalCheckFailed"])
    with pytest.raises(TransactionCanceledException) as caught:
        session.transact("1", "2", "3")
    assert caught.value.message == (
        "Transaction cancelled, please refer cancellation reasons for specific reasons "
        "[None, ConditionalCheckFailed, None]"
    )
    assert caught.value.extra["CancellationReasons"][1] == {
        "Code": "ConditionalCheckFailed",
        "Message": "The conditional request failed",
    }
    assert session.ids() == ["old"]


def test_a_transaction_of_reads_is_cancelled_too(session: Session) -> None:
    session.faults.cancel_transaction(["TransactionConflict"])
    gets = [{"Get": {"TableName": "Orders", "Key": {"id": {"S": "old"}}}}]
    with pytest.raises(TransactionCanceledException):
        session.call("TransactGetItems", TransactItems=gets)
    assert session.call("TransactGetItems", TransactItems=gets)["Responses"][0]["Item"]["id"] == {"S": "old"}


def test_single_writes_are_not_cancelled(session: Session) -> None:
    fault = session.faults.cancel_transaction()
    session.put("1")
    assert fault.used == 0


def test_a_reason_that_does_not_exist_is_refused(session: Session) -> None:
    with pytest.raises(ValueError, match="'Sunspots' is no code of a cancellation; allowed: None, Cond"):
        session.faults.cancel_transaction(["Sunspots"])


# Reads that lag


def test_an_index_does_not_show_what_was_written_since(session: Session) -> None:
    session.faults.index_lag(2)
    session.put("new")
    assert [session.of_customer() for _ in range(3)] == [["old"], ["old"], ["new", "old"]]


def test_a_read_that_may_be_stale_is(session: Session) -> None:
    fault = session.faults.stale_reads(None)
    session.put("new")
    assert session.get("new") is None
    assert session.get("new", ConsistentRead=True) is not None
    session.faults.clear()
    assert session.get("new") is not None
    assert fault.used == 1


# Errors of the service


def test_an_internal_error_writes_nothing(session: Session) -> None:
    session.faults.internal_error()
    with pytest.raises(InternalServerError, match=r"^Internal server error$"):
        session.put("1")
    assert session.ids() == ["old"]


def test_an_answer_may_be_lost_after_the_write(session: Session) -> None:
    session.faults.internal_error(after=True, operation="PutItem")
    with pytest.raises(InternalServerError):
        session.put("1")
    assert session.ids() == ["1", "old"]


def test_a_read_fails_as_well(session: Session) -> None:
    fault = session.faults.internal_error(table="Orders")
    with pytest.raises(InternalServerError):
        session.call("ExecuteStatement", Statement='SELECT * FROM "Orders"')
    assert fault.used == 1


def test_a_call_takes_longer(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    session.faults.latency(0.25, 2, operation="GetItem")
    session.get("old")
    session.put("1")
    session.get("old")
    session.get("old")
    assert slept == [0.25, 0.25]


# Faults themselves


def test_faults_of_one_kind_are_met_in_turn(session: Session) -> None:
    first, second = session.faults.throttle(), session.faults.throttle()
    with pytest.raises(ThrottlingException):
        session.put("1")
    assert (first.used, second.used) == (1, 0)


def test_a_fault_says_what_it_is(session: Session) -> None:
    fault = session.faults.throttle(3, operation="PutItem", table="Orders")
    assert repr(fault) == "<throttle of PutItem Orders: 3 left, met 0 times>"


def test_a_fault_of_no_times_is_refused(session: Session) -> None:
    with pytest.raises(ValueError, match="a fault 0 times is none"):
        session.faults.throttle(0)


def test_a_new_test_meets_none(session: Session) -> None:
    session.faults.throttle(None)
    session.bench.begin()
    session.create()
    session.put("1")


def test_they_are_the_same_over_http(session: Session) -> None:
    with BackgroundServer(session.bench.db) as endpoint:
        client = OverHttp(endpoint, retries=Retries(attempts_max=1))
        item = {"TableName": "Orders", "Item": {"id": {"S": "1"}}}
        session.faults.throttle()
        with pytest.raises(ThrottlingException) as caught:
            client.call("PutItem", item)
        assert caught.value.extra["throttlingReasons"][0]["reason"].startswith("TableWrite")
        session.faults.internal_error(after=True)
        with pytest.raises(InternalServerError):
            client.call("PutItem", item)
        session.faults.index_lag()
        client.call("PutItem", {"TableName": "Orders", "Item": {"id": {"S": "2"}, "customer": {"S": "ann"}}})
        assert session.of_customer() == ["old"]
        client.close()
    assert session.ids() == ["1", "2", "old"]


def test_a_fault_of_an_operation_that_there_is_not_is_refused(session: Session) -> None:
    """A slip of the pen would have made a test that passes without its fault."""
    with pytest.raises(ValueError, match="'put_item' is no operation of DynamoDB"):
        session.bench.faults.throttle(operation="put_item")
