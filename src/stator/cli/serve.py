"""`stator serve`: opens the data, serves it until a signal, closes it.

Standard output gets one line, once requests are answered: the endpoint and where the data is. All else is the log, on
standard error.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from stator.cli.serving import (
    keep_what_was_loaded,
    like_aws_of,
    listening_of,
    log_of,
    open_database,
    place_of,
    run_loop,
)
from stator.cli.settings import SETTINGS, Settings
from stator.cli.sources import CONFIG_DEFAULT, CONFIG_ENV, resolve
from stator.errors import SettingError

if TYPE_CHECKING:
    from stator.engine.database import Database
    from stator.engine.like_aws import LikeAws
    from stator.server.requestlog import RequestLog
    from stator.server.server import Server

_SEED_BITS = 31
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
    _check_workers(settings, place)
    seed = _seed_of(settings)
    if like_aws_of(settings) != _easy():
        print(f"stator: as hard as AWS, with --seed {seed}", file=sys.stderr, flush=True)
    return _serve(settings, place, seed)


def ready_line(endpoint: str, place: Path | None, settings: Settings) -> str:
    data = "memory: nothing is kept" if place is None else str(place)
    warning = "" if _is_loopback(settings.host) else f" ({_ANYONE.format(settings.host)})"
    return f"Stator is ready at {endpoint} with {data}{warning}"


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


def _check_workers(settings: Settings, place: Path | None) -> None:
    if settings.workers == 1:
        return
    if place is None:
        raise SettingError("workers share a file, and data is :memory:; allowed: 1, or a path as data")
    if sys.platform == "win32":
        raise SettingError(f"workers is {settings.workers}; allowed: 1 on Windows")


def _serve(settings: Settings, place: Path | None, seed: int) -> int:
    from stator.limits import HTTP_BACKLOG
    from stator.server.listening import listen_shared
    from stator.server.server import Server

    # The port first: where it is taken, no file is made or touched
    own, *others = listen_shared(settings.host, settings.port, HTTP_BACKLOG, settings.workers)
    db = open_database(settings, seed)
    log = log_of(settings)
    server = Server(db, listening_of(settings), log=log, sockets=own)
    ready = ready_line(server.endpoint, place, settings)
    run_loop(lambda stopped: _until_stopped(settings, server, others, db, log, ready, stopped))
    return 0


async def _until_stopped(
    settings: Settings,
    server: Server,
    others: list[list[socket.socket]],
    db: Database,
    log: RequestLog,
    ready: str,
    stopped: asyncio.Event,
) -> None:
    from stator.cli import reader
    from stator.limits import SHUTDOWN_S_MAX
    from stator.server.workers import Workers

    def command(sockets: tuple[int, ...], writer: int) -> list[str]:
        return reader.command(reader.Task(settings, sockets, writer))

    await server.start()
    workers = Workers(server, others, command, log)
    try:
        await workers.start()
        keep_what_was_loaded()
        print(ready, flush=True)
        await stopped.wait()
    finally:
        log.event("stopping")
        await workers.stop(SHUTDOWN_S_MAX)
        await server.stop()
        db.close()
        log.event("stopped")
        log.close()
