"""The shell's own commands, which begin with a backslash: a table of them, which `\\help` shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from stator.cli.shell.describing import (
    SUMMARY_HEADS,
    SUMMARY_RIGHT,
    detail_rows,
    summary_row,
)
from stator.cli.shell.session import Failed, Left

if TYPE_CHECKING:
    from stator.cli.shell.session import Session

# Tables that are described when all are listed; of the others, the names
_DESCRIBED_MAX = 100


@dataclass(frozen=True, slots=True)
class Command:
    """`usage`: what may follow it. `help`: in one line."""

    name: str
    usage: str
    help: str
    run: Callable[[Session, str], None]


def run_command(session: Session, text: str) -> None:
    """Raises what Session.run raises, and ServiceError."""
    name, _, rest = text[1:].partition(" ")
    command = BY_NAME.get(name)
    if command is None:
        raise Failed(f"There is no command \\{name}: \\help lists them.")
    command.run(session, rest.strip())


def _tables(session: Session, rest: str) -> None:
    _refuse_more("l", rest)
    session.catalogue.forget()
    names = session.catalogue.names()
    if session.ways.json:
        for name in names:
            session.screen.line(_json({"table": name}))
        return
    if len(names) > _DESCRIBED_MAX:
        session.screen.grid(["table"], [[name] for name in names])
        return
    tables = [table for table in map(session.catalogue.known, names) if table is not None]
    if tables:
        session.screen.grid(SUMMARY_HEADS, [summary_row(table) for table in tables], SUMMARY_RIGHT)
    else:
        session.screen.line("no tables")


def _describe(session: Session, rest: str) -> None:
    if not rest:
        _tables(session, rest)
        return
    session.catalogue.forget()
    table = session.catalogue.table(_unquoted(rest))
    if session.ways.json:
        session.screen.line(_json(table.described))
    else:
        _pairs(session, detail_rows(table))


def _explain(session: Session, rest: str) -> None:
    from stator.cli.shell.explaining import explain

    if not rest:
        raise Failed("\\explain needs a statement, on the same line.")
    rows = explain(session.transport, session.catalogue, rest, session.ways.consistent)
    if session.ways.json:
        session.screen.line(_json([{"what": what, "text": text} for what, text in rows]))
    else:
        _pairs(session, rows)


def _pairs(session: Session, rows: list[tuple[str, str]]) -> None:
    """Names beside texts; of names that repeat the first alone."""
    from stator.cli.shell.literals import visible

    width = max(len(name) for name, _ in rows)
    before = ""
    for name, text in rows:
        session.screen.line(f"{'' if name == before else name:{width}}  {visible(text)}".rstrip())
        before = name


def _timing(session: Session, rest: str) -> None:
    session.ways.timing = _switched(session, "timing", session.ways.timing, rest)


def _expanded(session: Session, rest: str) -> None:
    session.ways.expanded = _switched(session, "expanded records", session.ways.expanded, rest)


def _consistent(session: Session, rest: str) -> None:
    session.ways.consistent = _switched(session, "consistent reads", session.ways.consistent, rest)


def _json_lines(session: Session, rest: str) -> None:
    session.ways.json = (
        "plain" if _switched(session, "JSON lines", session.ways.json is not None, rest) else None
    )


def _limit(session: Session, rest: str) -> None:
    if rest and rest != "off" and not (rest.isdecimal() and int(rest)):
        raise Failed(f"\\limit {rest}: allowed are a number of items, 1 or more, or off.")
    session.ways.limit = int(rest) if rest.isdecimal() else None
    session.say(f"limit is {session.ways.limit or 'off'}")


def _begin(session: Session, rest: str) -> None:
    _refuse_more("begin", rest)
    session.begin()


def _commit(session: Session, rest: str) -> None:
    _refuse_more("commit", rest)
    session.commit()


def _rollback(session: Session, rest: str) -> None:
    _refuse_more("rollback", rest)
    session.rollback()


def _help(session: Session, rest: str) -> None:
    _refuse_more("help", rest)
    session.screen.line("A statement of PartiQL ends with ; and may take several lines.")
    width = max(len(_usage(each)) for each in COMMANDS)
    for each in COMMANDS:
        session.screen.line(f"  {_usage(each):{width}}  {each.help}")


def _usage(command: Command) -> str:
    return f"\\{command.name} {command.usage}".rstrip()


def _quit(session: Session, rest: str) -> None:
    raise Left


def _switched(session: Session, what: str, now: bool, rest: str) -> bool:
    if rest not in ("", "on", "off"):
        raise Failed(f"{what}: allowed are on, off, or nothing to turn them over.")
    value = not now if not rest else rest == "on"
    session.say(f"{what}: {'on' if value else 'off'}")
    return value


def _refuse_more(name: str, rest: str) -> None:
    if rest:
        raise Failed(f"\\{name} takes nothing, and was given: {rest}")


def _unquoted(name: str) -> str:
    if len(name) > 1 and name.startswith('"') and name.endswith('"'):
        return name[1:-1].replace('""', '"')
    return name


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


COMMANDS = (
    Command("d", "[TABLE]", "describe a table, or list all", _describe),
    Command("l", "", "list the tables", _tables),
    Command(
        "explain", "STATEMENT", "what it will read: Query or Scan, index, key, filter, capacity", _explain
    ),
    Command("timing", "[on|off]", "time, round trips and consumed capacity after each statement", _timing),
    Command("x", "[on|off]", "expanded: a line for each attribute", _expanded),
    Command("json", "[on|off]", "a line of JSON for each item", _json_lines),
    Command("limit", "[N|off]", "show at most N items of a SELECT", _limit),
    Command("consistent", "[on|off]", "strongly consistent reads", _consistent),
    Command("begin", "", "begin a transaction: statements wait", _begin),
    Command("commit", "", "run what waits as one transaction", _commit),
    Command("rollback", "", "drop what waits", _rollback),
    Command("help", "", "this list", _help),
    Command("q", "", "leave (as Ctrl-D does)", _quit),
)
BY_NAME = {command.name: command for command in COMMANDS}
