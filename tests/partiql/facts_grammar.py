"""What the grammar takes, and what it says of what it does not."""

from __future__ import annotations

from collections.abc import Iterator

from statement_case import LEFTOVER, NO_TABLE, Fact, Refused, invalid, item, malformed

SOME = [("number", item(pk=number)) for number in (7310000, -5)] + [
    ("number", {"pk": {"N": text}}) for text in ("7.3", "-7.3")
]
ALIASING = invalid("Aliasing is not supported")
MANDATORY = invalid("Where clause does not contain a mandatory equality on all key attributes")
NO_TERM = malformed("Unexpected term")


def _numbers() -> Iterator[Fact]:
    for literal, found in (
        ("7.31e6", "7310000"),
        ("7.31E6", "7310000"),
        ("7.31e+6", "7310000"),
        ("731e4", "7310000"),
        ("73100000e-1", "7310000"),
        ("007310000", "7310000"),
        (".73e1", "7.3"),
        ("-.73e1", "-7.3"),
        ("7.30", "7.3"),
        ("- 5", "-5"),
        ("+ - 5", "-5"),
        ("- + - - 5", "-5"),
        ("-/* c */5", "-5"),
    ):
        yield Fact(
            f"the number {literal}",
            f"SELECT * FROM number WHERE pk = {literal}",
            [{"pk": {"N": found}}],
            given=SOME,
        )
    for literal in (
        "1e2147483648",
        "1e99999999999",
        "1e-99999999999",
        "1.5e-2147483647",
        "1e",
        "1e+",
        "2.5E",
    ):
        yield Fact(f"{literal} is no number", f"SELECT * FROM number WHERE pk = {literal}", malformed())
    overflow = "Number overflow. Attempting to store a number with magnitude larger than supported range"
    underflow = "Number underflow. Attempting to store a number with magnitude smaller than supported range"
    digits = "Attempting to store more than 38 significant digits in a Number"
    for statement, message in (
        ("SELECT * FROM number WHERE pk = 1e126", f"{overflow} under root"),
        ("SELECT * FROM number WHERE pk = 1e-131", f"{underflow} under root"),
        (f"SELECT * FROM number WHERE pk = {'1234567890' * 4}", f"{digits} under root"),
        ("INSERT INTO number VALUE {'pk': 1e126}", f"{overflow} under root"),
        ("UPDATE number SET a = 1e-131 WHERE pk = 1", f"{underflow} under root"),
        ("INSERT INTO number VALUE {'pk': 1, 'm': {'x': 1e126}}", f"{overflow} under root.x"),
        ("INSERT INTO number VALUE {'pk': 1, 'l': [1, 1e126]}", f"{overflow} under root[1]"),
        ("INSERT INTO number VALUE {'pk': 1, 'l': [{'a': [1e126]}]}", f"{overflow} under root[0].a[0]"),
    ):
        yield Fact(f"a number out of range: {statement[:60]}", statement, invalid(message))


def _accepted() -> Iterator[Fact]:
    one = [("hash", item(pk="a", note="it's -- here /* now */"))]
    found = [item(pk="a", note="it's -- here /* now */")]
    for name, statement in (
        ("keywords in small letters", "select * from hash where pk = 'a'"),
        ("a quoted table", 'SELECT * FROM "hash" WHERE "pk" = \'a\''),
        ("a semicolon at the end", "SELECT * FROM hash WHERE pk = 'a';"),
        ("a semicolon and spaces", "SELECT * FROM hash WHERE pk = 'a' ; \n"),
        ("a comment at the end", "SELECT * FROM hash WHERE pk = 'a' -- a note"),
        ("a comment before WHERE", "SELECT * FROM hash -- a note\nWHERE pk = 'a'"),
        ("a comment at the beginning", "-- a note\nSELECT * FROM hash WHERE pk = 'a'"),
        ("comments instead of spaces", "SELECT/**/*/* a * / b **/FROM/*c*/hash WHERE pk/**/='a'--"),
        (
            "a doubled quote",
            "SELECT * FROM hash WHERE pk = 'a' AND note = 'it''s -- here /* now */'; -- done",
        ),
        ("parentheses", "SELECT * FROM hash WHERE ((pk = 'a'))"),
        ("the value first", "SELECT * FROM hash WHERE 'a' = pk"),
        ("ALL", "SELECT ALL * FROM hash WHERE pk = 'a'"),
    ):
        yield Fact(name, statement, found, given=one)


def _refused() -> Iterator[Fact]:
    for name, statement in (
        ("a word after a WHERE", "SELECT * FROM number WHERE pk = 1 foo"),
        ("a number and its exponent apart", "SELECT * FROM number WHERE pk = 1 e5"),
        ("a word after an INSERT", "INSERT INTO number VALUE {'pk': 970001} foo"),
        ("a word after an UPDATE", "UPDATE number SET a = 9 WHERE pk = 970002 foo"),
        ("a word after a DELETE", "DELETE FROM number WHERE pk = 970003 foo"),
        ("a parenthesis too many", "SELECT * FROM number WHERE pk = 1)"),
        ("ORDER BY on a DELETE", "DELETE FROM number WHERE pk = 970004 ORDER BY pk"),
        ("ORDER BY before WHERE", "SELECT * FROM number ORDER BY pk WHERE pk = 1"),
        ("an alias on an INSERT", "INSERT INTO hash t VALUE {'pk': 'x'}"),
        ("a second path of REMOVE", "UPDATE hash REMOVE a, b WHERE pk = 'x'"),
        ("WHERE after SET of a FROM-first update", "FROM hash SET c = 1 WHERE pk = 'a'"),
        ("SET around WHERE", "FROM hash SET c = 1 WHERE pk = 'a' SET d = 2"),
    ):
        yield Fact(name, statement, LEFTOVER)
    yield Fact(
        "two statements",
        "SELECT * FROM hash; SELECT * FROM hash",
        malformed("Unexpected token after semicolon. (Only one query is allowed.)"),
    )
    for name, statement in (
        ("a hash comment", "SELECT * FROM number WHERE pk = 1 # note"),
        ("a comment without an end", "SELECT * FROM number WHERE pk = 1 /* note"),
        ("a string without an end", "SELECT * FROM number WHERE pk = 'a"),
        ("a name without an end", 'SELECT * FROM "number'),
        ("a foreign character", "SELECT * FROM number WHERE ü = 1"),
        ("a lone bar", "SELECT * FROM number WHERE a | b"),
        ("a lone exclamation mark", "SELECT * FROM number WHERE ! a"),
    ):
        yield Fact(name, statement, malformed())
    for name, statement in (
        ("WHERE at the end of a SELECT", "SELECT * FROM hash WHERE"),
        ("WHERE and a semicolon", "SELECT * FROM hash WHERE;"),
        ("WHERE and spaces", "SELECT * FROM hash WHERE   "),
        ("WHERE at the end of an UPDATE", "UPDATE hash SET a = 1 WHERE"),
        ("WHERE at the end of a DELETE", "DELETE FROM hash WHERE"),
        ("NOT at the end", "SELECT * FROM hash WHERE NOT"),
        ("( at the end", "SELECT * FROM hash WHERE ("),
        ("() as a condition", "SELECT * FROM hash WHERE ()"),
        ("no table after FROM", "SELECT * FROM"),
        ("a table that is not there, and nothing after WHERE", "SELECT * FROM nowhere WHERE"),
        ("IN without values", "SELECT * FROM hash WHERE a IN ()"),
        ("a list without an end", "SELECT * FROM hash WHERE a IN [1,"),
        ("nothing between commas", "INSERT INTO hash VALUE {'pk': 'a',, 'b': 1}"),
    ):
        yield Fact(name, statement, NO_TERM)
    missing = malformed("Missing right-hand side expression of infix operator")
    yield Fact("AND at the end", "SELECT * FROM hash WHERE pk = 'a' AND", missing)
    yield Fact("OR at the end", "SELECT * FROM hash WHERE pk = 'a' OR", missing)
    yield Fact("= at the end", "SELECT * FROM hash WHERE pk =", missing)
    for statement, detail in (
        ("SELECT * FROM hash WHERE ORDER BY pk", "Unexpected keyword"),
        ("SELECT * FROM hash WHERE value = 1", "Unexpected keyword"),
        ("SELECT date FROM hash", "Unexpected keyword"),
        ("SELECT * FROM hash WHERE IS NULL", "Unexpected operator"),
        ("SELECT * FROM hash WHERE pk = LIKE", "Unexpected operator"),
        ("SELECT * FROM hash WHERE pk = 'a' AND x IS FOO", "Expected type name"),
        ("SELECT * FROM hash WHERE a BETWEEN 1", "Expected AND keyword"),
        ("SELECT * FROM hash WHERE a BETWEEN 1 OR 2", "Expected AND keyword"),
        ("SELECT * FROM hash WHERE a BETWEEN 1 AND", "Expected expression after AND"),
        ("SELECT * FROM hash WHERE (a = 1", "Expected RIGHT_PAREN"),
        ("SELECT * FROM hash WHERE a[1 = 1", "Expected RIGHT_BRACKET"),
        ("INSERT INTO hash VALUE {'pk' 'a'}", "Expected COLON"),
        ("INSERT INTO hash VALUE {'pk': 'a'", "Expected RIGHT_CURLY"),
        ("INSERT INTO hash VALUE {'pk': <<'a'}", "Expected RIGHT_DOUBLE_ANGLE_BRACKET"),
        ("SLECT * FROM hash WHERE pk = 'a'", "Expected data manipulation"),
        ("UPDATE hash WHERE pk = 'a'", "Expected data manipulation"),
        ("FROM hash WHERE pk = 'a'", "Expected data manipulation"),
        ("UPDATE hash SET a WHERE pk = 'a'", "Expected '='"),
        ("SELECT pk WHERE pk = 'a'", "Expected FROM after SELECT list"),
        ("DELETE hash WHERE pk = 'a'", "Expected FROM after DELETE"),
        ("DELETE FROM", "Expected identifier for simple path"),
        ("DELETE FROM   ", "Expected identifier for simple path"),
        ("DELETE FROM;", "Expected identifier for simple path"),
        ("DELETE FROM WHERE pk = 'a'", "Expected identifier for simple path"),
        ("UPDATE 'hash' SET a = 1", "Expected identifier for simple path"),
        ("SELECT m.inner FROM hash", "Invalid path dot component"),
        ("SELECT * FROM hash WHERE attribute_exists(m.inner)", "Invalid path dot component"),
        ("UPDATE hash SET m.inner = 1 WHERE pk = 'a'", "Invalid path dot component"),
        (
            "DELETE FROM hash WHERE pk = 'a' RETURNING OLD *",
            "Expected ( MODIFIED | ALL ) ( NEW | OLD ) in each returning element.",
        ),
        (
            "SELECT *, pk FROM hash",
            "Other expressions may not be present in the select list when '*' is used without dot notation.",
        ),
    ):
        yield Fact(f"{detail}: {statement}", statement, malformed(detail))


def _understood_and_refused() -> Iterator[Fact]:
    for statement in (
        "SELECT * FROM hash t WHERE pk = 'x'",
        "SELECT * FROM hash AS t WHERE pk = 'x'",
        "SELECT pk AS p FROM hash WHERE pk = 'x'",
        "UPDATE hash t SET a = 3 WHERE pk = 'x'",
        "DELETE FROM hash t WHERE pk = 'x'",
    ):
        yield Fact(f"an alias: {statement}", statement, ALIASING)
    for type_ in ("INT4", "INT8", "DOUBLE PRECISION", "CHARACTER VARYING"):
        yield Fact(f"x IS {type_} alone", f"x IS {type_}", invalid("Unsupported operation: IsType"))
    for statement, expected in (
        ("FROM hash SET c = 1", MANDATORY),
        ("FROM hash REMOVE a", MANDATORY),
        ("FROM hash WHERE a = 1 SET c = 1", MANDATORY),
        ("UPDATE hash SET c = 1", MANDATORY),
        ("DELETE FROM hash", MANDATORY),
        ("FROM nowhere WHERE pk = 'x' SET c = 1", NO_TABLE),
        ("SELECT * FROM nowhere", NO_TABLE),
        ("SELECT * FROM nowhere WHERE set_add(a, 1) = 1", NO_TABLE),
        (f"SELECT * FROM {'n' * 300}", NO_TABLE),
        ("SELECT * FROM a", NO_TABLE),
        ('SELECT * FROM ""', invalid("Path component cannot be an empty string")),
        ('SELECT * FROM hash.""', invalid("Path component cannot be an empty string")),
        ("SELECT * FROM hash.a.b", invalid("A path may contain at most 2 components in the FROM clause")),
        (
            "DELETE FROM hash.a.b WHERE pk = 'a'",
            invalid("A path may contain at most 2 components in the FROM clause"),
        ),
        ("SELECT * FROM hash, number", invalid("FROM clause may only contain a single table name")),
        ("SELECT COUNT(*) FROM hash", invalid("Unexpected path component at 1:8:5")),
        ("SELECT attribute_exists(a) FROM hash", invalid("Unexpected path component at 1:8:16")),
        ("SELECT * FROM hash LIMIT 5", invalid("Unsupported clause: LIMIT at 1:26:1")),
        (
            "SELECT * FROM hash WHERE pk = ?",
            invalid("Number of parameters in request and statement don't match."),
        ),
    ):
        yield Fact(f"refused: {statement[:70]}", statement, expected)
    yield Fact(
        "a parameter too many",
        "SELECT * FROM hash WHERE pk = ?",
        invalid("Number of parameters in request and statement don't match."),
        parameters=("a", "b"),
    )
    yield Fact(
        "a statement of 8,193 characters",
        "SELECT * FROM hash" + " " * 8175,
        Refused("ValidationException", None),
    )
    yield Fact("a statement of 8,192 characters", "SELECT * FROM hash" + " " * 8174, [])


FACTS = [*_numbers(), *_accepted(), *_refused(), *_understood_and_refused()]
