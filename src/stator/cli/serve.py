"""`stator serve`: opens the data, serves it until a signal, closes it.

Standard output gets one line, once requests are answered: the endpoint and where the data is. All else is the log, on
standard error.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import random
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from stator.cli.settings import MEMORY, SETTINGS, Settings
from stator.cli.sources import CONFIG_DEFAULT, CONFIG_ENV, resolve
from stator.errors import SettingError, StatorError

if TYPE_CHECKING:
    from stator.engine.database import Database, Options
    from stator.engine.like_aws import LikeAws
    from stator.server.requestlog import RequestLog
    from stator.server.server import Server
    from stator.storage.contract import Store

_SEED_BITS = 31
_SWITCH_S = 0.001
# Objects more than before, and how much rarer than the youngest the older ones are gone through
_COLLECT_AFTER = (10_000, 20, 20)
_ANYONE = "anyone who reaches {} can read and write everything: credentials are not checked"

EXAMPLES = (
    ("stator serve", "on http://127.0.0.1:8000, kept in ./stator.db"),
    ("stator serve --data app.db --port 0", "another file, on a free port, which the first line names"),
    ("stator serve --data :memory:", "nothing is kept"),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--config",
        metavar="FILE",
        help=f"A TOML file of these settings. [{CONFIG_ENV}] [default: ./{CONFIG_DEFAULT} where it is]",
    )
    for setting in SETTINGS:
        text = f"{setting.help} [{setting.env}] [default: {setting.default_text}]".replace("%", "%%")
        if setting.switch:
            parser.add_argument(setting.flag, action=argparse.BooleanOptionalAction, default=None, help=text)
        elif setting.many:
            parser.add_argument(setting.flag, action="append", metavar=setting.metavar, help=text)
        else:
            parser.add_argument(setting.flag, metavar=setting.metavar, help=text)


def run(arguments: argparse.Namespace) -> int:
    """Serves until SIGTERM or SIGINT; 0 after a clean stop. Raises SettingError and StatorError."""
    settings = resolve(vars(arguments), os.environ, arguments.config)
    _check_reach(settings)
    _check_objects(settings)
    place = place_of(settings.data)
    seed = _seed_of(settings)
    if like_aws_of(settings) != _easy():
        print(f"stator: as hard as AWS, with --seed {seed}", file=sys.stderr, flush=True)
    return _serve(settings, place, seed)


def place_of(data: str) -> Path | None:
    """The data file's absolute path; None for memory."""
    return None if data == MEMORY else Path(os.path.abspath(os.path.expanduser(data)))


def ready_line(endpoint: str, place: Path | None, settings: Settings) -> str:
    data = "memory: nothing is kept" if place is None else str(place)
    warning = "" if _is_loopback(settings.host) else f" ({_ANYONE.format(settings.host)})"
    return f"Stator is ready at {endpoint} with {data}{warning}"


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


def _easy() -> LikeAws:
    from stator.engine.like_aws import EASY

    return EASY


def _seed_of(settings: Settings) -> int:
    return settings.seed if settings.seed is not None else random.SystemRandom().getrandbits(_SEED_BITS)


def _is_loopback(host: str) -> bool:
    from stator.server.origins import is_loopback

    return is_loopback(host)


def _check_reach(settings: Settings) -> None:
    if not _is_loopback(settings.host) and not settings.allow_anyone:
        raise SettingError(
            f"host is '{settings.host}', which other machines may reach, and credentials are not checked; allowed: "
            "127.0.0.1, ::1 or localhost, or any address together with --allow-anyone "
            "(then anyone who reaches it can read and write everything)"
        )


def _check_objects(settings: Settings) -> None:
    if settings.s3_endpoint is None:
        return
    from stator.engine.object_endpoints import NEEDS_BOTOCORE, has_library

    if settings.s3_folder is not None:
        raise SettingError("s3_endpoint and s3_folder are both given; allowed: one of them")
    if not has_library():
        raise SettingError(f"s3_endpoint: {NEEDS_BOTOCORE}")


def _serve(settings: Settings, place: Path | None, seed: int) -> int:
    from stator.clock import SystemClock, seeded_random
    from stator.engine.database import Database
    from stator.limits import HTTP_BACKLOG
    from stator.server.listening import listen, new_loop
    from stator.server.requestlog import RequestLog
    from stator.server.server import Listening, Server

    # The port first: where it is taken, no file is made or touched
    sockets = listen(settings.host, settings.port, HTTP_BACKLOG)
    store = _open(place, settings.durability)
    db = Database(store, _options(settings), rng=seeded_random(seed))
    slow_s = None if settings.slow_ms is None else settings.slow_ms / 1000
    log = RequestLog(_write_log, SystemClock(), as_json=settings.log_format == "json", slow_s=slow_s)
    listening = Listening(settings.host, settings.port, settings.allowed_host, settings.cors_origin)
    server = Server(db, listening, log=log, sockets=sockets)
    # The loop's thread gets the interpreter back soon from the one that reads large requests
    sys.setswitchinterval(_SWITCH_S)
    loop = new_loop()
    try:
        loop.run_until_complete(_until_stopped(server, db, log, ready_line(server.endpoint, place, settings)))
    finally:
        loop.close()
    return 0


def _options(settings: Settings) -> Options:
    from stator.engine.database import Options

    return Options(
        region=settings.region,
        namespace=settings.namespace,
        like_aws=like_aws_of(settings),
        enforce_capacity=settings.enforce_capacity,
        stream_shards=settings.stream_shards,
        stream_shard_s=settings.stream_shard_hours * 3600,
        s3_folder=None
        if settings.s3_folder is None
        else os.path.abspath(os.path.expanduser(settings.s3_folder)),
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


async def _until_stopped(server: Server, db: Database, log: RequestLog, ready: str) -> None:
    stopped = asyncio.Event()
    _on_signals(asyncio.get_running_loop(), stopped)
    await server.start()
    # What was loaded stays: the collector need not go through it again and again, each time for 10 ms and more
    gc.freeze()
    gc.set_threshold(*_COLLECT_AFTER)
    print(ready, flush=True)
    await stopped.wait()
    log.event("stopping")
    await server.stop()
    db.close()
    log.event("stopped")
    log.close()


def _on_signals(loop: asyncio.AbstractEventLoop, stopped: asyncio.Event) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        try:
            loop.add_signal_handler(number, stopped.set)
        except NotImplementedError:
            # Windows: the handler runs on the main thread between two turns of the loop, and must wake it
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stopped.set))
