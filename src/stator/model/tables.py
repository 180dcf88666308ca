"""The tables of a design: keys and indexes. Data alone; `checks` says what is wrong with it.

Table("shop", pk="pk", sk="sk", indexes=[Gsi("byStatus", pk="gsi1pk", sk="gsi1sk")], ttl="expires_at")

A key attribute is a text; `("year", "N")` where it is a number, "B" where it is binary.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

KeyType = Literal["S", "N", "B"]
Attribute = str | tuple[str, KeyType]
Projection = Literal["ALL", "KEYS_ONLY"] | Sequence[str]


@dataclass(frozen=True, slots=True)
class KeyAttribute:
    name: str
    type: KeyType


@dataclass(frozen=True, slots=True)
class Gsi:
    """A global secondary index. `project`: "ALL", "KEYS_ONLY", or the attributes that it has beside the keys."""

    name: str
    pk: Attribute
    sk: Attribute | None = None
    project: Projection = "ALL"

    is_local = False


@dataclass(frozen=True, slots=True)
class Lsi:
    """A local secondary index: the table's partition key, another sort key."""

    name: str
    sk: Attribute
    project: Projection = "ALL"

    is_local = True


@dataclass(frozen=True, slots=True)
class Table:
    """`name`: without its environment. `ttl`: the attribute that an item expires by. `type_attribute`: what an item's
    entity is told by; None for a table with one entity. `stream`: a stream view type. `capacity`: read and write
    units, None on demand. `recovery`: point-in-time recovery. `logical`: CloudFormation's name for it."""

    name: str
    pk: Attribute = "pk"
    sk: Attribute | None = None
    indexes: Sequence[Gsi | Lsi] = ()
    ttl: str | None = None
    type_attribute: str | None = "_type"
    stream: str | None = None
    capacity: tuple[int, int] | None = None
    recovery: bool = False
    tags: Mapping[str, str] = field(default_factory=dict)

    def keys(self, index: str | None = None) -> tuple[KeyAttribute, KeyAttribute | None]:
        """The key of the table, or of one of its indexes."""
        if index is None:
            return key_attribute(self.pk), None if self.sk is None else key_attribute(self.sk)
        found = self.index(index)
        pk = self.pk if isinstance(found, Lsi) else found.pk
        return key_attribute(pk), None if found.sk is None else key_attribute(found.sk)

    def index(self, name: str) -> Gsi | Lsi:
        return next(index for index in self.indexes if index.name == name)

    @property
    def ways(self) -> tuple[str | None, ...]:
        """What can be queried: the table itself (None), then its indexes."""
        return (None, *(index.name for index in self.indexes))

    @property
    def key_names(self) -> tuple[str, ...]:
        pk, sk = self.keys()
        return (pk.name,) if sk is None else (pk.name, sk.name)

    def attributes(self) -> dict[str, KeyType]:
        """Every key attribute with its type."""
        return {key.name: key.type for way in self.ways for key in self.keys(way) if key is not None}

    def projected(self, index: str | None) -> set[str] | None:
        """The attributes that an index's items have; None: all of them."""
        if index is None or self.index(index).project == "ALL":
            return None
        project = self.index(index).project
        keys = {key.name for key in self.keys(index) if key is not None} | set(self.key_names)
        return keys if isinstance(project, str) else keys | set(project)

    def definition(self, name: str) -> dict[str, Any]:
        """CreateTable's arguments, under this name."""
        local = [_index(self, index) for index in self.indexes if index.is_local]
        others = [_index(self, index) for index in self.indexes if not index.is_local]
        arguments: dict[str, Any] = {
            "TableName": name,
            "AttributeDefinitions": [
                {"AttributeName": attribute, "AttributeType": kind}
                for attribute, kind in self.attributes().items()
            ],
            "KeySchema": _schema(self, None),
            **_billing(self.capacity),
        }
        if local:
            arguments["LocalSecondaryIndexes"] = local
        if others:
            throughput = {k: v for k, v in _billing(self.capacity).items() if k == "ProvisionedThroughput"}
            arguments["GlobalSecondaryIndexes"] = [{**other, **throughput} for other in others]
        if self.stream:
            arguments["StreamSpecification"] = {"StreamEnabled": True, "StreamViewType": self.stream}
        if self.tags:
            arguments["Tags"] = [{"Key": key, "Value": value} for key, value in self.tags.items()]
        return arguments


def key_attribute(given: Attribute) -> KeyAttribute:
    return KeyAttribute(given, "S") if isinstance(given, str) else KeyAttribute(*given)


def _schema(table: Table, index: str | None) -> list[dict[str, str]]:
    pk, sk = table.keys(index)
    schema = [{"AttributeName": pk.name, "KeyType": "HASH"}]
    return schema if sk is None else [*schema, {"AttributeName": sk.name, "KeyType": "RANGE"}]


def _index(table: Table, index: Gsi | Lsi) -> dict[str, Any]:
    projection: dict[str, Any] = {"ProjectionType": index.project}
    if not isinstance(index.project, str):
        projection = {"ProjectionType": "INCLUDE", "NonKeyAttributes": list(index.project)}
    return {"IndexName": index.name, "KeySchema": _schema(table, index.name), "Projection": projection}


def _billing(capacity: tuple[int, int] | None) -> dict[str, Any]:
    if capacity is None:
        return {"BillingMode": "PAY_PER_REQUEST"}
    units = {"ReadCapacityUnits": capacity[0], "WriteCapacityUnits": capacity[1]}
    return {"BillingMode": "PROVISIONED", "ProvisionedThroughput": units}
