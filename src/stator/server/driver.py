"""A database on a running loop: what every door of a server stands on, whoever reads its HTTP.

The driver attaches the store to the loop, runs the background work, and makes the service that answers requests. All on
the loop's thread; one `start` and one `close`. The database stays open.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from stator.api.call import Operations
from stator.engine.database import Database
from stator.server.admission import Admission
from stator.server.bounds import Bounds
from stator.server.jobs import JobRunners
from stator.server.large import LargeRequests
from stator.server.messages import Request
from stator.server.origins import Cors, HostCheck
from stator.server.requestlog import RequestLog
from stator.server.scheduler import Helper, LoopScheduler, Turns
from stator.server.service import DynamoService, Reply


class Driver:
    """`service` answers; `jobs` are begun by `start`, and no further piece begins after `stop_jobs`."""

    def __init__(
        self,
        db: Database,
        loop: asyncio.AbstractEventLoop,
        operations: Operations | None,
        log: RequestLog,
        bounds: Bounds,
        hosts: HostCheck,
        cors: Cors,
        elsewhere: Callable[[Request, Reply], None] | None = None,
    ) -> None:
        """`elsewhere` is the service's."""
        if operations is None:
            from stator.api.operations import OPERATIONS

            operations = OPERATIONS
        self._db = db
        self._log = log
        log.attach(loop)
        self._scheduler = LoopScheduler(loop)
        self._turns = Turns(loop)
        db.store.attach(self._scheduler)
        self._jobs = JobRunners(db, self._scheduler, self._turns, log, bounds.jobs_poll_s)
        self._large = LargeRequests(Helper(loop, "stator-large"))
        admission = Admission(self._turns, bounds)
        self.service = DynamoService(
            db,
            operations,
            self._turns,
            admission,
            self._large,
            log,
            hosts,
            cors,
            self._jobs.wake,
            elsewhere,
        )

    def start(self) -> None:
        self._jobs.start()

    def stop_jobs(self) -> None:
        self._jobs.stop()

    @property
    def is_busy(self) -> bool:
        """Whether an answer is pending, or a piece of background work is at its end."""
        return self.service.in_flight > 0 or self._jobs.running

    def close(self) -> None:
        """Ends the helper threads after what was handed to them; calls to object stores are not waited for.

        The database can be used by plain threads again."""
        self._large.close()
        self._turns.leave()
        self._scheduler.close()
        if not self._db.is_closed:
            self._db.store.attach(None)
        self._log.close()
