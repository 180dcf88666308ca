"""A fleet of devices: what each is told and reports, what is alarming at a site, and commands that wait."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime

from pydantic import AwareDatetime

from patterns.pattern import Pattern, Weighed
from stator.model import (
    Attr,
    ConditionFailedError,
    Design,
    Entity,
    Gsi,
    Stored,
    Table,
    at_least,
    collection,
    get,
    query,
    ref,
)


class Device(Entity):
    stored = Stored(
        {
            "pk": "DEVICE#{device_id}",
            "sk": "DEVICE",
            "gsi1pk": "SITE#{site}",
            "gsi1sk": "{device_id}",
            "gsi2pk": "ALARM#{alarm_at}",
            "gsi2sk": "{alarm_since}#{device_id}",
        }
    )

    device_id: str
    site: str
    wanted: float
    reported: float | None = None
    reported_at: AwareDatetime | None = None
    alarm_at: str | None = None
    alarm_since: AwareDatetime | None = None


class Command(Entity):
    stored = Stored({"pk": "DEVICE#{device_id}", "sk": "COMMAND#{command_id}"}, expires="expires_at")

    device_id: str
    command_id: str
    does: str
    expires_at: AwareDatetime


class Reading(Entity):
    stored = Stored({"pk": "READINGS#{device_id}#{day}", "sk": "{at}"}, expires="expires_at", item_bytes=120)

    device_id: str
    day: date
    at: AwareDatetime
    value: float
    expires_at: AwareDatetime


class Fleet(Design):
    table = Table(
        "fleet",
        pk="pk",
        sk="sk",
        ttl="expires_at",
        indexes=[Gsi("bySite", "gsi1pk", "gsi1sk"), Gsi("alarms", "gsi2pk", "gsi2sk")],
    )
    entities = (Device, Command, Reading)

    @get(Device)
    def device(self, device_id: str) -> None:
        """What a device is to be and what it says it is."""

    @collection(Device, Command)
    def device_with_commands(self, device_id: str) -> None:
        """What a device asks for when it wakes."""

    @query(Device)
    def devices_of(self, site: str) -> None:
        """The devices of a site."""

    @query(Device)
    def alarms_of(self, alarm_at: str) -> None:
        """What is alarming at a site, the longest first."""

    @query(Reading, since=at_least("at"), newest_first=True)
    def readings_of(self, device_id: str, day: date, since: datetime | None = None) -> None:
        """A device's readings of a day, newest first."""


DAY = datetime(2030, 1, 1, tzinfo=UTC)
LATER = datetime(2030, 2, 1, tzinfo=UTC)


def report(fleet: Fleet, device_id: str, at: datetime, value: float) -> None:
    """A reading, and with it what the device is now, unless that is newer."""
    at = at.astimezone(UTC)
    fleet.put(Reading(device_id=device_id, day=at.date(), at=at, value=value, expires_at=LATER))
    is_newer = Attr("reported_at").not_exists() | Attr("reported_at").lt(at)
    with suppress(ConditionFailedError):
        fleet.update(ref(Device, device_id=device_id), {"reported": value, "reported_at": at}, if_=is_newer)


def reported(fleet: Fleet) -> object:
    """A device reports; what is kept of its state is the newest."""
    report(fleet, "d1", DAY.replace(hour=9), 20.5)
    return fleet.device("d1")


def reported_late(fleet: Fleet) -> object:
    """A report that was held up: the reading is kept, the state is not set back."""
    report(fleet, "d1", DAY.replace(hour=8), 19.0)
    return fleet.device("d1")


def readings(fleet: Fleet) -> object:
    """A device's readings since a moment of a day."""
    return fleet.readings_of("d1", DAY.date(), since=DAY.replace(hour=8))


def woken(fleet: Fleet) -> object:
    """A device wakes: what it is to be and the commands that wait for it, with one query."""
    return fleet.device_with_commands("d1")


def obeyed(fleet: Fleet) -> object:
    """A command is done once: it goes, and a second answer to it changes nothing."""
    fleet.erase(ref(Command, device_id="d1", command_id="0001"))
    return fleet.device_with_commands("d1").count()


def alarming(fleet: Fleet) -> object:
    """An alarm is raised, and the index of alarms has the device."""
    fleet.update(ref(Device, device_id="d2"), {"alarm_at": "north", "alarm_since": DAY.replace(hour=9)})
    return fleet.alarms_of("north")


def calm(fleet: Fleet) -> object:
    """It is over: without the attributes the device is not in the index."""
    fleet.update(ref(Device, device_id="d2"), remove=["alarm_at", "alarm_since"])
    return fleet.alarms_of("north").count()


def site(fleet: Fleet) -> object:
    """The devices of a site."""
    return fleet.devices_of("north")


PATTERN = Pattern(
    title="IoT: devices, readings, commands, alarms",
    problem="Devices sleep, wake, report late and are told what to be. A device's state and the commands that wait "
    "share its partition; its readings have one for each day; what is alarming is a sparse index.",
    design=Fleet,
    items=(
        Device(device_id="d1", site="north", wanted=21.0),
        Device(device_id="d2", site="north", wanted=18.0),
        Command(device_id="d1", command_id="0001", does="calibrate", expires_at=LATER),
    ),
    examples=(reported, reported_late, readings, woken, obeyed, alarming, calm, site),
    why=(
        "A device that wakes asks once: its state and its commands are one query.",
        "Readings are apart from the state, so that a state stays one small item, however many readings there are.",
        "The index of alarms holds what is alarming and nothing else: it costs nothing while all is calm.",
    ),
    trade_offs=Weighed(
        scale="Devices spread by their ids, and readings by day, too. A site is one partition of its index: beyond "
        "1,000 reports a second at one site, project less or shard.",
        cost="A report is two writes and one to the index of sites, since that holds all attributes. The index of "
        "alarms costs nothing while all is calm.",
        consistency="A report is two writes and not one transaction: after a failure the device reports again, and "
        "both repeat harmlessly. The state is never set back.",
        simplicity="Devices keep no memory of what was asked: what waits is in the table. Their clocks order their "
        "reports.",
    ),
    not_when=(
        "Readings are averaged and joined over the fleet: put them where columns are scanned.",
        "All devices report in the same second and may be lost: a queue before the table evens it out.",
    ),
)
