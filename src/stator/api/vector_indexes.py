"""Vector indexes: no table has one, and CreateTable and UpdateTable refuse to make one. No search finds its index."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from stator.api.call import Call, Request
from stator.api.names import resolve
from stator.api.refusals import not_supported

if TYPE_CHECKING:
    from stator.engine.database import Database


def search_vectors(db: Database, request: Request, call: Call) -> NoReturn:
    resolve(db, call, request["TableName"])
    call.index = request["IndexName"]
    raise not_supported(
        "SearchVectors",
        f"the table does not have the specified index: {call.index}, and cannot have vector indexes",
    )
