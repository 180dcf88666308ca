"""What is not as a template wants it: property by property, as CloudFormation names them, and what is refused.

Of what a template does not name, it wants the default, as CloudFormation does of a property that was taken out. Two
things cannot be told apart from outside and count as the same: warm throughput above what is wanted (it only rises),
and a KMS key given as an alias, or not at all, from any other key.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from stator.templates.presence import LOGICAL_ID_TAG, STACK_TAG
from stator.templates.settings import ON_DEMAND, Encryption, Index, KeyPart, Settings, Units, same_policy

ABSENT = None
_LOSES = "it cannot be changed: a table replaced would lose its items"


@dataclass(frozen=True, slots=True)
class Change:
    """`before` and `after`: in JSON's shapes, None for what is not there. `note`: what it brings with it."""

    property: str
    before: Any
    after: Any
    note: str = ""


def refused_changes(present: Settings, wanted: Settings) -> Iterator[Change]:
    """Those that CloudFormation makes by replacing the table."""
    if present.keys != wanted.keys:
        yield Change("KeySchema", _keys(present.keys), _keys(wanted.keys), _LOSES)
    for name in sorted({*present.local, *wanted.local}):
        before, after = present.local.get(name), wanted.local.get(name)
        if before is None or after is None or before.identity != after.identity:
            yield Change(f"LocalSecondaryIndexes.{name}", _shown(before), _shown(after), _LOSES)


def changes_of(present: Settings, wanted: Settings) -> list[Change]:
    """Those that are made in place, in the order in which they are made."""
    return [
        *_capacity(present, wanted),
        *_indexes(present, wanted),
        *_settings(present, wanted),
        *_features(present, wanted),
    ]


def changed_indexes(present: Settings, wanted: Settings) -> tuple[list[str], list[str]]:
    """Global indexes to delete, and to create. One whose keys or projection change is in both."""
    gone = [name for name, index in present.indexes.items() if _is_other(index, wanted.indexes.get(name))]
    new = [name for name, index in wanted.indexes.items() if _is_other(index, present.indexes.get(name))]
    return gone, new


def raised(present: Units, wanted: Units) -> bool:
    """Whether more warm throughput is wanted than there is."""
    return any(
        after is not None and after > (before or 0) for before, after in zip(present, wanted, strict=True)
    )


def same_encryption(present: Encryption | None, wanted: Encryption | None) -> bool:
    if present is None or wanted is None:
        return present is wanted
    if (
        wanted.key is None
        or present.key is None
        or ":alias/" in wanted.key
        or wanted.key.startswith("alias/")
    ):
        return True
    return wanted.key == present.key or present.key.endswith(f"/{wanted.key}")


def _is_other(index: Index, other: Index | None) -> bool:
    return other is None or index.identity != other.identity


def _capacity(present: Settings, wanted: Settings) -> Iterator[Change]:
    if present.billing != wanted.billing:
        yield Change("BillingMode", present.billing, wanted.billing)
    if present.throughput != wanted.throughput:
        yield Change("ProvisionedThroughput", capacity(present.throughput), capacity(wanted.throughput))
    if present.ceiling != wanted.ceiling:
        yield Change("OnDemandThroughput", ceiling(present.ceiling), ceiling(wanted.ceiling))
    if raised(present.warm, wanted.warm):
        yield Change("WarmThroughput", warm(present.warm), warm(wanted.warm))


def _indexes(present: Settings, wanted: Settings) -> Iterator[Change]:
    gone, new = changed_indexes(present, wanted)
    for name in gone:
        if name not in new:
            yield Change(f"GlobalSecondaryIndexes.{name}", _shown(present.indexes[name]), ABSENT)
    for name in new:
        note = "made anew: queries of it fail until it is there" if name in gone else ""
        yield Change(
            f"GlobalSecondaryIndexes.{name}",
            _shown(present.indexes.get(name)),
            _shown(wanted.indexes[name]),
            note,
        )
    for name, index in wanted.indexes.items():
        if name not in new:
            yield from _index(f"GlobalSecondaryIndexes.{name}", present.indexes[name], index)


def _index(path: str, present: Index, wanted: Index) -> Iterator[Change]:
    if present.throughput != wanted.throughput:
        yield Change(
            f"{path}.ProvisionedThroughput", capacity(present.throughput), capacity(wanted.throughput)
        )
    if present.ceiling != wanted.ceiling:
        yield Change(f"{path}.OnDemandThroughput", ceiling(present.ceiling), ceiling(wanted.ceiling))
    if raised(present.warm, wanted.warm):
        yield Change(f"{path}.WarmThroughput", warm(present.warm), warm(wanted.warm))


def _settings(present: Settings, wanted: Settings) -> Iterator[Change]:
    if present.stream != wanted.stream:
        another = present.stream is not None and wanted.stream is not None
        note = "another stream, with an ARN of its own" if another else ""
        yield Change("StreamSpecification.StreamViewType", present.stream, wanted.stream, note)
    if not same_encryption(present.encryption, wanted.encryption):
        yield Change("SSESpecification", _key(present.encryption), _key(wanted.encryption))
    if present.table_class != wanted.table_class:
        yield Change("TableClass", present.table_class, wanted.table_class)
    if present.protected != wanted.protected:
        yield Change("DeletionProtectionEnabled", present.protected, wanted.protected)


def _features(present: Settings, wanted: Settings) -> Iterator[Change]:
    if present.expiry != wanted.expiry:
        yield Change("TimeToLiveSpecification.AttributeName", present.expiry, wanted.expiry)
    if present.recovery != wanted.recovery:
        off = "what could be restored until now can be no more" if wanted.recovery is None else ""
        yield Change(
            "PointInTimeRecoverySpecification", _recovery(present.recovery), _recovery(wanted.recovery), off
        )
    for key in {**present.tags, **wanted.tags}:
        before, after = present.tags.get(key), wanted.tags.get(key)
        if before != after:
            note = "marks the stack's tables" if key in (STACK_TAG, LOGICAL_ID_TAG) else ""
            yield Change(f"Tags.{key}", before, after, note)
    if not same_policy(present.policy, wanted.policy):
        yield Change("ResourcePolicy", present.policy, wanted.policy)
    if not same_policy(kept_stream_policy(present, wanted), wanted.stream_policy):
        yield Change("StreamSpecification.ResourcePolicy", present.stream_policy, wanted.stream_policy)


def kept_stream_policy(present: Settings, wanted: Settings) -> Mapping[str, Any] | None:
    """That of the stream which there will be: another stream begins without one."""
    return present.stream_policy if present.stream == wanted.stream else None


def created(wanted: Settings) -> list[Change]:
    """What a new table is to be, where that is not the default."""
    nothing = Settings(keys=wanted.keys)
    changes = [Change("KeySchema", ABSENT, _keys(wanted.keys))]
    changes.append(Change("BillingMode", ABSENT, wanted.billing))
    changes += [
        Change(f"LocalSecondaryIndexes.{name}", ABSENT, _shown(each)) for name, each in wanted.local.items()
    ]
    changes += [change for change in changes_of(nothing, wanted) if change.property != "BillingMode"]
    return [replace(change, before=ABSENT) for change in changes]


def _keys(keys: tuple[KeyPart, ...]) -> list[str]:
    return [str(key) for key in keys]


def _shown(index: Index | None) -> dict[str, Any] | None:
    if index is None:
        return None
    shown: dict[str, Any] = {"KeySchema": _keys(index.keys), "Projection": index.projection}
    if index.attributes:
        shown["NonKeyAttributes"] = sorted(index.attributes)
    for name, units in (
        ("ProvisionedThroughput", capacity(index.throughput)),
        ("OnDemandThroughput", ceiling(index.ceiling)),
    ):
        if units is not None:
            shown[name] = units
    return shown


def capacity(units: Units) -> dict[str, int] | None:
    return _named(units, "{}CapacityUnits")


def ceiling(units: Units) -> dict[str, int] | None:
    return _named(units, "Max{}RequestUnits")


def warm(units: Units) -> dict[str, int] | None:
    return _named(units, "{}UnitsPerSecond")


def _named(units: Units, name: str) -> dict[str, int] | None:
    """As requests and templates have them; None when there are none."""
    words = zip(("Read", "Write"), units, strict=True)
    return {name.format(word): each for word, each in words if each is not None} or None


def _key(encryption: Encryption | None) -> str | None:
    return None if encryption is None else encryption.key or "the account's own key"


def _recovery(days: int | None) -> str | None:
    return None if days is None else f"{days} days"


def is_on_demand(settings: Settings) -> bool:
    return settings.billing == ON_DEMAND
