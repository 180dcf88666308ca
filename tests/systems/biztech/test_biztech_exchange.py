"""Trading: what a trade does, what is refused, and that nothing is lost or made when many trade at once."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any

import pytest

import stator
from stator.clock import ManualClock
from stator.model import AlreadyExistsError, ArgumentError, SharedEnvironmentWarning
from systems.biztech import BizTech
from systems.biztech.design.exchange import BtxHolding, BtxTrade
from systems.biztech.exchange import (
    Exchange,
    InsufficientCashError,
    InsufficientSharesError,
    NoAccountError,
    NoProjectError,
    ProjectClosedError,
    TokenUsedError,
    TradeError,
)
from systems.biztech.prices import OPENING_CASH, quote

IN_PROCESS = pytest.mark.parametrize("database", ["memory"], indirect=True)
AtOnce = Callable[[Sequence[Callable[[], Any]]], list[Any]]
EVENT = "kickstart;2026"
D = Decimal


@pytest.fixture
def exchange(club: BizTech, arranger: BizTech) -> Exchange:
    """Ann may trade in Aurora, whose base price is 1.50."""
    with_aurora(arranger)
    return club.exchange


@pytest.fixture
def local() -> Iterator[BizTech]:
    """The same in memory alone, where the door makes no difference."""
    with stator.open() as database:
        club = BizTech(database)
        club.create_tables()
        with_aurora(club)
        yield club


def with_aurora(club: BizTech) -> Exchange:
    club.exchange.create_project("aurora", EVENT, "Aurora", "AUR", seed=5)
    club.exchange.open_account("ann")
    return club.exchange


def assert_books_balance(club: BizTech, projects: Sequence[str], users: Sequence[str]) -> list[BtxTrade]:
    """Every trade was made at the price that the one before it left; cash and shares are what the trades say."""
    every: list[BtxTrade] = []
    holdings: dict[tuple[str, str], BtxHolding] = {}
    for user in users:
        holdings.update({(user, held.project_id): held for held in club.design.btx_holdings_of(user)})
    for project_id in projects:
        project = club.exchange.project(project_id)
        trades = sorted(club.exchange.trades(project_id), key=lambda trade: trade.price_number)
        net = 0
        for number, trade in enumerate(trades, 2):
            due = quote(project.base_price, net, trade.side, trade.shares)
            net = due.net_shares
            assert trade.price_number == number
            assert (trade.start_price, trade.end_price, trade.price, trade.cash, trade.fee) == (
                due.start, due.end, due.price, due.cash, due.fee,
            )  # fmt: skip
        assert [each.executed_at for each in trades] == sorted({each.executed_at for each in trades})
        assert (project.net_shares, project.total_trades) == (net, len(trades))
        assert sum(held.shares for (_, held_in), held in holdings.items() if held_in == project_id) == net
        assert project.total_shares == sum(trade.shares for trade in trades)
        every += trades
    for user in users:
        account = club.exchange.account(user)
        assert account.cash == OPENING_CASH + sum(trade.cash for trade in every if trade.user_id == user)
        assert account.cash >= 0
    for (user, project_id), held in holdings.items():
        mine = [each for each in every if (each.user_id, each.project_id) == (user, project_id)]
        assert held.shares == sum(each.shares if each.side == "BUY" else -each.shares for each in mine) > 0
    return every


# One trader


def test_the_worked_example_is_traded_to_the_cent(exchange: Exchange, club: BizTech) -> None:
    steps = [("BUY", 10, "1.70", "1.60", "-16.32"), ("BUY", 5, "1.80", "1.75", "-8.93"),
             ("SELL", 4, "1.72", "1.76", "6.90"), ("SELL", 11, "1.50", "1.61", "17.36")]  # fmt: skip
    for side, shares, end, price, cash in steps:
        done = exchange.trade("ann", "aurora", side, shares)  # type: ignore[arg-type]
        assert (str(done.end_price), str(done.price), str(done.cash)) == (end, price, cash)
    assert club.design.btx_holding("ann", "aurora") is None
    assert str(exchange.account("ann").cash) == "2499.01"
    assert exchange.project("aurora").price == D("1.50")
    assert len(assert_books_balance(club, ["aurora"], ["ann"])) == 4


def test_a_trade_is_kept_under_its_moment_and_found_newest_first(
    exchange: Exchange, clock: ManualClock
) -> None:
    first = exchange.buy("ann", "aurora", 1)
    clock.advance(1)
    second = exchange.buy("ann", "aurora", 2)
    moment, uuid = second.trade_id.removeprefix("ts#").split("#")
    assert (int(moment), len(uuid)) == (int(clock.now() * 1000), 36)
    assert exchange.trades("aurora").all() == [second, first]
    assert exchange.trades("aurora", since=second.executed_at).all() == [second]


def test_the_moments_of_prices_grow_though_the_clock_stands_or_goes_back(
    exchange: Exchange, clock: ManualClock
) -> None:
    moments = [exchange.project("aurora").priced_at]
    for step in (0, 0, -60, 0):
        clock.advance(step)
        moments.append(exchange.buy("ann", "aurora", 1).executed_at)
    assert moments == sorted(set(moments))


@pytest.mark.parametrize(
    ("refused", "says", "trade"),
    [
        (NoProjectError, "there is no project nowhere", ("ann", "nowhere", "BUY", 1)),
        (NoAccountError, "bob has no account", ("bob", "aurora", "BUY", 1)),
        (
            InsufficientCashError,
            r"500 of AUR cost \$3,315.00, and ann has \$2,500.00",
            ("ann", "aurora", "BUY", 500),
        ),
        (InsufficientSharesError, "ann holds 0 of AUR and cannot sell 1", ("ann", "aurora", "SELL", 1)),
        (ArgumentError, "0 shares; a trade is of 1 to 1000000", ("ann", "aurora", "BUY", 0)),
        (ArgumentError, "-3 shares", ("ann", "aurora", "SELL", -3)),
        (ArgumentError, "1.5 shares", ("ann", "aurora", "BUY", 1.5)),
        (ArgumentError, "True shares", ("ann", "aurora", "BUY", True)),
        (ArgumentError, "the side is 'HOLD'", ("ann", "aurora", "HOLD", 1)),
    ],
)
def test_what_cannot_be_traded_is_refused_and_changes_nothing(
    local: BizTech, refused: type[Exception], says: str, trade: tuple[Any, ...]
) -> None:
    with pytest.raises(refused, match=says):
        local.exchange.trade(*trade)
    assert assert_books_balance(local, ["aurora"], ["ann"]) == []


def test_a_quote_says_what_a_trade_would_do_and_does_nothing(local: BizTech) -> None:
    due = local.exchange.quote("aurora", "BUY", 10)
    assert (due.start, due.end, due.price, due.cash, due.fee) == (
        D("1.50"),
        D("1.70"),
        D("1.60"),
        D("-16.32"),
        D("0.32"),
    )
    with pytest.raises(ArgumentError, match="0 shares"):
        local.exchange.quote("aurora", "SELL", 0)
    assert assert_books_balance(local, ["aurora"], ["ann"]) == []
    done = local.exchange.buy("ann", "aurora", 10)
    assert (done.end_price, done.cash) == (due.end, due.cash)


def test_more_than_is_held_is_not_sold(exchange: Exchange) -> None:
    exchange.buy("ann", "aurora", 3)
    with pytest.raises(InsufficientSharesError, match="ann holds 3 of AUR and cannot sell 4"):
        exchange.sell("ann", "aurora", 4)


def test_a_closed_project_is_not_traded_until_it_opens(exchange: Exchange) -> None:
    number = exchange.set_open("aurora", False).price_number
    with pytest.raises(ProjectClosedError, match="Aurora is not traded now"):
        exchange.buy("ann", "aurora", 1)
    exchange.set_open("aurora", True)
    assert exchange.buy("ann", "aurora", 1).price_number == number + 1


def test_a_seed_that_changes_moves_the_price_under_the_shares(exchange: Exchange) -> None:
    exchange.buy("ann", "aurora", 10)
    moved = exchange.set_seed("aurora", 20)
    assert (moved.base_price, moved.price, moved.price_source) == (D("3.00"), D("3.20"), "SEED_UPDATE")
    assert exchange.sell("ann", "aurora", 10).end_price == D("3.00")
    assert exchange.set_seed("aurora", -20).price == D("0.10")


@IN_PROCESS
@pytest.mark.parametrize("seed", [0.5, "5", True, D("NaN"), D("-Infinity"), D(10) ** 10])
def test_a_seed_is_an_exact_and_finite_number(exchange: Exchange, seed: Any) -> None:
    with pytest.raises(ArgumentError, match="a seed of"):
        exchange.create_project("cobalt", EVENT, "Cobalt", "COB", seed=seed)


@IN_PROCESS
def test_an_email_has_one_account_however_it_is_written(exchange: Exchange) -> None:
    exchange.open_account("Cyd@Example.com")
    made = exchange.buy("CYD@example.com", "aurora", 10, token="t")
    assert exchange.buy("cyd@example.com", "aurora", 10, token="t") == made
    assert exchange.open_account("cyd@EXAMPLE.com").cash == D("2483.68")
    assert exchange.portfolio("cyd@example.com").positions[0].shares == 10
    assert exchange.sell("Cyd@example.com", "aurora", 10).user_id == "cyd@example.com"


@IN_PROCESS
@pytest.mark.parametrize("token", ["", "x" * 201])
def test_a_token_has_a_length(exchange: Exchange, token: str) -> None:
    with pytest.raises(ArgumentError, match="a token of"):
        exchange.buy("ann", "aurora", 1, token=token)


def test_a_project_is_listed_once_and_an_account_opened_once(exchange: Exchange) -> None:
    exchange.buy("ann", "aurora", 10)
    with pytest.raises(AlreadyExistsError):
        exchange.create_project("aurora", EVENT, "Another", "AUR")
    assert exchange.open_account("ann").cash == D("2483.68"), "as it is, not anew"


def test_the_cost_of_what_is_left_shrinks_with_what_is_sold(exchange: Exchange, club: BizTech) -> None:
    exchange.buy("ann", "aurora", 10)
    exchange.sell("ann", "aurora", 4)
    held = club.design.btx_holding("ann", "aurora")
    assert held is not None
    assert (held.shares, held.cost) == (6, D("9.79"))


# Tokens


def test_a_trade_sent_again_with_its_token_is_the_same_trade(exchange: Exchange, club: BizTech) -> None:
    first = exchange.buy("ann", "aurora", 1000 // 10, token="t1")
    exchange.sell("ann", "aurora", 100)
    exchange.set_open("aurora", False)
    assert exchange.buy("ann", "aurora", 100, token="t1") == first, "though it could not be made any more"
    assert len(assert_books_balance(club, ["aurora"], ["ann"])) == 2
    with pytest.raises(TokenUsedError, match="the token t1 was used to BUY 100, not to SELL 100"):
        exchange.sell("ann", "aurora", 100, token="t1")


def test_a_token_is_one_users_in_one_project(exchange: Exchange, club: BizTech) -> None:
    club.exchange.create_project("cobalt", EVENT, "Cobalt", "COB")
    exchange.open_account("bob")
    for user in ("ann", "bob"):
        for project in ("aurora", "cobalt"):
            exchange.buy(user, project, 1, token="a#b")
    assert len(assert_books_balance(club, ["aurora", "cobalt"], ["ann", "bob"])) == 4


def test_a_trade_sent_ten_times_at_once_with_one_token_is_done_once(
    exchange: Exchange, club: BizTech, at_once: AtOnce
) -> None:
    found = at_once([lambda: exchange.buy("ann", "aurora", 7, token="t")] * 10)
    assert {trade.trade_id for trade in found} == {found[0].trade_id}
    assert len(assert_books_balance(club, ["aurora"], ["ann"])) == 1


# Many traders

TRADERS = [f"trader{number}" for number in range(20)]


def test_twenty_traders_at_once_lose_no_share_and_no_cent(
    exchange: Exchange, club: BizTech, arranger: BizTech, at_once: AtOnce
) -> None:
    for user in TRADERS:
        arranger.exchange.open_account(user)
    for number in range(1, 20, 2):
        arranger.exchange.buy(TRADERS[number], "aurora", 10)

    def trade(number: int) -> BtxTrade:
        if number % 2:
            return exchange.sell(TRADERS[number], "aurora", 10 if number % 4 == 1 else 3)
        return exchange.buy(TRADERS[number], "aurora", number + 1)

    done = at_once([lambda number=number: trade(number) for number in range(20)])  # type: ignore[misc]
    assert sorted(each.price_number for each in done) == list(range(12, 32))
    assert len(assert_books_balance(arranger, ["aurora"], TRADERS)) == 30
    assert [club.design.btx_holding(user, "aurora") for user in TRADERS[1::4]] == [None] * 5


def test_twenty_tasks_on_one_loop_lose_no_share_and_no_cent(
    exchange: Exchange, arranger: BizTech
) -> None:
    for user in TRADERS:
        arranger.exchange.open_account(user)

    async def trade_all() -> list[BtxTrade]:
        return await asyncio.gather(
            *(
                asyncio.to_thread(exchange.buy, user, "aurora", number + 1)
                for number, user in enumerate(TRADERS)
            )
        )

    done = asyncio.run(trade_all())
    assert sorted(trade.price_number for trade in done) == list(range(2, 22))
    assert sum(trade.shares for trade in done) == 210 == exchange.project("aurora").net_shares
    assert len(assert_books_balance(arranger, ["aurora"], TRADERS)) == 20


def test_cash_is_not_spent_twice_in_however_many_projects(
    exchange: Exchange, club: BizTech, at_once: AtOnce
) -> None:
    projects = [f"p{number}" for number in range(12)]
    for project in projects:
        exchange.create_project(project, EVENT, project, project.upper())
    found = at_once([lambda project=project: exchange.buy("ann", project, 200) for project in projects])  # type: ignore[misc]
    made = [each for each in found if isinstance(each, BtxTrade)]
    refused = [each for each in found if isinstance(each, InsufficientCashError)]
    assert (len(made), len(refused)) == (4, 8), "612.00 each, of 2500.00"
    assert exchange.account("ann").cash == D("52.00")
    assert_books_balance(club, projects, ["ann"])


def test_shares_are_not_sold_twice(exchange: Exchange, club: BizTech, at_once: AtOnce) -> None:
    exchange.buy("ann", "aurora", 10)
    found = at_once([lambda: exchange.sell("ann", "aurora", 4)] * 6)
    assert sum(isinstance(each, BtxTrade) for each in found) == 2
    assert sum(isinstance(each, InsufficientSharesError) for each in found) == 4
    assert_books_balance(club, ["aurora"], ["ann"])


def test_many_trade_in_many_projects_by_a_seed_and_the_books_balance(
    exchange: Exchange, club: BizTech, at_once: AtOnce
) -> None:
    projects, users = ["aurora", "cobalt", "drift"], TRADERS[:6]
    exchange.create_project("cobalt", EVENT, "Cobalt", "COB", seed=200)
    exchange.create_project("drift", EVENT, "Drift", "DRF")
    for user in users:
        exchange.open_account(user)

    def trader(user: str) -> Callable[[], int]:
        chances = random.Random(user)

        def trade() -> int:
            refused = 0
            for _ in range(8):
                side = chances.choice(["BUY", "SELL"])
                try:
                    exchange.trade(user, chances.choice(projects), side, chances.randint(1, 60))  # type: ignore[arg-type]
                except TradeError:
                    refused += 1
            return refused

        return trade

    refused = at_once([trader(user) for user in users])
    assert len(assert_books_balance(club, projects, users)) == 48 - sum(refused)
    assert 0 < sum(refused) < 40


# What they are worth


def test_a_portfolio_is_cash_and_shares_at_todays_prices(exchange: Exchange) -> None:
    exchange.create_project("cobalt", EVENT, "Cobalt", "COB", seed=30)
    exchange.buy("ann", "aurora", 10)
    exchange.buy("ann", "cobalt", 5)
    found = exchange.portfolio("ann")
    assert [(each.ticker, each.shares, each.price, each.value) for each in found.positions] == [
        ("COB", 5, D("4.10"), D("20.50")),
        ("AUR", 10, D("1.70"), D("17.00")),
    ]
    assert found.cash == D("2500.00") - D("16.32") - D("20.66")
    assert found.value == found.cash + D("37.50")
    assert found.gain == found.value - D("2500.00")
    assert found.positions[1].gain == D("0.68")


def test_the_leader_board_ranks_everybody_and_equals_share_a_rank(exchange: Exchange) -> None:
    for user in ("bob", "cyd", "dee"):
        exchange.open_account(user)
    exchange.buy("ann", "aurora", 100)
    exchange.buy("bob", "aurora", 100)
    board = exchange.leader_board(EVENT)
    assert [(each.rank, each.user_id) for each in board] == [(1, "ann"), (2, "bob"), (3, "cyd"), (3, "dee")]
    assert board[0].shares_value == D("550.00")
    assert board[0].value == exchange.portfolio("ann").value
    assert [each.shares_value for each in exchange.leader_board("other;2026")] == [D(0)] * 4


def test_projects_are_an_events_by_their_tickers(exchange: Exchange) -> None:
    exchange.create_project("a", EVENT, "Last", "ZZZ")
    exchange.create_project("b", "other;2026", "Elsewhere", "ELS")
    assert [each.ticker for each in exchange.projects(EVENT)] == ["AUR", "ZZZ"]


def test_selling_out_in_staging_warns_since_the_tables_are_devs_too(
    exchange: Exchange, clubs: Callable[[str], BizTech]
) -> None:
    staging = clubs("staging")
    staging.exchange.buy("ann", "aurora", 2)
    with pytest.warns(SharedEnvironmentWarning):
        staging.exchange.sell("ann", "aurora", 2)
    production = clubs("production")
    production.create_tables()
    with pytest.raises(NoProjectError):
        production.exchange.project("aurora")
