"""What AWS refuses of a transaction before it begins, in its words, and what it cancels, with which reasons."""
# ruff: noqa: E501

from __future__ import annotations

from typing import Any

import pytest
from actions import (
    PAIRS,
    check,
    delete,
    get,
    key,
    nested,
    pair,
    put,
    read,
    save,
    stored,
    update,
    values,
    write,
)
from doors import Door, Refusal

from stator.errors import IdempotentParameterMismatchException, TransactionInProgressException
from stator.wire.faults import encode_fault

Members = dict[str, Any]

ONE = "1 validation error detected: "
UNUSED = "Value provided in ExpressionAttributeValues unused in expressions: keys: {:v}"
EMPTY_EXPRESSION = "Invalid ConditionExpression: The expression can not be empty;"
SYNTAX = 'Invalid ConditionExpression: Syntax error; token: "<EOF>", near: "("'
NOT_NUMERIC = "The parameter cannot be converted to a numeric value"
INVALID = "One or more parameter values were invalid: "
MISMATCH = "The provided key element does not match the schema"
TOO_DEEP = "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit"
MORE_THAN_ONCE = "Transaction request cannot include multiple operations on one item"
NOT_EMPTY = "One or more parameter values are not valid. "
EMPTY_KEY = f"{NOT_EMPTY}The AttributeValue for a key attribute cannot contain an empty string value. Key: pk"
ENUM_CAPACITY = (
    "Value 'BOGUS' at 'returnConsumedCapacity' failed to satisfy constraint: "
    "Member must satisfy enum value set: [INDEXES, TOTAL, NONE]"
)
ENUM_METRICS = (
    "Value 'BOGUS' at 'returnItemCollectionMetrics' failed to satisfy constraint: "
    "Member must satisfy enum value set: [SIZE, NONE]"
)
LONG_TOKEN = (
    f"Value '{'x' * 37}' at 'clientRequestToken' failed to satisfy constraint: "
    "Member must have length less than or equal to 36"
)
AT_LEAST_1 = "Value '[]' at 'transactItems' failed to satisfy constraint: Member must have length greater than or equal to 1"

V: Members = values(v={"S": "x"})
SET = "SET a = :v"
EXISTS = "attribute_exists(pk)"
OPEN = "attribute_not_exists("


def in_values(message: str, name: str) -> str:
    return f"ExpressionAttributeValues contains invalid value: {message} for key {name}"


def bad_name(at: str) -> str:
    return (
        f"{ONE}Value 'bad!name' at 'transactItems.{at}.tableName' failed to satisfy constraint: "
        "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"
    )


# What it is, the actions, further members of the request, the message.
WRITES_REFUSED: list[tuple[str, list[Members], Members, str]] = [
    # The shape of the request
    ("no action", [], {}, ONE + AT_LEAST_1),
    ("an unknown ReturnConsumedCapacity", [put(key("r"))], {"ReturnConsumedCapacity": "BOGUS"}, ONE + ENUM_CAPACITY),
    ("an unknown metrics", [put(key("r"))], {"ReturnItemCollectionMetrics": "BOGUS"}, ONE + ENUM_METRICS),
    (
        "both, and a long token first",
        [put(key("r"))],
        {
            "ReturnItemCollectionMetrics": "BOGUS",
            "ReturnConsumedCapacity": "BOGUS",
            "ClientRequestToken": "x" * 37,
        },
        f"3 validation errors detected: {LONG_TOKEN}; {ENUM_CAPACITY}; {ENUM_METRICS}",
    ),
    ("an enum before an absent table", [put(key("r"), "absent")], {"ReturnConsumedCapacity": "BOGUS"}, ONE + ENUM_CAPACITY),
    ("an enum before an item twice", [put(key("r")), delete(key("r"))], {"ReturnConsumedCapacity": "BOGUS"}, ONE + ENUM_CAPACITY),
    ("a put's bad table name", [put(key("r"), "bad!name")], {}, bad_name("1.member.put")),
    ("an update's", [put(key("r")), update(key("s"), SET, "bad!name", **V)], {}, bad_name("2.member.update")),
    ("a delete's", [delete(key("r"), "bad!name")], {}, bad_name("1.member.delete")),
    ("a check's", [check(key("r"), EXISTS, "bad!name")], {}, bad_name("1.member.conditionCheck")),
    # Which action
    (
        "an action that is none",
        [{}],
        {},
        "Invalid Request: TransactWriteRequest should contain Delete or Put or Update request",
    ),
    (
        "an action that is two",
        [{**put(key("r")), **delete(key("s"))}],
        {},
        "TransactItems can only contain one of Check, Put, Update or Delete",
    ),
    # Expressions
    ("a put's empty condition", [put(key("r"), ConditionExpression="")], {}, EMPTY_EXPRESSION),
    ("a delete's", [delete(key("r"), ConditionExpression="")], {}, EMPTY_EXPRESSION),
    ("a check's", [check(key("r"), "")], {}, EMPTY_EXPRESSION),
    ("an update's empty expression", [update(key("r"), "")], {}, "Invalid UpdateExpression: The expression can not be empty;"),
    ("a check's syntax", [check(key("r"), OPEN)], {}, SYNTAX),
    ("an update's syntax", [update(key("r"), "SET")], {}, 'Invalid UpdateExpression: Syntax error; token: "<EOF>", near: "SET"'),
    ("a put's unused value", [put(key("r"), ConditionExpression=EXISTS, **V)], {}, UNUSED),
    ("an update's", [update(key("r"), "SET a = :a", **values(a={"S": "x"}, v={"S": "y"}))], {}, UNUSED),
    ("a delete's", [delete(key("r"), ConditionExpression=EXISTS, **V)], {}, UNUSED),
    ("a check's", [check(key("r"), **V)], {}, UNUSED),
    ("unused before an absent table before it", [put(key("r"), "absent"), check(key("s"), **V)], {}, UNUSED),
    ("unused before an absent table after it", [check(key("s"), **V), put(key("r"), "absent")], {}, UNUSED),
    ("unused before an item twice", [put(key("r")), check(key("r"), **V)], {}, UNUSED),
    ("syntax before an absent table", [put(key("r"), "absent"), check(key("s"), OPEN)], {}, SYNTAX),
    ("syntax before a later item's depth", [check(key("r"), OPEN), put(key("s") | {"a": nested(32)})], {}, SYNTAX),
    ("an item's depth before later syntax", [put(key("s") | {"a": nested(32)}), check(key("r"), OPEN)], {}, TOO_DEEP),
    # Values, in the words of the older layer
    ("a put's number", [put(key("r") | {"n": {"N": "abc"}})], {}, f"{NOT_NUMERIC}: abc"),
    ("a put's empty number", [put(key("r") | {"n": {"N": ""}})], {}, NOT_NUMERIC),
    ("a delete's key", [delete({"pk": {"N": "abc"}})], {}, f"{NOT_NUMERIC}: abc"),
    ("an update's number", [update(key("r"), SET, **values(v={"N": "abc"}))], {}, in_values(f"{NOT_NUMERIC}: abc", ":v")),
    (
        "a check's set",
        [check(key("r"), "a = :v", **values(v={"SS": ["b", "a", "b"]}))],
        {},
        in_values(f"{INVALID}Input collection [b, a, b] contains duplicates.", ":v"),
    ),
    (
        "a put's set",
        [put(key("r") | {"s": {"NS": ["2", "1", "2"]}})],
        {},
        "Input collection contains duplicates",
    ),
    ("an update's depth", [update(key("r"), SET, **values(v=nested(32)))], {}, in_values(TOO_DEEP, ":v")),
    ("a check's depth", [check(key("r"), "a = :v", **values(v=nested(32)))], {}, in_values(TOO_DEEP, ":v")),
    ("an item too large", [put(key("r") | {"a": {"S": "x" * 409_600}})], {}, "Item size has exceeded the maximum allowed size"),
    # Keys with nothing in them
    ("a put's empty key", [put({"pk": {"S": ""}})], {}, EMPTY_KEY),
    ("an update's empty key", [update({"pk": {"S": ""}}, SET, **V)], {}, EMPTY_KEY),
    ("a delete's empty key", [delete({"pk": {"S": ""}})], {}, EMPTY_KEY),
    ("a check's empty key", [check({"pk": {"S": ""}})], {}, EMPTY_KEY),
    ("an empty key before a mismatch", [put({"pk": {"N": "1"}}), put({"pk": {"S": ""}})], {}, EMPTY_KEY),
    (
        "a put's empty index key",
        [put(pair("r") | {"kind": {"S": ""}}, PAIRS)],
        {},
        f"{NOT_EMPTY}A value specified for a secondary index key is not supported. The AttributeValue for a key "
        "attribute cannot contain an empty string value. IndexName: by-kind, IndexKey: kind",
    ),
    (
        "an update's empty index key",
        [update(pair("r"), "SET kind = :v", PAIRS, **values(v={"S": ""}))],
        {},
        f"{NOT_EMPTY}The update expression attempted to update a secondary index key to a value that is not "
        "supported. The AttributeValue for a key attribute cannot contain an empty string value.",
    ),
    # The items
    ("an item put twice", [put(key("r")), put(key("r") | {"a": {"S": "b"}})], {}, MORE_THAN_ONCE),
    ("an item checked and deleted", [check(key("r")), put(key("s")), delete(key("r"))], {}, MORE_THAN_ONCE),
    ("one number, written in two ways", [delete(pair("r", 1), PAIRS), delete({"sk": {"N": "1.0"}, "pk": {"S": "r"}}, PAIRS)], {}, MORE_THAN_ONCE),
    (
        "more than 4 MB",
        [put(key(f"r{n}") | {"a": {"S": "x" * 400_000}}) for n in range(11)],
        {},
        "The aggregate size of the items in the transaction exceeded 4 MB",
    ),
]  # fmt: skip

GETS_REFUSED: list[tuple[str, list[Members], Members, str]] = [
    ("no get", [], {}, ONE + AT_LEAST_1),
    ("an unknown ReturnConsumedCapacity", [get(key("r"))], {"ReturnConsumedCapacity": "BOGUS"}, ONE + ENUM_CAPACITY),
    ("an enum before an absent table", [get(key("r"), "absent")], {"ReturnConsumedCapacity": "BOGUS"}, ONE + ENUM_CAPACITY),
    ("an enum before an item twice", [get(key("r")), get(key("r"))], {"ReturnConsumedCapacity": "BOGUS"}, ONE + ENUM_CAPACITY),
    ("a bad table name", [get(key("r"), "bad!name")], {}, bad_name("1.member.get")),
    ("no operation", [{}], {}, f"{ONE}Value null at 'transactItems.1.member.get' failed to satisfy constraint: Member must not be null"),
    ("syntax", [get(key("r"), ProjectionExpression="!!!")], {}, 'Invalid ProjectionExpression: Syntax error; token: "!", near: "!!"'),
    ("syntax before an absent table", [get(key("r"), "absent"), get(key("s"), ProjectionExpression="!!!")], {}, 'Invalid ProjectionExpression: Syntax error; token: "!", near: "!!"'),
    ("a key's number", [get({"pk": {"N": "abc"}})], {}, f"{NOT_NUMERIC}: abc"),
    ("a key's set", [get({"pk": {"SS": ["b", "a", "b"]}})], {}, f"{INVALID}Input collection [b, a, b] contains duplicates."),
    ("an empty key", [get({"pk": {"S": ""}})], {}, EMPTY_KEY),
    ("an item twice", [get(key("r")), get(key("s")), get(key("r"), ProjectionExpression="a")], {}, MORE_THAN_ONCE),
]  # fmt: skip


@pytest.mark.parametrize(
    ("actions", "members", "message"),
    [case[1:] for case in WRITES_REFUSED],
    ids=[case[0] for case in WRITES_REFUSED],
)
def test_a_write_is_refused_before_it_begins(
    door: Door, actions: list[Members], members: Members, message: str
) -> None:
    with pytest.raises(Refusal) as refused:
        write(door, *actions, **members)
    assert (refused.value.code, refused.value.message) == ("ValidationException", message)
    assert stored(door, key("r")) is None
    assert stored(door, key("s")) is None


@pytest.mark.parametrize(
    ("gets", "members", "message"),
    [case[1:] for case in GETS_REFUSED],
    ids=[case[0] for case in GETS_REFUSED],
)
def test_a_read_is_refused_before_it_begins(
    door: Door, gets: list[Members], members: Members, message: str
) -> None:
    with pytest.raises(Refusal) as refused:
        read(door, *gets, **members)
    assert (refused.value.code, refused.value.message) == ("ValidationException", message)


@pytest.mark.parametrize(
    "actions", [[put(key("a"), "absent")], [put(key("a")), put({}, "absent")], [put({}), put({}, "absent")]]
)
def test_a_write_to_an_absent_table_is_refused_as_that(door: Door, actions: list[Members]) -> None:
    with pytest.raises(Refusal, match="ResourceNotFoundException: Requested resource not found"):
        write(door, *actions)
    assert stored(door, key("a")) is None


def test_a_read_of_an_absent_table_is_refused_as_that(door: Door) -> None:
    with pytest.raises(Refusal, match="ResourceNotFoundException: Requested resource not found"):
        read(door, get({}), get(key("a"), "absent"))


@pytest.mark.parametrize(("operation", "action"), [("TransactWriteItems", put), ("TransactGetItems", get)])
def test_a_hundred_actions_are_done_and_one_more_is_refused(door: Door, operation: str, action: Any) -> None:
    actions = [action(key(f"hundred{n}")) for n in range(101)]
    door.call(operation, {"TransactItems": actions[:100]})
    with pytest.raises(Refusal) as refused:
        door.call(operation, {"TransactItems": actions})
    said = refused.value.message
    assert said.startswith(f"{ONE}Value '[Transact")
    assert said.endswith("' at 'transactItems' failed to satisfy constraint: Member must have length less than or equal to 100")  # fmt: skip
    assert stored(door, key("hundred100")) is None


def test_a_read_of_more_than_4_mb_is_refused(door: Door) -> None:
    keys = [key(f"large{n}") for n in range(11)]
    for each in keys:
        save(door, each | {"a": {"S": "x" * 400_000}})
    with pytest.raises(Refusal, match="The aggregate size of the items in the transaction exceeded 4 MB"):
        read(door, *map(get, keys))
    assert len(read(door, *map(get, keys[:10]))["Responses"]) == 10


NONE = {"Code": "None"}
FAILED = {"Code": "ConditionalCheckFailed", "Message": "The conditional request failed"}


def invalid(message: str) -> Members:
    return {"Code": "ValidationError", "Message": message}


OLD = {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
THERE: Members = key("there") | {"a": {"S": "old"}, "l": {"L": [{"N": "1.50"}]}}
THERE_KEPT: Members = key("there") | {"a": {"S": "old"}, "l": {"L": [{"N": "1.5"}]}}
PAIR_THERE: Members = pair("there") | {"rank": {"N": "1"}, "kind": {"S": "k"}}
NOT_THERE = "attribute_not_exists(pk)"

# What it is, the actions, the reasons.
CANCELED: list[tuple[str, list[Members], list[Members]]] = [
    # Conditions
    ("a put's condition", [put(THERE, ConditionExpression=NOT_THERE)], [FAILED]),
    ("an update's", [update(key("no"), SET, ConditionExpression=EXISTS, **V)], [FAILED]),
    ("a delete's", [delete(key("no"), ConditionExpression=EXISTS)], [FAILED]),
    ("a check's", [check(key("no"))], [FAILED]),
    ("the second of three", [put(key("no")), check(key("no2")), delete(key("no3"))], [NONE, FAILED, NONE]),
    ("all of them", [check(key("no")), check(THERE_KEY := key("there"), NOT_THERE)], [FAILED, FAILED]),
    ("a put's, with the old item", [put(THERE, ConditionExpression=NOT_THERE, **OLD)], [FAILED | {"Item": THERE_KEPT}]),
    ("an update's", [update(THERE_KEY, SET, ConditionExpression=NOT_THERE, **V, **OLD)], [FAILED | {"Item": THERE_KEPT}]),
    ("a delete's", [delete(THERE_KEY, ConditionExpression=NOT_THERE, **OLD)], [FAILED | {"Item": THERE_KEPT}]),
    ("a check's", [put(key("no")), check(THERE_KEY, NOT_THERE, **OLD)], [NONE, FAILED | {"Item": THERE_KEPT}]),
    ("no old item where there is none", [check(key("no"), **OLD)], [FAILED]),
    # Keys: the first alone, before items named twice and conditions
    ("a put's key of another type", [put({"pk": {"N": "5"}})], [invalid(f"{INVALID}Type mismatch for key pk expected: S actual: N")]),
    ("a put's list for a key", [put({"pk": {"L": [{"S": "x"}]}})], [invalid(f"{INVALID}Type mismatch for key pk expected: S actual: L")]),
    ("a put without its key", [put({"a": {"S": "x"}})], [invalid(f"{INVALID}Missing the key pk in the item")]),
    ("an update's key", [update({"pk": {"N": "5"}}, SET, **V)], [invalid(MISMATCH)]),
    ("a delete's", [delete({"pk": {"L": []}})], [invalid(MISMATCH)]),
    ("a check's", [check({"pk": {"N": "5"}})], [invalid(MISMATCH)]),
    ("an incomplete key", [delete(key("no"), PAIRS)], [invalid(MISMATCH)]),
    ("a key with more", [delete(pair("no"))], [invalid(MISMATCH)]),
    (
        "two keys and a condition",
        [check(key("no")), delete({"pk": {"N": "5"}}), put({}), put(key("no2"))],
        [NONE, invalid(MISMATCH), NONE, NONE],
    ),
    ("a key before an item twice", [put(key("no")), delete(key("no")), delete({})], [NONE, NONE, invalid(MISMATCH)]),
    # What the tables and the items do not allow: all that there is to say
    (
        "an update of the key",
        [check(key("no")), update(THERE_KEY, "SET pk = :v", **V)],
        [FAILED, invalid(f"{INVALID}Cannot update attribute pk. This attribute is part of the key")],
    ),
    (
        "a put's index key",
        [put(pair("no") | {"rank": {"S": "x"}}, PAIRS), check(key("no"))],
        [invalid(f"{INVALID}Type mismatch for Index Key rank Expected: N Actual: S IndexName: by-rank"), FAILED],
    ),
    (
        "an update's index key",
        [update(pair("no"), "SET kind = :v", PAIRS, **values(v={"N": "5"}))],
        [invalid(f"{INVALID}Type mismatch for Index Key kind Expected: S Actual: N IndexName: by-kind")],
    ),
    (
        "an index key copied from elsewhere",
        [update(pair("there"), "SET kind = #r", PAIRS, ExpressionAttributeNames={"#r": "rank"})],
        [invalid("The update expression attempted to update the secondary index key to unsupported type")],
    ),
    (
        "a condition into a key",
        [delete(THERE_KEY, ConditionExpression="attribute_exists(pk.a)")],
        [invalid("Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: Key: pk")],
    ),
    (
        "a path that leads too deep",
        [update(key("no"), "SET m = :v", **values(v={"M": {}})), update(THERE_KEY, "SET l[0] = :v", **values(v=nested(31)))],
        [NONE, invalid("Nesting Levels have exceeded supported limits")],
    ),
    (
        "an attribute that is not there",
        [put(key("no")), update(THERE_KEY, "SET b = c")],
        [NONE, invalid("The provided expression refers to an attribute that does not exist in the item")],
    ),
    (
        "an operand of another type",
        [update(THERE_KEY, "SET a = a + :v", **values(v={"N": "1"}))],
        [invalid("An operand in the update expression has an incorrect data type")],
    ),
    (
        "a path that leads nowhere",
        [update(THERE_KEY, "SET a.b = :v", **V)],
        [invalid("The document path provided in the update expression is invalid for update")],
    ),
    (
        "an item that grows too large",
        [update(key("no"), SET, **values(v={"S": "x" * 409_600}))],
        [invalid("Item size to update has exceeded the maximum allowed size")],
    ),
    (
        "a number that grows too large",
        [update(key("big"), "ADD n :v", **values(v={"N": "9e125"}))],
        [invalid("Number overflow. Attempting to store a number with magnitude larger than supported range")],
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("actions", "reasons"), [case[1:] for case in CANCELED], ids=[case[0] for case in CANCELED]
)
def test_a_write_is_canceled_with_its_reasons(
    door: Door, actions: list[Members], reasons: list[Members]
) -> None:
    save(door, THERE)
    save(door, key("big") | {"n": {"N": "9e125"}})
    save(door, PAIR_THERE, PAIRS)
    with pytest.raises(Refusal) as refused:
        write(door, *actions, ReturnConsumedCapacity="TOTAL")
    codes = ", ".join(reason["Code"] for reason in reasons)
    assert refused.value.code == "TransactionCanceledException"
    assert refused.value.message == (
        f"Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]"
    )
    assert refused.value.members == {"CancellationReasons": reasons}
    for absent in ("no", "no2", "no3"):
        assert stored(door, key(absent)) is None
        assert stored(door, pair(absent), PAIRS) is None
    assert stored(door, key("there")) == THERE_KEPT
    assert stored(door, pair("there"), PAIRS) == PAIR_THERE


@pytest.mark.parametrize(
    ("gets", "reasons"),
    [
        ([get({})], [invalid(MISMATCH)]),
        ([get(key("a")), get({"pk": {"N": "5"}}), get({})], [NONE, invalid(MISMATCH), NONE]),
        ([get(key("a")), get(key("a")), get(key("a"), PAIRS)], [NONE, NONE, invalid(MISMATCH)]),
    ],
)
def test_a_read_of_a_key_that_is_not_the_tables_is_canceled(
    door: Door, gets: list[Members], reasons: list[Members]
) -> None:
    with pytest.raises(Refusal) as refused:
        read(door, *gets)
    assert refused.value.code == "TransactionCanceledException"
    assert refused.value.members == {"CancellationReasons": reasons}


def test_the_errors_of_tokens_spell_their_message_as_the_service_does() -> None:
    for error in (IdempotentParameterMismatchException, TransactionInProgressException):
        _, body = encode_fault(error("x"))
        assert (
            body == f'{{"__type":"com.amazonaws.dynamodb.v20120810#{error.__name__}","Message":"x"}}'.encode()
        )
