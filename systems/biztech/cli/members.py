"""`members`: who is in the club, and as whom others see them at an event."""

from __future__ import annotations

import argparse
from typing import Any

from systems.biztech.cli.actions import Actions
from systems.biztech.cli.screen import counted, say, table
from systems.biztech.cli.session import Session


def add_commands(commands: Any, shared: argparse.ArgumentParser) -> None:
    members = Actions(commands, shared, "members", "list, add and show members, and give them profiles")
    members.add("list", run_list, "list all members")
    add = members.add("add", run_add, "add a member", "email", "fname", "lname")
    add.add_argument("--faculty", metavar="NAME")
    members.add("show", run_show, "show a member, and where they were", "email")
    members.add("profile", run_profile, "make a member's profile at an event", "email", "event")


def run_list(session: Session, given: argparse.Namespace) -> None:
    found = sorted(session.club.db.scan("biztechMembers2026"), key=lambda each: str(each["id"]))
    rows = (
        (each["id"], each.get("fname"), each.get("lname"), each.get("faculty"), each.get("profileID"))
        for each in found
    )
    session.console.print(table(("email", "first name", "last name", "faculty", "profile"), rows))
    say(counted(len(found), "member"))


def run_add(session: Session, given: argparse.Namespace) -> None:
    made = session.club.members.create(given.email, given.fname, given.lname, faculty=given.faculty)
    print(f"{made.id} is a member")


def run_show(session: Session, given: argparse.Namespace) -> None:
    club = session.club
    member = club.members.get(given.email)
    print(f"{member.fname} {member.lname} <{member.id}>{', ' + member.faculty if member.faculty else ''}")
    met = club.connections.of(member.id)
    rows = (
        (each.event, each.registration_status, each.points, sum(one.event == each.event for one in met))
        for each in club.registrations.of(member.id)
    )
    session.console.print(
        table(("event", "status", "points", "people met"), rows, numbers=("points", "people met"))
    )


def run_profile(session: Session, given: argparse.Namespace) -> None:
    print(session.club.profiles.create(given.email, given.event).id)
