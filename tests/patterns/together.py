"""Calls that begin together, each in a thread of its own; and all that a stream has."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from patterns.lambdas import feed
from stator.model import ModelError


def together(work: Callable[[Any], Any], arguments: Iterable[Any]) -> list[Any]:
    """What each call came to, in the order of the arguments. A refusal is a result like any other."""
    given = list(arguments)
    start = threading.Barrier(len(given))

    def call(argument: Any) -> Any:
        start.wait()
        try:
            return work(argument)
        except ModelError as error:
            return error

    with ThreadPoolExecutor(len(given)) as pool:
        return list(pool.map(call, given))


def done(results: Iterable[Any]) -> list[Any]:
    """Those that were not refused."""
    return [each for each in results if not isinstance(each, ModelError)]


def records_of(db: Any, table: str) -> list[Mapping[str, Any]]:
    """A table's stream from its beginning, as Lambda is given it."""
    records: list[Mapping[str, Any]] = []

    def keep(event: Mapping[str, Any], context: Any) -> Mapping[str, Any]:
        records.extend(event["Records"])
        return {"batchItemFailures": []}

    feed(db, table, keep)
    return records
