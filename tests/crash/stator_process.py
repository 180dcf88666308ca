"""A server in a process of its own, to be killed or stopped, and a client that knows which calls were answered."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import stator

ENDPOINT = re.compile(r"http://[\w.\[\]:]+:\d+")
STOP_S_MAX = 60

HEADERS = {
    "Content-Type": "application/x-amz-json-1.0",
    "X-Amz-Date": "20261010T000000Z",
    "Authorization": "AWS4-HMAC-SHA256 Credential=local/20261010/us-east-1/dynamodb/aws4_request, "
    "SignedHeaders=host;x-amz-date;x-amz-target, Signature=00",
}


class Refused(Exception):
    """An answer that is no success: its code and its message."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code


class Gone(Exception):
    """The server went away before it answered: what was asked may have been done or not."""


class Client:
    """One connection, kept alive."""

    def __init__(self, endpoint: str) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(endpoint).netloc, timeout=60)

    def call(self, operation: str, **request: Any) -> dict[str, Any]:
        """The answer. Raises Refused and Gone."""
        headers = {**HEADERS, "X-Amz-Target": f"DynamoDB_20120810.{operation}"}
        try:
            self._connection.request("POST", "/", json.dumps(request), headers)
            response = self._connection.getresponse()
            body = response.read()
        except (OSError, http.client.HTTPException) as error:
            raise Gone from error
        answer: dict[str, Any] = json.loads(body)
        if response.status != 200:
            code = answer["__type"].partition("#")[2]
            raise Refused(code, answer.get("message", answer.get("Message", "")))
        return answer

    def pages(self, operation: str, **request: Any) -> list[dict[str, Any]]:
        """The items of all pages of a Query or Scan."""
        items: list[dict[str, Any]] = []
        while True:
            page = self.call(operation, **request)
            items += page["Items"]
            if "LastEvaluatedKey" not in page:
                return items
            request["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def close(self) -> None:
        self._connection.close()


class StatorProcess:
    """`python -m stator serve` on a file, by a command before it if one is given. As a block, it is killed at the end
    if it still runs."""

    def __init__(self, data: Path, *flags: str, by: Sequence[str] = ()) -> None:
        foreign = ("AWS_", "STATOR_")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
        self.process = subprocess.Popen(
            [*by, sys.executable, "-m", "stator", "serve", "--port", "0", "--data", str(data), *flags],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=data.parent,
            env=kept | {"PYTHONPATH": str(Path(stator.__file__).resolve().parents[1])},
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        found = ENDPOINT.search(line)
        assert found, f"no ready line: {line!r} {self.process.communicate()}"
        self.endpoint = found[0]

    def client(self) -> Client:
        return Client(self.endpoint)

    def kill(self) -> None:
        self.process.kill()
        self._ended()

    def terminate(self) -> str:
        """Stops it as a supervisor does; it must end cleanly. What it said on standard error."""
        self.process.send_signal(signal.SIGTERM)
        said = self._ended()
        assert self.process.returncode == 0, said
        return said

    def _ended(self) -> str:
        _, said = self.process.communicate(timeout=STOP_S_MAX)
        assert "Traceback" not in said, said
        return said

    def __enter__(self) -> StatorProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.communicate()
