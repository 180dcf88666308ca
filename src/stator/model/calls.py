"""A pattern of an open design: what `shop.orders_of` is. It is called with what the pattern is given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, TypeVar

from stator.model.faults import ArgumentError
from stator.model.requests import asked, checked_arguments
from stator.model.results import Results
from stator.model.running import Ask, Asks

if TYPE_CHECKING:
    from stator.model.designs import Design
    from stator.model.explaining import Plan

P = ParamSpec("P")
T = TypeVar("T")


class _Call(Generic[P]):
    """`name`: the pattern's. Kept by its design, once made."""

    __slots__ = ("_positional", "design", "name", "served")

    def __init__(self, design: Design, name: str) -> None:
        self.design = design
        self.name = name
        self.served = design._served[name]
        self._positional = self.served.declared.positional

    def __repr__(self) -> str:
        return f"<{type(self.design).__name__}.{self.name}({', '.join(self.served.declared.arguments)})>"


class _SignedCall(_Call[P], Generic[P]):
    __slots__ = ()

    def explain(self, *args: P.args, **kwargs: P.kwargs) -> Plan:
        """The request that a call would send, and what it reads. Nothing is changed; in process it is measured."""
        from stator.model.explaining import explained

        return self.design._run(explained(self.design, self.served, self._arguments(args, kwargs)))

    async def aexplain(self, *args: P.args, **kwargs: P.kwargs) -> Plan:
        from stator.model.explaining import explained

        return await self.design._arun(explained(self.design, self.served, self._arguments(args, kwargs)))

    def _arguments(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        """Checked. `inspect` binds only what is wrong, to say so: it takes longer than a get."""
        served, names = self.served, self._positional
        given = dict(zip(names, args, strict=False))
        given.update(kwargs)
        must = served.declared.required
        if (
            len(args) > len(names)
            or len(given) < len(args) + len(kwargs)
            or not given.keys() <= served.checks.keys()
            or not must <= given.keys()
        ):
            signature = served.declared.signature
            assert signature is not None
            try:
                signature.bind(*args, **kwargs)
            except TypeError as error:
                raise ArgumentError(f"{self.name}: {error}") from None
        for name, value in served.declared.defaults.items():
            given.setdefault(name, value)
        return checked_arguments(served, given)


class GetCall(_SignedCall[P], Generic[P, T]):
    __slots__ = ()

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> T | None:
        """The item, or None: not there, expired or deleted."""
        result: T | None = self.design._run(self._get(self._arguments(args, kwargs)))
        return result

    async def acall(self, *args: P.args, **kwargs: P.kwargs) -> T | None:
        result: T | None = await self.design._arun(self._get(self._arguments(args, kwargs)))
        return result

    def _get(self, arguments: Mapping[str, Any]) -> Asks[Any]:
        served = self.served
        ask = asked(served, self.design.table_name(served.table.name), arguments, 0)
        answer = yield Ask("get_item", ask.request)
        item = answer.get("Item")
        layout = None if item is None else served.layout_of(item)
        if layout is None or layout.is_gone(item, self.design._now(), served.declared.with_deleted):
            return None
        into = served.declared.into
        return layout.entity_from(item) if into is None else layout.part_from(into, item)


class QueryCall(_SignedCall[P], Generic[P, T]):
    __slots__ = ()

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Results[T]:
        """Lazy: nothing is asked before the results are used."""
        served = self.served
        return Results(self.design, served, self._arguments(args, kwargs), served.declared.fallback)


class CountCall(_SignedCall[P]):
    __slots__ = ()

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> int:
        return Results[Any](self.design, self.served, self._arguments(args, kwargs)).count()

    async def acall(self, *args: P.args, **kwargs: P.kwargs) -> int:
        return await Results[Any](self.design, self.served, self._arguments(args, kwargs)).acount()


class BatchCall(_Call[...], Generic[T]):
    __slots__ = ()

    def __call__(self, keys: Iterable[Any]) -> list[T]:
        """The items that are there, in the order of `keys`, each once. What DynamoDB leaves unprocessed is asked
        again."""
        result: list[T] = self.design._run(self._get(keys))
        return result

    async def acall(self, keys: Iterable[Any]) -> list[T]:
        result: list[T] = await self.design._arun(self._get(keys))
        return result

    def explain(self, keys: Iterable[Any]) -> Plan:
        """As of the other patterns: the first request, which takes 100 keys."""
        from stator.model.explaining import explained_batch

        return self.design._run(explained_batch(self.design, self.served, keys))

    async def aexplain(self, keys: Iterable[Any]) -> Plan:
        from stator.model.explaining import explained_batch

        return await self.design._arun(explained_batch(self.design, self.served, keys))

    def _get(self, keys: Iterable[Any]) -> Asks[list[Any]]:
        served = self.served
        return (yield from self.design._get_many(served.layout, keys, served.declared.consistent))
