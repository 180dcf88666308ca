"""A server in a process of its own, as a client meets it, and the rooms where outside clients live.

`STATOR_TEST_ENDPOINT` points the same tests at another server that is already running.
"""

from __future__ import annotations

import os
import queue
import re
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest

import stator

ROOT = Path(__file__).resolve().parents[2]
CLIENTS = Path(os.environ.get("TEST_CLIENTS", ROOT / ".cache" / "clients"))
ENDPOINT = re.compile(r"http://[\w.\[\]:]+:\d+")
START_S_MAX = 30
STOP_S_MAX = 30
LINES_KEPT = 200


def clean_environment(endpoint: str | None = None) -> dict[str, str]:
    """This process's environment with no setting of AWS, Stator or Python; then the endpoint and keys of no account."""
    foreign = ("AWS_", "STATOR_", "PYTHONPATH")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    kept |= {
        "AWS_ACCESS_KEY_ID": "example",
        "AWS_SECRET_ACCESS_KEY": "example",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_MAX_ATTEMPTS": "1",
    }
    return kept | {"AWS_ENDPOINT_URL_DYNAMODB": endpoint} if endpoint else kept


class Output:
    """A process's lines, read as they come so that it never waits for a reader. The last are kept for a failure."""

    def __init__(self, stream: IO[str]) -> None:
        self.kept: deque[str] = deque(maxlen=LINES_KEPT)
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._reader = threading.Thread(target=self._read, args=(stream,), daemon=True)
        self._announced = False
        self._reader.start()

    def _read(self, stream: IO[str]) -> None:
        for line in stream:
            self.kept.append(line)
            if not self._announced:
                self._lines.put(line)
        self._lines.put(None)

    def endpoint(self) -> str:
        """The URL in the ready line. Fails with all that was said when the process ends or keeps silent."""
        while True:
            try:
                line = self._lines.get(timeout=START_S_MAX)
            except queue.Empty:
                pytest.fail(f"no ready line within {START_S_MAX} s:\n{self.text()}")
            if line is None:
                pytest.fail(f"the server ended before it was ready:\n{self.text()}")
            if found := ENDPOINT.search(line):
                self._announced = True
                return found[0]

    def text(self) -> str:
        return "".join(self.kept)

    def join(self) -> None:
        self._reader.join(STOP_S_MAX)


THIS_STATOR = (sys.executable, "-m", "stator")


def this_stators_environment() -> dict[str, str]:
    """An environment in which any Python finds the package that this process found."""
    return clean_environment() | {"PYTHONPATH": str(Path(stator.__file__).resolve().parents[1])}


@contextmanager
def serving(folder: Path, command: Sequence[str], environment: dict[str, str]) -> Iterator[str]:
    """A memory server on a free port, run in `folder` until the block ends; it then has to stop cleanly. Its URL."""
    with subprocess.Popen(
        [*command, "serve", "--port", "0", "--data", ":memory:"],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        output = Output(process.stdout)
        try:
            yield output.endpoint()
        finally:
            ended_early = process.poll()
            if ended_early is None:
                process.send_signal(signal.SIGTERM)
            status = stopped(process)
            output.join()
        assert ended_early is None, f"the server ended by itself with {ended_early}:\n{output.text()}"
        if sys.platform != "win32":
            assert status == 0, f"the server stopped with {status}:\n{output.text()}"


def stopped(process: subprocess.Popen[str]) -> int:
    try:
        return process.wait(STOP_S_MAX)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait(STOP_S_MAX)


def client_room(name: str) -> Path:
    """The folder of an outside client; the test is skipped, with the reason, where it could not be had."""
    room = CLIENTS / name
    if (room / ".ready").exists():
        return room
    skipped = CLIENTS / f"{name}.skipped"
    reason = skipped.read_text("utf-8").strip() if skipped.exists() else "not fetched; `make test` fetches it"
    pytest.skip(f"{name}: {reason}")


@pytest.fixture(scope="session")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One memory server for all tests of a process."""
    given = os.environ.get("STATOR_TEST_ENDPOINT")
    if given:
        yield given
        return
    with serving(tmp_path_factory.mktemp("server"), THIS_STATOR, this_stators_environment()) as url:
        yield url


@pytest.fixture(scope="session")
def aws_environment(endpoint: str) -> dict[str, str]:
    """What a child process is given: the server's address in the environment, as a user would set it."""
    return clean_environment(endpoint)


@pytest.fixture(scope="session")
def aws_cli(aws_environment: dict[str, str]) -> Path:
    """The `aws` command of the AWS CLI."""
    room = client_room("awscli")
    return room / ("Scripts/aws.cmd" if sys.platform == "win32" else "bin/aws")
