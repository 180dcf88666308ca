"""The tables of a design: keys and indexes. Data alone; `checks` says what is wrong with it.

Table("shop", pk="pk", sk="sk", indexes=[Gsi("byStatus", pk="gsi1pk", sk="gsi1sk")], ttl="expires_at")
Gsi("byTeam", pk=["tenant", "team"], sk=["status", ("round", "N")])

A key attribute is a text; `("year", "N")` where it is a number, "B" where it is binary. A global index may have up to
four attributes as its partition key and four as its sort key, in a list; all else has one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, cast

KeyType = Literal["S", "N", "B"]
Attribute = str | tuple[str, KeyType]
Attributes = Attribute | Sequence[Attribute]
Projection = Literal["ALL", "KEYS_ONLY"] | Sequence[str]


@dataclass(frozen=True, slots=True)
class KeyAttribute:
    name: str
    type: KeyType


KeyAttributes = tuple[KeyAttribute, ...]


@dataclass(frozen=True, slots=True)
class Gsi:
    """A global secondary index. `pk`, `sk`: an attribute, or a list of up to four. `project`: "ALL", "KEYS_ONLY", or
    the attributes that it has beside the keys and the table's type_attribute."""

    name: str
    pk: Attributes
    sk: Attributes | None = None
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
    key_names: tuple[str, ...] = field(init=False, repr=False, compare=False)
    _keys: Mapping[str | None, tuple[KeyAttributes, KeyAttributes]] = field(
        init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        pk, sk = key_attributes(self.pk), key_attributes(self.sk)
        keys: dict[str | None, tuple[KeyAttributes, KeyAttributes]] = {None: (pk, sk)}
        for index in self.indexes:
            own = pk if isinstance(index, Lsi) else key_attributes(index.pk)
            keys.setdefault(index.name, (own, key_attributes(index.sk)))
        object.__setattr__(self, "_keys", keys)
        object.__setattr__(self, "key_names", tuple(key.name for key in (*pk, *sk)))

    def keys(self, index: str | None = None) -> tuple[KeyAttribute, KeyAttribute | None]:
        """The key of the table, or of one of its indexes: where that has several, the first of each."""
        partition, sort = self._keys[index]
        return partition[0], sort[0] if sort else None

    def key(self, index: str | None = None) -> tuple[KeyAttributes, KeyAttributes]:
        """The attributes of the partition and of the sort key; no sort key is ()."""
        return self._keys[index]

    def key_attributes(self, index: str | None = None) -> KeyAttributes:
        """Both, in the order of the key."""
        partition, sort = self._keys[index]
        return (*partition, *sort)

    def index(self, name: str) -> Gsi | Lsi:
        return next(index for index in self.indexes if index.name == name)

    @property
    def ways(self) -> tuple[str | None, ...]:
        """What can be queried: the table itself (None), then its indexes."""
        return (None, *(index.name for index in self.indexes))

    def attributes(self) -> dict[str, KeyType]:
        """Every key attribute with its type."""
        return {key.name: key.type for way in self.ways for key in self.key_attributes(way)}

    def included(self, index: Gsi | Lsi) -> tuple[str, ...]:
        """What an index that projects some attributes has beside keys: also what entities are told apart by."""
        kind = () if self.type_attribute is None else (self.type_attribute,)
        return () if isinstance(index.project, str) else tuple(dict.fromkeys((*index.project, *kind)))

    def projected(self, index: str | None) -> set[str] | None:
        """The attributes that an index's items have; None: all of them."""
        if index is None or self.index(index).project == "ALL":
            return None
        return {key.name for key in self.key_attributes(index)} | {
            *self.key_names,
            *self.included(self.index(index)),
        }

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


def key_attributes(given: Attributes | None) -> KeyAttributes:
    if given is None:
        return ()
    if isinstance(given, str) or _is_typed(given):
        return (_key_attribute(cast(Attribute, given)),)
    return tuple(map(_key_attribute, given))


def _is_typed(given: Any) -> bool:
    """("year", "N") is one attribute; two texts that are attributes come in a list, or neither is a type."""
    return isinstance(given, tuple) and len(given) == 2 and given[1] in ("S", "N", "B")


def _key_attribute(given: Attribute) -> KeyAttribute:
    return KeyAttribute(given, "S") if isinstance(given, str) else KeyAttribute(*given)


def _schema(table: Table, index: str | None) -> list[dict[str, str]]:
    partition, sort = table.key(index)
    return [
        {"AttributeName": key.name, "KeyType": kind}
        for kind, keys in (("HASH", partition), ("RANGE", sort))
        for key in keys
    ]


def _index(table: Table, index: Gsi | Lsi) -> dict[str, Any]:
    projection: dict[str, Any] = {"ProjectionType": index.project}
    if not isinstance(index.project, str):
        projection = {"ProjectionType": "INCLUDE", "NonKeyAttributes": list(table.included(index))}
    return {"IndexName": index.name, "KeySchema": _schema(table, index.name), "Projection": projection}


def _billing(capacity: tuple[int, int] | None) -> dict[str, Any]:
    if capacity is None:
        return {"BillingMode": "PAY_PER_REQUEST"}
    units = {"ReadCapacityUnits": capacity[0], "WriteCapacityUnits": capacity[1]}
    return {"BillingMode": "PROVISIONED", "ProvisionedThroughput": units}
