"""What every process that serves has in common: the database from the settings, the log, a loop until a signal."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

from stator.cli.settings import MEMORY, Settings
from stator.errors import SettingError, StatorError

if TYPE_CHECKING:
    from stator.engine.database import Database, Options
    from stator.engine.like_aws import LikeAws
    from stator.server.requestlog import RequestLog
    from stator.server.server import Listening
    from stator.storage.contract import Store

_SWITCH_S = 0.001
# Objects more than before, and how much rarer than the youngest the older ones are gone through
_COLLECT_AFTER = (10_000, 20, 20)


def place_of(data: str) -> Path | None:
    """The data file's absolute path; None for memory."""
    return None if data == MEMORY else Path(os.path.abspath(os.path.expanduser(data)))


def like_aws_of(settings: Settings) -> LikeAws:
    """Each hardship by its own setting, else by --like-aws."""
    from stator.engine.like_aws import LikeAws

    def chosen(own: bool | None) -> bool:
        return settings.like_aws if own is None else own

    conflict_rate = settings.conflict_rate
    if conflict_rate is None:
        conflict_rate = LikeAws.all().conflict_rate if settings.like_aws else 0.0
    return LikeAws(
        index_lag=chosen(settings.index_lag),
        stale_reads=chosen(settings.stale_reads),
        lingering_states=chosen(settings.lingering_states),
        partial_batches=chosen(settings.partial_batches),
        conflict_rate=conflict_rate,
    )


def open_database(settings: Settings, seed: int, limits_elsewhere: bool = False) -> Database:
    """Raises StatorError."""
    from stator.clock import seeded_random
    from stator.engine.database import Database

    store = _open(place_of(settings.data), settings.durability)
    return Database(store, _options(settings, limits_elsewhere), rng=seeded_random(seed))


def listening_of(settings: Settings) -> Listening:
    from stator.server.server import Listening

    return Listening(settings.host, settings.port, settings.allowed_host, settings.cors_origin)


def log_of(settings: Settings) -> RequestLog:
    from stator.clock import SystemClock
    from stator.server.requestlog import RequestLog

    slow_s = None if settings.slow_ms is None else settings.slow_ms / 1000
    return RequestLog(_write_log, SystemClock(), as_json=settings.log_format == "json", slow_s=slow_s)


def run_loop(serve: Callable[[asyncio.Event], Awaitable[None]]) -> None:
    """Runs `serve`, given an event that SIGTERM and SIGINT set, to its end."""
    from stator.server.listening import new_loop

    async def until_stopped() -> None:
        stopped = asyncio.Event()
        _on_signals(asyncio.get_running_loop(), stopped)
        await serve(stopped)

    # The loop's thread gets the interpreter back soon from the one that reads large requests
    sys.setswitchinterval(_SWITCH_S)
    loop = new_loop()
    try:
        loop.run_until_complete(until_stopped())
    finally:
        loop.close()


def keep_what_was_loaded() -> None:
    """What was loaded stays: the collector need not go through it again and again, each time for 10 ms and more."""
    gc.freeze()
    gc.set_threshold(*_COLLECT_AFTER)


def _options(settings: Settings, limits_elsewhere: bool) -> Options:
    from stator.engine.database import Options

    folder = settings.s3_folder
    return Options(
        region=settings.region,
        namespace=settings.namespace,
        like_aws=like_aws_of(settings),
        enforce_capacity=settings.enforce_capacity,
        limits_elsewhere=limits_elsewhere,
        stream_shards=settings.stream_shards,
        stream_shard_s=settings.stream_shard_hours * 3600,
        s3_folder=None if folder is None else os.path.abspath(os.path.expanduser(folder)),
        s3_endpoint=settings.s3_endpoint,
        ttl_delay_s=settings.ttl_delay,
    )


def _open(place: Path | None, durability: str) -> Store:
    """Raises StatorError, also for what the store calls a wrong setting: it is the place that cannot serve."""
    from stator.storage import open_store

    try:
        return open_store(MEMORY if place is None else str(place), durability)
    except SettingError as error:
        raise StatorError(str(error)) from error


def _write_log(lines: str) -> None:
    """A log that nobody can read any more is no reason to stop serving."""
    try:
        sys.stderr.write(lines)
        sys.stderr.flush()
    except (OSError, ValueError):
        return


def _on_signals(loop: asyncio.AbstractEventLoop, stopped: asyncio.Event) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        try:
            loop.add_signal_handler(number, stopped.set)
        except NotImplementedError:
            # Windows: the handler runs on the main thread between two turns of the loop, and must wake it
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stopped.set))
