"""A plan as a user reads it, line by line, and as a program does."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from stator.templates.plans import Action, Plan, TablePlan
from stator.templates.presence import LOGICAL_ID_TAG, STACK_TAG

if TYPE_CHECKING:
    from stator.templates.differences import Change

Line = tuple[str, str]
"""The text, and its style as rich names it."""

_SIGNS = {
    Action.CREATE: ("+", "create", "green"),
    Action.UPDATE: ("~", "update in place", "yellow"),
    Action.UNCHANGED: ("=", "unchanged", "dim"),
    Action.REFUSED: ("!", "refused", "bold red"),
}
_COUNTED = {
    Action.CREATE: "to create",
    Action.UPDATE: "to update in place",
    Action.UNCHANGED: "unchanged",
    Action.REFUSED: "refused",
}
_MARKS = (f"Tags.{STACK_TAG}", f"Tags.{LOGICAL_ID_TAG}")
_VALUE_CHARS_MAX = 160


def lines_of(plan: Plan, template: str, target: str) -> Iterator[Line]:
    yield f"{plan.stack}: {template} -> {target}", "bold"
    for table in plan.tables:
        yield from _table(table)
    of_tables = {str(refused) for table in plan.tables for refused in table.refused}
    for refused in plan.refused:
        if str(refused) not in of_tables:
            yield f"! {refused.place}  refused: {refused.reason}", "bold red"
    if plan.not_applied:
        yield "not applied, of other services:", "dim"
        for each in plan.not_applied:
            yield f"    {each.logical_id}  {each.type}", "dim"
    if plan.left:
        yield "left the template, not deleted:", "yellow"
        for owned in plan.left:
            yield f"    {owned.logical_id}  {owned.name}", "yellow"
    yield _summary(plan), "bold"


def _table(table: TablePlan) -> Iterator[Line]:
    sign, what, style = _SIGNS[table.action]
    yield f"{sign} {table.logical_id}  {what}  {table.name}", style
    width = max((len(change.property) for change in table.changes), default=0)
    reasons = {refused.place.partition(".")[2]: refused.reason for refused in table.refused}
    for change in table.changes:
        if table.action is Action.CREATE and change.property in _MARKS:
            continue
        style = "red" if change.property in reasons else ""
        yield f"    {change.property:<{width}}  {_change(change)}", style
    for refused in table.refused:
        if refused.place.partition(".")[2] not in {change.property for change in table.changes}:
            yield f"    {refused.place}: {refused.reason}", "red"


def _change(change: Change) -> str:
    after = _spelled(change.after)
    text = after if change.before is None else f"{_spelled(change.before)} -> {after}"
    return f"{text}  ({change.note})" if change.note else text


def _spelled(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return ", ".join(value)
    if isinstance(value, dict) and not any(key in value for key in ("Statement", "Version")):
        text = "; ".join(f"{name}: {_spelled(each)}" for name, each in value.items())
    else:
        text = value if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= _VALUE_CHARS_MAX else f"{text[: _VALUE_CHARS_MAX - 3]}..."


def _summary(plan: Plan) -> str:
    counts = [
        (sum(table.action is action for table in plan.tables), words) for action, words in _COUNTED.items()
    ]
    counted = ", ".join(f"{count} {words}" for count, words in counts if count)
    return f"tables: {counted or 'none'}"


def members_of(plans: Sequence[Plan], is_applied: bool) -> dict[str, Any]:
    return {"applied": is_applied, "stacks": [_stack(plan) for plan in plans]}


def _stack(plan: Plan) -> dict[str, Any]:
    return {
        "stack": plan.stack,
        "tables": [_table_members(table) for table in plan.tables],
        "refused": [{"at": each.at, "property": each.place, "reason": each.reason} for each in plan.refused],
        "not_applied": [{"logical_id": each.logical_id, "type": each.type} for each in plan.not_applied],
        "left": [{"logical_id": each.logical_id, "table": each.name} for each in plan.left],
    }


def _table_members(table: TablePlan) -> dict[str, Any]:
    return {
        "logical_id": table.logical_id,
        "type": table.type,
        "table": table.name,
        "action": table.action.value,
        "changes": [
            {
                "property": change.property,
                "before": change.before,
                "after": change.after,
                **({"note": change.note} if change.note else {}),
            }
            for change in table.changes
        ],
        "calls": [step.operation for step in table.steps],
    }
