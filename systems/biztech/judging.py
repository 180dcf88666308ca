"""Judging: rounds, and in each the teams that every judge sees, one after the other.

A round begins for all judges of an event in one transaction: each gets a list of teams, each team as many judges as
asked, and no judge more than one team more than another. A judge goes from team to team; two calls at once that say the
same team is done move on once. What a judge was ever given stays in `assigned`, which feedback is checked against.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from stator.model import ArgumentError, NotFoundError, StaleError
from systems.biztech.context import Context
from systems.biztech.design.points import Judge
from systems.biztech.refusals import ClubError

JUDGES_MAX: Final = 90
"""Of an event: a round begins in one transaction, which takes 100 writes."""


class RoundError(ClubError):
    """The round has begun already, or there are too few judges for it."""


class WrongTeamError(ClubError):
    """The judge is not at this team now."""


class Judging:
    """`judge` is an email, `event` an event's key. Safe to share between threads."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._design = context.design

    def add(self, judge: str, event: str, name: str) -> Judge:
        """Raises AlreadyExistsError: somebody judges at one event at a time."""
        return self._design.create(Judge(id=judge, event=event, name=name))

    def find(self, judge: str) -> Judge:
        """Raises NotFoundError."""
        found = self._design.judge(judge)
        if found is None:
            raise NotFoundError(f"{judge} is no judge")
        return found

    def at(self, event: str) -> list[Judge]:
        """The judges of an event, by email: by an index for who they are, and consistently for where they are."""
        return sorted(
            self._design.judges(each.id for each in self._design.judges_at(event)), key=lambda each: each.id
        )

    def current_team(self, judge: str) -> str | None:
        """Whom the judge sees now; None before the first round and after the last team. Raises NotFoundError."""
        return self.find(judge).current_team

    def at_team(self, event: str, team_id: str) -> list[Judge]:
        """The judges who are at a team now."""
        return [each for each in self.at(event) if each.current_team == team_id]

    def start_round(
        self, event: str, round: str, teams: Sequence[str], per_team: int = 2
    ) -> dict[str, list[str]]:
        """Gives each judge of the event their teams, by team id; returns judge -> teams. What was left of the round
        before is dropped. Atomic. Raises RoundError when it has begun already or there are fewer judges than
        `per_team`, ArgumentError for teams that are none or there twice."""
        if not teams or len(set(teams)) != len(teams):
            raise ArgumentError("a round is of some teams, each once")
        if per_team < 1:
            raise ArgumentError(f"{per_team} judges for a team; it is at least 1")
        return self._context.again(lambda: self._start(event, round, teams, per_team))

    def assign(self, judge: str, team_id: str) -> Judge:
        """Adds a team to the end of the judge's round. Once is enough. Raises RoundError before the first round,
        NotFoundError."""
        return self._context.again(lambda: self._assign(judge, team_id))

    def finish(self, judge: str, team_id: str) -> str | None:
        """The judge is done with the team: moves on to the next; returns it, or None after the last. Raises
        WrongTeamError when the judge is not at that team, NotFoundError."""
        return self._context.again(lambda: self._finish(judge, team_id))

    def _start(self, event: str, round: str, teams: Sequence[str], per_team: int) -> dict[str, list[str]]:
        judges = self.at(event)
        if any(f"{team};{round}" in judge.assigned for judge in judges for team in teams):
            raise RoundError(f"{round} of {event} has begun already")
        if not per_team <= len(judges) <= JUDGES_MAX:
            raise RoundError(f"{len(judges)} judges; {round} needs {per_team} to {JUDGES_MAX}")
        shares = shared_out(teams, [judge.id for judge in judges], per_team)
        with self._design.transaction() as every:
            for judge in judges:
                every.update(judge, _given(judge, round, shares[judge.id]))
        return shares

    def _assign(self, judge: str, team_id: str) -> Judge:
        held = self.find(judge)
        if held.round is None:
            raise RoundError(f"{held.name} is in no round yet")
        if team_id in held.teams:
            return held
        return self._design.update(held, _given(held, held.round, [*held.teams, team_id]))

    def _finish(self, judge: str, team_id: str) -> str | None:
        held = self.find(judge)
        if held.current_team != team_id:
            raise WrongTeamError(f"{held.name} is at {held.current_team or 'no team'} and not at {team_id}")
        left = held.teams[1:]
        current = left[0] if left else None
        try:
            self._design.update(held, {"teams": left, "current_team": current})
        except NotFoundError as error:
            raise StaleError(f"{judge} is gone") from error
        return current


def shared_out(teams: Sequence[str], judges: Sequence[str], per_team: int) -> dict[str, list[str]]:
    """Deals the teams to the judges in turn: each team to `per_team` judges, who differ; no judge has more than one
    team more than another."""
    shares: dict[str, list[str]] = {judge: [] for judge in judges}
    for place in range(len(teams) * per_team):
        shares[judges[place % len(judges)]].append(teams[place // per_team])
    return shares


def _given(judge: Judge, round: str, teams: list[str]) -> dict[str, object]:
    """What an update sets, so that the judge sees these teams."""
    return {
        "round": round,
        "teams": teams,
        "current_team": teams[0] if teams else None,
        "assigned": judge.assigned | {f"{team};{round}" for team in teams},
    }
