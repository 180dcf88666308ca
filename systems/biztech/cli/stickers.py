"""`sticker`: the voting with stickers."""

from __future__ import annotations

import argparse
from typing import Any

from systems.biztech.cli.actions import Actions
from systems.biztech.cli.screen import say, table
from systems.biztech.cli.session import Session
from systems.biztech.stickers import STICKERS


def add_commands(commands: Any, shared: argparse.ArgumentParser) -> None:
    stickers = Actions(commands, shared, "sticker", "vote with stickers, and count them")
    stickers.add("open", run_open, "open an event's voting", "event")
    stickers.add("close", run_close, "close an event's voting", "event")
    about = "put a sticker on a team; the golden one goes on one team of all"
    for name, run, says in (
        ("place", run_place, about),
        ("take-back", run_take_back, "take a sticker off again"),
    ):
        stickers.add(name, run, says, "email", "event", "team").add_argument(
            "sticker", metavar="STICKER", choices=STICKERS, help=", ".join(STICKERS)
        )
    stickers.add("counts", run_counts, "count the stickers of each team", "event")


def run_open(session: Session, given: argparse.Namespace) -> None:
    session.club.stickers.open(given.event)
    print(f"the voting of {given.event} is open")


def run_close(session: Session, given: argparse.Namespace) -> None:
    session.club.stickers.close(given.event)
    print(f"the voting of {given.event} is closed")


def run_place(session: Session, given: argparse.Namespace) -> None:
    made = session.club.stickers.place(given.email, given.event, given.team, given.sticker)
    print(f"{made.user_id} has put {made.sticker_name} on {made.team_name}")


def run_take_back(session: Session, given: argparse.Namespace) -> None:
    session.club.stickers.take_back(given.email, given.event, given.team, given.sticker)
    print(f"{given.email} has taken {given.sticker} off {given.team}")


def run_counts(session: Session, given: argparse.Namespace) -> None:
    rows = (
        (each.rank, each.team_name, *(each.counts.get(kind) for kind in STICKERS), each.total, each.users)
        for each in session.club.stickers.standings(given.event)
    )
    numbers = ("rank", *STICKERS, "all", "users")
    session.console.print(table(("rank", "team", *numbers[1:]), rows, numbers=numbers))
    if not session.club.stickers.is_open(given.event):
        say(f"the voting of {given.event} is closed")
