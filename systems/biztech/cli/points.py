"""`quest`, `prize`, `points`: people met, points earned, and what they buy."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from typing import Any

from systems.biztech.cli.actions import Actions
from systems.biztech.cli.screen import minute, say, table
from systems.biztech.cli.session import Session
from systems.biztech.quests import Progress


def add_commands(commands: Any, shared: argparse.ArgumentParser) -> None:
    quests = Actions(commands, shared, "quest", "meet people, and see how far everybody is")
    quests.add(
        "connect",
        run_connect,
        "connect two members at an event; both count it once",
        "email",
        "other",
        "event",
    )
    quests.add("show", run_quest, "show a user's progress", "email", "event")
    quests.add("ranking", run_ranking, "show everybody's progress, who met most first", "event")
    prizes = Actions(commands, shared, "prize", "keep the prizes and redeem them for points")
    prizes.add("list", run_prizes, "list the catalogue, the cheapest first")
    add = prizes.add("add", run_add, "put a prize into the catalogue", "id", "name")
    add.add_argument("--price", type=int, required=True, metavar="POINTS")
    add.add_argument("--stock", type=int, required=True, metavar="N", help="how many there are")
    prizes.add("restock", run_restock, "add to what is left of a prize", "id", "more")
    redeem = prizes.add(
        "redeem", run_redeem, "pay with an event's points and take the prize", "email", "event", "id"
    )
    redeem.add_argument("--token", help="sent again with the same token, it is done once")
    points = Actions(commands, shared, "points", "see and give points")
    points.add("show", run_points, "show a user's balance, and the entries that made it", "email", "event")
    points.add("award", run_award, "give points, or take them (-- -5)", "email", "event", "points", "reason")


def run_connect(session: Session, given: argparse.Namespace) -> None:
    club = session.club
    done = club.connections.connect(given.email, club.members.profile_id(given.other), given.event)
    print(f"{given.email} {'has met' if done.is_new else 'had met'} {done.other.fname} {done.other.lname}")
    _show_progress(session, [club.quests.progress(given.email, given.event)])


def run_quest(session: Session, given: argparse.Namespace) -> None:
    _show_progress(session, [session.club.quests.progress(given.email, given.event)])


def run_ranking(session: Session, given: argparse.Namespace) -> None:
    _show_progress(session, session.club.quests.ranking(given.event))


def run_prizes(session: Session, given: argparse.Namespace) -> None:
    found = session.club.prizes.catalogue()
    rows = ((each.id, each.name, each.price, each.stock or "none left") for each in found)
    session.console.print(table(("id", "prize", "points", "left"), rows, numbers=("points", "left")))
    if not found:
        say("there are no prizes: `prize add`")


def run_add(session: Session, given: argparse.Namespace) -> None:
    made = session.club.prizes.add(given.id, given.name, price=given.price, stock=given.stock)
    print(f"{made.name} costs {made.price} points")


def run_restock(session: Session, given: argparse.Namespace) -> None:
    made = session.club.prizes.restock(given.id, given.more)
    print(f"{made.name}: {made.stock} left")


def run_redeem(session: Session, given: argparse.Namespace) -> None:
    club = session.club
    done = club.prizes.redeem(given.email, given.event, given.id, token=given.token)
    left = club.transactions.balance(given.email, given.event)
    print(f"{done.user_id} paid {-done.points} points for {given.id} and has {left}")


def run_points(session: Session, given: argparse.Namespace) -> None:
    ledger = session.club.transactions
    balance = ledger.balance(given.email, given.event)
    rows = (
        (minute(each.created_at), f"{each.points:+}", each.reason)
        for each in ledger.of(given.email, given.event)
    )
    session.console.print(table(("when (UTC)", "points", "for"), rows, numbers=("points",)))
    print(f"{given.email} has {balance} points")


def run_award(session: Session, given: argparse.Namespace) -> None:
    ledger = session.club.transactions
    ledger.award(given.email, given.event, given.points, given.reason)
    print(f"{given.email} has {ledger.balance(given.email, given.event)} points")


def _show_progress(session: Session, found: Iterable[Progress]) -> None:
    rows = (
        (
            each.user,
            each.connections,
            ", ".join(goal.id for goal in each.completed),
            _upcoming(each),
            each.points,
        )
        for each in found
    )
    columns = ("user", "met", "completed", "next", "points paid")
    session.console.print(table(columns, rows, numbers=("met", "points paid")))


def _upcoming(progress: Progress) -> str:
    if progress.upcoming is None:
        return "all done"
    return f"{progress.upcoming.connections - progress.connections} more for {progress.upcoming.id}"
