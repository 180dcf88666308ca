"""`explain` of writes: the request, exactly as it would be sent, and its units, without sending it.

The write is made as ever, up to its first request that would write. That is tried on a database in memory, which is
given the tables and the items that it is about: so the units, and what would be refused, are DynamoDB's own answer. The
items, and what a write of unique values looks up, are read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeVar

from stator.client.native.calls import Pause
from stator.client.native.opening import open as open_database
from stator.errors import ServiceError, UnreachableError
from stator.model.faults import ArgumentError, ModelError
from stator.model.running import Ask, Asks, Runner

if TYPE_CHECKING:
    from stator.model.designs import Design

T = TypeVar("T")
_OPERATIONS: Final = {
    "put_item": "PutItem",
    "update_item": "UpdateItem",
    "delete_item": "DeleteItem",
    "transact_write_items": "TransactWriteItems",
    "batch_write_item": "BatchWriteItem",
}


@dataclass(frozen=True, slots=True)
class WritePlan:
    """`units`: write units by table and index (`shop`, `shop.byStatus`); empty where it is refused. `refusal`: why, as
    things are; "" where it would be done. `reads`: requests that come before it, to look up what it has to know."""

    write: str
    operation: str
    request: Mapping[str, Any]
    units: Mapping[str, float] = field(default_factory=dict)
    refusal: str = ""
    reads: int = 0

    @property
    def write_units(self) -> float:
        return sum(self.units.values())

    def __str__(self) -> str:
        lines = [f"{self.write}: {self.operation}"]
        lines += [f"    {name} = {value!r}" for name, value in self.request.items()]
        if self.refusal:
            lines.append(f"    refused: {self.refusal}")
        else:
            each = ", ".join(f"{units:g} in {place}" for place, units in self.units.items())
            lines.append(f"    {self.write_units:g} write units: {each}")
        if self.reads:
            lines.append(f"    after {self.reads} read{'s' if self.reads > 1 else ''}")
        return "\n".join(lines)


class Rehearsal(Runner):
    """A design's runner that explains in place of writing. `plan`: of the write that it ran last."""

    is_rehearsal: ClassVar[bool] = True
    plan: WritePlan

    def __init__(self, design: Design, write: str) -> None:
        super().__init__(design.db, attempts_max=2)
        self._design = design
        self._write = write

    def run(self, asks: Asks[Any]) -> Any:
        self.plan = super().run(rehearsed(asks, self._design, self._write))

    async def arun(self, asks: Asks[Any]) -> Any:
        self.plan = await super().arun(rehearsed(asks, self._design, self._write))


def rehearsed(asks: Asks[Any], design: Design, write: str) -> Asks[WritePlan]:
    """Raises ArgumentError for what would write nothing, and what the write itself raises before it is sent."""
    plan: WritePlan | None = None
    reads = 0
    try:
        step = next(asks)
        while True:
            if isinstance(step, Pause):
                step = asks.send(None)
                continue
            if step.method not in _OPERATIONS:
                try:
                    answer = yield step
                except (ServiceError, UnreachableError) as error:
                    step = asks.throw(error)
                else:
                    reads += 1
                    step = asks.send(answer)
                continue
            plan, refused = yield from _tried(design, step, WritePlan(write, "", {}, reads=reads))
            if refused is None:
                return plan
            step = asks.throw(refused)
    except StopIteration:
        if plan is None:
            raise ArgumentError(f"{write} would write nothing") from None
        return plan
    except (ModelError, ServiceError) as error:
        if plan is None:
            raise
        return replace(plan, refusal=str(error))
    finally:
        asks.close()


def _tried(design: Design, ask: Ask, plan: WritePlan) -> Asks[tuple[WritePlan, ServiceError | None]]:
    request = {name: value for name, value in ask.arguments.items() if name != "retry_unprocessed"}
    tables = {design.table_name(table.name): table for table in design.all_tables()}
    items: list[tuple[str, Any]] = []
    for name, key in _keys_of(request, {name: table.key_names for name, table in tables.items()}):
        answer = yield Ask("get_item", {"TableName": name, "Key": key, "ConsistentRead": True})
        items.append((name, answer.get("Item")))
    plan = replace(plan, operation=_OPERATIONS[ask.method], request=request)
    with open_database() as copy:
        client = copy.meta.client
        for name in dict.fromkeys(name for name, _ in items):
            client.create_table(**replace(tables[name], capacity=None, stream=None, tags={}).definition(name))
        for name, item in items:
            if item is not None:
                client.put_item(TableName=name, Item=item)
        try:
            answer = getattr(client, ask.method)(**request, ReturnConsumedCapacity="INDEXES")
        except ServiceError as error:
            return plan, error
    return replace(plan, units=_units(answer["ConsumedCapacity"])), None


def _keys_of(
    request: Mapping[str, Any], names: Mapping[str, tuple[str, ...]]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """The table and the key of each item that a request is about."""
    if "TransactItems" in request:
        for action in request["TransactItems"]:
            for inner in action.values():
                yield from _keys_of(inner, names)
    elif "RequestItems" in request:
        for table, writes in request["RequestItems"].items():
            for each in writes:
                for inner in each.values():
                    yield from _keys_of({"TableName": table, **inner}, names)
    else:
        table = request["TableName"]
        holder = request.get("Key") or request["Item"]
        yield table, {name: holder[name] for name in names[table]}


def _units(consumed: Any) -> dict[str, float]:
    units: dict[str, float] = {}
    for each in consumed if isinstance(consumed, list) else [consumed]:
        table = each["TableName"]
        places = {table: each["Table"]}
        for kind in ("LocalSecondaryIndexes", "GlobalSecondaryIndexes"):
            places.update({f"{table}.{name}": index for name, index in each.get(kind, {}).items()})
        for place, capacity in places.items():
            units[place] = units.get(place, 0.0) + float(capacity["CapacityUnits"])
    return units
