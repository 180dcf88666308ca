"""An event on a screen: its prices and its live wall, as they change. On a terminal it is drawn by rich; elsewhere each
change is a line."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from systems.biztech.board import COURSE_LENGTH, Board, Line, Meeting, course
from systems.biztech.listening import address, listen
from systems.biztech.money import dollars

_FRESH_S: Final = 2.0
_FRAME_S: Final = 0.1
_IDLE_S: Final = 1.0
_MEETINGS_SHOWN: Final = 12


class Screen:
    """What is drawn: a board, and how each connection is."""

    def __init__(self, event: str) -> None:
        self.event = event
        self.board = Board()
        self.statuses: dict[str, str] = {}

    def draw(self, now: float) -> RenderableType:
        """`now`: epoch seconds."""
        meetings = self.board.meetings(now)[:_MEETINGS_SHOWN]
        return Group(
            _heading(self.event, self.statuses),
            Panel(_prices(self.board.lines(), now), title="Prices", title_align="left", border_style="dim"),
            Panel(_wall(meetings, now), title="Live wall", title_align="left", border_style="dim"),
        )


async def watch(
    console: Console, gateway: str, event: str, channels: Sequence[str] = ("prices", "wall")
) -> None:
    """Until it is cancelled. Raises ListeningError."""
    screen = Screen(event)
    changed = asyncio.Event()
    lines = _Lines(console, screen)

    def take(message: Mapping[str, Any]) -> None:
        if screen.board.take(message):
            lines.tell(message)
            changed.set()

    async with asyncio.TaskGroup() as tasks:
        for channel in channels:

            def tell(status: str, channel: str = channel) -> None:
                screen.statuses[channel] = status
                changed.set()

            tasks.create_task(listen(address(gateway, channel, event), take, tell))
        if console.is_terminal:
            tasks.create_task(_keep_drawn(console, screen, changed))


async def _keep_drawn(console: Console, screen: Screen, changed: asyncio.Event) -> None:
    with Live(console=console, auto_refresh=False, screen=True) as live:
        while True:
            live.update(screen.draw(time.time()), refresh=True)
            await asyncio.sleep(_FRAME_S)
            try:
                await asyncio.wait_for(changed.wait(), _IDLE_S)
            except TimeoutError:
                continue  # ages go on
            changed.clear()


class _Lines:
    """Each change as a line, where there is no screen."""

    def __init__(self, console: Console, screen: Screen) -> None:
        self._console = console
        self._is_off = console.is_terminal

    def tell(self, message: Mapping[str, Any]) -> None:
        if self._is_off:
            return
        if message["type"] == "price":
            said = f"{message['ticker']} {message['price']} ({message['source']}, number {message['number']})"
        elif message["type"] == "connection":
            said = f"{message['fromName']} met {message['toName']}"
        else:
            return
        self._console.print(said, markup=False, highlight=False)


def _heading(event: str, statuses: Mapping[str, str]) -> Text:
    text = Text.assemble((f" {event} ", "bold reverse"), "  ")
    for channel, status in statuses.items():
        text.append("● ", "green" if status == "connected" else "red")
        text.append(f"{channel} " if status == "connected" else f"{channel}: {status} ", "dim")
    return text


def _prices(lines: Sequence[Line], now: float) -> RenderableType:
    if not lines:
        return Text("no project is listed yet", "dim")
    table = Table(box=None, expand=True, padding=(0, 2, 0, 0))
    table.add_column("")
    table.add_column("project", ratio=1, no_wrap=True)
    for heading in ("price", "last", "since base", "shares"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("course", no_wrap=True, min_width=COURSE_LENGTH)
    for line in lines:
        is_fresh = now - line.at / 1000 < _FRESH_S
        table.add_row(
            Text(line.ticker, "bold"), Text(line.name),
            Text(dollars(line.price), "bold reverse" if is_fresh else "bold"),
            _signed(line.step), _signed(line.price - line.base_price), f"{line.net_shares:,}",
            Text(course(line.course), _style(line.step)),
        )  # fmt: skip
    return table


def _wall(meetings: Sequence[Meeting], now: float) -> RenderableType:
    if not meetings:
        return Text("nobody has met in the last minute", "dim")
    table = Table.grid(padding=(0, 2, 0, 0), expand=True)
    table.add_column(ratio=1)
    table.add_column(justify="right", style="dim")
    for each in meetings:
        who = Text.assemble((each.from_name, "bold"), (" met ", "dim"), (each.to_name, "bold"))
        table.add_row(who, f"{max(0, int(now - each.at / 1000))} s ago")
    return table


def _signed(amount: Decimal) -> Text:
    if amount == 0:
        return Text("-", "dim")
    return Text(f"{'+' if amount > 0 else '-'}{abs(amount):.2f}", _style(amount))


def _style(amount: Decimal) -> str:
    return "green" if amount > 0 else "red" if amount < 0 else "dim"
