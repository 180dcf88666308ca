"""A function -> the same function within a context, from its call to its end: also where that is a coroutine's, or
where a generator is exhausted."""

from __future__ import annotations

import functools
import inspect
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager
from typing import Any


def within(context: Callable[[], AbstractContextManager[Any]], function: Any) -> Any:
    """`context` makes a new one for each call. Raises TypeError for a class: which of its methods?"""
    if isinstance(function, type):
        raise TypeError(
            f"{function.__name__} is a class; allowed: a function, a coroutine function or a generator"
        )
    for is_one, wrap in _KINDS:
        if is_one(function):
            return functools.wraps(function)(wrap(context, function))
    return functools.wraps(function)(_plain(context, function))


def _plain(context: Any, function: Any) -> Any:
    def call(*args: Any, **kwargs: Any) -> Any:
        with context():
            return function(*args, **kwargs)

    return call


def _coroutine(context: Any, function: Any) -> Any:
    async def call(*args: Any, **kwargs: Any) -> Any:
        with context():
            return await function(*args, **kwargs)

    return call


def _generator(context: Any, function: Any) -> Any:
    def call(*args: Any, **kwargs: Any) -> Any:
        with context():
            return (yield from function(*args, **kwargs))

    return call


def _async_generator(context: Any, function: Any) -> Any:
    async def call(*args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        with context():
            async for each in function(*args, **kwargs):
                yield each

    return call


_KINDS = (
    (inspect.iscoroutinefunction, _coroutine),
    (inspect.isgeneratorfunction, _generator),
    (inspect.isasyncgenfunction, _async_generator),
)
