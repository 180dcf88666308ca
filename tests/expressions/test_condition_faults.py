"""What a condition is refused for, word for word, and which of several faults is told."""

from contextlib import suppress
from typing import Any

import pytest

from stator.errors import ValidationException
from stator.expressions import Placeholders, compile_condition

KIND = "FilterExpression"
NAMES = {"#a": "a", "#b": "b"}
VALUES: dict[str, dict[str, Any]] = {
    ":a": {"S": "a"}, ":n": {"N": "1"}, ":m": {"N": "2"}, ":b": {"B": "YQ=="}, ":bool": {"BOOL": True},
    ":null": {"NULL": True}, ":l": {"L": []}, ":map": {"M": {}}, ":ss": {"SS": ["1"]}, ":ns": {"NS": ["1"]},
    ":bs": {"BS": ["YQ=="]},
}  # fmt: skip


def refusal(text: str, names: dict[str, str] | None = NAMES, values: dict[str, Any] | None = VALUES) -> str:
    with pytest.raises(ValidationException) as caught:
        compile_condition(text, Placeholders(names, values), KIND)
    prefix = f"Invalid {KIND}: "
    assert caught.value.message.startswith(prefix)
    return caught.value.message[len(prefix) :]


SYNTAX = [
    ("foo", "<EOF>", "foo"),
    ("foo ", "<EOF>", "foo"),
    ("a =", "<EOF>", "="),
    ("a = = :a", "=", "= = :a"),
    ("things are not gonna be ok", "are", "things are not"),
    ("a > 4", "4", "> 4"),
    ("a > 04", "0", "> 04"),
    ("a!b", "!", "a!b"),
    ("!!! NO !!!", "!", "!!"),
    ("a - :a", "-", "a - :a"),
    ("a+:delta<b", "+", "a+:delta"),
    ("attribute_exists(Pictures-RearView)", "-", "Pictures-RearView"),
    ('attribute_exists("Pictures.RearView")', '"', '("Pictures'),
    ("attribute_exists(Pictures..RearView)", ".", "..RearView"),
    ("attribute_exists(Pi#ctures.RearView)", "#ctures", "Pi#ctures."),
    ("attribute_exists(asdf[a])", "a", "[a]"),
    ("attribute_exists(", "<EOF>", "("),
    ("attribute_exists()", ")", "()"),
    ("attribute_exists(a", "<EOF>", "a"),
    ("attribute_exists a", "a", "attribute_exists a"),
    ("a.:a < b", ":a", ".:a <"),
    ("a in b, c", "b", "in b,"),
    ("a in (b,c,)", ")", ",)"),
    ("a in ()", ")", "()"),
    ("a > between", "between", "> between"),
    ("a between b", "<EOF>", "b"),
    ("a between b or c", "or", "b or c"),
    ("(a)between(b.(c.d))and(c)", "(", ".(c"),
    ("(a)between(b.c.d)and((c)", "<EOF>", ")"),
    ("#$.b > a", "#", "#$"),
    ("a = #", "#", "= #"),
    ("a > :things.stuff", ".", ":things.stuff"),
    ("b[:a] > a", ":a", "[:a]"),
    ("b[#_] > a", "#_", "[#_]"),
    ("b[-1] > a", "-", "[-1"),
    ("b[007] > a", "0", "007"),
    ("ü > a", "ü", "ü >"),
    ("(a)between(b.c[4.5].#d)and(:a)", ".", "4.5"),
    ("size(a).b > a", ".", ").b"),
    ("(size(a)).b > a", ".", ").b"),
    ("size(a)[0] > a", "[", ")[0"),
    ("_a = :a", "_", "_a"),
    ("a = :a AND __typename = :n", "_", "AND __"),
    ("9lives = :a", "9", "9lives"),
    ("a = :a b = :n", "b", ":a b ="),
    ("a = :a,", ",", ":a,"),
    ("a = :a)", ")", ":a)"),
    ("(a = :a", "<EOF>", ":a"),
    ("(a) ", "<EOF>", ")"),
    ("a AND b = :a", "AND", "a AND b"),
    ("NOT a", "<EOF>", "a"),
    ("NOT", "<EOF>", "NOT"),
    ("a = NOT b", "NOT", "= NOT b"),
    ("a = (b = :a)", "=", "b = :a"),
    ("(a = :a) = :a", "=", ") = :a"),
    ("a = b = c", "=", "b = c"),
    ("and = :a", "and", "and ="),
    ("a.or = :a", "or", ".or ="),
    ("a\n=\t;", ";", "=\t;"),
    ("   ", "<EOF>", ""),
]


@pytest.mark.parametrize(("text", "token", "near"), SYNTAX)
def test_a_syntax_error_names_its_token_and_quotes_both_neighbours(text: str, token: str, near: str) -> None:
    assert refusal(text) == f'Syntax error; token: "{token}", near: "{near}"'


@pytest.mark.parametrize(
    "text",
    [
        "a=a and a > ((views))",
        "(a)between(((b.c)).d)and(c)",
        "a > whatever((:things), ((a)))",
        "a=a AND ((a=a AND a=a)) AND a=a",
        "a=a OR ((a=a OR a=a)) OR a=a",
        "a=a AND ((a=a AND (a=a AND a=a)))",
        "a=a OR ((a=a OR (a=a OR a=a)))",
        "((a = :a))",
        "(((a = :a)))",
        "((attribute_exists(a)))",
        "((a)) = :a",
        "NOT ((a = :a))",
        "a IN (((:a)), :n)",
        "((size(a))) > :n",
    ],
)
def test_redundant_parentheses_are_refused_before_anything_else_that_parses(text: str) -> None:
    assert refusal(text) == "The expression has redundant parentheses;"


@pytest.mark.parametrize(
    "text",
    [
        "(a = :a)",
        "(a = :a AND (b = :a))",
        "(a = :a) AND (b = :a)",
        "((a = :a) OR (b = :a)) AND c = :a",
        "(NOT (a = :a))",
        "(a) = (:a)",
        "((a) = :a)",
        "((size(a)) > :n)",
        "((a).b).c = :a",
        "(a.b)[0] = :a",
        "attribute_exists((a))",
        "a IN ((:a))",
        "(a)BETWEEN(:n)AND(:m)",
        "not not a = :a",
        "NoT a = :a aNd b = :n oR c bETweeN :n anD :m Or d iN (:a)",
        ":a = a",
        ":n = :n",
        ":a > :a",
        "size(a) = size(a)",
        "a.b[0].c[1] = :a",
        "#a.#b = :a",
        "a=:a",
    ],
)
def test_what_the_language_allows_is_not_refused(text: str) -> None:
    compile_condition(text, Placeholders(NAMES, VALUES), KIND)


@pytest.mark.parametrize(
    ("text", "function"),
    [
        ("a=a and whatever((:things)) > a", "whatever"),
        ("attRIbute_exIsts((views), #a)", "attRIbute_exIsts"),
        ("SIZE(a) > :n", "SIZE"),
        ("if_not_exists(a, :n)", "if_not_exists"),
        ("inner(outer(a))", "outer"),
    ],
)
def test_an_unknown_function_is_named_in_the_case_it_was_written(text: str, function: str) -> None:
    assert refusal(text) == f"Invalid function name; function: {function}"


@pytest.mark.parametrize(
    ("text", "function"),
    [
        ("a=a and attribute_exists((views), (#a)) > b", "attribute_exists"),
        ("attribute_not_exists(things) > b", "attribute_not_exists"),
        ("attribute_type(things, :a) > b", "attribute_type"),
        ("begins_with(things, a) > b", "begins_with"),
        ("contains(:things, c) > b", "contains"),
        ("size(contains(a, b)) > a", "contains"),
        ("size(things)", "size"),
        ("a between b and attribute_exists(things)", "attribute_exists"),
        ("a in (b, attribute_exists(things))", "attribute_exists"),
        ("NOT size(a)", "size"),
        ("a = :a AND size(b)", "size"),
        ("(size(b))", "size"),
    ],
)
def test_only_size_yields_an_operand_and_it_is_no_condition(text: str, function: str) -> None:
    reason = f"The function is not allowed to be used this way in an expression; function: {function}"
    assert refusal(text) == reason


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("attribute_exists(views, #a)", "views"),
        (":a < abOrT", "abOrT"),
        ("size = :a", "size"),
        ("a.Name = :a", "Name"),
        ("a = :a AND status = :x AND ttl = :y", "status"),
        ("attribute_type(#nope, :nope) AND name = :a", "name"),
    ],
)
def test_a_reserved_word_is_refused_before_placeholders_are_looked_at(text: str, word: str) -> None:
    assert refusal(text) == f"Attribute name is a reserved keyword; reserved keyword: {word}"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("attribute_exists(#Pictures.RearView, :a) and a=a", "#Pictures"),
        ("begins_with(Pictures.#RearView)", "#RearView"),
        ("(#P between :lo and :hi) and (#PC in (:cat1, :cat2))", "#P"),
        ("#4g > a", "#4g"),
        ("#_ > a", "#_"),
        ("(a)between(b.c[45].#d)and(:a)", "#d"),
    ],
)
def test_an_undefined_name_is_told_first_of_its_test(text: str, name: str) -> None:
    reason = "An expression attribute name used in the document path is not defined; attribute name: "
    assert refusal(text) == reason + name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("begins_with(:hello, #a, #x)", ":hello"),
        (":x < :y", ":x"),
        (":_ > a", ":_"),
        ("a = :x AND #x = :n", ":x"),
        ("a = :a AND b = :B", ":B"),
    ],
)
def test_an_undefined_value_is_told_first_of_its_test(text: str, name: str) -> None:
    reason = "An expression attribute value used in expression is not defined; attribute value: "
    assert refusal(text) == reason + name


@pytest.mark.parametrize(
    ("text", "function", "count"),
    [
        ("attribute_exists(things, a) and a=a", "attribute_exists", 2),
        ("attribute_not_exists(things, b)", "attribute_not_exists", 2),
        ("attribute_type(things)", "attribute_type", 1),
        ("begins_with(things)", "begins_with", 1),
        ("begins_with(things, size(a), b)", "begins_with", 3),
        ("contains(things)", "contains", 1),
        ("size(things, a) > b", "size", 2),
    ],
)
def test_a_wrong_number_of_operands_is_told(text: str, function: str, count: int) -> None:
    assert refusal(text) == (
        "Incorrect number of operands for operator or function; "
        f"operator or function: {function}, number of operands: {count}"
    )


@pytest.mark.parametrize(
    ("text", "operator", "path"),
    [
        ("a = a AND #a = b AND :views > a", "=", "[a]"),
        ("#a <> a", "<>", "[a]"),
        ("a > #a", ">", "[a]"),
        ("((a=a) OR (a=a))", "=", "[a]"),
        ("((a=a) AND (a=a))", "=", "[a]"),
        ("contains(ab.bc[1].a, ab.bc[1].#a)", "contains", "[ab, bc, [1], a]"),
        ("attribute_type(ab.bc[1].#a, ab.bc[1].a)", "attribute_type", "[ab, bc, [1], a]"),
        ("begins_with(ab.bc[1].a, ab.bc[1].#a)", "begins_with", "[ab, bc, [1], a]"),
        ("a BETWEEN b AND a", "BETWEEN", "[a]"),
        ("a IN (:a, a)", "IN", "[a]"),
    ],
)
def test_an_operand_compared_with_itself_is_refused(text: str, operator: str, path: str) -> None:
    assert refusal(text) == (
        "The first operand must be distinct from the remaining operands for this operator or function; "
        f"operator: {operator}, first operand: {path}"
    )


MISFITS = [
    ("attribute_type(ab.bc[1].a, SS)", "attribute_type", "{NS,SS,L,BS,N,M,B,BOOL,NULL,S}"),
    ("attribute_type(a, size(a)) and a=:a", "attribute_type", "N"),
    ("begins_with(a, size(a)) and a=:a", "begins_with", "N"),
    ("size(size(a)) > :n", "size", "N"),
    ("attribute_not_exists(size(:n))", "size", "N"),
    ("a < size(:n)", "size", "N"),
    ("a BETWEEN :n AND :bool", "BETWEEN", "BOOL"),
    (":l BETWEEN :n AND :m", "BETWEEN", "L"),
    *[(f"attribute_type(a, {v})", "attribute_type", t) for v, t in [
        (":n", "N"), (":b", "B"), (":bool", "BOOL"), (":null", "NULL"), (":l", "L"), (":map", "M"),
        (":ss", "SS"), (":ns", "NS"), (":bs", "BS")]],
    *[(text.format(v), "begins_with", t)
      for text in ("begins_with(a, {})", "begins_with({}, a)") for v, t in [
        (":n", "N"), (":bool", "BOOL"), (":null", "NULL"), (":l", "L"), (":map", "M"), (":ss", "SS"),
        (":ns", "NS"), (":bs", "BS")]],
    *[(f"size({v}) > a", "size", t) for v, t in [(":n", "N"), (":bool", "BOOL"), (":null", "NULL")]],
    *[(text.format(v), operator, t)
      for operator in ("<", "<=", ">", ">=")
      for text in (f"a {operator} {{}}", f"{{}} {operator} a") for v, t in [
        (":bool", "BOOL"), (":null", "NULL"), (":l", "L"), (":map", "M"), (":ss", "SS"), (":bs", "BS")]],
]  # fmt: skip


@pytest.mark.parametrize(("text", "operation", "found"), MISFITS)
def test_an_operand_of_a_type_that_never_fits_is_refused(text: str, operation: str, found: str) -> None:
    fitting: dict[str, Any]
    for fitting in ({"S": "S"}, {"N": "1"}, {"L": []}):
        # Also when the condition is remembered from values that fit.
        with suppress(ValidationException):
            compile_condition(text, Placeholders(NAMES, dict.fromkeys(VALUES, fitting)), KIND)
    assert refusal(text) == (
        "Incorrect operand type for operator or function; "
        f"operator or function: {operation}, operand type: {found}"
    )


def test_the_type_that_attribute_type_asks_for_must_exist() -> None:
    assert refusal("attribute_type(a, :a)", values={":a": {"S": "1"}}) == (
        "Invalid attribute type name found; type: 1, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}"
    )


@pytest.mark.parametrize(
    ("text", "function"),
    [
        ("attribute_exists(:a) and a=a", "attribute_exists"),
        ("attribute_not_exists(size(:a))", "attribute_not_exists"),
    ],
)
def test_existence_is_asked_of_a_path(text: str, function: str) -> None:
    assert refusal(text) == (
        f"Operator or function requires a document path; operator or function: {function}"
    )


@pytest.mark.parametrize(
    ("low", "high", "need"),
    [
        ({"N": "10"}, {"N": "1"}, "upper bound to be greater than or equal to lower bound"),
        ({"S": "b"}, {"S": "a"}, "upper bound to be greater than or equal to lower bound"),
        ({"B": "/w=="}, {"B": "AA=="}, "upper bound to be greater than or equal to lower bound"),
        ({"S": "\U00010000"}, {"S": "\ue000"}, "upper bound to be greater than or equal to lower bound"),
        ({"N": "1"}, {"S": "a"}, "same data type for lower and upper bounds"),
    ],
)
def test_bounds_that_nothing_lies_between_are_refused(
    low: dict[str, str], high: dict[str, str], need: str
) -> None:
    reason = refusal("a between :lo and :hi", values={":lo": low, ":hi": high})
    shown = [f"AttributeValue: {{{kind}:{text}}}" for bound in (low, high) for kind, text in bound.items()]
    assert reason == (
        f"The BETWEEN operator requires {need}; lower bound operand: {shown[0]}, upper bound operand: {shown[1]}"
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("pk = :missing AND begins_with(sk, :n)", ":missing"),
        ("begins_with(sk, :n) AND pk = :missing", "begins_with, operand type: N"),
        ("pk = :a AND begins_with(sk, :n) AND sk = :missing", "begins_with, operand type: N"),
        ("a = a AND b = :missing", "must be distinct"),
        ("contains(a) AND b = :missing", "number of operands: 1"),
        ("contains(:missing) AND b = b", ":missing"),
    ],
)
def test_tests_are_checked_one_after_the_other_in_the_order_of_the_text(text: str, reason: str) -> None:
    assert reason in refusal(text)


def test_a_remembered_condition_checks_other_values_again() -> None:
    text = "begins_with(remembered, :v) AND another BETWEEN :x AND :y"
    fine = {":v": {"S": "a"}, ":x": {"N": "1"}, ":y": {"N": "2"}}
    compile_condition(text, Placeholders(None, fine), KIND)
    assert "operand type: N" in refusal(text, None, fine | {":v": {"N": "1"}})
    assert "upper bound to be greater" in refusal(text, None, fine | {":x": {"N": "3"}})
    assert "attribute value: :v" in refusal(text, None, {":x": {"N": "1"}, ":y": {"N": "2"}})
    compile_condition(text, Placeholders(None, fine), KIND)


def test_an_empty_expression_is_refused() -> None:
    assert refusal("") == "The expression can not be empty;"


def test_the_limit_of_size_counts_bytes_of_the_text_as_sent() -> None:
    names = {"#a": "n" * 255}
    text = "#a = :a OR a = :n" + " " * (4096 - 17)
    compile_condition(text, Placeholders(names, VALUES), KIND)
    reason = "Expression size has exceeded the maximum allowed size; expression size: "
    assert refusal(text + " ") == reason + "4097"
    assert refusal("a" * 4000 + "é" * 49) == reason + "4098"
    assert refusal("(" * 100_000) == reason + "100000"


def test_a_condition_has_at_most_300_operators() -> None:
    most = " OR ".join(["a=:a"] * 150)
    assert compile_condition(most, Placeholders(None, VALUES), KIND).operator_count == 299
    compile_condition("NOT " + most, Placeholders(None, VALUES), KIND)
    reason = "The expression contains too many operators; operator count: 301"
    assert refusal("NOT NOT " + most) == reason
    assert refusal(" OR ".join(["a=:a"] * 400)) == reason


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("a = :a", 1),
        ("attribute_exists(a) AND NOT a = :a", 4),
        ("size(a) BETWEEN :n AND :m OR a IN (:a, :n, :m)", 4),
    ],
)
def test_comparators_functions_and_words_are_operators(text: str, count: int) -> None:
    assert compile_condition(text, Placeholders(None, VALUES), KIND).operator_count == count


def test_in_takes_at_most_100_operands() -> None:
    values = {f":v{number}": {"N": str(number)} for number in range(101)}
    names = list(values)
    compile_condition(f"a IN ({','.join(names[:100])})", Placeholders(None, values), KIND)
    assert refusal(f"a IN ({','.join(names)})", None, values) == (
        "The IN operator is provided with too many operands; number of operands: 101"
    )


def test_a_path_has_at_most_32_levels() -> None:
    compile_condition("attribute_exists(a" + ".b" * 31 + ")", Placeholders(), KIND)
    assert refusal("attribute_exists(a" + ".b" * 32 + ")") == (
        "The document path has too many nesting levels; nesting levels: 33"
    )


def test_a_list_index_has_a_range() -> None:
    compile_condition("attribute_exists(a[4294967294])", Placeholders(), KIND)
    for index in ("4294967295", "999999999999999999999"):
        assert refusal(f"attribute_exists(a[{index}])") == (
            f"List index is not within the allowable range; index: [{index}]"
        )
