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


class InProcessDatabase:
    """One for a process and all its tests: a bench, and what they hold of it."""

    def __init__(self) -> None:
        self.bench = Bench()
        self._boto = BotoObjects(self.bench)
        self._present: DynamoDB | None = None

    def current(self) -> DynamoDB:
        """What a test holds. A test may close it; the next gets another."""
        if self._present is None or self._present.is_closed:
            self._present = DynamoDB(self.bench, self._boto)
        return self._present

    def serving_all_clients(
        self, let_through: bool | frozenset[str] = frozenset()
    ) -> AbstractContextManager[Any]:
        """Where botocore is installed, clients of it are served by the database, whoever makes them."""
        if find_spec("botocore") is None:
            return nullcontext()
        from stator.boto3 import patched

        return patched(self.bench.db, let_through=let_through)

    def filled(self, load: Callable[[Any], object]) -> Snapshot:
        """A snapshot of what `load` makes of an empty database; the present one is as it was afterwards."""
        with self._set_aside():
            self.bench.begin()
            with self.serving_all_clients():
                load(self.current())
            return self.bench.snapshot()

    @contextmanager
    def _set_aside(self) -> Iterator[None]:
        before, observer = self.bench.snapshot(), self.bench.observer
        self.bench.observer = None
        try:
            yield
        finally:
            self.bench.observer = observer
            before.restore()


def let_through(node: pytest.Item) -> bool | frozenset[str]:
    """The other services that a test's clients may call; True: all."""
    wanted = set(node.config.getini("dynamodb_let_through"))
    for mark in node.iter_markers("dynamodb"):
        named = mark.kwargs.get("let_through", ())
        if named is True:
            return True
        wanted.update((named,) if isinstance(named, str) else named or ())
    return frozenset(wanted)
