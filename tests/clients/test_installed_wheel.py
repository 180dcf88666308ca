"""The wheel in a clean environment, as a user has it after `pip install`: the `stator` command, and nothing of AWS."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from server_process import clean_environment, serving

COMMAND_S_MAX = 60


@pytest.fixture(scope="module")
def binaries() -> Path:
    """The folder of the clean environment's commands; `make test` makes it."""
    if "TEST_CLEAN" not in os.environ:
        pytest.skip("the clean environment: not made; `make test` makes it")
    return Path(os.environ["TEST_CLEAN"]) / "bin"


def outcome(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(word) for word in command],
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=COMMAND_S_MAX,
        check=False,
    )


def test_the_command_says_how_it_is_used(binaries: Path) -> None:
    done = outcome(binaries / "stator", "--help")
    assert done.returncode == 0, done.stderr
    assert "serve" in done.stdout


def test_the_command_serves(binaries: Path, tmp_path: Path) -> None:
    with serving(tmp_path, [str(binaries / "stator")], clean_environment()) as endpoint:
        done = outcome(
            binaries / "python", "-c", f"import urllib.request as u; print(u.urlopen({endpoint!r}).status)"
        )
    assert done.stdout == "200\n", done.stderr
    assert list(tmp_path.iterdir()) == []


def test_neither_boto3_nor_botocore_came_with_it(binaries: Path) -> None:
    done = outcome(binaries / "python", "-m", "pip", "list", "--format", "freeze")
    names = {line.split("==")[0] for line in done.stdout.splitlines()}
    assert "stator" in names
    assert not names & {"boto3", "botocore", "pytest", "rich"}


def test_the_types_are_marked_as_typed(binaries: Path) -> None:
    ask = "import stator, pathlib; print(pathlib.Path(stator.__file__).with_name('py.typed').exists())"
    done = outcome(binaries / "python", "-c", ask)
    assert done.stdout == "True\n", done.stderr
