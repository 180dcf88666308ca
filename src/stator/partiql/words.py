"""The words of the language: keywords, operators with their precedence, and the names of types.

Keywords are SQL-92's and PartiQL's own; an attribute with such a name is written in double quotes.
Source: https://partiql.org (specification and the open-source parser), which the service's grammar follows.
"""

from __future__ import annotations

_KEYWORDS = """
absolute action add all allocate alter any are as asc assertion at authorization avg begin bit bit_length by
cascade cascaded case cast catalog char character character_length char_length check close coalesce collate
collation column commit connect connection constraint constraints continue convert corresponding count create
cross current current_date current_time current_timestamp current_user cursor date date_add date_diff deallocate
dec decimal declare default deferrable deferred delete desc describe descriptor diagnostics disconnect distinct
domain double drop else end escape except exception exec execute exists external extract fetch first float for
foreign found from full get global go goto grant group having identity immediate indicator initially inner input
insensitive insert int integer intersect interval into isolation join key language last left level local lower
match max min module names national natural nchar next no nullif numeric octet_length of on only open option order
outer output overlaps pad partial position precision prepare preserve primary prior privileges procedure public
read real references relative restrict revoke right rollback rows schema scroll section select session
session_user set size smallint some space sql sqlcode sqlerror sqlstate substring sum system_user table temporary
then time timestamp to transaction translate translation trim union unique unknown update upper usage user using
value values varchar varying view when whenever where with work write zone

pivot unpivot limit offset tuple remove index let conflict do nothing returning modified new old nulls
can_cast can_lossless_cast bool boolean string symbol clob blob struct list sexp bag
integer2 int2 integer4 int4 integer8 int8 bigint
"""
KEYWORDS = frozenset(_KEYWORDS.split())

WORD_OPERATORS = frozenset(("and", "or", "not", "is", "in", "between", "like"))

PAIRS = {
    ("not", "in"): "not_in",
    ("is", "not"): "is_not",
    ("not", "between"): "not_between",
    ("not", "like"): "not_like",
    ("character", "varying"): "character_varying",
    ("double", "precision"): "double_precision",
    ("insert", "into"): "insert_into",
    ("all", "old"): "all_old",
    ("all", "new"): "all_new",
    ("modified", "old"): "modified_old",
    ("modified", "new"): "modified_new",
}
"""Two words that are one token."""

PRECEDENCE = {
    "or": 10,
    "and": 20,
    "=": 40,
    "<>": 40,
    "is": 40,
    "is_not": 40,
    "in": 40,
    "not_in": 40,
    "<": 50,
    "<=": 50,
    ">": 50,
    ">=": 50,
    "between": 50,
    "not_between": 50,
    "like": 50,
    "not_like": 50,
    "+": 60,
    "-": 60,
    "||": 60,
    "*": 70,
    "/": 70,
    "%": 70,
}
"""Of the operators that stand between operands."""

NOT_PRECEDENCE = 30
SIGN_PRECEDENCE = 100

TERMLESS = frozenset(("as", "at", "by", "for", "asc", "desc", "nulls", "first", "last"))
"""Keywords that the grammar takes for punctuation: where a term should start they are told apart from the others."""

_FUNCTIONS = """
exists count avg max min sum substring char_length character_length octet_length bit_length upper lower size sexp
list bag trim extract date_add date_diff cast can_cast can_lossless_cast nullif coalesce
"""
FUNCTION_KEYWORDS = frozenset(_FUNCTIONS.split())
"""Keywords that may name a function."""

STATEMENTS = frozenset(("select", "insert_into", "update", "delete", "from", "set", "remove"))
"""Keywords that open a statement, wherever a term may stand."""

TYPES = {
    "null": ("NULL",),
    "boolean": ("BOOL",),
    "bool": ("BOOL",),
    "string": ("S",),
    "symbol": ("S",),
    "varchar": ("S",),
    "character_varying": ("S",),
    "char": ("S",),
    "character": ("S",),
    "smallint": ("N",),
    "integer2": ("N",),
    "int2": ("N",),
    "int": ("N",),
    "integer": ("N",),
    "integer4": ("N",),
    "int4": ("N",),
    "integer8": ("N",),
    "int8": ("N",),
    "bigint": ("N",),
    "float": ("N",),
    "real": ("N",),
    "double_precision": ("N",),
    "dec": ("N",),
    "decimal": ("N",),
    "numeric": ("N",),
    "blob": ("B",),
    "clob": ("B",),
    "list": ("L",),
    "struct": ("M",),
    "tuple": ("M",),
    "bag": ("SS", "NS", "BS"),
    "missing": (),
    "timestamp": (),
    "date": (),
    "time": (),
    "sexp": (),
    "any": (),
}
"""What may follow IS: the service's types that a name stands for. No attribute has one of the last five."""
