"""A database that is as hard as production, with its clock, its generator and its store in a test's hands."""

from __future__ import annotations

import random
from typing import Any

from stator.client.in_process import InProcess
from stator.clock import ManualClock
from stator.engine.database import Database, Options
from stator.engine.like_aws import LikeAws
from stator.storage.contract import Store
from stator.storage.memory import MemoryStore

Members = dict[str, Any]
SALT = bytes(range(16))

TABLE: Members = {
    "TableName": "music",
    "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [
        {"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk", "local", "genre")
    ],
    "KeySchema": [
        {"AttributeName": "pk", "KeyType": "HASH"},
        {"AttributeName": "sk", "KeyType": "RANGE"},
    ],
    "LocalSecondaryIndexes": [
        {
            "IndexName": "by-local",
            "KeySchema": [
                {"AttributeName": "pk", "KeyType": "HASH"},
                {"AttributeName": "local", "KeyType": "RANGE"},
            ],
            "Projection": {"ProjectionType": "KEYS_ONLY"},
        }
    ],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": "by-genre",
            "KeySchema": [
                {"AttributeName": "genre", "KeyType": "HASH"},
                {"AttributeName": "sk", "KeyType": "RANGE"},
            ],
            "Projection": {"ProjectionType": "ALL"},
        }
    ],
}


class Drawn(random.Random):
    """Draws what the test says: `share` is each draw from 0 to 1."""

    def __init__(self, share: float) -> None:
        super().__init__(0)
        self.share = share

    def random(self) -> float:
        return self.share

    def getrandbits(self, k: int) -> int:
        return super().getrandbits(k)


def always() -> Drawn:
    """Every read misses all the writes it may, every state lasts longest."""
    return Drawn(0.999_999)


def never() -> Drawn:
    """Every read sees all; a batch is always partial."""
    return Drawn(0.0)


class Hard:
    """`call` runs an operation in process. Raises errors.ServiceError."""

    def __init__(
        self,
        chosen: LikeAws,
        rng: random.Random | None = None,
        store: Store | None = None,
        table: bool = True,
    ) -> None:
        self.clock = ManualClock()
        self.db = Database(
            store or MemoryStore(salt=SALT), Options(like_aws=chosen), self.clock, rng or always()
        )
        self.call = InProcess(self.db).call
        if table:
            self.call("CreateTable", TABLE)
            self.clock.advance(10)

    def put(self, sk: str, pk: str = "p", **attributes: str) -> None:
        self.call("PutItem", {"TableName": "music", "Item": item(sk, pk, **attributes)})

    def delete(self, sk: str, pk: str = "p") -> None:
        self.call("DeleteItem", {"TableName": "music", "Key": item(sk, pk)})

    def set(self, sk: str, pk: str = "p", **attributes: str) -> None:
        self.call(
            "UpdateItem",
            {
                "TableName": "music",
                "Key": item(sk, pk),
                "UpdateExpression": "SET " + ", ".join(f"#{name} = :{name}" for name in attributes),
                "ExpressionAttributeNames": {f"#{name}": name for name in attributes},
                "ExpressionAttributeValues": {f":{name}": {"S": value} for name, value in attributes.items()},
            },
        )

    def get(self, sk: str, pk: str = "p", **members: Any) -> Members | None:
        """The item, plain; None when it is not there."""
        found = self.call("GetItem", {"TableName": "music", "Key": item(sk, pk), **members}).get("Item")
        return None if found is None else plain(found)

    def query(self, pk: str = "p", **members: Any) -> list[Members]:
        return self._query("pk", pk, **members)

    def by_local(self, pk: str = "p", **members: Any) -> list[Members]:
        return self._query("pk", pk, IndexName="by-local", **members)

    def by_genre(self, genre: str, **members: Any) -> list[Members]:
        return self._query("genre", genre, IndexName="by-genre", **members)

    def _query(self, name: str, value: str, **members: Any) -> list[Members]:
        return plain_all(self.call("Query", query(name, value, **members))["Items"])

    def scan(self, **members: Any) -> list[Members]:
        return plain_all(self.call("Scan", {"TableName": "music", **members})["Items"])


def item(sk: str, pk: str = "p", **attributes: str) -> Members:
    return {name: {"S": value} for name, value in {"pk": pk, "sk": sk, **attributes}.items()}


def query(name: str, value: str, **members: Any) -> Members:
    return {
        "TableName": "music",
        "KeyConditionExpression": "#k = :v",
        "ExpressionAttributeNames": {"#k": name},
        "ExpressionAttributeValues": {":v": {"S": value}},
        **members,
    }


def plain(item: Members) -> Members:
    return {name: value["S"] for name, value in item.items()}


def plain_all(items: list[Members]) -> list[Members]:
    return [plain(item) for item in items]
