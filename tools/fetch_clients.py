"""Fetches the outside clients that the tests drive, each into a room of its own, so that none meets another's versions.

    python tools/fetch_clients.py .cache/clients

A client that is there already, of the wanted requirement, is left alone. One that cannot be had (no network, no node)
gets a file `<name>.skipped` with the reason, which the tests show as they skip it; this script then still succeeds.
Only the standard library is used.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

FETCH_S_MAX = 240
_AT_ONCE = 2
READY = ".ready"


class CannotBeHad(Exception):
    """Why a client is missing, in one line."""


@dataclass(frozen=True)
class Client:
    """A client's name, what is asked of its registry, and how it is put into a folder."""

    name: str
    requirements: tuple[str, ...]
    install: Callable[[Path, tuple[str, ...]], None]

    def stamp(self) -> str:
        """What a ready folder holds; it differs when the requirement or this Python does."""
        return json.dumps([self.requirements, sys.version.split()[0], sys.executable])


def run(command: list[str], seconds_max: float = FETCH_S_MAX) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds_max, check=False)
    except FileNotFoundError as error:
        raise CannotBeHad(f"{command[0]} is not installed") from error
    except subprocess.TimeoutExpired as error:
        raise CannotBeHad(f"{command[0]} took longer than {seconds_max} s") from error
    if done.returncode != 0:
        raise CannotBeHad(reason(done.stderr or done.stdout) or f"{command[0]} failed with {done.returncode}")


def reason(said: str) -> str:
    """The last line that explains; npm's last one only names a log file."""
    lines = [line.strip() for line in said.splitlines()]
    return next((line for line in reversed(lines) if line and "complete log" not in line), "")


def install_from_pypi(folder: Path, requirements: tuple[str, ...]) -> None:
    venv.create(folder, with_pip=True)
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    # Not compiled: of most modules nothing is ever imported
    quietly = ["--quiet", "--disable-pip-version-check", "--no-compile", "--timeout", "20", "--retries", "2"]
    run([str(python), "-m", "pip", "install", *quietly, *requirements])


def install_from_npm(folder: Path, requirements: tuple[str, ...]) -> None:
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        raise CannotBeHad("node is not installed")
    folder.mkdir(parents=True)
    quietly = ["--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts", "--loglevel=error"]
    run([npm, "install", "--prefix", str(folder), *quietly, *requirements])


CLIENTS = (
    Client("awscli", ("awscli>=1.40,<2",), install_from_pypi),
    Client("aiobotocore", ("aiobotocore>=3,<4",), install_from_pypi),
    Client("pynamodb", ("pynamodb>=6.1,<7",), install_from_pypi),
    Client(
        "javascript",
        ("@aws-sdk/client-dynamodb@^3.800.0", "@aws-sdk/lib-dynamodb@^3.800.0"),
        install_from_npm,
    ),
    # An S3 endpoint for imports and exports: moto's server and no more than S3 needs
    Client("moto", ("moto[s3]>=5.1,<6", "flask>=3", "flask-cors>=5"), install_from_pypi),
)


def is_ready(client: Client, folder: Path) -> bool:
    ready = folder / READY
    return ready.exists() and ready.read_text("utf-8") == client.stamp()


def fetch(client: Client, cache: Path) -> str:
    """Makes the client ready, or leaves the reason why not. Returns the line to print."""
    folder, skipped = cache / client.name, cache / f"{client.name}.skipped"
    if is_ready(client, folder):
        return f"{client.name}: there"
    shutil.rmtree(folder, ignore_errors=True)
    try:
        client.install(folder, client.requirements)
    except (CannotBeHad, OSError, subprocess.CalledProcessError) as error:
        shutil.rmtree(folder, ignore_errors=True)
        skipped.write_text(f"{error}\n", "utf-8")
        return f"{client.name}: skipped, {error}"
    (folder / READY).write_text(client.stamp(), "utf-8")
    skipped.unlink(missing_ok=True)
    return f"{client.name}: fetched"


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print("usage: fetch_clients.py FOLDER", file=sys.stderr)
        return 2
    cache = Path(arguments[0])
    cache.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for line in pool.map(lambda client: fetch(client, cache), CLIENTS):
            print(f"  {line}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
