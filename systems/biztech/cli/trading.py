"""`btx`: the stock exchange on the command line."""

from __future__ import annotations

import argparse
import random
import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from systems.biztech.board import course
from systems.biztech.cli.actions import Actions, in_cents
from systems.biztech.cli.screen import counted, table
from systems.biztech.exchange import TradeError
from systems.biztech.money import CENT, dollars

if TYPE_CHECKING:
    from systems.biztech.cli.session import Session
    from systems.biztech.design.exchange import BtxProject

SIMULATED: Final = (
    ("Aurora", "AUR", 5),
    ("Brightwell", "BRT", 12),
    ("Cobalt", "COB", 8),
    ("Driftwood", "DRF", 0),
)
_AT_ONCE: Final = 8


def add_commands(commands: Any, shared: argparse.ArgumentParser) -> None:
    btx = Actions(commands, shared, "btx", "the stock exchange: projects, accounts, trades, prices")
    create = btx.add("create", run_create, "list a project at an event", "event", "project")
    create.add_argument("--name", help="the project's id unless given")
    create.add_argument("--ticker", help="the id's first four letters unless given")
    create.add_argument(
        "--seed", type=in_cents, default=0, metavar="AMOUNT", help="dollars; they make the base price"
    )
    btx.add("projects", run_projects, "the projects of an event, and their prices", "event")
    for state in ("close", "open"):
        change = btx.add(state, run_set_open, f"{state} a project for trading", "project")
        change.set_defaults(is_open=state == "open")
    btx.add("join", run_join, "open an account with $2,500.00", "user")
    for side in ("buy", "sell"):
        trade = btx.add(side, run_trade, f"{side} shares at the price of the moment", "user", "project")
        trade.add_argument("shares", type=int, metavar="SHARES")
        trade.add_argument("--token", help="sent again with the same token, it is done once")
        trade.set_defaults(side=side.upper())
    btx.add("portfolio", run_portfolio, "a user's cash and shares", "user")
    btx.add("leaders", run_leaders, "who is worth most at an event", "event")
    for name, run, says in (("prices", run_prices, "recorded prices"), ("trades", run_trades, "trades")):
        last = btx.add(name, run, f"a project's last {says}", "project")
        last.add_argument("--last", type=int, default=20, metavar="N", help="how many [default: %(default)s]")
    simulate = btx.add("simulate", run_simulate, "trade at random, to have something to watch", "event")
    simulate.add_argument("--traders", type=int, default=20, metavar="N", help="[default: %(default)s]")
    simulate.add_argument("--trades", type=int, default=200, metavar="N", help="[default: %(default)s]")
    simulate.add_argument("--per-second", type=float, default=10, metavar="N", help="[default: %(default)s]")


def run_create(session: Session, given: argparse.Namespace) -> None:
    made = session.club.exchange.create_project(
        given.project, given.event, given.name or given.project, given.ticker or given.project[:4].upper(),
        given.seed * CENT,
    )  # fmt: skip
    print(f"{made.ticker} is listed at {dollars(made.price)}")


def run_projects(session: Session, given: argparse.Namespace) -> None:
    columns = ("ticker", "project", "name", "state", "price", "shares", "trades")
    rows = (
        (each.ticker, each.project_id, each.name, "open" if each.is_open else "closed", dollars(each.price),
         f"{each.net_shares:,}", f"{each.total_trades:,}")
        for each in session.club.exchange.projects(given.event)
    )  # fmt: skip
    session.console.print(table(columns, rows, columns[4:]))


def run_set_open(session: Session, given: argparse.Namespace) -> None:
    project = session.club.exchange.set_open(given.project, given.is_open)
    print(f"{project.ticker} is {'open' if project.is_open else 'closed'} at {dollars(project.price)}")


def run_join(session: Session, given: argparse.Namespace) -> None:
    account = session.club.exchange.open_account(given.user)
    print(f"{account.user_id} has {dollars(account.cash)}")


def run_trade(session: Session, given: argparse.Namespace) -> None:
    done = session.club.exchange.trade(given.user, given.project, given.side, given.shares, token=given.token)
    verb = "cost" if done.side == "BUY" else "brought"
    print(
        f"{done.side} {done.shares} at {dollars(done.price)} {verb} {dollars(abs(done.cash))}, "
        f"with a fee of {dollars(done.fee)}; the price is {dollars(done.end_price)}"
    )


def run_portfolio(session: Session, given: argparse.Namespace) -> None:
    found = session.club.exchange.portfolio(given.user)
    columns = ("ticker", "shares", "price", "value", "gain")
    rows = (
        (each.ticker, f"{each.shares:,}", dollars(each.price), dollars(each.value), dollars(each.gain))
        for each in found.positions
    )
    session.console.print(table(columns, rows, columns[1:]))
    print(f"cash {dollars(found.cash)}, in all {dollars(found.value)}, gain {dollars(found.gain)}")


def run_leaders(session: Session, given: argparse.Namespace) -> None:
    columns = ("rank", "user", "cash", "shares", "value")
    rows = (
        (each.rank, each.user_id, dollars(each.cash), dollars(each.shares_value), dollars(each.value))
        for each in session.club.exchange.leader_board(given.event)
    )
    session.console.print(table(columns, rows, ("rank", *columns[2:])))


def run_prices(session: Session, given: argparse.Namespace) -> None:
    found = session.club.design.btx_last_prices_of(given.project).page(given.last).items[::-1]
    columns = ("when", "number", "price", "shares", "source")
    rows = (
        (_when(each.ts), each.number, dollars(each.price), f"{each.net_shares:,}", each.source)
        for each in found
    )
    session.console.print(table(columns, rows, columns[1:4]))
    print(course([each.price for each in found]))


def run_trades(session: Session, given: argparse.Namespace) -> None:
    found = session.club.exchange.trades(given.project).page(given.last).items[::-1]
    columns = ("when", "user", "side", "shares", "price", "cash", "price after")
    rows = (
        (_when(each.executed_at), each.user_id, each.side, f"{each.shares:,}", dollars(each.price),
         dollars(each.cash), dollars(each.end_price))
        for each in found
    )  # fmt: skip
    session.console.print(table(columns, rows, columns[3:]))


def run_simulate(session: Session, given: argparse.Namespace) -> None:
    """Makes projects and accounts where there are none, and trades at random."""
    exchange, event = session.club.exchange, given.event
    if not exchange.projects(event):
        for name, ticker, seed in SIMULATED:
            exchange.create_project(f"{event}-{ticker}", event, name, ticker, Decimal(seed))
    projects = exchange.projects(event)
    users = [f"trader{number:02}@example.com" for number in range(1, given.traders + 1)]
    for user in users:
        exchange.open_account(user)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        waiting = []
        for _ in range(given.trades):
            waiting.append(
                pool.submit(_trade_at_random, session, random.choice(users), random.choice(projects))
            )
            time.sleep(1 / given.per_second)
        made = sum(each.result() for each in waiting)
    print(
        f"{counted(made, 'trade')} by {counted(len(users), 'trader')} in {counted(len(projects), 'project')}"
    )


def _trade_at_random(session: Session, user: str, project: BtxProject) -> bool:
    exchange = session.club.exchange
    trade = random.choice((exchange.buy, exchange.buy, exchange.sell))
    try:
        trade(user, project.project_id, random.randint(1, 25))
    except TradeError:
        return False  # no cash, or no shares: as it goes
    return True


def _when(moment_ms: int) -> str:
    return time.strftime("%H:%M:%S", time.localtime(moment_ms / 1000))
