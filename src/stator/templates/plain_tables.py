"""The checked properties of AWS::DynamoDB::Table -> settings; what contradicts itself is refused with its place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from stator.templates.faults import Path, ResolutionError
from stator.templates.settings import (
    NONE,
    ON_DEMAND,
    PROVISIONED,
    RECOVERY_DAYS,
    STANDARD,
    Encryption,
    Index,
    KeyPart,
    Settings,
    Units,
    attribute_types,
    key_parts,
)

Properties = Mapping[str, Any]


def settings_of(properties: Properties, stack_tags: Mapping[str, str], path: Path) -> Settings:
    """`path`: that of the properties. Raises ResolutionError."""
    types = attribute_types(properties.get("AttributeDefinitions", []))
    billing = properties.get("BillingMode", PROVISIONED)
    local = _indexes(properties.get("LocalSecondaryIndexes", ()), types, (*path, "LocalSecondaryIndexes"))
    indexes = _indexes(properties.get("GlobalSecondaryIndexes", ()), types, (*path, "GlobalSecondaryIndexes"))
    settings = Settings(
        keys=key_parts(properties["KeySchema"], types),
        local=local,
        indexes=indexes,
        billing=billing,
        throughput=_units(properties.get("ProvisionedThroughput"), "{}CapacityUnits"),
        ceiling=_units(properties.get("OnDemandThroughput"), "Max{}RequestUnits"),
        warm=_units(properties.get("WarmThroughput"), "{}UnitsPerSecond"),
        stream=properties.get("StreamSpecification", {}).get("StreamViewType"),
        encryption=_encryption(properties.get("SSESpecification"), (*path, "SSESpecification")),
        table_class=properties.get("TableClass", STANDARD),
        protected=properties.get("DeletionProtectionEnabled", False),
        expiry=_expiry(properties.get("TimeToLiveSpecification"), (*path, "TimeToLiveSpecification")),
        recovery=_recovery(
            properties.get("PointInTimeRecoverySpecification"), (*path, "PointInTimeRecoverySpecification")
        ),
        tags={**stack_tags, **_tags(properties.get("Tags", ()), (*path, "Tags"))},
        policy=properties.get("ResourcePolicy", {}).get("PolicyDocument"),
        stream_policy=properties.get("StreamSpecification", {})
        .get("ResourcePolicy", {})
        .get("PolicyDocument"),
    )
    _check_attributes(settings, types, path)
    return _with_capacity(settings, path)


def _indexes(given: Iterable[Properties], types: Mapping[str, str], path: Path) -> dict[str, Index]:
    made: dict[str, Index] = {}
    for place, each in enumerate(given):
        name = each["IndexName"]
        if name in made:
            raise ResolutionError((*path, place), f"the index {name} is given twice")
        projection = each["Projection"]
        made[name] = Index(
            name=name,
            keys=key_parts(each["KeySchema"], types),
            projection=_projection(projection, (*path, place, "Projection")),
            attributes=frozenset(projection.get("NonKeyAttributes", ())),
            throughput=_units(each.get("ProvisionedThroughput"), "{}CapacityUnits"),
            ceiling=_units(each.get("OnDemandThroughput"), "Max{}RequestUnits"),
            warm=_units(each.get("WarmThroughput"), "{}UnitsPerSecond"),
        )
    return made


def _projection(projection: Properties, path: Path) -> str:
    kind = projection.get("ProjectionType")
    if kind is None:
        raise ResolutionError(path, "ProjectionType is missing")
    if (kind == "INCLUDE") != bool(projection.get("NonKeyAttributes")):
        raise ResolutionError(path, "NonKeyAttributes belong to the ProjectionType INCLUDE, and to no other")
    return str(kind)


def _units(given: Properties | None, name: str) -> Units:
    if not given:
        return NONE
    return given.get(name.format("Read")), given.get(name.format("Write"))


def _encryption(given: Properties | None, path: Path) -> Encryption | None:
    if given is None:
        return None
    key = given.get("KMSMasterKeyId")
    if not given["SSEEnabled"]:
        if key is not None or given.get("SSEType") is not None:
            raise ResolutionError(path, "SSEType and KMSMasterKeyId need SSEEnabled: true")
        return None
    if key is not None and given.get("SSEType") is None:
        raise ResolutionError(path, "KMSMasterKeyId needs SSEType: KMS")
    return Encryption(key)


def _expiry(given: Properties | None, path: Path) -> str | None:
    if given is None or not given["Enabled"]:
        return None
    if "AttributeName" not in given:
        raise ResolutionError(path, "AttributeName is missing")
    return str(given["AttributeName"])


def _recovery(given: Properties | None, path: Path) -> int | None:
    given = given or {}
    days = given.get("RecoveryPeriodInDays")
    if not given.get("PointInTimeRecoveryEnabled", False):
        if days is not None:
            raise ResolutionError(path, "RecoveryPeriodInDays needs PointInTimeRecoveryEnabled: true")
        return None
    return RECOVERY_DAYS if days is None else int(days)


def _tags(given: Iterable[Properties], path: Path) -> dict[str, str]:
    made: dict[str, str] = {}
    for place, tag in enumerate(given):
        if tag["Key"] in made:
            raise ResolutionError((*path, place), f"the tag {tag['Key']} is given twice")
        made[tag["Key"]] = tag["Value"]
    return made


def _check_attributes(settings: Settings, types: Mapping[str, str], path: Path) -> None:
    """Each key attribute has a definition, and each definition is a key's."""
    used: set[str] = set()
    places: list[tuple[str, tuple[KeyPart, ...]]] = [("KeySchema", settings.keys)]
    places += [("LocalSecondaryIndexes", index.keys) for index in settings.local.values()]
    places += [("GlobalSecondaryIndexes", index.keys) for index in settings.indexes.values()]
    for name, keys in places:
        for key in keys:
            if not key.type:
                raise ResolutionError(
                    (*path, name), f"the key attribute {key.name} has no AttributeDefinition"
                )
            used.add(key.name)
    unused = [name for name in types if name not in used]
    if unused:
        raise ResolutionError(
            (*path, "AttributeDefinitions"), f"{', '.join(unused)}: only attributes of keys are defined"
        )


def _with_capacity(settings: Settings, path: Path) -> Settings:
    """What a billing mode needs is there, and the zeroes that CloudFormation lets the other one have are gone."""
    from dataclasses import replace

    if settings.billing == ON_DEMAND:
        _refuse_units(settings.throughput, (*path, "ProvisionedThroughput"))
        for index in settings.indexes.values():
            _refuse_units(index.throughput, (*path, "GlobalSecondaryIndexes"))
        indexes = {name: replace(index, throughput=NONE) for name, index in settings.indexes.items()}
        return replace(settings, throughput=NONE, indexes=indexes)
    if settings.throughput == NONE:
        raise ResolutionError(path, "ProvisionedThroughput is missing, or BillingMode: PAY_PER_REQUEST")
    for name, index in settings.indexes.items():
        if index.throughput == NONE:
            raise ResolutionError((*path, "GlobalSecondaryIndexes"), f"{name} has no ProvisionedThroughput")
    return settings


def _refuse_units(units: Units, path: Path) -> None:
    if any(units):
        raise ResolutionError(path, "there is none when BillingMode is PAY_PER_REQUEST")
