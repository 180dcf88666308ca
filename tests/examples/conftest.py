"""The examples run as a user runs them: in a process of their own, against a server in another."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "clients"))

from server_process import aws_cli, aws_environment, endpoint

__all__ = ["aws_cli", "aws_environment", "endpoint"]
