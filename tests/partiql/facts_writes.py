"""INSERT, UPDATE and DELETE: what they leave, what RETURNING gives, and when they are refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from statement_case import CONDITION_FAILED, DUPLICATE, Fact, Refused, invalid, item
from wordings import EMPTY_KEY, OPERAND, OPERANDS, PARAMETERS, paths_overlap, returning_refused

MANDATORY = invalid("Where clause does not contain a mandatory equality on all key attributes")
ONE = item(pk="a", n=5, s="str", l=[1, 2], m={"x": {"y": 1}}, ss={"a", "b"}, ns={1, 2})
ALL = "SELECT * FROM hash"


def _changed(**attributes: Any) -> dict[str, Any]:
    """ONE with these attributes; None takes one away."""
    found = {name: value for name, value in ONE.items() if name not in attributes}
    return found | item(**{name: plain for name, plain in attributes.items() if plain is not None})


def _inserts() -> Iterator[Fact]:
    yield Fact("INSERT", "INSERT INTO hash VALUE {'pk': 'a', 'n': 1}", [], then=[(ALL, [item(pk="a", n=1)])])
    yield Fact(
        "INSERT in small letters",
        "insert into \"hash\" value {'pk': ?, 'n': ?}",
        [],
        ("a", [1]),
        then=[(ALL, [item(pk="a", n=[1])])],
    )
    yield Fact(
        "INSERT of what is there",
        "INSERT INTO hash VALUE {'pk': 'a'}",
        DUPLICATE,
        given=[("hash", ONE)],
        then=[(ALL, [ONE])],
    )
    for text, expected in (
        ("{'n': 1}", invalid(f"{PARAMETERS}Missing the key pk in the item")),
        ("{'pk': 1}", invalid(f"{PARAMETERS}Type mismatch for key pk expected: S actual: N")),
        ("{'pk': ''}", invalid(EMPTY_KEY)),
        ("{pk: 'a'}", invalid(None)),
        ("{'pk': 'a', 'pk': 'b'}", invalid(None)),
        ("{'pk': 'a', '': 1}", invalid("Empty attribute name")),
        ("[1]", invalid(None)),
        ("'a'", invalid(None)),
    ):
        yield Fact(f"INSERT of {text}", f"INSERT INTO hash VALUE {text}", expected, then=[(ALL, [])])
    for statement in (
        "INSERT INTO hash {'pk': 'a'}",
        "INSERT INTO hash VALUE {'pk': 'a'} AT 1",
        "INSERT INTO hash VALUE {'pk': 'a'} RETURNING ALL OLD *",
        "INSERT INTO hash VALUE {'pk': 'a'} ON CONFLICT WHERE pk = 'a' DO NOTHING",
    ):
        yield Fact(f"refused: {statement}", statement, invalid(None), then=[(ALL, [])])


def _updates() -> Iterator[Fact]:
    for change, left in (
        ("SET s = 'new'", _changed(s="new")),
        ("SET s = 'new', n = 6", _changed(s="new", n=6)),
        ("SET s = 'new' SET n = 6", _changed(s="new", n=6)),
        ("SET more = n", _changed(more=5)),
        ("SET n = n + 1", _changed(n=6)),
        ("SET n=n-1", _changed(n=4)),
        ("SET n = n - - 2", _changed(n=7)),
        ("SET n = 10 - n", _changed(n=5)),
        ("SET l = [- 1]", _changed(l=[-1])),
        ("SET l[0] = 9", _changed(l=[9, 2])),
        ("SET l[7] = 9", _changed(l=[1, 2, 9])),
        ("SET m.x.z = 2", _changed(m={"x": {"y": 1, "z": 2}})),
        ("SET l = list_append(l, [3])", _changed(l=[1, 2, 3])),
        ("SET l = LIST_APPEND([0], l)", _changed(l=[0, 1, 2])),
        ("SET l = list_append(list_append(l, [3]), [4])", _changed(l=[1, 2, 3, 4])),
        ("REMOVE s", _changed(s=None)),
        ("REMOVE s REMOVE n", _changed(s=None, n=None)),
        ("SET more = 1 REMOVE s", _changed(more=1, s=None)),
        ("REMOVE l[0] SET more = 1", _changed(l=[2], more=1)),
        ("REMOVE m.x.y", _changed(m={"x": {"M": {}}})),
        ("REMOVE absent", ONE),
        ("SET ss = set_add(ss, <<'0', 'z'>>)", _changed(ss={"0", "a", "b", "z"})),
        ("SET ss = SET_ADD(ss, <<'a'>>)", ONE),
        ("SET ns = set_add(ns, <<4, 1>>)", _changed(ns={1, 2, 4})),
        ("SET fresh = set_add(fresh, <<'x'>>)", _changed(fresh={"x"})),
        (
            "SET ss = set_add(ss, <<'x'>>) SET ns = set_add(ns, <<9>>)",
            _changed(ss={"a", "b", "x"}, ns={1, 2, 9}),
        ),
        ("SET ss = set_delete(ss, <<'a', 'q'>>)", _changed(ss={"b"})),
        ("SET ss = set_delete(ss, <<'a', 'b'>>)", _changed(ss=None)),
        ("SET fresh = set_delete(fresh, <<'x'>>)", ONE),
        ("SET ns = <<1, 10>>", _changed(ns={1, 10})),
    ):
        given = [("hash", ONE)]
        yield Fact(
            f"UPDATE {change}", f"UPDATE hash {change} WHERE pk = 'a'", [], given=given, then=[(ALL, [left])]
        )
        yield Fact(
            f"FROM-first {change}",
            f"FROM hash WHERE pk = 'a' {change} RETURNING ALL NEW *",
            [left],
            given=given,
        )
    yield Fact(
        "a set as a parameter",
        "UPDATE hash SET ss = set_add(ss, ?) WHERE pk = ?",
        [],
        ({"SS": ["c"]}, "a"),
        [("hash", ONE)],
        [(ALL, [_changed(ss={"a", "b", "c"})])],
    )
    yield Fact(
        "FROM-first in small letters",
        "from hash where pk = ? set n = ?",
        [],
        ("a", 7),
        [("hash", ONE)],
        [(ALL, [_changed(n=7)])],
    )
    grouped = "UPDATE pair SET a = 2 WHERE (pk = 'p' AND sk = '1') AND flag = 'x'"
    yield Fact(
        "a key inside a group",
        grouped,
        [],
        given=[("pair", item(pk="p", sk="1", flag="x"))],
        then=[("SELECT a FROM pair", [item(a=2)])],
    )


def _returning() -> Iterator[Fact]:
    for change, returning, items in (
        ("SET n = 6", "ALL OLD *", [ONE]),
        ("SET n = 6", "ALL NEW *", [_changed(n=6)]),
        ("SET n = 6", "MODIFIED OLD *", [item(n=5)]),
        ("SET n = 6", "modified new *", [item(n=6)]),
        ("SET m.x.y = 2", "MODIFIED NEW *", [item(m={"x": {"y": 2}})]),
        ("REMOVE n", "MODIFIED OLD *", [item(n=5)]),
        ("REMOVE n", "MODIFIED NEW *", []),
        ("SET more = 6", "MODIFIED OLD *", []),
    ):
        yield Fact(
            f"{change} RETURNING {returning}",
            f"UPDATE hash {change} WHERE pk = 'a' RETURNING {returning}",
            items,
            given=[("hash", ONE)],
        )
    yield Fact(
        "DELETE RETURNING ALL OLD *",
        "DELETE FROM hash WHERE pk = 'a' RETURNING ALL OLD *",
        [ONE],
        given=[("hash", ONE)],
        then=[(ALL, [])],
    )
    yield Fact("DELETE RETURNING of nothing", "DELETE FROM hash WHERE pk = 'a' RETURNING ALL OLD *", [])
    for returning in ("MODIFIED OLD *", "ALL NEW *", "MODIFIED NEW *"):
        yield Fact(
            f"DELETE RETURNING {returning}",
            f"DELETE FROM hash WHERE pk = 'a' RETURNING {returning}",
            invalid(returning_refused(returning)),
            given=[("hash", ONE)],
            then=[(ALL, [ONE])],
        )
    yield Fact(
        "UPDATE RETURNING a column",
        "UPDATE hash SET n = 1 WHERE pk = 'a' RETURNING ALL OLD n",
        invalid(None),
        given=[("hash", ONE)],
        then=[(ALL, [ONE])],
    )


def _conditions() -> Iterator[Fact]:
    given = [("hash", ONE)]
    for where, applied in (
        ("n = 5", True),
        ("n = 6", False),
        ("attribute_exists(n)", True),
        ("attribute_exists(nope)", False),
        ("attribute_not_exists(nope)", True),
        ("NOT n = 5", False),
        ("(n = 6 OR s = 'str')", True),
        ("ss = <<'b', 'a'>>", True),
        ("size(l) = 2", True),
        ("pk = 'a'", True),
    ):
        yield Fact(
            f"UPDATE where {where}",
            f"UPDATE hash SET z = 1 WHERE pk = 'a' AND {where}",
            [] if applied else CONDITION_FAILED,
            given=given,
            then=[(ALL, [_changed(z=1) if applied else ONE])],
        )
        yield Fact(
            f"DELETE where {where}",
            f"DELETE FROM hash WHERE {where} AND pk = 'a'",
            [] if applied else CONDITION_FAILED,
            given=given,
            then=[(ALL, [] if applied else [ONE])],
        )
    for statement in (
        "UPDATE hash SET z = 1 WHERE pk = 'none'",
        "UPDATE hash SET z = 1 WHERE pk = 'none' AND attribute_not_exists(pk)",
        "UPDATE hash SET ss = set_add(ss, <<'x'>>) WHERE pk = 'none'",
        "UPDATE hash REMOVE z WHERE pk = 'none'",
        "FROM hash WHERE pk = 'none' SET c = 1",
    ):
        yield Fact(f"of no item: {statement}", statement, CONDITION_FAILED, then=[(ALL, [])])
    for statement in (
        "DELETE FROM hash WHERE pk = 'none'",
        "DELETE FROM hash WHERE pk = 'none' AND n = 1",
        "DELETE FROM hash WHERE pk = 'none' AND attribute_exists(n)",
    ):
        yield Fact(f"of no item: {statement}", statement, [], given=given, then=[(ALL, [ONE])])


def _refused() -> Iterator[Fact]:
    absent = invalid("The provided expression refers to an attribute that does not exist in the item")
    kind = invalid("An operand in the update expression has an incorrect data type")

    def at(change: str, token: str, length: int | None = None) -> str:
        return f"1:{len('UPDATE hash ') + change.index(token) + 1}:{length or len(token)}"

    other = "SET t = set_add(ss, <<'x'>>)"
    literal = "SET ss = set_add(<<'a'>>, <<'b'>>)"
    deleted = "SET t = set_delete(ss, <<'a'>>)"
    first = "The first argument to SET_ADD must equal the assignment value at "
    second = "The second argument to SET_{} must be a value with type SET at 1:{}:2"
    inside = len("UPDATE hash SET ss = set_add(") + 1
    for change, expected in (
        (other, invalid(first + at(other, "set_add"))),
        (literal, invalid(first + at(literal, "set_add"))),
        (
            deleted,
            invalid(
                "The first argument to SET_DELETE must equal the assignment value at "
                + at(deleted, "set_delete")
            ),
        ),
        ("SET ss = set_add(ss, 'x')", invalid(second.format("ADD", inside))),
        ("SET ss = set_add(ss, ['x'])", invalid(second.format("ADD", inside))),
        ("SET ss = set_delete(ss, 'a')", invalid(second.format("DELETE", inside + 3))),
        ("SET ss = set_add(ss)", invalid("SET_ADD must have exactly two arguments at 1:22:7")),
        (
            "SET ss = set_add(ss, <<'x'>>, <<'y'>>)",
            invalid("SET_ADD must have exactly two arguments at 1:22:7"),
        ),
        ("SET ss = set_add(ss, <<1>>)", kind),
        ("SET ss = set_delete(ss, <<1>>)", kind),
        ("SET s = set_add(s, <<'x'>>)", kind),
        (
            "SET ss = set_add(ss, <<'x', 'x'>>)",
            invalid(f"{PARAMETERS}Input collection [x, x] contains duplicates."),
        ),
        ("SET ss = set_add(ss, <<>>)", invalid("Empty bags are not supported")),
        ("SET l = list_append(absent, [1])", absent),
        ("SET n = absent + 1", absent),
        ("SET n = s + 1", kind),
        ("SET l = list_append(s, [1])", kind),
        ("SET l = list_append(l, 1)", invalid(f"{OPERAND}list_append, operand type: N")),
        (
            "SET l = list_append(l)",
            invalid(f"{OPERANDS}list_append, number of operands: 1"),
        ),
        ("SET n = 'a' + 1", invalid(f"{OPERAND}+, operand type: S")),
        ("SET n = n - null", invalid(f"{OPERAND}-, operand type: NULL")),
        ("SET n = n + [1]", invalid(f"{OPERAND}+, operand type: L")),
        ("SET n = if_not_exists(n, 1)", invalid("Unrecognized function: if_not_exists at 1:21:13")),
        ("SET n = n * 2", invalid(None)),
        ("SET n = n + 1 + 1", invalid(None)),
        ("SET n = n = 1", invalid(None)),
        (
            "SET pk = 'b'",
            invalid(f"{PARAMETERS}Cannot update attribute pk. This attribute is part of the key"),
        ),
        ("REMOVE pk", invalid(f"{PARAMETERS}Cannot update attribute pk. This attribute is part of the key")),
        (
            "SET n = 1 SET n = 2",
            invalid(paths_overlap("n", "n")),
        ),
        (
            "SET m = 1 REMOVE m.x",
            invalid(paths_overlap("m", "m, x")),
        ),
        ("SET s.x = 1", invalid("The document path provided in the update expression is invalid for update")),
        ("SET l[2147483648] = 1", invalid(None)),
    ):
        statement = f"UPDATE hash {change} WHERE pk = 'a'"
        yield Fact(f"refused: {change}", statement, expected, given=[("hash", ONE)], then=[(ALL, [ONE])])
    for change in ("SET n = 'a' + 1", "SET n = n - null"):
        yield Fact(
            f"before its condition: {change}",
            f"UPDATE hash {change} WHERE pk = 'a' AND nope = 'x'",
            invalid(None),
            given=[("hash", ONE)],
        )
    for line in ("UPDATE hash\nSET Members = set_add(", "UPDATE hash\r\nSET Members = set_add("):
        yield Fact(
            f"a place in the second line: {line!r}",
            f"{line}Members, 'x')\nWHERE pk = 'a'",
            invalid("The second argument to SET_ADD must be a value with type SET at 2:23:7"),
        )


def _keys() -> Iterator[Fact]:
    multiple = invalid(
        "Multiple conditions on same key pk. Only single item Update/Insert/Delete are supported"
    )
    mismatch = invalid("The provided key element does not match the schema")
    for where, expected in (
        ("pk = 'p'", MANDATORY),
        ("sk = '1'", MANDATORY),
        ("pk IN ['p'] AND sk = '1'", MANDATORY),
        ("pk = 'p' AND sk > '1'", MANDATORY),
        ("pk = 'p' OR sk = '1'", MANDATORY),
        ("NOT pk = 'p' AND sk = '1'", MANDATORY),
        ("pk = 'p' AND sk = '1' AND pk = 'other'", multiple),
        ("pk = 'p' AND sk = 1", mismatch),
    ):
        for statement in ("UPDATE pair SET a = 1", "DELETE FROM pair"):
            yield Fact(
                f"{statement} WHERE {where}",
                f"{statement} WHERE {where}",
                expected,
                given=[("pair", item(pk="p", sk="1"))],
                then=[("SELECT * FROM pair", [item(pk="p", sk="1")])],
            )
    twice = "UPDATE pair SET a = 1 WHERE pk = 'p' AND sk = '1' AND pk = 'p'"
    yield Fact(
        "a key given twice alike",
        twice,
        [],
        given=[("pair", item(pk="p", sk="1"))],
        then=[("SELECT a FROM pair", [item(a=1)])],
    )


def _limits() -> Iterator[Fact]:
    whole = "x" * (400 * 1024 - 4)
    yield Fact("INSERT of 400 KB", "INSERT INTO hash VALUE {'pk': 'a', 'p': ?}", [], (whole,))
    yield Fact(
        "INSERT of a byte more",
        "INSERT INTO hash VALUE {'pk': 'a', 'p': ?}",
        invalid("Item size has exceeded the maximum allowed size"),
        (whole + "x",),
    )
    yield Fact(
        "UPDATE to 400 KB", "UPDATE hash SET p = ? WHERE pk = 'a'", [], (whole,), [("hash", item(pk="a"))]
    )
    yield Fact(
        "UPDATE to a byte more",
        "UPDATE hash SET p = ? WHERE pk = 'a'",
        invalid("Item size to update has exceeded the maximum allowed size"),
        (whole + "x",),
        [("hash", item(pk="a"))],
    )
    deep: dict[str, Any] = {"S": "x"}
    for _ in range(31):
        deep = {"M": {"a": deep}}
    yield Fact(
        "UPDATE that nests too deep",
        "UPDATE hash SET m.deep = ? WHERE pk = 'a'",
        invalid("Nesting Levels have exceeded supported limits"),
        (deep,),
        [("hash", ONE)],
        [(ALL, [ONE])],
    )
    exists = "EXISTS(SELECT * FROM hash WHERE pk = 'a' AND n IS MISSING)"
    yield Fact(
        "EXISTS alone", exists, invalid("EXISTS can only be used in ExecuteTransaction write requests.")
    )
    yield Fact(
        "a token on a write",
        "DELETE FROM hash WHERE pk = 'a'",
        Refused("ValidationException", None),
        request={"NextToken": "x"},
    )


FACTS = [*_inserts(), *_updates(), *_returning(), *_conditions(), *_refused(), *_keys(), *_limits()]
