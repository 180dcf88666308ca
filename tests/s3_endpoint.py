"""An S3 endpoint for tests: moto's server, in a process of its own, fetched as the outside clients are.

A test that needs it is skipped, with the reason, where it could not be had.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent / "clients"))

from server_process import clean_environment, client_room, stopped

_START_S_MAX = 30.0
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "example", "AWS_SECRET_ACCESS_KEY": "example"}


@contextmanager
def s3_endpoint() -> Iterator[str]:
    """The URL of an endpoint that has no buckets yet."""
    room = client_room("moto")
    command = room / ("Scripts/moto_server.exe" if sys.platform == "win32" else "bin/moto_server")
    port = _free_port()
    process = subprocess.Popen(
        [str(command), "-H", "127.0.0.1", "-p", str(port)],
        env=clean_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _until_it_answers(process, port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        stopped(process)


def client_of(endpoint: str) -> Any:
    """An S3 client of the endpoint, to make buckets and look into them."""
    boto3 = pytest.importorskip("boto3")
    return boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="example",
        aws_secret_access_key="example",
    )


@pytest.fixture(scope="session")
def s3_session() -> Iterator[str]:
    """The endpoint that all tests of a process share, each in a bucket of its own; the environment has credentials."""
    with pytest.MonkeyPatch.context() as patch, s3_endpoint() as url:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            patch.delenv(name)
        for name, value in {**CREDENTIALS, "AWS_EC2_METADATA_DISABLED": "true"}.items():
            patch.setenv(name, value)
        yield url


def _free_port() -> int:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port: int = bound.getsockname()[1]
        return port


def _until_it_answers(process: subprocess.Popen[bytes], port: int) -> None:
    until = time.monotonic() + _START_S_MAX
    while time.monotonic() < until:
        assert process.poll() is None, f"moto's server ended with {process.returncode}"
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            # Not listening yet; nothing tells when it will
            time.sleep(0.05)
    pytest.fail("moto's server did not answer in time")
