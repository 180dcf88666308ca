"""Items of any table as plain dicts, by the table's bare name: what the club's functions call directly.

db = club.db
db.create("biztechEvents", {"id": "blueprint", "year": 2026, "title": "Blueprint", "capacity": 100})
db.update("biztechRegistrations", {"id": "ann@example.com", "eventID;year": "blueprint;2026"}, {"status": "here"})
db.query("biztechRegistrations", {"eventID;year": "blueprint;2026"}, index="event-query")

The environment's suffix is appended here alone. Attribute names may hold anything, and may be DynamoDB's reserved
words: each goes by a placeholder. Every create and update sets `updatedAt`, in the form in which the entities keep it.
Whole numbers come back as int, others as Decimal; a float is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Final

from stator.conditions import Attr, Condition, Key
from stator.errors import ConditionalCheckFailedException, TransactionCanceledException
from stator.model import (
    AlreadyExistsError,
    ArgumentError,
    ConditionFailedError,
    ModelError,
    NotFoundError,
    Table,
)
from stator.model.naming import guard_destruction
from systems.biztech.context import Context
from systems.biztech.design import BizTechDesign
from systems.biztech.writing import Operation, Write, moment_text, update_expression

Item = dict[str, Any]
KEYS_MAX: Final = 100
WRITES_MAX: Final = 25
ACTIONS_MAX: Final = 100
_TABLES: Final[Mapping[str, Table]] = {table.name: table for table in BizTechDesign.tables}


class Db:
    """Safe to share between threads. Every method takes a table's name without its suffix and raises ArgumentError for
    one that is not BizTech's."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._design = context.design
        self._database = context.design.db

    def table_name(self, table: str) -> str:
        """The full name: `biztechEvents` -> `biztechEventsPROD`."""
        return self._design.table_name(_known(table).name)

    # One item

    def create(self, table: str, item: Mapping[str, Any]) -> Item:
        """Returns the item as it is stored. Raises AlreadyExistsError."""
        write = self.creating(table, item)
        self._do(write)
        return dict(write.request["Item"])

    def get(self, table: str, key: Mapping[str, Any], *, consistent: bool = False) -> Item | None:
        """The item, or None."""
        answer = self._table(table).get_item(Key=_key(table, key), ConsistentRead=consistent)
        item: Item | None = answer.get("Item")
        return item

    def update(
        self, table: str, key: Mapping[str, Any], changes: Mapping[str, Any] | None = None, *,
        add: Mapping[str, Any] | None = None, if_: Condition | None = None,
    ) -> Item:  # fmt: skip
        """Sets attributes, whatever their names; None removes one. `add`: to numbers and sets. Returns the item as it
        is then. Raises NotFoundError, ConditionFailedError."""
        answer = self._do(self.updating(table, key, changes, add=add, if_=if_), ReturnValues="ALL_NEW")
        item: Item = answer["Attributes"]
        return item

    def delete(self, table: str, key: Mapping[str, Any], *, if_: Condition | None = None) -> Item | None:
        """Returns what was deleted, or None. In staging it warns: the table is dev's, too. Raises
        ConditionFailedError."""
        self._guard(f"delete from {table}")
        item: Item | None = self._do(self._deleting(table, key, if_), ReturnValues="ALL_OLD").get("Attributes")
        return item

    # Many

    def query(
        self, table: str, equal: Mapping[str, Any], *, index: str | None = None, sort: Condition | None = None,
        filter: Condition | None = None, newest_first: bool = False, consistent: bool = False,
    ) -> Iterator[Item]:  # fmt: skip
        """All items, page after page. `equal`: the values of the partition key, or of the whole key; `sort`: a range,
        `Key("eventID;year").begins_with("blueprint;")`; `filter`: what is read and paid for and left out."""
        condition: Condition | None = None
        for name, value in equal.items():
            condition = Key(name).eq(value) if condition is None else condition & Key(name).eq(value)
        if condition is None:
            raise ArgumentError(f"a query of {table} is given no key")
        options: dict[str, Any] = {"ScanIndexForward": not newest_first, "ConsistentRead": consistent}
        if index is not None:
            options["IndexName"] = index
        if filter is not None:
            options["FilterExpression"] = filter
        expression = condition if sort is None else condition & sort
        items: Iterator[Item] = self._table(table).query_items(KeyConditionExpression=expression, **options)
        return items

    def scan(self, table: str, *, filter: Condition | None = None) -> Iterator[Item]:
        """Every item of the table, page after page to the end."""
        options = {} if filter is None else {"FilterExpression": filter}
        items: Iterator[Item] = self._table(table).scan_items(**options)
        return items

    def batch_get(
        self, table: str, keys: Iterable[Mapping[str, Any]], *, consistent: bool = False
    ) -> list[Item]:
        """The items that are there, in the order of `keys`, however many; what is unprocessed is asked again."""
        name, wanted = self.table_name(table), _distinct(table, keys)
        found: dict[tuple[Any, ...], Item] = {}
        for some in _parts(list(wanted.values()), KEYS_MAX):
            request = {name: {"Keys": some, "ConsistentRead": consistent}}
            answer = self._database.batch_get_item(RequestItems=request, retry_unprocessed=True)
            for item in answer["Responses"].get(name, ()):
                found[_place(table, item)] = item
        return [found[place] for place in wanted if place in found]

    def batch_delete(self, table: str, keys: Iterable[Mapping[str, Any]]) -> int:
        """Deletes them, however many; returns how many keys that were. Not one transaction: what is unprocessed is
        asked again, until all are gone. In staging it warns."""
        self._guard(f"batch_delete from {table}")
        name, wanted = self.table_name(table), _distinct(table, keys)
        for some in _parts(list(wanted.values()), WRITES_MAX):
            requests = [{"DeleteRequest": {"Key": key}} for key in some]
            self._database.batch_write_item(RequestItems={name: requests}, retry_unprocessed=True)
        return len(wanted)

    # Several writes, all or none

    def creating(self, table: str, item: Mapping[str, Any]) -> Write:
        """For `transact`: as `create`."""
        condition = Attr(_known(table).key_names[0]).not_exists()
        stored = {**item, "updatedAt": moment_text(self._context.moment())}
        return self._write("Put", table, {"Item": stored}, condition, None, is_new=True)

    def updating(
        self, table: str, key: Mapping[str, Any], changes: Mapping[str, Any] | None = None, *,
        add: Mapping[str, Any] | None = None, if_: Condition | None = None,
    ) -> Write:  # fmt: skip
        """For `transact`: as `update`."""
        checked = _key(table, key)
        fixed = [name for name in {**(changes or {}), **(add or {})} if name in checked]
        if fixed:
            raise ArgumentError(f"{fixed[0]} is part of the key of {table} and cannot change")
        if not changes and not add:
            raise ArgumentError(f"an update of {table} changes nothing")
        changes = {**(changes or {}), "updatedAt": moment_text(self._context.moment())}
        request = {"Key": checked, **update_expression(changes, add or {})}
        return self._write("Update", table, request, Attr(_known(table).key_names[0]).exists(), if_)

    def deleting(self, table: str, key: Mapping[str, Any], *, if_: Condition | None = None) -> Write:
        """For `transact`: as `delete`."""
        self._guard(f"deleting from {table}")
        return self._deleting(table, key, if_)

    def checking(self, table: str, key: Mapping[str, Any], *, if_: Condition | None = None) -> Write:
        """For `transact`: that the item is there, and that the condition holds."""
        there = Attr(_known(table).key_names[0]).exists()
        return self._write("ConditionCheck", table, {"Key": _key(table, key)}, there, if_)

    def transact(self, writes: Sequence[Write]) -> None:
        """All of them or none; up to 100, each of another item. One that met another transaction is sent again.
        Raises AlreadyExistsError, NotFoundError, ConditionFailedError for the first that was refused."""
        if len(writes) > ACTIONS_MAX:
            raise ArgumentError(f"{len(writes)} writes in a transaction; it takes at most {ACTIONS_MAX}")
        if not writes:
            return
        actions = [{write.operation: write.request} for write in writes]
        try:
            self._context.again(lambda: self._database.transact_write(actions))
        except TransactionCanceledException as error:
            reasons: Iterable[Mapping[str, Any]] = error.extra.get("CancellationReasons") or ()
            for write, reason in zip(writes, reasons, strict=False):
                if reason.get("Code") == "ConditionalCheckFailed":
                    raise _refusal(write, reason.get("Item")) from error
            raise

    # Within

    def _table(self, table: str) -> Any:
        return self._database.table(self.table_name(table))

    def _guard(self, what: str) -> None:
        guard_destruction(self._design.naming, self._design.environment, what)

    def _deleting(self, table: str, key: Mapping[str, Any], if_: Condition | None) -> Write:
        return self._write("Delete", table, {"Key": _key(table, key)}, None, if_)

    def _write(
        self, operation: Operation, table: str, request: dict[str, Any], must: Condition | None, own: Condition | None,
        is_new: bool = False,
    ) -> Write:  # fmt: skip
        condition = must & own if must is not None and own is not None else must or own
        whole = {"TableName": self.table_name(table), **request}
        if condition is not None:
            whole["ConditionExpression"] = condition
            whole["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
        return Write(operation, table, whole, is_new)

    def _do(self, write: Write, **options: Any) -> dict[str, Any]:
        method = getattr(self._table(write.table), f"{write.operation.lower()}_item")
        arguments = {name: value for name, value in write.request.items() if name != "TableName"}
        try:
            answer: dict[str, Any] = self._context.again(lambda: method(**arguments, **options))
        except ConditionalCheckFailedException as error:
            raise _refusal(write, error.extra.get("Item")) from error
        return answer


def _refusal(write: Write, item: Mapping[str, Any] | None) -> ModelError:
    """What a condition that did not hold means to the caller. `item`: what was there."""
    place = "/".join(str(write.key(_TABLES[write.table].key_names)[name]) for name in _TABLES[write.table].key_names)
    if write.is_new and item:
        return AlreadyExistsError(f"{place} is in {write.table} already")
    if not item and not write.is_new and write.operation != "Delete":
        return NotFoundError(f"{place} is not in {write.table}")
    return ConditionFailedError(f"{place} of {write.table}: the condition does not hold")


def _known(table: str) -> Table:
    if table in _TABLES:
        return _TABLES[table]
    near = get_close_matches(table, _TABLES, 1)
    raise ArgumentError(f"BizTech has no table {table!r}" + (f"; there is {near[0]}" if near else ""))


def _key(table: str, key: Mapping[str, Any]) -> dict[str, Any]:
    names = _known(table).key_names
    if set(key) != set(names):
        raise ArgumentError(f"the key of {table} is {' and '.join(names)}, not {', '.join(key) or 'nothing'}")
    return {name: key[name] for name in names}


def _place(table: str, item: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(item[name] for name in _known(table).key_names)


def _distinct(table: str, keys: Iterable[Mapping[str, Any]]) -> dict[tuple[Any, ...], dict[str, Any]]:
    checked = [_key(table, key) for key in keys]
    return {_place(table, key): key for key in checked}


def _parts(values: list[Any], size: int) -> Iterator[list[Any]]:
    return (values[start : start + size] for start in range(0, len(values), size))
