"""Where a test's objects are."""

from __future__ import annotations

from dataclasses import dataclass

from stator.engine.objects import Objects


@dataclass(frozen=True)
class Place:
    """Objects, and a bucket that is there."""

    objects: Objects
    bucket: str
