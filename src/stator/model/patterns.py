"""Access patterns, declared: what each is given and what it yields.

class Shop(Design):
    @query(Order, since=at_least("placed_at"), newest_first=True)
    def orders_of(self, customer_id: str, since: datetime | None = None) -> None:
        "The orders of a customer, newest first."

The function is never called: its parameters are what is given (those with a default may be left out), its docstring
says what the pattern is for. A type checker knows `shop.orders_of(customer_id="c1")` to yield orders. Without a
function: `orders_of = query(Order).given("customer_id")`.

    get         one item, by its whole key           -> the entity, or None
    query       items of one entity                  -> Results[Order]
    collection  items of several in one query        -> Results[Customer | Order]
    scan        every item of an entity, and says why it must be so
    batch       many items by their keys             -> a list
    count       how many a query would yield         -> an int
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Concatenate, Generic, Literal, ParamSpec, TypeVar, overload

from pydantic import BaseModel

from stator.model.conditions import Meaning
from stator.model.entities import Entity

if TYPE_CHECKING:
    from stator.model.calls import BatchCall, CountCall, GetCall, QueryCall

P = ParamSpec("P")
T = TypeVar("T")
E = TypeVar("E", bound=Entity)
M = TypeVar("M", bound=BaseModel)
A = TypeVar("A", bound=Entity)
B = TypeVar("B", bound=Entity)
C = TypeVar("C", bound=Entity)
D = TypeVar("D", bound=Entity)

Kind = Literal["get", "query", "scan", "batch", "count"]


@dataclass(frozen=True, slots=True)
class Fallback:
    """A bounded scan, for when the index or its table is not there or fails. `entity`: what is scanned; `where`:
    argument -> filter; `pages`: at most so many are read; `page_items`: items evaluated a page; `becomes`: what a
    scanned item, with the arguments, is to the caller (the item itself unless given)."""

    entity: type[Entity]
    where: Mapping[str, Meaning] = field(default_factory=dict)
    pages: int = 3
    page_items: int | None = None
    becomes: Callable[[Any, dict[str, Any]], Any] | None = None


@dataclass(frozen=True)
class Declared:
    """A pattern before it is checked. `arguments`: argument -> whether it must be given; `positional`: those that need
    no name; `defaults`: what those are that are left out."""

    kind: Kind
    entities: tuple[type[Entity], ...]
    meanings: Mapping[str, Meaning] = field(default_factory=dict)
    arguments: Mapping[str, bool] = field(default_factory=dict)
    index: str | None = None
    newest_first: bool = False
    consistent: bool = False
    into: type[BaseModel] | None = None
    because: str = ""
    fallback: Fallback | None = None
    about: str = ""
    signature: inspect.Signature | None = None
    with_deleted: bool = False
    per_call: int | None = None
    per_second: float | None = None
    positional: tuple[str, ...] = ()
    required: frozenset[str] = frozenset()
    defaults: Mapping[str, Any] = field(default_factory=dict)


class Pattern(Generic[P, T]):
    """A pattern of a design's class. `name` is the attribute that it is assigned to."""

    def __init__(self, declared: Declared) -> None:
        self.declared = declared
        self.name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def _call(self, design: Any, kind: type[Any]) -> Any:
        """Made once a design: an attribute of the object goes before the class's."""
        call = vars(design)[self.name] = kind(design, self.name)
        return call

    def __repr__(self) -> str:
        return f"<{self.declared.kind} {self.name}({', '.join(self.declared.arguments)})>"


class GetPattern(Pattern[P, T]):
    @overload
    def __get__(self, design: None, owner: type) -> GetPattern[P, T]: ...
    @overload
    def __get__(self, design: Any, owner: type) -> GetCall[P, T]: ...
    def __get__(self, design: Any, owner: type) -> Any:
        from stator.model.calls import GetCall

        return self if design is None else self._call(design, GetCall)


class QueryPattern(Pattern[P, T]):
    @overload
    def __get__(self, design: None, owner: type) -> QueryPattern[P, T]: ...
    @overload
    def __get__(self, design: Any, owner: type) -> QueryCall[P, T]: ...
    def __get__(self, design: Any, owner: type) -> Any:
        from stator.model.calls import QueryCall

        return self if design is None else self._call(design, QueryCall)


class CountPattern(Pattern[P, int]):
    @overload
    def __get__(self, design: None, owner: type) -> CountPattern[P]: ...
    @overload
    def __get__(self, design: Any, owner: type) -> CountCall[P]: ...
    def __get__(self, design: Any, owner: type) -> Any:
        from stator.model.calls import CountCall

        return self if design is None else self._call(design, CountCall)


class BatchPattern(Pattern[..., T]):
    @overload
    def __get__(self, design: None, owner: type) -> BatchPattern[T]: ...
    @overload
    def __get__(self, design: Any, owner: type) -> BatchCall[T]: ...
    def __get__(self, design: Any, owner: type) -> Any:
        from stator.model.calls import BatchCall

        return self if design is None else self._call(design, BatchCall)


def _from_function(declared: Declared, function: Callable[..., Any]) -> Declared:
    signature = inspect.signature(function)
    _, *parameters = signature.parameters.values()
    given = {each.name: each.default is inspect.Parameter.empty for each in parameters}
    about = inspect.getdoc(function) or declared.about
    declared = replace(declared, arguments=given, about=about)
    return _signed(declared, signature.replace(parameters=parameters))


def _from_names(declared: Declared, required: Sequence[str], optional: Sequence[str]) -> Declared:
    given = {**dict.fromkeys(required, True), **dict.fromkeys(optional, False)}
    parameters = [
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            default=inspect.Parameter.empty if must else None,
        )
        for name, must in given.items()
    ]
    return _signed(replace(declared, arguments=given), inspect.Signature(parameters))


def _signed(declared: Declared, signature: inspect.Signature) -> Declared:
    parameters = signature.parameters.values()
    empty = inspect.Parameter.empty
    return replace(
        declared,
        signature=signature,
        positional=tuple(each.name for each in parameters if each.kind is not each.KEYWORD_ONLY),
        required=frozenset(each.name for each in parameters if each.default is empty),
        defaults={each.name: each.default for each in parameters if each.default is not empty},
    )


@dataclass(frozen=True)
class Get(Generic[T]):
    declared: Declared

    def __call__(self, function: Callable[Concatenate[Any, P], Any]) -> GetPattern[P, T]:
        return GetPattern(_from_function(self.declared, function))

    def given(self, *required: str) -> GetPattern[..., T]:
        return GetPattern(_from_names(self.declared, required, ()))


@dataclass(frozen=True)
class Query(Generic[T]):
    declared: Declared

    def __call__(self, function: Callable[Concatenate[Any, P], Any]) -> QueryPattern[P, T]:
        return QueryPattern(_from_function(self.declared, function))

    def given(self, *required: str, optional: Sequence[str] = ()) -> QueryPattern[..., T]:
        return QueryPattern(_from_names(self.declared, required, optional))


@dataclass(frozen=True)
class Count:
    declared: Declared

    def __call__(self, function: Callable[Concatenate[Any, P], Any]) -> CountPattern[P]:
        return CountPattern(_from_function(self.declared, function))

    def given(self, *required: str, optional: Sequence[str] = ()) -> CountPattern[...]:
        return CountPattern(_from_names(self.declared, required, optional))


@overload
def get(
    entity: type[E], *, into: None = ..., consistent: bool = ..., about: str = ..., **meanings: Meaning
) -> Get[E]: ...
@overload
def get(
    entity: type[Entity], *, into: type[M], consistent: bool = ..., about: str = ..., **meanings: Meaning
) -> Get[M]: ...
def get(
    entity: type[Entity],
    *,
    into: type[BaseModel] | None = None,
    consistent: bool = False,
    about: str = "",
    **meanings: Meaning,
) -> Get[Any]:
    """One item, by its whole key."""
    return Get(Declared("get", (entity,), meanings, into=into, consistent=consistent, about=about))


@overload
def query(
    entity: type[E],
    *,
    into: None = ...,
    index: str | None = ...,
    newest_first: bool = ...,
    consistent: bool = ...,
    fallback: Fallback | None = ...,
    with_deleted: bool = ...,
    per_call: int | None = ...,
    per_second: float | None = ...,
    about: str = ...,
    **meanings: Meaning,
) -> Query[E]: ...
@overload
def query(
    entity: type[Entity],
    *,
    into: type[M],
    index: str | None = ...,
    newest_first: bool = ...,
    consistent: bool = ...,
    fallback: Fallback | None = ...,
    with_deleted: bool = ...,
    per_call: int | None = ...,
    per_second: float | None = ...,
    about: str = ...,
    **meanings: Meaning,
) -> Query[M]: ...
def query(
    entity: type[Entity],
    *,
    into: type[BaseModel] | None = None,
    index: str | None = None,
    newest_first: bool = False,
    consistent: bool = False,
    fallback: Fallback | None = None,
    with_deleted: bool = False,
    per_call: int | None = None,
    per_second: float | None = None,
    about: str = "",
    **meanings: Meaning,
) -> Query[Any]:
    """Items of one entity, in the order of the sort key. `index`: of several that would serve, this one. `into`: a
    model with some of the attributes, which alone are read. `per_call`, `per_second`: the items and calls expected."""
    return Query(
        Declared(
            "query", (entity,), meanings, index=index, newest_first=newest_first, consistent=consistent, into=into,
            fallback=fallback, about=about, with_deleted=with_deleted, per_call=per_call, per_second=per_second,
        )
    )  # fmt: skip


@overload
def collection(
    a: type[A], b: type[B], /, *, index: str | None = ..., newest_first: bool = ..., consistent: bool = ...,
    about: str = ..., **meanings: Meaning,
) -> Query[A | B]: ...  # fmt: skip
@overload
def collection(
    a: type[A], b: type[B], c: type[C], /, *, index: str | None = ..., newest_first: bool = ...,
    consistent: bool = ..., about: str = ..., **meanings: Meaning,
) -> Query[A | B | C]: ...  # fmt: skip
@overload
def collection(
    a: type[A], b: type[B], c: type[C], d: type[D], /, *rest: type[Entity], index: str | None = ...,
    newest_first: bool = ..., consistent: bool = ..., about: str = ..., **meanings: Meaning,
) -> Query[A | B | C | D]: ...  # fmt: skip
def collection(
    *entities: type[Entity],
    index: str | None = None,
    newest_first: bool = False,
    consistent: bool = False,
    about: str = "",
    **meanings: Meaning,
) -> Query[Any]:
    """Items of several entities that share a partition, in one query."""
    return Query(
        Declared(
            "query",
            entities,
            meanings,
            index=index,
            newest_first=newest_first,
            consistent=consistent,
            about=about,
        )
    )


def scan(
    entity: type[E], *, because: str, index: str | None = None, consistent: bool = False, about: str = "",
    with_deleted: bool = False, **meanings: Meaning,
) -> Query[E]:  # fmt: skip
    """Every item of an entity: reads the whole table. `because` says why that is right."""
    declared = Declared(
        "scan", (entity,), meanings, index=index, because=because, consistent=consistent, about=about,
        with_deleted=with_deleted,
    )  # fmt: skip
    return Query(declared)


def count(
    entity: type[Entity],
    *,
    index: str | None = None,
    consistent: bool = False,
    about: str = "",
    **meanings: Meaning,
) -> Count:
    """How many items a query would yield. They are read, and paid for."""
    return Count(Declared("count", (entity,), meanings, index=index, consistent=consistent, about=about))


def batch(entity: type[E], *, consistent: bool = False, about: str = "") -> BatchPattern[E]:
    """Many items by their keys: mappings, entities, or single values where the key is one attribute."""
    return BatchPattern(Declared("batch", (entity,), consistent=consistent, about=about))
