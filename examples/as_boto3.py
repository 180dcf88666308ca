"""The second door: boto3's own clients, whose calls never leave the process. `Shop` knows nothing of Stator.

python examples/as_boto3.py [FILE]
"""

from __future__ import annotations

import sys
from typing import Any

import boto3
from botocore.exceptions import ClientError

import stator.boto3


class Shop:
    """Sells what is in stock, and no more: the code of any program that uses boto3."""

    def __init__(self) -> None:
        self.client: Any = boto3.client("dynamodb", region_name="eu-west-1")

    def open(self, stock: int) -> None:
        self.client.create_table(
            TableName="Stock",
            KeySchema=[{"AttributeName": "product", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "product", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        self.client.get_waiter("table_exists").wait(TableName="Stock")
        self.client.put_item(TableName="Stock", Item={"product": {"S": "tea"}, "left": {"N": str(stock)}})

    def sell(self) -> bool:
        try:
            self.client.update_item(
                TableName="Stock",
                Key={"product": {"S": "tea"}},
                UpdateExpression="SET #left = #left - :one",
                ConditionExpression="#left > :none",
                ExpressionAttributeNames={"#left": "left"},
                ExpressionAttributeValues={":one": {"N": "1"}, ":none": {"N": "0"}},
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
            return False
        return True


def main() -> None:
    path = sys.argv[1] if len(sys.argv) > 1 else ":memory:"
    with stator.boto3.patched(path):
        shop = Shop()
        shop.open(stock=2)
        print(*("sold" if shop.sell() else "sold out" for _ in range(3)), sep=", ")


if __name__ == "__main__":
    main()
