"""The fixtures, as a project's own tests use them."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap

import pytest
from inner import Inner

pytest_plugins = "pytester"


def test_each_test_has_an_empty_database_that_serves_every_client(inner: Inner) -> None:
    result = inner.run(
        """
        import boto3, orders, pytest

        made_before = boto3.client("dynamodb", region_name="us-east-1")

        @pytest.mark.parametrize("number", range(3))
        def test_one(dynamodb, number):
            orders.create()
            orders.add("1")
            assert [item["id"] for item in dynamodb.table("Orders").scan()["Items"]] == ["1"]
            assert made_before.list_tables()["TableNames"] == ["Orders"]
            assert dynamodb.client.scan(TableName="Orders")["Count"] == 1
            assert dynamodb.resource.Table("Orders").scan()["Items"][0]["id"] == "1"
            assert dynamodb.session.client("dynamodb").scan(TableName="Orders")["Count"] == 1

        def test_none(dynamodb):
            assert made_before.list_tables()["TableNames"] == []
        """
    )
    result.assert_outcomes(passed=4)


def test_a_test_without_the_fixture_is_left_alone(inner: Inner) -> None:
    result = inner.run(
        """
        import botocore.endpoint

        before = botocore.endpoint.Endpoint._send

        def test_with(dynamodb):
            assert botocore.endpoint.Endpoint._send is not before

        def test_without():
            assert botocore.endpoint.Endpoint._send is before
        """
    )
    result.assert_outcomes(passed=2)


def test_a_database_that_a_test_closed_is_open_for_the_next(inner: Inner) -> None:
    result = inner.run(
        """
        import pytest

        @pytest.mark.parametrize("number", range(2))
        def test_close(dynamodb, number):
            dynamodb.client.list_tables()
            with dynamodb:
                assert list(dynamodb.tables.all()) == []
        """
    )
    result.assert_outcomes(passed=2)


def test_other_services_are_refused_unless_they_are_let_through(inner: Inner) -> None:
    result = inner.run(
        """
        import boto3, pytest
        from botocore.exceptions import EndpointConnectionError
        from stator.errors import OtherServiceError

        def call(service, method):
            client = boto3.client(
                service, region_name="us-east-1", endpoint_url="http://127.0.0.1:1",
                aws_access_key_id="x", aws_secret_access_key="x",
                config=boto3.session.Config(retries={"total_max_attempts": 1}),
            )
            getattr(client, method)()

        def test_refused(dynamodb):
            with pytest.raises(OtherServiceError, match="sqs ListQueues"):
                call("sqs", "list_queues")

        @pytest.mark.dynamodb(let_through="sqs")
        def test_let_through(dynamodb):
            with pytest.raises(EndpointConnectionError):
                call("sqs", "list_queues")
        """
    )
    result.assert_outcomes(passed=2)


def test_the_server_is_told_to_sdks_by_the_environment_and_only_while_a_test_has_it(inner: Inner) -> None:
    result = inner.run(
        """
        import os, subprocess, sys, orders

        def test_here(dynamodb_server):
            orders.create()
            orders.add("1")
            assert len(orders.everything()) == 1
            assert os.environ["AWS_ENDPOINT_URL_DYNAMODB"] == dynamodb_server.endpoint_url
            assert os.environ["AWS_ENDPOINT_URL_DYNAMODB_STREAMS"] == dynamodb_server.endpoint_url

        def test_in_a_process_of_its_own(dynamodb_server):
            orders.create()
            snapshot = dynamodb_server.snapshot()
            program = "import orders; orders.add('2'); print(len(orders.everything()))"
            told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
            assert told.stdout.strip() == "1"
            snapshot.restore()
            assert orders.everything() == []

        def test_empty_again(dynamodb_server):
            import boto3
            assert boto3.client("dynamodb").list_tables()["TableNames"] == []

        def test_gone():
            assert "AWS_ENDPOINT_URL_DYNAMODB" not in os.environ
        """
    )
    result.assert_outcomes(passed=4)


def test_both_fixtures_are_one_database(inner: Inner) -> None:
    result = inner.run(
        """
        import stator, orders

        def test_both(dynamodb, dynamodb_server):
            orders.create()
            with stator.open(dynamodb_server.endpoint_url) as over_http:
                over_http.table("Orders").put_item(Item={"id": "1"})
            assert dynamodb.table("Orders").get_item(Key={"id": "1"})["Item"] == {"id": "1"}
        """
    )
    result.assert_outcomes(passed=1)


def test_what_is_loaded_once_is_there_for_each_test(inner: Inner) -> None:
    result = inner.run(
        """
        import orders, pytest

        loads = []

        @pytest.fixture(scope="module")
        def shop(dynamodb_snapshot):
            def load(db):
                loads.append(1)
                orders.create()
                db.table("Orders").put_item(Item={"id": "1", "customer": "ann"})
            return dynamodb_snapshot(load)

        @pytest.fixture
        def dynamodb(dynamodb, shop):
            shop.restore()
            return dynamodb

        @pytest.mark.parametrize("number", range(3))
        def test_of_the_shop(dynamodb, number):
            assert len(orders.everything()) == 1
            orders.add("2")
            assert len(loads) == 1
        """
    )
    result.assert_outcomes(passed=3)


def test_a_load_between_tests_does_not_touch_the_test_that_asks_for_it(inner: Inner) -> None:
    result = inner.run(
        """
        import orders

        def test_of_both(dynamodb, dynamodb_snapshot):
            orders.create()
            orders.add("mine")
            other = dynamodb_snapshot(lambda db: (orders.create(), orders.add("other")))
            assert orders.get("mine") and not orders.get("other")
            other.restore()
            assert orders.get("other") and not orders.get("mine")
        """
    )
    result.assert_outcomes(passed=1)


def test_classes_of_unittest_use_it(inner: Inner) -> None:
    result = inner.run(
        """
        import unittest
        import orders, pytest

        @pytest.mark.usefixtures("dynamodb")
        class TestOrders(unittest.TestCase):
            def test_one(self):
                orders.create()

            @pytest.mark.dynamodb(scans=0)
            def test_two(self):
                orders.create()
                self.assertEqual(orders.get("1"), None)
        """
    )
    result.assert_outcomes(passed=2)


def test_each_worker_of_xdist_has_its_own_and_what_they_cost_is_told_as_one(inner: Inner) -> None:
    result = inner.run(
        """
        import orders, pytest

        @pytest.mark.parametrize("number", range(8))
        def test_one(dynamodb, dynamodb_server, number):
            orders.create()
            orders.add(str(number))
            assert len(orders.everything()) == 1
        """,
        "-n2",
        "--dynamodb-budget",
        "--dynamodb-budget-file=budget.json",
        "--dynamodb-budget-update",
        other=True,
    )
    result.assert_outcomes(passed=8)
    assert len(json.loads((inner.path / "budget.json").read_text("utf-8"))["tests"]) == 8
    result.stdout.fnmatch_lines(["*all 8 tests*8 items read, 8 returned*16 WCU*"])


LOADED = """
    import sys
    import stator.pytest_plugin
    heavy = {"boto3", "botocore", "msgspec", "apsw", "asyncio", "stator.engine", "stator.testing", "stator.client"}
    print(sorted(heavy & set(sys.modules)))
"""


def test_until_a_test_asks_for_it_nothing_is_loaded() -> None:
    program = textwrap.dedent(LOADED)
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


def test_the_fixtures_and_the_mark_are_told_about(inner: Inner) -> None:
    result = inner.run("def test_none(): pass", "--fixtures")
    result.stdout.fnmatch_lines(["dynamodb*", "dynamodb_server*", "dynamodb_snapshot*"])
    result = inner.run("def test_none(): pass", "--markers")
    result.stdout.fnmatch_lines(["@pytest.mark.dynamodb(max_rcu=None*"])


@pytest.mark.parametrize(
    ("mark", "wrong"),
    [("max_rcus=1", "max_rcus"), ("2", "positional arguments")],
)
def test_a_mark_that_is_misspelt_is_refused(inner: Inner, mark: str, wrong: str) -> None:
    result = inner.run(
        f"""
        import pytest

        @pytest.mark.dynamodb({mark})
        def test_one(dynamodb):
            pass
        """
    )
    result.stdout.fnmatch_lines(
        [f"*the mark dynamodb does not take {wrong}; allowed: let_through, max_calls*"]
    )
    assert result.ret != 0
