"""What a query yields: everything by iterating, or a page at a time by a cursor.

for order in shop.orders_of(customer_id="c1"): ...
page = shop.orders_of(customer_id="c1").page(20, cursor)      # page.items, page.cursor (None: the end)

Each method has an awaitable twin whose name begins with `a`; `async for` works, too.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from stator.errors import ServiceError, UnreachableError
from stator.model.cursors import Cursors
from stator.model.fallbacks import Found, fallen_back, is_out_of_reach
from stator.model.faults import ArgumentError
from stator.model.patterns import Fallback
from stator.model.requests import asked
from stator.model.running import Ask, Asks
from stator.model.serving import Served

if TYPE_CHECKING:
    from stator.model.designs import Design

T = TypeVar("T")
REQUESTS_A_PAGE_MAX: Final = 10


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """`cursor`: for the next page; None at the end. A page may hold fewer than asked for, or none, and still have one:
    what was filtered out or has expired was read. `way`: "index", or "fallback" where the bounded scan was taken."""

    items: list[T]
    cursor: str | None
    way: str = "index"

    def __iter__(self) -> Iterator[T]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)


_Place = Mapping[str, Any] | None
"""Where a page ended; None at the end. A fallback's pages have none: it is bounded, and never goes on."""


@dataclass
class Results(Generic[T]):
    """Lazy: nothing is asked before it is used. Each use asks anew. `way`: how the last page was come by."""

    design: Design
    served: Served
    arguments: Mapping[str, Any]
    fallback: Fallback | None = None
    enough: int | None = None
    way: str = field(default="index", compare=False)

    def falling_back(self, page_items: int | None = None, enough: int | None = None) -> Results[T]:
        """The same with other bounds for its fallback: `page_items` as the pattern's; `enough`: the scan ends with the
        page that it has so many with, all of which it yields. Raises ArgumentError where the pattern has none."""
        if self.fallback is None:
            raise ArgumentError(f"{self.served.name} has no fallback")
        bounds = self.fallback if page_items is None else replace(self.fallback, page_items=page_items)
        return replace(self, fallback=bounds, enough=enough)

    # One after the other

    def __iter__(self) -> Iterator[T]:
        place: _Place = None
        while True:
            items, place = self.design._run(self._step(place, None))
            yield from items
            if place is None:
                return

    async def __aiter__(self) -> AsyncIterator[T]:
        place: _Place = None
        while True:
            items, place = await self.design._arun(self._step(place, None))
            for item in items:
                yield item
            if place is None:
                return

    def all(self) -> list[T]:
        """Every item. Where there is a fallback, it takes over whenever the index fails, and begins anew."""
        return self.design._run(self._all())

    async def aall(self) -> list[T]:
        return await self.design._arun(self._all())

    def first(self) -> T | None:
        """The first item, or None."""
        return self.design._run(self._first())

    async def afirst(self) -> T | None:
        return await self.design._arun(self._first())

    # A page at a time

    def page(self, limit: int | None = None, cursor: str | None = None) -> Page[T]:
        """At most `limit` items from where `cursor` says. Raises CursorError."""
        return self.design._run(self._page(limit, cursor))

    async def apage(self, limit: int | None = None, cursor: str | None = None) -> Page[T]:
        return await self.design._arun(self._page(limit, cursor))

    # How many

    def count(self) -> int:
        """Counts without fetching; reads as much."""
        return self.design._run(self._count())

    async def acount(self) -> int:
        return await self.design._arun(self._count())

    def _all(self) -> Asks[list[T]]:
        items: list[T] = []
        place: _Place = None
        while True:
            try:
                some, place = yield from self._step(place, None)
            except (ServiceError, UnreachableError) as error:
                if self.fallback is None or not is_out_of_reach(error):
                    raise
                return (yield from self._scanned(self.fallback, None))
            items += some
            if place is None:
                return items

    def _first(self) -> Asks[T | None]:
        place: _Place = None
        limit = 1
        while True:
            items, place = yield from self._step(place, limit)
            if items:
                return items[0]
            if place is None:
                return None
            limit = min(limit * 4, 256)

    def _page(self, limit: int | None, cursor: str | None) -> Asks[Page[T]]:
        if limit is not None and limit < 1:
            raise ArgumentError(f"a page of {limit} items; it holds at least 1")
        cursors = self._cursors()
        place: _Place = None if cursor is None else cursors.read(cursor)
        items: list[T] = []
        for _ in range(REQUESTS_A_PAGE_MAX):
            some, place = yield from self._step(place, None if limit is None else limit - len(items))
            items += some
            if place is None or limit is None or len(items) >= limit:
                break
        return Page(items, None if place is None else cursors.write(place), self.way)

    def _count(self) -> Asks[int]:
        total = 0
        ask = asked(self.served, self._table, self.arguments, self.design._now(), counts=True)
        request = ask.request
        while True:
            answer = yield Ask(ask.operation, request)
            total += answer["Count"] if "Select" in request else len(self._entities(answer, ask.dropped))
            place = answer.get("LastEvaluatedKey")
            if place is None:
                return total
            request = {**request, "ExclusiveStartKey": place}

    # A step: one request, or a fallback as a whole

    def _step(self, place: _Place, limit: int | None) -> Asks[tuple[list[T], _Place]]:
        if self.fallback is None:
            return (yield from self._index_step(place, limit))
        try:
            return (yield from self._index_step(place, limit))
        except (ServiceError, UnreachableError) as error:
            # A scan cannot go on where the index was: it is in another order
            if place is not None or not is_out_of_reach(error):
                raise
        return (yield from self._scanned(self.fallback, limit)), None

    def _index_step(self, place: _Place, limit: int | None) -> Asks[tuple[list[T], _Place]]:
        ask = asked(self.served, self._table, self.arguments, self.design._now())
        request = ask.request
        if limit is not None:
            request["Limit"] = limit
        if place is not None:
            request["ExclusiveStartKey"] = place
        answer = yield Ask(ask.operation, request)
        self.way = "index"
        return self._entities(answer, ask.dropped), answer.get("LastEvaluatedKey")

    def _scanned(self, fallback: Fallback, limit: int | None) -> Asks[list[T]]:
        found = Found(limit if self.enough is None else self.enough)
        yield from fallen_back(self.design, fallback, self.arguments, found)
        self.way = "fallback"
        return found.items if limit is None else found.items[:limit]

    def _entities(self, answer: Mapping[str, Any], dropped: tuple[str, Any] | None) -> list[Any]:
        """Without what is gone, of other entities, or just beyond a bound."""
        served, now = self.served, self.design._now()
        into, with_deleted = served.declared.into, served.declared.with_deleted
        found: list[Any] = []
        for item in answer.get("Items", ()):
            layout = served.layout_of(item)
            if layout is None or layout.is_gone(item, now, with_deleted):
                continue
            if dropped is not None and item.get(dropped[0]) == dropped[1]:
                continue
            found.append(layout.entity_from(item) if into is None else layout.part_from(into, item))
        return found

    @property
    def _table(self) -> str:
        return self.design.table_name(self.served.table.name)

    def _cursors(self) -> Cursors:
        return Cursors(
            self.design._cursor_key,
            type(self.design).__name__,
            self.served.name,
            self._table,
            arguments=self.arguments,
        )
