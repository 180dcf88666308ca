"""SELECT through an index: what it holds, what it gives back, and what it costs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from statement_case import Absent, Fact, Refused, Unordered, invalid, item
from wordings import PARAMETERS, SEVERAL_ATTRIBUTES

ITEMS: list[dict[str, Any]] = [
    item(
        pk="p",
        sk="s1",
        gsiPk="x",
        gsiPk2="y",
        lsiSk="l1",
        lsiSk2="k1",
        lsiSk3="m1",
        projattr="proj1",
        other="np1",
    ),
    item(
        pk="p",
        sk="s2",
        gsiPk="z",
        gsiPk2="y",
        lsiSk="l2",
        lsiSk2="k2",
        lsiSk3="m2",
        projattr="proj2",
        other="np2",
    ),
    item(pk="p", sk="s3", other="np3"),
    item(
        pk="p",
        sk="s4",
        gsiPk="x",
        gsiPk2="y",
        lsiSk="l4",
        lsiSk2="k4",
        lsiSk3="m4",
        projattr="proj4",
        other="np4",
    ),
    item(pk="q", sk="s5", gsiPk2="y2", projattr="proj5", other="np5"),
]
GIVEN = [("indexed", each) for each in ITEMS]
GSI_ALL, GSI_KEYS, GSI_INC = 'indexed."gsi-all"', 'indexed."gsi-keys"', 'indexed."gsi-inc"'
LSI_ALL, LSI_KEYS, LSI_INC = 'indexed."lsi-all"', 'indexed."lsi-keys"', 'indexed."lsi-inc"'


def _of(names: str, *numbers: int) -> Unordered:
    chosen = names.split()
    return Unordered(
        [{name: ITEMS[at - 1][name] for name in chosen if name in ITEMS[at - 1]} for at in numbers]
    )


def _found() -> Iterator[Fact]:
    for statement, expected in (
        (f"SELECT pk, sk FROM {GSI_ALL} WHERE gsiPk = 'x'", _of("pk sk", 1, 4)),
        ("SELECT pk, sk FROM indexed WHERE pk = 'p'", _of("pk sk", 1, 2, 3, 4)),
        (f"SELECT * FROM {GSI_ALL} WHERE gsiPk = 'z'", Unordered([ITEMS[1]])),
        (f"SELECT * FROM {GSI_KEYS} WHERE gsiPk2 = 'y'", _of("gsiPk2 pk sk", 1, 2, 4)),
        (f"SELECT * FROM {GSI_INC} WHERE gsiPk2 = 'y'", _of("gsiPk2 pk projattr sk", 1, 2, 4)),
        (f"SELECT * FROM {LSI_KEYS} WHERE pk = 'p'", _of("lsiSk2 pk sk", 1, 2, 4)),
        (f"SELECT sk FROM {LSI_ALL} WHERE pk = 'p' AND lsiSk > 'l1'", _of("sk", 2, 4)),
        (f"SELECT sk FROM {LSI_ALL} WHERE pk = 'p' AND sk = 's2'", _of("sk", 2)),
        (f"SELECT other FROM {LSI_KEYS} WHERE pk = 'p'", _of("other", 1, 2, 4)),
        (f"SELECT other FROM {LSI_INC} WHERE pk = 'p' AND projattr = 'proj2'", _of("other", 2)),
        (f"SELECT other FROM {LSI_KEYS}", _of("other", 1, 2, 4)),
        (f"SELECT pk, sk FROM {GSI_ALL} WHERE pk = 'p'", _of("pk sk", 1, 2, 4)),
        (f"SELECT pk FROM {GSI_INC} WHERE gsiPk2 = 'y' AND projattr = 'proj1'", _of("pk", 1)),
        (f"SELECT pk FROM {GSI_INC} WHERE gsiPk2 = 'y' AND projattr IS NOT MISSING", _of("pk", 1, 2, 4)),
        (f"SELECT pk FROM {GSI_INC} WHERE other = 'np1'", []),
        (f"SELECT pk FROM {LSI_KEYS} WHERE other = 'np1'", []),
        (f"SELECT other FROM {LSI_KEYS} WHERE other = 'np1'", []),
        (f"SELECT pk FROM {GSI_INC} WHERE other = 'np1' AND other = 'np2'", []),
        (f"SELECT pk, sk FROM {GSI_KEYS} WHERE NOT other = 'np1'", _of("pk sk", 1, 2, 4, 5)),
        (
            f"SELECT pk, sk FROM {GSI_INC} WHERE (gsiPk2 = 'y' AND other = 'np1') OR (gsiPk2 = 'y2')",
            _of("pk sk", 5),
        ),
        (
            f"SELECT pk FROM {GSI_INC} WHERE (gsiPk2 = 'y' AND projattr = '1') OR (gsiPk2 = 'z' AND other = '1')",
            [],
        ),
        (f"SELECT pk FROM {GSI_INC} WHERE gsiPk2 > 'a' AND other = '1'", []),
        (f"SELECT pk FROM {GSI_INC} WHERE gsiPk2 = 'y' AND (gsiPk2 = 'z' OR other = '1')", []),
        (f"SELECT pk FROM {GSI_INC} WHERE (gsiPk2 = 'y' AND other = '1') OR projattr = '1'", []),
        (
            f"SELECT sk FROM {GSI_INC} WHERE gsiPk2 = 'y' AND (projattr = 'proj1' OR projattr = 'proj2')",
            _of("sk", 1, 2),
        ),
        (f"SELECT sk FROM {GSI_ALL} WHERE gsiPk IN ['x', 'z']", _of("sk", 1, 2, 4)),
    ):
        yield Fact(statement, statement, expected, given=GIVEN)
    yield Fact(
        "in the index's order",
        f"SELECT sk FROM {LSI_ALL} WHERE pk = 'p' ORDER BY lsiSk DESC",
        [item(sk=each) for each in ("s4", "s2", "s1")],
        given=GIVEN,
    )
    yield Fact(
        "consistently, through a local index",
        f"SELECT sk FROM {LSI_ALL} WHERE pk = 'p'",
        _of("sk", 1, 2, 4),
        given=GIVEN,
        request={"ConsistentRead": True},
    )


def _refused() -> Iterator[Fact]:
    def filtered(index: str, *names: str) -> Refused:
        return invalid(
            f"{PARAMETERS}Secondary index {index} does not project one or more filter attributes: [{', '.join(names)}]"
        )

    no_index = invalid("The table does not have the specified index")
    for statement, expected in (
        (f"SELECT pk FROM {GSI_INC} WHERE gsiPk2 = 'y' AND other = 'np1'", filtered("gsi-inc", "other")),
        (f"SELECT pk FROM {LSI_KEYS} WHERE pk = 'p' AND other = 'np1'", filtered("lsi-keys", "other")),
        (f"SELECT pk FROM {GSI_INC} WHERE gsiPk2 = 'y' AND other IS MISSING", filtered("gsi-inc", "other")),
        (
            f"SELECT pk FROM {GSI_INC} WHERE gsiPk2 = 'y' AND begins_with(other, 'np')",
            filtered("gsi-inc", "other"),
        ),
        (f"SELECT pk FROM {GSI_INC} WHERE gsiPk2 = 'y' AND NOT other = 'np1'", filtered("gsi-inc", "other")),
        (
            f"SELECT pk FROM {GSI_INC} WHERE gsiPk2 IN ['y', 'z'] AND other = 'np1'",
            filtered("gsi-inc", "other"),
        ),
        (
            f"SELECT pk FROM {LSI_KEYS} WHERE pk = 'p' AND lsiSk2 BETWEEN 'k1' AND 'k4' AND other = 'np1'",
            filtered("lsi-keys", "other"),
        ),
        (
            f"SELECT pk FROM {GSI_INC} WHERE gsiPk2 = 'y' AND NOT (other = 'np1' OR projattr = 'x')",
            filtered("gsi-inc", "other"),
        ),
        (
            f"SELECT pk FROM {GSI_INC} WHERE gsiPk2 = 'y' AND (zz = '1' OR aa = '2' OR mm = '3')",
            filtered("gsi-inc", "zz", "aa", "mm"),
        ),
        (
            f"SELECT pk FROM {GSI_INC} WHERE (gsiPk2 = 'y' OR gsiPk2 = 'z') AND zz = '1'",
            filtered("gsi-inc", "zz"),
        ),
        (
            f"SELECT pk FROM {GSI_INC} WHERE (gsiPk2 = 'q' AND u1 = '1') OR (gsiPk2 = 'b' AND u2 = '1')",
            filtered("gsi-inc", "u1"),
        ),
        (
            f"SELECT pk FROM {GSI_INC} WHERE (gsiPk2 = 'y' AND zz = '1') OR (gsiPk2 = 'y' AND aa = '1')",
            invalid("Overlapping conditions with range keys are not supported in where clause"),
        ),
        (
            f"SELECT other FROM {GSI_INC} WHERE gsiPk2 = 'y'",
            invalid(f"{PARAMETERS}Global secondary index gsi-inc does not project [other]"),
        ),
        (
            f"SELECT zz, pk, other.a FROM {GSI_INC}",
            invalid(f"{PARAMETERS}Global secondary index gsi-inc does not project [zz, other]"),
        ),
        ("SELECT * FROM indexed.\"no-such-index\" WHERE pk = 'p'", no_index),
        ("SELECT * FROM indexed.indexed WHERE pk = 'p'", no_index),
        (
            "INSERT INTO indexed.\"gsi-all\" VALUE {'pk': 'w', 'sk': 'w'}",
            invalid("FROM clause may only contain a single table name"),
        ),
        (
            "INSERT INTO indexed.none VALUE {'pk': 'w', 'sk': 'w'}",
            invalid("FROM clause may only contain a single table name"),
        ),
        (
            f"UPDATE {GSI_ALL} SET a = 1 WHERE pk = 'p' AND sk = 's1'",
            invalid("This operation is not supported on an index"),
        ),
        (
            f"DELETE FROM {GSI_ALL} WHERE pk = 'p' AND sk = 's1'",
            invalid("This operation is not supported on an index"),
        ),
        (
            f"SELECT * FROM {GSI_ALL} WHERE gsiPk = 1",
            invalid("Key attribute's data type should match its data type in table's schema: Key gsiPk"),
        ),
    ):
        yield Fact(statement, statement, expected, given=GIVEN)
    yield Fact(
        "consistently, through a global index",
        f"SELECT * FROM {GSI_ALL} WHERE gsiPk = 'x'",
        invalid("Strongly consistent read is not supported on Global Secondary Indexes"),
        request={"ConsistentRead": True},
    )


def _several_attributes() -> Iterator[Fact]:
    refused = invalid(SEVERAL_ATTRIBUTES)
    given = [("multi", item(id="i1", h1="a", h2="x", r1="m", g="g1"))]
    for statement, expected in (
        ("SELECT * FROM multi.gsi WHERE h1 = 'a'", refused),
        ("SELECT id FROM multi.gsi WHERE h1 = 'a' AND h2 = 'x' ORDER BY r1 DESC", refused),
        ("SELECT * FROM multi.gsi WHERE h1 = 5", refused),
        ("SELECT * FROM multi.gsi WHERE id = 'i1'", refused),
        ("SELECT * FROM multi.gsi", refused),
        ("SELECT COUNT(*) FROM multi.gsi", refused),
        (
            "SELECT * FROM multi.gsi WHERE",
            invalid("Statement wasn't well formed, can't be processed: Unexpected term"),
        ),
        (
            "SELECT * FROM multi.gsi WHERE h1 = 1e99999999999",
            invalid("Statement wasn't well formed, can't be processed: "),
        ),
        ("SELECT id FROM multi WHERE id = 'i1'", [item(id="i1")]),
        ("SELECT id FROM multi.single WHERE g = 'g1'", [item(id="i1")]),
        ("INSERT INTO multi VALUE {'id': 'n1'}", []),
        ("UPDATE multi SET a = 1 WHERE id = 'i1'", []),
        ("DELETE FROM multi WHERE id = 'zz'", []),
    ):
        yield Fact(statement, statement, expected, given=given)


def _cost() -> Iterator[Fact]:
    def units(table: float, **indexes: float) -> dict[str, Any]:
        named = {name.replace("_", "-"): {"CapacityUnits": each} for name, each in indexes.items()}
        member = (
            "GlobalSecondaryIndexes"
            if "gsi_all" in indexes or "gsi_keys" in indexes
            else "LocalSecondaryIndexes"
        )
        return {
            "CapacityUnits": table + sum(indexes.values()),
            "Table": {"CapacityUnits": table},
            member: named,
        }

    for statement, request, capacity in (
        (f"SELECT * FROM {GSI_KEYS} WHERE gsiPk2 = 'y'", {}, units(0.0, gsi_keys=0.5)),
        (f"SELECT pk FROM {GSI_ALL} WHERE gsiPk = 'x'", {}, units(0.0, gsi_all=0.5)),
        (f"SELECT * FROM {LSI_KEYS} WHERE pk = 'p'", {}, units(0.0, lsi_keys=0.5)),
        (f"SELECT lsiSk2 FROM {LSI_KEYS} WHERE pk = 'p'", {}, units(0.0, lsi_keys=0.5)),
        (f"SELECT pk FROM {LSI_ALL} WHERE pk = 'p'", {"ConsistentRead": True}, units(0.0, lsi_all=1.0)),
        (f"SELECT other FROM {LSI_KEYS} WHERE pk = 'p'", {}, units(1.5, lsi_keys=0.5)),
        (f"SELECT other FROM {LSI_KEYS} WHERE pk = 'p'", {"ConsistentRead": True}, units(3.0, lsi_keys=1.0)),
        (f"SELECT other FROM {LSI_KEYS} WHERE pk = 'p'", {"Limit": 1}, units(0.5, lsi_keys=0.5)),
        (f"SELECT other FROM {LSI_INC} WHERE pk = 'p' AND projattr = 'none'", {}, units(1.5, lsi_inc=0.5)),
    ):
        yield Fact(
            f"cost of {statement} {request}",
            statement,
            {"ConsumedCapacity": capacity},
            given=GIVEN,
            request={"ReturnConsumedCapacity": "INDEXES", **request},
        )
    yield Fact(
        "cost of an INSERT",
        "INSERT INTO indexed VALUE {'pk': 'a', 'sk': 'b', 'gsiPk': 'c', 'lsiSk': 'd'}",
        {
            "Items": [],
            "ConsumedCapacity": {
                "CapacityUnits": 3.0,
                "WriteCapacityUnits": Absent,
                "Table": {"CapacityUnits": 1.0},
                "GlobalSecondaryIndexes": {"gsi-all": {"CapacityUnits": 1.0}},
                "LocalSecondaryIndexes": {"lsi-all": {"CapacityUnits": 1.0}},
            },
        },
        request={"ReturnConsumedCapacity": "INDEXES"},
    )


FACTS = [*_found(), *_refused(), *_several_attributes(), *_cost()]
