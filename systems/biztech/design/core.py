"""Events, users, registrations, members, profiles, connections, teams and QR codes: tables, entities, patterns.

Access patterns here: an event by its key and all events; a user; a registration by its key, those of a user, those of
an event (index event-query); a member by email and by profile (index profile-query); a profile by its key and those of
a person; a person's connections, all or at an event; a team and the teams of an event; a QR code and those of an event.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from stator.model import Gsi, Stored, Table, batch, get, query, scan
from systems.biztech.design.attributes import (
    EVENT_KEY,
    ClubEntity,
    Email,
    EventId,
    EventKey,
    Moment,
    event_key,
)

Status = Literal["registered", "waitlist", "checkedIn", "cancelled"]


class Event(ClubEntity):
    """`capacity`: places. `registered`: how many are taken; `waiting_list`: who waits, in order of arrival. Both change
    only with the registrations themselves, in one transaction."""

    stored = Stored(table="biztechEvents", updated="updated_at", item_bytes=600)

    id: EventId
    year: int = Field(ge=1000, le=9999)
    title: str
    capacity: int = Field(ge=0)
    registered: int = 0
    waiting_list: list[Email] = Field(default_factory=list)
    description: str | None = None
    starts_at: Moment | None = None
    ends_at: Moment | None = None
    is_published: bool = False
    created_at: Moment | None = None
    updated_at: Moment | None = None

    @property
    def key(self) -> str:
        """As other tables name it: `blueprint;2026`."""
        return event_key(self.id, self.year)


class User(ClubEntity):
    stored = Stored(table="biztechUsers", updated="updated_at")

    id: Email
    fname: str
    lname: str
    faculty: str | None = None
    major: str | None = None
    is_member: bool = False
    admin: bool = False
    created_at: Moment | None = None
    updated_at: Moment | None = None


class Registration(ClubEntity):
    """`points`: earned at the event; `balance`: what is left to invest, in cents, of what was `funded`. `scanned`: QR
    codes, each once."""

    stored = Stored(table="biztechRegistrations", updated="updated_at", per_partition=40)

    id: Email
    event: EventKey
    registration_status: Status = "registered"
    fname: str | None = None
    lname: str | None = None
    is_partner: bool = False
    team_id: str | None = None
    points: int = 0
    balance: int = 0
    funded: int = 0
    scanned: set[str] = Field(default_factory=set)
    created_at: Moment | None = None
    checked_in_at: Moment | None = None
    updated_at: Moment | None = None


class Member(ClubEntity):
    stored = Stored(table="biztechMembers2026", updated="updated_at")

    id: Email
    fname: str
    lname: str
    profile_id: str | None = None
    faculty: str | None = None
    year: str | None = None
    created_at: Moment | None = None
    updated_at: Moment | None = None


class Profile(ClubEntity):
    """A person at an event. `connections`: the profiles met there."""

    stored = Stored(table="biztechProfiles", updated="updated_at", per_partition=20)

    id: str
    event: EventKey
    fname: str
    lname: str
    pronouns: str | None = None
    company: str | None = None
    headline: str | None = None
    links: dict[str, str] = Field(default_factory=dict)
    connections: set[str] = Field(default_factory=set)
    created_at: Moment | None = None
    updated_at: Moment | None = None


class Connection(ClubEntity):
    """That a user met the person of a profile at an event. Each meeting is two of these, one for each side."""

    stored = Stored({"connectionID": "{event}#{profile_id}"}, table="bizConnections", per_partition=500)

    user_id: Email
    event: EventKey
    profile_id: str
    fname: str
    lname: str
    created_at: Moment


class Team(ClubEntity):
    """`funding`: what was invested in it, in cents."""

    stored = Stored(table="biztechTeams", updated="updated_at", per_partition=100)

    event: EventKey
    id: str
    team_name: str
    member_ids: list[Email] = Field(default_factory=list)
    points: int = 0
    funding: int = 0
    created_at: Moment | None = None
    updated_at: Moment | None = None


class QR(ClubEntity):
    """`is_unlimited`: every scan counts; else a user's first."""

    stored = Stored(table="biztechQRs", updated="updated_at", per_partition=100)

    event: EventKey
    id: str
    points: int = Field(ge=0)
    kind: str = "Booth"
    is_active: bool = True
    is_unlimited: bool = False
    created_at: Moment | None = None
    updated_at: Moment | None = None


TABLES = (
    Table("biztechEvents", pk="id", sk=("year", "N"), type_attribute=None),
    Table("biztechUsers", pk="id", type_attribute=None),
    Table(
        "biztechRegistrations", pk="id", sk=EVENT_KEY, type_attribute=None, indexes=(Gsi("event-query", EVENT_KEY),)
    ),
    Table("biztechMembers2026", pk="id", type_attribute=None, indexes=(Gsi("profile-query", "profileID"),)),
    Table("biztechProfiles", pk="id", sk=EVENT_KEY, type_attribute=None),
    Table("biztechTeams", pk=EVENT_KEY, sk="id", type_attribute=None),
    Table("biztechQRs", pk=EVENT_KEY, sk="id", type_attribute=None),
    Table("bizConnections", pk="userID", sk="connectionID", type_attribute=None),
)
ENTITIES = (Event, User, Registration, Member, Profile, Team, QR, Connection)


class CorePatterns:
    @get(Event, consistent=True)
    def event(self, id: str, year: int) -> None:
        """An event."""

    @query(Event, newest_first=True)
    def years_of(self, id: str) -> None:
        """An event through the years, newest first."""

    every_event = scan(Event, because="the calendar shows all events, and they are few").given()

    @get(User)
    def user(self, id: str) -> None:
        """A user, by email."""

    users = batch(User)

    @get(Registration, consistent=True)
    def registration(self, id: str, event: str) -> None:
        """A user's registration for an event."""

    @query(Registration)
    def registrations_of(self, id: str) -> None:
        """All registrations of a user."""

    @query(Registration, index="event-query")
    def registrations_for(self, event: str) -> None:
        """All registrations for an event, waiting and cancelled ones too."""

    @get(Member)
    def member(self, id: str) -> None:
        """A member, by email."""

    @query(Member, index="profile-query")
    def members_with(self, profile_id: str) -> None:
        """The member whose profile it is."""

    @get(Profile)
    def profile(self, id: str, event: str) -> None:
        """A profile at an event."""

    @query(Profile)
    def profiles_of(self, id: str) -> None:
        """A person's profiles, one an event."""

    @get(Connection)
    def connection(self, user_id: str, event: str, profile_id: str) -> None:
        """Whether a user has met somebody at an event, and when."""

    @query(Connection)
    def connections_of(self, user_id: str) -> None:
        """All whom a user has met, by event."""

    @query(Connection)
    def connections_at(self, user_id: str, event: str) -> None:
        """All whom a user has met at an event."""

    @get(Team, consistent=True)
    def team(self, event: str, id: str) -> None:
        """A team."""

    @query(Team)
    def teams_at(self, event: str) -> None:
        """The teams of an event."""

    @get(QR)
    def qr(self, event: str, id: str) -> None:
        """A QR code."""

    @query(QR)
    def qrs_at(self, event: str) -> None:
        """The QR codes of an event."""
