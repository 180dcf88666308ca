"""A process of `stator serve --workers N` that only reads. Started by the one that writes, and ends with it.

What it is given, as JSON in its one argument: the settings, and the numbers of the open sockets it inherits.
"""

from __future__ import annotations

import asyncio
import socket
import sys

import msgspec

from stator.cli.serving import keep_what_was_loaded, listening_of, log_of, open_database, run_loop
from stator.cli.settings import Settings
from stator.errors import StatorError

FAILED = 1


class Task(msgspec.Struct, frozen=True):
    """`sockets` listen; `writer` leads to the process that writes."""

    settings: Settings
    sockets: tuple[int, ...]
    writer: int


def command(task: Task) -> list[str]:
    """The command line that begins such a process."""
    return [sys.executable, "-m", "stator.cli.reader", msgspec.json.encode(task).decode()]


def main(argument: str) -> int:
    task = msgspec.json.decode(argument, type=Task)
    try:
        run_loop(lambda stopped: _serve(task, stopped))
    except (StatorError, OSError) as error:
        print(f"stator: a reading process cannot serve: {error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        return FAILED
    return 0


async def _serve(task: Task, stopped: asyncio.Event) -> None:
    from stator.server.relay import ToWriter
    from stator.server.server import Server

    loop = asyncio.get_running_loop()
    end = socket.socket(fileno=task.writer)
    end.setblocking(False)
    _, writer = await loop.create_unix_connection(lambda: ToWriter(stopped.set), sock=end)
    # Hardships and randomness are the writer's: what depends on them is passed on
    db = open_database(task.settings, seed=0, limits_elsewhere=True)
    sockets = [socket.socket(fileno=number) for number in task.sockets]
    server = Server(
        db, listening_of(task.settings), log=log_of(task.settings), sockets=sockets, writer=writer
    )
    await server.start()
    keep_what_was_loaded()
    writer.ready()
    await stopped.wait()
    await server.stop()
    writer.close()
    db.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
