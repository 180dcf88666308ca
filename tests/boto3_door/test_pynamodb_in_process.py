"""PynamoDB within `patched`: the tests of tests/clients, word for word, on a database in PynamoDB's own process."""

from __future__ import annotations

from typing import Any

import pytest
from in_process_stories import told_in_process
from test_pynamodb import *  # noqa: F403


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    return told_in_process("pynamodb")
