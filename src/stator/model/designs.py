"""A design: tables, entities, and access patterns by name. It is checked when its class is made.

class Shop(Design):
    tables = [Table("shop", pk="pk", sk="sk")]
    entities = [Customer, Order]

    @query(Order, since=at_least("placed_at"))
    def orders_of(self, customer_id: str, since: datetime | None = None) -> None:
        "The orders of a customer."

shop = Shop(stator.open("shop.db"))
shop.create_tables()
for order in shop.orders_of(customer_id="c1"): ...

It runs on whatever `stator.open` and `stator.open_async` give. On an async one each method is the one whose name
begins with `a`.
"""

from __future__ import annotations

import copy
import secrets
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Final, ParamSpec, TypeVar

from stator.client.native.calls import Pause
from stator.errors import ServiceError
from stator.model import faults
from stator.model.checks import layouts_of, table_faults
from stator.model.entities import Entity
from stator.model.layouts import Layout
from stator.model.naming import Naming, Plain, checked_environment, guard_destruction
from stator.model.patterns import Pattern
from stator.model.running import Ask, Asks, Runner
from stator.model.saving import Saving
from stator.model.serving import Served, serve
from stator.model.tables import Table
from stator.model.writes import Ref

if TYPE_CHECKING:
    from stator.model.rehearsing import Rehearsal, WritePlan
    from stator.model.sketches import AccessPattern

E = TypeVar("E", bound=Entity)
T = TypeVar("T")
P = ParamSpec("P")

WRITES: Final = frozenset(
    (
        "put", "create", "update", "upsert", "delete", "restore", "erase", "put_many", "erase_many",
    )
)  # fmt: skip
KEYS_MAX: Final = 100
WRITES_MAX: Final = 25
_POLL_S: Final = 0.05
_POLLS_MAX: Final = 2400
_BACKUPS_ASKED_MAX: Final = 120


class Design(Saving):
    """`tables` or `table`, `entities` and `naming` are the class's. Safe to share between threads, as `db` is."""

    table: ClassVar[Table | None] = None
    tables: ClassVar[Sequence[Table]] = ()
    entities: ClassVar[Sequence[type[Entity]]] = ()
    naming: ClassVar[Naming] = Plain()
    cursor_key: ClassVar[bytes | None] = None
    """What cursors are made with, 16 bytes or more. One that is given to an instance goes before it."""

    _tables: ClassVar[tuple[Table, ...]] = ()
    _layouts: ClassVar[dict[type[Entity], Layout]] = {}
    _served: ClassVar[dict[str, Served]] = {}

    def __init_subclass__(cls, **more: Any) -> None:
        super().__init_subclass__(**more)
        cls._tables = (*((cls.table,) if cls.table is not None else ()), *cls.tables)
        found = table_faults(cls._tables)
        cls._layouts, wrong = layouts_of(cls._tables, cls.entities)
        found += wrong
        cls._served = {}
        for name, pattern in patterns_of(cls).items():
            if hasattr(Design, name):
                found.append(f"{name}: is a name that every design has: give the pattern another")
                continue
            if any(
                entity in cls.entities and entity not in cls._layouts for entity in pattern.declared.entities
            ):
                continue  # the entity's own fault is told
            served, fault = serve(name, pattern.declared, cls._layouts)
            if served is not None and not fault:
                cls._served[name] = served
            else:
                found.append(fault)
        if found:
            raise faults.DesignError(found)

    def __init__(
        self,
        db: Any,
        environment: str | None = None,
        *,
        cursor_key: bytes | None = None,
        now: Callable[[], float] | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`environment`: of `naming`; its first unless given. `cursor_key`: without one here or in the class, cursors
        are good for this object only. `now`: the clock that items expire by; unless given the database's in process,
        else the wall's."""
        self.db = db
        self.environment = checked_environment(self.naming, environment)
        key = cursor_key or self.cursor_key or secrets.token_bytes(32)
        if len(key) < 16:
            raise faults.ArgumentError(f"a cursor key of {len(key)} bytes; it has at least 16")
        self._cursor_key = key
        self._now: Callable[[], float] = now or _clock_of(db)
        self._runner = Runner(db, sleep)

    def table_name(self, name: str) -> str:
        """A table's full name in this environment."""
        return self.naming.table_name(name, self.environment)

    # What it is

    @classmethod
    def patterns(cls) -> tuple[AccessPattern, ...]:
        """Its access patterns, in the order of declaration, each with the key or index that serves it."""
        from stator.model.sketches import pattern_of

        return tuple(pattern_of(served) for served in cls._served.values())

    @classmethod
    def all_tables(cls) -> tuple[Table, ...]:
        """`table`, then `tables`."""
        return cls._tables

    def explain(self, write: Callable[P, Any], /, *args: P.args, **kwargs: P.kwargs) -> WritePlan:
        """What one of its writes would send, `shop.explain(shop.update, order, {"status": "paid"})`, and its units. It
        is tried on a copy in memory of the items that it writes: they are read, and nothing is changed."""
        twin, rehearsal = self._explaining(write)
        getattr(twin, write.__name__)(*args, **kwargs)
        return rehearsal.plan

    async def aexplain(
        self, write: Callable[P, Awaitable[Any]], /, *args: P.args, **kwargs: P.kwargs
    ) -> WritePlan:
        """As `explain`, of the twin whose name begins with `a`."""
        twin, rehearsal = self._explaining(write)
        await getattr(twin, write.__name__)(*args, **kwargs)
        return rehearsal.plan

    def _explaining(self, write: Any) -> tuple[Design, Rehearsal]:
        """Itself, but for its runner, which explains in place of writing."""
        from stator.model.rehearsing import Rehearsal

        if getattr(write, "__self__", None) is not self or write.__name__.removeprefix("a") not in WRITES:
            raise faults.ArgumentError(f"explain takes a write of this design, and not {write!r}")
        twin: Design = copy.copy(self)
        twin._runner = rehearsal = Rehearsal(self, write.__name__)
        return twin, rehearsal

    # Its tables

    def create_tables(self) -> list[str]:
        """Makes the tables that are not there, and waits for them; returns the names of those made."""
        return self._run(self._create_tables())

    async def acreate_tables(self) -> list[str]:
        return await self._arun(self._create_tables())

    def delete_tables(self) -> list[str]:
        """Deletes the tables that are there. Guarded where the environment is shared."""
        self._guard("delete_tables")
        return self._run(self._delete_tables())

    async def adelete_tables(self) -> list[str]:
        self._guard("delete_tables")
        return await self._arun(self._delete_tables())

    def _create_tables(self) -> Asks[list[str]]:
        made = []
        for table in self._tables:
            name = self.table_name(table.name)
            try:
                yield Ask("create_table", table.definition(name))
            except ServiceError as error:
                if error.code != "ResourceInUseException":
                    raise
                continue
            made.append(name)
            yield from _until_active(name)
            if table.ttl is not None:
                specification = {"Enabled": True, "AttributeName": table.ttl}
                yield Ask(
                    "update_time_to_live", {"TableName": name, "TimeToLiveSpecification": specification}
                )
            if table.recovery:
                yield from _recovering(name)
        return made

    def _delete_tables(self) -> Asks[list[str]]:
        gone = []
        for table in self._tables:
            name = self.table_name(table.name)
            try:
                yield Ask("delete_table", {"TableName": name})
            except ServiceError as error:
                if error.code != "ResourceNotFoundException":
                    raise
                continue
            gone.append(name)
        return gone

    # Batches

    def get_many(self, entity: type[E], keys: Iterable[Any], *, consistent: bool = False) -> list[E]:
        """The items that are there, in the order of `keys`: entities, mappings of key fields, or single values."""
        return self._run(self._get_many(self._layout(entity), keys, consistent))

    async def aget_many(self, entity: type[E], keys: Iterable[Any], *, consistent: bool = False) -> list[E]:
        return await self._arun(self._get_many(self._layout(entity), keys, consistent))

    def put_many(self, entities: Iterable[Entity]) -> int:
        """Puts them, 25 at a time; what is left unprocessed is sent again. Not one transaction. Returns how many."""
        return self._run(self._write_many(entities, is_delete=False))

    async def aput_many(self, entities: Iterable[Entity]) -> int:
        return await self._arun(self._write_many(entities, is_delete=False))

    def erase_many(self, entities: Iterable[Any]) -> int:
        """Deletes the items of these entities and refs, 25 at a time. Guarded where the environment is shared."""
        self._guard("erase_many")
        return self._run(self._write_many(entities, is_delete=True))

    async def aerase_many(self, entities: Iterable[Any]) -> int:
        self._guard("erase_many")
        return await self._arun(self._write_many(entities, is_delete=True))

    def _get_many(self, layout: Layout, keys: Iterable[Any], consistent: bool) -> Asks[list[Any]]:
        if isinstance(keys, (str, bytes)):
            raise faults.ArgumentError(f"{layout.name}: keys come in a list, not as {keys!r}")
        wanted = {_frozen(key): key for key in map(layout.key_of, keys)}
        table = self.table_name(layout.table.name)
        found: dict[Any, Mapping[str, Any]] = {}
        places = list(wanted)
        for start in range(0, len(places), KEYS_MAX):
            some = [wanted[place] for place in places[start : start + KEYS_MAX]]
            options = {"ConsistentRead": True} if consistent else {}
            answer = yield Ask(
                "batch_get_item",
                {"RequestItems": {table: {"Keys": some, **options}}, "retry_unprocessed": True},
            )
            for item in answer["Responses"].get(table, ()):
                found[_frozen({name: item[name] for name in layout.table.key_names})] = item
        now = self._now()
        kind = layout.table.type_attribute
        return [
            layout.entity_from(found[place])
            for place in places
            if place in found
            and (kind is None or found[place].get(kind, layout.name) == layout.name)
            and not layout.is_gone(found[place], now)
        ]

    def _write_many(self, entities: Iterable[Any], is_delete: bool) -> Asks[int]:
        writes: dict[Any, tuple[str, dict[str, Any]]] = {}
        for each in entities:
            layout = self._layout(each.entity if isinstance(each, Ref) else type(each))
            _refuse_conditions(layout, is_delete)
            table = self.table_name(layout.table.name)
            if is_delete:
                key = layout.key_of(each.key if isinstance(each, Ref) else each)
                request = {"DeleteRequest": {"Key": key}}
            else:
                item = layout.item(self._touched(each))
                key = layout.key_in(item)
                request = {"PutRequest": {"Item": item}}
            writes[table, _frozen(key)] = (table, request)
        every = list(writes.values())
        for start in range(0, len(every), WRITES_MAX):
            items: dict[str, list[dict[str, Any]]] = {}
            for table, request in every[start : start + WRITES_MAX]:
                items.setdefault(table, []).append(request)
            yield Ask("batch_write_item", {"RequestItems": items, "retry_unprocessed": True})
        return len(every)

    # Within

    def _layout(self, entity: type[Any]) -> Layout:
        layout = self._layouts.get(entity)
        if layout is None:
            raise faults.ArgumentError(f"{entity.__name__} is no entity of {type(self).__name__}")
        return layout

    def _sharing(self, layout: Layout) -> int:
        """How many entities its table has."""
        return sum(each.table is layout.table for each in self._layouts.values())

    def _guard(self, what: str) -> None:
        if self._runner.is_rehearsal:
            return
        guard_destruction(self.naming, self.environment, what)

    def _run(self, asks: Asks[T]) -> T:
        return self._runner.run(asks)

    async def _arun(self, asks: Asks[T]) -> T:
        return await self._runner.arun(asks)


def patterns_of(design: type[Design]) -> dict[str, Pattern[..., Any]]:
    """By their names, in the order of declaration."""
    found: dict[str, Pattern[..., Any]] = {}
    for owner in reversed(design.__mro__):
        found.update({name: value for name, value in vars(owner).items() if isinstance(value, Pattern)})
    return found


def _until_active(name: str) -> Asks[None]:
    for _ in range(_POLLS_MAX):
        answer = yield Ask("describe_table", {"TableName": name})
        if answer["Table"]["TableStatus"] == "ACTIVE":
            return
        yield Pause(_POLL_S)
    raise faults.ModelError(f"table {name} is not active after {_POLLS_MAX * _POLL_S:.0f} s")


def _recovering(name: str) -> Asks[None]:
    """Turns point-in-time recovery on. On AWS a new table refuses that for some seconds after it has become active."""
    recovery = {"PointInTimeRecoveryEnabled": True}
    request = {"TableName": name, "PointInTimeRecoverySpecification": recovery}
    for _ in range(_BACKUPS_ASKED_MAX):
        try:
            yield Ask("update_continuous_backups", request)
            return
        except ServiceError as error:
            if error.code != "ContinuousBackupsUnavailableException":
                raise
        yield Pause(1)
    raise faults.ModelError(f"table {name} takes no backups after {_BACKUPS_ASKED_MAX} s")


def _refuse_conditions(layout: Layout, is_delete: bool) -> None:
    """A batch cannot hold conditions."""
    stored = layout.entity.stored
    reason = "unique values" if stored.uniques else "a version" if stored.version and not is_delete else ""
    if reason:
        raise faults.ArgumentError(
            f"{layout.name} has {reason}, which a batch cannot keep: write it by itself"
        )


def _clock_of(db: Any) -> Callable[[], float]:
    now: Callable[[], float] = getattr(db, "now", time.time)
    return now


def _frozen(key: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(sorted(key.items()))
