"""A bench for tests of what the plugin is made of, and pytest's own tester for the plugin."""

from __future__ import annotations

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
    monkeypatch.setenv("PYTHONPATH", str(Path(stator.__file__).parents[1]))
    return Inner(pytester)
