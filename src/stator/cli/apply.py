"""`stator apply`: makes a database's tables as a template describes them.

Standard output gets the plan and what became of it, standard error what is being done meanwhile. Nothing is changed
before all of the plan is known, every call of it has gone well on empty copies in memory, and its user has said yes.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from stator.cli import targets
from stator.errors import SettingError, StatorError

if TYPE_CHECKING:
    from stator.cli.targets import Target
    from stator.client.transport import Transport
    from stator.templates.plans import Plan, TablePlan

EXAMPLES = (
    ("stator apply template.yaml", "CloudFormation or SAM: shows the plan, asks, makes the difference"),
    ("stator apply cdk.out --plan", "what `cdk synth` wrote: the plan alone"),
    ("stator apply serverless.yml --parameter stage=prod --yes", "serverless.yml, ${opt:stage} is prod"),
    ("stator apply template.yaml --endpoint http://127.0.0.1:8000 --json --yes", "on a server, for programs"),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "template", metavar="TEMPLATE", help="CloudFormation, SAM or serverless.yml, or a cdk.out folder."
    )
    parser.add_argument(
        "--parameter",
        metavar="KEY=VALUE",
        action="append",
        default=[],
        help="A parameter of the template, or what only AWS knows by the name it stands under: an export, "
        "a LogicalId.Arn. May be given again.",
    )
    parser.add_argument(
        "--stack-name",
        metavar="NAME",
        help="What generated table names begin with, or which stack of a cdk.out. [default: by the template]",
    )
    parser.add_argument("--plan", action="store_true", help="Show the plan and change nothing.")
    parser.add_argument("--yes", action="store_true", help="Do not ask.")
    targets.add_json(parser)
    targets.add_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    given = _given(arguments.parameter)
    if arguments.json and not (arguments.plan or arguments.yes):
        raise SettingError("--json asks nothing: give --yes or --plan with it")
    target = targets.resolved(arguments)
    try:
        return _run(arguments, given, target)
    except KeyboardInterrupt:
        print("stator: interrupted; apply again to go on from there", file=sys.stderr)
        return 1


def _given(parameters: list[str]) -> dict[str, str]:
    given = {}
    for parameter in parameters:
        name, separator, value = parameter.partition("=")
        if not separator or not name:
            raise SettingError(f"--parameter {parameter}: allowed: KEY=VALUE")
        given[name] = value
    return given


def _run(arguments: argparse.Namespace, given: dict[str, str], target: Target) -> int:
    from stator.cli.plan_lines import lines_of, members_of

    with _connected(target, is_to_be_made=False) as transport:
        plans = _plans(arguments, given, transport)
        refused = [each for plan in plans for each in plan.refused]
        if not arguments.json:
            _show([line for plan in plans for line in lines_of(plan, arguments.template, target.name)])
        elif arguments.plan or refused:
            print(json.dumps(members_of(plans, is_applied=False)))
        if refused:
            more = f" (and {len(refused) - 1} more)" if len(refused) > 1 else ""
            raise StatorError(f"{refused[0]}; nothing was changed{more}")
        if not arguments.plan:
            _rehearse(transport, plans)
    if arguments.plan:
        return 0
    if any(plan.changes_anything for plan in plans):
        if not _agreed(arguments.yes):
            print("Nothing was changed.")
            return 1
        with _connected(target, is_to_be_made=True) as transport:
            _apply(transport, plans)
        if not arguments.json:
            print("Applied.")
    if arguments.json:
        print(json.dumps(members_of(plans, is_applied=True)))
    return 0


@contextmanager
def _connected(target: Target, is_to_be_made: bool) -> Iterator[Transport]:
    """A file that is not there is planned for as an empty one, and made when there is something to put into it."""
    from dataclasses import replace

    from stator.client.connecting import MEMORY

    path = target.path
    if path is not None and not is_to_be_made and targets.is_unmade(path):
        target = replace(target, settings=replace(target.settings, data=MEMORY))
    transport = targets.connected(target, creates=is_to_be_made)
    try:
        yield transport
    finally:
        transport.close()


def _plans(arguments: argparse.Namespace, given: dict[str, str], transport: Transport) -> list[Plan]:
    from stator.templates.places import place_of
    from stator.templates.plans import make_plans
    from stator.templates.stacks import read_stacks

    with _explained():
        place = place_of(transport)
        stacks = read_stacks(
            Path(arguments.template), arguments.stack_name, given, place.region, place.account
        )
        return make_plans(transport, stacks, given, place)


def _rehearse(transport: Transport, plans: list[Plan]) -> None:
    from stator.templates.places import place_of
    from stator.templates.rehearsal import rehearse

    with _explained():
        rehearse(plans, place_of(transport))


def _apply(transport: Transport, plans: list[Plan]) -> None:
    from stator.templates.applying import Applying

    with _explained(), _watch() as tell:
        Applying(transport, tell).apply(plans)


@contextmanager
def _explained() -> Iterator[None]:
    """The service's own errors, as one line."""
    from stator.errors import ServiceError

    try:
        yield
    except ServiceError as error:
        raise StatorError(f"{error.code}: {error.message}") from error


def _agreed(yes: bool) -> bool:
    if yes:
        return True
    if not sys.stdin.isatty():
        raise SettingError("nothing was changed: there is nobody to ask; give --yes, or --plan")
    try:
        return input("Apply? [y/N] ").strip().lower() in ("y", "yes")
    except (EOFError, KeyboardInterrupt):
        print()
        return False


def _show(lines: list[tuple[str, str]]) -> None:
    """Each with its style, which a terminal shows where rich is installed."""
    from importlib.util import find_spec

    if not sys.stdout.isatty() or find_spec("rich") is None:
        print("\n".join(line for line, _ in lines))
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False)
    for line, style in lines:
        console.print(Text(line, style=style), soft_wrap=True)


@contextmanager
def _watch() -> Iterator[Callable[[TablePlan, str], None]]:
    """Says what is being done: a line that moves on a terminal, else a line each."""
    from importlib.util import find_spec

    if not sys.stderr.isatty() or find_spec("rich") is None:
        yield lambda table, says: print(f"{table.name}: {says}", file=sys.stderr, flush=True)
        return
    from rich.console import Console
    from rich.markup import escape

    console = Console(stderr=True, highlight=False)
    with console.status("") as status:

        def tell(table: TablePlan, says: str) -> None:
            console.print(f"  [dim]{escape(table.name)}: {escape(says)}[/dim]")
            status.update(f"{escape(table.name)}: {escape(says)}")

        yield tell
