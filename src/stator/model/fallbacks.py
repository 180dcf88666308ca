"""The bounded scan that a pattern may fall back to when its index is out of reach."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from stator.errors import ServiceError, UnreachableError
from stator.model.conditions import Filtered, Placeholders
from stator.model.layouts import Layout
from stator.model.patterns import Fallback
from stator.model.requests import alive_text, filter_text
from stator.model.running import Ask, Asks

if TYPE_CHECKING:
    from stator.model.designs import Design

_SERVER_FAULT: Final = 500
_NOT_THERE: Final = frozenset(
    (
        "ResourceNotFoundException", "ProvisionedThroughputExceededException", "ThrottlingException",
        "RequestLimitExceeded", "InternalServerError", "ServiceUnavailable", "AccessDeniedException",
    )
)  # fmt: skip


def is_out_of_reach(error: ServiceError | UnreachableError) -> bool:
    """Not there, failing, or not ours to read: who may read nothing at all is refused the scan, too."""
    return isinstance(error, UnreachableError) or error.code in _NOT_THERE or error.status >= _SERVER_FAULT


@dataclass(slots=True)
class Found:
    """What a fallback has found. `enough`: it reads no further page once it has so many."""

    enough: int | None
    items: list[Any] = field(default_factory=list)


def fallen_back(design: Design, fallback: Fallback, arguments: Mapping[str, Any], found: Found) -> Asks[None]:
    """Reads the pages that the fallback reads at most, and gathers what they hold."""
    layout = design._layouts[fallback.entity]
    request = _request(design, fallback, layout, arguments)
    for _ in range(fallback.pages):
        answer = yield Ask("scan", request)
        for item in answer["Items"]:
            if not layout.owns(item):
                continue
            entity = layout.entity_from(item)
            found.items.append(
                entity if fallback.becomes is None else fallback.becomes(entity, dict(arguments))
            )
        place = answer.get("LastEvaluatedKey")
        if place is None or (found.enough is not None and len(found.items) >= found.enough):
            return
        request = {**request, "ExclusiveStartKey": place}


def _request(
    design: Design, fallback: Fallback, layout: Layout, arguments: Mapping[str, Any]
) -> dict[str, Any]:
    places = Placeholders()
    request: dict[str, Any] = {"TableName": design.table_name(layout.table.name)}
    filters = []
    for argument, meaning in fallback.where.items():
        if argument in arguments:
            test = meaning if isinstance(meaning, Filtered) else Filtered(meaning.attribute)
            filters.append(filter_text(layout, test, arguments[argument], places))
    if layout.table.type_attribute and (design._sharing(layout) > 1 or layout.entity.stored.uniques):
        filters.append(places.test(layout.table.type_attribute, "equal", layout.name))
    if layout.expiry:
        filters.append(alive_text(layout.expiry, places, design._now()))
    if layout.deletion:
        filters.append(f"attribute_not_exists({places.name(layout.deletion)})")
    if filters:
        request["FilterExpression"] = " AND ".join(filters)
    if fallback.page_items is not None:
        request["Limit"] = fallback.page_items
    return places.into(request)
