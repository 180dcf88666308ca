"""A bench for tests of what the plugin is made of, and pytest's own tester for the plugin."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from bench_session import Session
from inner import Inner

import stator


@pytest.fixture
def session() -> Session:
    return Session()


@pytest.fixture
def inner(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Inner:
    """Free of what other tests of this process have set for AWS's clients."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PYTHONPATH", str(Path(stator.__file__).parents[1]))
    return Inner(pytester, monkeypatch)
