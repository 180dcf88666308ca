"""docs/like-aws.md says what is so."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from stator.cli.settings import BY_NAME
from stator.limits import (
    INDEX_FRESH_SHARE,
    INDEX_LAG_S_MAX,
    LINGER_S_MAX,
    LINGER_S_MIN,
    PARTIAL_BATCH_SHARE,
    STALE_FRESH_SHARE,
    STALE_S_MAX,
    UNSEEN_WRITES_MAX,
)

TEXT = (Path(__file__).parents[2] / "docs" / "like-aws.md").read_text("utf-8")


def test_every_flag_it_names_is_a_setting() -> None:
    flags = set(re.findall(r"^\| `--([a-z-]+)", TEXT, re.MULTILINE))
    assert {"index-lag", "stale-reads", "lingering-states", "partial-batches", "seed"} <= flags
    assert {flag.replace("-", "_") for flag in flags} <= set(BY_NAME)


def test_its_numbers_are_the_limits() -> None:
    assert (UNSEEN_WRITES_MAX - 1, INDEX_LAG_S_MAX, STALE_S_MAX) == (31, 1, 1)
    assert (INDEX_FRESH_SHARE, STALE_FRESH_SHARE, PARTIAL_BATCH_SHARE) == (1 / 4, 1 / 2, 1 / 5)
    assert (LINGER_S_MIN, LINGER_S_MAX) == (1 / 4, 1)


def test_its_example_runs() -> None:
    names: dict[str, Any] = {}
    found = re.search(r"```python\n(.*?)```", TEXT, re.DOTALL)
    assert found
    exec(found[1], names)
    assert names["db"].hardships.chosen.stale_reads
    names["db"].close()
