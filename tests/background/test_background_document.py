"""The program in docs/background.md does what it says, and the page's numbers are those of the code."""

from __future__ import annotations

import re
from pathlib import Path

from stator.limits import BACKGROUND_CLOSE_S, JOBS_POLL_S, LEASE_RENEW_S, LEASE_S

TEXT = (Path(__file__).parents[2] / "docs" / "background.md").read_text()


def test_the_program_runs() -> None:
    (program,) = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    exec(program, {})


def test_the_times_are_those_of_the_code() -> None:
    assert (LEASE_S, LEASE_RENEW_S, JOBS_POLL_S, BACKGROUND_CLOSE_S) == (2.0, 0.5, 1.0, 0.05)
    for told in ("lapses two seconds after", "renewed twice a second", "look once a second", "up to 50 ms"):
        assert told in TEXT
