"""BatchExecuteStatement: each statement answered or refused on its own."""

from __future__ import annotations

from typing import Any

from statement_case import Absent, Call, Refused, invalid, item
from wordings import SEVERAL_ATTRIBUTES, returning_refused

ONE = item(pk="a", n=1)
GIVEN = [("hash", ONE), ("pair", item(pk="a", sk="1", n=1)), ("pair", item(pk="a", sk="2", n=2))]
NEEDS_KEY = "Select statements within BatchExecuteStatement must specify the primary key in the where clause."


def batch(name: str, members: list[Any], responses: Any, then: Any = (), **request: Any) -> Call:
    expected = responses if isinstance(responses, Refused) else {"Responses": responses}
    return Call(name, "BatchExecuteStatement", members, expected, GIVEN, then, request)


def error(code: str, message: str, table: Any = Absent) -> dict[str, Any]:
    return {"Error": {"Code": code, "Message": message}, "TableName": table, "Item": Absent}


def key_needed(statement: str) -> Call:
    return batch(f"no key: {statement}", [statement], [error("ValidationError", NEEDS_KEY)])


FACTS = [
    batch(
        "two reads, the second of nothing",
        ["SELECT * FROM hash WHERE pk = 'a'", "SELECT n FROM pair WHERE sk = '3' AND pk = 'a'"],
        [{"TableName": "hash", "Item": ONE, "Error": Absent}, {"TableName": "pair", "Item": Absent}],
    ),
    batch("columns", ["SELECT n FROM pair WHERE pk = 'a' AND sk = '2'"], [{"Item": item(n=2)}]),
    batch("one value in IN", ["SELECT n FROM pair WHERE pk IN ['a'] AND sk = '2'"], [{"Item": item(n=2)}]),
    batch(
        "writes of every kind",
        [
            "INSERT INTO hash VALUE {'pk': 'new', 'n': 1}",
            "UPDATE hash SET n = n + 1 WHERE pk = 'a' RETURNING ALL NEW *",
            "FROM pair WHERE pk = 'a' AND sk = '1' SET n = 9 RETURNING MODIFIED NEW *",
            "DELETE FROM pair WHERE pk = 'a' AND sk = '2' RETURNING ALL OLD *",
            "UPDATE hash REMOVE n WHERE pk = 'a' RETURNING MODIFIED NEW *",
        ],
        [
            {"TableName": "hash", "Item": Absent, "Error": Absent},
            {"Item": item(pk="a", n=2)},
            {"Item": item(n=9)},
            {"Item": item(pk="a", sk="2", n=2)},
            {"TableName": "hash", "Item": Absent},
        ],
        [("SELECT * FROM hash WHERE pk IN ['new', 'a']", [item(pk="new", n=1), item(pk="a")])],
    ),
    batch(
        "failures beside successes",
        [
            "UPDATE hash SET z = 1 WHERE pk = 'a' AND n = 2",
            "INSERT INTO hash VALUE {'pk': 'a'}",
            "UPDATE hash SET z = 2 WHERE pk = 'a'",
            "UPDATE nowhere SET z = 2 WHERE pk = 'a'",
            "UPDATE hash SET z WHERE pk = 'a'",
            "DELETE FROM hash WHERE pk = 'a' RETURNING MODIFIED OLD *",
            "INSERT INTO pair VALUE {'pk': 'b', 'sk': 'x'}",
            "UPDATE pair SET n = n + 1 WHERE pk = 'a'",
            "EXISTS(SELECT * FROM hash WHERE pk = 'a' AND n = 1)",
        ],
        [
            error("ConditionalCheckFailed", "The conditional request failed", "hash"),
            error("DuplicateItem", "Duplicate primary key exists in table", "hash"),
            {"TableName": "hash", "Error": Absent},
            error("ResourceNotFound", "Requested resource not found"),
            error("ValidationError", "Statement wasn't well formed, can't be processed: Expected '='"),
            error(
                "ValidationError",
                returning_refused("MODIFIED OLD *"),
            ),
            {"TableName": "pair", "Error": Absent},
            error(
                "ValidationError", "Where clause does not contain a mandatory equality on all key attributes"
            ),
            error("ValidationError", "EXISTS can only be used in ExecuteTransaction write requests."),
        ],
        [
            ("SELECT * FROM hash", [item(pk="a", n=1, z=2)]),
            ("SELECT sk FROM pair WHERE pk = 'b'", [item(sk="x")]),
        ],
    ),
    batch(
        "a read that cannot be parsed beside one that can",
        ["SLECT * FROM hash WHERE pk = 'a'", "SELECT * FROM hash WHERE pk = 'a'"],
        [
            error(
                "ValidationError",
                "Statement wasn't well formed, can't be processed: Expected data manipulation",
            ),
            {"Item": ONE, "TableName": "hash"},
        ],
    ),
    batch(
        "parameters that are none, one by one",
        [
            {"Statement": "SELECT * FROM hash WHERE pk = ?", "Parameters": [{"N": "1e99999999999"}]},
            {"Statement": "SELECT * FROM hash WHERE pk = ?", "Parameters": [{"S": "a"}]},
            {"Statement": "SELECT * FROM hash WHERE pk = ?"},
        ],
        [
            error("ValidationError", "The parameter cannot be converted to a numeric value: 1e99999999999"),
            {"Item": ONE},
            error("ValidationError", "Number of parameters in request and statement don't match."),
        ],
    ),
    key_needed("SELECT * FROM hash WHERE n = 1"),
    key_needed("SELECT * FROM hash"),
    key_needed("SELECT * FROM hash WHERE pk = 'a' AND n = 1"),
    key_needed("SELECT * FROM hash WHERE pk > 'a'"),
    key_needed("SELECT * FROM pair WHERE pk = 'a'"),
    key_needed("SELECT * FROM pair WHERE pk = 'a' AND sk = '1' AND pk = 'other'"),
    key_needed("SELECT * FROM pair WHERE pk = 'a' AND sk = '1' AND sk = '2'"),
    key_needed("SELECT * FROM pair WHERE pk = 'a' AND sk IN ['1', '2']"),
    key_needed("SELECT * FROM pair WHERE pk = 'a' AND attribute_exists(n) AND sk = '1'"),
    key_needed("SELECT * FROM indexed.\"gsi-all\" WHERE gsiPk = 'x'"),
    key_needed("SELECT * FROM indexed.\"gsi-all\" WHERE pk = 'p' AND sk = 's1' AND gsiPk = 'x'"),
    batch(
        "too many values",
        [f"SELECT * FROM pair WHERE pk IN [{', '.join(map(str, range(51)))}] AND sk = '1'"],
        [error("ValidationError", "Too many decomposed read operations for a given query.")],
    ),
    batch(
        "an index of several attributes",
        ["SELECT * FROM multi.gsi WHERE h1 = 'a'"],
        [error("ValidationError", SEVERAL_ATTRIBUTES)],
    ),
    batch(
        "a key of another type",
        ["SELECT * FROM hash WHERE pk = 1"],
        [error("ValidationError", "The provided key element does not match the schema")],
    ),
    batch(
        "reads and writes together",
        ["SELECT * FROM hash WHERE pk = 'a'", "DELETE FROM hash WHERE pk = 'a'"],
        invalid(
            "BatchExecuteStatement API does not support both read and write operations in the same request."
        ),
        [("SELECT * FROM hash", [ONE])],
    ),
    batch("nothing", [], invalid(None)),
    batch("26 statements", ["SELECT * FROM hash WHERE pk = 'a'"] * 26, invalid(None)),
    batch("25 statements", ["SELECT * FROM hash WHERE pk = 'a'"] * 25, [{"Item": ONE}] * 25),
    batch(
        "the item that failed a condition, where asked for",
        [
            {
                "Statement": "UPDATE hash SET z = 1 WHERE pk = 'a' AND n = 2",
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            }
        ],
        [{"Error": {"Code": "ConditionalCheckFailed", "Item": ONE}, "Item": Absent, "TableName": "hash"}],
    ),
    Call(
        "cost of reads, each at its own rate",
        "BatchExecuteStatement",
        [
            {"Statement": "SELECT * FROM hash WHERE pk = 'a'", "ConsistentRead": True},
            {"Statement": "SELECT * FROM hash WHERE pk = 'none'"},
            {"Statement": "SELECT * FROM hash WHERE n = 1"},
            {"Statement": "SELECT * FROM pair WHERE pk = 'a' AND sk = '1'"},
        ],
        {
            "ConsumedCapacity": [
                {
                    "TableName": "hash",
                    "CapacityUnits": 1.5,
                    "Table": {"CapacityUnits": 1.5},
                    "ReadCapacityUnits": Absent,
                },
                {"TableName": "pair", "CapacityUnits": 0.5},
            ]
        },
        GIVEN,
        request={"ReturnConsumedCapacity": "INDEXES"},
    ),
    Call(
        "nothing consumed when all fail",
        "BatchExecuteStatement",
        ["INSERT INTO hash VALUE {'pk': 'a'}"],
        {"Responses": [{"Error": {"Code": "DuplicateItem"}}], "ConsumedCapacity": Absent},
        GIVEN,
        request={"ReturnConsumedCapacity": "TOTAL"},
    ),
]
