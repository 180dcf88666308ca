"""A function -> the same function within a context, from its call to its end: also where that is a coroutine's, or
where a generator is exhausted. A class of tests -> the same class, each of whose tests is within one of its own."""

from __future__ import annotations

import functools
import inspect
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager
from typing import Any


def within(context: Callable[[], AbstractContextManager[Any]], function: Any) -> Any:
    """`context` makes a new one for each call. Raises TypeError for a class that is not of tests: which of its
    methods? And for one with a `setup_method`, which pytest calls before the test: a fixture can hold the block."""
    if isinstance(function, type):
        return _class_of_tests(context, function)
    for is_one, wrap in _KINDS:
        if is_one(function):
            return functools.wraps(function)(wrap(context, function))
    return functools.wraps(function)(_plain(context, function))


def _class_of_tests(context: Any, tests: type) -> type:
    """A unittest.TestCase's `run` is a test with its `setUp` and `tearDown`."""
    import unittest  # it loads asyncio

    name = tests.__name__
    if issubclass(tests, unittest.TestCase):
        names = ["run"]
    else:
        names = [each for each in dir(tests) if each.startswith("test") and callable(getattr(tests, each))]
    if not names:
        raise TypeError(f"{name} is a class without tests; allowed: a function, or a class with test methods")
    if hasattr(tests, "setup_method"):
        raise TypeError(
            f"{name} has a setup_method, which runs before each block; enter the block in a fixture"
        )
    for each in names:
        method = inspect.getattr_static(tests, each)
        if isinstance(method, (staticmethod, classmethod)):
            setattr(tests, each, type(method)(within(context, method.__func__)))
        else:
            setattr(tests, each, within(context, method))
    return tests


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
