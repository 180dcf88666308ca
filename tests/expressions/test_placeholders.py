"""Placeholders: when they may be given, what they may hold, and that each is used."""

from typing import Any

import pytest

from stator.errors import ValidationException
from stator.expressions import Placeholders, compile_condition, compile_projection, compile_update

PUT = (("ConditionExpression",), ("Expected", "ConditionalOperator"))
UPDATE = (
    ("UpdateExpression", "ConditionExpression"),
    ("AttributeUpdates", "Expected", "ConditionalOperator"),
)
QUERY = (
    ("ProjectionExpression", "FilterExpression", "KeyConditionExpression"),
    ("AttributesToGet", "QueryFilter", "ConditionalOperator", "KeyConditions"),
)
GET = (("ProjectionExpression",), ("AttributesToGet",))


def refused(request: dict[str, Any], lists: tuple[tuple[str, ...], tuple[str, ...]]) -> str:
    with pytest.raises(ValidationException) as caught:
        Placeholders.of_request(request).refuse_mixed(request, *lists)
    return caught.value.message


TOO_LONG = " contains invalid key: The expression attribute map contains a key that is too long"
NAMES_TOO_LONG = "ExpressionAttributeNames" + TOO_LONG


@pytest.mark.parametrize(
    ("request_", "lists", "reason"),
    [
        ({"ConditionExpression": "", "Expected": {}}, PUT,
         "Can not use both expression and non-expression parameters in the same request: "
         "Non-expression parameters: {Expected} Expression parameters: {ConditionExpression}"),
        ({"ConditionExpression": "", "UpdateExpression": "", "Expected": {}, "AttributeUpdates": {}}, UPDATE,
         "Can not use both expression and non-expression parameters in the same request: "
         "Non-expression parameters: {AttributeUpdates, Expected} "
         "Expression parameters: {UpdateExpression, ConditionExpression}"),
        ({"QueryFilter": {}, "AttributesToGet": [], "KeyConditions": {}, "ConditionalOperator": "OR",
          "FilterExpression": "", "ProjectionExpression": ""}, QUERY,
         "Can not use both expression and non-expression parameters in the same request: "
         "Non-expression parameters: {AttributesToGet, QueryFilter, ConditionalOperator} "
         "Expression parameters: {ProjectionExpression, FilterExpression}"),
        ({"KeyConditions": {}, "KeyConditionExpression": ""}, QUERY,
         "Can not use both expression and non-expression parameters in the same request: "
         "Non-expression parameters: {KeyConditions} Expression parameters: {KeyConditionExpression}"),
        ({"ExpressionAttributeNames": {}, "ExpressionAttributeValues": {}}, PUT,
         "ExpressionAttributeNames can only be specified when using expressions"),
        ({"ExpressionAttributeNames": {}}, GET,
         "ExpressionAttributeNames can only be specified when using expressions"),
        ({"ExpressionAttributeValues": {}}, PUT,
         "ExpressionAttributeValues can only be specified when using expressions: ConditionExpression is null"),
        ({"ExpressionAttributeValues": {}}, UPDATE, "ExpressionAttributeValues can only be specified when using "
         "expressions: UpdateExpression and ConditionExpression are null"),
        ({"ExpressionAttributeValues": {}, "ProjectionExpression": "a"}, QUERY, "ExpressionAttributeValues can only "
         "be specified when using expressions: FilterExpression and KeyConditionExpression are null"),
    ],
)  # fmt: skip
def test_parameters_that_do_not_go_together_are_refused(
    request_: dict[str, Any], lists: tuple[tuple[str, ...], tuple[str, ...]], reason: str
) -> None:
    assert refused(request_, lists) == reason


@pytest.mark.parametrize(
    ("request_", "lists"),
    [
        ({}, PUT),
        ({"Expected": {}, "ConditionalOperator": "OR"}, PUT),
        ({"KeyConditions": {}, "FilterExpression": "a = :a", "ExpressionAttributeValues": {}}, QUERY),
        ({"ProjectionExpression": "a", "ExpressionAttributeNames": {}}, GET),
    ],
)
def test_parameters_that_go_together_are_not_refused(
    request_: dict[str, Any], lists: tuple[tuple[str, ...], tuple[str, ...]]
) -> None:
    Placeholders.of_request(request_).refuse_mixed(request_, *lists)


@pytest.mark.parametrize(
    ("names", "values", "reason"),
    [
        ({}, {}, "ExpressionAttributeNames must not be empty"),
        ({"a": "a"}, {}, 'ExpressionAttributeNames contains invalid key: Syntax error; key: "a"'),
        ({"#": "a"}, None, 'ExpressionAttributeNames contains invalid key: Syntax error; key: "#"'),
        ({"#a-b": "a"}, None, 'ExpressionAttributeNames contains invalid key: Syntax error; key: "#a-b"'),
        ({"#é": "a"}, None, 'ExpressionAttributeNames contains invalid key: Syntax error; key: "#é"'),
        ({"#a\n": "a"}, None, 'ExpressionAttributeNames contains invalid key: Syntax error; key: "#a\n"'),
        ({"#" + "a" * 255: "a"}, None, NAMES_TOO_LONG + "; size of key: 256"),
        ({"#" + "a" * 255 + "-x": "a"}, None, NAMES_TOO_LONG + "; size of key: 258"),
        ({"#" + "é" * 127 + "a": "a"}, None, NAMES_TOO_LONG + "; size of key: 256"),
        (None, {":" + "a" * 255: {"S": "a"}}, "ExpressionAttributeValues" + TOO_LONG + ";"),
        ({"#a": ""}, None, "ExpressionAttributeNames contains invalid value: Empty attribute name for key #a"),
        (None, {}, "ExpressionAttributeValues must not be empty"),
        (None, {":b": {}, "b": {"S": "a"}}, 'ExpressionAttributeValues contains invalid key: Syntax error; key: "b"'),
        (None, {":b": {}}, "ExpressionAttributeValues contains invalid value: Supplied AttributeValue is empty, "
         "must contain exactly one of the supported datatypes for key :b"),
        (None, {":a": {"S": "a"}, ":b": {"N": "x"}}, "ExpressionAttributeValues contains invalid value: "
         "The parameter cannot be converted to a numeric value: x for key :b"),
    ],
)  # fmt: skip
def test_a_misspelt_placeholder_or_a_faulty_value_is_refused_before_the_expression(
    names: Any, values: Any, reason: str
) -> None:
    with pytest.raises(ValidationException) as caught:
        compile_condition("", Placeholders(names, values), "ConditionExpression")
    assert caught.value.message == reason


@pytest.mark.parametrize(
    ("names", "values", "reason"),
    [
        ({"#a": "a", "#x": "x", "#y": "y"}, {":z": {"S": ""}},
         "Value provided in ExpressionAttributeNames unused in expressions: keys: {#x, #y}"),
        ({"#a": "a"}, {":v": {"S": "v"}, ":y": {"S": ""}, ":x": {"S": ""}},
         "Value provided in ExpressionAttributeValues unused in expressions: keys: {:y, :x}"),
    ],
)  # fmt: skip
def test_what_no_expression_uses_is_refused_names_first(names: Any, values: Any, reason: str) -> None:
    placeholders = Placeholders(names, values)
    compile_condition("attribute_exists(#a)", placeholders, "ConditionExpression")
    if ":v" in values:
        compile_update("SET b = :v", placeholders)
    with pytest.raises(ValidationException) as caught:
        placeholders.refuse_unused()
    assert caught.value.message == reason


def test_uses_in_all_expressions_of_a_request_count() -> None:
    placeholders = Placeholders({"#a": "a", "#b": "b", "#c": "c"}, {":a": {"N": "1"}, ":b": {"N": "2"}})
    compile_update("SET #a = #a + :a", placeholders)
    compile_condition("#b < :b", placeholders, "ConditionExpression")
    compile_projection("#c.x", placeholders)
    placeholders.refuse_unused()
    Placeholders().refuse_unused()


def test_values_are_made_canonical_and_the_request_stays_as_it_is() -> None:
    given = {":n": {"N": "01.50"}}
    placeholders = Placeholders(None, given)
    made = compile_condition("a = :n", placeholders, "ConditionExpression")
    assert made.matches({"a": {"N": "1.5"}})
    assert given == {":n": {"N": "01.50"}}


def test_the_same_text_with_other_names_is_another_expression() -> None:
    item = {"a": {"S": "x"}, "b": {"S": "y"}}
    for name in ("a", "b"):
        found = compile_projection("#n", Placeholders({"#n": name})).apply(item)
        assert found == {name: item[name]}


def test_a_placeholder_of_255_bytes_is_one() -> None:
    name, value = "#" + "a" * 254, ":" + "b" * 254
    placeholders = Placeholders({name: "x"}, {value: {"S": "y"}})
    condition = compile_condition(f"{name} = {value}", placeholders, "ConditionExpression")
    assert condition.matches({"x": {"S": "y"}})
