"""A command of a text that asked for the database, as a shell runs it: the AWS CLI, unmodified, and nothing but its
environment says where the database is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

pytest.importorskip("pydantic", reason="pydantic is not installed")
from patterns.claims_of_deep_dive import QUERY_COMMAND, SAMPLE_ITEM

COMMAND_S_MAX = 120
MAKE = """\
aws dynamodb create-table --table-name Users --billing-mode PAY_PER_REQUEST \\
  --attribute-definitions AttributeName=UserId,AttributeType=S --key-schema AttributeName=UserId,KeyType=HASH"""
DELETE = "aws dynamodb delete-table --table-name Users"


def test_the_query_runs_as_a_shell_runs_it(aws_cli: Path, aws_environment: dict[str, str]) -> None:
    path = f"{aws_cli.parent}{os.pathsep}{aws_environment.get('PATH', os.defpath)}"

    def run(command: str, *more: str) -> str:
        done = subprocess.run(
            ["/bin/sh", "-c", f'{command} "$@"', "sh", *more],
            env={**aws_environment, "PATH": path, "AWS_DEFAULT_OUTPUT": "json"},
            capture_output=True,
            text=True,
            timeout=COMMAND_S_MAX,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    item = {
        name: {"N": str(value)} if isinstance(value, int) else {"S": value}
        for name, value in json.loads(SAMPLE_ITEM).items()
    }
    run(MAKE)
    try:
        run("aws dynamodb put-item --table-name Users --item", json.dumps(item))
        assert json.loads(run(QUERY_COMMAND))["Items"] == [item]
    finally:
        run(DELETE)
