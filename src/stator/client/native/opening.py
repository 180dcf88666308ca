"""`stator.open` and `stator.open_async`: where a database is -> an open one.

stator.open("app.db")                  a file, made when it is not there; shared with other processes and a server
stator.open()                          memory
stator.open("http://localhost:8000")   a server: Stator's, or another that speaks DynamoDB's protocol
stator.open(boto3.Session())           AWS, or wherever a boto3 Session, client or resource goes
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from stator.client.connecting import MEMORY, connect
from stator.client.in_process import InProcess
from stator.client.native.database import DB
from stator.client.native.values import Numbers, Values
from stator.clock import Clock

if TYPE_CHECKING:
    from stator.client.native.async_database import AsyncDB


def open(
    target: Any = MEMORY,
    *,
    numbers: Numbers = "int",
    floats: bool = False,
    durability: str | None = None,
    region: str | None = None,
    clock: Clock | None = None,
    **options: Any,
) -> DB:
    """Opens a database. `target`: a file's path, ":memory:", http(s)://host:port, or a boto3 Session, client or
    resource.

    `numbers`: "int" gives whole numbers as int and others as Decimal, "decimal" all as Decimal, as boto3 does.
    `floats`: whether floats are taken (they are refused otherwise, as by boto3). `durability`, of a file: "full"
    returns from a write after a sync, "relaxed" before it. `region`: what ARNs carry, or where a session goes.
    `clock`: of this process's database, for tests. `options`: a file's or memory's (`engine.database.Options`, and
    `background`, whether expiry and other background work is done here), or the transport's.

    Raises StatorError: a file that cannot be opened, or an option that the target does not take."""
    transport = _opened(target, durability, region, clock, options)
    return DB(transport, Values(numbers, floats), _now_of(transport))


def open_async(
    target: Any = MEMORY,
    *,
    numbers: Numbers = "int",
    floats: bool = False,
    durability: str | None = None,
    region: str | None = None,
    clock: Clock | None = None,
    **options: Any,
) -> AsyncDB:
    """As `open`; the database's methods are awaited. Use it with `async with`."""
    from stator.client.native.async_database import AsyncDB  # asyncio takes a third of the time to load

    transport = _opened(target, durability, region, clock, options)
    return AsyncDB(transport, Values(numbers, floats), _now_of(transport))


def _opened(
    target: Any, durability: str | None, region: str | None, clock: Clock | None, options: dict[str, Any]
) -> Any:
    given = {"durability": durability, "region": region, "clock": clock}
    return connect(target, **{name: value for name, value in given.items() if value is not None}, **options)


def _now_of(transport: Any) -> Callable[[], float]:
    return transport.db.clock.now if isinstance(transport, InProcess) else time.time
