"""The consumer as a process of its own, killed with SIGKILL while people trade and others listen."""

from __future__ import annotations

import asyncio
import os
import signal
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager

from biztech_process import Command, running
from listeners import Listener

import stator
from stator.engine.database import Database
from stator.server.background import BackgroundServer
from stator.storage.memory import MemoryStore
from systems.biztech import BizTech
from systems.biztech.channels import channels_of
from systems.biztech.gateway import Gateway

EVENT = "kickstart;2026"
PROJECTS = ("aurora", "cobalt")
TRADERS = ("ann", "bo", "cyd")
# After how many more prices each consumer is killed; 0: at once, wherever it is in its beginning
KILLED_AFTER = (*range(12), *range(12)) if os.environ.get("STATOR_SOAK") else (0, 3, 1)
TRADES_A_ROUND = 4


def consumer_of(url: str) -> AbstractAsyncContextManager[Command]:
    return running("consumer", "prices", "--database", url)


def trade(club: BizTech, trader: str) -> None:
    for number in range(TRADES_A_ROUND):
        club.exchange.buy(trader, PROJECTS[number % 2], 1 + number)


def numbers(listener: Listener, project: str) -> list[int]:
    return [said["number"] for said in listener.heard if said["projectId"] == project]


async def consumer_that_is_killed(url: str, club: BizTech, listener: Listener, after: int) -> None:
    """While three people trade."""
    heard = len(listener.heard)
    with ThreadPoolExecutor(len(TRADERS)) as pool:
        trading = [
            asyncio.get_running_loop().run_in_executor(pool, trade, club, trader) for trader in TRADERS
        ]
        async with consumer_of(url) as consumer:
            await consumer.while_it_runs(listener.heard_of(heard + after))
            assert await consumer.end_by(signal.SIGKILL) == -signal.SIGKILL
        await asyncio.gather(*trading)


def test_a_consumer_killed_under_trades_loses_no_price_and_repeats_none() -> None:
    async def scenario(url: str, club: BizTech) -> None:
        async with Gateway(channels_of(club)) as gateway:
            listeners = [await Listener.at(f"{gateway.url}/prices/{EVENT}") for _ in range(3)]
            for after in KILLED_AFTER:
                await consumer_that_is_killed(url, club, listeners[0], after)
            due = 2 + len(KILLED_AFTER) * len(TRADERS) * TRADES_A_ROUND
            async with consumer_of(url) as last:
                for listener in listeners:
                    await last.while_it_runs(listener.heard_of(due))
            for project in PROJECTS:
                every = list(range(1, due // 2 + 1))
                assert [numbers(listener, project) for listener in listeners] == [every] * 3

    database = Database(MemoryStore())
    with BackgroundServer(database) as url, stator.open(url) as client:
        club = BizTech(client)
        club.create_tables()
        for project in PROJECTS:
            club.exchange.create_project(project, EVENT, project.title(), project[:3].upper())
        for trader in TRADERS:
            club.exchange.open_account(trader)
        asyncio.run(scenario(url, club))
        for project in PROJECTS:
            trades = club.exchange.trades(project)
            made = sorted((each.price_number, each.executed_at, each.end_price) for each in trades)
            history = [(each.number, each.ts, each.price) for each in club.exchange.price_history(project)]
            assert history[1:] == made
    database.close()
