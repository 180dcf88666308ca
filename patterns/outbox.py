"""A message that is sent if and only if its order was stored: it is stored with it, and the stream sends it."""

from __future__ import annotations

from collections.abc import Callable

from patterns.lambdas import Handler, Record, feed, handler_for
from patterns.pattern import Pattern
from stator.model import Design, Entity, Stored, Table, get


class Order(Entity):
    stored = Stored({"pk": "ORDER#{order_id}", "sk": "ORDER"})

    order_id: str
    total: int


class Message(Entity):
    stored = Stored({"pk": "ORDER#{order_id}", "sk": "MESSAGE#{message_id}"})

    order_id: str
    message_id: str
    topic: str


class Shop(Design):
    table = Table("orders", pk="pk", sk="sk", stream="NEW_IMAGE")
    entities = (Order, Message)

    @get(Order)
    def order(self, order_id: str) -> None:
        """An order."""

    @get(Message)
    def message(self, order_id: str, message_id: str) -> None:
        """What was to be sent of an order."""


def place(shop: Shop, order: Order) -> None:
    """The order and its message, all or none."""
    with shop.transaction() as both:
        both.create(order)
        both.create(Message(order_id=order.order_id, message_id="m1", topic="order-placed"))


def messages_in(shop: Shop, checkpoint: str | None = None) -> list[str]:
    """What the stream has to send since a checkpoint, in each item's order; each at least once."""
    stream = shop.db.Table(shop.table_name("orders")).stream(checkpoint=checkpoint, follow=False)
    images = [record["dynamodb"]["NewImage"] for record in stream if record["eventName"] == "INSERT"]
    return [f"{each['topic']} {each['order_id']}" for each in images if each["_type"] == "Message"]


def relay_of(send: Callable[[str, str], None]) -> Handler:
    """A Lambda handler for the stream: it sends each message to its topic; what was not sent is given to it again."""

    def relay(record: Record) -> None:
        image = record["dynamodb"].get("NewImage", {})
        if record["eventName"] == "INSERT" and image["_type"]["S"] == "Message":
            send(image["topic"]["S"], image["order_id"]["S"])

    return handler_for(relay)


def placed(shop: Shop) -> object:
    """An order is placed, its message with it."""
    place(shop, Order(order_id="o1", total=30))
    return [shop.order("o1"), shop.message("o1", "m1")]


def refused(shop: Shop) -> None:
    """An order that is there already is refused, and no message is stored."""
    place(shop, Order(order_id="o0", total=99))


def relayed(shop: Shop) -> object:
    """The relay reads the stream and sends what it finds: the message of the one, and none of the other."""
    return messages_in(shop)


def relayed_by_function(shop: Shop) -> object:
    """The relay as a function that the stream feeds, as Lambda does."""
    sent: list[str] = []
    feed(shop.db, shop.table_name("orders"), relay_of(lambda topic, text: sent.append(f"{topic} {text}")))
    return sent


PATTERN = Pattern(
    title="Outbox by stream",
    problem="An order is stored and a message about it sent, and a program may stop between the two: then one "
    "of them is a lie. So the message is an item that is written with the order in one transaction, and "
    "a relay sends what the table's stream brings.",
    design=Shop,
    items=(Order(order_id="o0", total=10),),
    examples=(placed, refused, relayed, relayed_by_function),
    why=(
        "There is no order without its message and no message without its order.",
        "The relay needs no polling and no index of what is unsent: the stream is the queue.",
        "A relay that stopped goes on from its checkpoint and leaves nothing out.",
    ),
    trade_offs=(
        "A message comes at least once: whoever receives it remembers its id.",
        "The stream keeps 24 hours: a relay that is down for longer reads the messages from the table.",
        "Messages stay in the table until they expire, and each is written at the price of a transaction.",
    ),
    not_when=(
        "Whoever receives it can read the stream of orders itself: the change is the message.",
        "A message that is lost does no harm.",
    ),
)
