"""Events of devices: a partition for each device and day, ordered by time, the latest at hand."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime

from pydantic import AwareDatetime

from patterns.lambdas import Handler, Record, feed, handler_for
from patterns.pattern import Pattern, Weighed
from stator.model import (
    Attr,
    ConditionFailedError,
    Design,
    Entity,
    Stored,
    Table,
    at_least,
    below,
    get,
    query,
)


class Event(Entity):
    stored = Stored(
        {"pk": "DEVICE#{device_id}#{day}", "sk": "EVENT#{at}#{event_id}"},
        expires="expires_at",
        item_bytes=150,
    )

    device_id: str
    day: date
    at: AwareDatetime
    event_id: str
    kind: str
    value: float
    expires_at: AwareDatetime | None = None


class Latest(Entity):
    stored = Stored({"pk": "DEVICE#{device_id}", "sk": "LATEST"})

    device_id: str
    at: AwareDatetime
    value: float


class Telemetry(Design):
    table = Table("telemetry", pk="pk", sk="sk", ttl="expires_at", stream="NEW_IMAGE")
    entities = (Event, Latest)

    @query(Event, since=at_least("at"), before=below("at"), newest_first=True)
    def events_of(
        self, device_id: str, day: date, since: datetime | None = None, before: datetime | None = None
    ) -> None:
        """A device's events of a day, newest first."""

    @get(Latest)
    def latest_of(self, device_id: str) -> None:
        """What a device said last."""


DAY = datetime(2030, 1, 1, tzinfo=UTC)
EXPIRES = datetime(2030, 1, 31, tzinfo=UTC)


def event(number: int, at: datetime, value: float) -> Event:
    return Event(
        device_id="d1",
        day=at.astimezone(UTC).date(),
        at=at,
        event_id=f"e{number}",
        kind="heat",
        value=value,
        expires_at=EXPIRES,
    )


def latest_by(telemetry: Telemetry) -> Handler:
    """A Lambda handler for the stream: it keeps each device's latest, whatever order the events come in."""

    def keep(record: Record) -> None:
        image = record["dynamodb"].get("NewImage", {})
        if record["eventName"] != "INSERT" or image.get("_type") != {"S": "Event"}:
            return
        at = image["at"]["S"]
        latest = Latest(device_id=image["device_id"]["S"], at=at, value=float(image["value"]["N"]))
        with suppress(ConditionFailedError):  # there is a later one
            telemetry.put(latest, if_=Attr("at").not_exists() | Attr("at").lt(at))

    return handler_for(keep)


def newest(telemetry: Telemetry) -> object:
    """A device's newest event of a day."""
    return telemetry.events_of("d1", DAY.date()).page(1)


def between(telemetry: Telemetry) -> object:
    """The events between two moments of a day."""
    return telemetry.events_of("d1", DAY.date(), since=DAY.replace(hour=8), before=DAY.replace(hour=10))


def two_days(telemetry: Telemetry) -> object:
    """The events of several days: a query for each day, newest day first."""
    days = [date(2030, 1, 2), date(2030, 1, 1)]
    return [each for day in days for each in telemetry.events_of("d1", day)]


def recorded(telemetry: Telemetry) -> object:
    """A new event, and the device's latest with it: two items, all or none."""
    at = datetime(2030, 1, 2, 7, tzinfo=UTC)
    with telemetry.transaction() as both:
        both.create(event(4, at, 22.5))
        both.put(Latest(device_id="d1", at=at, value=22.5))
    return telemetry.latest_of("d1")


def repeated(telemetry: Telemetry) -> None:
    """The same event, delivered twice: its id is in its key, so the second is refused and nothing is counted twice."""
    telemetry.create(event(4, datetime(2030, 1, 2, 7, tzinfo=UTC), 22.5))


def followed(telemetry: Telemetry) -> object:
    """Two events come in the wrong order; a function that the stream feeds keeps the latest, and it is not set back."""
    telemetry.create(event(5, datetime(2030, 1, 2, 9, tzinfo=UTC), 23.0))
    telemetry.create(event(6, datetime(2030, 1, 2, 8, tzinfo=UTC), 21.5))
    feed(telemetry.db, telemetry.table_name("telemetry"), latest_by(telemetry))
    return telemetry.latest_of("d1")


PATTERN = Pattern(
    title="Time-based and event data",
    problem="Devices report events that are read by time: the latest, an hour, a day. Time is the sort key, in "
    "a text that sorts as time does, with the event's id behind it. The partition key holds the day "
    "beside the device, so that no partition grows for ever. Old events expire.",
    design=Telemetry,
    items=(
        event(1, DAY.replace(hour=8), 20.0),
        event(2, DAY.replace(hour=9), 20.5),
        event(3, DAY.replace(hour=18), 21.0),
        Latest(device_id="d1", at=DAY.replace(hour=18), value=21.0),
    ),
    examples=(newest, between, two_days, recorded, repeated, followed),
    why=(
        "A range of time is a range of the sort key, in either direction, without a filter and without an index.",
        "A partition is a device's day: it is bounded, and devices spread over partitions.",
        "A key of device, moment and id makes a delivery that is repeated meet itself.",
        "What a dashboard reads most, the latest, is one item: half a read unit.",
    ),
    trade_offs=Weighed(
        scale="A partition is a device's day: 86,400 events and more. The bucket is chosen once, by the longest "
        "usual range and the busiest device.",
        cost="A range over days is a query for each day. A transaction costs twice the units of its writes; a "
        "latest that is made from the stream costs half of that, and its readers wait a moment for it. Expiry is "
        "free.",
        consistency="In the transaction, two gateways that report out of order can set the latest back; from the "
        "stream it cannot be, since its put has a condition on the time.",
        simplicity="The clocks of the devices order the events: one that is wrong by a day writes into another "
        "partition.",
    ),
    not_when=(
        "The partition key would be the day alone: all of today's writes meet in one partition.",
        "Questions are sums over millions of events: aggregate by the stream, or use a time series database.",
    ),
)
