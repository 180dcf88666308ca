"""A design's tables as a CloudFormation template: names by environment, TTL, streams, recovery, tags.

A prefix becomes a parameter `Environment` within `Fn::Sub`, a suffix a mapping of the environments. What `stator apply`
reads back is what the design says; a test holds it so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from stator.model.naming import Naming, Prefix, Suffix
from stator.model.sketches import Sketch
from stator.model.tables import Table


def template_of(sketch: Sketch) -> dict[str, Any]:
    template: dict[str, Any] = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": f"The tables of {sketch.name}",
        **_environments(sketch.naming),
        "Resources": {},
    }
    for table in sketch.tables:
        template["Resources"][logical_id(table.name)] = {
            "Type": "AWS::DynamoDB::Table",
            "Properties": _properties(table, sketch.naming),
        }
    return template


def logical_id(name: str) -> str:
    """CloudFormation's name for a table: letters and digits."""
    return "".join(part[:1].upper() + part[1:] for part in re.split(r"[^A-Za-z0-9]+", name) if part) + "Table"


def _environments(naming: Naming) -> dict[str, Any]:
    if isinstance(naming, Suffix) and isinstance(naming.suffixes, Mapping):
        names = list(naming.suffixes)
        parameter = {"Type": "String", "AllowedValues": names, "Default": names[0]}
        mapping = {name: {"Suffix": suffix} for name, suffix in naming.suffixes.items()}
        return {"Parameters": {"Environment": parameter}, "Mappings": {"Environments": mapping}}
    if isinstance(naming, (Prefix, Suffix)):
        parameter = {"Type": "String"}
        if naming.environments:
            parameter.update(AllowedValues=list(naming.environments), Default=naming.environments[0])
        return {"Parameters": {"Environment": parameter}}
    return {}


def _name(table: Table, naming: Naming) -> Any:
    if isinstance(naming, Suffix) and isinstance(naming.suffixes, Mapping):
        suffix = {"Fn::FindInMap": ["Environments", {"Ref": "Environment"}, "Suffix"]}
        return {"Fn::Join": ["", [table.name, suffix]]}
    if isinstance(naming, (Prefix, Suffix)):
        return {"Fn::Sub": naming.table_name(table.name, "${Environment}")}
    return table.name


def _properties(table: Table, naming: Naming) -> dict[str, Any]:
    definition = table.definition("")
    properties: dict[str, Any] = {**definition, "TableName": _name(table, naming)}
    stream = properties.pop("StreamSpecification", None)
    if stream is not None:
        properties["StreamSpecification"] = {"StreamViewType": stream["StreamViewType"]}
    if table.ttl is not None:
        properties["TimeToLiveSpecification"] = {"AttributeName": table.ttl, "Enabled": True}
    if table.recovery:
        properties["PointInTimeRecoverySpecification"] = {"PointInTimeRecoveryEnabled": True}
    return properties


def table_from(definition: dict[str, Any], ttl: str | None = None, recovery: bool = False) -> Table:
    """A table of CreateTable's arguments, or of a template's properties, whose intrinsic functions are worked out."""
    from stator.model.tables import Gsi, Lsi

    kinds = {each["AttributeName"]: each["AttributeType"] for each in definition["AttributeDefinitions"]}

    def key(schema: list[dict[str, str]], kind: str) -> Any:
        names = [each["AttributeName"] for each in schema if each["KeyType"] == kind]
        keys = [name if kinds[name] == "S" else (name, kinds[name]) for name in names]
        return keys if len(keys) > 1 else next(iter(keys), None)

    def project(index: dict[str, Any]) -> Any:
        projection = index.get("Projection", {})
        if projection.get("ProjectionType") == "INCLUDE":
            return tuple(projection["NonKeyAttributes"])
        return projection.get("ProjectionType", "ALL")

    indexes: list[Gsi | Lsi] = [
        Gsi(each["IndexName"], key(each["KeySchema"], "HASH"), key(each["KeySchema"], "RANGE"), project(each))
        for each in definition.get("GlobalSecondaryIndexes") or ()
    ]
    indexes += [
        Lsi(each["IndexName"], key(each["KeySchema"], "RANGE"), project(each))
        for each in definition.get("LocalSecondaryIndexes") or ()
    ]
    units = definition.get("ProvisionedThroughput") or {}
    capacity = (
        (units["ReadCapacityUnits"], units["WriteCapacityUnits"]) if units.get("ReadCapacityUnits") else None
    )
    schema = definition["KeySchema"]
    return Table(
        definition["TableName"], pk=key(schema, "HASH"), sk=key(schema, "RANGE"), indexes=tuple(indexes), ttl=ttl,
        stream=(definition.get("StreamSpecification") or {}).get("StreamViewType"), capacity=capacity,
        recovery=recovery,
    )  # fmt: skip
