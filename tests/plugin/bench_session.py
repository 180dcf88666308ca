"""A bench, called in the wire's shapes."""

from __future__ import annotations

from typing import Any

from stator.client.in_process import InProcess
from stator.engine.database import Options
from stator.testing.bench import Bench

ORDERS: dict[str, Any] = {
    "TableName": "Orders",
    "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [
        {"AttributeName": "id", "AttributeType": "S"},
        {"AttributeName": "customer", "AttributeType": "S"},
    ],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": "by-customer",
            "KeySchema": [{"AttributeName": "customer", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "ALL"},
        }
    ],
}


class Session:
    def __init__(self, options: Options | None = None) -> None:
        self.bench = Bench(options)
        self.faults = self.bench.faults
        self.clock = self.bench.clock
        self._door = InProcess(self.bench.db)

    def call(self, operation: str, **request: Any) -> Any:
        return self._door.call(operation, request)

    def create(self, name: str = "Orders") -> None:
        self.call("CreateTable", **{**ORDERS, "TableName": name})

    def put(self, id: str, table: str = "Orders", **attributes: Any) -> Any:
        item = {"id": {"S": id}, "customer": {"S": "ann"}, **attributes}
        return self.call("PutItem", TableName=table, Item=item)

    def get(self, id: str, table: str = "Orders", **parameters: Any) -> Any:
        return self.call("GetItem", TableName=table, Key={"id": {"S": id}}, **parameters).get("Item")

    def ids(self, table: str = "Orders") -> list[str]:
        return sorted(
            item["id"]["S"] for item in self.call("Scan", TableName=table, ConsistentRead=True)["Items"]
        )

    def of_customer(self, customer: str = "ann") -> list[str]:
        answer = self.call(
            "Query",
            TableName="Orders",
            IndexName="by-customer",
            KeyConditionExpression="customer = :c",
            ExpressionAttributeValues={":c": {"S": customer}},
        )
        return sorted(item["id"]["S"] for item in answer["Items"])

    def write_batch(self, *ids: str) -> Any:
        puts = [{"PutRequest": {"Item": {"id": {"S": id}, "customer": {"S": "ann"}}}} for id in ids]
        return self.call("BatchWriteItem", RequestItems={"Orders": puts})

    def transact(self, *ids: str, **parameters: Any) -> Any:
        puts = [{"Put": {"TableName": "Orders", "Item": {"id": {"S": id}}}} for id in ids]
        return self.call("TransactWriteItems", TransactItems=puts, **parameters)
