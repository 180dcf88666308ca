"""A client with boto3's methods: one for each operation, paginators, waiters and `exceptions`.

It speaks the dialect that it is made with: attribute values (`DB.client`, as boto3.client has them), or plain Python
values (`DB.meta.client`, as a boto3 resource's client does). With an async driver its calls are awaitable.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from functools import cache
from typing import Any, Protocol

from stator.api.pending import IMPLEMENTED
from stator.client.faults import class_of
from stator.client.native.arguments import Dialect, Shaping
from stator.client.native.calls import Calls
from stator.client.native.cutting import Cut
from stator.client.native.paging import PAGED
from stator.client.native.waiting import WAITERS, wait_until
from stator.client.over_boto import snake_case
from stator.errors import ServiceError, StatorError


class Drives(Protocol):
    """A driver, sync or async: what it returns is an answer or awaits one."""

    def one(self, operation: str, shaping: Shaping, arguments: dict[str, Any]) -> Any: ...

    def run(self, calls: Calls[Any]) -> Any: ...


@cache
def operations() -> dict[str, str]:
    """Method -> operation, of both services."""
    names = [name for service in IMPLEMENTED.values() for name in service]
    return {snake_case(name): name for name in sorted(names)}


class Client:
    """Safe to share between threads. Each operation is a method, `client.get_item(TableName=..., Key=...)`, whose
    arguments, answer and errors are boto3's, but for the request's metadata; which there are is told in
    docs/operations.md. `exceptions` has the classes of errors by their names, `meta` the region."""

    def __init__(self, driver: Drives, dialect: Dialect, region: str) -> None:
        self._driver = driver
        self._dialect = dialect
        self.exceptions = Exceptions()
        self.meta = ClientMeta(region)

    def __getattr__(self, method: str) -> Callable[..., Any]:
        operation = operations().get(method)
        if operation is None:
            raise AttributeError(f"'DynamoDB' object has no attribute '{method}'")
        shaping = self._dialect.of(operation)
        one = self._driver.one

        def call(**arguments: Any) -> Any:
            return one(operation, shaping, arguments)

        call.__name__ = method
        call.__doc__ = f"{operation}: the arguments and the answer are boto3's."
        vars(self)[method] = call
        return call

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *operations()]

    def can_paginate(self, operation_name: str) -> bool:
        """Whether `get_paginator` has one of this `operation_name`, a method's."""
        return operations().get(operation_name) in PAGED

    def get_paginator(self, operation_name: str) -> Paginator:
        """`operation_name` is the method's. Raises ValueError for one that does not page."""
        if not self.can_paginate(operation_name):
            raise ValueError(f"Operation cannot be paginated: {operation_name}")
        return Paginator(self._driver, self._dialect, operations()[operation_name])

    @property
    def waiter_names(self) -> list[str]:
        """What `get_waiter` takes."""
        return list(WAITERS)

    def get_waiter(self, waiter_name: str) -> Waiter:
        """Raises ValueError for a name that is not in `waiter_names`."""
        if waiter_name not in WAITERS:
            raise ValueError(f"Waiter does not exist: {waiter_name}")
        return Waiter(self._driver, self._dialect, waiter_name)

    def close(self) -> None:
        """boto3's. The database stays open."""


class ClientMeta:
    """What boto3's clients tell of themselves: here `region_name`."""

    def __init__(self, region: str) -> None:
        self.region_name = region


class Exceptions:
    """The classes of errors by their names: `client.exceptions.ConditionalCheckFailedException`. `ClientError` is what
    they all are, stator.errors.ServiceError."""

    ClientError = ServiceError

    def __getattr__(self, code: str) -> type[ServiceError]:
        if not code[:1].isupper():
            raise AttributeError(code)
        return class_of(code)


class Waiter:
    """Made by `client.get_waiter`, for a state of a table, an import, an export or a bulk operation."""

    def __init__(self, driver: Drives, dialect: Dialect, name: str) -> None:
        self._driver = driver
        self._dialect = dialect
        self.name = name

    def wait(self, **arguments: Any) -> Any:
        """Returns (with an async client, is awaited until) what is waited for is so. `arguments` are those of the
        operation that tells it, and WaiterConfig={"Delay": seconds, "MaxAttempts": n}. Raises WaitError when it cannot
        come any more, or took too long."""
        return self._driver.run(wait_until(self._dialect, self.name, arguments))


class Paginator:
    """Made by `client.get_paginator`, for one operation."""

    def __init__(self, driver: Drives, dialect: Dialect, operation: str) -> None:
        self._driver = driver
        self._dialect = dialect
        self._operation = operation

    def paginate(self, **arguments: Any) -> PageIterator:
        """The operation's pages. `arguments` are its own, and PaginationConfig={"MaxItems": n, "PageSize": n,
        "StartingToken": an earlier iteration's `resume_token`}. Raises TypeError for another member of that, and
        ValueError for a token that is none."""
        config = dict(arguments.pop("PaginationConfig", None) or {})
        rule = PAGED[self._operation]
        most, size, token = (config.pop(name, None) for name in ("MaxItems", "PageSize", "StartingToken"))
        if config:
            raise TypeError(
                f"PaginationConfig has no {', '.join(config)}; there are MaxItems, PageSize, StartingToken"
            )
        if size is not None and rule.limit is not None:
            arguments[rule.limit] = int(size)
        return PageIterator(self._driver, Cut(self._dialect, self._operation, arguments, most, token))


class PageIterator:
    """Pages: iterated with `for`, or with `async for` where calls are awaited. Each iteration begins anew."""

    def __init__(self, driver: Drives, cut: Cut) -> None:
        self._driver = driver
        self._cut = cut

    @property
    def resume_token(self) -> str | None:
        """Where an iteration that MaxItems ended goes on, a text for StartingToken; None when there is no more."""
        return self._cut.resume_token

    def __iter__(self) -> Iterator[dict[str, Any]]:
        pages = self._cut.pages()
        while self._cut.wants_more and (page := self._driver.run(pages.next())) is not None:
            yield self._cut.page(page)

    async def __aiter__(self) -> AsyncIterator[dict[str, Any]]:
        pages = self._cut.pages()
        while self._cut.wants_more and (page := await self._driver.run(pages.next())) is not None:
            yield self._cut.page(page)

    def build_full_result(self) -> dict[str, Any]:
        """What all pages have, gathered, and `NextToken` where MaxItems ended it: a text for StartingToken. Not for an
        async client."""
        whole: dict[str, Any] = {}
        for page in self:
            for name in self._cut.rule.results:
                if name in page:
                    whole[name] = whole[name] + page[name] if name in whole else page[name]
        if self.resume_token is not None:
            whole["NextToken"] = self.resume_token
        return whole

    def search(self, expression: str) -> Iterator[Any]:
        """What a JMESPath `expression` finds in each page; the elements of what is a list. Not for an async client.
        Raises StatorError where jmespath, which comes with boto3, is not installed."""
        try:
            import jmespath  # type: ignore[import-untyped]
        except ImportError as error:
            raise StatorError("search needs jmespath: pip install jmespath") from error
        compiled = jmespath.compile(expression)
        for page in self:
            found = compiled.search(page)
            if isinstance(found, list):
                yield from found
            else:
                yield found
