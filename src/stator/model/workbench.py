"""NoSQL Workbench's data models: a sketch -> its JSON, and back.

A facet there is an entity here: its key aliases are the templates. What Workbench has no place for (local indexes,
those of several attributes, TTL, patterns) is not written; what it has and a design has not (autoscaling, MySQL access)
is not read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stator.client.native.values import Values
from stator.model.faults import ArgumentError
from stator.model.sketches import Shown, Sketch, type_letter
from stator.model.tables import Gsi, Lsi, Table

_values = Values()
_VERSION = "3.0"


def model_of(sketch: Sketch) -> dict[str, Any]:
    return {
        "ModelName": sketch.name,
        "ModelMetadata": {
            "Author": "",
            "DateCreated": "Jan 01, 2026, 00:00 AM",
            "DateLastModified": "Jan 01, 2026, 00:00 AM",
            "Description": "",
            "AWSService": "Amazon DynamoDB",
            "Version": _VERSION,
        },
        "DataModel": [_table(sketch, table) for table in sketch.tables],
    }


def _table(sketch: Sketch, table: Table) -> dict[str, Any]:
    shown = sketch.entities_of(table)
    items = [item for each in shown for item in each.items]
    model: dict[str, Any] = {
        "TableName": table.name,
        "KeyAttributes": _key(table, None),
        "NonKeyAttributes": _others(table, items),
        "TableFacets": [_facet(table, each) for each in shown],
        "GlobalSecondaryIndexes": [
            {
                "IndexName": index.name,
                "KeyAttributes": _key(table, index.name),
                "Projection": _projection(table, index),
            }
            for index in table.indexes
            if not isinstance(index, Lsi) and max(map(len, table.key(index.name))) == 1
        ],
        "TableData": [_values.item_to_wire(item) for item in items],
        "DataAccess": {"MySql": {}},
        "BillingMode": "PAY_PER_REQUEST" if table.capacity is None else "PROVISIONED",
    }
    if table.capacity is not None:
        read, write = table.capacity
        units = {"ReadCapacityUnits": read, "WriteCapacityUnits": write}
        model["ProvisionedCapacitySettings"] = {"ProvisionedThroughput": units}
    return model


def _key(table: Table, index: str | None) -> dict[str, Any]:
    pk, sk = table.keys(index)
    key = {"PartitionKey": {"AttributeName": pk.name, "AttributeType": pk.type}}
    if sk is not None:
        key["SortKey"] = {"AttributeName": sk.name, "AttributeType": sk.type}
    return key


def _others(table: Table, items: list[Mapping[str, Any]]) -> list[dict[str, str]]:
    found: dict[str, str] = {
        name: kind for name, kind in table.attributes().items() if name not in table.key_names
    }
    for item in items:
        for name, value in item.items():
            if name not in table.key_names:
                found.setdefault(name, type_letter(value))
    return [{"AttributeName": name, "AttributeType": kind} for name, kind in found.items()]


def _facet(table: Table, shown: Shown) -> dict[str, Any]:
    pk, sk = table.keys()
    alias = {"PartitionKeyAlias": shown.keys.get(pk.name, pk.name)}
    if sk is not None:
        alias["SortKeyAlias"] = shown.keys.get(sk.name, sk.name)
    names = dict.fromkeys(name for item in shown.items for name in item if name not in table.key_names)
    return {
        "FacetName": shown.name,
        "KeyAttributeAlias": alias,
        "TableData": [_values.item_to_wire(item) for item in shown.items],
        "NonKeyAttributes": list(names),
        "DataAccess": {"MySql": {}},
    }


def _projection(table: Table, index: Gsi | Lsi) -> dict[str, Any]:
    if isinstance(index.project, str):
        return {"ProjectionType": index.project}
    return {"ProjectionType": "INCLUDE", "NonKeyAttributes": list(table.included(index))}


# Reading


def sketch_from(model: Any) -> Sketch:
    """Raises ArgumentError for what is no data model, with what is missing."""
    try:
        tables = [_table_from(each) for each in model["DataModel"]]
        entities = [shown for each in model["DataModel"] for shown in _shown_from(each)]
        return Sketch(str(model["ModelName"]), tables, entities)
    except (KeyError, TypeError, AttributeError) as error:
        raise ArgumentError(f"this is no data model of NoSQL Workbench: {error!r}") from error


def _table_from(model: Mapping[str, Any]) -> Table:
    pk, sk = _keys_from(model["KeyAttributes"])
    indexes = tuple(
        Gsi(
            each["IndexName"],
            *_keys_from(each["KeyAttributes"]),
            project=_project_from(each.get("Projection", {})),
        )
        for each in model.get("GlobalSecondaryIndexes") or ()
    )
    settings = model.get("ProvisionedCapacitySettings", {}).get("ProvisionedThroughput", {})
    capacity = None
    if model.get("BillingMode") == "PROVISIONED" and settings:
        capacity = (settings["ReadCapacityUnits"], settings["WriteCapacityUnits"])
    return Table(model["TableName"], pk=pk, sk=sk, indexes=indexes, capacity=capacity)


def _keys_from(keys: Mapping[str, Any]) -> tuple[Any, Any]:
    return _attribute(keys["PartitionKey"]), _attribute(keys["SortKey"]) if keys.get("SortKey") else None


def _attribute(key: Mapping[str, str]) -> Any:
    name, kind = key["AttributeName"], key["AttributeType"]
    return name if kind == "S" else (name, kind)


def _project_from(projection: Mapping[str, Any]) -> Any:
    if projection.get("ProjectionType") == "INCLUDE":
        return tuple(projection["NonKeyAttributes"])
    return projection.get("ProjectionType", "ALL")


def _shown_from(model: Mapping[str, Any]) -> list[Shown]:
    names = [part["AttributeName"] for part in model["KeyAttributes"].values()]
    shown = []
    for facet in model.get("TableFacets") or ():
        aliases = facet.get("KeyAttributeAlias", {}).values()
        keys = dict(zip(names, map(str, aliases), strict=False))
        items = [_values.item_from_wire(item) for item in facet.get("TableData") or ()]
        shown.append(Shown(facet["FacetName"], model["TableName"], keys, items))
    if shown or not model.get("TableData"):
        return shown
    items = [_values.item_from_wire(item) for item in model["TableData"]]
    return [Shown(model["TableName"], model["TableName"], {name: f"{{{name}}}" for name in names}, items)]
