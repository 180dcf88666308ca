"""The actions of `models` as requests on a table, and answers as their results.

A key is `partition/sort`. The item's number is `v`; beside it lies a filler whose length follows from it, so that items
are kept in every way that a store has for them; in the partition WIDE it is so long that a query of all takes turns.
"""

from __future__ import annotations

from typing import Any

from models import (
    DONE,
    FAILED,
    REFUSED,
    Action,
    Add,
    Get,
    ReadAll,
    ReadEach,
    Records,
    Result,
    Transact,
    Value,
)

Members = dict[str, Any]

TABLE = "items"
WIDE = "wide"
WIDE_FILLER_BYTES = 90_000
CREATE: Members = {
    "TableName": TABLE,
    "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
}
NAMED = {"INSERT": (True, False), "MODIFY": (False, False), "REMOVE": (False, True)}
"""Whether there is no old and no new image."""
REFUSALS = {
    "ConditionalCheckFailedException": REFUSED,
    "TransactionConflictException": FAILED,
    "ThrottlingException": FAILED,
    "ProvisionedThroughputExceededException": FAILED,
}


def request_of(action: Action) -> tuple[str, Members]:
    """The operation's name and its request."""
    if isinstance(action, Get):
        return "GetItem", {**_on(action.key), "ConsistentRead": True}
    if isinstance(action, ReadEach) or (isinstance(action, ReadAll) and action.by_query):
        return _query(action.keys)
    if isinstance(action, ReadAll):
        return _transact_get(action)
    if isinstance(action, Transact):
        return "TransactWriteItems", {"TransactItems": _actions(action)}
    if isinstance(action, Add):
        return "UpdateItem", {**_adding(action.key, action.amount), "ReturnValues": "UPDATED_NEW"}
    kind, members = _writing(action.key, action.value, action.if_was)
    return f"{kind}Item", {**members, "ReturnValues": "ALL_OLD"}


def result_of(action: Action, answer: Members) -> Result:
    if isinstance(action, Get):
        return value_of(answer.get("Item"))
    if isinstance(action, Transact):
        return DONE
    if isinstance(action, ReadEach) or (isinstance(action, ReadAll) and action.by_query):
        assert "LastEvaluatedKey" not in answer
        found = {key_of(item): value_of(item) for item in answer["Items"]}
        assert found.keys() <= set(action.keys)
        return tuple(found.get(key) for key in action.keys)
    if isinstance(action, ReadAll):
        return tuple(value_of(each.get("Item")) for each in answer["Responses"])
    return value_of(answer.get("Attributes"))


def result_of_refusal(code: str, message: str) -> Result:
    """REFUSED, or FAILED. Raises KeyError for what no client of these tests should be told."""
    if code == "TransactionCanceledException":
        return REFUSED if "ConditionalCheckFailed" in message else FAILED
    return REFUSALS[code]


def key_of(item: Members) -> str:
    return f"{item['pk']['S']}/{item['sk']['S']}"


def value_of(item: Members | None) -> Value:
    """Checks that the filler, where there is one, is the number's own."""
    if item is None:
        return None
    number = int(item["v"]["N"])
    assert "filler" not in item or item["filler"] == _filler(key_of(item), number)
    return number


def changes_of(records: list[Members]) -> Records:
    """What a stream's records, each shard's in its order, say of each key."""
    changes: Records = {}
    for record in records:
        change = record["dynamodb"]
        old, new = value_of(change.get("OldImage")), value_of(change.get("NewImage"))
        changes.setdefault(key_of(change["Keys"]), []).append((old, new))
        assert (old is None, new is None) == NAMED[record["eventName"]]
    return changes


def _key(key: str) -> Members:
    partition, sort = key.split("/")
    return {"pk": {"S": partition}, "sk": {"S": sort}}


def _on(key: str) -> Members:
    return {"TableName": TABLE, "Key": _key(key)}


def _filler(key: str, number: int) -> Members:
    return {"S": "x" * (number * 373 % 2600 + (WIDE_FILLER_BYTES if key.startswith(f"{WIDE}/") else 0))}


def _number(value: int) -> Members:
    return {"N": str(value)}


def _writing(key: str, value: Value, if_was: tuple[Value, ...]) -> tuple[str, Members]:
    """Put, Update (for every other value) or Delete, and its members."""
    given: Members = {}
    members: Members = {}
    if if_was and if_was[0] is not None:
        given[":old"] = _number(if_was[0])
    if if_was:
        members["ConditionExpression"] = "v = :old" if given else "attribute_not_exists(pk)"
    if value is not None and value % 2:
        given |= {":new": _number(value), ":filler": _filler(key, value)}
        members["UpdateExpression"] = "SET v = :new, filler = :filler"
    if given:
        members["ExpressionAttributeValues"] = given
    if value is None:
        return "Delete", {**_on(key), **members}
    if value % 2:
        return "Update", {**_on(key), **members}
    return "Put", {
        "TableName": TABLE,
        "Item": {**_key(key), "v": _number(value), "filler": _filler(key, value)},
        **members,
    }


def _adding(key: str, amount: int) -> Members:
    return {
        **_on(key),
        "UpdateExpression": "ADD v :n",
        "ExpressionAttributeValues": {":n": _number(amount)},
    }


def _actions(action: Transact) -> list[Members]:
    conditions = dict(action.if_was)
    actions: list[Members] = []
    for key, value in action.writes:
        kind, members = _writing(key, value, (conditions.pop(key),) if key in conditions else ())
        actions.append({kind: members})
    actions += [{"Update": _adding(key, amount)} for key, amount in action.adds]
    for key, was in conditions.items():
        condition: Members = {"ConditionExpression": "attribute_not_exists(pk)"}
        if was is not None:
            condition = {"ConditionExpression": "v = :v", "ExpressionAttributeValues": {":v": _number(was)}}
        actions.append({"ConditionCheck": {**_on(key), **condition}})
    return actions


def _query(keys: tuple[str, ...]) -> tuple[str, Members]:
    (partition,) = {key.split("/")[0] for key in keys}
    return "Query", {
        "TableName": TABLE,
        "KeyConditionExpression": "pk = :p",
        "ExpressionAttributeValues": {":p": {"S": partition}},
        "ConsistentRead": True,
    }


def _transact_get(action: ReadAll) -> tuple[str, Members]:
    return "TransactGetItems", {"TransactItems": [{"Get": _on(key)} for key in action.keys]}
