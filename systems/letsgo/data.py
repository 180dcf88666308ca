"""The data module: an application's items by category and key.

    data.put({"category": "order", "key": "order-123", "total": 12, "ttl": 1_900_000_000})
    data.get("order", "order-123")          # a dict, or None
    page = data.list("customer-order", "/customer-123/", limit=20)
    page = data.list("customer-order", "/customer-123/", limit=20, token=page.next_token)

An item whose `ttl` (epoch seconds) is past is never returned, whether or not the database has removed it yet; one whose
`ttl` is this second is. Each method has an awaitable twin that begins with `a`, for `stator.open_async`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import PydanticSerializationError

from stator.model import ArgumentError, CursorError, Page, Results, ref
from systems.letsgo.design import RESERVED, Item, LetsGo
from systems.letsgo.faults import ItemError, ReservedCategoryError, TokenError

KeptItem = dict[str, Any]
_A_STEP: Final = 100
# DynamoDB's, of a partition key and of a sort key
_CATEGORY_BYTES_MAX: Final = 2048
_KEY_BYTES_MAX: Final = 1024


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of items, in the order of their keys. It may hold fewer than its limit, or none, and still have a
    `next_token`; None: there are no more."""

    items: list[KeptItem]
    next_token: str | None


class Data:
    """`deployment`: which table, `letsgo-{deployment}`. `token_key`: what next tokens are made with, 16 bytes or more
    (`tokens.token_key` keeps one in the table); without it they are good for this object only. `now`: the clock that
    items expire by, the database's unless given. `reads_reserved`: whether the platform's categories may be read, by an
    operator. Safe to share between threads, as `db` is."""

    def __init__(
        self, db: Any, deployment: str = "main", *, token_key: bytes | None = None,
        now: Callable[[], float] | None = None, reads_reserved: bool = False,
    ) -> None:  # fmt: skip
        self.design = LetsGo(db, deployment, cursor_key=token_key, now=now)
        self._reads_reserved = reads_reserved

    # One item

    def get(self, category: str, key: str, *, consistent: bool = False) -> KeptItem | None:
        """The item, or None: there is none, or it has expired. Raises ItemError."""
        self._check_place(category, key, is_read=True)
        one = self.design.item_now if consistent else self.design.item
        return _plain(one(category, key))

    async def aget(self, category: str, key: str, *, consistent: bool = False) -> KeptItem | None:
        self._check_place(category, key, is_read=True)
        one = self.design.item_now if consistent else self.design.item
        return _plain(await one.acall(category, key))

    def put(self, item: Mapping[str, Any]) -> None:
        """Stores the item in the place of any with its category and key. Atomic. Raises ItemError."""
        entity = self._entity(item)
        with _refusals():
            self.design.put(entity)

    async def aput(self, item: Mapping[str, Any]) -> None:
        entity = self._entity(item)
        with _refusals():
            await self.design.aput(entity)

    def delete(self, category: str, key: str) -> None:
        """Nothing happens when there is none. Raises ItemError."""
        self._check_place(category, key)
        self.design.erase(ref(Item, category=category, key=key))

    async def adelete(self, category: str, key: str) -> None:
        self._check_place(category, key)
        await self.design.aerase(ref(Item, category=category, key=key))

    # Many

    def list(
        self, category: str, prefix: str = "", *, limit: int | None = None, token: str | None = None,
        consistent: bool = False,
    ) -> Listing:  # fmt: skip
        """The items whose keys begin with `prefix` (all, where it is empty), at most `limit`, from where `token` says.
        A token is good for the table, category, prefix and consistency that it came from. Raises ItemError,
        TokenError."""
        results = self._listed(category, prefix, limit, consistent)
        try:
            return _listing(results.page(limit, token))
        except CursorError as error:
            raise _token_error(category, prefix, error) from error

    async def alist(
        self, category: str, prefix: str = "", *, limit: int | None = None, token: str | None = None,
        consistent: bool = False,
    ) -> Listing:  # fmt: skip
        results = self._listed(category, prefix, limit, consistent)
        try:
            return _listing(await results.apage(limit, token))
        except CursorError as error:
            raise _token_error(category, prefix, error) from error

    def every(self, category: str, prefix: str = "", *, consistent: bool = False) -> Iterator[KeptItem]:
        """All of `list`'s pages, one item after the other, read as they are asked for."""
        for item in self._listed(category, prefix, None, consistent):
            yield _as_dict(item)

    async def aevery(
        self, category: str, prefix: str = "", *, consistent: bool = False
    ) -> AsyncIterator[KeptItem]:
        async for item in self._listed(category, prefix, None, consistent):
            yield _as_dict(item)

    def delete_all(self, category: str, prefix: str = "") -> int:
        """Deletes the items whose keys begin with `prefix`, and says how many. Not one transaction: what is put
        meanwhile may stay. Expired items are left to the database."""
        self._check_category(category)
        results = self._listed(category, prefix, None, True)
        count, token = 0, None
        while True:
            page = results.page(_A_STEP, token)
            count += self.design.erase_many([_ref(item) for item in page])
            token = page.cursor
            if token is None:
                return count

    def _listed(self, category: str, prefix: str, limit: int | None, consistent: bool) -> Results[Item]:
        self._check_category(category, is_read=True)
        if not isinstance(prefix, str):
            raise ItemError(f"a prefix is a text, not {prefix!r}")
        _check_bytes("a prefix", prefix, _KEY_BYTES_MAX)
        if limit is not None and (not isinstance(limit, int) or isinstance(limit, bool) or limit < 1):
            raise ItemError(f"a limit is at least 1, not {limit!r}")
        listed = self.design.listed_now if consistent else self.design.listed
        return listed(category, prefix=prefix or None)

    # Checks

    def _entity(self, item: Mapping[str, Any]) -> Item:
        if not isinstance(item, Mapping):
            raise ItemError(f"an item is a mapping with a category and a key, not {item!r}")
        self._check_place(item.get("category"), item.get("key"))
        ttl = item.get("ttl")
        if ttl is not None and (not isinstance(ttl, int) or isinstance(ttl, bool)):
            raise ItemError(f"ttl is a whole number of seconds since 1970, not {ttl!r}")
        with _refusals():
            return Item.model_validate(dict(item))

    def _check_place(self, category: Any, key: Any, *, is_read: bool = False) -> None:
        self._check_category(category, is_read=is_read)
        if not isinstance(key, str) or not key:
            raise ItemError(f"a key is a text that is not empty, not {key!r}")
        _check_bytes("a key", key, _KEY_BYTES_MAX)

    def _check_category(self, category: Any, *, is_read: bool = False) -> None:
        if not isinstance(category, str) or not category:
            raise ItemError(f"a category is a text that is not empty, not {category!r}")
        _check_bytes("a category", category, _CATEGORY_BYTES_MAX)
        if category.startswith(RESERVED) and not (is_read and self._reads_reserved):
            raise ReservedCategoryError(
                f"category {category!r} begins with {RESERVED!r}: such are kept for the platform"
            )


def _check_bytes(what: str, text: str, bytes_max: int) -> None:
    try:
        size = len(text.encode())
    except UnicodeEncodeError as error:
        raise ItemError(f"{what} is text that UTF-8 can write, not {text!r}") from error
    if size > bytes_max:
        raise ItemError(f"{what} has at most {bytes_max:,} bytes, not {size:,}")


@contextmanager
def _refusals() -> Iterator[None]:
    """What cannot be stored, as an ItemError."""
    try:
        yield
    except (ValidationError, ArgumentError, PydanticSerializationError, TypeError) as error:
        raise ItemError(f"the item cannot be stored: {error}") from error


def _plain(item: Item | None) -> KeptItem | None:
    return None if item is None else _as_dict(item)


def _as_dict(item: Item) -> KeptItem:
    """As it was put."""
    ttl = {} if item.ttl is None else {"ttl": item.ttl}
    return {"category": item.category, "key": item.key, **ttl, **(item.model_extra or {})}


def _ref(item: Item) -> Any:
    return ref(Item, category=item.category, key=item.key)


def _listing(page: Page[Item]) -> Listing:
    return Listing([_as_dict(item) for item in page], page.cursor)


def _token_error(category: str, prefix: str, error: CursorError) -> TokenError:
    if "malformed" in str(error):
        return TokenError("the next token is malformed")
    return TokenError(f"the next token is not one of this list (category {category!r}, prefix {prefix!r})")
