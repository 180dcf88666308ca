"""aiobotocore within `patched`, and by AioSession: the tests of tests/clients, word for word, in its own process."""

from __future__ import annotations

from typing import Any

import pytest
from in_process_stories import told_in_process
from test_aiobotocore import *  # noqa: F403


@pytest.fixture(scope="module", params=["patched", "session"])
def found(request: pytest.FixtureRequest) -> dict[str, Any]:
    return told_in_process("aiobotocore", request.param)
