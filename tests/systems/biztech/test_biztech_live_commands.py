"""`btx`, `gateway`, `consumer` and `watch` as a person runs them: in this process, and as processes of their own."""

from __future__ import annotations

import asyncio
import re
import signal
from pathlib import Path

import pytest
from biztech_process import running
from listeners import Listener

import stator
from systems.biztech import BizTech
from systems.biztech.cli import main
from systems.biztech.consumer import Consumer
from systems.biztech.delivery import HttpPosts
from systems.biztech.feeds import PriceFeed

EVENT = "kickstart;2026"

# Words, exit code, and what is said: on standard output where it was done, on standard error where it was refused.
STORY: tuple[tuple[str, int, str], ...] = (
    (f"btx create {EVENT} aurora --name Aurora --ticker AUR --seed 5.00", 0, r"AUR is listed at \$1\.50"),
    (f"btx create {EVENT} aurora", 1, "BtxProject aurora exists already"),
    (f"btx create {EVENT} cobalt --seed 10000000000", 1, "a seed of "),
    ("btx buy ann aurora 1", 1, "ann has no account"),
    ("btx join ann", 0, r"ann has \$2,500\.00"),
    ("btx buy ann aurora 10 --token t", 0, r"BUY 10 at \$1\.60 cost \$16\.32, with a fee of \$0\.32; .* \$1\.70"),
    ("btx buy ann aurora 10 --token t", 0, r"cost \$16\.32"),
    ("btx join ann", 0, r"ann has \$2,483\.68"),
    ("btx sell ann aurora 4", 0, r"SELL 4 at \$1\.66 brought \$6\.51, with a fee of \$0\.13; the price is \$1\.62"),
    ("btx sell ann aurora 7", 1, "ann holds 6 of AUR and cannot sell 7"),
    ("btx buy ann aurora 0", 1, "0 shares; a trade is of 1 to 1000000"),
    (f"btx projects {EVENT}", 0, r"AUR +aurora +Aurora +open +\$1\.62 +6 +2"),
    ("btx portfolio ann", 0, r"AUR +6 .* -\$0\.07\ncash \$2,490\.19, in all \$2,499\.91, gain -\$0\.09"),
    (f"btx leaders {EVENT}", 0, r"1 +ann +\$2,490\.19 +\$9\.72 +\$2,499\.91"),
    ("btx trades aurora", 0, r"ann +BUY +10 .*\n.*ann +SELL +4 "),
    ("btx prices aurora", 0, "when +number"),
    ("consumer --once prices", 0, "prices: 3 changes"),
    ("consumer --once", 0, "prices: 0 changes\nwall: 0 changes\nvoting: 0 changes"),
    ("btx prices aurora --last 2", 0, r"2 +\$1\.70 +10 +TRADE *\n.*3 +\$1\.62 +6 +TRADE *\n█▁"),
    ("consumer news", 1, "there is no feed news; there are prices, wall, voting"),
    ("btx close aurora", 0, r"AUR is closed at \$1\.62"),
    ("btx sell ann aurora 1", 1, "Aurora is not traded now"),
    ("btx open aurora", 0, r"AUR is open at \$1\.62"),
    (f"btx simulate {EVENT} --traders 3 --trades 5 --per-second 1000", 0, r"\d trades? by 3 traders in 1 project"),
    (f"watch {EVENT} --gateway nowhere", 1, r"nowhere/prices/kickstart;2026 is no address; one is ws://host:port"),
)  # fmt: skip


def test_an_evening_at_the_exchange(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    database = str(tmp_path / "club.db")
    assert main(["tables", "create", "--database", database]) == 0
    capsys.readouterr()
    for words, code, says in STORY:
        assert main([*words.split(), "--database", database]) == code, words
        out, error = capsys.readouterr()
        assert re.search(says, out if code == 0 else error), f"{words}: {out}{error}"
        assert (error == "") == (code == 0)


def url_in(said: str) -> str:
    found = re.search(r"ws://[\d.]+:\d+", said)
    assert found is not None, said
    return found[0]


def test_a_gateway_that_consumes_tells_and_takes_its_rows_with_it_when_it_is_told_to_end(
    tmp_path: Path,
) -> None:
    database = str(tmp_path / "club.db")
    with stator.open(database) as opened:
        club = BizTech(opened)
        club.create_tables()
        club.exchange.create_project("aurora", EVENT, "Aurora", "AUR", seed=5)
        club.exchange.open_account("ann")

        async def scenario() -> None:
            words = ("gateway", "--consume", "--port", "0", "--api-port", "0", "--database", database)
            async with running(*words) as gateway:
                listener = await Listener.at(f"{url_in(gateway.said)}/prices/{EVENT}")
                await asyncio.to_thread(club.exchange.buy, "ann", "aurora", 10)
                heard = await listener.until(lambda heard: heard[-1:] != [] and heard[-1]["number"] == 2)
                assert heard[-1]["price"] == "1.70"
                assert club.design.btx_sockets_at(EVENT).count() == 1
                assert await gateway.end_by(signal.SIGTERM) == 0
                assert await listener.ended() == 1001
            assert club.design.btx_sockets_at(EVENT).count() == 0

        asyncio.run(scenario())


def test_the_rows_of_a_gateway_that_was_killed_go_with_the_next_price(tmp_path: Path) -> None:
    database = str(tmp_path / "club.db")
    with stator.open(database) as opened:
        club = BizTech(opened)
        club.create_tables()

        async def scenario() -> None:
            words = ("gateway", "--port", "0", "--api-port", "0", "--database", database)
            async with running(*words) as gateway:
                await Listener.at(f"{url_in(gateway.said)}/prices/{EVENT}")
                await gateway.end_by(signal.SIGKILL)

        asyncio.run(scenario())
        assert club.design.btx_sockets_at(EVENT).count() == 1
        club.exchange.create_project("aurora", EVENT, "Aurora", "AUR")
        Consumer(club, PriceFeed(club), HttpPosts()).catch_up()
        assert club.design.btx_sockets_at(EVENT).count() == 0
