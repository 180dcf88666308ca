"""What AWS Lambda runs beside a pattern: a handler that the stream of one of its tables feeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Function:
    """`name`: in its template. `handler`: module and function, dotted. `does`: for its page. `takes`: the patterns of
    the records that it is given, as Lambda filters them; it would leave all others alone. `policies`, `environment`,
    `parameters`, `resources`: as they stand in a SAM template."""

    name: str
    handler: str
    does: str
    table: str
    takes: Sequence[Mapping[str, Any]]
    policies: Sequence[Mapping[str, Any]] = ()
    environment: Mapping[str, Any] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    resources: Mapping[str, Any] = field(default_factory=dict)
