"""What accounts are worth: cash, and shares at the price of the moment. Computed when asked, never stored."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from systems.biztech.design import BizTechDesign
from systems.biztech.design.exchange import BtxAccount, BtxHolding, BtxProject


@dataclass(frozen=True, slots=True)
class Position:
    """Shares of a project. `cost`: what was paid for those that are left; `value`: at the price of the moment."""

    project_id: str
    ticker: str
    shares: int
    price: Decimal
    cost: Decimal
    value: Decimal

    @property
    def gain(self) -> Decimal:
        return self.value - self.cost


@dataclass(frozen=True, slots=True)
class Portfolio:
    """`value`: cash and shares; `gain`: beside the opening cash."""

    user_id: str
    cash: Decimal
    positions: tuple[Position, ...]
    value: Decimal
    gain: Decimal


@dataclass(frozen=True, slots=True)
class Standing:
    """A place on the leader board. Equal values share a rank."""

    rank: int
    user_id: str
    cash: Decimal
    shares_value: Decimal
    value: Decimal


def portfolio_of(design: BizTechDesign, account: BtxAccount) -> Portfolio:
    """Account, holdings and prices are read one after the other: a trade between the reads may show in one of them."""
    holdings = design.btx_holdings_of(account.user_id).all()
    keys = [{"project_id": holding.project_id} for holding in holdings]
    projects = {each.project_id: each for each in design.get_many(BtxProject, keys)}
    positions = tuple(
        sorted(
            (_position(each, projects[each.project_id]) for each in holdings if each.project_id in projects),
            key=lambda position: (-position.value, position.ticker),
        )
    )
    value = account.cash + sum((position.value for position in positions), Decimal(0))
    return Portfolio(account.user_id, account.cash, positions, value, value - account.opening_cash)


def _position(holding: BtxHolding, project: BtxProject) -> Position:
    value = project.price * holding.shares
    return Position(project.project_id, project.ticker, holding.shares, project.price, holding.cost, value)


def leader_board(design: BizTechDesign, event_id: str) -> list[Standing]:
    """Reads every account, and the holdings in the event's projects by the index byProject."""
    shares_value: dict[str, Decimal] = {}
    for project in design.btx_projects_at(event_id):
        for holding in design.btx_holders_of(project.project_id):
            value = project.price * holding.shares
            shares_value[holding.user_id] = shares_value.get(holding.user_id, Decimal(0)) + value
    accounts = design.every_btx_account().all()
    worth = {each.user_id: each.cash + shares_value.get(each.user_id, Decimal(0)) for each in accounts}
    accounts.sort(key=lambda each: (-worth[each.user_id], each.user_id))
    standings: list[Standing] = []
    for place, account in enumerate(accounts, 1):
        value = worth[account.user_id]
        rank = standings[-1].rank if standings and standings[-1].value == value else place
        standings.append(
            Standing(
                rank, account.user_id, account.cash, shares_value.get(account.user_id, Decimal(0)), value
            )
        )
    return standings
