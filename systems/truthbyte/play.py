"""A day's challenge as a conversation: ten questions, the passage when it is asked for, and the result.

Who asks and who is asked are given: `ask` yields what a person says to a question, None at the end of it all, so that
answers may come from a terminal or from a pipe.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table

from systems.truthbyte.daily import Challenge, DayResult
from systems.truthbyte.design import Question
from systems.truthbyte.game import TruthByte
from systems.truthbyte.streaks import PASSED_FROM

Ask = Callable[[str], str | None]

ANSWERS: Final[Mapping[str, bool]] = {
    **dict.fromkeys(("y", "yes", "t", "true"), True),
    **dict.fromkeys(("n", "no", "f", "false"), False),
}
_PASSAGE: Final = ("p", "passage")
_QUIT: Final = ("q", "quit")
_PROMPT: Final = "  y or n (p: the passage, q: leave) "
_RANK_STYLES: Final = {"S": "bold magenta", "A": "bold green", "B": "green", "C": "yellow", "D": "red"}
_WORDS: Final = {True: "yes", False: "no"}


def play(game: TruthByte, user: str, day: date, console: Console, ask: Ask) -> DayResult | None:
    """None where the player left before the last question: then nothing was submitted. Raises as TruthByte.daily and
    TruthByte.submit_daily do."""
    challenge = game.daily(day)
    console.print(f"[bold]TruthByte, {day}[/]: {len(challenge.questions)} questions, true or false.\n")
    given = {}
    for number, question in enumerate(challenge.questions, 1):
        answer = _asked(console, ask, question, f"{number}/{len(challenge.questions)}")
        if answer is None:
            return None
        given[question.id] = answer
    result = game.submit_daily(user, given, day)
    show_result(console, challenge, result)
    return result


def has_played(game: TruthByte, user: str, day: date) -> bool:
    profile = game.profile(user)
    return profile is not None and day.isoformat() in profile.daily_progress


def until_next(now: float) -> str:
    """How long it is until the next challenge, in hours and minutes."""
    moment = datetime.fromtimestamp(now, UTC)
    midnight = datetime.combine(moment.date() + timedelta(days=1), time(), UTC)
    hours, seconds = divmod(int((midnight - moment).total_seconds()), 3600)
    return f"{hours} h {seconds // 60} min"


def show_result(console: Console, challenge: Challenge, result: DayResult) -> None:
    console.print()
    console.print(_right_and_wrong(challenge, result))
    style = _RANK_STYLES[result.rank]
    console.print(f"\n{result.right} of {result.total} right: rank [{style}]{result.rank}[/]")
    streaks = result.streaks
    days = "day" if streaks.current == 1 else "days"
    counts = "" if result.score >= PASSED_FROM else f" ({PASSED_FROM} % and more count)"
    console.print(f"streak {streaks.current} {days}{counts}, best {streaks.best}")


def _asked(console: Console, ask: Ask, question: Question, number: str) -> bool | None:
    title = f" [dim]{escape(question.title)}[/]" if question.title else ""
    console.print(f"[bold]{number}[/]{title}\n  {escape(question.question)}")
    while True:
        said = ask(_PROMPT)
        word = "q" if said is None else said.strip().lower()
        if word in ANSWERS:
            console.print()
            return ANSWERS[word]
        if word in _QUIT:
            return None
        if word in _PASSAGE:
            console.print(Padding(escape(question.passage or "There is none."), (0, 2)), style="italic")
        else:
            console.print(f"  [yellow]{escape(repr(said))} is neither y nor n[/]")


def _right_and_wrong(challenge: Challenge, result: DayResult) -> Table:
    given = {each.question_id: each for each in result.answers}
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in ("", "question", "yours", "answer"):
        table.add_column(column, overflow="fold")
    for question in challenge.questions:
        answer = given.get(question.id)
        mark = "[green]right[/]" if answer is not None and answer.is_correct else "[red]wrong[/]"
        yours = "-" if answer is None else _WORDS[answer.answer]
        table.add_row(mark, escape(question.question), yours, _WORDS[question.answer])
    return table
