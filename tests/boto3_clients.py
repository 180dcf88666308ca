"""One boto3 client for all cases of a process: making one, and its first call, take longer than most cases."""

from __future__ import annotations

import socket
from functools import cache
from typing import Any

import boto3
from botocore.config import Config

CREDENTIALS = {"aws_access_key_id": "AKIDEXAMPLE", "aws_secret_access_key": "x", "region_name": "us-east-1"}


@cache
def boto3_client() -> tuple[int, Any]:
    """A port, on which each case in its turn has its server listen, and the client to it."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    config = Config(max_pool_connections=60)
    return port, boto3.client("dynamodb", endpoint_url=f"http://127.0.0.1:{port}", config=config, **CREDENTIALS)
