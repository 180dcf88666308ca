"""aiobotocore, unmodified: `python_stories/aiobotocore_story.py` runs once, and each test reads what one step found."""

from __future__ import annotations

from typing import Any

import pytest
from stories import told


@pytest.fixture(scope="module")
def found(aws_environment: dict[str, str]) -> dict[str, Any]:
    streams = {"AWS_ENDPOINT_URL_DYNAMODB_STREAMS": aws_environment["AWS_ENDPOINT_URL_DYNAMODB"]}
    return told("aiobotocore", aws_environment | streams)


def test_a_table_is_created_and_waited_for(found: dict[str, Any]) -> None:
    assert found["created"] == ["CREATING", "ACTIVE"]


def test_fifty_puts_at_once_are_each_answered_and_kept(found: dict[str, Any]) -> None:
    assert found["fifty_at_once"] == {"statuses": [200], "request ids": 50, "read": True}


def test_fifty_increments_at_once_are_seen_by_each_other(found: dict[str, Any]) -> None:
    assert found["fifty_increments_at_once"] is True


def test_of_twenty_who_take_a_lock_at_once_one_has_it(found: dict[str, Any]) -> None:
    assert found["a_lock_is_taken_once"] == [1, True]


def test_paginators_read_every_page_and_go_on_from_a_token(found: dict[str, Any]) -> None:
    assert found["pages"] == {
        "query": [20, 20, 10],
        "order": True,
        "scan": 52,
        "resumed": [44, 43, 44],
        "listed": True,
    }


def test_an_index_is_queried_by_both_of_its_keys(found: dict[str, Any]) -> None:
    assert found["an_index"] == [11, 13, 15]


def test_batches_at_once_write_all_and_a_hundred_are_read(found: dict[str, Any]) -> None:
    assert found["batches"] == {"unprocessed": [{}] * 4, "read": 100, "binary": True, "unread": {}}


def test_transfers_at_once_keep_the_sum_and_a_check_cancels(found: dict[str, Any]) -> None:
    assert found["transactions"] == {
        "balances": ["-55", "55"],
        "cancelled": [{"Code": "ConditionalCheckFailed", "Message": "The conditional request failed"}],
    }


def test_a_statement_is_executed(found: dict[str, Any]) -> None:
    assert found["statements"] == [1, 2, 3]


def test_the_stream_has_every_write_in_order(found: dict[str, Any]) -> None:
    assert found["the_stream"] == {
        "view": "NEW_AND_OLD_IMAGES",
        "puts": 154,
        "counted": True,
        "gone": {"pk": {"S": "many"}, "sk": {"N": "0"}, "kind": {"S": "even"}},
    }


def test_refusals_are_modelled_classes_with_their_messages(found: dict[str, Any]) -> None:
    assert found["refusals"] == {
        "absent": {
            "class": "ResourceNotFoundException",
            "Code": "ResourceNotFoundException",
            "Message": "Requested resource not found",
        },
        "twice": {
            "class": "ResourceInUseException",
            "Code": "ResourceInUseException",
            "Message": "Table already exists: events",
        },
        "wrong": {
            "class": "ClientError",
            "Code": "ValidationException",
            "Message": "One or more parameter values were invalid: Missing the key sk in the item",
        },
    }


def test_a_waiter_gives_up_on_a_table_that_never_comes(found: dict[str, Any]) -> None:
    assert "Max attempts exceeded" in found["a_waiter_gives_up"]
    assert "ResourceNotFoundException" in found["a_waiter_gives_up"]


def test_a_table_is_deleted_and_waited_for(found: dict[str, Any]) -> None:
    assert found["deleted"] is False
