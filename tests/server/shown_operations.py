"""Operations that show what a server does, not what DynamoDB does: quick, durable, failing, refused, waiting, large."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from stator.api.call import Call
from stator.engine.database import Database
from stator.errors import ConditionalCheckFailedException
from stator.storage.contract import Steps, Work


class Gate:
    """Holds steps back until `open` is set, a turn at a time."""

    def __init__(self) -> None:
        self.open = False
        self.entered = 0


class ShownOperations:
    """`calls`: those of Query."""

    def __init__(self) -> None:
        self.gate = Gate()
        self.calls: list[tuple[str, Any]] = []

    def operations(self) -> dict[str, Callable[..., Any]]:
        return {
            "GetItem": self._get_item,
            "PutItem": self._put_item,
            "DeleteItem": self._fail,
            "UpdateItem": self._refuse,
            "Scan": self._scan,
            "Query": self._large,
            "ListTables": lambda db, request, call: {"TableNames": [call.account, call.region]},
        }

    def _get_item(self, db: Database, request: Any, call: Call) -> dict[str, Any]:
        call.table, call.items_read, call.items_returned, call.read_units = request["TableName"], 1, 1, 0.5
        return {"Item": request["Key"]}

    def _put_item(self, db: Database, request: Any, call: Call) -> Steps[dict[str, Any]]:
        number = yield Work(lambda transaction: transaction.append(b"log", b"x"), (b"log",))
        return {"Attributes": {"n": {"N": str(number)}}}

    def _fail(self, db: Database, request: Any, call: Call) -> dict[str, Any]:
        raise ZeroDivisionError("a bug of ours")

    def _refuse(self, db: Database, request: Any, call: Call) -> Steps[dict[str, Any]]:
        yield None
        raise ConditionalCheckFailedException("The conditional request failed")

    def _scan(self, db: Database, request: Any, call: Call) -> Steps[dict[str, Any]]:
        self.gate.entered += 1
        while not self.gate.open:
            yield None
        return {"Count": 0}

    def _large(self, db: Database, request: Any, call: Call) -> dict[str, Any]:
        self.calls.append((call.operation, None))
        return {"Items": ["x" * request.get("Limit", 1_000_000)]}
