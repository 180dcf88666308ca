"""Stock that is reserved for a while: never oversold, and given back when nobody pays."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta

from pydantic import AwareDatetime

from patterns.pattern import START_S, Pattern, Wait, Weighed
from stator.model import (
    Attr,
    ConditionFailedError,
    Design,
    Entity,
    Gsi,
    NotFoundError,
    Stored,
    Table,
    at_most,
    get,
    query,
    ref,
)


class Stock(Entity):
    stored = Stored({"pk": "PRODUCT#{product_id}", "sk": "STOCK"})

    product_id: str
    left: int


class Reservation(Entity):
    """`held_in`: while it is held, and no longer; it puts the item into the index. `forget_at`: not before it was
    given back, since what it holds would be forgotten with it."""

    stored = Stored(
        {
            "pk": "PRODUCT#{product_id}",
            "sk": "RESERVATION#{reservation_id}",
            "held_in": "{held_in}",
            "held_until": "{until}",
        },
        expires="forget_at",
    )

    product_id: str
    reservation_id: str
    quantity: int
    until: AwareDatetime
    state: str = "held"
    held_in: str | None = None
    forget_at: AwareDatetime | None = None


class Shop(Design):
    table = Table(
        "stock", pk="pk", sk="sk", ttl="forget_at", indexes=[Gsi("held", "held_in", "held_until")]
    )
    entities = (Stock, Reservation)

    @get(Stock, consistent=True)
    def stock(self, product_id: str) -> None:
        """What is left."""

    @get(Reservation, consistent=True)
    def reservation(self, product_id: str, reservation_id: str) -> None:
        """A reservation: held, paid or given back."""

    @query(Reservation, by=at_most("until"))
    def overdue(self, held_in: str, by: datetime) -> None:
        """What is held beyond its time."""


HELD_FOR = timedelta(minutes=15)
REMEMBERED_FOR = timedelta(days=7)


def reserve(shop: Shop, product_id: str, reservation_id: str, quantity: int, now: datetime) -> None:
    """Takes from the stock what is there to take, once for each reservation_id."""
    held = Reservation(
        product_id=product_id,
        reservation_id=reservation_id,
        quantity=quantity,
        until=now + HELD_FOR,
        held_in="HELD",
    )
    is_enough = Attr("left").gte(quantity)
    with shop.transaction() as both:
        both.create(held)
        both.update(ref(Stock, product_id=product_id), add={"left": -quantity}, if_=is_enough)


def pay(shop: Shop, product_id: str, reservation_id: str) -> Reservation:
    """What is paid is held no more, and leaves the index. Raises ConditionFailedError for what was given back."""
    return shop.update(
        ref(Reservation, product_id=product_id, reservation_id=reservation_id),
        {"state": "paid"},
        remove=["held_in"],
        if_=Attr("held_in").exists(),
    )


def give_back(shop: Shop, held: Reservation) -> None:
    """Only what is still held, so that two who give it back do it once. The item stays for a while: the same request,
    delivered again, would else be a new one."""
    change = {"state": "given back", "forget_at": held.until + REMEMBERED_FOR}
    with shop.transaction() as both:
        both.update(held, change, remove=["held_in"], if_=Attr("held_in").exists())
        both.update(ref(Stock, product_id=held.product_id), add={"left": held.quantity})


def sweep(shop: Shop, now: datetime) -> int:
    """Gives back what is overdue, and returns how many. Any number of sweepers may run at once."""
    swept = 0
    for each in shop.overdue("HELD", by=now):
        with suppress(ConditionFailedError, NotFoundError):  # paid meanwhile, or another sweeper's
            give_back(shop, each)
            swept += 1
    return swept


NOW = datetime.fromtimestamp(START_S, UTC)


def reserved(shop: Shop) -> object:
    """Two reservations, and what is left."""
    reserve(shop, "p1", "r1", 2, NOW)
    reserve(shop, "p1", "r2", 1, NOW)
    return shop.stock("p1")


def sold_out(shop: Shop) -> None:
    """More than is left: refused as a whole."""
    reserve(shop, "p1", "r3", 3, NOW)


def paid(shop: Shop) -> object:
    """A payment keeps what was reserved: without the attribute it leaves the sparse index of what is held."""
    return pay(shop, "p1", "r1")


def swept(shop: Shop) -> object:
    """A sweeper gives back what nobody has paid for."""
    return [sweep(shop, NOW + timedelta(minutes=16)), shop.stock("p1")]


def paid_too_late(shop: Shop) -> object:
    """A payment after that is refused."""
    return pay(shop, "p1", "r2")


def delivered_again(shop: Shop) -> None:
    """The request of then, delivered again: its id is known, and nothing is taken."""
    reserve(shop, "p1", "r2", 1, NOW)


def looked_up(shop: Shop) -> object:
    """What became of a reservation."""
    return shop.reservation("p1", "r2")


PATTERN = Pattern(
    title="Inventory reservation",
    problem="Two customers want the last piece, and a customer who fills a basket may never pay. A reservation "
    "takes from the stock on condition that enough is left, in the same transaction as the item that "
    "says who holds it and until when; what is overdue is found by a sparse index and given back.",
    design=Shop,
    items=(Stock(product_id="p1", left=5),),
    examples=(reserved, sold_out, paid, Wait(960), swept, paid_too_late, delivered_again, looked_up),
    why=(
        "The count can never go below zero: the condition and the subtraction are one step.",
        "A reservation's id makes a repeated request a refusal, and not a second piece, also after it was given "
        "back.",
        "Paying and giving back both need that it is held: of a payment and a sweeper at once, one wins.",
    ),
    trade_offs=Weighed(
        scale="All customers of one product write one item: beyond hundreds a second its stock is split into shards. "
        "`HELD` is one partition of the index: with many reservations a second it is sharded, too.",
        cost="A reservation is a transaction of two items and an entry of the index: five units for small ones; "
        "paying is two, giving back five.",
        consistency="What is left is exact. What is overdue is seen a moment later, which the condition makes "
        "harmless; until a sweeper runs it is not for sale.",
        simplicity="A sweeper has to run, as expiry by itself would forget the stock. Transactions that meet on a "
        "product are tried again.",
    ),
    not_when=(
        "Overselling is cheap to put right: count afterwards.",
        "Each piece is a thing of its own, such as a seat: an item for each, taken on condition that it is free.",
    ),
)
