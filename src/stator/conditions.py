"""`Key` and `Attr`: conditions as objects, with the methods of boto3's, for `stator.open`'s tables."""

from stator.client.conditions import Attr, Condition, Key

__all__ = ["Attr", "Condition", "Key"]
