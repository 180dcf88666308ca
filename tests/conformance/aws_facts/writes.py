"""PutItem, UpdateItem and DeleteItem: which error is told, in which words, ahead of which other."""

from __future__ import annotations

from collections.abc import Iterator

from aws_facts.calls import N, S, delete, nested, pair, put, update
from aws_facts.case import (
    NO_SUCH_TABLE,
    Case,
    detected,
    invalid,
    invalid_like,
)
from aws_facts.wordings import (
    NEWER_OPERATOR,
    NEWER_RETURN_VALUES,
    PARAMETERS,
    RETURN_VALUES_ENUM,
    TABLE_NAME_PATTERN,
    at_least,
    at_most,
    broken,
    capacity_enum,
    metrics_enum,
    missing,
    mixed,
    newer_broken,
    undefined_value,
)

KEY = {"pk": S("k")}
SET_A = {"UpdateExpression": "SET a = :a", "ExpressionAttributeValues": {":a": S("x")}}
NO_NAME = detected(newer_broken("TableName", at_least(1)))
OLDER_OPERATOR = broken("XOR", "conditionalOperator", "Member must satisfy enum value set: [OR, AND]")
ONLY_OLD = "ReturnValues can only be ALL_OLD or NONE"


def _request(operation: str, **members: object) -> tuple[str, dict[str, object]]:
    return operation, members


def _table_names() -> Iterator[Case]:
    item = {"Item": KEY}
    yield Case("a put without a table", _request("PutItem", **item), detected(missing("tableName")))
    for operation, part in (
        ("PutItem", {"Item": {}}),
        ("DeleteItem", {"Key": {}}),
        ("UpdateItem", {"Key": {}}),
    ):
        yield Case(
            f"{operation} with an empty table name", _request(operation, TableName="", **part), NO_NAME
        )
        yield Case(
            f"{operation} with an empty table name says nothing of ReturnValues",
            _request(operation, TableName="", ReturnValues="INVALID", **part),
            NO_NAME,
        )
        yield Case(
            f"{operation} with a short name of wrong characters tells of the name",
            _request(operation, TableName="x!", **part),
            invalid_like("tableName"),
        )
    yield Case(
        "a put into a name of 256 characters",
        put("a" * 256, KEY),
        detected(broken("a" * 256, "tableName", at_most(255))),
    )
    yield Case(
        "a put into a name with a blank",
        put("bad table!@#", KEY),
        detected(broken("bad table!@#", "tableName", TABLE_NAME_PATTERN)),
    )
    for call in (
        put("absent", KEY),
        delete("absent", KEY),
        update("absent", KEY, "SET a = :a", {":a": N(1)}),
    ):
        yield Case(f"{call[0]} on a table that is not there", call, NO_SUCH_TABLE)


def _enums() -> Iterator[Case]:
    rcc, ricm = {"ReturnConsumedCapacity": "INVALID"}, {"ReturnItemCollectionMetrics": "INVALID"}
    rv = {"ReturnValues": "INVALID"}
    yield Case(
        "a put tells three wrong enums together",
        put("absent", KEY, **rcc, **ricm, **rv),
        detected(capacity_enum("INVALID"), NEWER_RETURN_VALUES, metrics_enum("INVALID")),
    )
    yield Case(
        "a delete tells two wrong enums together",
        delete("absent", KEY, **rcc, **rv),
        detected(capacity_enum("INVALID"), NEWER_RETURN_VALUES),
    )
    yield Case(
        "an update stops at a wrong ReturnValues",
        update("absent", KEY, **rcc, **rv),
        detected(NEWER_RETURN_VALUES),
    )
    for value in ("ALL_NEW", "UPDATED_NEW", "UPDATED_OLD"):
        yield Case(
            f"a delete cannot return {value}", delete("plain", KEY, ReturnValues=value), detected(ONLY_OLD)
        )
        yield Case(f"a put cannot return {value}", put("plain", KEY, ReturnValues=value), detected(ONLY_OLD))


def _updates_without_a_key() -> Iterator[Case]:
    """The newer layer needs the request whole: without its key all is told in the older words."""
    yield Case(
        "an update without a key tells of an empty table name too",
        _request("UpdateItem", TableName="", **SET_A),
        detected(broken("", "tableName", at_least(1)), missing("key")),
    )
    yield Case(
        "an update without a key tells of everything in the members' order",
        _request(
            "UpdateItem", TableName="", **SET_A, ReturnConsumedCapacity="INVALID", ReturnValues="INVALID"
        ),
        detected(
            capacity_enum("INVALID"),
            broken("", "tableName", at_least(1)),
            broken("INVALID", "returnValues", RETURN_VALUES_ENUM),
            missing("key"),
        ),
    )
    yield Case(
        "an update without a key tells of a wrong operator first",
        _request(
            "UpdateItem",
            TableName="absent",
            AttributeUpdates={"x": {"Action": "PUT", "Value": S("1")}},
            Expected={"a": {"Exists": False}, "b": {"Exists": False}},
            ConditionalOperator="XOR",
        ),
        detected(OLDER_OPERATOR, missing("key")),
    )


def _very_deep_requests() -> Iterator[Case]:
    """Past some 62 levels the single-item writes read a request in the older way, enums before depth."""
    deep = {"Expected": {"a": {"Value": nested(100)}, "b": {"Exists": False}}, "ConditionalOperator": "XOR"}
    yield Case(
        "a put with a very deep Expected", put("absent", pair("a", "1"), **deep), detected(OLDER_OPERATOR)
    )
    updates = {"x": {"Action": "PUT", "Value": S("1")}}
    yield Case(
        "an update with a very deep Expected",
        update("absent", pair("a", "1"), AttributeUpdates=updates, **deep),
        detected(OLDER_OPERATOR),
    )
    less_deep = {**deep, "Expected": {"a": {"Value": nested(40)}, "b": {"Exists": False}}}
    for call in (
        put("absent", pair("a", "1"), **less_deep),
        update("absent", pair("a", "1"), AttributeUpdates=updates, **less_deep),
    ):
        yield Case(
            f"{call[0]} with an Expected 40 maps deep tells the operator", call, invalid_like(NEWER_OPERATOR)
        )
    unknown = detected(broken("BOGUS", "returnValues", RETURN_VALUES_ENUM))
    deep_condition = {
        "ConditionExpression": "#d = :deep",
        "ExpressionAttributeNames": {"#d": "d"},
    }
    for depth, value, expected in ((63, "BOGUS", unknown), (100, "UPDATED_NEW", invalid(ONLY_OLD))):
        yield Case(
            f"a delete that returns {value} with a condition's value {depth} maps deep",
            delete(
                "absent",
                pair("a", "1"),
                **deep_condition,
                ExpressionAttributeValues={":deep": nested(depth)},
                ReturnValues=value,
            ),
            expected,
        )
    yield Case(
        "a delete that returns BOGUS with an Expected value 63 maps deep",
        delete("absent", pair("a", "1"), Expected={"d": {"Value": nested(63)}}, ReturnValues="BOGUS"),
        unknown,
    )
    yield Case(
        "a delete that returns BOGUS with a key 100 maps deep",
        delete("absent", {"pk": nested(100), "sk": S("1")}, ReturnValues="BOGUS"),
        unknown,
    )


def _expressions() -> Iterator[Case]:
    exists = {"ConditionExpression": "attribute_exists(a)"}
    without = "can only be specified when using expressions"
    for make in (put, delete, update):
        what = make("plain", KEY)[0]
        yield Case(
            f"{what} with values but no expression",
            make("plain", KEY, ExpressionAttributeValues={":v": S("x")}),
            detected(f"ExpressionAttributeValues {without}"),
        )
        yield Case(
            f"{what} with names but no expression",
            make("plain", KEY, ExpressionAttributeNames={"#a": "a"}),
            detected(f"ExpressionAttributeNames {without}"),
        )
        yield Case(
            f"{what} with names beside Expected",
            make("plain", KEY, ExpressionAttributeNames={"#a": "a"}, Expected={"a": {"Exists": False}}),
            detected(f"ExpressionAttributeNames {without}"),
        )
        yield Case(
            f"{what} with no values in the map of values",
            make("plain", KEY, **exists, ExpressionAttributeValues={}),
            detected("ExpressionAttributeValues must not be empty"),
        )
        yield Case(
            f"{what} with no names in the map of names",
            make("plain", KEY, **exists, ExpressionAttributeNames={}),
            detected("ExpressionAttributeNames must not be empty"),
        )
        yield Case(
            f"{what} with an empty condition",
            make("plain", KEY, ConditionExpression=""),
            detected("Invalid ConditionExpression: The expression can not be empty;"),
        )
        yield Case(
            f"{what} with a condition and Expected",
            make(
                "plain",
                KEY,
                ConditionExpression="attribute_not_exists(pk)",
                Expected={"pk": {"Exists": False}},
            ),
            detected(mixed("Expected", "ConditionExpression")),
        )
        yield Case(
            f"{what} with a condition in two pairs of parentheses",
            make("plain", KEY, ConditionExpression="((attribute_not_exists(pk)))"),
            detected("Invalid ConditionExpression: The expression has redundant parentheses;"),
        )
        yield Case(
            f"{what} with contains of a path in itself",
            make(
                "plain", KEY, ConditionExpression="contains(#a, #a)", ExpressionAttributeNames={"#a": "data"}
            ),
            detected(
                "Invalid ConditionExpression: The first operand must be distinct from the remaining operands for "
                "this operator or function; operator: contains, first operand: [data]"
            ),
        )
    yield Case(
        "a BETWEEN whose bounds are reversed is refused before it is tried",
        put(
            "plain",
            KEY,
            ConditionExpression="#n BETWEEN :hi AND :lo",
            ExpressionAttributeNames={"#n": "n"},
            ExpressionAttributeValues={":hi": N(10), ":lo": N(1)},
        ),
        invalid_like("The BETWEEN operator requires upper bound to be greater than or equal to lower bound"),
    )


def _update_expressions() -> Iterator[Case]:
    value = {":v": S("val")}
    refused = {
        "INVALID SYNTAX HERE": 'Invalid UpdateExpression: Syntax error; token: "INVALID", near: "INVALID SYNTAX"',
        "": "Invalid UpdateExpression: The expression can not be empty;",
    }
    for text, message in refused.items():
        yield Case(f"the update {text!r}", update("plain", KEY, text), detected(message))
    yield Case(
        "an update with a name it does not use",
        update("plain", KEY, "SET b = :v", value, {"#unused": "b"}),
        detected("Value provided in ExpressionAttributeNames unused in expressions: keys: {#unused}"),
    )
    yield Case(
        "an update with a value it does not use",
        update("plain", KEY, "SET b = :v", {**value, ":unused": S("x")}),
        detected("Value provided in ExpressionAttributeValues unused in expressions: keys: {:unused}"),
    )
    yield Case(
        "an update of a value that was not given",
        update("plain", KEY, "SET b = :v"),
        detected(undefined_value("UpdateExpression", ":v")),
    )
    yield Case(
        "a condition on a value that was not given, beside a good update",
        update("plain", KEY, "SET b = :w", {":w": S("x")}, ConditionExpression="a = :v"),
        detected(undefined_value("ConditionExpression", ":v")),
    )
    yield Case(
        "an update in both ways",
        update("plain", KEY, "SET b = :v", value, AttributeUpdates={"b": {"Value": S("x"), "Action": "PUT"}}),
        detected(mixed("AttributeUpdates", "UpdateExpression")),
    )
    for kind, key, names, values in (
        ("a name without #", "s", {"s": "status"}, {":v": S("x")}),
        ("a value without :", "v", {"#s": "status"}, {"v": S("x")}),
    ):
        parameter = "Names" if key == "s" else "Values"
        yield Case(
            f"an update with {kind}",
            update("plain", KEY, "SET #s = :v", values, names),
            detected(f'ExpressionAttribute{parameter} contains invalid key: Syntax error; key: "{key}"'),
        )
    part = "This attribute is part of the key"
    for table, key, name in (("plain", KEY, "pk"), ("pairs", pair("a", "b"), "sk")):
        changed = {name: {"Action": "PUT", "Value": S("x")}}
        for call in (
            update(table, key, f"SET {name} = :v", value),
            update(table, key, AttributeUpdates=changed),
        ):
            yield Case(
                f"an update of the key attribute {name} by {min(call[1].keys() - {'TableName', 'Key'})}",
                call,
                invalid(f"{PARAMETERS}Cannot update attribute {name}. {part}"),
            )


def _expected() -> Iterator[Case]:
    conditions = {
        "Value must be provided when Exists is true for Attribute: a": {"Exists": True},
        "Value cannot be used when Exists is false for Attribute: a": {"Exists": False, "Value": S("x")},
        "Value and AttributeValueList cannot be used together for Attribute: a": {
            "Value": S("x"),
            "ComparisonOperator": "EQ",
            "AttributeValueList": [S("x")],
        },
        "Value or AttributeValueList must be used with ComparisonOperator: EQ for Attribute: a": {
            "ComparisonOperator": "EQ"
        },
        "Invalid number of argument(s) for the BETWEEN ComparisonOperator": {
            "ComparisonOperator": "BETWEEN",
            "AttributeValueList": [S("x")],
        },
    }
    for message, condition in conditions.items():
        for make in (put, delete, update):
            call = make("plain", KEY, Expected={"a": condition})
            yield Case(f"{call[0]} with Expected: {message}", call, detected(PARAMETERS + message))


CASES = [
    *_table_names(),
    *_enums(),
    *_updates_without_a_key(),
    *_very_deep_requests(),
    *_expressions(),
    *_update_expressions(),
    *_expected(),
]
