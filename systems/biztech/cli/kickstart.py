"""`invest`, `judge`: what teams are given, and what judges say of them."""

from __future__ import annotations

import argparse
from typing import Any

from systems.biztech.cli.actions import Actions
from systems.biztech.cli.screen import counted, say, table
from systems.biztech.cli.session import Session
from systems.biztech.investments import cents


def add_commands(commands: Any, shared: argparse.ArgumentParser) -> None:
    invest = Actions(commands, shared, "invest", "invest in teams, and see who has most")
    invest.add("fund", run_fund, "give everybody at an event the same to invest, once", "event", "amount")
    put = invest.add("put", run_put, "invest in a team by its id", "email", "event", "team_id", "amount")
    put.add_argument("--comment", metavar="TEXT")
    put.add_argument("--token", help="sent again with the same token, it is done once")
    invest.add("standings", run_standings, "the teams of an event, who has most first", "event")
    judge = Actions(commands, shared, "judge", "start rounds, and see where the judges are")
    judge.add("add", run_add, "add a judge", "email", "event", "name")
    judge.add("list", run_judges, "the judges of an event, and whom they see", "event")
    start = judge.add("start", run_start, "give every judge the teams of a round", "event", "round")
    start.add_argument(
        "--per-team", type=int, default=2, metavar="N", help="judges for each team (%(default)s)"
    )
    judge.add("finish", run_finish, "move a judge on from a team, by its id", "email", "team_id")


def run_fund(session: Session, given: argparse.Namespace) -> None:
    funded = session.club.investments.fund_all(given.event, given.amount)
    say(f"{counted(len(funded), 'user')} got {cents(given.amount)} each")


def run_put(session: Session, given: argparse.Namespace) -> None:
    investments = session.club.investments
    made = investments.invest(
        given.email, given.event, given.team_id, given.amount, comment=given.comment, token=given.token
    )
    left = cents(investments.balance(given.email, given.event))
    print(f"{made.investor_id} has invested {cents(made.amount)} and has {left} left")


def run_standings(session: Session, given: argparse.Namespace) -> None:
    rows = (
        (each.rank, each.team_name, cents(each.funding), each.investments, each.investors, each.team_id)
        for each in session.club.investments.standings(given.event)
    )
    numbers = ("rank", "funding", "investments", "investors")
    session.console.print(table(("rank", "team", *numbers[1:], "id"), rows, numbers=numbers))


def run_add(session: Session, given: argparse.Namespace) -> None:
    print(f"{session.club.judging.add(given.email, given.event, given.name).name} judges at {given.event}")


def run_judges(session: Session, given: argparse.Namespace) -> None:
    names = {each.id: each.team_name for each in session.club.teams.at(given.event)}
    rows = (
        (
            each.name,
            each.id,
            each.round,
            names.get(each.current_team or "", each.current_team),
            len(each.teams),
        )
        for each in session.club.judging.at(given.event)
    )
    columns = ("judge", "email", "round", "is at", "teams left")
    session.console.print(table(columns, rows, numbers=("teams left",)))


def run_start(session: Session, given: argparse.Namespace) -> None:
    teams = [each.id for each in session.club.teams.at(given.event)]
    shares = session.club.judging.start_round(given.event, given.round, teams, given.per_team)
    say(f"{given.round}: {counted(len(teams), 'team')} for {counted(len(shares), 'judge')}")
    run_judges(session, given)


def run_finish(session: Session, given: argparse.Namespace) -> None:
    following = session.club.judging.finish(given.email, given.team_id)
    print(f"{given.email} is at {following} now" if following else f"{given.email} has seen all teams")
