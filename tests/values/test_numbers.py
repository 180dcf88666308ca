"""Numbers: the canonical form, what is refused and how, order and arithmetic."""

from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stator.errors import InvalidAttributeValue
from stator.values import numbers

OVERFLOW = "Number overflow. Attempting to store a number with magnitude larger than supported range"
UNDERFLOW = "Number underflow. Attempting to store a number with magnitude smaller than supported range"
NOT_NUMERIC = "The parameter cannot be converted to a numeric value"
TOO_PRECISE = "Attempting to store more than 38 significant digits in a Number"

NINES = "9" * 38

CANONICAL = [
    # written, returned
    ("0", "0"),
    ("-0", "0"),
    ("+0", "0"),
    ("0.0", "0"),
    ("-0.000", "0"),
    ("00", "0"),
    (".0", "0"),
    ("0.", "0"),
    ("0e125", "0"),
    ("0e-130", "0"),
    ("0.0e126", "0"),
    ("1", "1"),
    ("-7", "-7"),
    ("+5", "5"),
    ("+1.5", "1.5"),
    ("+1e2", "100"),
    ("1e+2", "100"),
    ("1.5E+3", "1500"),
    ("1.5E2", "150"),
    ("00042", "42"),
    ("-00042", "-42"),
    ("0042.1200", "42.12"),
    ("100", "100"),
    ("1E2", "100"),
    ("1.0", "1"),
    ("1.", "1"),
    (".5", "0.5"),
    ("-.5", "-0.5"),
    ("3.1400", "3.14"),
    ("100.0", "100"),
    ("0.0000001", "0.0000001"),
    ("1e-7", "0.0000001"),
    ("123e-2", "1.23"),
    ("0.00000000000000000000000000000000000001", "0." + "0" * 37 + "1"),
    ("12345678901234567890123456789012345678", "12345678901234567890123456789012345678"),
    ("123456789012345678901234567890123456780", "123456789012345678901234567890123456780"),
    ("0.12345678901234567890123456789012345678", "0.12345678901234567890123456789012345678"),
    ("1E125", "1" + "0" * 125),
    ("1E+125", "1" + "0" * 125),
    ("9.9999999999999999999999999999999999999E+125", NINES + "0" * 88),
    ("-9.9999999999999999999999999999999999999E+125", "-" + NINES + "0" * 88),
    ("1E-130", "0." + "0" * 129 + "1"),
    ("-1e-130", "-0." + "0" * 129 + "1"),
    ("1.2345E-130", "0." + "0" * 129 + "12345"),
    ("0." + "0" * 500 + "1e400", "0." + "0" * 100 + "1"),
    ("1" + "0" * 500 + "e-500", "1"),
    ("1e00000000000000000000000000000000000000000000002", "100"),
]

REFUSED = [
    # written, the older wording, the newer wording where it differs
    ("", NOT_NUMERIC, NOT_NUMERIC + ": "),
    *[
        (text, f"{NOT_NUMERIC}: {text}", None)
        for text in (
            "abc", "1.2.3", " 1", "1 ", "1\n", "0x10", "1e", "e5", "+", "-", ".", "-.", "--1", "+-1", "1+2",
            "NaN", "Infinity", "-Infinity", "1_000", "1,5", "\u0661", "\u00b2", "1e1.5",
            "1e9223372036854775808", "1e-9223372036854775809", "1e" + "9" * 5000,
        )
    ],
    ("1E+126", OVERFLOW, None),
    ("-1e126", OVERFLOW, None),
    ("1e2147483646", OVERFLOW, None),
    ("1e2147483647", UNDERFLOW, OVERFLOW),
    ("10e2147483647", UNDERFLOW, OVERFLOW),
    ("1.5e2147483648", UNDERFLOW, OVERFLOW),
    ("1e2147483648", UNDERFLOW, OVERFLOW),
    ("1e2147483649", NOT_NUMERIC + ": 1e2147483649", OVERFLOW),
    ("1e99999999999", NOT_NUMERIC + ": 1e99999999999", OVERFLOW),
    ("1e9223372036854775807", NOT_NUMERIC + ": 1e9223372036854775807", OVERFLOW),
    ("0e126", OVERFLOW, None),
    ("1" + "0" * 126, OVERFLOW, None),
    ("1" * 200, OVERFLOW, None),
    ("1e-131", UNDERFLOW, None),
    ("-1E-131", UNDERFLOW, None),
    ("1e-2147483647", UNDERFLOW, None),
    ("1e-2147483648", NOT_NUMERIC + ": 1e-2147483648", UNDERFLOW),
    ("1e-99999999999", NOT_NUMERIC + ": 1e-99999999999", UNDERFLOW),
    ("1e-9223372036854775808", NOT_NUMERIC + ": 1e-9223372036854775808", UNDERFLOW),
    ("0e-131", UNDERFLOW, None),
    ("123456789012345678901234567890123456789", TOO_PRECISE, None),
    ("-1.23456789012345678901234567890123456789", TOO_PRECISE, None),
    ("0.123456789012345678901234567890123456789", TOO_PRECISE, None),
    ("1000000000000000000000000000000000000.01", TOO_PRECISE, None),
]  # fmt: skip


@pytest.mark.parametrize(("written", "returned"), CANONICAL)
def test_a_number_is_returned_in_plain_digits(written: str, returned: str) -> None:
    assert numbers.normalise(written) == returned
    assert numbers.normalise(returned) == returned


@pytest.mark.parametrize(("written", "older", "newer"), REFUSED)
def test_a_refused_number_says_why(written: str, older: str, newer: str | None) -> None:
    with pytest.raises(InvalidAttributeValue) as refused:
        numbers.normalise(written)
    assert refused.value.code == "ValidationException"
    assert refused.value.message == older
    assert refused.value.current == (newer or older)


def number_texts() -> st.SearchStrategy[str]:
    """Numbers in range, as a client may write them, many of them near one another."""
    digits = st.text("0123456789", min_size=1, max_size=38) | st.sampled_from(["0", "1", "9", "10", NINES])
    exponents = st.integers(-130, 125) | st.integers(-2, 2) | st.sampled_from([-130, 125])
    return st.builds(_written, st.sampled_from(["", "-", "+"]), digits, exponents, st.integers(0, 38))


def _written(sign: str, digits: str, exponent: int, point: int) -> str:
    """The digits with a point somewhere in them, scaled so that the first significant one has `exponent`."""
    significant = digits.lstrip("0")
    if not significant:
        return sign + digits
    point = min(point, len(digits))
    shift = exponent - (point - 1 - (len(digits) - len(significant)))
    return f"{sign}{digits[:point] or '0'}.{digits[point:]}e{shift}"


@given(number_texts())
def test_the_canonical_form_is_the_same_number_without_idle_zeros(text: str) -> None:
    canonical = numbers.normalise(text)
    assert Decimal(canonical) == Decimal(text)
    assert numbers.normalise(canonical) == canonical
    assert numbers.compose(*numbers.decompose(canonical)) == canonical
    whole, point, fraction = canonical.removeprefix("-").partition(".")
    assert whole == "0" or whole[0] != "0"
    assert not point or fraction[-1] != "0"
    assert canonical != "-0"


@given(number_texts(), number_texts())
def test_equal_numbers_are_equal_texts_and_order_is_numeric(a: str, b: str) -> None:
    left, right = numbers.normalise(a), numbers.normalise(b)
    oracle = (Fraction(a) > Fraction(b)) - (Fraction(a) < Fraction(b))
    assert numbers.compare(left, right) == oracle
    assert (left == right) == (oracle == 0)


@given(number_texts(), number_texts(), st.booleans())
def test_arithmetic_is_exact_or_refused(a: str, b: str, plus: bool) -> None:
    left, right = numbers.normalise(a), numbers.normalise(b)
    operation = numbers.add if plus else numbers.subtract
    exact = Fraction(left) + Fraction(right) if plus else Fraction(left) - Fraction(right)
    reason = _why_not(exact)
    if reason is None:
        assert Fraction(operation(left, right)) == exact
    else:
        with pytest.raises(InvalidAttributeValue) as refused:
            operation(left, right)
        assert refused.value.message == reason


def _why_not(exact: Fraction) -> str | None:
    """Why DynamoDB cannot hold a decimal fraction; worked out in scaled integers."""
    magnitude = abs(exact)
    if magnitude >= 10**126:
        return OVERFLOW
    if magnitude and magnitude < Fraction(1, 10**130):
        return UNDERFLOW
    digits = str(int(magnitude * 10**170)).strip("0")
    return TOO_PRECISE if len(digits) > 38 else None


ARITHMETIC = [
    ("1", "2", "3", "-1"),
    ("-1", "1", "0", "-2"),
    ("0.1", "0.2", "0.3", "-0.1"),
    ("1.5", "1.5", "3", "0"),
    ("9223372036854775807", "1", "9223372036854775808", "9223372036854775806"),
    ("0.00000000000000000000000000000000000001", "0", "0." + "0" * 37 + "1", "0." + "0" * 37 + "1"),
    ("1" + "0" * 125, "1" + "0" * 125, "2" + "0" * 125, "0"),
    ("0." + "0" * 129 + "11", "0." + "0" * 129 + "11", "0." + "0" * 129 + "22", "0"),
]


@pytest.mark.parametrize(("a", "b", "total", "difference"), ARITHMETIC)
def test_sums_and_differences(a: str, b: str, total: str, difference: str) -> None:
    assert numbers.add(a, b) == total
    assert numbers.subtract(a, b) == difference


def test_arithmetic_does_not_depend_on_the_callers_decimal_context() -> None:
    with localcontext() as context:
        context.prec = 3
        assert numbers.add("1234567.5", "0.25") == "1234567.75"
        assert numbers.compare("1234567.5", "1234567.25") == 1


@pytest.mark.parametrize(
    ("a", "b", "message"),
    [
        (NINES + "0" * 88, "1" + "0" * 125, OVERFLOW),
        ("99" + "0" * 124, "99" + "0" * 124, OVERFLOW),
        (NINES, "0.1", TOO_PRECISE),
        ("1" + "0" * 125, "1", TOO_PRECISE),
        ("0." + "0" * 129 + "11", "-0." + "0" * 129 + "1", UNDERFLOW),
    ],
)
def test_a_sum_that_does_not_fit_is_refused(a: str, b: str, message: str) -> None:
    with pytest.raises(InvalidAttributeValue) as refused:
        numbers.add(a, b)
    assert refused.value.message == message
