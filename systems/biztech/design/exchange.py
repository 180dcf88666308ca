"""The stock exchange: projects, accounts, holdings, trades, prices, and who listens.

Money is Decimal dollars, in whole cents. Moments that are part of a key, or that prices are ordered by, are ints of
epoch milliseconds.

Access patterns here: a project and those of an event (index byEvent); an account and all of them; a holding, those of a
user, those in a project (index byProject); a trade by its key and by its token, the trades in a project; a project's
prices, oldest or newest first; a listener and those of an event (index byEvent).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import Field

from stator.model import Gsi, Stored, Table, at_least, at_most, get, query, scan
from systems.biztech.design.attributes import LiveEntity, Moment, Person
from systems.biztech.money import Money

PriceSource = Literal["PROJECT_CREATE", "TRADE", "SEED_UPDATE"]


class BtxProject(LiveEntity):
    """`net_shares`: bought less sold. `price_number` counts the project's prices from 1, `priced_at` is when the last
    was made and grows with it: whoever follows the stream knows by them what is new."""

    stored = Stored(table="bizBtxProjects", version="version", updated="updated_at", item_bytes=400)

    project_id: str
    event_id: str
    name: str
    ticker: str
    seed: Decimal
    base_price: Money
    price: Money
    net_shares: int = 0
    total_shares: int = 0
    total_trades: int = 0
    is_open: bool = True
    price_number: int = 1
    priced_at: int
    price_source: PriceSource = "PROJECT_CREATE"
    version: int = 0
    updated_at: Moment | None = None


class BtxAccount(LiveEntity):
    """`opening_cash`: what it began with, to tell gain from loss."""

    stored = Stored(table="bizBtxAccounts", updated="updated_at", item_bytes=150)

    user_id: Person
    cash: Money
    opening_cash: Money
    created_at: Moment | None = None
    updated_at: Moment | None = None


class BtxHolding(LiveEntity):
    """`cost`: what was paid for the shares that are left. There is none without shares."""

    stored = Stored(
        table="bizBtxHoldings", version="version", updated="updated_at", item_bytes=150, per_partition=50
    )

    user_id: Person
    project_id: str
    shares: int = Field(gt=0)
    cost: Money
    version: int = 0
    updated_at: Moment | None = None


class BtxTrade(LiveEntity):
    """`price`: what a share was traded at, between `start_price` and `end_price`; `cash`: what the trader's cash
    changed by, the `fee` in it."""

    stored = Stored(
        {"tradeId": "ts#{executed_at:13}#{uuid}"}, table="bizBtxTrades", item_bytes=300, per_partition=5000
    )

    project_id: str
    executed_at: int
    uuid: str
    event_id: str
    user_id: Person
    side: Literal["BUY", "SELL"]
    shares: int
    start_price: Money
    end_price: Money
    price: Money
    cash: Money
    fee: Money
    price_number: int
    token: str | None = None

    @property
    def trade_id(self) -> str:
        return f"ts#{self.executed_at:013}#{self.uuid}"


class BtxTradeToken(LiveEntity):
    """That a user's token was used in a project, and for which trade: so that what is sent twice is done once."""

    stored = Stored({"tradeId": "token#{user_id}#{token}"}, table="bizBtxTrades", item_bytes=150)

    project_id: str
    user_id: Person
    token: str
    executed_at: int
    uuid: str


class BtxSocket(LiveEntity):
    """`endpoint`: where a message to it is posted, as in `{endpoint}/@connections/{connection_id}`."""

    stored = Stored(table="bizBtxSockets", per_partition=500)

    connection_id: str
    event_id: str
    endpoint: str
    connected_at: Moment


class BtxPrice(LiveEntity):
    """A price as it was: `ts` is when it was made, `number` counts the project's prices."""

    stored = Stored(table="bizBtxPrices", item_bytes=150, per_partition=5000)

    project_id: str
    ts: int
    number: int
    price: Money
    net_shares: int
    source: PriceSource


TABLES = (
    Table(
        "bizBtxProjects", pk="projectId", type_attribute=None, stream="NEW_AND_OLD_IMAGES",
        indexes=(Gsi("byEvent", "eventId"),),
    ),
    Table("bizBtxAccounts", pk="userId", type_attribute=None),
    Table(
        "bizBtxHoldings", pk="userId", sk="projectId", type_attribute=None, indexes=(Gsi("byProject", "projectId"),)
    ),
    Table("bizBtxTrades", pk="projectId", sk="tradeId", type_attribute="kind"),
    Table("bizBtxSockets", pk="connectionId", type_attribute=None, indexes=(Gsi("byEvent", "eventId"),)),
    Table("bizBtxPrices", pk="projectId", sk=("ts", "N"), type_attribute=None),
)  # fmt: skip
ENTITIES = (BtxProject, BtxAccount, BtxHolding, BtxTrade, BtxTradeToken, BtxSocket, BtxPrice)


class ExchangePatterns:
    @get(BtxProject, consistent=True)
    def btx_project(self, project_id: str) -> None:
        """A project with its price."""

    @query(BtxProject, index="byEvent")
    def btx_projects_at(self, event_id: str) -> None:
        """The projects of an event."""

    @get(BtxAccount, consistent=True)
    def btx_account(self, user_id: str) -> None:
        """A trading account."""

    every_btx_account = scan(BtxAccount, because="the leader board ranks every trader").given()

    @get(BtxHolding, consistent=True)
    def btx_holding(self, user_id: str, project_id: str) -> None:
        """A user's shares of a project."""

    @query(BtxHolding, consistent=True)
    def btx_holdings_of(self, user_id: str) -> None:
        """All shares of a user."""

    @query(BtxHolding, index="byProject")
    def btx_holders_of(self, project_id: str) -> None:
        """Who holds shares of a project."""

    @get(BtxTrade, consistent=True)
    def btx_trade(self, project_id: str, executed_at: int, uuid: str) -> None:
        """A trade."""

    @get(BtxTradeToken, consistent=True)
    def btx_trade_token(self, project_id: str, user_id: str, token: str) -> None:
        """Which trade a token was used for."""

    @query(BtxTrade, newest_first=True, since=at_least("executed_at"))
    def btx_trades_in(self, project_id: str, since: int | None = None) -> None:
        """The trades in a project, newest first."""

    @query(BtxPrice, since=at_least("ts"), until=at_most("ts"))
    def btx_prices_of(self, project_id: str, since: int | None = None, until: int | None = None) -> None:
        """A project's prices, oldest first."""

    @query(BtxPrice, newest_first=True)
    def btx_last_prices_of(self, project_id: str) -> None:
        """A project's prices, newest first."""

    @get(BtxSocket)
    def btx_socket(self, connection_id: str) -> None:
        """A listener of the prices."""

    @query(BtxSocket, index="byEvent")
    def btx_sockets_at(self, event_id: str) -> None:
        """Who listens to an event's prices."""
