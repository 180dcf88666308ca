"""The legacy parameters, each turned into what its modern counterpart compiles to."""

from stator.expressions.legacy_conditions import expected_condition, filter_condition, key_condition
from stator.expressions.legacy_updates import projection, update

__all__ = ["expected_condition", "filter_condition", "key_condition", "projection", "update"]
