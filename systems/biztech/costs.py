"""What BizTech's access patterns cost, measured on the invented club of `demo`."""

from __future__ import annotations

import random
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

import stator
from stator.clock import ManualClock
from stator.metering import Meter
from systems.biztech import demo
from systems.biztech.channels import channels_of
from systems.biztech.club import BizTech
from systems.biztech.demo import BLUEPRINT, KICKSTART
from systems.biztech.design import BizTechDesign
from systems.biztech.feeds import Change, PriceFeed
from systems.biztech.places import Keeper
from systems.biztech.prizes import OutOfStockError
from systems.costs import AccessPattern, Report, measure, refused

START_S: Final = 1_793_000_000
_NEW: Final = "new.member@example.com"


def for_readme() -> Report:
    """In memory, the same every time."""
    clock = ManualClock(START_S)
    with stator.open(":memory:", clock=clock, background=False) as db:
        return report(db, now=clock.now)


def report(db: Any, environment: str = "dev", *, now: Callable[[], float]) -> Report:
    """On an empty database, whose tables it makes and fills."""
    meter = Meter(db)
    club = BizTech(meter.db, environment, now=now, rng=random.Random(7))
    club.create_tables()
    demo.seed(meter.db, environment, random.Random(2026), now())
    patterns = [*_people(club), *_points(club), *_kickstart(club), *_exchange(club), *_live(club)]
    tables = [club.design.table_name(each.name) for each in BizTechDesign.tables]
    return measure(meter, environment, patterns, tables)


def _people(club: BizTech) -> list[AccessPattern]:
    placed = _placed(club, BLUEPRINT)
    profile = club.members.profile_id(placed[0])
    club.members.create(_NEW, "New", "Member")
    for event in (BLUEPRINT, KICKSTART):
        club.profiles.create(_NEW, event)
    club.events.create("social", 2026, "Social", capacity=1)
    return [
        AccessPattern("events.get", "An event, consistently.", lambda: club.events.get(BLUEPRINT)),
        AccessPattern("events.all", "Every event, by a scan.", lambda: club.events.all()),
        AccessPattern(
            "registrations.register", "A place: the event and the registration, in one transaction.",
            lambda: club.registrations.register(_NEW, "social;2026"),
        ),
        AccessPattern(
            "registrations.register, full", "The last one on the waiting list.",
            lambda: club.registrations.register(placed[0], "social;2026"),
        ),
        AccessPattern(
            "registrations.cancel", "The place goes to who waited longest, in the same transaction.",
            lambda: club.registrations.cancel(_NEW, "social;2026"),
        ),
        AccessPattern(
            "registrations.of", "A user's registrations.", lambda: club.registrations.of(placed[0])
        ),
        AccessPattern(
            "registrations.at", "An event's registrations, by event-query.", lambda: club.registrations.at(BLUEPRINT)
        ),
        AccessPattern("members.find", "A member, by email.", lambda: club.members.find(placed[0])),
        AccessPattern(
            "members.with_profile", "A member, by profile, by profile-query.",
            lambda: club.members.with_profile(profile),
        ),
        AccessPattern("profiles.find", "A profile at an event.", lambda: club.profiles.find(profile, BLUEPRINT)),
        AccessPattern(
            "connections.connect", "Two people meet: both sides, both quests and the wall, in one transaction.",
            lambda: club.connections.connect(_NEW, profile, BLUEPRINT),
        ),
        AccessPattern(
            "connections.connect, again", "Nothing is written.",
            lambda: club.connections.connect(_NEW, profile, BLUEPRINT),
        ),
        AccessPattern(
            "connections.at", "Whom a user met at an event.", lambda: club.connections.at(placed[0], BLUEPRINT)
        ),
        AccessPattern("teams.at", "The 8 teams of an event.", lambda: club.teams.at(KICKSTART)),
        AccessPattern("qrs.at", "The 5 QR codes of an event.", lambda: club.qrs.at(BLUEPRINT)),
    ]  # fmt: skip


def _points(club: BizTech) -> list[AccessPattern]:
    user = _placed(club, BLUEPRINT)[0]
    club.transactions.award(user, BLUEPRINT, 500, "for the measurement")
    club.prizes.add("sold-out", "Sold out", price=1, stock=0)
    right = {"q": "a"}
    return [
        AccessPattern("quests.progress", "How far a user is.", lambda: club.quests.progress(user, BLUEPRINT)),
        AccessPattern(
            "quests.ranking", "Everybody's progress, by event-query.", lambda: club.quests.ranking(BLUEPRINT)
        ),
        AccessPattern(
            "quizzes.submit", "A quiz result, once.", lambda: club.quizzes.submit(_NEW, BLUEPRINT, right, right)
        ),
        AccessPattern(
            "quizzes.aggregate", "An event's results, by event-query.", lambda: club.quizzes.aggregate(BLUEPRINT)
        ),
        AccessPattern("prizes.catalogue", "The catalogue, by a scan.", lambda: club.prizes.catalogue()),
        AccessPattern(
            "prizes.redeem", "Stock, points and the ledger, in one transaction.",
            lambda: club.prizes.redeem(user, BLUEPRINT, "tote"),
        ),
        AccessPattern(
            "prizes.redeem, none left", "Refused; then prize and balance are read, to say why.",
            refused(OutOfStockError, lambda: club.prizes.redeem(user, BLUEPRINT, "sold-out")),
        ),
        AccessPattern(
            "transactions.award", "Points and their entry, in one transaction.",
            lambda: club.transactions.award(user, BLUEPRINT, 5, "helped"),
        ),
        AccessPattern(
            "transactions.of", "A user's entries, by user-query.", lambda: club.transactions.of(user, BLUEPRINT)
        ),
    ]  # fmt: skip


def _kickstart(club: BizTech) -> list[AccessPattern]:
    team = sorted(club.teams.at(KICKSTART), key=lambda each: each.team_name)[0]
    investor = next(user for user in _placed(club, KICKSTART) if user not in team.member_ids)
    club.investments.fund(investor, KICKSTART, 100_00)
    judge = club.judging.at(KICKSTART)[0]
    seen = sorted(judge.assigned)[0].partition(";")[0]
    return [
        AccessPattern(
            "investments.invest", "Balance, team and record, in one transaction.",
            lambda: club.investments.invest(investor, KICKSTART, team.id, 50_00),
        ),
        AccessPattern(
            "investments.in_team", "A team's investments, by team-query.",
            lambda: club.investments.in_team(KICKSTART, team.id),
        ),
        AccessPattern(
            "investments.of", "An investor's, by investor-query.", lambda: club.investments.of(investor, KICKSTART)
        ),
        AccessPattern(
            "investments.standings", "All teams, with their investments: a query each.",
            lambda: club.investments.standings(KICKSTART),
        ),
        AccessPattern(
            "stickers.place", "A sticker, while the voting is open: one transaction.",
            lambda: club.stickers.place(_NEW, KICKSTART, team.team_name, "blue"),
        ),
        AccessPattern(
            "stickers.place, golden", "And the item that keeps it the only one.",
            lambda: club.stickers.place(_NEW, KICKSTART, team.team_name, "golden"),
        ),
        AccessPattern(
            "stickers.take_back, golden", "Both go again.",
            lambda: club.stickers.take_back(_NEW, KICKSTART, team.team_name, "golden"),
        ),
        AccessPattern("stickers.counts", "A team's stickers.", lambda: club.stickers.counts(team.team_name)),
        AccessPattern(
            "stickers.standings", "All stickers of an event, by event-query.",
            lambda: club.stickers.standings(KICKSTART),
        ),
        AccessPattern(
            "scores.give", "A user's scores for a team.",
            lambda: club.scores.give(_NEW, KICKSTART, team.team_name, {"pitch": Decimal("7.5")}),
        ),
        AccessPattern(
            "scores.standings", "All scores of an event, by event-query.", lambda: club.scores.standings(KICKSTART)
        ),
        AccessPattern(
            "feedback.give", "A judge's feedback, if the team is the judge's.",
            lambda: club.feedback.give(judge.id, seen, "round 1", {"pitch": 8}, "Clear."),
        ),
        AccessPattern("feedback.on", "A team's feedback, by team-query.", lambda: club.feedback.on(seen)),
        AccessPattern(
            "judging.start_round", "Every judge's teams, in one transaction.",
            lambda: club.judging.start_round(KICKSTART, "final", [team.id], per_team=4),
        ),
        AccessPattern("judging.finish", "A judge moves on.", lambda: club.judging.finish(judge.id, team.id)),
    ]  # fmt: skip


def _exchange(club: BizTech) -> list[AccessPattern]:
    trader = _placed(club, KICKSTART)[0]
    club.exchange.create_project("quote", KICKSTART, "Quote", "QUOT", 5)
    return [
        AccessPattern("exchange.open_account", "An account with $2,500.", lambda: club.exchange.open_account(_NEW)),
        AccessPattern(
            "exchange.buy, first", "Project, account, trade and a new holding, in one transaction.",
            lambda: club.exchange.buy(_NEW, "quote", 10),
        ),
        AccessPattern(
            "exchange.buy", "And once more, with a token that keeps it from being done twice.",
            lambda: club.exchange.buy(_NEW, "quote", 5, token="click-1"),
        ),
        AccessPattern("exchange.sell, all", "The holding goes.", lambda: club.exchange.sell(_NEW, "quote", 15)),
        AccessPattern(
            "exchange.projects", "The 9 projects of an event, by byEvent.", lambda: club.exchange.projects(KICKSTART)
        ),
        AccessPattern("exchange.portfolio", "Cash, holdings and prices.", lambda: club.exchange.portfolio(trader)),
        AccessPattern("exchange.trades", "The trades in a project.", lambda: club.exchange.trades("quote").all()),
        AccessPattern(
            "exchange.leader_board", "Everybody's worth: accounts by a scan, holders of each project by byProject.",
            lambda: club.exchange.leader_board(KICKSTART),
        ),
    ]  # fmt: skip


def _live(club: BizTech) -> list[AccessPattern]:
    prices, _, _ = channels_of(club)
    for number in range(10):
        prices.join(f"listener-{number}", KICKSTART, "-")
    change = Change(1, None, club.db.get("bizBtxProjects", {"projectId": "quote"}))
    keeper = Keeper.take_over(club.design, "prices", now=club.context.now)
    return [
        AccessPattern(
            "feeds.PriceFeed.take", "A price: into the history; and the ten who listen.",
            lambda: PriceFeed(club).take(change),
        ),
        AccessPattern("places.Keeper.keep", "The consumer's place, after each.", lambda: keeper.keep("-" * 300)),
        AccessPattern(
            "exchange.price_history", "The prices of a project, oldest first.",
            lambda: club.exchange.price_history("quote").all(),
        ),
        AccessPattern("channel.join", "A listener's row.", lambda: prices.join("listener-10", KICKSTART, "-")),
        AccessPattern("channel.shown", "An event's prices, to a newcomer.", lambda: prices.shown(KICKSTART)),
        AccessPattern("channel.leave", "The row goes.", lambda: prices.leave("listener-10")),
        AccessPattern("wall.recent", "Who met in the last minute: nobody.", lambda: club.wall.recent(BLUEPRINT)),
    ]  # fmt: skip


def _placed(club: BizTech, event: str) -> list[str]:
    """Who has a place, by email."""
    held = club.registrations.at(event)
    return sorted(each.id for each in held if each.registration_status in ("registered", "checkedIn"))
