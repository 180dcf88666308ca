"""What a text asks for, line by line, and where it is: the rows of docs/patterns/seeds.md."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Claim:
    """`says`: the text, in its own words or nearly. `here`: where that is, or that it is not there. `tests`:
    `tests/.../test_x.py::test_name`, which show it; none where nothing is claimed. `snippet`: its code, as it stands in
    the text. `mended`: why it does not run as it stands, and what it plainly means."""

    says: str
    here: str
    tests: Sequence[str] = ()
    snippet: str = ""
    mended: str = ""


def claims_table(claims: Sequence[Claim]) -> str:
    rows = ["| # | the text says | here | held by |", "|---|---|---|---|"]
    for number, claim in enumerate(claims, 1):
        says = f"*{claim.says}*" if claim.snippet else claim.says
        here = f"{claim.here} Mended: {claim.mended}" if claim.mended else claim.here
        tests = "<br>".join(f"`{test.rpartition('/')[2]}`" for test in claim.tests)
        rows.append(
            "| " + " | ".join(cell.replace("|", "\\|") for cell in (str(number), says, here, tests)) + " |"
        )
    return "\n".join(rows)
