"""The third door: a server, and a client of any SDK. Here the server is begun by the program, with a port that is free.

python examples/as_server.py [FILE]
"""

from __future__ import annotations

import re
import subprocess
import sys
from typing import Any

import boto3


def serve(path: str) -> tuple[subprocess.Popen[str], str]:
    """The process, and its endpoint once it answers."""
    command = [sys.executable, "-m", "stator", "serve", "--data", path, "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    for line in process.stdout:
        if found := re.search(r"http://[\d.:]+", line):
            return process, found[0]
    raise SystemExit(f"the server did not start: exit code {process.wait()}")


def use(client: Any) -> None:
    client.create_table(
        TableName="Accounts",
        KeySchema=[{"AttributeName": "owner", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "owner", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    for owner, balance in (("ada", "10"), ("bob", "0")):
        client.put_item(TableName="Accounts", Item={"owner": {"S": owner}, "balance": {"N": balance}})
    client.transact_write_items(TransactItems=[change("ada", "-7"), change("bob", "7")])
    for owner in ("ada", "bob"):
        item = client.get_item(TableName="Accounts", Key={"owner": {"S": owner}}, ConsistentRead=True)["Item"]
        print(owner, item["balance"]["N"])


def change(owner: str, amount: str) -> dict[str, Any]:
    return {
        "Update": {
            "TableName": "Accounts",
            "Key": {"owner": {"S": owner}},
            "UpdateExpression": "ADD balance :amount",
            "ExpressionAttributeValues": {":amount": {"N": amount}},
        }
    }


def main() -> None:
    process, endpoint = serve(sys.argv[1] if len(sys.argv) > 1 else ":memory:")
    try:
        keys = {"aws_access_key_id": "x", "aws_secret_access_key": "x"}  # any will do
        use(boto3.client("dynamodb", endpoint_url=endpoint, region_name="us-east-1", **keys))
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    main()
