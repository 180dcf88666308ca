"""The five expression languages and the legacy parameters: text -> tokens -> tree -> closures.

Whatever the language, a condition becomes a Condition, a key condition a KeyCondition, an update an Update and a
projection a Projection. What is compiled holds no values of the request and is remembered, so a repeated request
only binds its own.
"""

from stator.expressions.conditions import Condition, Shape, compile_condition, shape_of_tree
from stator.expressions.key_conditions import KeyCondition, KeyTest, compile_key_condition
from stator.expressions.legacy_conditions import (
    condition_of_expected,
    condition_of_filter,
    key_condition_of_conditions,
)
from stator.expressions.legacy_updates import projection_of_attributes, update_of_attribute_updates
from stator.expressions.placeholders import Placeholders
from stator.expressions.projections import Projection, compile_projection, projection_of_paths
from stator.expressions.updates import Update, compile_update, update_of_actions

__all__ = [
    "Condition",
    "KeyCondition",
    "KeyTest",
    "Placeholders",
    "Projection",
    "Shape",
    "Update",
    "compile_condition",
    "compile_key_condition",
    "compile_projection",
    "compile_update",
    "condition_of_expected",
    "condition_of_filter",
    "key_condition_of_conditions",
    "projection_of_attributes",
    "projection_of_paths",
    "shape_of_tree",
    "update_of_actions",
    "update_of_attribute_updates",
]
