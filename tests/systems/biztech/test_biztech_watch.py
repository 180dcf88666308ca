"""What a watcher sees: the board, how it is drawn, and a listener that loses its gateway and finds it again."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from rich.console import Console

import stator
from systems.biztech import BizTech
from systems.biztech.board import Board, course
from systems.biztech.channels import channels_of
from systems.biztech.consumer import Consumer
from systems.biztech.delivery import HttpPosts
from systems.biztech.feeds import PriceFeed
from systems.biztech.gateway import Gateway
from systems.biztech.listening import ListeningError, address, listen
from systems.biztech.watch import Screen, watch

EVENT = "kickstart;2026"
NOW = 1_700_000_000.0


def price(number: int, dollars: str, project: str = "aurora", ticker: str = "AUR") -> dict[str, Any]:
    return {
        "type": "price", "eventId": EVENT, "projectId": project, "ticker": ticker, "name": project.title(),
        "price": dollars, "basePrice": "1.50", "netShares": 10 * number, "number": number, "source": "TRADE",
        "at": int((NOW - 10) * 1000),
    }  # fmt: skip


def meeting(id: str, seconds_ago: int = 5, lasts_s: int = 60) -> dict[str, Any]:
    at = NOW - seconds_ago
    return {
        "type": "connection", "eventId": EVENT, "id": id, "from": "p1", "fromName": f"Ann {id}", "to": "p2",
        "toName": "Bo", "at": int(at * 1000), "until": int(at) + lasts_s,
    }  # fmt: skip


# The board


def test_a_price_that_is_older_or_repeated_changes_nothing() -> None:
    board = Board()
    taken = [board.take(price(number, f"1.{number}0")) for number in (1, 3, 3, 2, 4)]
    assert taken == [True, True, False, False, True]
    (line,) = board.lines()
    assert (line.price, line.number, list(line.course)) == (
        Decimal("1.40"),
        4,
        [Decimal(f"1.{n}0") for n in (1, 3, 4)],
    )
    assert line.step == Decimal("0.10")


def test_lines_are_by_ticker_and_their_course_is_bounded() -> None:
    board = Board()
    board.take(price(1, "2.00", "zephyr", "ZEP"))
    for number in range(1, 100):
        board.take(price(number, "1.00"))
    assert [line.ticker for line in board.lines()] == ["AUR", "ZEP"]
    assert len(board.lines()[0].course) == 32


def test_meetings_are_the_newest_first_until_they_are_forgotten() -> None:
    board = Board()
    for id, ago in (("b", 9), ("a", 3), ("old", 70)):
        assert board.take(meeting(id, ago))
    assert not board.take(meeting("a"))
    assert [each.id for each in board.meetings(NOW)] == ["a", "b"]
    assert [each.id for each in board.meetings(NOW + 52)] == ["a"]
    assert board.take({"type": "forgotten", "id": "a"})
    assert not board.take({"type": "forgotten", "id": "a"})
    assert [each.id for each in board.meetings(NOW)] == ["b"]


def test_what_is_no_news_is_let_be() -> None:
    board = Board()
    assert not board.take({"type": "error", "message": "?"})
    assert not board.take({})


def test_a_board_forgets_the_oldest_of_very_many() -> None:
    board = Board()
    for number in range(300):
        board.take(meeting(f"{number:03}"))
    assert len(board.meetings(NOW)) == 200
    assert board.meetings(NOW)[-1].id == "100"


# The screen


def drawn(screen: Screen, width: int = 100) -> str:
    console = Console(file=io.StringIO(), width=width, force_terminal=False, color_system=None)
    console.print(screen.draw(NOW))
    out = console.file
    assert isinstance(out, io.StringIO)
    return out.getvalue()


def test_a_screen_shows_prices_their_course_and_who_met() -> None:
    screen = Screen(EVENT)
    screen.statuses.update(prices="connected", wall="connecting")
    for message in (price(1, "1.50"), price(2, "1.70"), price(3, "1.62"), meeting("x")):
        screen.board.take(message)
    text = drawn(screen)
    for part in (
        EVENT,
        "● prices",
        "wall: connecting",
        "AUR",
        "Aurora",
        "$1.62",
        "-0.08",
        "+0.12",
        "30",
        "▁█▅",
    ):
        assert part in text
    assert "Ann x met Bo" in text
    assert "5 s ago" in text


def test_an_empty_screen_says_what_it_waits_for() -> None:
    text = drawn(Screen(EVENT))
    assert "no project is listed yet" in text
    assert "nobody has met in the last minute" in text


def test_a_narrow_terminal_and_odd_names_break_nothing() -> None:
    screen = Screen("[bold]x[/bold];2026")
    screen.board.take(price(1, "1.50") | {"name": "[red]Aurora[/red] " * 9, "ticker": "[/]"})
    assert all(len(line) <= 40 for line in drawn(screen, 40).splitlines())
    assert "[bold]x[/bold];2026" in drawn(screen)


@pytest.mark.parametrize(
    ("prices", "bars"), [([], ""), ([2, 2, 2], "▁▁▁"), ([1, 8], "▁█"), ([1, 2, 3, 4, 5, 6, 7, 8], "▁▂▃▄▅▆▇█")]
)
def test_a_course_is_drawn_from_its_lowest_to_its_highest(prices: list[int], bars: str) -> None:
    assert course([Decimal(each) for each in prices]) == bars


# Listening


def test_an_address_takes_any_event() -> None:
    assert address("ws://here:1/", "prices", "kick off;2026/a") == "ws://here:1/prices/kick%20off;2026%2Fa"


def test_a_listener_that_lost_its_gateway_finds_the_next_and_asks_how_things_stand() -> None:
    async def scenario(club: BizTech) -> None:
        board, statuses, changed = Board(), list[str](), asyncio.Event()

        def take(message: Mapping[str, Any]) -> None:
            board.take(message)
            changed.set()

        async with Gateway(channels_of(club)) as first:
            port = int(first.url.rpartition(":")[2])
            listening = asyncio.create_task(
                listen(address(first.url, "prices", EVENT), take, statuses.append)
            )
            await changed.wait()
        changed.clear()
        club.exchange.buy("ann", "aurora", 10)
        async with Gateway(channels_of(club), port=port):
            await changed.wait()
        assert board.lines()[0].number == 2
        assert statuses[:4] == ["connecting", "connected", "connecting", "connected"]
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)

    async def bounded(club: BizTech) -> None:
        async with asyncio.timeout(60):
            await scenario(club)

    with stator.open() as database:
        asyncio.run(bounded(club_with_aurora(database)))


def test_a_gateway_that_has_nothing_there_is_an_error_of_one_line() -> None:
    async def scenario(club: BizTech) -> None:
        async with Gateway(channels_of(club)) as gateway:
            with pytest.raises(ListeningError, match="there is nothing to listen to at /news/x"):
                await listen(address(gateway.url, "news", "x"), print)

    with stator.open() as database:
        asyncio.run(scenario(club_with_aurora(database)))
    with pytest.raises(ListeningError, match="no address; one is ws://host:port"):
        asyncio.run(listen("localhost:1/prices/x", print))


def test_watching_into_a_pipe_writes_a_line_for_each_change() -> None:
    async def scenario(club: BizTech) -> None:
        out = Paper("1.70")
        console = Console(file=out, force_terminal=False, width=100)
        async with Gateway(channels_of(club)) as gateway:
            watching = asyncio.create_task(watch(console, gateway.url, EVENT))
            await gateway.until(2)
            await asyncio.to_thread(club.exchange.buy, "ann", "aurora", 10)
            await asyncio.to_thread(Consumer(club, PriceFeed(club), HttpPosts()).catch_up)
            await out.holds.wait()
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
        assert "AUR 1.70 (TRADE, number 2)" in out.getvalue().splitlines()

    async def bounded(club: BizTech) -> None:
        async with asyncio.timeout(60):
            await scenario(club)

    with stator.open() as database:
        asyncio.run(bounded(club_with_aurora(database)))


class Paper(io.StringIO):
    """Says when a text stands on it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text
        self.holds = asyncio.Event()

    def write(self, text: str) -> int:
        if self._text in text:
            self.holds.set()
        return super().write(text)


def club_with_aurora(database: Any) -> BizTech:
    club = BizTech(database)
    club.create_tables()
    club.exchange.create_project("aurora", EVENT, "Aurora", "AUR", seed=5)
    club.exchange.open_account("ann")
    return club
