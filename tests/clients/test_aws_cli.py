"""The AWS CLI, unmodified, in an environment of its own: one table's life as its user types it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

Aws = Callable[..., Any]

COMMAND_S_MAX = 120
# Version 1 of the CLI ends in 255, version 2 in 254.
SERVICE_ERRORS = {254, 255}
TABLE = "Orders"


@pytest.fixture(scope="module")
def run(
    aws_cli: Path, aws_environment: dict[str, str], endpoint: str
) -> Callable[..., subprocess.CompletedProcess[str]]:
    """`aws dynamodb ...` with its output as JSON, at the endpoint."""

    def run_command(*words: str) -> subprocess.CompletedProcess[str]:
        command = [str(aws_cli), "dynamodb", *words, "--endpoint-url", endpoint, "--output", "json"]
        return subprocess.run(
            command, env=aws_environment, capture_output=True, text=True, timeout=COMMAND_S_MAX, check=False
        )

    return run_command


@pytest.fixture(scope="module")
def aws(run: Callable[..., subprocess.CompletedProcess[str]]) -> Aws:
    """A command that has to succeed; gives what it printed, parsed, or None."""

    def aws_command(*words: str) -> Any:
        done = run(*words)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) if done.stdout.strip() else None

    return aws_command


@pytest.fixture(scope="module", autouse=True)
def table(aws: Aws) -> Iterator[None]:
    """The table of this module: made by the CLI, waited for by the CLI, and deleted by it."""
    made = aws(
        "create-table", "--table-name", TABLE,
        "--attribute-definitions", "AttributeName=UserId,AttributeType=S", "AttributeName=OrderDate,AttributeType=S",
        "--key-schema", "AttributeName=UserId,KeyType=HASH", "AttributeName=OrderDate,KeyType=RANGE",
        "--billing-mode", "PAY_PER_REQUEST",
    )  # fmt: skip
    assert made["TableDescription"]["TableStatus"] == "CREATING"
    aws("wait", "table-exists", "--table-name", TABLE)
    requests = {TABLE: [{"PutRequest": {"Item": order("user-123", f"2024-10-{day:02}", day)}} for day in range(1, 21)]}
    assert aws("batch-write-item", "--request-items", json.dumps(requests))["UnprocessedItems"] == {}
    yield
    gone = aws("delete-table", "--table-name", TABLE)
    assert gone["TableDescription"]["TableStatus"] == "DELETING"
    aws("wait", "table-not-exists", "--table-name", TABLE)


def order(user: str, date: str, total: int) -> dict[str, Any]:
    return {"UserId": {"S": user}, "OrderDate": {"S": date}, "Total": {"N": str(total)}}


def values(**given: Any) -> str:
    return json.dumps({f":{name}": value for name, value in given.items()})


def test_list_and_describe_show_the_table(aws: Aws) -> None:
    assert TABLE in aws("list-tables")["TableNames"]
    described = aws("describe-table", "--table-name", TABLE)["Table"]
    assert (described["TableStatus"], described["ItemCount"]) == ("ACTIVE", 20)


def test_an_item_is_put_read_changed_and_deleted(aws: Aws) -> None:
    profile = {"M": {"Name": {"S": "Alice"}, "Email": {"S": "alice@example.com"}}}
    item = {**order("user-9", "2024-10-10", 30), "Profile": profile}
    key = json.dumps({"UserId": {"S": "user-9"}, "OrderDate": {"S": "2024-10-10"}})
    aws("put-item", "--table-name", TABLE, "--item", json.dumps(item))
    assert aws("get-item", "--table-name", TABLE, "--key", key)["Item"] == item
    changed = aws(
        "update-item", "--table-name", TABLE, "--key", key,
        "--update-expression", "SET #t = #t + :one, Profile.#n = :name",
        "--expression-attribute-names", '{"#t": "Total", "#n": "Name"}',
        "--expression-attribute-values", values(one={"N": "1"}, name={"S": "Alicia"}),
        "--return-values", "UPDATED_NEW",
    )  # fmt: skip
    assert changed["Attributes"] == {"Total": {"N": "31"}, "Profile": {"M": {"Name": {"S": "Alicia"}}}}
    deleted = aws("delete-item", "--table-name", TABLE, "--key", key, "--return-values", "ALL_OLD")
    assert deleted["Attributes"]["Total"] == {"N": "31"}
    assert aws("get-item", "--table-name", TABLE, "--key", key) is None


def test_a_query_by_the_partition_key_reads_every_page(aws: Aws) -> None:
    found = aws(
        "query", "--table-name", TABLE, "--page-size", "6",
        "--key-condition-expression", "UserId = :uid",
        "--expression-attribute-values", '{":uid":{"S":"user-123"}}',
    )  # fmt: skip
    assert [item["Total"]["N"] for item in found["Items"]] == [str(day) for day in range(1, 21)]
    assert found["Count"] == 20


def test_a_query_backwards_over_a_range_with_a_filter(aws: Aws) -> None:
    found = aws(
        "query", "--table-name", TABLE, "--no-scan-index-forward",
        "--key-condition-expression", "UserId = :uid AND OrderDate BETWEEN :from AND :to",
        "--filter-expression", "#t > :t", "--expression-attribute-names", '{"#t": "Total"}',
        "--projection-expression", "OrderDate",
        "--expression-attribute-values",
        values(uid={"S": "user-123"}, **{"from": {"S": "2024-10-05"}, "to": {"S": "2024-10-09"}}, t={"N": "6"}),
    )  # fmt: skip
    assert found["Items"] == [{"OrderDate": {"S": f"2024-10-{day:02}"}} for day in (9, 8, 7)]
    assert found["ScannedCount"] == 5


def test_a_scan_goes_on_from_its_starting_token(aws: Aws) -> None:
    request = ("scan", "--table-name", TABLE, "--filter-expression", "UserId = :uid",
               "--expression-attribute-values", '{":uid":{"S":"user-123"}}', "--max-items", "12")  # fmt: skip
    first = aws(*request)
    second = aws(*request, "--starting-token", first["NextToken"])
    dates = [item["OrderDate"]["S"] for item in first["Items"] + second["Items"]]
    assert (len(first["Items"]), sorted(dates)) == (12, [f"2024-10-{day:02}" for day in range(1, 21)])


def test_a_batch_reads_several_items(aws: Aws) -> None:
    keys = [{"UserId": {"S": "user-123"}, "OrderDate": {"S": date}} for date in ("2024-10-03", "2024-10-04", "1999")]
    found = aws("batch-get-item", "--request-items", json.dumps({TABLE: {"Keys": keys}}))
    assert sorted(item["Total"]["N"] for item in found["Responses"][TABLE]) == ["3", "4"]


def test_a_failed_condition_ends_in_an_error_status(
    run: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    item = json.dumps(order("user-123", "2024-10-01", 0))
    done = run("put-item", "--table-name", TABLE, "--item", item,
               "--condition-expression", "attribute_not_exists(UserId)")  # fmt: skip
    assert done.returncode in SERVICE_ERRORS
    assert "(ConditionalCheckFailedException)" in done.stderr
    assert "The conditional request failed" in done.stderr


def test_a_missing_table_ends_in_an_error_status(
    run: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    done = run("describe-table", "--table-name", "nowhere")
    assert done.returncode in SERVICE_ERRORS
    assert "(ResourceNotFoundException)" in done.stderr
    assert "Requested resource not found: Table: nowhere not found" in done.stderr


def test_an_index_is_added_and_queried(aws: Aws) -> None:
    aws(
        "update-table", "--table-name", TABLE,
        "--attribute-definitions", "AttributeName=OrderDate,AttributeType=S", "AttributeName=Total,AttributeType=N",
        "--global-secondary-index-updates",
        json.dumps([{"Create": {
            "IndexName": "by-date",
            "KeySchema": [{"AttributeName": "OrderDate", "KeyType": "HASH"},
                          {"AttributeName": "Total", "KeyType": "RANGE"}],
            "Projection": {"ProjectionType": "KEYS_ONLY"},
        }}]),
    )  # fmt: skip
    aws("wait", "table-exists", "--table-name", TABLE)
    found = aws(
        "query", "--table-name", TABLE, "--index-name", "by-date",
        "--key-condition-expression", "OrderDate = :d", "--expression-attribute-values", values(d={"S": "2024-10-07"}),
    )  # fmt: skip
    assert found["Items"] == [order("user-123", "2024-10-07", 7)]
