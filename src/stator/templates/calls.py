"""Differences -> the calls that make them, in an order that the service takes: one change of a kind at a time.

Indexes go before capacity changes and come after it, so that each call finds the indexes that it names. Every call is
of what the table is now to what is wanted: a run that was interrupted is made good by the next one, from what is there.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from stator.templates.differences import (
    capacity,
    ceiling,
    changed_indexes,
    is_on_demand,
    kept_stream_policy,
    raised,
    same_encryption,
    warm,
)
from stator.templates.settings import NONE, Encryption, Index, KeyPart, Settings, Units, same_policy

_NO_CEILING = -1


class Arn(StrEnum):
    """Whose ARN a call names, which is looked up when its turn comes."""

    NONE = ""
    TABLE = "table"
    STREAM = "stream"


@dataclass(frozen=True, slots=True)
class Step:
    """One call. `says`: what it does, for who waits for it."""

    operation: str
    request: Mapping[str, Any]
    says: str
    arn: Arn = Arn.NONE


def creation(name: str, wanted: Settings, source: Mapping[str, Any] | None) -> list[Step]:
    """A table made, with its items where there is a source of them, and all that cannot be given at once."""
    if source is None:
        made = _at_first(wanted)
        return [Step("CreateTable", _create_request(name, wanted), "creating"), *updates(name, made, wanted)]
    parameters = _import_parameters(name, wanted)
    step = Step("ImportTable", {**source, "TableCreationParameters": parameters}, "importing")
    return [step, *updates(name, _imported(wanted), wanted)]


def updates(name: str, present: Settings, wanted: Settings) -> list[Step]:
    """All that it takes to make a table that is there as it is wanted."""
    steps = [*_structure(present, wanted), *_capacities(present, wanted), *_settings(present, wanted)]
    return [
        replace(step, request={"TableName": name, **step.request}) if step.arn is Arn.NONE else step
        for step in [*steps, *_features(present, wanted)]
    ]


def _at_first(wanted: Settings) -> Settings:
    """What CreateTable leaves of it."""
    return replace(wanted, expiry=None, recovery=None, stream_policy=None)


def _imported(wanted: Settings) -> Settings:
    """What ImportTable leaves of it."""
    return replace(
        Settings(keys=wanted.keys),
        local=wanted.local,
        indexes=wanted.indexes,
        billing=wanted.billing,
        throughput=wanted.throughput,
        ceiling=wanted.ceiling,
        encryption=wanted.encryption,
    )


def _create_request(name: str, wanted: Settings) -> dict[str, Any]:
    request: dict[str, Any] = {
        **_import_parameters(name, wanted),
        "LocalSecondaryIndexes": [_index_shape(index) for index in wanted.local.values()],
        "WarmThroughput": warm(wanted.warm),
        "TableClass": wanted.table_class if wanted.table_class != "STANDARD" else None,
        "DeletionProtectionEnabled": wanted.protected or None,
        "Tags": _tag_list(wanted.tags),
        "ResourcePolicy": None if wanted.policy is None else _policy_text(wanted.policy),
    }
    if wanted.stream is not None:
        request["StreamSpecification"] = {"StreamEnabled": True, "StreamViewType": wanted.stream}
    return _without_nothing(request)


def _import_parameters(name: str, wanted: Settings) -> dict[str, Any]:
    return _without_nothing(
        {
            "TableName": name,
            "AttributeDefinitions": _definitions(
                [
                    *wanted.keys,
                    *(
                        key
                        for index in (*wanted.local.values(), *wanted.indexes.values())
                        for key in index.keys
                    ),
                ]
            ),
            "KeySchema": _key_schema(wanted.keys),
            "BillingMode": wanted.billing,
            "ProvisionedThroughput": capacity(wanted.throughput),
            "OnDemandThroughput": ceiling(wanted.ceiling),
            "SSESpecification": None if wanted.encryption is None else _encryption_shape(wanted.encryption),
            "GlobalSecondaryIndexes": [_global_shape(index) for index in wanted.indexes.values()],
        }
    )


def _structure(present: Settings, wanted: Settings) -> Iterator[Step]:
    for name in changed_indexes(present, wanted)[0]:
        yield _of_index("Delete", {"IndexName": name}, f"deleting the index {name}")


def _capacities(present: Settings, wanted: Settings) -> Iterator[Step]:
    """Capacity of the table and of the indexes that stay, then indexes that are new, then what is alone in its call."""
    gone, new = changed_indexes(present, wanted)
    staying = {name: index for name, index in present.indexes.items() if name not in gone}
    yield from _throughput(present, wanted, staying)
    switched = present.billing != wanted.billing and not is_on_demand(wanted)
    yield from _ceilings(replace(present, ceiling=NONE) if switched else present, wanted, staying, switched)
    for name in new:
        index = wanted.indexes[name]
        definitions = {"AttributeDefinitions": _definitions([*wanted.keys, *index.keys])}
        yield _of_index("Create", _global_shape(index), f"creating the index {name}", definitions)
    if raised(present.warm, wanted.warm):
        yield Step("UpdateTable", {"WarmThroughput": warm(wanted.warm)}, "warming")
    for name, before in staying.items():
        if raised(before.warm, wanted.indexes[name].warm):
            units = {"IndexName": name, "WarmThroughput": warm(wanted.indexes[name].warm)}
            yield _of_index("Update", units, f"warming the index {name}")


def _throughput(present: Settings, wanted: Settings, staying: Mapping[str, Index]) -> Iterator[Step]:
    if is_on_demand(wanted):
        if present.billing != wanted.billing:
            yield Step("UpdateTable", {"BillingMode": wanted.billing}, "changing the billing mode")
        return
    request: dict[str, Any] = {}
    if present.billing != wanted.billing:
        request["BillingMode"] = wanted.billing
    if present.billing != wanted.billing or present.throughput != wanted.throughput:
        request["ProvisionedThroughput"] = capacity(wanted.throughput)
    changed = [
        {"Update": {"IndexName": name, "ProvisionedThroughput": capacity(wanted.indexes[name].throughput)}}
        for name, index in staying.items()
        if index.throughput != wanted.indexes[name].throughput
    ]
    if changed:
        request["GlobalSecondaryIndexUpdates"] = changed
    if request:
        yield Step("UpdateTable", request, "changing the capacity")


def _ceilings(
    present: Settings, wanted: Settings, staying: Mapping[str, Index], are_gone: bool
) -> Iterator[Step]:
    """`are_gone`: a table that is no longer on demand has no maximums any more."""
    if present.ceiling != wanted.ceiling:
        units = _ceiling_change(present.ceiling, wanted.ceiling)
        yield Step("UpdateTable", {"OnDemandThroughput": units}, "changing the on-demand maximum")
    changed = [
        {
            "Update": {
                "IndexName": name,
                "OnDemandThroughput": _ceiling_change(index.ceiling, wanted.indexes[name].ceiling),
            }
        }
        for name, index in staying.items()
        if index.ceiling != wanted.indexes[name].ceiling and not are_gone
    ]
    if changed:
        yield Step(
            "UpdateTable",
            {"GlobalSecondaryIndexUpdates": changed},
            "changing the indexes' on-demand maximums",
        )


def _ceiling_change(present: Units, wanted: Units) -> dict[str, int]:
    names = ("MaxReadRequestUnits", "MaxWriteRequestUnits")
    return {
        name: _NO_CEILING if after is None else after
        for name, before, after in zip(names, present, wanted, strict=True)
        if before != after
    }


def _settings(present: Settings, wanted: Settings) -> Iterator[Step]:
    if present.stream != wanted.stream:
        if present.stream is not None:
            yield Step("UpdateTable", {"StreamSpecification": {"StreamEnabled": False}}, "ending the stream")
        if wanted.stream is not None:
            stream = {"StreamEnabled": True, "StreamViewType": wanted.stream}
            yield Step("UpdateTable", {"StreamSpecification": stream}, "beginning a stream")
    if not same_encryption(present.encryption, wanted.encryption):
        key = wanted.encryption
        shape = {"Enabled": False} if key is None else _encryption_shape(key)
        yield Step("UpdateTable", {"SSESpecification": shape}, "changing the encryption")
    if present.table_class != wanted.table_class:
        yield Step("UpdateTable", {"TableClass": wanted.table_class}, "changing the table class")
    if present.protected != wanted.protected:
        protection = {"DeletionProtectionEnabled": wanted.protected}
        yield Step("UpdateTable", protection, "changing the deletion protection")


def _features(present: Settings, wanted: Settings) -> Iterator[Step]:
    if present.expiry != wanted.expiry:
        if present.expiry is not None:
            yield _expiry(present.expiry, False)
        if wanted.expiry is not None:
            yield _expiry(wanted.expiry, True)
    if present.recovery != wanted.recovery:
        yield _recovery(wanted.recovery)
    gone = [key for key in present.tags if key not in wanted.tags]
    if gone:
        yield Step("UntagResource", {"TagKeys": gone}, "taking tags away", Arn.TABLE)
    new = {key: value for key, value in wanted.tags.items() if present.tags.get(key) != value}
    if new:
        yield Step("TagResource", {"Tags": _tag_list(new)}, "tagging", Arn.TABLE)
    yield from _policy(present.policy, wanted.policy, Arn.TABLE)
    yield from _policy(kept_stream_policy(present, wanted), wanted.stream_policy, Arn.STREAM)


def _expiry(attribute: str, on: bool) -> Step:
    specification = {"AttributeName": attribute, "Enabled": on}
    says = f"{'beginning' if on else 'ending'} expiry by {attribute}"
    return Step("UpdateTimeToLive", {"TimeToLiveSpecification": specification}, says)


def _recovery(days: int | None) -> Step:
    specification: dict[str, Any] = {"PointInTimeRecoveryEnabled": days is not None}
    if days is not None:
        specification["RecoveryPeriodInDays"] = days
    request = {"PointInTimeRecoverySpecification": specification}
    return Step("UpdateContinuousBackups", request, "changing the point-in-time recovery")


def _policy(present: Mapping[str, Any] | None, wanted: Mapping[str, Any] | None, arn: Arn) -> Iterator[Step]:
    if same_policy(present, wanted):
        return
    if wanted is None:
        yield Step("DeleteResourcePolicy", {}, f"taking the {arn}'s policy away", arn)
    else:
        yield Step("PutResourcePolicy", {"Policy": _policy_text(wanted)}, f"putting the {arn}'s policy", arn)


def _of_index(
    action: str, index: Mapping[str, Any], says: str, more: Mapping[str, Any] | None = None
) -> Step:
    return Step("UpdateTable", {**(more or {}), "GlobalSecondaryIndexUpdates": [{action: index}]}, says)


def _index_shape(index: Index) -> dict[str, Any]:
    projection: dict[str, Any] = {"ProjectionType": index.projection}
    if index.attributes:
        projection["NonKeyAttributes"] = sorted(index.attributes)
    return {"IndexName": index.name, "KeySchema": _key_schema(index.keys), "Projection": projection}


def _global_shape(index: Index) -> dict[str, Any]:
    return _without_nothing(
        {
            **_index_shape(index),
            "ProvisionedThroughput": capacity(index.throughput),
            "OnDemandThroughput": ceiling(index.ceiling),
            "WarmThroughput": warm(index.warm),
        }
    )


def _key_schema(keys: tuple[KeyPart, ...]) -> list[dict[str, str]]:
    return [{"AttributeName": key.name, "KeyType": key.role} for key in keys]


def _definitions(keys: list[KeyPart]) -> list[dict[str, str]]:
    types = {key.name: key.type for key in keys}
    return [{"AttributeName": name, "AttributeType": type_} for name, type_ in types.items()]


def _encryption_shape(encryption: Encryption) -> dict[str, Any]:
    return _without_nothing({"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": encryption.key})


def _tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def _policy_text(policy: Mapping[str, Any]) -> str:
    return json.dumps(policy, separators=(",", ":"), ensure_ascii=False)


def _without_nothing(request: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in request.items() if value is not None and value != []}
