"""`session`, `propose`, `moderate`: who comes from where, what they propose, and what becomes of it."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable

from stator.errors import StatorError
from systems.truthbyte.cli.screen import moment, say, show, table, yes_no
from systems.truthbyte.cli.target import SALT_VARIABLE, Commands, Target
from systems.truthbyte.cli.words import boolean, positive
from systems.truthbyte.design import Session, Submission


def add_commands(commands: Commands, shared: argparse.ArgumentParser) -> None:
    _add_session(
        commands.add_parser("session", help="open a session, find it, list those of an address"), shared
    )
    _add_propose(commands.add_parser("propose", parents=[shared], help="propose a question"))
    _add_moderate(commands.add_parser("moderate", help="list, approve and reject proposals"), shared)


def _add_session(parser: argparse.ArgumentParser, shared: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    opened = actions.add_parser("open", parents=[shared], help="open one from an address")
    opened.add_argument("ip", help="of which only a salted hash is kept")
    opened.set_defaults(run=run_open)
    shown = actions.add_parser("show", parents=[shared], help="find one by its id")
    shown.add_argument("session")
    shown.set_defaults(run=run_show)
    listed = actions.add_parser("list", parents=[shared], help="those of an address, newest first")
    listed.add_argument("ip")
    listed.set_defaults(run=run_sessions)


def _add_propose(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--user", required=True, help="who proposes")
    parser.add_argument("--session", help="from which session")
    parser.add_argument("--question", required=True, help="10 to 200 characters")
    parser.add_argument("--answer", required=True, type=boolean, metavar="yes|no")
    parser.add_argument(
        "--category", required=True, action="append", metavar="NAME", help="1 to 5 of them, an option each"
    )
    parser.add_argument("--title", default="")
    parser.add_argument("--passage", default="")
    parser.set_defaults(run=run_propose)


def _add_moderate(parser: argparse.ArgumentParser, shared: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    listed = actions.add_parser("list", parents=[shared], help="what waits for a decision, oldest first")
    listed.add_argument("--limit", type=positive, default=50, metavar="N", help="[default: %(default)s]")
    listed.set_defaults(run=run_pending)
    approved = actions.add_parser("approve", parents=[shared], help="make it a question")
    approved.add_argument("submission")
    approved.add_argument("--by", required=True, metavar="MODERATOR")
    approved.add_argument("--difficulty", type=int, default=3, metavar="1-5", help="[default: %(default)s]")
    approved.add_argument("--answer", type=boolean, metavar="yes|no", help="where the suggested one is wrong")
    approved.set_defaults(run=run_approve)
    rejected = actions.add_parser("reject", parents=[shared], help="refuse it")
    rejected.add_argument("submission")
    rejected.add_argument("--by", required=True, metavar="MODERATOR")
    rejected.add_argument("--reason", default="")
    rejected.set_defaults(run=run_reject)


def run_open(given: argparse.Namespace, target: Target) -> int:
    _check_salt()
    with target.game() as game:
        opened = game.open_session(given.ip)
    _show_sessions([opened])
    return 0


def run_show(given: argparse.Namespace, target: Target) -> int:
    with target.game() as game:
        found = game.session(given.session)
    if found is None:
        raise StatorError(f"there is no session {given.session} in {target.environment}")
    _show_sessions([found])
    return 0


def run_sessions(given: argparse.Namespace, target: Target) -> int:
    _check_salt()
    with target.game() as game:
        found = game.sessions_from(given.ip)
    _show_sessions(found)
    return 0


def run_propose(given: argparse.Namespace, target: Target) -> int:
    with target.game() as game:
        proposed = game.propose(
            given.user,
            question=given.question,
            suggested_answer=given.answer,
            categories=given.category,
            title=given.title,
            passage=given.passage,
            session_id=given.session,
        )
    print(proposed.id)
    say("it waits for a moderator: `moderate list`")
    return 0


def run_pending(given: argparse.Namespace, target: Target) -> int:
    with target.game() as game:
        page = game.pending(given.limit)
    _show_submissions(page.items)
    if not page.items:
        say("nothing waits for a decision")
    elif page.cursor is not None:
        say("there are more: --limit")
    return 0


def run_approve(given: argparse.Namespace, target: Target) -> int:
    with target.game() as game:
        question = game.approve(given.submission, given.by, given.difficulty, given.answer)
    print(question.id)
    say(f"it is in {', '.join(question.categories)}")
    return 0


def run_reject(given: argparse.Namespace, target: Target) -> int:
    with target.game() as game:
        rejected = game.reject(given.submission, given.by, given.reason)
    say(f"{rejected.id} is rejected")
    return 0


def _check_salt() -> None:
    """Addresses are hashed with a secret, which has to be the same every time. Raises StatorError."""
    if not os.environ.get(SALT_VARIABLE):
        raise StatorError(
            f"set {SALT_VARIABLE} to a secret, the same one always: addresses are hashed with it"
        )


def _show_sessions(sessions: Iterable[Session]) -> None:
    rows = (
        (
            each.session_id,
            moment(each.created_at),
            f"{each.trust_score:f}",
            yes_no(bool(each.suspect)),
            each.ip_hash[:12],
        )
        for each in sessions
    )
    columns = ("session", "opened (UTC)", "trust", "suspect", "address")
    show(table(columns, rows, numbers=("trust",)))


def _show_submissions(submissions: Iterable[Submission]) -> None:
    rows = (
        (
            each.id,
            moment(each.created_at),
            each.submitter_id,
            each.question,
            yes_no(each.suggested_answer),
            ", ".join(each.tags),
        )
        for each in submissions
    )
    show(table(("proposal", "when (UTC)", "by", "question", "answer", "categories"), rows))
