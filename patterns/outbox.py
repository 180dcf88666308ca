"""A message that is sent if and only if its order was stored: it is stored with it, and the stream sends it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

from pydantic import AwareDatetime

from patterns.lambdas import Handler, Record, feed, handler_for
from patterns.pattern import START_S, Pattern, Weighed
from stator.model import AlreadyExistsError, Design, Entity, Stored, Table, get


class Order(Entity):
    stored = Stored({"pk": "ORDER#{order_id}", "sk": "ORDER"})

    order_id: str
    total: int


class Message(Entity):
    """`message_id`: made from what it tells of, so that each delivery has the same."""

    stored = Stored({"pk": "ORDER#{order_id}", "sk": "MESSAGE#{message_id}"}, expires="expires_at")

    order_id: str
    message_id: str
    topic: str
    expires_at: AwareDatetime | None = None


class Shipment(Entity):
    """What the receiver makes of a message; in its own table, where it has one."""

    stored = Stored({"pk": "SHIPMENT#{message_id}", "sk": "SHIPMENT"})

    message_id: str
    order_id: str


class Shop(Design):
    table = Table("orders", pk="pk", sk="sk", ttl="expires_at", stream="NEW_IMAGE")
    entities = (Order, Message, Shipment)

    @get(Order)
    def order(self, order_id: str) -> None:
        """An order."""

    @get(Message)
    def message(self, order_id: str, message_id: str) -> None:
        """What was to be sent of an order."""


KEPT_FOR = timedelta(days=7)
TOLD = ("order_id", "message_id", "topic")


def place(shop: Shop, order: Order, now: datetime) -> None:
    """The order and its message, all or none."""
    message = Message(
        order_id=order.order_id,
        message_id=f"{order.order_id}-placed",
        topic="order-placed",
        expires_at=now + KEPT_FOR,
    )
    with shop.transaction() as both:
        both.create(order)
        both.create(message)


def relay_of(send: Callable[[Message], None]) -> Handler:
    """A Lambda handler for the stream: it sends each message; what was not sent is given to it again."""

    def relay(record: Record) -> None:
        image = record["dynamodb"].get("NewImage", {})
        if record["eventName"] == "INSERT" and image.get("_type") == {"S": "Message"}:
            send(Message(**{name: image[name]["S"] for name in TOLD}))

    return handler_for(relay)


def receive(shop: Shop, message: Message) -> bool:
    """What a receiver does: its work is an item under the message's id. Returns whether it was done now: a message
    comes at least once."""
    try:
        shop.create(Shipment(message_id=message.message_id, order_id=message.order_id))
    except AlreadyExistsError:
        return False
    return True


def messages_since(shop: Shop, checkpoint: str | None = None) -> Iterator[tuple[Message, str | None]]:
    """What the stream has to send since a checkpoint, in each item's order, each with the checkpoint to keep once it
    was sent: for a relay that is a process, and no function."""
    stream = shop.db.Table(shop.table_name("orders")).stream(checkpoint=checkpoint, follow=False)
    for record in stream:
        image = record["dynamodb"].get("NewImage", {})
        if record["eventName"] == "INSERT" and image.get("_type") == "Message":
            yield Message(**{name: image[name] for name in TOLD}), stream.checkpoint


NOW = datetime.fromtimestamp(START_S, UTC)


def placed(shop: Shop) -> object:
    """An order is placed, its message with it."""
    place(shop, Order(order_id="o1", total=30), NOW)
    return [shop.order("o1"), shop.message("o1", "o1-placed")]


def refused(shop: Shop) -> None:
    """An order that is there already is refused, and no message is stored."""
    place(shop, Order(order_id="o0", total=99), NOW)


def relayed(shop: Shop) -> object:
    """A relay reads the stream and finds the message of the one order, and none of the other."""
    return [message for message, _ in messages_since(shop)]


def gone_on(shop: Shop) -> object:
    """It keeps its place, is stopped, and goes on from there: nothing is left out."""
    *_, (_, kept) = messages_since(shop)
    place(shop, Order(order_id="o2", total=20), NOW)
    return [message for message, _ in messages_since(shop, kept)]


def relayed_by_function(shop: Shop) -> object:
    """The relay as a function that the stream feeds, as Lambda does; the receiver does what a message asks."""
    done: list[str] = []
    relay = relay_of(lambda message: done.append(f"{message.message_id}: {receive(shop, message)}"))
    feed(shop.db, shop.table_name("orders"), relay)
    return sorted(done)


def delivered_again(shop: Shop) -> object:
    """The stream once more, from its beginning: each message is sent again, and nothing is done again."""
    done: list[str] = []
    relay = relay_of(lambda message: done.append(f"{message.message_id}: {receive(shop, message)}"))
    feed(shop.db, shop.table_name("orders"), relay)
    return sorted(done)


PATTERN = Pattern(
    title="Outbox by stream",
    problem="An order is stored and a message about it sent, and a program may stop between the two: then one "
    "of them is a lie. So the message is an item that is written with the order in one transaction, and "
    "a relay sends what the table's stream brings. It may send twice, so the receiver's work is an item under the "
    "message's id.",
    design=Shop,
    items=(Order(order_id="o0", total=10),),
    examples=(placed, refused, relayed, gone_on, relayed_by_function, delivered_again),
    why=(
        "There is no order without its message and no message without its order.",
        "The relay needs no polling and no index of what is unsent: the stream is the queue.",
        "A relay that stopped goes on from its checkpoint and leaves nothing out.",
    ),
    trade_offs=Weighed(
        scale="Messages of an order come in their order, those of different orders at once, by as many functions "
        "as the stream has shards.",
        cost="A message is an item, written at the price of a transaction: two units. It goes by expiry, for "
        "nothing.",
        consistency="A message comes a moment after its order, and at least once: whoever receives it remembers "
        "its id. The stream keeps 24 hours: a relay that is down for longer reads the messages from the table.",
        simplicity="A message that can never be sent holds up its shard: the template's mapping gives up after six "
        "hours, and puts word of it into a queue that somebody has to look at.",
    ),
    not_when=(
        "Whoever receives it can read the stream of orders itself: the change is the message.",
        "A message that is lost does no harm.",
    ),
)
