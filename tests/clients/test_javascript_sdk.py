"""The JavaScript SDK v3, unmodified: `javascript/story.mjs` runs once, and each test reads what one step found."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from server_process import client_room

SCRIPT = Path(__file__).parent / "javascript" / "story.mjs"
SCRIPT_S_MAX = 120


@pytest.fixture(scope="module")
def found(aws_environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What every step of the story found. The script is run from a folder that has the SDK in `node_modules`."""
    modules = client_room("javascript") / "node_modules"
    node = shutil.which("node")
    if node is None:
        pytest.skip("javascript: node is not installed")
    folder = tmp_path_factory.mktemp("javascript")
    (folder / "node_modules").symlink_to(modules.resolve(), target_is_directory=True)
    script = shutil.copy(SCRIPT, folder)
    done = subprocess.run(
        [node, str(script)],
        cwd=folder,
        env=aws_environment,
        capture_output=True,
        text=True,
        timeout=SCRIPT_S_MAX,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    steps: dict[str, Any] = json.loads(done.stdout)
    return steps


def test_a_table_is_created_and_waited_for(found: dict[str, Any]) -> None:
    assert found["created"] == {
        "first": "CREATING",
        "waited": "SUCCESS",
        "then": "ACTIVE",
        "createdInThisCentury": True,
    }


def test_a_document_of_every_type_comes_back(found: dict[str, Any]) -> None:
    assert found["documentComesBack"] == {
        "artist": "Ada",
        "song": "All types",
        "text": "žluť 🐎",
        "number": 12.5,
        "yes": True,
        "nothing": None,
        "bytes": [0, 255],
        "list": [1, "two", [None]],
        "map": {"deep": {"deeper": False}},
        "words": ["a", "b"],
        "numbers": [1, 2],
    }


def test_a_number_of_38_digits_comes_back(found: dict[str, Any]) -> None:
    assert found["exactNumber"] == "1234567890123456789012345678.1234567891"


def test_thirty_puts_at_once_are_all_answered(found: dict[str, Any]) -> None:
    assert found["manyAtOnce"] == 30


def test_the_query_paginator_reads_every_page_backwards(found: dict[str, Any]) -> None:
    assert found["queryPages"]["songs"] == list(range(29, -1, -1))
    assert found["queryPages"]["pages"] == 5


def test_the_scan_paginator_reads_every_page(found: dict[str, Any]) -> None:
    assert found["scanPages"] == {"found": 10, "scanned": 32}


def test_batches_write_and_read(found: dict[str, Any]) -> None:
    assert found["batches"] == {"unprocessed": 0, "songs": ["One", "Three", "Two"]}


def test_an_index_is_queried_in_the_order_of_its_sort_key(found: dict[str, Any]) -> None:
    assert found["index"] == ["One", "Three", "Two"]


def test_an_update_returns_the_new_item(found: dict[str, Any]) -> None:
    assert found["update"] == {"artist": "Clara", "song": "One", "plays": 1}


def test_a_failed_condition_is_its_own_class_and_carries_the_item(found: dict[str, Any]) -> None:
    assert found["conditionFails"] == {
        "name": "ConditionalCheckFailedException",
        "message": "The conditional request failed",
        "status": 400,
        "isItsClass": True,
        "hasRequestId": True,
        "item": {"artist": {"S": "Clara"}, "song": {"S": "One"}, "plays": {"N": "1"}},
    }


def test_a_missing_table_is_its_own_class(found: dict[str, Any]) -> None:
    assert found["tableIsMissing"] == {
        "name": "ResourceNotFoundException",
        "message": "Requested resource not found",
        "status": 400,
        "isItsClass": True,
        "hasRequestId": True,
    }


def test_a_wrong_request_is_named_and_explained(found: dict[str, Any]) -> None:
    assert found["requestIsWrong"]["name"] == "ValidationException"
    assert found["requestIsWrong"]["message"] == (
        "One or more parameter values were invalid: Missing the key song in the item"
    )


def test_the_list_paginator_finds_the_table(found: dict[str, Any]) -> None:
    assert found["tablesAreListed"] is True


def test_a_table_is_deleted_and_waited_for(found: dict[str, Any]) -> None:
    assert found["deleted"] == {"first": "DELETING", "waited": "SUCCESS"}
