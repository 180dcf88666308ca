"""Which table a request means: a name or a table's ARN, in the namespace of who asks.

`shared` (the default) is one namespace: every client sees the same tables whatever it signs with, and the account and
region inside an ARN are not looked at. `region` separates regions; `account-region` separates accounts too. An ARN
may then name a table of another account (access control comes later), but not of another region, as with AWS.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stator.api.call import Call
from stator.engine.catalogue import Status, Table
from stator.engine.tables import NOT_FOUND, not_found
from stator.errors import ResourceNotFoundException, ValidationException
from stator.limits import TABLE_NAME_CHARS_MAX, TABLE_NAME_CHARS_MIN

if TYPE_CHECKING:
    from stator.engine.database import Database

Place = tuple[str, str, str]
"""Account, region and name: where a table lies in the catalogue."""

_ARN = re.compile(r"arn:[^:]*:[^:]*:([^:]*):([^:]*):([^/]*)/(.*)", re.DOTALL)
_PATTERN = "[a-zA-Z0-9_.-]+"
_NAME = re.compile(_PATTERN)
_FORMAT = (
    "Valid ARN format is 'arn:<awsPartition>:<vendor>:<region>:<subscriber>:resourceType/resourceName', "
    f"where Resource name must have length less than or equal to {TABLE_NAME_CHARS_MAX}, "
    f"Resource name must have length greater than or equal to {TABLE_NAME_CHARS_MIN}, "
    f"Resource name must satisfy regular expression pattern: {_PATTERN}"
)


def resolve(db: Database, call: Call, name_or_arn: str) -> Table:
    """The table, for operations on items. Raises ResourceNotFoundException, also while the table is restored, or
    ValidationException for a bad ARN."""
    where = place(db, call, name_or_arn)
    call.table = where[2]
    table = db.catalogue.table(*where)
    if table.description.status is Status.CREATING:
        raise ResourceNotFoundException(NOT_FOUND)
    db.lingering.refuse_use(where)
    return table


def resolve_managed(db: Database, call: Call, name_or_arn: str) -> Table:
    """The table, for operations on tables, which word its absence otherwise."""
    account, region, name = place(db, call, name_or_arn)
    call.table = name
    try:
        return db.catalogue.table(account, region, name)
    except ResourceNotFoundException:
        raise not_found(name) from None


def place(db: Database, call: Call, name_or_arn: str) -> Place:
    """Where the table that is meant lies, or would. A plain name's form is checked with the request's shape; an
    ARN's is here. Raises ValidationException."""
    if name_or_arn.startswith("arn:"):
        return _place_of_arn(db, call, name_or_arn)
    return *namespace(db, call), name_or_arn


def namespace(db: Database, call: Call) -> tuple[str, str]:
    """The account and region whose tables a plain name is looked for in."""
    options = db.options
    if options.namespace == "shared":
        return options.account, options.region
    if options.namespace == "region":
        return options.account, call.region
    return call.account, call.region


def _place_of_arn(db: Database, call: Call, arn: str) -> Place:
    region, account, name = _parts(arn)
    own_account, own_region = namespace(db, call)
    if db.options.namespace == "shared":
        return own_account, own_region, name
    if region != own_region:
        raise ValidationException(f"1 validation error detected: Invalid AWS region in '{arn}'")
    return (own_account if db.options.namespace == "region" else account), region, name


def _parts(arn: str) -> Place:
    """Region, account and table name of a table's ARN."""
    found = _ARN.fullmatch(arn)
    if found is None:
        raise _refused(arn, _FORMAT)
    region, account, kind, name = found.groups()
    if kind != "table":
        raise _refused(arn, "Invalid resource type")
    if len(name) < TABLE_NAME_CHARS_MIN:
        raise _refused(
            arn, f"Table name of ARN must have length greater than or equal to {TABLE_NAME_CHARS_MIN}"
        )
    if len(name) > TABLE_NAME_CHARS_MAX or _NAME.fullmatch(name) is None:
        raise _refused(arn, _FORMAT)
    return region, account, name


def _refused(arn: str, constraint: str) -> ValidationException:
    return ValidationException(
        f"1 validation error detected: Value '{arn}' at 'tableName' failed to satisfy constraint: {constraint}"
    )
