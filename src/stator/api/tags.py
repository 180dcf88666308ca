"""TagResource, UntagResource, ListTagsOfResource: the tags of tables, which CreateTable may give too.

They are as they were last set from the answer on, so the refusals that AWS gives while it takes tags over do not
occur. A table has at most 50, which AWS lists on one page; so there is never a NextToken.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from stator.api.call import Answer, Call, Request
from stator.api.paging import refuse_token
from stator.api.resources import resource_of, table_of
from stator.api.tables.tag_rules import refuse_too_many, tag_keys_of, tags_of
from stator.engine.catalogue import Table, TableDescription
from stator.engine.tables import Change
from stator.errors import AccessDeniedException, ResourceNotFoundException, ValidationException
from stator.storage.contract import Steps

if TYPE_CHECKING:
    from stator.engine.database import Database


def tag_resource(db: Database, request: Request, call: Call) -> Steps[Answer]:
    arn = _arn(request)
    given = _required(request, "Tags")
    find = _finder(db, call, arn)
    if not given:
        raise ValidationException("Atleast one Tag needs to be provided as Input.")
    tags = tags_of(given)

    def decide(present: TableDescription) -> Change:
        merged = {**present.tags, **tags}
        refuse_too_many(merged)
        return _tagged(present, merged)

    yield from db.catalogue.update(find(), decide)
    return {}


def untag_resource(db: Database, request: Request, call: Call) -> Steps[Answer]:
    arn = _arn(request)
    given = _required(request, "TagKeys")
    find = _finder(db, call, arn)
    if not given:
        raise ValidationException("Atleast one Tag Key needs to be provided as Input.")
    keys = tag_keys_of(given)

    def decide(present: TableDescription) -> Change:
        return _tagged(present, {key: value for key, value in present.tags.items() if key not in keys})

    yield from db.catalogue.update(find(), decide)
    return {}


def list_tags_of_resource(db: Database, request: Request, call: Call) -> Answer:
    find = _finder(db, call, _arn(request))
    refuse_token(request)
    tags = find().description.tags
    return {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}


def _tagged(present: TableDescription, tags: dict[str, str]) -> Change:
    stored = replace(present, tags=tags)
    return Change(stored, stored)


def _arn(request: Request) -> str:
    arn: str | None = request.get("ResourceArn")
    if arn is None:
        raise ValidationException("Invalid TableArn")
    return arn


def _required(request: Request, member: str) -> list[Any]:
    value: list[Any] | None = request.get(member)
    if value is None:
        raise ValidationException(
            f"1 validation error detected: Value null at '{member[0].lower()}{member[1:]}' failed to satisfy "
            "constraint: Member must not be null"
        )
    return value


def _finder(db: Database, call: Call, arn: str) -> Callable[[], Table]:
    """Finds the table of an ARN that is well formed, which is checked here: what else is wrong with the request is
    told before the table is looked for. Raises ValidationException, AccessDeniedException."""
    resource = resource_of(arn)
    if resource.is_elsewhere(db, call) or resource.stream is not None:
        raise ValidationException(f"Invalid TableArn: Invalid ResourceArn provided as input {arn}")
    if resource.is_anothers(db, call):
        raise AccessDeniedException("Access is denied")

    def find() -> Table:
        try:
            return table_of(db, call, resource)
        except ResourceNotFoundException:
            raise ResourceNotFoundException(
                f"Requested resource not found: ResourceArn: {arn} not found"
            ) from None

    return find
