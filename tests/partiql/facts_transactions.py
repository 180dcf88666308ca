"""ExecuteTransaction: all or nothing, and what cancels it."""

from __future__ import annotations

from typing import Any

from statement_case import Absent, Call, Refused, invalid, item

ONE = item(pk="a", n=1)
GIVEN = [("hash", ONE), ("pair", item(pk="a", sk="1", flag="right")), ("pair", item(pk="a", sk="2", n=2))]
UNTOUCHED = [("SELECT * FROM hash", [ONE])]
MISMATCH = "The provided key element does not match the schema"
NEEDS_KEY = "Select statements within ExecuteTransaction must specify the primary key in the where clause."
NEEDS_MORE = "EXISTS() must contain a single item read with additional condition"
NOT_BOTH = invalid(
    "ExecuteTransaction API does not support both read and write operations in the same request."
)


def transact(name: str, members: list[Any], expected: Any, then: Any = (), **request: Any) -> Call:
    if isinstance(expected, list):
        expected = {"Responses": expected}
    return Call(name, "ExecuteTransaction", members, expected, GIVEN, then, request)


def canceled(*codes: str) -> Refused:
    return Refused(
        "TransactionCanceledException",
        f"Transaction cancelled, please refer cancellation reasons for specific reasons [{', '.join(codes)}]",
    )


def refused(number: int, message: str) -> Refused:
    return invalid(f"Validation failed in TransactStatements[{number}]: {message}")


def select(where: str) -> str:
    return f"SELECT * FROM pair WHERE {where}"


FACTS = [
    transact(
        "reads, one of nothing",
        [
            "SELECT * FROM hash WHERE pk = 'a'",
            select("pk = 'a' AND sk = '9'"),
            "SELECT n FROM pair WHERE pk = 'a' AND sk = '2'",
        ],
        [{"Item": ONE}, {"Item": Absent}, {"Item": item(n=2)}],
    ),
    transact(
        "by the key in any order, twice alike",
        [select("(sk = '1') AND pk = 'a' AND pk = 'a'")],
        [{"Item": item(flag="right")}],
    ),
    transact("by IN of one value", [select("pk IN ['a'] AND sk IN ['1']")], [{"Item": item(flag="right")}]),
    transact(
        "by IN of one value and the same again",
        [select("(pk IN ['a']) AND pk = 'a' AND sk = '2'")],
        [{"Item": item(n=2)}],
    ),
    transact(
        "writes of every kind",
        [
            "INSERT INTO hash VALUE {'pk': 'new'}",
            "UPDATE hash SET n = n + 1 WHERE pk = 'a' AND n = 1",
            "DELETE FROM pair WHERE pk = 'a' AND sk = '2'",
            "EXISTS(SELECT * FROM pair WHERE pk = 'a' AND sk = '1' AND flag = 'right')",
            "FROM pair WHERE pk = 'a' AND sk = '3' AND n IS MISSING SET n = 3",
        ][:4],
        [],
        [
            ("SELECT * FROM hash WHERE pk IN ['new', 'a']", [item(pk="new"), item(pk="a", n=2)]),
            ("SELECT sk FROM pair", [item(sk="1")]),
        ],
    ),
    transact(
        "one duplicate undoes the rest",
        ["INSERT INTO hash VALUE {'pk': 'new'}", "INSERT INTO hash VALUE {'pk': 'a'}"],
        canceled("None", "DuplicateItem"),
        UNTOUCHED,
    ),
    transact(
        "conditions that fail",
        [
            "UPDATE hash SET z = 1 WHERE pk = 'a' AND n = 2",
            "UPDATE pair SET z = 1 WHERE pk = 'a' AND sk = '1'",
            "UPDATE pair SET z = 1 WHERE pk = 'none' AND sk = '1'",
            "DELETE FROM pair WHERE pk = 'a' AND sk = '2' AND n = 3",
        ],
        canceled("ConditionalCheckFailed", "None", "ConditionalCheckFailed", "ConditionalCheckFailed"),
        UNTOUCHED,
    ),
    transact(
        "EXISTS that holds, of no item",
        [
            "EXISTS(SELECT * FROM hash WHERE pk = 'none' AND n IS MISSING)",
            "UPDATE hash SET n = 2 WHERE pk = 'a'",
        ],
        [],
        [("SELECT * FROM hash", [item(pk="a", n=2)])],
    ),
    transact(
        "EXISTS that fails",
        [
            "EXISTS(SELECT * FROM pair WHERE pk = 'a' AND sk = '1' AND flag IS MISSING)",
            "UPDATE hash SET n = 2 WHERE pk = 'a'",
        ],
        canceled("ConditionalCheckFailed", "None"),
        UNTOUCHED,
    ),
    transact(
        "EXISTS in a group",
        ["EXISTS(SELECT * FROM pair WHERE (pk = 'a' AND sk = '1') AND nope IS MISSING)"],
        [],
    ),
    transact(
        "EXISTS with another value of a key",
        [
            "EXISTS(SELECT * FROM pair WHERE pk = 'a' AND sk = '1' AND pk = 'b' AND flag = 'right')",
            "UPDATE hash SET n = 2 WHERE pk = 'a'",
        ],
        canceled("ConditionalCheckFailed", "None"),
    ),
    transact("EXISTS without more", ["EXISTS(SELECT * FROM hash WHERE pk = 'a')"], refused(0, NEEDS_MORE)),
    transact(
        "EXISTS without the key",
        ["EXISTS(SELECT * FROM pair WHERE pk = 'a' AND n = 1)"],
        refused(0, NEEDS_MORE),
    ),
    transact(
        "EXISTS by IN",
        ["EXISTS(SELECT * FROM pair WHERE pk IN ['a'] AND sk = '1' AND n = 1)"],
        refused(0, NEEDS_MORE),
    ),
    transact(
        "reads and writes",
        ["SELECT * FROM hash WHERE pk = 'a'", "UPDATE hash SET z = 1 WHERE pk = 'b'"],
        NOT_BOTH,
        UNTOUCHED,
    ),
    transact(
        "reads and EXISTS",
        ["SELECT * FROM hash WHERE pk = 'a'", "EXISTS(SELECT * FROM hash WHERE pk = 'b' AND n = 1)"],
        NOT_BOTH,
    ),
    transact(
        "a condition beside the key",
        [select("pk = 'a' AND sk = '1' AND flag = 'right'")],
        refused(0, NEEDS_KEY),
    ),
    transact(
        "another value of the key", [select("pk = 'a' AND sk = '1' AND pk = 'b'")], refused(0, NEEDS_KEY)
    ),
    transact("IN of another value", [select("pk IN ['b'] AND pk = 'a' AND sk = '1'")], refused(0, NEEDS_KEY)),
    transact("half a key", ["SELECT * FROM hash WHERE pk = 'a'", select("pk = 'a'")], refused(1, NEEDS_KEY)),
    transact(
        "attribute_exists",
        ["SELECT * FROM hash WHERE pk = 'a' AND attribute_exists(n)"],
        refused(0, NEEDS_KEY),
    ),
    transact(
        "overlapping values",
        [select("pk IN ['a', 'a'] AND sk = '1'")],
        refused(0, "Overlapping conditions with range keys are not supported in where clause"),
    ),
    transact(
        "101 values",
        [select(f"pk IN [{', '.join(map(str, range(101)))}] AND sk = '1'")],
        refused(0, "The IN operator is provided with too many operands; number of operands: 101"),
    ),
    transact(
        "an index",
        ["SELECT * FROM indexed.\"gsi-all\" WHERE gsiPk = 'x'"],
        refused(0, "Reads on indices are not supported within transactions."),
    ),
    transact(
        "RETURNING",
        ["UPDATE hash SET n = 2 WHERE pk = 'a' RETURNING ALL NEW *"],
        refused(0, "RETURNING clause is not supported in ExecuteTransaction."),
        UNTOUCHED,
    ),
    transact(
        "no condition after WHERE",
        ["SELECT * FROM hash WHERE"],
        refused(0, "Statement wasn't well formed, can't be processed: Unexpected term"),
    ),
    transact(
        "a literal that is none",
        ["INSERT INTO hash VALUE {'pk': 'b', 'x': [<<'a', 'a'>>]}"],
        refused(0, "One or more parameter values were invalid: Input collection [a, a] contains duplicates."),
        UNTOUCHED,
    ),
    transact(
        "a sum of what has none",
        ["INSERT INTO hash VALUE {'pk': 'b'}", "UPDATE hash SET n = n + [1] WHERE pk = 'a'"],
        refused(
            1, "Incorrect operand type for operator or function; operator or function: +, operand type: L"
        ),
        UNTOUCHED,
    ),
    transact(
        "a literal nested too deep",
        [f"UPDATE hash SET d = {'[' * 32}1{']' * 32} WHERE pk = 'a'"],
        refused(0, "Nesting Levels have exceeded supported limits under root" + "[0]" * 32),
    ),
    transact(
        "a parameter that is none, before any statement",
        [
            "UPDATE hash SET",
            {"Statement": "UPDATE hash SET n = ? WHERE pk = 'a'", "Parameters": [{"SS": ["a", "a"]}]},
        ],
        invalid("One or more parameter values were invalid: Input collection [a, a] contains duplicates."),
    ),
    transact(
        "a number that is none",
        [{"Statement": "UPDATE hash SET n = ? WHERE pk = 'a'", "Parameters": [{"N": "1e99999999999"}]}],
        invalid("The parameter cannot be converted to a numeric value: 1e99999999999"),
    ),
    transact(
        "keys that are not the table's, all told",
        [
            "UPDATE pair SET a = 1 WHERE pk = 'a'",
            "UPDATE pair SET a = 1 WHERE pk IN ['a'] AND sk = '1'",
            "UPDATE pair SET a = 1 WHERE pk = 'a' AND sk = '1' AND pk = 'b'",
            "UPDATE pair SET a = 1 WHERE pk = 'a' AND sk = 1",
            "UPDATE pair SET a = 1 WHERE pk = 'a' AND sk = '1'",
        ],
        canceled("ValidationError", "ValidationError", "ValidationError", "ValidationError", "None"),
        [("SELECT a FROM pair", [{}, {}])],
    ),
    transact(
        "inserts and deletes without a key",
        ["INSERT INTO pair VALUE {'pk': 'b'}", "DELETE FROM pair WHERE sk = '1'"],
        canceled("ValidationError", "ValidationError"),
    ),
    transact(
        "a read by a key of another type",
        [select("pk = 'a' AND sk = '1'"), select("pk = 'a' AND sk = '1'"), select("pk = 1 AND sk = '1'")],
        canceled("None", "None", "ValidationError"),
    ),
    transact(
        "one item twice",
        [select("pk = 'a' AND sk = '1'"), "SELECT flag FROM pair WHERE sk = '1' AND pk = 'a'"],
        invalid("Transaction request cannot include multiple operations on one item"),
    ),
    transact(
        "tables that are not there",
        ["UPDATE nowhere SET a = 1 WHERE pk = 'x' RETURNING ALL NEW *", "DELETE FROM nowhere WHERE pk = 'x'"],
        canceled("ResourceNotFound", "ResourceNotFound"),
    ),
    transact(
        "a table that is not there beside one that is",
        ["SELECT * FROM hash WHERE pk = 'a'", "SELECT * FROM nowhere.idx WHERE pk = 'x'"],
        canceled("None", "ResourceNotFound"),
    ),
    transact(
        "a refusal before a table that is not there",
        [
            "UPDATE nowhere SET a = 1 WHERE pk = 'x'",
            "UPDATE hash SET a = 1 WHERE pk = 'a' RETURNING ALL NEW *",
        ],
        refused(1, "RETURNING clause is not supported in ExecuteTransaction."),
    ),
    transact("nothing", [], invalid(None)),
    transact("101 statements", ["SELECT * FROM hash WHERE pk = 'a'"] * 101, invalid(None)),
    transact(
        "100 statements",
        [f"INSERT INTO hash VALUE {{'pk': 'k{number}'}}" for number in range(100)],
        [],
        [("SELECT pk FROM hash WHERE pk = 'k99'", [item(pk="k99")])],
    ),
    Call(
        "cost of reads",
        "ExecuteTransaction",
        [
            "SELECT * FROM hash WHERE pk = 'a'",
            select("pk = 'a' AND sk = '1'"),
            select("pk = 'a' AND sk = '9'"),
        ],
        {
            "ConsumedCapacity": [
                {
                    "TableName": "hash",
                    "CapacityUnits": 2.0,
                    "ReadCapacityUnits": 2.0,
                    "WriteCapacityUnits": Absent,
                },
                {"TableName": "pair", "CapacityUnits": 4.0},
            ]
        },
        GIVEN,
        request={"ReturnConsumedCapacity": "TOTAL"},
    ),
    Call(
        "cost of writes",
        "ExecuteTransaction",
        ["UPDATE hash SET n = 3 WHERE pk = 'a'"],
        {
            "Responses": [],
            "ConsumedCapacity": [
                {
                    "TableName": "hash",
                    "CapacityUnits": 2.0,
                    "WriteCapacityUnits": 2.0,
                    "ReadCapacityUnits": Absent,
                }
            ],
        },
        GIVEN,
        request={"ReturnConsumedCapacity": "TOTAL"},
    ),
]
