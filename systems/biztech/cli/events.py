"""`event`, `register`, `cancel`, `check-in`: events, and who has a place at them."""

from __future__ import annotations

import argparse
from typing import Any, Final

from systems.biztech.cli.actions import Actions, leaf
from systems.biztech.cli.screen import counted, minute, say, table
from systems.biztech.cli.session import Session
from systems.biztech.design.core import Event, Registration

_ORDER: Final = ("checkedIn", "registered", "waitlist", "cancelled")


def add_commands(commands: Any, shared: argparse.ArgumentParser) -> None:
    events = Actions(commands, shared, "event", "make, list, show and change events")
    events.add("list", run_list, "list all events, newest year first")
    create = events.add("create", run_create, "make an event", "id", "year", "title")
    create.add_argument("--capacity", type=int, required=True, metavar="N", help="places; later ones wait")
    events.add("show", run_show, "show an event and its registrations", "event")
    events.add("capacity", run_capacity, "change how many places there are", "event", "places")
    register = leaf(
        commands,
        shared,
        "register",
        run_register,
        "take a place at an event, or wait for one",
        "email",
        "event",
    )
    register.add_argument("--fname", metavar="NAME")
    register.add_argument("--lname", metavar="NAME")
    leaf(commands, shared, "cancel", run_cancel, "give the place to who has waited longest", "email", "event")
    leaf(commands, shared, "check-in", run_check_in, "note that somebody has come", "email", "event")


def run_list(session: Session, given: argparse.Namespace) -> None:
    events = session.club.events.all()
    columns = ("event", "title", "places", "taken", "waiting", "starts (UTC)")
    session.console.print(table(columns, map(_event, events), numbers=("places", "taken", "waiting")))
    if not events:
        say("there are no events: `event create`, or `seed-demo`")


def run_create(session: Session, given: argparse.Namespace) -> None:
    made = session.club.events.create(given.id, given.year, given.title, capacity=given.capacity)
    print(made.key)


def run_show(session: Session, given: argparse.Namespace) -> None:
    event = session.club.events.get(given.event)
    found = session.club.registrations.at(given.event)
    places = {email: place for place, email in enumerate(event.waiting_list, 1)}
    found.sort(key=lambda each: (_ORDER.index(each.registration_status), places.get(each.id, 0), each.id))
    rows = (
        (each.id, _name(each), _status(each, places), each.points, minute(each.created_at)) for each in found
    )
    columns = ("user", "name", "status", "points", "since (UTC)")
    session.console.print(table(columns, rows, numbers=("points",)))
    say(
        f"{event.title}: {event.registered} of {counted(event.capacity, 'place')} taken, {len(places)} waiting"
    )


def run_capacity(session: Session, given: argparse.Namespace) -> None:
    promoted = session.club.registrations.set_capacity(given.event, given.places)
    for each in promoted:
        print(each)
    say(f"{counted(len(promoted), 'user')} got a place" if promoted else "nobody waited for a place")


def run_register(session: Session, given: argparse.Namespace) -> None:
    names = {name: getattr(given, name) for name in ("fname", "lname") if getattr(given, name)}
    made = session.club.registrations.register(given.email, given.event, **names)
    if made.registration_status == "registered":
        print(f"{made.id} has a place at {made.event}")
        return
    place = session.club.registrations.waiting(made.event).index(made.id) + 1
    print(f"{made.event} is full: {made.id} is number {place} on its waiting list")


def run_cancel(session: Session, given: argparse.Namespace) -> None:
    done = session.club.registrations.cancel(given.email, given.event)
    print(f"{done.registration.id} has cancelled {given.event}")
    if done.promoted is not None:
        print(f"{done.promoted} has the place now")


def run_check_in(session: Session, given: argparse.Namespace) -> None:
    done = session.club.registrations.check_in(given.email, given.event)
    print(f"{done.id} is here since {minute(done.checked_in_at)} UTC")


def _event(event: Event) -> tuple[object, ...]:
    return (
        event.key, event.title, event.capacity, event.registered, len(event.waiting_list), minute(event.starts_at)
    )  # fmt: skip


def _name(registration: Registration) -> str:
    return " ".join(filter(None, (registration.fname, registration.lname)))


def _status(registration: Registration, places: dict[str, int]) -> str:
    status = registration.registration_status
    return f"{status} {places[registration.id]}" if registration.id in places else status
