"""`categories`, `fetch`, `answer`, `user`: questions as they are asked for and answered outside the daily challenge."""

from __future__ import annotations

import argparse
from typing import Final

from systems.truthbyte.cli.screen import counted, say, show, table, yes_no
from systems.truthbyte.cli.target import Commands, Target
from systems.truthbyte.cli.words import boolean, positive
from systems.truthbyte.design import GENERAL, Category
from systems.truthbyte.fetching import Fetched
from systems.truthbyte.game import TruthByte

_WAYS: Final = {
    "index": "by the category index",
    "scan": "by a scan of the questions table, as the category index could not be read",
}


def add_commands(commands: Commands, shared: argparse.ArgumentParser) -> None:
    listed = commands.add_parser("categories", parents=[shared], help="every category with its count")
    listed.set_defaults(run=run_categories)
    fetched = commands.add_parser("fetch", parents=[shared], help="random questions of a category")
    fetched.add_argument("category", nargs="?", default=GENERAL, help="[default: %(default)s, which has all]")
    fetched.add_argument(
        "--count", type=positive, default=10, metavar="N", help="how many [default: %(default)s]"
    )
    fetched.add_argument("--difficulty", type=int, metavar="1-5", help="only of this difficulty")
    fetched.add_argument("--answers", action="store_true", help="tell the right answers, too")
    fetched.set_defaults(run=run_fetch)
    answered = commands.add_parser("answer", parents=[shared], help="answer a question")
    answered.add_argument("user", help="a user's id, or a session's")
    answered.add_argument("question", help="the question's id, as `fetch` tells it")
    answered.add_argument("answer", type=boolean, metavar="yes|no")
    answered.add_argument("--took", type=positive, metavar="MS", help="milliseconds that it took")
    answered.set_defaults(run=run_answer)
    user = commands.add_parser("user", parents=[shared], help="a user's trust, streaks and days")
    user.add_argument("user", help="the user's id")
    user.set_defaults(run=run_user)


def run_categories(given: argparse.Namespace, target: Target) -> int:
    with target.game() as game:
        found = game.categories()
    rows = [(each.name, _shown(each), each.count) for each in sorted(found, key=lambda each: -each.count)]
    show(table(("category", "shown as", "questions"), rows, numbers=("questions",)))
    if not found:
        say(f"{target.environment} has no categories yet: `upload` brings them")
    return 0


def run_fetch(given: argparse.Namespace, target: Target) -> int:
    with target.game() as game:
        found = game.fetch(given.category, given.count, given.difficulty)
    columns = ("id", "difficulty", "question", *(("answer",) if given.answers else ()))
    rows = [
        (each.id, each.difficulty, each.question, *((yes_no(each.answer),) if given.answers else ()))
        for each in found.questions
    ]
    show(table(columns, rows, numbers=("difficulty",)))
    say(_how(found))
    return 0 if found.questions else 1


def run_answer(given: argparse.Namespace, target: Target) -> int:
    with target.game() as game:
        done = game.answer(given.user, given.question, given.answer, given.took)
        trust = game.user_trust(given.user)
    says = "right" if done.is_correct else "wrong"
    print(f"{says}; {given.user} has trust {trust}")
    return 0


def run_user(given: argparse.Namespace, target: Target) -> int:
    with target.game() as game:
        profile = game.profile(given.user)
        if profile is None:
            say(f"{given.user} has not played or answered in {target.environment} yet")
            return 1
        _tell_user(game, given.user)
        _tell_history(game, given.user)
    return 0


def _tell_user(game: TruthByte, user: str) -> None:
    streaks, totals = game.streaks(user), game.totals(user)
    rows = (
        ("trust", game.user_trust(user)),
        ("streak", f"{counted(streaks.current, 'day')}, best {streaks.best}"),
        ("daily challenges", f"{totals.daily_games}, {totals.daily_passed} passed"),
        ("answers", f"{totals.answered}, {totals.right} right"),
    )
    show(table(("", user), rows))


def _tell_history(game: TruthByte, user: str) -> None:
    days = game.history(user)
    if days:
        rows = [
            (each.day, f"{each.score.normalize():f} %", each.progress.rank or "", yes_no(each.counts))
            for each in days
        ]
        print()
        show(table(("day", "score", "rank", "counts for the streak"), rows, numbers=("score",)))


def _how(found: Fetched) -> str:
    had = f"{len(found.questions)} of the {found.found:,} found" if found.found else "nothing was found"
    return f"{found.category}: {had}, {_WAYS[found.way]}"


def _shown(category: Category) -> str:
    return category.display_name or category.name
