"""`gateway`, `consumer` and `watch`: what makes an event live."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import signal
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from stator.errors import StatorError
from systems.biztech.consumer import Consumer
from systems.biztech.consuming import Consuming
from systems.biztech.delivery import ApiGatewayPosts, HttpPosts, Posts
from systems.biztech.feeds import feeds_of

if TYPE_CHECKING:
    from systems.biztech.cli.session import Session

PORT = 8765
API_PORT = 8766
FEEDS = ("prices", "wall", "voting")


def add_commands(commands: Any, shared: argparse.ArgumentParser) -> None:
    gateway = commands.add_parser(
        "gateway", parents=[shared], help="hold the WebSocket connections of those who listen",
        description="Holds the WebSocket connections of those who listen to prices, the wall and the voting. Each is a "
        "row in the database. The consumer sends what is new through the second address.",
    )  # fmt: skip
    gateway.add_argument("--host", default="127.0.0.1", help="where listeners connect [default: %(default)s]")
    gateway.add_argument("--port", type=int, default=PORT, help="0 takes a free one [default: %(default)s]")
    gateway.add_argument(
        "--api-host", default="127.0.0.1", help="where the consumer posts [default: %(default)s]"
    )
    gateway.add_argument(
        "--api-port", type=int, default=API_PORT, help="0 takes a free one [default: %(default)s]"
    )
    gateway.add_argument(
        "--endpoint", metavar="URL", help="how the consumer reaches it, if not by that address"
    )
    gateway.add_argument("--consume", action="store_true", help="run the consumer, too, in this process")
    gateway.set_defaults(run=run_gateway)
    consumer = commands.add_parser(
        "consumer", parents=[shared], help="take the changes of the tables and tell those who listen",
        description="Takes the changes of the tables' streams: records prices and tells those who listen. It keeps "
        "its place in the database and goes on there, however it ended.",
    )  # fmt: skip
    consumer.add_argument("feeds", nargs="*", metavar="FEED", help=f"of {', '.join(FEEDS)}; all unless named")
    consumer.add_argument("--once", action="store_true", help="take what is there now, and end")
    consumer.add_argument(
        "--api-gateway",
        action="store_true",
        help="send through AWS's API Gateway, by boto3 and its credentials",
    )
    consumer.set_defaults(run=run_consumer)
    watch = commands.add_parser(
        "watch", parents=[shared], help="show an event's prices and live wall as they change",
        description="Shows an event's prices and live wall as they change. Ctrl-C ends it.",
    )  # fmt: skip
    watch.add_argument("event", help="such as kickstart;2026")
    watch.add_argument(
        "--gateway",
        default=f"ws://127.0.0.1:{PORT}",
        metavar="URL",
        help="where to listen [default: %(default)s]",
    )
    watch.add_argument("--only", choices=("prices", "wall"), help="one of the two")
    watch.set_defaults(run=run_watch)


def run_gateway(session: Session, arguments: argparse.Namespace) -> int:
    asyncio.run(_serve(session, arguments))
    return 0


async def _serve(session: Session, arguments: argparse.Namespace) -> None:
    from systems.biztech.channels import channels_of
    from systems.biztech.gateway import Gateway

    club = session.club
    gateway = Gateway(
        channels_of(club), host=arguments.host, port=arguments.port, api_host=arguments.api_host,
        api_port=arguments.api_port, endpoint=arguments.endpoint,
    )  # fmt: skip
    async with gateway:
        print(f"Listen at {gateway.url}/prices/EVENT, /wall/EVENT and /voting/ROLE", flush=True)
        print(f"Post to {gateway.endpoint}/@connections/ID", flush=True)
        if arguments.consume:
            consuming = Consuming(club, feeds_of(club), HttpPosts())
            try:
                await _until_told(asyncio.to_thread(consuming.wait))
            finally:
                consuming.end()
        else:
            await _until_told(asyncio.Event().wait())


async def _until_told(work: Coroutine[Any, Any, object]) -> None:
    """Does the work until it ends, or until Ctrl-C or SIGTERM; raises what it raises."""
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows has none of it: there Ctrl-C cancels
            loop.add_signal_handler(number, told.set)
    tasks = {asyncio.create_task(work), asyncio.create_task(told.wait())}
    done, left = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in left:
        task.cancel()
    await asyncio.wait(left)
    for task in done:
        task.result()


def run_consumer(session: Session, arguments: argparse.Namespace) -> int:
    club = session.club
    feeds = feeds_of(club, arguments.feeds)
    posts = _posts(arguments.api_gateway)
    if arguments.once:
        for feed in feeds:
            taken = Consumer(club, feed, posts).catch_up()
            print(f"{feed.name}: {taken} {'change' if taken == 1 else 'changes'}")
        return 0
    consuming = Consuming(club, feeds, posts)
    print(f"Following {', '.join(feed.name for feed in feeds)}; Ctrl-C ends it", flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        consuming.wait()
    return 0


def _posts(is_api_gateway: bool) -> Posts:
    if not is_api_gateway:
        return HttpPosts()
    import boto3  # type: ignore[import-untyped]

    return ApiGatewayPosts(boto3.Session())


def run_watch(session: Session, arguments: argparse.Namespace) -> int:
    from systems.biztech.watch import watch

    channels = (arguments.only,) if arguments.only else ("prices", "wall")
    watching = watch(session.console, arguments.gateway, arguments.event, channels)
    try:
        asyncio.run(_until_told(watching))
    except* StatorError as group:
        raise group.exceptions[0] from None
    return 0
