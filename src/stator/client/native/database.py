"""An open database, as `stator.open` returns it: boto3's resource by names and answers, with plain Python values.

with stator.open("app.db") as db:
    orders = db.table("Orders")
    orders.put_item(Item={"id": 7, "paid": True})
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Self, Unpack

from stator.client.native import batches, parameters
from stator.client.native.arguments import Dialect
from stator.client.native.calls import Calls, Driver, one
from stator.client.native.client import Client
from stator.client.native.paging import Pages
from stator.client.native.parameters import Item
from stator.client.native.table import Table as _Table
from stator.client.native.values import Values
from stator.client.transport import Transport


@dataclass(frozen=True, slots=True)
class Meta:
    """boto3's `meta`: `client` takes and gives plain Python values, as a boto3 resource's client does; `service_name`
    is "dynamodb"."""

    client: Client
    service_name: str = "dynamodb"


class DB:
    """An open database, made by `open`. Safe to share between threads. In a child that was forked every call is refused
    (StatorError): open it anew there. It is closed by `close`, or at the end of `with`.

    `client` has boto3's low-level shapes, `meta.client` plain values, `tables` the tables there are. Every method
    raises the operation's errors (stator.errors.ServiceError), and StatorError for what is not the caller's."""

    def __init__(
        self,
        transport: Transport,
        values: Values,
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """The transport is closed with it. `now` is the clock that a stream's checkpoints go by."""
        self.transport = transport
        self._driver = Driver(transport, sleep)
        self._plain = Dialect.plain(values)
        self._now = now
        self._made_with = (values, now, sleep)
        region = getattr(transport, "region", "")
        self.client = Client(self._driver, Dialect.low_level(), region)
        self.meta = Meta(Client(self._driver, self._plain, region))
        self.tables = Tables(self)

    def table(self, name: str) -> _Table:
        """The table of this name, which need not exist yet. Nothing is asked of the database."""
        return _Table(self, name)

    def Table(self, name: str) -> _Table:  # noqa: N802
        """`table`, by boto3's name."""
        return self.table(name)

    def create_table(self, **arguments: Any) -> _Table:
        """CreateTable, with its `arguments`: the table. In a file or in memory it is active at once; elsewhere
        `table.wait_until_exists()` waits for that. Raises ResourceInUseException where there is one of this name,
        LimitExceededException."""
        description = self._call("CreateTable", arguments)["TableDescription"]
        made = self.table(description["TableName"])
        made._description = description
        return made

    # Several items

    def batch_get_item(
        self, retry_unprocessed: bool = False, **arguments: Unpack[parameters.BatchGetItem]
    ) -> dict[str, Any]:
        """BatchGetItem, of up to 100 items: `Responses` by table, and `UnprocessedKeys`. With `retry_unprocessed` asked
        again until nothing is left: one answer with all items. Raises StatorError when 20 tries in a row achieved
        nothing. Each item is read by itself, not all at one moment."""
        if not retry_unprocessed:
            return self._call("BatchGetItem", arguments)
        return self._driver.run(batches.get_everything(self._plain, arguments))

    def batch_write_item(
        self, retry_unprocessed: bool = False, **arguments: Unpack[parameters.BatchWriteItem]
    ) -> dict[str, Any]:
        """BatchWriteItem, of up to 25 writes: `UnprocessedItems` has what was not done. With `retry_unprocessed` asked
        again until everything is written. Raises StatorError when 20 tries in a row achieved nothing. Each write is
        atomic by itself, the batch is not; what is not in `UnprocessedItems` is durable."""
        if not retry_unprocessed:
            return self._call("BatchWriteItem", arguments)
        return self._driver.run(batches.write_everything(self._plain, arguments))

    def transact_write(
        self, actions: Sequence[dict[str, Any]], **options: Unpack[parameters.TransactWrite]
    ) -> dict[str, Any]:
        """TransactWriteItems: all of `actions` (up to 100) or none, and durable when it returns. Each is {"Put" |
        "Update" | "Delete" | "ConditionCheck": {...}}, with plain values, and conditions as objects or texts. Raises
        TransactionCanceledException, whose `response["CancellationReasons"]` has one for each action."""
        return self._call("TransactWriteItems", {"TransactItems": actions, **options})

    def transact_get(
        self, gets: Sequence[dict[str, Any]], **options: Unpack[parameters.TransactGet]
    ) -> list[Item | None]:
        """TransactGetItems: the items of one moment, in the order of `gets`, each {"Get": {...}} or what is in it;
        None for an item that is not there. Raises TransactionCanceledException."""
        return self._driver.run(transact_get(self._plain, gets, options))

    def execute(
        self, statement: str, parameters: Sequence[Any] = (), **options: Unpack[parameters.Execute]
    ) -> list[Item]:
        """Runs a PartiQL statement: the items of all its pages; of a write, what it RETURNS. `parameters` are for its
        question marks. A write is of one item, atomic, and durable when it returns. Raises ValidationException for what
        cannot be understood, ConditionalCheckFailedException, DuplicateItemException."""
        return self._driver.run(executed(self._plain, statement, parameters, options))

    def execute_items(
        self, statement: str, parameters: Sequence[Any] = (), **options: Unpack[parameters.Execute]
    ) -> Iterator[Item]:
        """As `execute`, with its `statement` and `parameters`; a page at a time, from the first item that is asked
        for."""
        pages = Pages(self._plain, "ExecuteStatement", statement_of(statement, parameters, options))
        while (page := self._driver.run(pages.next())) is not None:
            yield from page.get("Items", ())

    # Its life

    def run_pending(self, seconds: float | None = None) -> bool:
        """Does the background work that is due (expiry, index backfills, jobs) now, on this thread; returns whether
        none is left, and ends after `seconds` at the latest. For a database of this process: tests, and scripts that do
        not wait for it."""
        run_pending: Callable[[float | None], bool] | None = getattr(self.transport, "run_pending", None)
        return True if run_pending is None else run_pending(seconds)

    def now(self) -> float:
        """The moment by the database's clock, in epoch seconds: its own in a file or in memory, else the wall's."""
        return self._now()

    def close(self) -> None:
        """Idempotent. What is used afterwards raises StatorError."""
        self.transport.close()

    def __enter__(self) -> DB:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def get_available_subresources(self) -> list[str]:
        """boto3's: ["Table"]."""
        return ["Table"]

    def _through(self, transport: Transport) -> DB:
        """The same database by a transport that stands before this one's."""
        return DB(transport, *self._made_with)

    def _call(self, operation: str, arguments: Any) -> dict[str, Any]:
        return self._driver.one(operation, self._plain.of(operation), arguments)


class ChosenTables:
    """The tables there are, or some of them: boto3's collection, `db.tables`. Nothing is asked before it is iterated,
    and each iteration asks anew."""

    def __init__(self, db: Any, arguments: dict[str, Any] | None = None, most: int | None = None) -> None:
        self._db = db
        self._arguments = arguments or {}
        self._most = most

    def all(self) -> Self:
        """All of them."""
        return type(self)(self._db, self._arguments, self._most)

    def filter(self, **arguments: Any) -> Self:
        """`arguments` of ListTables."""
        return type(self)(self._db, {**self._arguments, **arguments}, self._most)

    def limit(self, count: int) -> Self:
        """The first `count` of them, in the order of their names."""
        return type(self)(self._db, self._arguments, count)

    def page_size(self, count: int) -> Self:
        """ListTables is asked for `count` names a page (1 to 100)."""
        return self.filter(Limit=count)

    def _pages(self) -> Pages:
        return Pages(self._db._plain, "ListTables", self._arguments)


class Tables(ChosenTables):
    """`db.tables.all()` and `db.tables.limit(10)` are iterated."""

    def pages(self) -> Iterator[list[_Table]]:
        """The tables, a list for each page."""
        left = self._most
        pages = self._pages()
        while left != 0 and (page := self._db._driver.run(pages.next())) is not None:
            names = page["TableNames"][:left]
            left = None if left is None else left - len(names)
            yield [self._db.table(name) for name in names]

    def __iter__(self) -> Iterator[_Table]:
        for page in self.pages():
            yield from page


def statement_of(statement: str, parameters: Sequence[Any], options: Any) -> dict[str, Any]:
    """The arguments of ExecuteStatement, which takes no empty list of parameters."""
    given = {"Parameters": list(parameters)} if parameters else {}
    return {"Statement": statement, **given, **options}


def executed(dialect: Dialect, statement: str, parameters: Sequence[Any], options: Any) -> Calls[list[Item]]:
    pages = Pages(dialect, "ExecuteStatement", statement_of(statement, parameters, options))
    items: list[Item] = []
    while (page := (yield from pages.next())) is not None:
        items += page.get("Items", ())
    return items


def transact_get(dialect: Dialect, gets: Sequence[dict[str, Any]], options: Any) -> Calls[list[Item | None]]:
    actions = [get if "Get" in get else {"Get": get} for get in gets]
    answer = yield from one(dialect, "TransactGetItems", {"TransactItems": actions, **options})
    return [response.get("Item") for response in answer["Responses"]]
