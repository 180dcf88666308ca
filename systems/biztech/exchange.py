"""The stock exchange: projects are traded for a play money that everybody opens an account with.

A trade is one transaction over the project, the account, the trade and the holding: all four, or nothing. Trades in a
project come one after the other, by the project's version: each is made at the price that the one before it left. The
account's cash is changed under the condition that it suffices, so cash is not spent twice, in whichever projects.

Each price has a number in its project, and a moment that grows with the number; the stream of the projects' table
carries them to the price history and to those who listen (`price_feed`).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from stator.model import (
    AlreadyExistsError,
    ArgumentError,
    Attr,
    ConditionFailedError,
    NotFoundError,
    Results,
    StaleError,
    Transaction,
    ref,
)
from systems.biztech import portfolios, prices
from systems.biztech.context import Context
from systems.biztech.design.exchange import (
    BtxAccount,
    BtxHolding,
    BtxPrice,
    BtxProject,
    BtxTrade,
    BtxTradeToken,
    PriceSource,
)
from systems.biztech.money import dollars, round2
from systems.biztech.prices import Quote, Side
from systems.biztech.refusals import ClubError

TOKEN_LENGTH_MAX: Final = 200
"""It is part of a key."""


class TradeError(ClubError):
    """A trade that was refused. Nothing has changed."""


class NoProjectError(TradeError):
    """There is no such project."""


class NoAccountError(TradeError):
    """The user has opened no account."""


class ProjectClosedError(TradeError):
    """The project is not traded now."""


class InsufficientCashError(TradeError):
    """The account holds less than the shares cost."""


class InsufficientSharesError(TradeError):
    """The user holds fewer shares than are to be sold."""


class TokenUsedError(TradeError):
    """The token was used for another trade."""


class Exchange:
    """Safe to share between threads."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._design = context.design

    # Projects

    def create_project(
        self, project_id: str, event_id: str, name: str, ticker: str, seed: Decimal | int = 0
    ) -> BtxProject:
        """Lists a project at the base price of its seed, in dollars. Raises AlreadyExistsError."""
        amount = _checked_seed(seed)
        base = prices.base_price(amount)
        project = BtxProject(
            project_id=project_id, event_id=event_id, name=name, ticker=ticker, seed=amount, base_price=base,
            price=base, priced_at=self._context.now_ms(),
        )  # fmt: skip
        return self._design.create(project)

    def project(self, project_id: str) -> BtxProject:
        """Raises NoProjectError."""
        found = self._design.btx_project(project_id)
        if found is None:
            raise NoProjectError(f"there is no project {project_id}")
        return found

    def projects(self, event_id: str) -> list[BtxProject]:
        """The projects of an event, by their tickers."""
        return sorted(self._design.btx_projects_at(event_id), key=lambda each: (each.ticker, each.project_id))

    def set_seed(self, project_id: str, seed: Decimal | int) -> BtxProject:
        """Moves the base price to the seed's, and the price with it. Raises NoProjectError."""
        amount = _checked_seed(seed)
        base = prices.base_price(amount)

        def decide() -> BtxProject:
            project = self.project(project_id)
            price = prices.price_at(base, project.net_shares)
            changes = {"seed": amount, "base_price": base, **self._priced(project, price, "SEED_UPDATE")}
            return self._design.update(project, changes)

        return self._context.again(decide)

    def set_open(self, project_id: str, is_open: bool) -> BtxProject:
        """Opens or closes a project for trading. Raises NoProjectError."""
        return self._context.again(
            lambda: self._design.update(self.project(project_id), {"is_open": is_open})
        )

    # Accounts

    def open_account(self, user_id: str) -> BtxAccount:
        """The user's account, opened with 2500.00 if there is none."""
        cash = prices.OPENING_CASH
        account = BtxAccount(user_id=user_id, cash=cash, opening_cash=cash, created_at=self._context.moment())
        try:
            return self._design.create(account)
        except AlreadyExistsError:
            return self.account(user_id)

    def account(self, user_id: str) -> BtxAccount:
        """Raises NoAccountError."""
        found = self._design.btx_account(user_id)
        if found is None:
            raise NoAccountError(f"{user_id} has no account")
        return found

    def portfolio(self, user_id: str) -> portfolios.Portfolio:
        """Cash and shares at today's prices. Raises NoAccountError."""
        return portfolios.portfolio_of(self._design, self.account(user_id))

    def leader_board(self, event_id: str) -> list[portfolios.Standing]:
        """Everybody with an account, by cash and shares in the event's projects together, the richest first."""
        return portfolios.leader_board(self._design, event_id)

    # Trades

    def buy(self, user_id: str, project_id: str, shares: int, *, token: str | None = None) -> BtxTrade:
        return self.trade(user_id, project_id, "BUY", shares, token=token)

    def sell(self, user_id: str, project_id: str, shares: int, *, token: str | None = None) -> BtxTrade:
        return self.trade(user_id, project_id, "SELL", shares, token=token)

    def trade(
        self, user_id: str, project_id: str, side: Side, shares: int, *, token: str | None = None
    ) -> BtxTrade:
        """Trades at the price of the moment; returns the trade. Sent again with its `token`, however much later, it
        returns the trade that was made. Raises TradeError by its kinds, ArgumentError for a number of shares that
        nobody trades, and BusyError when others always came first."""
        _check_order(side, shares)
        if token is not None and not 1 <= len(token) <= TOKEN_LENGTH_MAX:
            raise ArgumentError(f"a token of {len(token)} characters; it has 1 to {TOKEN_LENGTH_MAX}")
        return self._context.again(lambda: self._trade_once(user_id, project_id, side, shares, token))

    def quote(self, project_id: str, side: Side, shares: int) -> Quote:
        """What a trade would do if it were made now. Raises NoProjectError and ArgumentError."""
        _check_order(side, shares)
        project = self.project(project_id)
        return prices.quote(project.base_price, project.net_shares, side, shares)

    def trades(self, project_id: str, since: int | None = None) -> Results[BtxTrade]:
        """The trades in a project, newest first. `since`: epoch milliseconds."""
        return self._design.btx_trades_in(project_id, since=since)

    def price_history(
        self, project_id: str, since: int | None = None, until: int | None = None
    ) -> Results[BtxPrice]:
        """The prices of a project, oldest first, as far as they were recorded. The moments: epoch milliseconds."""
        return self._design.btx_prices_of(project_id, since=since, until=until)

    # How a trade is made

    def _trade_once(
        self, user_id: str, project_id: str, side: Side, shares: int, token: str | None
    ) -> BtxTrade:
        if token is not None:
            done = self._trade_of(user_id, project_id, token)
            if done is not None:
                return _same_trade(done, side, shares)
        project = self.project(project_id)
        if not project.is_open:
            raise ProjectClosedError(f"{project.name} is not traded now")
        quote = prices.quote(project.base_price, project.net_shares, side, shares)
        account = self.account(user_id)
        holding = self._design.btx_holding(user_id, project_id)
        _refuse_what_is_not_there(quote, account, holding, project)
        trade = self._trade_from(quote, project, user_id, token)
        try:
            self._write(trade, quote, project, holding)
        except (AlreadyExistsError, NotFoundError, ConditionFailedError) as error:
            raise StaleError(
                str(error)
            ) from error  # what was read is no longer so: it is read and judged anew
        return trade

    def _write(self, trade: BtxTrade, quote: Quote, project: BtxProject, holding: BtxHolding | None) -> None:
        with self._design.transaction() as every:
            if trade.token is not None:
                every.create(_token_of(trade))
            every.update(project, self._after(quote, project, trade.executed_at))
            every.update(
                ref(BtxAccount, user_id=trade.user_id),
                add={"cash": quote.cash},
                if_=Attr("cash").gte(-quote.cash) if quote.side == "BUY" else None,
            )
            every.create(trade)
            _hold(every, trade, holding)

    def _after(self, quote: Quote, project: BtxProject, moment: int) -> dict[str, Any]:
        return {
            "net_shares": quote.net_shares,
            "total_shares": project.total_shares + quote.shares,
            "total_trades": project.total_trades + 1,
            **self._priced(project, quote.end, "TRADE", moment),
        }

    def _priced(
        self, project: BtxProject, price: Decimal, source: PriceSource, moment: int | None = None
    ) -> dict[str, Any]:
        return {
            "price": price,
            "price_number": project.price_number + 1,
            "priced_at": self._next_moment(project) if moment is None else moment,
            "price_source": source,
        }

    def _next_moment(self, project: BtxProject) -> int:
        """Now, and after the project's last price, whatever the clock says."""
        return max(self._context.now_ms(), project.priced_at + 1)

    def _trade_from(self, quote: Quote, project: BtxProject, user_id: str, token: str | None) -> BtxTrade:
        return BtxTrade(
            project_id=project.project_id, executed_at=self._next_moment(project), uuid=self._context.new_id(),
            event_id=project.event_id, user_id=user_id, side=quote.side, shares=quote.shares,
            start_price=quote.start, end_price=quote.end, price=quote.price, cash=quote.cash, fee=quote.fee,
            price_number=project.price_number + 1, token=token,
        )  # fmt: skip

    def _trade_of(self, user_id: str, project_id: str, token: str) -> BtxTrade | None:
        used = self._design.btx_trade_token(project_id, user_id, token)
        if used is None:
            return None
        return self._design.btx_trade(project_id, used.executed_at, used.uuid)


def _checked_seed(seed: Decimal | int) -> Decimal:
    """Below zero, too: the base price has a floor."""
    amount = Decimal(seed) if type(seed) is int else seed
    if not isinstance(amount, Decimal) or not amount.is_finite() or abs(amount) > prices.SEED_MAX:
        raise ArgumentError(
            f"a seed of {seed!r}; it is a Decimal or an int, at most {prices.SEED_MAX} either way"
        )
    return amount


def _check_order(side: Side, shares: int) -> None:
    if type(shares) is not int or not 1 <= shares <= prices.SHARES_MAX:
        raise ArgumentError(f"{shares!r} shares; a trade is of 1 to {prices.SHARES_MAX}")
    if side not in ("BUY", "SELL"):
        raise ArgumentError(f"the side is {side!r}; it is BUY or SELL")


def _refuse_what_is_not_there(
    quote: Quote, account: BtxAccount, holding: BtxHolding | None, project: BtxProject
) -> None:
    if quote.side == "BUY" and account.cash < -quote.cash:
        cost = dollars(-quote.cash)
        raise InsufficientCashError(
            f"{quote.shares} of {project.ticker} cost {cost}, and {account.user_id} has {dollars(account.cash)}"
        )
    held = 0 if holding is None else holding.shares
    if quote.side == "SELL" and held < quote.shares:
        raise InsufficientSharesError(
            f"{account.user_id} holds {held} of {project.ticker} and cannot sell {quote.shares}"
        )


def _hold(every: Transaction, trade: BtxTrade, holding: BtxHolding | None) -> None:
    """The holding after the trade; one that is sold out is gone."""
    if holding is None:
        bought = BtxHolding(
            user_id=trade.user_id, project_id=trade.project_id, shares=trade.shares, cost=-trade.cash
        )
        every.create(bought)
    elif trade.side == "BUY":
        every.update(holding, {"shares": holding.shares + trade.shares, "cost": holding.cost - trade.cash})
    elif holding.shares == trade.shares:
        every.erase(holding)
    else:
        left = holding.shares - trade.shares
        every.update(holding, {"shares": left, "cost": round2(holding.cost * left / holding.shares)})


def _token_of(trade: BtxTrade) -> BtxTradeToken:
    assert trade.token is not None
    return BtxTradeToken(
        project_id=trade.project_id, user_id=trade.user_id, token=trade.token,
        executed_at=trade.executed_at, uuid=trade.uuid,
    )  # fmt: skip


def _same_trade(done: BtxTrade, side: Side, shares: int) -> BtxTrade:
    if (done.side, done.shares) != (side, shares):
        raise TokenUsedError(
            f"the token {done.token} was used to {done.side} {done.shares}, not to {side} {shares}"
        )
    return done
