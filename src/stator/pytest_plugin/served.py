"""The database of the `dynamodb_server` fixture: an endpoint, and an environment that names it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from stator.server.background import BackgroundServer
from stator.server.bounds import Bounds
from stator.testing.bench import Bench, Snapshot
from stator.testing.faults import Faults
from stator.testing.moving_clock import MovingClock

# What is due is done when a test moves the clock or asks for it, not by the server as time goes by
_NEVER_S = 10 * 365 * 86400.0
_KEY = "stator"
_IN_THE_WAY = ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")


class ServedDatabase:
    """`endpoint_url`: http://127.0.0.1 and a free port. `environment`: what the AWS SDKs are told, and `region` with
    it. `clock` is to be moved, `faults` are to be asked for."""

    def __init__(self, bench: Bench, endpoint_url: str) -> None:
        self._bench = bench
        self.endpoint_url = endpoint_url
        self.region = bench.db.options.region
        self.clock: MovingClock = bench.clock
        self.faults: Faults = bench.faults
        self.environment = {
            "AWS_ENDPOINT_URL_DYNAMODB": endpoint_url,
            "AWS_ENDPOINT_URL_DYNAMODB_STREAMS": endpoint_url,
            "AWS_ACCESS_KEY_ID": _KEY,
            "AWS_SECRET_ACCESS_KEY": _KEY,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_REGION": self.region,
        }

    def snapshot(self) -> Snapshot:
        """All that is in the database now; `snapshot.restore()` goes back to it."""
        return self._bench.snapshot()

    def run_pending(self) -> None:
        """Does all background work that is due by the clock."""
        self._bench.run_pending()

    @contextmanager
    def environment_set(self) -> Iterator[None]:
        before = {name: os.environ.get(name) for name in (*self.environment, *_IN_THE_WAY)}
        for name in _IN_THE_WAY:
            os.environ.pop(name, None)
        os.environ.update(self.environment)
        try:
            yield
        finally:
            for name, value in before.items():
                if value is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = value


@contextmanager
def serving(bench: Bench) -> Iterator[ServedDatabase]:
    """On a thread of its own, for all tests that ask."""
    with BackgroundServer(bench.db, bounds=Bounds(jobs_poll_s=_NEVER_S)) as endpoint_url:
        yield ServedDatabase(bench, endpoint_url)
