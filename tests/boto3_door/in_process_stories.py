"""The stories that outside clients tell of a server, told of a database in their own process instead."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
from server_process import client_room, this_stators_environment

import stator

CLIENTS = Path(__file__).resolve().parents[1] / "clients"
STORY_S_MAX = 120


def told_in_process(client: str, how: str = "patched") -> dict[str, Any]:
    """What each step of the client's story in tests/clients found, by the steps' names."""
    return run_with_client(client, CLIENTS / "python_stories" / f"{client}_story.py", how)


def run_with_client(client: str, story: Path, how: str) -> dict[str, Any]:
    """Runs a story in the client's own Python. No port is open, and the environment names no key and no region. Skips
    the test when the client could not be had."""
    python = client_room(client) / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    dependencies = Path(msgspec.__file__).resolve().parents[1]
    done = subprocess.run(
        [
            str(python),
            str(Path(__file__).with_name("in_process_story.py")),
            str(story),
            str(dependencies),
            how,
        ],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=STORY_S_MAX,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    steps: dict[str, Any] = json.loads(done.stdout)
    return steps


def environment() -> dict[str, str]:
    kept = {name: value for name, value in this_stators_environment().items() if not name.startswith("AWS_")}
    source = Path(stator.__file__).resolve().parents[1]
    return kept | {
        "PYTHONPATH": os.pathsep.join((str(source), str(CLIENTS))),
        "PYTHONDONTWRITEBYTECODE": "1",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_MAX_ATTEMPTS": "1",
    }
