"""Which operation is being run right now: what faults are matched with, deep inside an engine that knows no operations.

An operation's steps, and the works they hand out, run one after the other on some thread; while one of them runs, the
thread's `current()` is its `Asking`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from stator.api.call import Call, Request
from stator.storage.contract import Step, Steps, Work

if TYPE_CHECKING:
    from stator.testing.faults import Fault

T = TypeVar("T")


class Asking:
    """One request on its way. `met`: the faults that it has met, each of which holds for all of it."""

    __slots__ = ("_named", "call", "met", "request")

    def __init__(self, call: Call, request: Request) -> None:
        self.call = call
        self.request = request
        self.met: set[Fault] = set()
        self._named = frozenset(tables_named(request))

    def touches(self, table: str) -> bool:
        return table in self._named or table == self.call.table


class _Local(threading.local):
    asking: Asking | None = None


_local = _Local()


def current() -> Asking | None:
    return _local.asking


def run_as(asking: Asking, run: Callable[..., T], *arguments: Any) -> T:
    """Calls `run` while this thread's current operation is `asking`."""
    former = _local.asking
    _local.asking = asking
    try:
        return run(*arguments)
    finally:
        _local.asking = former


def steps_as(asking: Asking, steps: Steps[T], before_work: Callable[[], None]) -> Steps[T]:
    """The same steps, each of them and each work run as `asking`'s. `before_work` may raise in the place of a work,
    which ends the steps."""
    answer: Any = None
    error: Exception | None = None
    try:
        while True:
            try:
                step = run_as(asking, _next, steps, answer, error)
            except StopIteration as end:
                result: T = end.value
                return result
            answer = error = None
            if isinstance(step, Work):
                before_work()
                step = replace(step, run=partial(run_as, asking, step.run))
            try:
                answer = yield step
            except Exception as raised:
                error = raised
    finally:
        steps.close()


def _next(steps: Steps[Any], answer: Any, error: Exception | None) -> Step:
    return steps.send(answer) if error is None else steps.throw(error)


def tables_named(request: Request) -> Iterator[str]:
    """The names of the tables that a request names outside of statements."""
    names = [request.get("TableName"), *_keys(request.get("RequestItems"))]
    for action in _list(request.get("TransactItems")):
        names += [part.get("TableName") for part in _values(action) if isinstance(part, dict)]
    for name in names:
        if isinstance(name, str):
            yield table_of(name)


def table_of(name_or_arn: str) -> str:
    if not name_or_arn.startswith("arn:"):
        return name_or_arn
    return name_or_arn.partition("table/")[2].partition("/")[0]


def _keys(value: Any) -> list[Any]:
    return list(value) if isinstance(value, Mapping) else []


def _values(value: Any) -> list[Any]:
    return list(value.values()) if isinstance(value, Mapping) else []


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
