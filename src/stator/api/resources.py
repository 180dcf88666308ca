"""The ResourceArn of tags and policies: a table's ARN, or a stream's.

In the namespace `shared` its region and account are not looked at; `region` looks at the region, `account-region` at
both (see api.names). Unlike a TableName, a ResourceArn is read in words of its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from stator.api.call import Call
from stator.api.names import Place, namespace
from stator.api.tables.refusals import invalid
from stator.engine.catalogue import Table
from stator.engine.tables import not_found
from stator.errors import ResourceNotFoundException
from stator.limits import TABLE_NAME_CHARS_MAX, TABLE_NAME_CHARS_MIN

if TYPE_CHECKING:
    from stator.engine.database import Database

_MISSING = (
    "ARNs must start with 'arn:'",
    "Second colon partition not found",
    "Third colon vendor not found",
    "Fourth colon (region/namespace delimiter) not found",
    "Fifth colon (namespace/relative-id delimiter) not found",
)
_NAME = rf"[a-zA-Z0-9_.-]{{{TABLE_NAME_CHARS_MIN},{TABLE_NAME_CHARS_MAX}}}"
_RESOURCE = re.compile(rf"table/({_NAME})(?:/(stream|index)/([^/]+))?")


@dataclass(frozen=True, slots=True)
class Resource:
    """What an ARN names; `stream` is a label, None for the table itself."""

    arn: str
    partition: str
    region: str
    account: str
    table: str
    stream: str | None

    def is_elsewhere(self, db: Database, call: Call) -> bool:
        """Whether the ARN is of a partition or region in which the caller's tables do not lie."""
        if self.partition != "aws":
            return True
        return db.options.namespace != "shared" and self.region != namespace(db, call)[1]

    def is_anothers(self, db: Database, call: Call) -> bool:
        """Whether the ARN is of another account, where accounts have tables of their own."""
        return db.options.namespace == "account-region" and self.account != namespace(db, call)[0]


def resource_of(arn: str) -> Resource:
    """Raises ValidationException for what is no ARN, or one of something else."""
    parts = arn.split(":", 5)
    if parts[0] != "arn" or len(parts) < 6:
        fault = _MISSING[len(parts) - 1 if parts[0] == "arn" else 0]
        raise invalid(f"{fault}: {arn}")
    _, partition, service, region, account, relative = parts
    found = _RESOURCE.fullmatch(relative)
    if service != "dynamodb" or found is None:
        raise invalid(f"Provided Arn is not a DynamoDB resource arn: {arn}")
    name, kind, label = found.groups()
    if kind == "index":
        raise invalid(
            f"Invalid resource arn provided, only table or stream is accepted. Provided resource arn: {arn}"
        )
    return Resource(arn, partition, region, account, name, label)


def table_of(db: Database, call: Call, resource: Resource) -> Table:
    """The table that the resource is, or is a stream of. Raises ResourceNotFoundException, also of one CREATING."""
    where: Place = (*namespace(db, call), resource.table)
    call.table = resource.table
    try:
        table = db.catalogue.table(*where)
        db.lingering.refuse_use(where)
    except ResourceNotFoundException:
        raise not_found(resource.table) from None
    return table
