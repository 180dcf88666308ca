"""Literals: what they are stored as, and how those that are none are refused."""

from __future__ import annotations

from collections.abc import Iterator

from statement_case import Fact, invalid, item
from wordings import PARAMETERS

BAG = invalid("Unsupported data type in Bag. DynamoDB only supports either numbers or strings in bags")
LEVELS = "Nesting Levels have exceeded supported limits under root"


def _stored() -> Iterator[Fact]:
    for literal, stored in (
        ("'text'", {"S": "text"}),
        ("''", {"S": ""}),
        ("'it''s here'", {"S": "it's here"}),
        ("1E3", {"N": "1000"}),
        ("-1.5e-3", {"N": "-0.0015"}),
        ("2.50", {"N": "2.5"}),
        ("-0", {"N": "0"}),
        ("true", {"BOOL": True}),
        ("FALSE", {"BOOL": False}),
        ("null", {"NULL": True}),
        ("[]", {"L": []}),
        ("{}", {"M": {}}),
        ("[1, 'a', [null]]", {"L": [{"N": "1"}, {"S": "a"}, {"L": [{"NULL": True}]}]}),
        ("(1, 2)", {"L": [{"N": "1"}, {"N": "2"}]}),
        ("(1)", {"N": "1"}),
        ("{'a': {'b': -1}}", {"M": {"a": {"M": {"b": {"N": "-1"}}}}}),
        ("<<3, 1.0, 20>>", {"NS": ["1", "3", "20"]}),
        ("<<'b', 'a'>>", {"SS": ["a", "b"]}),
        ("[<<'a'>>]", {"L": [{"SS": ["a"]}]}),
    ):
        for statement in (
            f"INSERT INTO hash VALUE {{'pk': 'v', 'a': {literal}}}",
            f"UPDATE hash SET a = {literal} WHERE pk = 'v'",
        ):
            given = [("hash", item(pk="v"))] if statement.startswith("UPDATE") else []
            yield Fact(
                f"{statement.partition(' ')[0]} of {literal}",
                statement,
                [],
                given=given,
                then=[("SELECT * FROM hash", [{"pk": {"S": "v"}, "a": stored}])],
            )
    deepest = "{'a':" * 31 + "1" + "}" * 31
    yield Fact(
        "a literal of 32 levels",
        f"INSERT INTO hash VALUE {{'pk': 'v', 'd': {deepest}}}",
        [],
        then=[
            ("SELECT d.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a FROM hash", [item(a=1)])
        ],
    )


def _refused() -> Iterator[Fact]:
    for literal, expected in (
        ("<<>>", invalid("Empty bags are not supported")),
        ("<<1, 'a'>>", BAG),
        ("<<true>>", BAG),
        ("<<[1]>>", BAG),
        ("<<?>>", BAG),
        ("<<'a', 'a'>>", invalid(f"{PARAMETERS}Input collection [a, a] contains duplicates.")),
        ("<<2, 2.0>>", invalid(f"{PARAMETERS}Input collection [2, 2.0] contains duplicates! under root")),
        ("{'a':" * 32 + "1" + "}" * 32, invalid(LEVELS + ".a" * 32)),
        ("{'a':" + "[" * 31 + "1" + "]" * 31 + "}", invalid(f"{LEVELS}.a" + "[0]" * 31)),
        ("[" * 900 + "]" * 900, invalid(LEVELS + "[0]" * 32)),
    ):
        parameters = ("x",) if "?" in literal else ()
        yield Fact(
            f"INSERT of {literal[:40]}",
            f"INSERT INTO hash VALUE {{'pk': 'v', 'a': {literal}}}",
            expected,
            parameters,
            then=[("SELECT * FROM hash", [])],
        )
        yield Fact(
            f"a condition on {literal[:40]}",
            f"SELECT * FROM hash WHERE pk = 'v' AND a = {literal}",
            expected,
            parameters,
        )
    prefix = "UPDATE hash SET a = "
    for literal, reason in (
        ("[?]", f"Unsupported data type: Parameter under key root[0] at 1:{len(prefix) + 2}:1"),
        ("{'k': ?}", f"Unsupported data type: Parameter under key root.k at 1:{len(prefix) + 7}:1"),
        ("[missing]", f"Unsupported data type: Missing under key root[0] at 1:{len(prefix) + 2}:7"),
    ):
        yield Fact(
            f"UPDATE with {literal}",
            f"{prefix}{literal} WHERE pk = 'v'",
            invalid(reason),
            ("x",) if "?" in literal else (),
        )
    insert = "INSERT INTO hash VALUE {'pk': 'v', 'ss': set_add(<<'a'>>, <<'b'>>)}"
    yield Fact(
        "a function as a value",
        insert,
        invalid(f"Unsupported data type: set_add under key root at 1:{insert.index('set_add') + 1}:7"),
    )


FACTS = [*_stored(), *_refused()]
