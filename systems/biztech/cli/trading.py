"""`exchange ...`: the stock exchange on the command line."""

from __future__ import annotations

import argparse
import random
import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from systems.biztech.exchange import TradeError
from systems.biztech.money import dollars
from systems.biztech.watch import course

if TYPE_CHECKING:
    from systems.biztech.cli.session import Session
    from systems.biztech.design.exchange import BtxProject

SIMULATED = (("Aurora", "AUR", 5), ("Brightwell", "BRT", 12), ("Cobalt", "COB", 8), ("Driftwood", "DRF", 0))
_TRADERS_AT_ONCE = 8


def add_commands(commands: Any, shared: argparse.ArgumentParser) -> None:
    exchange = commands.add_parser("exchange", help="the stock exchange: projects, accounts, trades, prices")
    actions = exchange.add_subparsers(dest="action", required=True, metavar="ACTION")

    def action(name: str, run: Any, says: str, *arguments: str) -> argparse.ArgumentParser:
        parser: argparse.ArgumentParser = actions.add_parser(name, parents=[shared], help=says)
        for argument in arguments:
            parser.add_argument(argument, metavar=argument.upper())
        parser.set_defaults(run=run)
        return parser

    create = action("create", run_create, "list a project at an event", "event", "project")
    create.add_argument("--name", help="the project's id unless given")
    create.add_argument("--ticker", help="the id's first four letters unless given")
    create.add_argument("--seed", type=_amount, default=Decimal(0), help="dollars; they make the base price")
    action("projects", run_projects, "the projects of an event, and their prices", "event")
    action("join", run_join, "open an account with $2,500.00", "user")
    for side in ("buy", "sell"):
        trade = action(side, run_trade, f"{side} shares at the price of the moment", "user", "project")
        trade.add_argument("shares", type=int, metavar="SHARES")
        trade.add_argument("--token", help="sent again with the same token, it is done once")
        trade.set_defaults(side=side.upper())
    action("portfolio", run_portfolio, "a user's cash and shares", "user")
    action("leaders", run_leaders, "who is worth most at an event", "event")
    prices = action("prices", run_prices, "a project's recorded prices", "project")
    prices.add_argument("--last", type=int, default=20, metavar="N", help="how many (%(default)s)")
    simulate = action("simulate", run_simulate, "trade at random, to have something to watch", "event")
    simulate.add_argument("--traders", type=int, default=20, metavar="N", help="(%(default)s)")
    simulate.add_argument("--trades", type=int, default=200, metavar="N", help="(%(default)s)")
    simulate.add_argument("--per-second", type=float, default=10, metavar="N", help="(%(default)s)")


def run_create(session: Session, arguments: argparse.Namespace) -> int:
    project_id = arguments.project
    made = session.club.exchange.create_project(
        project_id, arguments.event, arguments.name or project_id, arguments.ticker or project_id[:4].upper(),
        arguments.seed,
    )  # fmt: skip
    print(f"{made.ticker} is listed at {dollars(made.price)}")
    return 0


def run_projects(session: Session, arguments: argparse.Namespace) -> int:
    table = _table("ticker", "project", "name", price="right", shares="right", trades="right")
    for each in session.club.exchange.projects(arguments.event):
        _row(
            table,
            each.ticker, each.project_id, each.name + ("" if each.is_open else " (closed)"), dollars(each.price),
            f"{each.net_shares:,}", f"{each.total_trades:,}",
        )  # fmt: skip
    session.console.print(table)
    return 0


def run_join(session: Session, arguments: argparse.Namespace) -> int:
    account = session.club.exchange.open_account(arguments.user)
    print(f"{account.user_id} has {dollars(account.cash)}")
    return 0


def run_trade(session: Session, arguments: argparse.Namespace) -> int:
    exchange = session.club.exchange
    done = exchange.trade(
        arguments.user, arguments.project, arguments.side, arguments.shares, token=arguments.token
    )
    verb = "cost" if done.side == "BUY" else "brought"
    print(
        f"{done.side} {done.shares} at {dollars(done.price)} {verb} {dollars(abs(done.cash))}, "
        f"{dollars(done.fee)} of it the fee; the price is {dollars(done.end_price)}"
    )
    return 0


def run_portfolio(session: Session, arguments: argparse.Namespace) -> int:
    found = session.club.exchange.portfolio(arguments.user)
    table = _table("ticker", shares="right", price="right", value="right", gain="right")
    for each in found.positions:
        _row(
            table,
            each.ticker,
            f"{each.shares:,}",
            dollars(each.price),
            dollars(each.value),
            dollars(each.gain),
        )
    session.console.print(table)
    print(f"cash {dollars(found.cash)}, in all {dollars(found.value)}, gain {dollars(found.gain)}")
    return 0


def run_leaders(session: Session, arguments: argparse.Namespace) -> int:
    table = _table("rank", "user", cash="right", shares="right", value="right")
    for each in session.club.exchange.leader_board(arguments.event):
        _row(
            table,
            str(each.rank),
            each.user_id,
            dollars(each.cash),
            dollars(each.shares_value),
            dollars(each.value),
        )
    session.console.print(table)
    return 0


def run_prices(session: Session, arguments: argparse.Namespace) -> int:
    found = session.club.design.btx_last_prices_of(arguments.project).page(arguments.last).items[::-1]
    table = _table("when", number="right", price="right", shares="right", source="left")
    for each in found:
        when = time.strftime("%H:%M:%S", time.localtime(each.ts / 1000))
        _row(table, when, str(each.number), dollars(each.price), f"{each.net_shares:,}", each.source)
    session.console.print(table)
    print(course([each.price for each in found]))
    return 0


def run_simulate(session: Session, arguments: argparse.Namespace) -> int:
    """Makes projects and accounts where there are none, and trades at random."""
    exchange, event = session.club.exchange, arguments.event
    if not exchange.projects(event):
        for name, ticker, seed in SIMULATED:
            exchange.create_project(f"{event}-{ticker}", event, name, ticker, seed)
    projects = exchange.projects(event)
    users = [f"trader{number:02}@example.com" for number in range(1, arguments.traders + 1)]
    for user in users:
        exchange.open_account(user)

    def trade(number: int) -> bool:
        return _random_trade(session, random.choice(users), random.choice(projects))

    made = 0
    with ThreadPoolExecutor(_TRADERS_AT_ONCE) as pool:
        waiting = []
        for number in range(arguments.trades):
            waiting.append(pool.submit(trade, number))
            time.sleep(1 / arguments.per_second)
        made = sum(each.result() for each in waiting)
    print(f"{made} trades by {len(users)} traders in {len(projects)} projects")
    return 0


def _random_trade(session: Session, user: str, project: BtxProject) -> bool:
    exchange = session.club.exchange
    shares = random.randint(1, 25)
    side = random.choice(("buy", "buy", "sell"))
    try:
        (exchange.buy if side == "buy" else exchange.sell)(user, project.project_id, shares)
    except TradeError:
        return False  # no cash, or no shares: as it goes
    return True


def _table(*left: str, **others: Any) -> Table:
    """Columns by their headings; those named as keywords are aligned so."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for heading in left:
        table.add_column(heading)
    for heading, justify in others.items():
        table.add_column(heading, justify=justify)
    return table


def _row(table: Table, *cells: str) -> None:
    """As they are: no name is taken for markup."""
    table.add_row(*map(Text, cells))


def _amount(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise argparse.ArgumentTypeError(f"{text!r} is no amount") from None
