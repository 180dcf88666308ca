"""Clients that move money between accounts, each move a transaction that also enters it in a ledger.

A move takes from one account where enough is there, gives to another, and makes a ledger entry that must be new. So
whatever happens, each account holds what it began with and what the ledger says of it.
"""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

from actions import PLAIN, key, put, update, values
from doors import Door

Members = dict[str, Any]

ACCOUNTS = 20
BALANCE = 100
LEDGER = "ledger"


def open_accounts(door: Door) -> None:
    for number in range(ACCOUNTS):
        item = account(number) | {"balance": {"N": str(BALANCE)}}
        door.call("PutItem", {"TableName": PLAIN, "Item": item})
    door.call(
        "CreateTable",
        {
            "TableName": LEDGER,
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        },
    )


def account(number: int) -> Members:
    return key(f"account{number}")


def move(chances: random.Random, name: str, gives_token: bool = True) -> Members:
    """The request of a move called `name`, which is its token too."""
    taken, given = chances.sample(range(ACCOUNTS), 2)
    amount = {"N": str(chances.randrange(1, 60))}
    entry = {"pk": {"S": name}, "taken": {"N": str(taken)}, "given": {"N": str(given)}, "amount": amount}
    actions = [
        update(
            account(taken),
            "SET balance = balance - :a",
            ConditionExpression="balance >= :a",
            **values(a=amount),
        ),
        update(account(given), "SET balance = balance + :a", **values(a=amount)),
        put(entry, LEDGER, ConditionExpression="attribute_not_exists(pk)"),
    ]
    chances.shuffle(actions)
    return {"TransactItems": actions} | ({"ClientRequestToken": name} if gives_token else {})


def balances(door: Door) -> list[int]:
    """Of all accounts at one time."""
    gets = [{"Get": {"TableName": PLAIN, "Key": account(number)}} for number in range(ACCOUNTS)]
    answer = door.call("TransactGetItems", {"TransactItems": gets})
    return [int(response["Item"]["balance"]["N"]) for response in answer["Responses"]]


def ledger(door: Door) -> dict[str, tuple[int, int, int]]:
    """(account taken from, given to, amount) by the name of the move."""
    entries: dict[str, tuple[int, int, int]] = {}
    request: Members = {"TableName": LEDGER, "ConsistentRead": True}
    while True:
        page = door.call("Scan", request)
        for item in page["Items"]:
            taken, given, amount = (int(item[name]["N"]) for name in ("taken", "given", "amount"))
            entries[item["pk"]["S"]] = (taken, given, amount)
        if "LastEvaluatedKey" not in page:
            return entries
        request["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def by_the_ledger(entries: dict[str, tuple[int, int, int]]) -> list[int]:
    """What the accounts must hold."""
    moved: Counter[int] = Counter()
    for taken, given, amount in entries.values():
        moved[taken] -= amount
        moved[given] += amount
    return [BALANCE + moved[number] for number in range(ACCOUNTS)]
