"""aiobotocore's clients in process: loaded late, made early, beside other services, and never holding up their loop."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from in_process_stories import run_with_client


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    return run_with_client("aiobotocore", Path(__file__).with_name("aio_story.py"), "alone")


def test_aiobotocore_may_be_loaded_within_a_block(found: dict[str, Any]) -> None:
    assert found["loaded_within"] == [False, []]


def test_a_client_that_was_made_before_is_served_and_all_is_put_back(found: dict[str, Any]) -> None:
    assert found["made_before"] == [["events"], True]


def test_another_service_fails_by_name(found: dict[str, Any]) -> None:
    assert found["another_service"] == "sqs ListQueues"


def test_a_session_of_stators_own_keeps_its_own_database(found: dict[str, Any]) -> None:
    assert found["own_database"] == [["events"], []]


def test_a_write_that_waits_does_not_hold_up_the_loop(found: dict[str, Any]) -> None:
    assert found["a_write_that_waits"] == [False, True]
