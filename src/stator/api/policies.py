"""PutResourcePolicy, GetResourcePolicy, DeleteResourcePolicy: the policies of tables and of their streams.

Checked and kept, each with a revision, but not enforced: putting one leaves a warning in the log. A change counts from
its answer on; AWS's of the next 15 seconds are not refused. The policy of a table and those of its streams are apart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from stator.api.call import Answer, Call, Request
from stator.api.resources import Resource, resource_of, table_of
from stator.api.tables.policy_documents import NOT_ENFORCED, canonical_policy, locks_out, shown_policy
from stator.api.tables.refusals import invalid
from stator.engine import streams
from stator.engine.catalogue import ResourcePolicy, Table, TableDescription
from stator.engine.tables import Change
from stator.errors import (
    AccessDeniedException,
    PolicyNotFoundException,
    ResourceNotFoundException,
    ValidationException,
)
from stator.storage.contract import Steps

if TYPE_CHECKING:
    from stator.engine.database import Database

_NOT_FOUND = "Resource-based policy not found for the provided ResourceArn: "
_NO_POLICY = "NO_POLICY"


def put_resource_policy(db: Database, request: Request, call: Call) -> Steps[Answer]:
    resource = _resource(db, call, request)
    document = canonical_policy(request["Policy"], resource.stream is not None)
    if locks_out(document) and request.get("ConfirmRemoveSelfResourceAccess") is not True:
        raise AccessDeniedException(
            "The new resource policy will not allow you to update the resource policy in the future."
        )
    table = _table(db, call, resource)
    expected = request.get("ExpectedRevisionId")
    now = db.clock.now()
    gone = _streams_gone(db, table.description)

    def decide(present: TableDescription) -> Change:
        before = _policy(present, resource)
        _check_revision(resource, before, expected)
        if before is not None and before.document == document:
            return Change(present, present)
        stored = _with_policy(present, resource, ResourcePolicy(document, _revision(before, now)), gone)
        return Change(stored, stored)

    changed = yield from db.catalogue.update(table, decide)
    call.warning = NOT_ENFORCED
    put = _policy(changed.shown, resource)
    assert put is not None
    return {"RevisionId": put.revision}


def get_resource_policy(db: Database, request: Request, call: Call) -> Answer:
    resource = _resource(db, call, request)
    policy = _policy(_table(db, call, resource).description, resource)
    if policy is None:
        raise PolicyNotFoundException(_NOT_FOUND + resource.arn)
    return {"Policy": shown_policy(policy.document), "RevisionId": policy.revision}


def delete_resource_policy(db: Database, request: Request, call: Call) -> Steps[Answer]:
    """Of a resource without a policy it is no error, and there is no revision to answer."""
    resource = _resource(db, call, request)
    table = _table(db, call, resource)
    expected = request.get("ExpectedRevisionId")
    removed: ResourcePolicy | None = None
    gone = _streams_gone(db, table.description)

    def decide(present: TableDescription) -> Change:
        nonlocal removed
        removed = _policy(present, resource)
        _check_revision(resource, removed, expected)
        stored = _with_policy(present, resource, None, gone)
        return Change(stored, stored)

    yield from db.catalogue.update(table, decide)
    return {} if removed is None else {"RevisionId": removed.revision}


def _resource(db: Database, call: Call, request: Request) -> Resource:
    resource = resource_of(request["ResourceArn"])
    if resource.is_anothers(db, call):
        raise ValidationException(
            "This action is only supported by accounts that match the resource owner\u2019s account."
        )
    if resource.is_elsewhere(db, call):
        raise invalid(f"Invalid resource Arn: {resource.arn}")
    return resource


def _table(db: Database, call: Call, resource: Resource) -> Table:
    table = table_of(db, call, resource)
    if resource.stream is not None and not _has_stream(db, table.description, resource.stream):
        raise ResourceNotFoundException(
            f"Requested resource not found: Stream: {resource.stream} not found for Table: {resource.table}"
        )
    return table


def _has_stream(db: Database, table: TableDescription, label: str) -> bool:
    place = table.account, table.region, table.name
    with db.store.snapshot() as snapshot:
        return streams.find(snapshot, *place, label, db.clock.now()) is not None


def _policy(table: TableDescription, resource: Resource) -> ResourcePolicy | None:
    return table.resource_policy if resource.stream is None else table.stream_policies.get(resource.stream)


def _streams_gone(db: Database, table: TableDescription) -> set[str]:
    """Those that have a policy and are no more."""
    return {label for label in table.stream_policies if not _has_stream(db, table, label)}


def _with_policy(
    table: TableDescription, resource: Resource, policy: ResourcePolicy | None, gone: set[str]
) -> TableDescription:
    if resource.stream is None:
        return replace(table, resource_policy=policy)
    policies = {
        label: other
        for label, other in table.stream_policies.items()
        if label != resource.stream and label not in gone
    }
    if policy is not None:
        policies[resource.stream] = policy
    return replace(table, stream_policies=policies)


def _revision(before: ResourcePolicy | None, now: float) -> str:
    """The time of the change in milliseconds, and in any case later than the one before."""
    return str(max(int(now * 1000), 0 if before is None else int(before.revision) + 1))


def _check_revision(resource: Resource, present: ResourcePolicy | None, expected: str | None) -> None:
    if expected is None or expected == (_NO_POLICY if present is None else present.revision):
        return
    if present is None:
        fault = (
            f"Requested update for policy with revision id {expected}, but table {resource.table} has no "
            "associated policy."
        )
    elif expected == _NO_POLICY:
        fault = (
            f"Requested policy update expecting none to be present for table {resource.table}, but a policy "
            f"exists with revision id {present.revision}."
        )
    else:
        fault = (
            f"Requested update for policy with revision id {expected}, but the policy associated to target table "
            f"{resource.table} has revision id {present.revision}."
        )
    raise PolicyNotFoundException(_NOT_FOUND + fault)
