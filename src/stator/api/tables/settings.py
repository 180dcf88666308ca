"""A table's settings beside keys and capacity: stream, encryption, tags, class, resource policy.

Parsed from a request, refused in AWS's words. What Stator keeps and describes but does not act on yet is listed in
docs/differences.md.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from stator.api.refusals import not_supported
from stator.api.tables.policy_documents import canonical_policy
from stator.api.tables.refusals import invalid
from stator.engine.catalogue import Encryption, ResourcePolicy, Stream
from stator.errors import ValidationException

_KEYS = uuid.UUID("5b0a5b0e-8ed5-4e8e-9d4e-0b7f0c1d2e3f")
_OWN_KEY = "alias/aws/dynamodb"


ONE_REGION = "a table lies in one region and has no replicas"
NO_VECTORS = "a table cannot have vector indexes"


def refuse_unsupported(request: dict[str, Any], members: Mapping[str, str]) -> None:
    """Of what would be silently without effect if it were let through. `members`: and what to expect instead."""
    for member, instead in members.items():
        if request.get(member) is not None:
            raise not_supported(member, instead)


def new_stream(specification: dict[str, Any] | None, now: float) -> Stream | None:
    """At a table's creation."""
    if specification is None:
        return None
    view_type = specification.get("StreamViewType")
    if not specification["StreamEnabled"]:
        if view_type is not None:
            raise invalid(
                "Table is being created with a stream disabled, UpdateViewType should not be specified"
            )
        return None
    if view_type is None:
        raise invalid("Table is being created with a stream enabled, UpdateViewType is required")
    return Stream(view_type, _label(now))


def check_stream_change(specification: dict[str, Any]) -> None:
    """What can be said of a change without the table."""
    view_type = specification.get("StreamViewType")
    if specification["StreamEnabled"] and view_type is None:
        raise invalid("If stream is being enabled then UpdateViewType is required")
    if not specification["StreamEnabled"] and view_type is not None:
        raise invalid("If stream is being disabled, then UpdateViewType must not be specified")


def changed_stream(specification: dict[str, Any], present: Stream | None, table: str, now: float) -> Stream:
    """A new stream, or the present one ended. The specification has passed `check_stream_change`."""
    running = present is not None and present.enabled
    if specification["StreamEnabled"]:
        if running:
            raise ValidationException(f"Table already has an enabled stream: TableName: {table}")
        return Stream(specification["StreamViewType"], _label(now))
    if present is None or not running:
        raise ValidationException(f"Table has no stream to disable: TableName: {table}")
    return Stream(present.view_type, present.label, enabled=False)


def _label(now: float) -> str:
    return datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{int(now * 1000) % 1000:03d}"


def encryption_of(specification: dict[str, Any] | None, region: str, account: str) -> Encryption | None:
    """The encryption asked for: None is the service's own key."""
    if not specification:
        return None
    enabled, kind = specification.get("Enabled"), specification.get("SSEType")
    key = specification.get("KMSMasterKeyId")
    if enabled is False:
        for member in ("SSEType", "KMSMasterKeyId"):
            if specification.get(member) is not None:
                raise invalid(f"{member} can not be specified if Enabled is false")
        return None
    if kind == "AES256":
        raise invalid("SSEType AES256 is not supported")
    if key is not None and kind is None:
        raise invalid("SSEType KMS is required if KMSMasterKeyId is specified")
    if enabled is None and kind is None:
        return None
    return Encryption(_key_arn(key or _OWN_KEY, region, account))


def changed_encryption(
    specification: dict[str, Any], present: Encryption | None, region: str, account: str
) -> Encryption | None:
    wanted = encryption_of(specification, region, account)
    if wanted is None and present is None:
        raise invalid("Table is already encrypted by default")
    if present is not None and specification.get("KMSMasterKeyId") == present.key_arn:
        raise invalid(
            "Table is already encrypted with given KMSMasterKeyId. "
            "Use KMSMasterKeyId parameter if you want to change Master Key"
        )
    return wanted


def _key_arn(key: str, region: str, account: str) -> str:
    """Keys are not managed here: an alias always stands for the same key id."""
    if key.startswith("arn:"):
        return key
    key_id = str(uuid.uuid5(_KEYS, f"{account} {region} {key}")) if key.startswith("alias/") else key
    return f"arn:aws:kms:{region}:{account}:key/{key_id}"


def policy_of(policy: str | None, now: float) -> ResourcePolicy | None:
    """Of a new table."""
    return None if policy is None else ResourcePolicy(canonical_policy(policy), str(int(now * 1000)))
