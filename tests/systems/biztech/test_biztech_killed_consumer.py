"""The consumer as a process of its own, killed with SIGKILL while people trade and others listen."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from listeners import Listener

import stator
from stator.engine.database import Database
from stator.server.background import BackgroundServer
from stator.storage.memory import MemoryStore
from systems.biztech import BizTech
from systems.biztech.channels import channels_of
from systems.biztech.gateway import Gateway

ROOT = Path(__file__).resolve().parents[3]
EVENT = "kickstart;2026"
PROJECTS = ("aurora", "cobalt")
TRADERS = ("ann", "bo", "cyd")
# After how many more prices each consumer is killed; 0: at once, wherever it is in its beginning
KILLED_AFTER = (*range(12), *range(12)) if os.environ.get("STATOR_SOAK") else (0, 3, 1)
TRADES_A_ROUND = 4


def consumer_of(url: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "systems.biztech", "consumer", "prices", "--database", url],
        cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT / "src")}, text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip


def ready(consumer: subprocess.Popen[str]) -> str:
    assert consumer.stdout is not None
    return consumer.stdout.readline()


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
        consumer = consumer_of(url)
        try:
            assert "Following prices" in await asyncio.to_thread(ready, consumer)
            await listener.heard_of(heard + after)
        finally:
            consumer.kill()
            consumer.communicate()
        await asyncio.gather(*trading)


def test_a_consumer_killed_under_trades_loses_no_price_and_repeats_none() -> None:
    async def scenario(url: str, club: BizTech) -> None:
        async with Gateway(channels_of(club)) as gateway:
            listeners = [await Listener.at(f"{gateway.url}/prices/{EVENT}") for _ in range(3)]
            for after in KILLED_AFTER:
                await consumer_that_is_killed(url, club, listeners[0], after)
            due = 2 + len(KILLED_AFTER) * len(TRADERS) * TRADES_A_ROUND
            last = consumer_of(url)
            try:
                for listener in listeners:
                    await listener.heard_of(due)
            finally:
                last.kill()
                last.communicate()
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
