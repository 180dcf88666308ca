"""The page docs/patterns/seeds.md: two of the texts that Stator was begun from, line by line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from patterns.claims import Claim, claims_table
from patterns.claims_of_catalogue import CATALOGUE_CLAIMS
from patterns.claims_of_deep_dive import DEEP_DIVE_CLAIMS, FEATURE_CLAIMS

SECTIONS: Final[dict[str, Sequence[Claim]]] = {
    "DynamoDB Design Patterns": CATALOGUE_CLAIMS,
    "Deep Dive into DynamoDB": DEEP_DIVE_CLAIMS,
    "What else the database is to have": FEATURE_CLAIMS,
}


def seeds_page() -> str:
    parts = [
        "# Line by line",
        "Stator was begun from texts on DynamoDB. Two of them ask for the database and for this catalogue; below, "
        "each of their lines, in their order, with where it is and the test that holds it. What is *in italics* "
        "is a snippet of theirs, which runs. What is not here is said to be so.",
        "Made by `tools/generate_patterns.py` from `patterns/claims_of_catalogue.py` and "
        "`patterns/claims_of_deep_dive.py`; a test holds that each test is there, and runs each snippet.",
    ]
    for title, claims in SECTIONS.items():
        parts += [f"## {title}", claims_table(claims)]
        parts += [_snippet(number, claim) for number, claim in enumerate(claims, 1) if claim.snippet]
    return "\n\n".join(parts) + "\n"


def _snippet(number: int, claim: Claim) -> str:
    return f"Number {number}, as it stands there:\n\n```text\n{claim.snippet}\n```"
