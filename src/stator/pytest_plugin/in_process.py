"""The database of the `dynamodb` fixture, in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from stator.testing.bench import Bench, Snapshot
from stator.testing.database import BotoObjects, DynamoDB

if TYPE_CHECKING:
    import pytest


class Objects:
    """What tests hold. A test may close its database; the next gets another object."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._boto = BotoObjects(bench)
        self._present: DynamoDB | None = None

    def current(self) -> DynamoDB:
        if self._present is None or self._present.is_closed:
            self._present = DynamoDB(self._bench, self._boto)
        return self._present


def serving_all_clients(node: pytest.Item, bench: Bench) -> AbstractContextManager[Any]:
    """Where botocore is installed, clients of it are served by the bench's database, whoever makes them."""
    if find_spec("botocore") is None:
        return nullcontext()
    from stator.boto3 import patched

    return patched(bench.db, let_through=_let_through(node))


def _let_through(node: pytest.Item) -> bool | frozenset[str]:
    wanted = set(node.config.getini("dynamodb_let_through"))
    for mark in node.iter_markers("dynamodb"):
        named = mark.kwargs.get("let_through", ())
        if named is True:
            return True
        wanted.update((named,) if isinstance(named, str) else named or ())
    return frozenset(wanted)


def filled(bench: Bench, current: Callable[[], DynamoDB], load: Callable[[Any], object]) -> Snapshot:
    """A snapshot of what `load` makes of an empty database; the present one is as it was afterwards."""
    with _set_aside(bench):
        bench.begin()
        with nullcontext() if find_spec("botocore") is None else _patched(bench):
            load(current())
        return bench.snapshot()


def _patched(bench: Bench) -> AbstractContextManager[Any]:
    from stator.boto3 import patched

    return patched(bench.db)


@contextmanager
def _set_aside(bench: Bench) -> Iterator[None]:
    before, observer = bench.snapshot(), bench.observer
    bench.observer = None
    try:
        yield
    finally:
        bench.observer = observer
        before.restore()
