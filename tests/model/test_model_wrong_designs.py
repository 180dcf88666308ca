"""Each wrong design is refused when it is loaded, with its one line."""

from __future__ import annotations

import pytest
from wrong_designs import WRONG

from stator.model import DesignError


@pytest.mark.parametrize(("source", "says"), WRONG, ids=[says[:70] for _, says in WRONG])
def test_a_wrong_design_is_refused_with_its_one_line(source: str, says: str) -> None:
    with pytest.raises(DesignError) as refused:
        exec(compile(source, "design", "exec", dont_inherit=True), {"__name__": "wrong_design"})
    assert refused.value.faults == (says,)


def test_every_fault_is_told_at_once() -> None:
    source = WRONG[-1][0] + '    q = get(E).given("a")\n'
    design = compile(source, "design", "exec", dont_inherit=True)
    with pytest.raises(DesignError) as refused:
        exec(design, {"__name__": "wrong_design"})
    assert len(refused.value.faults) == 2


def test_there_are_forty_and_more() -> None:
    assert len({says for _, says in WRONG}) >= 40
