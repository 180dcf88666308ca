# ruff: noqa: E501
"""Designs that cannot work, each with the one line that it is refused with.

A design is Python: its table is `T` and its entity `E` unless it says otherwise, and `D` its patterns.
"""

PRELUDE = """
from datetime import date, datetime
from decimal import Decimal
from pydantic import AwareDatetime, BaseModel, Field
from stator.model import *
"""

WRONG: list[tuple[str, str]] = []


def wrong(says: str, tables: str, entities: str, patterns: str = "") -> None:
    body = "".join(f"    {line}\n" for line in patterns.splitlines())
    names = [
        line[6:].split("(")[0]
        for line in entities.splitlines()
        if line.startswith("class ") and "(Entity)" in line
    ]
    design = f"class D(Design):\n    tables = [{tables}]\n    entities = [{', '.join(names)}]\n{body}"
    WRONG.append((f"{PRELUDE}\n{entities}\n{design}", says))


ONE = 'Table("t", sk="sk")'
GSI = 'Table("t", sk="sk", indexes=[Gsi("g", "gpk", "gsk")])'


def entity(keys: str, fields: str, options: str = "", name: str = "E") -> str:
    lines = "".join(f"    {field.strip()}\n" for field in fields.split(";"))
    return f"class {name}(Entity):\n    stored = Stored({keys}{', ' + options if options else ''})\n{lines}"


KEYS = '{"pk": "E#{a}", "sk": "S#{b}"}'
PLAIN = entity(KEYS, "a: str; b: str; c: str | None = None; n: int = 0")
INDEXED = entity(
    '{"pk": "E#{a}", "sk": "S#{b}", "gpk": "C#{c}", "gsk": "{n:3}#{b}"}', "a: str; b: str; c: str; n: int"
)

# Tables
wrong("a design needs a table", "", "")
wrong("table t is declared twice", f"{ONE}, {ONE}", "")
wrong("table t: index g is declared twice", 'Table("t", indexes=[Gsi("g", "x"), Gsi("g", "y")])', "")
wrong("table t: local index l needs a table with a sort key", 'Table("t", indexes=[Lsi("l", "x")])', "")
wrong(
    "table t: x is S in one key and N in another",
    'Table("t", indexes=[Gsi("g", "x"), Gsi("h", ("x", "N"))])',
    "",
)
wrong("table t: pk is both its partition key and its sort key", 'Table("t", sk="pk")', "")
wrong(
    "table t: 6 local indexes; a table has at most 5",
    'Table("t", sk="sk", indexes=[Lsi(f"l{n}", f"s{n}") for n in range(6)])',
    "",
)
wrong(
    "table t: 21 global indexes; a table has at most 20",
    'Table("t", indexes=[Gsi(f"g{n}", f"p{n}") for n in range(21)])',
    "",
)
wrong(
    "table t: E, F cannot be told apart without a type_attribute",
    'Table("t", sk="sk", type_attribute=None)',
    PLAIN + PLAIN.replace("class E", "class F"),
)

wrong(
    "table t: index g has 5 partition attributes; it has at most 4",
    'Table("t", indexes=[Gsi("g", list("abcde"))])',
    "",
)
wrong(
    "table t: index g has 5 sort attributes; it has at most 4",
    'Table("t", indexes=[Gsi("g", "x", list("abcde"))])',
    "",
)
wrong("table t: index g has no partition attribute", 'Table("t", indexes=[Gsi("g", [])])', "")
wrong("table t: index g has a twice in its key", 'Table("t", indexes=[Gsi("g", ["a", "b"], ["a"])])', "")
wrong(
    "table t: local index l has 2 sort attributes; it has one",
    'Table("t", sk="sk", indexes=[Lsi("l", ["a", "b"])])',
    "",
)

# Entities and their keys
wrong("E: say its table: the design has several", 'Table("t"), Table("u")', entity('{"pk": "{a}"}', "a: str"))
wrong("E: there is no table u", ONE, entity(KEYS, "a: str; b: str", 'table="u"'))
wrong("E: its key needs sk: give a template, or a field of that name", ONE, entity('{"pk": "{a}"}', "a: str"))
wrong(
    "E: gpk is no key attribute of table t",
    ONE,
    entity('{"pk": "{a}", "sk": "{b}", "gpk": "{a}"}', "a: str; b: str"),
)
wrong(
    "E: the template of sk holds c, which is no attribute of it",
    ONE,
    entity('{"pk": "{a}", "sk": "S#{c}"}', "a: str"),
)
wrong("E: the template of sk 'S#{a}{b}' has nothing between a and b", ONE,
      entity('{"pk": "{a}", "sk": "S#{a}{b}"}', "a: str; b: str"))  # fmt: skip
wrong("E: the template of sk 'S#{a}-{b}': after a comes '-' and not the separator '#'", ONE,
      entity('{"pk": "{a}", "sk": "S#{a}-{b}"}', "a: str; b: str"))  # fmt: skip
wrong("E: the template of sk 'S#{a' has a brace that is no {attribute} or {attribute:width}", ONE,
      entity('{"pk": "{a}", "sk": "S#{a"}', "a: str"))  # fmt: skip
wrong(
    "E: the template of sk '{a}#{a}' holds a twice", ONE, entity('{"pk": "{a}", "sk": "{a}#{a}"}', "a: str")
)
wrong("E: the template of sk is empty", ONE, entity('{"pk": "{a}", "sk": ""}', "a: str"))
wrong("E: n is a number without a width in sk: {n:10} keeps the order", ONE,
      entity('{"pk": "{a}", "sk": "S#{n}"}', "a: str; n: int"))  # fmt: skip
wrong("E: n is a Decimal, which cannot be part of the text sk", ONE,
      entity('{"pk": "{a}", "sk": "S#{n}"}', "a: str; n: Decimal"))  # fmt: skip
wrong(
    "E: b has a width in sk, but is no int", ONE, entity('{"pk": "{a}", "sk": "S#{b:3}"}', "a: str; b: str")
)
wrong(
    "E: b cannot be part of the text sk", ONE, entity('{"pk": "{a}", "sk": "S#{b}"}', "a: str; b: list[str]")
)
wrong("E: pk is S, but n is N", ONE, entity('{"pk": "{n}", "sk": "{a}"}', "a: str; n: int"))
wrong("E: sk is a number: its template is one attribute alone", 'Table("t", sk=("sk", "N"))',
      entity('{"pk": "{a}", "sk": "S#{n:3}"}', "a: str; n: int"))  # fmt: skip
wrong("E: sk is an attribute and cannot be composed of others as well", ONE,
      entity('{"pk": "{a}", "sk": "S#{a}"}', "a: str; sk: str"))  # fmt: skip
wrong("E: b may be None, but is part of the key sk", ONE, entity(KEYS, "a: str; b: str | None = None"))
wrong("E: c may be None, which is stored as nothing and comes back as its default 'x'", ONE,
      entity(KEYS, "a: str; b: str; c: str | None = 'x'"))  # fmt: skip
wrong("E: version is v, which is no attribute of it", ONE, entity(KEYS, "a: str; b: str", 'version="v"'))
wrong(
    "E: it expires by n, but table t by nothing", ONE, entity(KEYS, "a: str; b: str; n: int", 'expires="n"')
)
wrong("E: d must take None: it is set when the item is deleted", ONE,
      entity(KEYS, "a: str; b: str; d: datetime", 'deleted="d"'))  # fmt: skip
wrong("E: unique is x, which is no attribute of it", ONE, entity(KEYS, "a: str; b: str", 'unique=["x"]'))
wrong("E: unique needs a table whose key is text; t has another", 'Table("t", pk=("a", "N"))',
      entity("{}", "a: int; b: str", 'unique=["b"]'))  # fmt: skip
wrong(
    "E: form 3 needs an upgrade from 2", ONE, entity(KEYS, "a: str; b: str", "schema=3, upgrades={1: dict}")
)

wrong(
    "E: a type of its fields is not known where its class is made", ONE, entity(KEYS, "a: str; b: 'Nothing'")
)

wrong(
    "E: unique values and an expiry: a value would stay taken after its item is gone",
    'Table("t", sk="sk", ttl="n")',
    entity(KEYS, "a: str; b: str; n: int", 'unique=["b"], expires="n"'),
)

# Patterns
wrong(
    "p: no key or index serves it given a, x: t cannot tell what n starts with: it is no text",
    ONE,
    entity('{"pk": "{a}", "sk": "{n:3}"}', "a: str; n: int"),
    'p = query(E, x=starts_with("n")).given("a", "x")',
)
wrong("p: a get needs the whole key of E: b is not given", ONE, PLAIN, 'p = get(E).given("a")')
wrong("p: c is no part of the key of E", ONE, PLAIN, 'p = get(E).given("a", "b", "c")')
wrong("p: E has no attribute x", ONE, PLAIN, 'p = query(E).given("x")')
wrong("p: no key or index serves it given b: t needs a", ONE, PLAIN, 'p = query(E).given("b")')
wrong("p: no key or index serves it given nothing: t needs a", ONE, PLAIN, "p = query(E).given()")
wrong("p: no key or index serves it given a, c: t has no c in its key (filtered('c') would read and drop)", ONE, PLAIN,
      'p = query(E).given("a", "c")')  # fmt: skip
wrong("p: no key or index serves it given a, since: t does not sort by n", ONE, PLAIN,
      'p = query(E, since=at_least("n")).given("a", "since")')  # fmt: skip
wrong(
    "p: no key or index serves it given c, b: t needs a; g sorts by n before b, which is not given",
    GSI, INDEXED, 'p = query(E).given("c", "b")',
)  # fmt: skip
wrong("p: no key or index serves it given a: g needs c", GSI, INDEXED, 'p = query(E, index="g").given("a")')
wrong("p: table t has no index h", GSI, INDEXED, 'p = query(E, index="h").given("a")')
wrong("p: no key or index serves it given c: t needs a; g cannot be read consistently: it is a global index", GSI,
      INDEXED, 'p = query(E, consistent=True).given("c")')  # fmt: skip
wrong(
    "p: no key or index serves it given c: t needs a; g does not hold E",
    GSI,
    PLAIN,
    'p = query(E).given("c")',
)
wrong("p: no key or index serves it given c: t needs a; g does not project a, which E needs",
      'Table("t", sk="sk", indexes=[Gsi("g", "c", project="KEYS_ONLY")])',
      entity(KEYS, "a: str; b: str; c: str; z: str").replace("a: str", "a: str"), 'p = query(E).given("c")')  # fmt: skip
wrong("p: a scan reads the whole table: say because", ONE, PLAIN, 'p = scan(E, because="").given()')
wrong(
    "p: a scan has no key: c can only be filtered(...)",
    ONE,
    PLAIN,
    'p = scan(E, because="export").given("c")',
)
wrong("p: since has a meaning, but is not given", ONE, PLAIN, 'p = query(E, since=at_least("b")).given("a")')
wrong("p: F is no entity of this design", ONE, PLAIN + "class F(E):\n    pass\n", 'p = query(F).given("a")')
wrong("p: E and F lie in different tables: no one query reads both", 'Table("t", sk="sk"), Table("u", sk="sk")',
      entity(KEYS, "a: str; b: str", 'table="t"') + entity(KEYS, "a: str; b: str", 'table="u"', "F"),
      'p = collection(E, F).given("a")')  # fmt: skip
wrong("p: no key or index serves it given a: t has E and F in different partitions", ONE,
      PLAIN + entity('{"pk": "F#{a}", "sk": "{b}"}', "a: str; b: str", name="F"), 'p = collection(E, F).given("a")')  # fmt: skip
wrong(
    "p: B has z, which E has not",
    ONE,
    PLAIN + "class B(BaseModel):\n    z: str\n",
    'p = query(E, into=B).given("a")',
)
wrong("p: its fallback filters by c, which is not given", ONE, PLAIN,
      'p = query(E, fallback=Fallback(E, {"c": filtered("c")})).given("a")')  # fmt: skip
wrong("p: no key or index serves it given a, low: t cannot bound b: it is not last, and only the separator '#' keeps its order",
      ONE, entity('{"pk": "{a}", "sk": "{b}/{c}"}', "a: str; b: str; c: str", 'separator="/"'),
      'p = query(E, low=at_least("b")).given("a", "low")')  # fmt: skip
wrong("E: c may be None, which is stored as nothing and comes back as its default_factory's", ONE,
      entity(KEYS, "a: str; b: str; c: list[int] | None = Field(default_factory=list)"))  # fmt: skip
wrong("p: g does not hold E", GSI, PLAIN, 'p = scan(E, because="export", index="g").given()')
wrong(
    "E: c is written as d, which it cannot be read as: give it one alias",
    ONE,
    entity(KEYS, "a: str; b: str; c: str = Field(default='', serialization_alias='d')"),
)
wrong(
    "update: is a name that every design has: give the pattern another",
    ONE,
    PLAIN,
    'update = query(E).given("a")',
)
SEVERAL = 'Table("t", sk="sk", indexes=[Gsi("g", ["c", "d"], ["n", "m"])])'
MANY = entity(KEYS, "a: str; b: str; c: str; d: str; n: str; m: str")
wrong("p: no key or index serves it given c: t needs a; g needs d", SEVERAL, MANY, 'p = query(E).given("c")')
wrong(
    "p: no key or index serves it given c, d, m: t needs a; g sorts by n before m, which is not given",
    SEVERAL, MANY, 'p = query(E).given("c", "d", "m")',
)  # fmt: skip
wrong(
    "p: no key or index serves it given c, d, x: t needs a; g sorts by n before m, which is not given",
    SEVERAL, MANY, 'p = query(E, x=at_least("m")).given("c", "d", "x")',
)  # fmt: skip
