"""A type checker knows what each pattern is given and what it yields. Slow: with SOAK=1."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

PLACE = Path(__file__).with_name("typed_design.py")
WRONG = {
    "d.a(3)": 'has incompatible type "int"; expected "str"',
    'd.bs(idd="x")': 'Unexpected keyword argument "idd"',
    "d.bs()": 'Missing positional argument "id"',
}


@pytest.mark.skipif(os.environ.get("SOAK") != "1", reason="takes a while: SOAK=1")
def test_a_type_checker_knows_every_call(tmp_path: Path) -> None:
    api = pytest.importorskip("mypy.api")
    place = tmp_path / "typed_design.py"
    place.write_text(PLACE.read_text("utf-8") + "".join(f"{line}\n" for line in WRONG))
    options = ["--strict", "--config-file=", "--python-version=3.11", f"--cache-dir={tmp_path / 'cache'}"]
    out, _, _ = api.run([*options, str(place)])
    assert "Found 3 errors in 1 file" in out, out
    for says in WRONG.values():
        assert says in out
