"""Histories are made on stores that a test turns by hand, in threads, and in servers that are killed."""

from __future__ import annotations

import sys
from pathlib import Path

for area in ("storage", "crash"):
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / area))
