"""What a Query or Scan returns of each item: Select, projections, and what an index can give.

A global index gives only what it projects; a local one fetches the rest from the table, at the table's cost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from stator.api.call import Request
from stator.engine.catalogue import Index, Table
from stator.errors import ValidationException
from stator.expressions import Projection
from stator.values import Item

_INVALID = "One or more parameter values were invalid: "


@dataclass(frozen=True, slots=True)
class Selection:
    """`keep`: whether items are returned at all; `project` shapes them; `fetch`: from the table, not the index."""

    keep: bool
    project: Callable[[Item], Item] | None
    fetch: bool


def check_select(request: Request, projection: Projection | None) -> str | None:
    """The Select that holds, or None for the default. Raises ValidationException on a contradiction."""
    select: str | None = request.get("Select")
    if projection is not None:
        if select not in (None, "SPECIFIC_ATTRIBUTES"):
            parameter = "AttributesToGet" if "AttributesToGet" in request else "ProjectionExpression"
            chosen = "only the Count" if select == "COUNT" else select
            raise ValidationException(f"Cannot specify the {parameter} when choosing to get {chosen}")
    elif select == "SPECIFIC_ATTRIBUTES":
        raise ValidationException(
            "Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES"
        )
    if select == "ALL_PROJECTED_ATTRIBUTES" and "IndexName" not in request:
        raise ValidationException(
            "ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName"
        )
    return select


def selection(
    table: Table,
    index: Index | None,
    select: str | None,
    projection: Projection | None,
    filtered: Iterable[str],
) -> Selection:
    """`filtered`: the top-level names that the filter reads."""
    if index is not None and not index.local:
        _refuse_unprojected(index, select, projection)
    project: Callable[[Item], Item] | None = None if projection is None else projection.apply
    fetch = index is not None and index.local and _beyond(index, select, projection, filtered)
    if fetch and project is None and select != "ALL_ATTRIBUTES" and index is not None:
        project = _only(index.projected)
    return Selection(select != "COUNT", project, fetch)


def _beyond(index: Index, select: str | None, projection: Projection | None, filtered: Iterable[str]) -> bool:
    """Whether the local index's rows do not hold all that is asked for."""
    if index.projected is None:
        return False
    asked = {*filtered, *(() if projection is None else projection.top_level)}
    return select == "ALL_ATTRIBUTES" or not asked <= index.projected


def _only(names: frozenset[str] | None) -> Callable[[Item], Item] | None:
    if names is None:
        return None
    return lambda item: {name: value for name, value in item.items() if name in names}


def _refuse_unprojected(index: Index, select: str | None, projection: Projection | None) -> None:
    if index.projected is None:
        return
    if select == "ALL_ATTRIBUTES":
        raise ValidationException(
            f"{_INVALID}Select type ALL_ATTRIBUTES is not supported for global secondary index "
            f"{index.name} because its projection type is not ALL"
        )
    if projection is not None:
        missing = [name for name in projection.top_level if name not in index.projected]
        if missing:
            raise ValidationException(
                f"{_INVALID}Global secondary index {index.name} does not project [{', '.join(missing)}]"
            )
