"""What a table is, in one shape for what a template wants and for what is there, so that the two can be compared."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

STANDARD = "STANDARD"
PROVISIONED = "PROVISIONED"
ON_DEMAND = "PAY_PER_REQUEST"
RECOVERY_DAYS = 35
Units = tuple[int | None, int | None]
"""Of reading and of writing."""
NONE: Units = (None, None)


@dataclass(frozen=True, slots=True)
class KeyPart:
    """`role`: HASH or RANGE. `type`: S, N or B."""

    name: str
    role: str
    type: str

    def __str__(self) -> str:
        return f"{self.name} {self.role} {self.type}"


@dataclass(frozen=True, slots=True)
class Index:
    """`attributes`: those projected by name. The units are None where there are none, or where none are wanted."""

    name: str
    keys: tuple[KeyPart, ...]
    projection: str
    attributes: frozenset[str] = frozenset()
    throughput: Units = NONE
    ceiling: Units = NONE
    warm: Units = NONE

    @property
    def identity(self) -> tuple[object, ...]:
        """What cannot be changed without making the index anew."""
        return self.keys, self.projection, self.attributes


@dataclass(frozen=True, slots=True)
class Encryption:
    """By a KMS key; `key` as it is named, None for the account's own."""

    key: str | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """`recovery`: days that can be gone back, None when it is off. `policy`, `stream_policy`: documents."""

    keys: tuple[KeyPart, ...]
    local: Mapping[str, Index] = field(default_factory=dict)
    indexes: Mapping[str, Index] = field(default_factory=dict)
    billing: str = PROVISIONED
    throughput: Units = NONE
    ceiling: Units = NONE
    warm: Units = NONE
    stream: str | None = None
    encryption: Encryption | None = None
    table_class: str = STANDARD
    protected: bool = False
    expiry: str | None = None
    recovery: int | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    policy: Mapping[str, Any] | None = None
    stream_policy: Mapping[str, Any] | None = None


def key_parts(schema: list[Mapping[str, str]], types: Mapping[str, str]) -> tuple[KeyPart, ...]:
    """Partition attributes first, each kind in its own order. An attribute without a definition has the type ''."""
    parts = [
        KeyPart(each["AttributeName"], each["KeyType"], types.get(each["AttributeName"], ""))
        for each in schema
    ]
    return tuple(sorted(parts, key=lambda part: part.role))


def attribute_types(definitions: list[Mapping[str, str]]) -> dict[str, str]:
    return {each["AttributeName"]: each["AttributeType"] for each in definitions}


def same_policy(one: Mapping[str, Any] | None, other: Mapping[str, Any] | None) -> bool:
    return bool(_normal(one) == _normal(other))


def _normal(policy: Any) -> Any:
    """A list of one is its element, and lists are sets: IAM reads them so, and AWS writes them back either way."""
    if isinstance(policy, dict):
        return {key: _normal(value) for key, value in policy.items()}
    if isinstance(policy, list):
        values = sorted(
            (_normal(value) for value in policy), key=lambda value: json.dumps(value, sort_keys=True)
        )
        return values[0] if len(values) == 1 else values
    return policy
