"""A bench's database as a test has it: `stator.open`'s, with what only a test needs, and boto3's objects over it."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from stator.client.in_process import InProcess
from stator.client.native.database import DB
from stator.client.native.values import Values
from stator.testing.bench import Bench, Snapshot
from stator.testing.faults import Faults
from stator.testing.moving_clock import MovingClock


class DynamoDB(DB):
    """A `stator.DB` in memory. `client`, `resource` and `session` are boto3's (they need boto3), and stay the same
    objects for all tests of a process: making a client takes botocore longer than most tests. `clock` is to be
    moved, `faults` are to be asked for. `is_closed`: whether the test has closed it."""

    def __init__(self, bench: Bench, boto: BotoObjects) -> None:
        super().__init__(InProcess(bench.db, owns=False), Values(), bench.clock.now)
        del self.client  # DB's own: boto3's is made when it is asked for
        self._bench = bench
        self._boto = boto
        self.is_closed = False
        self.clock: MovingClock = bench.clock
        self.faults: Faults = bench.faults

    def snapshot(self) -> Snapshot:
        """All that is in the database now; `snapshot.restore()` goes back to it."""
        return self._bench.snapshot()

    def run_pending(self, seconds: float | None = None) -> bool:
        """Does all background work that is due by the clock, however many `seconds` it takes; True. After a move of the
        clock that has been done already."""
        self._bench.run_pending()
        return True

    def close(self) -> None:
        """This object; the database goes on."""
        self.is_closed = True
        super().close()

    @property
    def session(self) -> Any:
        """A boto3 Session whose DynamoDB is this database."""
        return self._boto.session

    @cached_property
    def client(self) -> Any:  # type: ignore[override]
        """boto3's client."""
        return self._boto.client

    @property
    def resource(self) -> Any:
        """boto3's resource."""
        return self._boto.resource


class BotoObjects:
    """boto3's objects over a bench's database, each made when it is first asked for."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    @cached_property
    def session(self) -> Any:
        from stator.boto3 import Session

        return Session(self._bench.db)

    @cached_property
    def client(self) -> Any:
        return self.session.client("dynamodb")

    @cached_property
    def resource(self) -> Any:
        return self.session.resource("dynamodb")
