"""Stock that is reserved for a while: never oversold, and given back when nobody pays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from pydantic import AwareDatetime

from patterns.pattern import START_S, Pattern, Wait
from stator.model import Attr, Design, Entity, Gsi, Stored, Table, at_most, get, query, ref


class Stock(Entity):
    stored = Stored({"pk": "PRODUCT#{product_id}", "sk": "STOCK"})

    product_id: str
    left: int


class Reservation(Entity):
    """It does not expire by itself: what it holds has to be given back."""

    stored = Stored(
        {
            "pk": "PRODUCT#{product_id}",
            "sk": "RESERVATION#{reservation_id}",
            "held_in": "{held_in}",
            "held_until": "{until}",
        }
    )

    product_id: str
    reservation_id: str
    quantity: int
    until: AwareDatetime
    held_in: str | None = None


class Shop(Design):
    table = Table("stock", pk="pk", sk="sk", indexes=[Gsi("held", "held_in", "held_until")])
    entities = (Stock, Reservation)

    @get(Stock, consistent=True)
    def stock(self, product_id: str) -> None:
        """What is left."""

    @get(Reservation)
    def reservation(self, product_id: str, reservation_id: str) -> None:
        """A reservation, held or paid."""

    @query(Reservation, by=at_most("until"))
    def overdue(self, held_in: str, by: datetime) -> None:
        """What is held beyond its time."""


NOW = datetime.fromtimestamp(START_S, UTC)


def reserve(shop: Shop, reservation_id: str, quantity: int) -> None:
    """Takes from the stock what is there to take, once for each reservation_id."""
    until = NOW + timedelta(minutes=15)
    held = Reservation(
        product_id="p1", reservation_id=reservation_id, quantity=quantity, until=until, held_in="HELD"
    )
    with shop.transaction() as both:
        both.create(held)
        both.update(ref(Stock, product_id="p1"), add={"left": -quantity}, if_=Attr("left").gte(quantity))


def give_back(shop: Shop, reservation: Reservation) -> None:
    """Only what is still held, so that two sweepers give it back once."""
    with shop.transaction() as both:
        both.erase(reservation, if_=Attr("held_in").exists())
        both.update(ref(Stock, product_id=reservation.product_id), add={"left": reservation.quantity})


def reserved(shop: Shop) -> object:
    """Two reservations, and what is left."""
    reserve(shop, "r1", 2)
    reserve(shop, "r2", 1)
    return shop.stock("p1")


def sold_out(shop: Shop) -> None:
    """More than is left: refused as a whole."""
    reserve(shop, "r3", 3)


def paid(shop: Shop) -> object:
    """A payment keeps the reservation: without the attribute it leaves the sparse index of what is held."""
    shop.update(
        ref(Reservation, product_id="p1", reservation_id="r1"),
        remove=["held_in"],
        if_=Attr("held_in").exists(),
    )
    return shop.reservation("p1", "r1")


def swept(shop: Shop) -> object:
    """A sweeper gives back what nobody has paid for."""
    for each in shop.overdue("HELD", by=NOW + timedelta(minutes=16)):
        give_back(shop, each)
    return shop.stock("p1")


PATTERN = Pattern(
    title="Inventory reservation",
    problem="Two customers want the last piece, and a customer who fills a basket may never pay. A reservation "
    "takes from the stock on condition that enough is left, in the same transaction as the item that "
    "says who holds it and until when; what is overdue is found by a sparse index and given back.",
    design=Shop,
    items=(Stock(product_id="p1", left=5),),
    examples=(reserved, sold_out, paid, Wait(960), swept),
    why=(
        "The count can never go below zero: the condition and the subtraction are one step.",
        "A reservation's id makes a repeated request a refusal, and not a second piece.",
        "Giving back is a transaction on what is still held: a payment and a sweeper at once cannot both win.",
    ),
    trade_offs=(
        "All customers of one product write one item: at thousands a second its stock is split into shards.",
        "`HELD` is one partition of the index: with many reservations a second it is sharded.",
        "Expiry by itself would forget the stock, so a sweeper has to run, and until it does it is not for sale.",
    ),
    not_when=(
        "Overselling is cheap to put right: count afterwards.",
        "Each piece is a thing of its own, such as a seat: an item for each, taken on condition that it is free.",
    ),
)
