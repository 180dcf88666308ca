"""From a request's parameters, modern or legacy, to the conditions, updates and projections the engine runs."""

from __future__ import annotations

from collections.abc import Callable

from stator.api.call import Request
from stator.engine.catalogue import Table
from stator.engine.intervals import SortCondition
from stator.engine.item_keys import check_key_paths, index_key_mismatch
from stator.engine.items import Condition
from stator.errors import ValidationException
from stator.expressions import (
    Condition as Filter,
)
from stator.expressions import (
    Placeholders,
    Projection,
    Update,
    compile_condition,
    compile_projection,
    compile_update,
    legacy,
    prepare_key_condition,
)

__all__ = [
    "Filter",
    "check_key_paths",
    "check_update",
    "filter_of",
    "key_conditions_of",
    "legacy_filter_of",
    "legacy_projection_of",
    "projection_of",
    "update_of",
    "write_condition",
]


def write_condition(request: Request, placeholders: Placeholders) -> Condition | None:
    """The condition of a put, update or delete."""
    text = request.get("ConditionExpression")
    if text is not None:
        condition = compile_condition(text, placeholders, "ConditionExpression")
    else:
        if "Expected" not in request:
            _refuse_lone_operator(request)
            return None
        expected = legacy.expected_condition(request["Expected"], request.get("ConditionalOperator"))
        if expected is None:
            return None
        condition = expected
    return_old = request.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD"
    return Condition(condition.matches, return_old, condition.nested)


def _refuse_lone_operator(request: Request) -> None:
    if "ConditionalOperator" in request:
        raise ValidationException("ConditionalOperator cannot be used without Filter or Expected")


def filter_of(request: Request, placeholders: Placeholders) -> Filter | None:
    text = request.get("FilterExpression")
    return None if text is None else compile_condition(text, placeholders, "FilterExpression")


def legacy_filter_of(request: Request, parameter: str) -> Filter | None:
    """`parameter`: QueryFilter or ScanFilter."""
    if parameter in request:
        return legacy.filter_condition(request[parameter], request.get("ConditionalOperator"))
    if "FilterExpression" not in request:
        _refuse_lone_operator(request)
    return None


def key_conditions_of(request: Request, placeholders: Placeholders) -> Callable[[], list[SortCondition]]:
    """A query's conditions on key attributes, read now and checked as such when called, after the query's other
    expressions. Which key each is on is not looked at here."""
    text = request.get("KeyConditionExpression")
    if text is None:
        made = legacy.key_condition(request["KeyConditions"])
        return lambda: [SortCondition(*each) for each in made.conditions]
    ready = prepare_key_condition(text, placeholders)
    return lambda: [SortCondition(*each) for each in ready().conditions]


def projection_of(request: Request, placeholders: Placeholders) -> Projection | None:
    text = request.get("ProjectionExpression")
    return None if text is None else compile_projection(text, placeholders)


def legacy_projection_of(request: Request) -> Projection | None:
    names = request.get("AttributesToGet")
    return None if names is None else legacy.projection(names)


def update_of(request: Request, placeholders: Placeholders) -> Update | None:
    text = request.get("UpdateExpression")
    if text is not None:
        return compile_update(text, placeholders)
    updates = request.get("AttributeUpdates")
    return None if updates is None else legacy.update(updates)


def check_update(table: Table, update: Update) -> None:
    """Refuses an update of a key attribute, and one that would give an index key another type."""
    for name in table.key_names:
        if name in update.attributes:
            raise ValidationException(
                f"One or more parameter values were invalid: Cannot update attribute {name}. "
                "This attribute is part of the key"
            )
    types = update.assigned_types
    for index in table.indexes:
        for schema in index.keys:
            actual = types.get(schema.name, schema.type)
            if actual != schema.type:
                raise index_key_mismatch(index, schema, actual)
    check_key_paths(table, update.nested)
