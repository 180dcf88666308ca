"""An invented club: members, three events, an evening of meeting people, a Kickstart with its votes and its exchange.

Everything goes through the club's own functions, with a clock that passes from three hours ago to now, so what is there
is what an evening would have left. The same random numbers make the same club.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from systems.biztech.club import BizTech
from systems.biztech.exchange import TradeError
from systems.biztech.refusals import ClubError
from systems.biztech.scores import CRITERIA
from systems.biztech.stickers import GOLDEN, STICKERS

BLUEPRINT: Final = "blueprint;2026"
KICKSTART: Final = "kickstart;2026"
HELLO: Final = "hellohacks;2026"
_EVENTS: Final = (
    ("blueprint", "Blueprint", 48),
    ("kickstart", "Kickstart", 40),
    ("hellohacks", "HelloHacks", 30),
)
_EVENING_S: Final = 3 * 3600
_STEP_S: Final = 3
_FIRST: Final = (
    "Amara", "Bao", "Camila", "Dev", "Elif", "Farah", "Goran", "Hana", "Ines", "Jonas", "Keiko", "Liam", "Mei",
    "Nadia", "Omar", "Priya", "Quinn", "Rosa", "Sam", "Tariq", "Uma", "Viktor", "Wren", "Xin", "Yara", "Zoe",
    "Aiko", "Bram", "Chidi", "Dana",
)  # fmt: skip
_LAST: Final = (
    "Abara", "Bergstrom", "Chen", "Diaz", "Eriksen", "Fontaine", "Gupta", "Haddad", "Ito", "Jensen", "Kowalski",
    "Lindqvist", "Moreau", "Nakamura", "Okafor", "Park", "Quiroga", "Rahman", "Silva", "Tanaka", "Ueda", "Varga",
    "Wong", "Xu", "Yilmaz", "Zhang",
)  # fmt: skip
_FACULTIES: Final = ("Arts", "Commerce", "Engineering", "Science")
_COMPANIES: Final = (
    "Tidewater Robotics", "Larkspur Analytics", "Cedar & Pine Capital", "Juniper Health", "Northlight",
)  # fmt: skip
_BOOTHS: Final = (("tidewater", 15), ("larkspur", 10), ("cedar", 10), ("keynote", 20), ("workshop", 25))
_PRIZES: Final = (
    ("sticker-pack", "Sticker pack", 15, 60), ("tote", "Tote bag", 40, 20), ("mug", "Enamel mug", 60, 12),
    ("hoodie", "Club hoodie", 120, 4), ("keyboard", "Mechanical keyboard", 200, 1),
)  # fmt: skip
_QUIZ: Final = {
    "Which table holds QR codes?": ("biztechQRs", "bizCodes", "biztechTeams"),
    "What does a sort key do?": ("orders items", "encrypts items", "counts items"),
    "How many places has Blueprint?": ("48", "60", "80"),
}
_TEAMS: Final = (
    ("Kitefin", "KITE"), ("Pocket Orchard", "ORCH"), ("Lumen Loop", "LUMN"), ("Second Shelf", "SHLF"),
    ("Tandem", "TNDM"), ("Quietroom", "QUIT"), ("Saltbox", "SALT"), ("Fernwood", "FERN"),
)  # fmt: skip
_COMMENTS: Final = (
    "Clear problem.", "Show the numbers earlier.", "Great demo.", "Who pays for it?", "I would use this.",
)  # fmt: skip


@dataclass(slots=True)
class Evening:
    """A clock that goes on by some seconds each time it is asked, and never past `end`."""

    at: float
    end: float

    def now(self) -> float:
        self.at = min(self.at + _STEP_S, self.end)
        return self.at


@dataclass(slots=True)
class _Club:
    """`done`: what was made, and how many."""

    club: BizTech
    rng: random.Random
    members: list[str]
    done: dict[str, int] = field(default_factory=dict)

    def count(self, what: str, number: int = 1) -> None:
        self.done[what] = self.done.get(what, 0) + number


def seed(database: Any, environment: str, rng: random.Random, now: float) -> Mapping[str, int]:
    """Fills the tables of an environment, which are there; returns what was made and how many. `now`: epoch seconds,
    when the evening ends. Not atomic. Raises AlreadyExistsError where the club is there already."""
    evening = Evening(now - _EVENING_S, now)
    made = _Club(BizTech(database, environment, now=evening.now, rng=rng), rng, _names(rng, 64))
    _events(made, now)
    _people(made)
    _mingling(made)
    _prizes(made)
    _kickstart(made)
    _votes(made)
    _judges(made)
    _exchange(made)
    return made.done


def _names(rng: random.Random, number: int) -> list[str]:
    """Emails, each once."""
    every = [f"{first}.{last}@example.com".lower() for first in _FIRST for last in _LAST]
    return rng.sample(every, number)


def _events(made: _Club, now: float) -> None:
    starts = datetime.fromtimestamp(now - _EVENING_S, UTC)
    for id, title, capacity in _EVENTS:
        made.club.events.create(id, 2026, title, capacity=capacity, starts_at=starts, is_published=True)
        made.count("events")


def _people(made: _Club) -> None:
    club, rng = made.club, made.rng
    for email in made.members:
        first, last = (part.capitalize() for part in email.partition("@")[0].split("."))
        club.users.create(email, first, last, is_member=True)
        club.members.create(email, first, last, faculty=rng.choice(_FACULTIES), year=str(rng.randint(1, 4)))
        made.count("members")
    for event, wanted in ((BLUEPRINT, 54), (KICKSTART, 36), (HELLO, 12)):
        for email in rng.sample(made.members, wanted):
            first, last = (part.capitalize() for part in email.partition("@")[0].split("."))
            placed = club.registrations.register(email, event, fname=first, lname=last)
            made.count("registrations" if placed.registration_status == "registered" else "waiting")
    for email in rng.sample(_placed(made, BLUEPRINT), 2):
        club.registrations.cancel(email, BLUEPRINT)
        made.count("cancelled")


def _placed(made: _Club, event: str) -> list[str]:
    """Who has a place, in an order that is the same each time."""
    held = made.club.registrations.at(event)
    return sorted(each.id for each in held if each.registration_status in ("registered", "checkedIn"))


def _mingling(made: _Club) -> None:
    club, rng = made.club, made.rng
    here = rng.sample(_placed(made, BLUEPRINT), 30)
    profiles = {}
    for email in here:
        club.registrations.check_in(email, BLUEPRINT)
        profiles[email] = club.profiles.create(email, BLUEPRINT, company=rng.choice(_COMPANIES)).id
        made.count("profiles")
    for id, points in _BOOTHS:
        club.qrs.create(BLUEPRINT, id, points)
        for email in rng.sample(here, rng.randint(8, 18)):
            club.qrs.scan(email, BLUEPRINT, id)
            made.count("QR scans")
    eager = here[:5]
    for email in here:
        for other in rng.sample(here, 12 if email in eager else 2):
            if other != email and club.connections.connect(email, profiles[other], BLUEPRINT).is_new:
                made.count("connections")
    right = {question: choices[0] for question, choices in _QUIZ.items()}
    for email in here[:24]:
        answers = {question: rng.choice(choices) for question, choices in _QUIZ.items()}
        club.quizzes.submit(email, BLUEPRINT, answers, right)
        made.count("quiz results")


def _prizes(made: _Club) -> None:
    club, rng = made.club, made.rng
    for id, name, price, stock in _PRIZES:
        club.prizes.add(id, name, price=price, stock=stock)
        made.count("prizes")
    for email in _placed(made, BLUEPRINT):
        if _is_done(lambda email=email: club.prizes.redeem(email, BLUEPRINT, rng.choice(_PRIZES)[0])):
            made.count("prizes redeemed")


def _kickstart(made: _Club) -> None:
    club, rng = made.club, made.rng
    people = _placed(made, KICKSTART)
    for place, (name, _) in enumerate(_TEAMS):
        club.teams.create(KICKSTART, name, people[4 * place : 4 * place + 4])
        made.count("teams")
    club.investments.fund_all(KICKSTART, 500_00)
    teams = _teams(made)
    for email in people:
        for team in rng.sample(teams, 2):
            amount = rng.randint(1, 25) * 10_00
            comment = rng.choice(_COMMENTS)
            if _is_done(lambda: club.investments.invest(email, KICKSTART, team, amount, comment=comment)):  # noqa: B023
                made.count("investments")


def _teams(made: _Club) -> list[str]:
    """Ids, by the teams' names."""
    return [each.id for each in sorted(made.club.teams.at(KICKSTART), key=lambda each: each.team_name)]


def _votes(made: _Club) -> None:
    club, rng = made.club, made.rng
    club.stickers.open(KICKSTART)
    for email in _placed(made, KICKSTART)[:30]:
        favourite, second = rng.sample(_TEAMS, 2)
        club.stickers.place(email, KICKSTART, favourite[0], GOLDEN)
        club.stickers.place(email, KICKSTART, second[0], rng.choice(STICKERS[1:]))
        made.count("stickers", 2)
        scores = {criterion: rng.randint(4, 10) for criterion in CRITERIA}
        club.scores.give(email, KICKSTART, second[0], scores)
        made.count("scores")


def _judges(made: _Club) -> None:
    club, rng = made.club, made.rng
    for name in ("Odile Marchetti", "Ravi Subramanian", "Greta Holm", "Tomasz Wilk"):
        club.judging.add(f"{name.split()[0].lower()}@judges.example.com", KICKSTART, name)
        made.count("judges")
    for judge, teams in club.judging.start_round(KICKSTART, "round 1", _teams(made)).items():
        for team in teams[:2]:
            scores = {criterion: Decimal(rng.randint(8, 20)) / 2 for criterion in CRITERIA}
            club.feedback.give(judge, team, "round 1", scores, rng.choice(_COMMENTS))
            club.judging.finish(judge, team)
            made.count("feedback")


def _exchange(made: _Club) -> None:
    club, rng = made.club, made.rng
    projects: Sequence[str] = [ticker.lower() for _, ticker in _TEAMS]
    for name, ticker in _TEAMS:
        club.exchange.create_project(ticker.lower(), KICKSTART, name, ticker, rng.randint(5, 30))
        made.count("projects")
    traders = _placed(made, KICKSTART)[:20]
    for email in traders:
        club.exchange.open_account(email)
    for _ in range(110):
        trade = club.exchange.sell if rng.random() < 0.3 else club.exchange.buy
        email, project, shares = rng.choice(traders), rng.choice(projects), rng.randint(1, 20)
        if _is_done(lambda: trade(email, project, shares)):  # noqa: B023
            made.count("trades")


def _is_done(do: Any) -> bool:
    """Whether it came about: some have too few points, no shares, or their own team."""
    try:
        do()
    except (ClubError, TradeError):
        return False
    return True
