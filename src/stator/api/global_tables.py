"""Global tables: there are none, in words that AWS has for it.

Those of 2017 nobody can create any more, on AWS neither, so its operations find none. Replicas of 2019, which
UpdateTable creates, are refused there by name; the auto scaling of replicas finds no table that has any.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from stator.api.call import Answer, Call, Request
from stator.api.names import place
from stator.api.tables.refusals import invalid
from stator.errors import GlobalTableNotFoundException, ResourceNotFoundException, ValidationException
from stator.limits import TABLE_NAME_CHARS_MAX, TABLE_NAME_CHARS_MIN

if TYPE_CHECKING:
    from stator.engine.database import Database


def create_global_table(db: Database, request: Request, call: Call) -> NoReturn:
    _name(request)
    raise _not_supported()


def describe_global_table(db: Database, request: Request, call: Call) -> NoReturn:
    raise GlobalTableNotFoundException(f"Global table not found: {_unknown(_name(request))}")


def describe_global_table_settings(db: Database, request: Request, call: Call) -> NoReturn:
    raise GlobalTableNotFoundException(_unknown(_name(request)))


def list_global_tables(db: Database, request: Request, call: Call) -> Answer:
    return {"GlobalTables": []}


def update_global_table(db: Database, request: Request, call: Call) -> NoReturn:
    name = _name(request)
    updates = request["ReplicaUpdates"]
    if not updates or not all(updates):
        raise ValidationException("One or more parameter values were invalid")
    if any("Create" in update for update in updates):
        raise _not_supported()
    raise GlobalTableNotFoundException(f"Global table not found: {_unknown(name)}")


def update_global_table_settings(db: Database, request: Request, call: Call) -> NoReturn:
    raise GlobalTableNotFoundException(_unknown(_name(request)))


def describe_table_replica_auto_scaling(db: Database, request: Request, call: Call) -> NoReturn:
    raise _no_replicas(db, request, call)


def update_table_replica_auto_scaling(db: Database, request: Request, call: Call) -> NoReturn:
    raise _no_replicas(db, request, call)


def _name(request: Request) -> str:
    name: str = request["GlobalTableName"]
    if not TABLE_NAME_CHARS_MIN <= len(name) <= TABLE_NAME_CHARS_MAX:
        raise ValidationException(
            f"TableName must be at least {TABLE_NAME_CHARS_MIN} characters long and at most "
            f"{TABLE_NAME_CHARS_MAX} characters long"
        )
    return name


def _unknown(name: str) -> str:
    return f"Global table with name: '{name}' does not exist."


def _not_supported() -> ValidationException:
    return invalid(
        "DynamoDB global tables version 2017.11.29 is not supported. We recommend using DynamoDB global tables "
        "version 2019.11.21, instead of version 2017.11.29 (Legacy)."
    )


def _no_replicas(db: Database, request: Request, call: Call) -> ResourceNotFoundException:
    """A table without replicas and one that is not there are answered alike."""
    return ResourceNotFoundException(_unknown(place(db, call, request["TableName"])[2]))
