"""Which table or backup a request means, and how these operations say that there is none.

    arn := arn:aws:dynamodb:region:account:table/name/backup/id

In the namespace `shared` the account and region of an ARN are not looked at; otherwise they decide as a table's do.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from stator.api.call import Call
from stator.api.names import namespace, place, resolve_managed
from stator.engine import backup_records
from stator.engine.backup_records import Backup
from stator.engine.backups import not_found
from stator.engine.catalogue import Status, Table
from stator.errors import (
    ContinuousBackupsUnavailableException,
    ResourceNotFoundException,
    TableNotFoundException,
    ValidationException,
)
from stator.keys import space

if TYPE_CHECKING:
    from stator.engine.database import Database

_ARN = re.compile(
    r"arn:[^:]+:dynamodb:([^:]+):([^:]+):table/([a-zA-Z0-9_.-]{3,255})/backup/([0-9]{14}-[0-9a-f]{8})"
)


def table_of(db: Database, call: Call, name_or_arn: str, word: str = "Table") -> Table:
    """Raises TableNotFoundException, which begins with `word`; ValidationException for a bad ARN."""
    try:
        return resolve_managed(db, call, name_or_arn)
    except ResourceNotFoundException:
        raise TableNotFoundException(f"{word} not found: {place(db, call, name_or_arn)[2]}") from None


def active_table(db: Database, call: Call, name_or_arn: str, word: str = "Table") -> Table:
    """Raises ContinuousBackupsUnavailableException too, for a table that is not ACTIVE yet."""
    table = table_of(db, call, name_or_arn, word)
    if db.lingering.shown(table.description).status is Status.CREATING:
        raise ContinuousBackupsUnavailableException(
            f"Backups are being enabled for the table: {table.name}. Please retry later"
        )
    return table


def backup_place(db: Database, call: Call, arn: str) -> tuple[str, str, str, str]:
    """Account, region, table and id. Raises ValidationException for what is no backup's ARN, BackupNotFoundException
    for one of another region."""
    found = _ARN.fullmatch(arn)
    if found is None:
        raise ValidationException(f"One or more parameter values were invalid: Invalid BackupArn: {arn}")
    region, account, table, id = found.groups()
    call.table = table
    own_account, own_region = namespace(db, call)
    if db.options.namespace == "shared":
        return own_account, own_region, table, id
    if region != own_region:
        raise not_found(arn)
    return (own_account if db.options.namespace == "region" else account), region, table, id


def backup_of(db: Database, call: Call, arn: str) -> Backup:
    """Raises BackupNotFoundException, and ValidationException for what is no backup's ARN."""
    key = space.backup_key(*backup_place(db, call, arn))
    with db.store.snapshot() as snapshot:
        backup = backup_records.find(snapshot, key, db.clock.now())
    if backup is None:
        raise not_found(arn)
    return backup
