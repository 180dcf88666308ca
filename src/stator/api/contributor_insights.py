"""Contributor insights: off for every table and index, as AWS describes them until they are turned on.

Turning them on is refused by name; turning them off changes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stator.api.call import Answer, Call, Request
from stator.api.names import resolve_managed
from stator.api.paging import refuse_token
from stator.api.refusals import not_supported
from stator.engine.catalogue import Table
from stator.errors import ResourceNotFoundException, ValidationException
from stator.limits import TABLE_NAME_CHARS_MAX, TABLE_NAME_CHARS_MIN

if TYPE_CHECKING:
    from stator.engine.database import Database


def describe_contributor_insights(db: Database, request: Request, call: Call) -> Answer:
    return _off(db, request, call)


def list_contributor_insights(db: Database, request: Request, call: Call) -> Answer:
    """AWS lists what is on."""
    if request.get("TableName") is not None:
        resolve_managed(db, call, request["TableName"])
    refuse_token(request)
    return {"ContributorInsightsSummaries": []}


def update_contributor_insights(db: Database, request: Request, call: Call) -> Answer:
    off = _off(db, request, call)
    if request["ContributorInsightsAction"] == "ENABLE":
        raise not_supported(
            "ContributorInsightsAction ENABLE",
            "contributor insights are rules of CloudWatch, which is not here; they stay DISABLED",
        )
    return off


def _off(db: Database, request: Request, call: Call) -> Answer:
    index = request.get("IndexName")
    if index is not None and not TABLE_NAME_CHARS_MIN <= len(index) <= TABLE_NAME_CHARS_MAX:
        raise ValidationException(
            f"IndexName must be at least {TABLE_NAME_CHARS_MIN} characters long and at most "
            f"{TABLE_NAME_CHARS_MAX} characters long"
        )
    table = resolve_managed(db, call, request["TableName"])
    answer: Answer = {"TableName": table.name}
    if index is not None:
        _refuse_unknown(table, index)
        answer["IndexName"] = index
    return {**answer, "ContributorInsightsStatus": "DISABLED"}


def _refuse_unknown(table: Table, index: str) -> None:
    found = table.by_index_name.get(index)
    if found is None or found.local or not found.readable:
        raise ResourceNotFoundException(
            f"Requested resource not found: Index: {index} not found for table: {table.name}"
        )
