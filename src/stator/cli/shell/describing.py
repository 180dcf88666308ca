"""Tables as `\\d` and `\\l` show them."""

from __future__ import annotations

from typing import Any

from stator.cli.shell.catalogue import Index, Table
from stator.cli.shell.literals import visible

_KB = 1024
Row = tuple[str, str]


def summary_row(table: Table) -> list[str]:
    """Name, key, indexes, items, size, status."""
    described = table.described
    return [
        visible(table.name),
        key_text(table, table.key, described["KeySchema"]),
        visible(", ".join(index.name for index in table.indexes)),
        f"{described.get('ItemCount', 0):,}",
        size_text(described.get("TableSizeBytes", 0)),
        described["TableStatus"],
    ]


SUMMARY_HEADS = ("table", "key", "indexes", "items", "size", "status")
SUMMARY_RIGHT = (False, False, False, True, True, False)


def detail_rows(table: Table) -> list[Row]:
    described = table.described
    rows = [
        ("table", f"{table.name}, {described['TableStatus']}"),
        ("key", key_text(table, table.key, described["KeySchema"])),
        ("capacity", _capacity(described)),
        ("items", f"{described.get('ItemCount', 0):,}, {size_text(described.get('TableSizeBytes', 0))}"),
        *[("index", _index_text(table, index)) for index in table.indexes],
    ]
    stream = described.get("StreamSpecification", {})
    if stream.get("StreamEnabled"):
        rows.append(("stream", stream["StreamViewType"]))
    if described.get("DeletionProtectionEnabled"):
        rows.append(("protected", "it cannot be deleted"))
    return [(name, visible(text)) for name, text in rows]


def key_text(table: Table, names: tuple[str, ...], schema: list[dict[str, Any]]) -> str:
    """`artist S, title S`; of several partition attributes each says what it is."""
    kinds = {each["AttributeName"]: each["KeyType"] for each in schema}
    several = len(names) > 2
    return ", ".join(
        f"{visible(name)} {table.types.get(name, '?')}{f' {kinds[name].lower()}' if several else ''}"
        for name in names
    )


def size_text(size: int) -> str:
    for unit in ("bytes", "KB", "MB", "GB"):
        if size < _KB or unit == "GB":
            break
        size /= _KB  # type: ignore[assignment]
    return f"{size:,} bytes" if unit == "bytes" else f"{size:,.1f} {unit}"


def _capacity(described: dict[str, Any]) -> str:
    if described.get("BillingModeSummary", {}).get("BillingMode") == "PAY_PER_REQUEST":
        return "on demand"
    given = described.get("ProvisionedThroughput", {})
    return (
        f"{given.get('ReadCapacityUnits', 0)} read, {given.get('WriteCapacityUnits', 0)} write units a second"
    )


def _index_text(table: Table, index: Index) -> str:
    described = index.described
    projection = described["Projection"]
    kept = projection["ProjectionType"]
    if kept == "INCLUDE":
        kept = "keys, " + ", ".join(projection.get("NonKeyAttributes", ()))
    status = described.get("IndexStatus", "ACTIVE")
    where = "global" if index.is_global else "local"
    key = key_text(table, index.key, described["KeySchema"])
    return f"{index.name}, {where}, key {key}, holds {kept}, {status}"
