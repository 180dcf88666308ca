"""The five expression languages and the legacy parameters: text -> tokens -> tree -> closures.

Whatever the language, a condition becomes a Condition, a key condition a KeyCondition, an update an Update and a
projection a Projection. What is compiled holds no values of the request and is remembered, so a repeated request
only binds its own.
"""

from stator.expressions import legacy
from stator.expressions.conditions import Condition, Shape, compile_condition, shape_of_tree
from stator.expressions.key_conditions import (
    KeyCondition,
    KeyTest,
    compile_key_condition,
    prepare_key_condition,
)
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
    "legacy",
    "prepare_key_condition",
    "projection_of_paths",
    "shape_of_tree",
    "update_of_actions",
]
