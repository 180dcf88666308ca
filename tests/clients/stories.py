"""Runs a story of `python_stories` with an outside client's own Python, and tells what each of its steps found."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from server_process import client_room

HERE = Path(__file__).resolve().parent
STORY_S_MAX = 120


def told(client: str, environment: dict[str, str]) -> dict[str, Any]:
    """By the names of the steps; a step that failed has `raised`. Skips the test when the client could not be had."""
    python = client_room(client) / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    ours = {"PYTHONPATH": str(HERE), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [str(python), str(HERE / "python_stories" / f"{client}_story.py")],
        env=environment | ours,
        capture_output=True,
        text=True,
        timeout=STORY_S_MAX,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    steps: dict[str, Any] = json.loads(done.stdout)
    return steps
