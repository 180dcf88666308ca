"""Pages of SELECT: every Limit gives the same items, and a token is good for its own statement alone."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pytest
from doors import Door, InProcessDoor, Refusal, http_door
from statement_case import item, make_tables, value

ITEMS = [
    item(pk=pk, sk=f"s{sk}", gsiPk=pk, gsiPk2="all", lsiSk=f"l{9 - sk}", lsiSk2=f"k{sk}", n=sk, other="x")
    for pk in ("a", "b", "c")
    for sk in range(8)
]


@pytest.fixture(scope="module", params=["in process", "http"])
def door(request: pytest.FixtureRequest) -> Iterator[Door]:
    if request.param == "http":
        with http_door() as over_http:
            _fill(over_http)
            yield over_http
        return
    in_process = InProcessDoor()
    _fill(in_process)
    yield in_process


def _fill(door: Door) -> None:
    make_tables(door, ["indexed", "hash", "pair"])
    for each in ITEMS:
        door.call("PutItem", {"TableName": "indexed", "Item": each})
    for number in range(60):
        door.call("PutItem", {"TableName": "hash", "Item": item(pk=f"k{number}", n=number)})


def page(door: Door, statement: str, **request: Any) -> dict[str, Any]:
    return door.call("ExecuteStatement", {"Statement": statement, **request})


def pages(door: Door, statement: str, **request: Any) -> list[dict[str, Any]]:
    answers = [page(door, statement, **request)]
    while "NextToken" in answers[-1]:
        assert len(answers) < 100, "the pages do not end"
        answers.append(page(door, statement, **request, NextToken=answers[-1]["NextToken"]))
    return answers


def items_of(answers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [each for answer in answers for each in answer["Items"]]


STATEMENTS = [
    ("SELECT * FROM indexed", 24),
    ("SELECT * FROM indexed WHERE n > 3", 12),
    ("SELECT * FROM indexed WHERE pk = 'a'", 8),
    ("SELECT * FROM indexed WHERE pk = 'a' ORDER BY sk DESC", 8),
    ("SELECT * FROM indexed WHERE pk = 'a' AND sk > 's2' AND n <> 5", 4),
    ("SELECT * FROM indexed WHERE pk = 'a' AND sk = 's1'", 1),
    ("SELECT * FROM indexed WHERE pk = 'none'", 0),
    ("SELECT * FROM indexed WHERE pk IN ['a', 'none', 'b']", 16),
    ("SELECT * FROM indexed WHERE pk IN ['c', 'a'] AND n < 2 ORDER BY pk DESC, sk DESC", 4),
    ("SELECT * FROM indexed WHERE pk = 'b' AND sk IN ['s1', 's7', 's9', 's0']", 3),
    ("SELECT * FROM indexed.\"gsi-all\" WHERE gsiPk = 'b'", 8),
    ("SELECT * FROM indexed.\"gsi-keys\" WHERE gsiPk2 = 'all'", 24),
    ("SELECT * FROM indexed.\"gsi-keys\" WHERE gsiPk2 IN ['all', 'none']", 24),
    ("SELECT * FROM indexed.\"lsi-all\" WHERE pk = 'c' ORDER BY lsiSk DESC", 8),
    ("SELECT other, sk FROM indexed.\"lsi-keys\" WHERE pk = 'c' AND lsiSk2 >= 'k3'", 5),
    ('SELECT sk FROM indexed."gsi-all"', 24),
]


@pytest.mark.parametrize(("statement", "count"), STATEMENTS)
def test_every_limit_gives_the_same_items_in_the_same_order(door: Door, statement: str, count: int) -> None:
    whole = items_of(pages(door, statement))
    assert len(whole) == count
    for limit in (1, 2, 3, 5, 7, 8, 9, 10, 11, 16, 24, 25, 100):
        answers = pages(door, statement, Limit=limit)
        assert items_of(answers) == whole, limit
        assert all(len(answer["Items"]) <= limit for answer in answers)


def test_a_limit_counts_the_items_evaluated_not_those_found(door: Door) -> None:
    answers = pages(door, "SELECT * FROM indexed WHERE pk = 'a' AND n = 7", Limit=4)
    assert [len(answer["Items"]) for answer in answers[:2]] == [0, 1]


def test_the_limit_may_change_from_page_to_page(door: Door) -> None:
    statement = "SELECT sk FROM indexed WHERE pk = 'a'"
    first = page(door, statement, Limit=3)
    rest = page(door, statement, NextToken=first["NextToken"], ConsistentRead=True)
    assert [each["sk"]["S"] for each in first["Items"] + rest["Items"]] == [f"s{n}" for n in range(8)]


def test_several_keys_come_in_pages_of_ten(door: Door) -> None:
    names = [f"k{number}" for number in range(50)]
    statement = f"SELECT pk FROM hash WHERE pk IN [{', '.join(map(repr, names))}]"
    for limit in ({}, {"Limit": 50}):
        answers = pages(door, statement, **limit)
        assert [len(answer["Items"]) for answer in answers] == [10, 10, 10, 10, 10]
        assert [each["pk"]["S"] for each in items_of(answers)] == names


def test_one_item_by_its_whole_key_has_no_further_page(door: Door) -> None:
    for statement in (
        "SELECT * FROM hash WHERE pk = 'k1'",
        "SELECT * FROM indexed WHERE pk = 'a' AND sk = 's7'",
    ):
        answer = page(door, statement, Limit=1)
        assert len(answer["Items"]) == 1
        assert "NextToken" not in answer


def test_a_query_and_a_scan_name_the_key_they_stopped_at(door: Door) -> None:
    answer = page(door, "SELECT n FROM indexed WHERE pk = 'a'", Limit=2)
    assert answer["LastEvaluatedKey"] == item(pk="a", sk="s1")
    answer = page(door, "SELECT n FROM indexed.\"lsi-all\" WHERE pk = 'a'", Limit=1)
    assert answer["LastEvaluatedKey"] == item(pk="a", sk="s7", lsiSk="l2")
    assert "LastEvaluatedKey" in page(door, "SELECT * FROM indexed", Limit=1)
    assert "LastEvaluatedKey" not in page(door, "SELECT * FROM indexed WHERE pk IN ['a', 'b']", Limit=1)


def test_a_page_ends_at_a_megabyte(door: Door) -> None:
    for number in range(8):
        door.call("PutItem", {"TableName": "pair", "Item": item(pk="big", sk=str(number), x="x" * 300_000)})
    answers = pages(door, "SELECT sk FROM pair WHERE pk = 'big'")
    assert [len(answer["Items"]) for answer in answers] == [4, 4, 0]
    keys = ", ".join(f"'{number}'" for number in range(8))
    answers = pages(door, f"SELECT sk FROM pair WHERE pk = 'big' AND sk IN [{keys}]")
    assert [len(answer["Items"]) for answer in answers] == [4, 4]


def test_the_place_of_a_page_works_after_its_item_is_gone(door: Door) -> None:
    statement = "SELECT sk FROM indexed WHERE pk = 'gone'"
    for sk in ("1", "2", "3"):
        door.call("PutItem", {"TableName": "indexed", "Item": item(pk="gone", sk=sk)})
    token = page(door, statement, Limit=2)["NextToken"]
    for sk in ("1", "2", "3"):
        rest = page(door, statement, NextToken=token)["Items"]
        assert rest == [item(sk="3")]
        key = item(pk="gone", sk=sk)
        if sk != "3":
            door.call("DeleteItem", {"TableName": "indexed", "Key": key})
    door.call("DeleteItem", {"TableName": "indexed", "Key": item(pk="gone", sk="3")})
    assert page(door, statement, NextToken=token)["Items"] == []


MINTED = "SELECT * FROM indexed WHERE pk = ?"


@pytest.mark.parametrize(
    ("statement", "parameters"),
    [
        (MINTED, ["b"]),
        (MINTED + " ", ["a"]),
        ("SELECT * FROM indexed", []),
        ("SELECT * FROM indexed WHERE pk = 'a'", []),
        ('SELECT * FROM indexed."lsi-all" WHERE pk = ?', ["a"]),
        ("SELECT * FROM pair WHERE pk = ?", ["a"]),
        ("DELETE FROM pair WHERE pk = 'a' AND sk = ?", ["a"]),
    ],
)
def test_a_token_is_good_for_its_own_statement_alone(
    door: Door, statement: str, parameters: list[str]
) -> None:
    token = page(door, MINTED, Limit=1, Parameters=[value("a")])["NextToken"]
    request: dict[str, Any] = {"NextToken": token}
    if parameters:
        request["Parameters"] = [value(each) for each in parameters]
    with pytest.raises(Refusal, match="NextToken does not match request"):
        page(door, statement, **request)
    assert page(door, MINTED, NextToken=token, Parameters=[value("a")])["Items"]


def test_a_changed_token_is_refused_wherever_it_was_changed(door: Door) -> None:
    statement = "SELECT * FROM indexed WHERE pk = 'a'"
    token = page(door, statement, Limit=1)["NextToken"]
    raw = base64.urlsafe_b64decode(token)
    for at in range(len(raw)):
        changed = bytearray(raw)
        changed[at] ^= 1
        forged = base64.urlsafe_b64encode(bytes(changed)).decode()
        with pytest.raises(Refusal, match="NextToken does not match request"):
            page(door, statement, NextToken=forged)


@pytest.mark.parametrize("token", ["x", "!!!!", "ü", "AAAA", "A" * 32768, "=", "e30="])
def test_what_is_no_token_is_refused(door: Door, token: str) -> None:
    with pytest.raises(Refusal, match="NextToken") as caught:
        page(door, "SELECT * FROM indexed WHERE pk = 'a'", NextToken=token)
    assert caught.value.code == "ValidationException"


def test_a_token_does_not_outlive_its_table(door: Door) -> None:
    make = {"TableName": "made", "BillingMode": "PAY_PER_REQUEST"}
    schema = {
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    }
    tokens = []
    for _ in range(2):
        door.call("CreateTable", {**make, **schema})
        for pk in ("a", "b"):
            door.call("PutItem", {"TableName": "made", "Item": item(pk=pk)})
        if tokens:
            with pytest.raises(Refusal, match="NextToken does not match request"):
                page(door, "SELECT * FROM made", NextToken=tokens[0])
        tokens.append(page(door, "SELECT * FROM made", Limit=1)["NextToken"])
        door.call("DeleteTable", {"TableName": "made"})


def test_long_keys_fit_into_a_token(door: Door) -> None:
    pk, sk = "\1" * 2048, "\2" * 1024
    for last in ("3", "4"):
        key = item(pk=pk, sk=sk[:-1] + last, gsiPk="\3" * 2048)
        door.call("PutItem", {"TableName": "indexed", "Item": key})
    statement = 'SELECT pk FROM indexed."gsi-all" WHERE gsiPk = ?'
    request = {"Limit": 1, "Parameters": [value("\3" * 2048)]}
    first = page(door, statement, **request)
    assert len(page(door, statement, **request, NextToken=first["NextToken"])["Items"]) == 1
    for last in ("3", "4"):
        door.call("DeleteItem", {"TableName": "indexed", "Key": item(pk=pk, sk=sk[:-1] + last)})
