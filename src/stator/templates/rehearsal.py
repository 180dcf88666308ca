"""A plan's calls, made first on empty copies of its tables in memory.

What the service would refuse halfway (a name it does not take, a limit, a policy that is none) is so found before
anything is changed, in its own words.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from stator.client.connecting import MEMORY, connect
from stator.errors import ServiceError
from stator.templates.applying import ApplyError, Applying
from stator.templates.calls import Step, creation
from stator.templates.plans import Action, Plan, TablePlan
from stator.templates.tables import Place


def rehearse(plans: Iterable[Plan], place: Place) -> None:
    """Raises ApplyError for the first call that would be refused. Items, which there are none of here, and other
    tables of the same names elsewhere have no part in it."""
    transport = connect(MEMORY, region=place.region, account=place.account, background=False)
    try:
        performing = Applying(transport, idle=lambda _: None)
        for plan in plans:
            tables = [table for table in plan.tables if table.steps and _copied(performing, table)]
            performing.apply([replace(plan, tables=tuple(map(_without_imports, tables)))])
    except ServiceError as error:
        raise ApplyError(f"{error.code}: {error}") from error
    finally:
        transport.close()


def _copied(performing: Applying, table: TablePlan) -> bool:
    """Whether the table as it is could be made in memory. One that AWS has and memory cannot have is not rehearsed."""
    if table.present is None:
        return True
    steps = tuple(creation(table.name, table.present, None))
    copied = replace(table, action=Action.CREATE, steps=steps, present=None)
    try:
        performing.apply([Plan(table.name, (copied,), (), (), ())])
    except ApplyError:
        return False
    return True


def _without_imports(table: TablePlan) -> TablePlan:
    """An import makes the table that it is given; its source is looked at when its turn comes."""
    return replace(table, steps=tuple(map(_as_creation, table.steps)))


def _as_creation(step: Step) -> Step:
    if step.operation != "ImportTable":
        return step
    return replace(step, operation="CreateTable", request=step.request["TableCreationParameters"])
