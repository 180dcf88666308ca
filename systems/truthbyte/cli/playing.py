"""`play`: the daily challenge in the terminal, or with answers from a pipe."""

from __future__ import annotations

import argparse
import getpass
import sys
from datetime import UTC, date, datetime

from rich.console import Console

from systems.truthbyte.cli.screen import console, say
from systems.truthbyte.cli.target import Commands, Target
from systems.truthbyte.cli.words import day
from systems.truthbyte.faults import AlreadyPlayedError
from systems.truthbyte.play import Ask, has_played, play, until_next


def add_commands(commands: Commands, shared: argparse.ArgumentParser) -> None:
    parser = commands.add_parser("play", parents=[shared], help="the ten questions of a day")
    parser.add_argument("--user", help="who plays [default: the name that you are logged in by]")
    parser.add_argument(
        "--date",
        type=day,
        metavar="YYYY-MM-DD",
        help="which day's; today's or yesterday's [default: today, UTC]",
    )
    parser.set_defaults(run=run)


def run(given: argparse.Namespace, target: Target) -> int:
    """1 where the day was played before, or was not played to its end."""
    user = given.user or _login()
    with target.game() as game:
        now = game.world.now()
        chosen = given.date or game.world.today()
        if has_played(game, user, chosen):
            return _refused(user, chosen, now)
        screen = console()
        try:
            result = play(game, user, chosen, screen, _asker(screen))
        except AlreadyPlayedError:
            return _refused(user, chosen, now)
        except KeyboardInterrupt:
            result = None
    if result is None:
        say("\nNothing was submitted: the day can still be played.")
        return 1
    return 0


def _refused(user: str, chosen: date, now: float) -> int:
    """Kindly: nothing is wrong, there is only one challenge a day."""
    if chosen == datetime.fromtimestamp(now, UTC).date():
        say(f"{user} has played today's challenge. The next one is there in {until_next(now)}.")
    else:
        say(f"{user} has played the challenge of {chosen}.")
    return 1


def _asker(screen: Console) -> Ask:
    """At a terminal with a prompt; else line by line, each told again, so that the transcript can be read."""
    if sys.stdin.isatty():
        return _prompted

    def piped(prompt: str) -> str | None:
        line = sys.stdin.readline()
        if not line:
            return None
        screen.print(f"  > {line.strip()}", markup=False)
        return line

    return piped


def _prompted(prompt: str) -> str | None:
    try:
        return input(prompt)
    except EOFError:
        return None


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "player"
