"""What an update is refused for before any item is read, word for word, and which of several faults is told."""

from contextlib import suppress
from typing import Any

import pytest

from stator.errors import ValidationException
from stator.expressions import Placeholders, compile_update

NAMES = {"#c": "c", "#d": "[3]", "#b": "b"}
VALUES: dict[str, dict[str, Any]] = {
    ":a": {"S": "a"}, ":b": {"N": "1"}, ":c": {"B": "YQ=="}, ":d": {"BOOL": True}, ":e": {"NULL": True},
    ":f": {"SS": ["a"]}, ":g": {"NS": ["1"]}, ":h": {"BS": ["YQ=="]}, ":i": {"M": {}}, ":j": {"L": []},
}  # fmt: skip


def refusal(text: str, values: dict[str, Any] | None = VALUES) -> str:
    with pytest.raises(ValidationException) as caught:
        compile_update(text, Placeholders(NAMES, values))
    prefix = "Invalid UpdateExpression: "
    assert caught.value.message.startswith(prefix)
    return caught.value.message[len(prefix) :]


def remember(text: str) -> None:
    """Compiles the update with values that may fit, so that it is remembered when it is refused."""
    fitting: dict[str, Any]
    for fitting in ({"N": "1"}, {"L": []}, {"SS": ["a"]}):
        with suppress(ValidationException):
            compile_update(text, Placeholders(NAMES, dict.fromkeys(VALUES, fitting)))


@pytest.mark.parametrize(
    ("text", "token", "near"),
    [
        ("INVALID SYNTAX HERE", "INVALID", "INVALID SYNTAX"),
        ("SET", "<EOF>", "SET"),
        ("set a", "<EOF>", "a"),
        ("set a =", "<EOF>", "="),
        ("set a = :a,", "<EOF>", ","),
        ("add a", "<EOF>", "a"),
        ("delete a", "<EOF>", "a"),
        ("set a=set", "set", "=set"),
        ("remove a = b", "=", "a = b"),
        ("add a = b", "=", "a = b"),
        ("delete a b", "b", "a b"),
        ("delete a if_not_exist(b)", "if_not_exist", "a if_not_exist("),
        ("add abort b", "b", "abort b"),
        ("ADD hits : incr", ":", "hits : incr"),
        ("remove a b", "b", "a b"),
        ("set a b", "b", "a b"),
        ("set :a = b", ":a", "set :a ="),
        ("remove :a", ":a", "remove :a"),
        ("set a = b / c", "/", "b / c"),
        ("set a = b * c", "*", "b * c"),
        ('set a[1] = "eight"', '"', '= "eight'),
        ("set a[1] = 1", "1", "= 1"),
        ("SET a = if_not_exist(a, 100)", "100", ", 100)"),
        ("SET if_not_exist(a, b) = a", "(", "if_not_exist(a"),
        ("set (a = (b + c))", "(", "set (a"),
        ("set a = (b.c).d + e", ".", ").d"),
        ("set a = (b.c)[0] + e", "[", ")[0"),
        ("set a = b + c + d", "+", "c + d"),
        ("set a = (b + c) + d", "+", ") + d"),
        ("set a = b + (c + d)", "+", "c + d"),
        ("set a = list_append(b + c, d)", "+", "b + c"),
        ("set a = list_append(b, (c + d))", "+", "c + d"),
        ("set a = (b", "<EOF>", "b"),
        ("set a = b)", ")", "b)"),
        ("set book-price = :a", "-", "book-price"),
        ("set _id = :a", "_", "set _id"),
        (", set a = :a", ",", ", set"),
        ("set a = :a set, b = :b", ",", "set, b"),
        ("set a = , b = :b", ",", "= , b"),
        ("  ", "<EOF>", ""),
    ],
)
def test_a_syntax_error_names_its_token_and_quotes_both_neighbours(text: str, token: str, near: str) -> None:
    assert refusal(text) == f'Syntax error; token: "{token}", near: "{near}"'


@pytest.mark.parametrize(
    "text",
    [
        "set a[1] = b",
        "set a.b = b",
        "SET a = if_not_exists(a, b) + b",
        "SET a = if_not_exists(a, if_not_exists(a, b))",
        "set a = (b + c)",
        "set a = ((b.c.d)+(e))",
        "set a = (b)",
        "set a = list_append((b), (:j))",
        "set a=:b,c=:b remove d,e add f :b,g :f delete h :g",
        "ADD a :f DeLeTe b :f ReMoVe c sEt d = :a",
        "set #c.#d[0].e = a - :b",
        "remove a[0], a[1], a[10]",
        "set a = a + :b",
    ],
)
def test_what_the_language_allows_is_not_refused(text: str) -> None:
    compile_update(text, Placeholders(NAMES, VALUES))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (" set #x = :x set abOrt = true ", "Attribute name is a reserved keyword; reserved keyword: abOrt"),
        (" remove Absolute ", "Attribute name is a reserved keyword; reserved keyword: Absolute"),
        ("set a = status", "Attribute name is a reserved keyword; reserved keyword: status"),
        ("set #x = if_not_exist(:x) set c = d", "Invalid function name; function: if_not_exist"),
        ("set a = size(b)", "Invalid function name; function: size"),
        ("set a = IF_NOT_EXISTS(b, :b)", "Invalid function name; function: IF_NOT_EXISTS"),
        ("set a = ((b))", "The expression has redundant parentheses;"),
        ("set a = ((b + c))", "The expression has redundant parentheses;"),
        ("", "The expression can not be empty;"),
        ("set " + "a" * 4093 + " = :b", "Expression size has exceeded the maximum allowed size;"),
    ],
)
def test_a_fault_of_the_text_alone_is_told_before_placeholders_are_looked_at(text: str, reason: str) -> None:
    assert refusal(text) == reason


@pytest.mark.parametrize(
    ("text", "section"),
    [
        ("set a = #x set c = :x", "SET"),
        ("remove #x set a = b remove e", "REMOVE"),
        ("add #x :x set a = b add e :f", "ADD"),
        ("delete #x :x set a = b delete #e :f", "DELETE"),
        ("set a = :a remove b set c = :c remove d", "SET"),
    ],
)
def test_a_section_comes_once(text: str, section: str) -> None:
    assert refusal(text) == f'The "{section}" section can only be used once in an update expression;'


def test_an_undefined_name_is_told_before_an_undefined_value() -> None:
    reason = "An expression attribute name used in the document path is not defined; attribute name: #x"
    assert refusal("SET a = :x, #x = if_not_exists(:y)") == reason


def test_an_undefined_value_is_told_before_wrong_operands() -> None:
    reason = "An expression attribute value used in expression is not defined; attribute value: :x"
    assert refusal("SET #c = if_not_exists(:x), a = a, a = b") == reason


@pytest.mark.parametrize(
    ("text", "one", "two"),
    [
        ("set d[1] = a, d.b = a, c[1].a = a, #c = if_not_exists(a)", "[c, [1], a]", "[c]"),
        ("set c.b.#c = a, c = a, #d = a", "[c, b, c]", "[[3]]"),
        ("set a = b remove a, #c, #d", "[a]", "[[3]]"),
        ("set #c[3].#d = a, #c[3] = a", "[c, [3], [3]]", "[c, [3]]"),
        ("remove c, #c.a, #d", "[c]", "[[3]]"),
        ("remove a, #c, a, #d", "[a]", "[[3]]"),
        ("set f = :a, f = :b", "[f]", "[f]"),
        ("set a = :a remove a.b", "[a]", "[a, b]"),
    ],
)
def test_overlapping_paths_are_refused_with_the_last_path_of_all(text: str, one: str, two: str) -> None:
    assert refusal(text) == (
        "Two document paths overlap with each other; must remove or rewrite one of these paths; "
        f"path one: {one}, path two: {two}"
    )


@pytest.mark.parametrize(
    ("text", "one", "two"),
    [
        ("set #c[3].#d = a, #c.#d[3] = if_not_exists(a)", "[c, [3], [3]]", "[c, [3], [3]]"),
        ("remove a.#c set a[1] = #d", "[a, c]", "[a, [1]]"),
    ],
)
def test_paths_that_take_one_container_for_a_map_and_a_list_conflict(text: str, one: str, two: str) -> None:
    assert refusal(text) == (
        "Two document paths conflict with each other; must remove or rewrite one of these paths; "
        f"path one: {one}, path two: {two}"
    )


@pytest.mark.parametrize(
    ("text", "operator", "found"),
    [
        ("set b = list_append(:a, a), c = if_not_exists(a) add a.b :a", "ADD", "STRING"),
        *[(f"{operator} a.b {value}", operator.upper(), found) for operator in ("add", "delete") for value, found in [
            (":a", "STRING"), (":c", "BINARY"), (":d", "BOOL"), (":e", "NULL"), (":i", "MAP"), (":j", "LIST")]],
        ("delete a :b", "DELETE", "NUMBER"),
    ],
)  # fmt: skip
def test_add_and_delete_refuse_types_that_they_never_take(text: str, operator: str, found: str) -> None:
    remember(text)
    assert refusal(text) == (
        f"Incorrect operand type for operator or function; operator: {operator}, operand type: {found}, "
        "typeSet: ALLOWED_FOR_ADD_OPERAND"
    )


@pytest.mark.parametrize(
    ("text", "function", "count"),
    [
        ("set a = if_not_exists(c)", "if_not_exists", 1),
        ("set a = list_append(c)", "list_append", 1),
        ("set a = list_append(b, c, d)", "list_append", 3),
    ],
)
def test_a_wrong_number_of_operands_is_told(text: str, function: str, count: int) -> None:
    assert refusal(text) == (
        "Incorrect number of operands for operator or function; "
        f"operator or function: {function}, number of operands: {count}"
    )


@pytest.mark.parametrize(
    "text", ["set a = if_not_exists(:a, c)", "set a = if_not_exists(if_not_exists(a, b), c)"]
)
def test_if_not_exists_asks_of_a_path(text: str) -> None:
    assert (
        refusal(text) == "Operator or function requires a document path; operator or function: if_not_exists"
    )


@pytest.mark.parametrize(
    ("text", "operation", "found"),
    [
        *[(f"set a = list_append({value}, a)", "list_append", found) for value, found in [
            (":a", "S"), (":b", "N"), (":c", "B"), (":d", "BOOL"), (":e", "NULL"), (":f", "SS"), (":g", "NS"),
            (":h", "BS"), (":i", "M")]],
        *[(f"set a = a {sign} {value}", sign, found) for sign in "+-" for value, found in [
            (":a", "S"), (":c", "B"), (":d", "BOOL"), (":e", "NULL"), (":f", "SS"), (":g", "NS"), (":h", "BS"),
            (":i", "M"), (":j", "L")]],
        ("set a = :c + a", "+", "B"),
        ("set a = :a - :c", "-", "S"),
        ("set a = list_append(a, :b)", "list_append", "N"),
    ],
)  # fmt: skip
def test_functions_and_sums_refuse_types_that_they_never_take(text: str, operation: str, found: str) -> None:
    remember(text)
    assert refusal(text) == (
        "Incorrect operand type for operator or function; "
        f"operator or function: {operation}, operand type: {found}"
    )


def test_a_remembered_update_checks_other_values_again() -> None:
    text = "SET remembered = remembered + :v ADD another :w"
    fine: dict[str, dict[str, Any]] = {":v": {"N": "1"}, ":w": {"SS": ["x"]}}
    compile_update(text, Placeholders(None, fine))
    assert "operand type: S" in refusal(text, fine | {":v": {"S": "1"}})
    assert "operand type: MAP" in refusal(text, fine | {":w": {"M": {}}})
    assert "attribute value: :w" in refusal(text, {":v": {"N": "1"}})
    compile_update(text, Placeholders(None, fine))


def test_functions_and_signs_are_operators_and_there_are_at_most_300() -> None:
    def of(count: int) -> str:
        return "SET " + ",".join(f"a{number}=b+c" for number in range(count))

    compile_update(of(300), Placeholders())
    assert refusal(of(301)) == "The expression contains too many operators; operator count: 301"
