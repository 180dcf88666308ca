"""PynamoDB, unmodified: `python_stories/pynamodb_story.py` runs once, and each test reads what one step found."""

from __future__ import annotations

from typing import Any

import pytest
from stories import told

FAILED = {"code": "ConditionalCheckFailedException", "message": "The conditional request failed"}
INVALID = "One or more parameter values were invalid: "


@pytest.fixture(scope="module")
def found(aws_environment: dict[str, str]) -> dict[str, Any]:
    return told("pynamodb", aws_environment)


def test_models_make_their_tables_with_indexes_a_stream_and_expiry(found: dict[str, Any]) -> None:
    assert found["tables"] == {
        "before": [False, False, False],
        "after": [True, True, True],
        "status": "ACTIVE",
        "indexes": ["by-year", "by-genre"],
        "stream": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        "units": 5,
        "ttl": {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires"},
        "again": None,
    }


def test_a_table_that_is_there_is_an_error_with_its_code(found: dict[str, Any]) -> None:
    assert found["table_twice"] == {
        "class": "TableError",
        "code": "ResourceInUseException",
        "message": "Table already exists: songs",
    }


def test_attributes_of_every_type_come_back(found: dict[str, Any]) -> None:
    step = found["every_type"]
    assert all(step["same"].values()), step["same"]
    assert len(step.pop("same")) == 10
    assert step == {
        "label": ["Ř", 1900],
        "labels": [["one", None], ["two", 2]],
        "mixed": ["a", 1, {"b": [True]}],
        "free": {"attribute_values": {}, "x": {"y": [1, "z"]}},
        "simple": {"number": 12.5},
    }


def test_an_item_is_saved_updated_by_actions_refreshed_and_deleted(found: dict[str, Any]) -> None:
    assert found["one_item"] == {
        "returned": {
            "artist": {"S": "Ada"},
            "title": {"S": "One"},
            "label": {"M": {"name": {"S": "M"}}},
            "plays": {"N": "7"},
            "tags": {"SS": ["b"]},
            "verses": {"L": [{"S": "la"}]},
            "year": {"N": "1843"},
        },
        "refreshed": True,
        "added": {"N": "8"},
        "verses": ["do", "la"],
        "gone": "Item does not exist",
        "refresh": "This item does not exist in the table.",
    }


def test_what_fails_is_of_the_operations_own_class_and_changes_nothing(found: dict[str, Any]) -> None:
    def invalid(kind: str, message: str) -> dict[str, str]:
        return {"class": kind, "code": "ValidationException", "message": message}

    filtered = "Filter Expression can only contain non-primary key attributes: Primary key attribute: title"
    part_of_key = INVALID + "Cannot update attribute title. This attribute is part of the key"
    assert found["conditions"] == {
        "save": {"class": "PutError", **FAILED},
        "update": {"class": "UpdateError", **FAILED},
        "delete": {"class": "DeleteError", **FAILED},
        "key": invalid("QueryError", filtered),
        "type": invalid("UpdateError", part_of_key),
        "kept": 1,
    }


def test_batches_write_read_and_delete_in_as_many_calls_as_it_takes(found: dict[str, Any]) -> None:
    assert found["batches"] == {"read": ["00", "02", "04"], "count": 30, "left": 50}


def test_queries_page_resume_filter_and_count(found: dict[str, Any]) -> None:
    assert found["queries"] == {
        "first": [f"{n:02}" for n in range(10)],
        "all": True,
        "resumed": ["10", "11"],
        "backwards": ["49", "48"],
        "range": ["10", "11", "12"],
        "prefix": ["31", "33"],
        "filtered": 28,
        "count": 5,
        "columns": [{"plays": 0}],
    }


def test_global_and_local_indexes_are_queried_scanned_and_counted(found: dict[str, Any]) -> None:
    assert found["indexes"] == {
        "global": ["49", "47", "45", "43", "41"],
        "local": ["49", "48", "47", "46", "45"],
        "counted": 25,
        "scanned": 50,
        "pages": 25,
    }


def test_scans_page_filter_and_share_the_work(found: dict[str, Any]) -> None:
    assert found["scans"] == {
        "all": 51,
        "filtered": ["00", "01", "02"],
        "segments": 51,
        "limited": 4,
        "counted": 51,
    }


def test_a_transaction_writes_all_or_tells_why_not_action_by_action(found: dict[str, Any]) -> None:
    reasons = "[None, ConditionalCheckFailed]"
    said = f"Transaction cancelled, please refer cancellation reasons for specific reasons {reasons}"
    assert found["transactions"] == {
        "plays": [1, 11],
        "gone": "Item does not exist",
        "cancelled": {"class": "TransactWriteError", "code": "TransactionCanceledException", "message": said},
        "missing": {
            "class": "TransactGetError",
            "code": "ResourceNotFoundException",
            "message": "Requested resource not found",
        },
        "nothing written": "Item does not exist",
        "reasons": [None, ["ConditionalCheckFailed", "The conditional request failed", {"N": "1"}]],
    }


def test_a_version_attribute_refuses_what_is_stale(found: dict[str, Any]) -> None:
    assert found["versions"] == {
        "stale save": {"class": "PutError", **FAILED},
        "stale update": {"class": "UpdateError", **FAILED},
        "stale delete": {"class": "DeleteError", **FAILED},
        "hits": 6,
        "version": 3,
        "in the future": True,
        "left": 0,
    }


def test_a_table_that_is_not_there_is_known_as_that(found: dict[str, Any]) -> None:
    assert found["absent_table"] == {
        "exists": False,
        "get": {
            "class": "GetError",
            "code": "ResourceNotFoundException",
            "message": "Requested resource not found",
        },
        "describe": "Table does not exist: `Requested resource not found: Table: absent not found`",
    }


def test_models_delete_their_tables(found: dict[str, Any]) -> None:
    assert found["deletion"] == [False, False, False]
