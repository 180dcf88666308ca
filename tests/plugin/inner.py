"""Runs pytest inside a test, on a program that knows nothing of the plugin but makes boto3 clients."""

from __future__ import annotations

import sys
from importlib.metadata import entry_points

import boto3  # noqa: F401 - here, or each inner run would load it again
import pytest

import stator.boto3.patching
import stator.pytest_plugin.budget
import stator.pytest_plugin.in_process
import stator.pytest_plugin.judging
import stator.pytest_plugin.served  # noqa: F401

ORDERS = """
import boto3


def client():
    return boto3.client("dynamodb", region_name="us-east-1")


def create():
    client().create_table(
        TableName="Orders",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[
            {"AttributeName": "id", "AttributeType": "S"},
            {"AttributeName": "customer", "AttributeType": "S"},
        ],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-customer",
                "KeySchema": [{"AttributeName": "customer", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
    )


def add(id, customer="ann"):
    client().put_item(TableName="Orders", Item={"id": {"S": id}, "customer": {"S": customer}})


def get(id):
    return client().get_item(TableName="Orders", Key={"id": {"S": id}}).get("Item")


def of_customer(customer):
    return client().query(
        TableName="Orders",
        IndexName="by-customer",
        KeyConditionExpression="customer = :c",
        ExpressionAttributeValues={":c": {"S": customer}},
    )["Items"]


def everything():
    return client().scan(TableName="Orders")["Items"]


def statement(text):
    return client().execute_statement(Statement=text)["Items"]
"""


def _plugin() -> tuple[str, ...]:
    """Loads it, unless it is installed and so loads itself."""
    installed = any(point.name == "stator" for point in entry_points(group="pytest11"))
    return () if installed else ("-p", "stator.pytest_plugin")


class Inner:
    """A folder with `orders.py` in it, and pytest runs there."""

    def __init__(self, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch
        self.pytester = pytester
        self.path = pytester.path
        pytester.makepyfile(orders=ORDERS)

    def run(self, test: str, *options: str, conftest: str = "", other: bool = False) -> pytest.RunResult:
        """`other`: in a process of its own."""
        if conftest:
            self.pytester.makeconftest(conftest)
        self.pytester.makepyfile(test_it=test)
        for path in self.path.glob("*.py"):
            # Nor is it kept by a test file of ours that has the same name
            self._monkeypatch.delitem(sys.modules, path.stem, raising=False)
        run = self.pytester.runpytest_subprocess if other else self.pytester.runpytest_inprocess
        return run(*_plugin(), "-p", "no:cacheprovider", *options)
