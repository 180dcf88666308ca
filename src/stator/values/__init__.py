"""Attribute values: their types, canonical form, size, equality and order. Pure."""

from stator.values.binary import binary_size, decode_binary
from stator.values.canonical import canonical_item, canonical_value, ordered_set, refuse_long_name
from stator.values.depth import LEVELS_MAX, nests_beyond
from stator.values.order import compare, equal
from stator.values.size import item_size, resized, value_size
from stator.values.types import AttributeValue, Item, type_of

__all__ = [
    "LEVELS_MAX",
    "AttributeValue",
    "Item",
    "binary_size",
    "canonical_item",
    "canonical_value",
    "compare",
    "decode_binary",
    "equal",
    "item_size",
    "nests_beyond",
    "ordered_set",
    "refuse_long_name",
    "resized",
    "type_of",
    "value_size",
]
