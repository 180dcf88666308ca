"""Every fact of `facts_*`, in process."""

from __future__ import annotations

import pytest
from doors import InProcessDoor
from facts import FACTS
from statement_case import Call, Fact, hold


@pytest.mark.parametrize("fact", FACTS)
def test_in_process(fact: Fact | Call) -> None:
    hold(InProcessDoor(), fact)


def test_every_fact_has_a_name_of_its_own() -> None:
    names = [parameter.id for parameter in FACTS]
    assert sorted(set(names)) == sorted(names)
