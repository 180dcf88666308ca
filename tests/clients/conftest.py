"""What the client tests share: the server, boto3's two faces on it, and tables that go away."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

from boto3_tables import ONE_ATTEMPT, attributes, index, new_name, schema
from server_process import aws_cli, aws_environment, endpoint

__all__ = ["aws_cli", "aws_environment", "endpoint"]

MakeTable = Callable[..., str]


@pytest.fixture(scope="session")
def session_environment(aws_environment: dict[str, str]) -> Iterator[None]:
    """The same environment for boto3 in this process: the endpoint comes from it, not from code."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in aws_environment.items():
            if name.startswith("AWS_"):
                patch.setenv(name, value)
        patch.delenv("AWS_PROFILE", raising=False)
        yield


@pytest.fixture(scope="session")
def client(session_environment: None) -> Any:
    return boto3.Session().client("dynamodb", config=ONE_ATTEMPT)


@pytest.fixture(scope="session")
def resource(session_environment: None) -> Any:
    return boto3.Session().resource("dynamodb", config=ONE_ATTEMPT)


@pytest.fixture
def table_name() -> str:
    return new_name()


@pytest.fixture
def make_table(client: Any) -> Iterator[MakeTable]:
    """Makes tables that are ACTIVE: `make_table("pk:S sk:N", **members)`. They go after the test."""
    made: list[str] = []

    def make(
        key: str,
        local_indexes: dict[str, str] | None = None,
        global_indexes: dict[str, str] | None = None,
        **members: Any,
    ) -> str:
        name = new_name()
        local_indexes, global_indexes = local_indexes or {}, global_indexes or {}
        if local_indexes:
            members["LocalSecondaryIndexes"] = [index(*each) for each in local_indexes.items()]
        if global_indexes:
            members["GlobalSecondaryIndexes"] = [index(*each) for each in global_indexes.items()]
        client.create_table(
            TableName=name,
            KeySchema=schema(key),
            AttributeDefinitions=attributes(key, *local_indexes.values(), *global_indexes.values()),
            BillingMode="PAY_PER_REQUEST",
            **members,
        )
        made.append(name)
        client.get_waiter("table_exists").wait(TableName=name)
        return name

    yield make
    for name in made:
        client.delete_table(TableName=name)
