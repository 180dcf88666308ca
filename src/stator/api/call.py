"""Who calls, and what the call did: the context that every operation receives and the log line is made from.

Every door calls an operation through `operate`, so that whoever watches a database sees all that is asked of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from stator.storage.contract import Steps

if TYPE_CHECKING:
    from stator.engine.database import Database

Request = dict[str, Any]
Answer = dict[str, Any]
"""Wire members; an item's body may be `msgspec.Raw`, already JSON."""


class Call:
    """One request: the namespace it names its tables in, and, filled in as it runs, what it read and wrote.

    `read_units` and `write_units` are capacity units over all tables and indexes. `warning`: what whoever runs the
    server should know. `is_scan`: it reads a table or an index without a key. `host`: the Host the caller asked,
    None in process."""

    # Attributes of the class until they are set: a call that sets few of them costs little.
    table: str | None = None
    index: str | None = None
    items_read = 0
    items_returned = 0
    read_units = 0.0
    write_units = 0.0
    warning: str | None = None
    is_scan = False

    def __init__(self, operation: str, account: str, region: str, host: bytes | None = None) -> None:
        self.operation = operation
        self.account = account
        self.region = region
        self.host = host


Handler = Callable[["Database", Request, Call], Answer | Steps[Answer]]
"""An operation: answers at once, or as steps (storage.contract) that return the answer."""

Operations = Mapping[str, Handler]

ITEM_READS = frozenset(("BatchGetItem", "GetItem", "Query", "Scan", "TransactGetItems"))
ITEM_WRITES = frozenset(
    (
        "BatchExecuteStatement",
        "BatchWriteItem",
        "DeleteItem",
        "ExecuteStatement",
        "ExecuteTransaction",
        "PutItem",
        "TransactWriteItems",
        "UpdateItem",
    )
)
_OF_ITEMS = ITEM_READS | ITEM_WRITES
_OTHER_READS = ("Describe", "Get", "List")


def may_leave_work(operation: str) -> bool:
    """Whether an operation, by its name, may have begun a job: it neither reads nor writes items alone."""
    return operation not in _OF_ITEMS and not operation.startswith(_OTHER_READS)


def operate(handler: Handler, db: Database, request: Request, call: Call) -> Answer | Steps[Answer]:
    """Calls an operation, through the one who watches the database if somebody does (`Database.watch`)."""
    watch = db.watch
    return handler(db, request, call) if watch is None else watch(handler, db, request, call)
