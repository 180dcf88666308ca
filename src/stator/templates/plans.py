"""A template and a database -> the plan: what each table needs, what is refused, what is left alone.

    plan = make_plan(transport, stack, given, place)

Reads, and changes nothing. A plan with refusals is not to be applied.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from stator.client.transport import Transport
from stator.errors import SettingError
from stator.templates.calls import Step, creation, updates
from stator.templates.differences import Change, changes_of, created, refused_changes
from stator.templates.faults import nearest, spelled
from stator.templates.presence import LOGICAL_ID_TAG, STACK_TAG, Owned, owned_tables, present_table
from stator.templates.settings import Settings
from stator.templates.stacks import NotApplied, Stack
from stator.templates.tables import Place, Resources, Wanted, wanted_resources

_DELETING = "DELETING"
_NO_LOCAL = "an import makes no local indexes: ImportTable does not take LocalSecondaryIndexes"


class Action(StrEnum):
    CREATE = "create"
    UPDATE = "update"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Refused:
    """What stops the apply: `at` is file:line, `place` the logical id and property."""

    at: str
    place: str
    reason: str

    def __str__(self) -> str:
        return f"{self.at}: {self.place}: {self.reason}"


@dataclass(frozen=True, slots=True)
class TablePlan:
    """`present`: what is there, None for a table that is to be created."""

    logical_id: str
    type: str
    name: str
    action: Action
    changes: tuple[Change, ...] = ()
    steps: tuple[Step, ...] = ()
    refused: tuple[Refused, ...] = ()
    present: Settings | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """`left`: tables of the stack that the template does not name any more; they stay."""

    stack: str
    tables: tuple[TablePlan, ...]
    not_applied: tuple[NotApplied, ...]
    left: tuple[Owned, ...]
    refused: tuple[Refused, ...]

    @property
    def changes_anything(self) -> bool:
        return any(table.steps for table in self.tables)


def make_plans(
    transport: Transport, stacks: Sequence[Stack], given: Mapping[str, str], place: Place
) -> list[Plan]:
    """One for each stack. Raises TemplateError, ServiceError, and SettingError for a name that nothing reads."""
    read = [wanted_resources(stack, given, place) for stack in stacks]
    _refuse_unread(given, stacks, set().union(*(asked for _, asked in read)))
    return [
        _plan(transport, stack, resources, place) for stack, (resources, _) in zip(stacks, read, strict=True)
    ]


def _refuse_unread(given: Mapping[str, str], stacks: Sequence[Stack], asked: set[str]) -> None:
    """A parameter that the template declares may be given though no table reads it; another name is a slip."""
    declared = {
        name
        for stack in stacks
        for section in ("Parameters", "Resources")
        for name in stack.template.get(section) or {}
    }
    if any(stack.variables is not None for stack in stacks):
        return
    for name in given:
        if name not in asked and name not in declared and name.split(".")[0] not in declared:
            raise SettingError(
                f"--parameter {name}: the template does not ask for it{nearest(name, declared)}"
            )


def _plan(transport: Transport, stack: Stack, resources: Resources, place: Place) -> Plan:
    refused = [
        Refused(stack.document.place_of(refusal.path), spelled(refusal.path), refusal.reason)
        for refusal in resources.refusals
    ]
    owned = owned_tables(transport, stack.name, place.table_arn)
    names = {owner.logical_id: owner.name for owner in owned}
    tables = [_table_plan(transport, stack, table, names.get(table.logical_id)) for table in resources.tables]
    kept = {table.logical_id for table in resources.tables}
    return Plan(
        stack=stack.name,
        tables=tuple(tables),
        not_applied=resources.not_applied,
        left=tuple(each for each in owned if each.logical_id not in kept),
        refused=(*refused, *(each for table in tables for each in table.refused)),
    )


def _table_plan(transport: Transport, stack: Stack, table: Wanted, before: str | None) -> TablePlan:
    """`before`: what the table was called until now, None when it is new to the stack."""
    marks = {STACK_TAG: stack.name, LOGICAL_ID_TAG: table.logical_id}
    wanted = replace(table.settings, tags={**table.settings.tags, **marks})
    plan = TablePlan(table.logical_id, table.type, table.name, Action.UNCHANGED)
    present = present_table(transport, table.name)
    if present is None:
        if before is not None:
            reason = (
                f"it was {before}: a table under another name would lose its items; {before} stays as it is"
            )
            return _refused(
                plan, stack, table, [("TableName", reason)], (Change("TableName", before, table.name),)
            )
        if table.source is not None and wanted.local:
            return _refused(plan, stack, table, [("ImportSourceSpecification", _NO_LOCAL)], ())
        steps = tuple(creation(table.name, wanted, table.source))
        return replace(plan, action=Action.CREATE, changes=tuple(created(wanted)), steps=steps)
    losses = list(refused_changes(present.settings, wanted))
    reasons = [(change.property, _sentence(change)) for change in losses]
    owner = present.settings.tags.get(STACK_TAG)
    if owner not in (None, stack.name):
        reasons.append(
            ("TableName", f"{table.name} belongs to the stack {owner}: --stack-name {owner}, or another name")
        )
    elif (
        present.settings.tags.get(LOGICAL_ID_TAG, table.logical_id) != table.logical_id and before is not None
    ):
        reasons.append(("TableName", f"it was {before}, and {table.name} is another table of the stack"))
    if present.status == _DELETING:
        reasons.append(("TableName", f"{table.name} is being deleted; apply again when it is gone"))
    changes = (*losses, *changes_of(present.settings, wanted))
    if reasons:
        return _refused(plan, stack, table, reasons, changes)
    if not changes:
        return replace(plan, present=present.settings)
    steps = tuple(updates(table.name, present.settings, wanted))
    return replace(plan, action=Action.UPDATE, changes=changes, steps=steps, present=present.settings)


def _sentence(change: Change) -> str:
    before, after = (_short(value) for value in (change.before, change.after))
    return f"{before} -> {after}: {change.note}"


def _short(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, dict):
        return f"{_short(value.get('KeySchema'))} ({value.get('Projection')})"
    return "nothing" if value is None else str(value)


def _refused(
    plan: TablePlan, stack: Stack, table: Wanted, reasons: list[tuple[str, str]], changes: tuple[Change, ...]
) -> TablePlan:
    refused = []
    for name, reason in reasons:
        path = (*table.path, "Properties", *name.split("."))
        refused.append(Refused(stack.document.place_of(path), spelled(path), reason))
    return replace(plan, action=Action.REFUSED, changes=changes, refused=tuple(refused))
