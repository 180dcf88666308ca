"""What a query yields: everything by iterating, or a page at a time by a cursor.

for order in shop.orders_of(customer_id="c1"): ...
page = shop.orders_of(customer_id="c1").page(20, cursor)      # page.items, page.cursor (None: the end)

Each method has an awaitable twin whose name begins with `a`; `async for` works, too.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from stator.errors import ServiceError, UnreachableError
from stator.model.conditions import Filtered, Placeholders
from stator.model.cursors import Cursors
from stator.model.faults import ArgumentError
from stator.model.layouts import Layout
from stator.model.patterns import Fallback
from stator.model.requests import (
    alive_text,
    asked,
    deleted_attribute,
    expiry_attribute,
    filter_text,
    is_gone,
)
from stator.model.running import Ask, Asks
from stator.model.serving import Served

if TYPE_CHECKING:
    from stator.model.designs import Design

T = TypeVar("T")
REQUESTS_A_PAGE_MAX: Final = 10
_SERVER_FAULT: Final = 500
_NOT_THERE: Final = frozenset(
    (
        "ResourceNotFoundException", "ProvisionedThroughputExceededException", "ThrottlingException",
        "RequestLimitExceeded", "InternalServerError", "ServiceUnavailable",
    )
)  # fmt: skip


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


@dataclass
class Results(Generic[T]):
    """Lazy: nothing is asked before it is used. Each use asks anew. `way`: how the last page was come by."""

    design: Design
    served: Served
    arguments: Mapping[str, Any]
    way: str = field(default="index", compare=False)

    # One after the other

    def __iter__(self) -> Iterator[T]:
        cursor: _Place = None
        while True:
            items, cursor = self.design._run(self._step(cursor, None))
            yield from items
            if cursor is None:
                return

    async def __aiter__(self) -> AsyncIterator[T]:
        cursor: _Place = None
        while True:
            items, cursor = await self.design._arun(self._step(cursor, None))
            for item in items:
                yield item
            if cursor is None:
                return

    def all(self) -> list[T]:
        return list(self)

    async def aall(self) -> list[T]:
        return [item async for item in self]

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
        return Page(items, None if place is None else cursors.write(place[1], place[0]), self.way)

    def _count(self) -> Asks[int]:
        total = 0
        ask = asked(self.served, self._table, self.arguments, self.design._now())
        request = dict(ask.request)
        is_counted = ask.dropped is None and not _expires_by_key(self.served)
        if is_counted:
            request.pop("ProjectionExpression", None)
            request["Select"] = "COUNT"
            _drop_unused_names(request)
        else:
            request.pop("Select", None)
        while True:
            answer = yield Ask(ask.operation, request)
            total += answer["Count"] if is_counted else len(self._kept(answer, ask.dropped))
            place = answer.get("LastEvaluatedKey")
            if place is None:
                return total
            request = {**request, "ExclusiveStartKey": place}

    # A step: one request

    def _step(self, place: _Place, limit: int | None) -> Asks[tuple[list[T], _Place]]:
        fallback = self.served.declared.fallback
        if fallback is None:
            return (yield from self._index_step(place, limit))
        if place is not None and place[0] == "fallback":
            return (yield from self._fallback_step(fallback, place[1], limit))
        try:
            return (yield from self._index_step(place, limit))
        except (ServiceError, UnreachableError) as error:
            # A scan cannot go on where the index was: it is in another order
            if place is not None or not _is_out_of_reach(error):
                raise
        return (yield from self._fallback_step(fallback, None, limit))

    def _index_step(self, place: _Place, limit: int | None) -> Asks[tuple[list[T], _Place]]:
        ask = asked(self.served, self._table, self.arguments, self.design._now())
        request = dict(ask.request)
        if limit is not None:
            request["Limit"] = limit
        if place is not None:
            request["ExclusiveStartKey"] = place[1]
        answer = yield Ask(ask.operation, request)
        self.way = "index"
        next_place = answer.get("LastEvaluatedKey")
        items = [self._read(item) for item in self._kept(answer, ask.dropped)]
        return items, None if next_place is None else ("index", next_place)

    def _kept(self, answer: Mapping[str, Any], dropped: tuple[str, Any] | None) -> list[Mapping[str, Any]]:
        now, declared = self.design._now(), self.served.declared
        kept = []
        for item in answer.get("Items", ()):
            layout = self.served.layout_of(item)
            if dropped is not None and item.get(dropped[0]) == dropped[1]:
                continue
            if layout is not None and not is_gone(layout, item, now, declared.with_deleted):
                kept.append(item)
        return kept

    def _read(self, item: Mapping[str, Any]) -> Any:
        into = self.served.declared.into
        layout = self.served.layout_of(item)
        assert layout is not None
        return layout.entity_from(item) if into is None else layout.part_from(into, item)

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

    # The fallback

    def _fallback_step(
        self, fallback: Fallback, start: Mapping[str, Any] | None, limit: int | None
    ) -> Asks[tuple[list[T], _Place]]:
        """All of a fallback's pages that are read at all: it is bounded, and never goes on."""
        layout = self.design._layouts[fallback.entity]
        request = self._fallback_request(fallback, layout)
        if start is not None:
            request["ExclusiveStartKey"] = start
        items: list[T] = []
        for _ in range(fallback.pages):
            answer = yield Ask("scan", request)
            items += [self._become(fallback, layout, item) for item in answer["Items"]]
            place = answer.get("LastEvaluatedKey")
            if place is None or (limit is not None and len(items) >= limit):
                break
            request = {**request, "ExclusiveStartKey": place}
        self.way = "fallback"
        return items if limit is None else items[:limit], None

    def _become(self, fallback: Fallback, layout: Layout, item: Mapping[str, Any]) -> Any:
        entity = layout.entity_from(item)
        return entity if fallback.becomes is None else fallback.becomes(entity, dict(self.arguments))

    def _fallback_request(self, fallback: Fallback, layout: Layout) -> dict[str, Any]:
        places = Placeholders()
        request: dict[str, Any] = {"TableName": self.design.table_name(layout.table.name)}
        filters = []
        for argument, meaning in fallback.where.items():
            if argument in self.arguments:
                test = meaning if isinstance(meaning, Filtered) else Filtered(meaning.attribute)
                filters.append(filter_text(layout, test, self.arguments[argument], places))
        if len([each for each in self.design._layouts.values() if each.table is layout.table]) > 1:
            filters.append(places.test(str(layout.table.type_attribute), "equal", layout.name))
        if expiry := expiry_attribute(layout):
            filters.append(alive_text(expiry, places, self.design._now()))
        if deleted := deleted_attribute(layout):
            filters.append(f"attribute_not_exists({places.name(deleted)})")
        if filters:
            request["FilterExpression"] = " AND ".join(filters)
        if fallback.page_items is not None:
            request["Limit"] = fallback.page_items
        return places.into(request)


_Place = tuple[str, Mapping[str, Any]] | None


def _is_out_of_reach(error: ServiceError | UnreachableError) -> bool:
    return isinstance(error, UnreachableError) or error.code in _NOT_THERE or error.status >= _SERVER_FAULT


def _expires_by_key(served: Served) -> bool:
    keys = {key.name for key in served.table.keys(served.index) if key is not None}
    return any(expiry_attribute(part.layout) in keys for part in served.parts)


def _drop_unused_names(request: dict[str, Any]) -> None:
    """A name that no expression uses is refused."""
    texts = f"{request.get('KeyConditionExpression', '')} {request.get('FilterExpression', '')}"
    words = set(texts.replace("(", " ").replace(")", " ").replace(",", " ").split())
    names = {
        name: value for name, value in request.get("ExpressionAttributeNames", {}).items() if name in words
    }
    request.pop("ExpressionAttributeNames", None)
    if names:
        request["ExpressionAttributeNames"] = names
