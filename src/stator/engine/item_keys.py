"""Primary keys of items: checked against the schema, and turned into the bytes under which the item is stored.

Messages are AWS's own. A key that comes in a `Key` parameter and a key inside an `Item` are refused in different
words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from stator.engine import records
from stator.engine.catalogue import Index, KeyAttribute, Table
from stator.errors import CorruptionError, EmptyKeyValue, ValidationException
from stator.keys.encoding import partition_hash, sort_key
from stator.limits import PARTITION_KEY_BYTES_MAX, SORT_KEY_BYTES_MAX
from stator.values import Item, value_size

SCHEMA_MISMATCH = "The provided key element does not match the schema"
_INVALID = "One or more parameter values were invalid: "
_NOT_VALID = "One or more parameter values are not valid. "
_SURELY_SMALL = SORT_KEY_BYTES_MAX // 16  # four attributes of four bytes a character
_EMPTY_WORDS = {"S": "string", "B": "binary"}


class ItemKey:
    """`attributes`: the key alone, in schema order. `stored`: the store's key. `head`: how the body begins."""

    __slots__ = ("attributes", "head", "stored")

    def __init__(self, table: Table, attributes: Item) -> None:
        self.attributes = attributes
        self.head = records.key_head(attributes)
        self.stored = stored_key(table, attributes)

    def own(self, record: bytes | None) -> bytes | None:
        """`record`, known to be this key's. Two partition keys under one hash are refused loudly."""
        if record is not None and not records.has_key(record, self.head):
            raise CorruptionError("another key is stored under this key's hash; nothing was written")
        return record


def stored_key(table: Table, item: Item) -> bytes:
    """The store's key of the item; `item` holds at least a valid key."""
    partition = partition_hash(table.salt, (item[table.partition.name],))
    if table.sort is None:
        return table.item_prefix + partition
    return table.item_prefix + partition + sort_key(item[table.sort.name])


def key_of(table: Table, key: Item) -> ItemKey:
    """From a request's `Key`: exactly the key attributes, canonical. Raises ValidationException."""
    if len(key) != len(table.keys):
        raise ValidationException(SCHEMA_MISMATCH)
    return ItemKey(table, checked_key(table.keys, 1, key))


def key_within(table: Table, item: Item) -> ItemKey:
    """From a whole item, canonical. Raises ValidationException."""
    for schema in table.keys:
        value = item.get(schema.name)
        if value is None:
            raise ValidationException(f"{_INVALID}Missing the key {schema.name} in the item")
        if schema.type not in value:
            actual = next(iter(value))
            raise ValidationException(
                f"{_INVALID}Type mismatch for key {schema.name} expected: {schema.type} actual: {actual}"
            )
        if not value[schema.type]:
            raise _empty(schema)
    _refuse_large(table.keys, 1, item)
    return ItemKey(table, {name: item[name] for name in table.key_names})


def checked_key(keys: Sequence[KeyAttribute], partition: int, key: Item) -> Item:
    """The key attributes in schema order. Raises ValidationException when one is absent, of another type, empty or
    too large. The first `partition` of `keys` are partition attributes, the rest sort attributes."""
    found = {}
    is_small = True
    for schema in keys:
        name = schema.name
        value = key.get(name)
        if value is None or schema.type not in value:
            raise ValidationException(SCHEMA_MISMATCH)
        content = value[schema.type]
        if not content:
            raise _empty(schema)
        if len(content) > _SURELY_SMALL:
            is_small = False
        found[name] = value
    if not is_small:
        _refuse_large(keys, partition, key)
    return found


def _empty(schema: KeyAttribute) -> EmptyKeyValue:
    word = _EMPTY_WORDS[schema.type]
    return EmptyKeyValue(
        f"{_NOT_VALID}The AttributeValue for a key attribute cannot contain an empty {word} value. "
        f"Key: {schema.name}"
    )


def can_be_key(keys: Sequence[KeyAttribute], partition: int, item: Item) -> bool:
    """Whether the item can lie in an index with these keys: all there, of their types, not empty, not too large."""
    for schema in keys:
        value = item.get(schema.name)
        if value is None or not value.get(schema.type):
            return False
    return _is_small(keys, item) or not any(_too_large(keys, partition, item))


def _is_small(keys: Sequence[KeyAttribute], key: Item) -> bool:
    """UTF-8 takes at most four bytes a character, base64 more than one a byte: short text needs no counting."""
    for schema in keys:  # noqa: SIM110 -- on every request's way: a generator costs more than the loop
        if len(key[schema.name][schema.type]) > _SURELY_SMALL:
            return False
    return True


def _too_large(keys: Sequence[KeyAttribute], partition: int, key: Item) -> tuple[bool, bool]:
    """Of the partition attributes together, and of the sort attributes together."""
    return (
        sum(_part_bytes(key, schema) for schema in keys[:partition]) > PARTITION_KEY_BYTES_MAX,
        sum(_part_bytes(key, schema) for schema in keys[partition:]) > SORT_KEY_BYTES_MAX,
    )


def _refuse_large(keys: Sequence[KeyAttribute], partition: int, key: Item) -> None:
    if _is_small(keys, key):
        return
    partition_too_large, sort_too_large = _too_large(keys, partition, key)
    if partition_too_large:
        raise ValidationException(
            f"{_INVALID}Size of hashkey has exceeded the maximum size limit of{PARTITION_KEY_BYTES_MAX} bytes"
        )
    if sort_too_large:
        raise ValidationException(
            f"{_INVALID}Aggregated size of all range keys has exceeded the size limit of "
            f"{SORT_KEY_BYTES_MAX} bytes"
        )


def _part_bytes(key: Item, schema: KeyAttribute) -> int:
    return 0 if schema.type == "N" else value_size(key[schema.name])


def check_index_keys(table: Table, item: Item) -> None:
    """Refuses an item whose attribute cannot be the index key that the schema says it is."""
    for index in _in_report_order(table):
        for schema in index.keys:
            value = item.get(schema.name)
            if value is None:
                continue
            if schema.type not in value:
                raise index_key_mismatch(index, schema, next(iter(value)))
            if value[schema.type] == "":
                raise EmptyKeyValue(
                    f"{_NOT_VALID}A value specified for a secondary index key is not supported. "
                    f"The AttributeValue for a key attribute cannot contain an empty "
                    f"{_EMPTY_WORDS[schema.type]} value. IndexName: {index.name}, IndexKey: {schema.name}"
                )
        _refuse_large_index_key(index, item)


def index_key_mismatch(index: Index, schema: KeyAttribute, actual: str) -> ValidationException:
    return ValidationException(
        f"{_INVALID}Type mismatch for Index Key {schema.name} Expected: {schema.type} "
        f"Actual: {actual} IndexName: {index.name}"
    )


def check_updated_index_keys(table: Table, item: Item) -> None:
    """As `check_index_keys`, of what an update made, where the type was not to be seen in the request."""
    for index in table.indexes:
        for schema in index.keys:
            value = item.get(schema.name)
            if value is None:
                continue
            if schema.type not in value:
                raise ValidationException(
                    "The update expression attempted to update the secondary index key to unsupported type"
                )
            if not value[schema.type]:
                raise EmptyKeyValue(
                    f"{_NOT_VALID}The update expression attempted to update a secondary index key to a value that "
                    "is not supported. The AttributeValue for a key attribute cannot contain an empty "
                    f"{_EMPTY_WORDS[schema.type]} value."
                )
        _refuse_large_index_key(index, item)


def _in_report_order(table: Table) -> Iterator[Index]:
    yield from (index for index in table.indexes if not index.local)
    yield from table.local_indexes


def _refuse_large_index_key(index: Index, item: Item) -> None:
    if all(schema.name in item for schema in index.keys):
        _refuse_large(index.keys, len(index.partition), item)


def check_key_paths(table: Table, nested: Iterable[str]) -> None:
    """Refuses paths that go into a key attribute of the table or of an index."""
    if not nested:
        return
    for kind, names in (
        ("Key", table.key_names),
        ("IndexKey", [name for index in table.indexes for name in index.names]),
    ):
        for name in names:
            if name in nested:
                raise ValidationException(
                    "Key attributes must be scalars; list random access '[]' and map lookup '.' are not "
                    f"allowed: {kind}: {name}"
                )
