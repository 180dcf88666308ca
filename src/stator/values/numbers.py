"""DynamoDB numbers as text: 38 significant digits, magnitudes from 1E-130 to 9.99...E+125, and zero.

    canonical := "0" | ["-"] whole ["." fraction]
    whole     := "0" | a digit from 1 to 9, then digits      fraction := digits, the last one not 0

This is the form in which the service returns numbers: no exponent ever (1E125 is a 1 and 125 zeros), no
plus sign, no zeros that carry nothing, and minus zero is 0. Equal numbers are equal texts. Every function
but `normalise` takes canonical text. Plain integers, the common case, never touch Decimal.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Context, Decimal

from stator.errors import InvalidAttributeValue

DIGITS_MAX = 38
EXPONENT_MAX = 125
EXPONENT_MIN = -130

_NOT_NUMERIC = "The parameter cannot be converted to a numeric value"
_OVERFLOW = "Number overflow. Attempting to store a number with magnitude larger than supported range"
_UNDERFLOW = "Number underflow. Attempting to store a number with magnitude smaller than supported range"
_TOO_PRECISE = "Attempting to store more than 38 significant digits in a Number"

# Possessive, so that megabytes of digits before a stray character are read once.
_NUMBER = re.compile(r"([+-]?)(?:([0-9]++)(?:\.([0-9]*+))?|\.([0-9]++))(?:[eE]([+-]?)([0-9]++))?")
# Short text in this form is canonical as it stands; "-0" is not in it.
_CANONICAL = re.compile(r"0|-?(?:[1-9][0-9]*(?:\.[0-9]*[1-9])?|0\.[0-9]*[1-9])")
_EXPONENT_TEXT_MAX = 19
_INT32 = 1 << 31
_INT64 = 1 << 63

# Wide enough for an exact sum of any two numbers: 1E125 down to the 38th digit of 1E-130.
_EXACT = Context(prec=400, Emax=1000, Emin=-1000)


def normalise(text: str) -> str:
    """The canonical form of a number as a client may write it. Raises InvalidAttributeValue."""
    if len(text) <= DIGITS_MAX and _CANONICAL.fullmatch(text):
        return text
    negative, digits, exponent = _parse(text)
    if not EXPONENT_MIN <= exponent <= EXPONENT_MAX:
        raise InvalidAttributeValue(_older_words(text), _OVERFLOW if exponent > 0 else _UNDERFLOW)
    if len(digits) > DIGITS_MAX:
        raise InvalidAttributeValue(_TOO_PRECISE)
    if not digits:
        return "0"
    return "-" + _plain(digits, exponent) if negative else _plain(digits, exponent)


def add(a: str, b: str) -> str:
    """The exact sum. Raises InvalidAttributeValue when it leaves the range or needs more than 38 digits."""
    if "." in a or "." in b:
        return _from_decimal(_EXACT.add(Decimal(a), Decimal(b)))
    return normalise(str(int(a) + int(b)))


def subtract(a: str, b: str) -> str:
    """The exact difference. Raises as `add` does."""
    if "." in a or "." in b:
        return _from_decimal(_EXACT.subtract(Decimal(a), Decimal(b)))
    return normalise(str(int(a) - int(b)))


def compare(a: str, b: str) -> int:
    """-1, 0 or 1 as `a` is less than, equal to or greater than `b`."""
    if a == b:
        return 0
    if "." in a or "." in b:
        return -1 if Decimal(a) < Decimal(b) else 1
    return -1 if int(a) < int(b) else 1


def in_order(members: Iterable[str]) -> list[str]:
    """Numbers by value."""
    members = list(members)
    whole = not any("." in member for member in members)
    return sorted(members, key=int if whole else Decimal)


def decompose(number: str) -> tuple[bool, str, int]:
    """Whether it is negative, its significant digits (none for zero), and the exponent of the first one."""
    negative = number[0] == "-"
    if negative:
        number = number[1:]
    whole, _, fraction = number.partition(".")
    if whole != "0":
        return negative, (whole + fraction if fraction else whole.rstrip("0")), len(whole) - 1
    digits = fraction.lstrip("0")
    return negative, digits, len(digits) - len(fraction) - 1


def compose(negative: bool, digits: str, exponent: int) -> str:
    """The number that `decompose` takes apart."""
    if not digits:
        return "0"
    return "-" + _plain(digits, exponent) if negative else _plain(digits, exponent)


def _from_decimal(number: Decimal) -> str:
    # A zero keeps the scale of what was summed, and `normalise` would call a deep one an underflow.
    return normalise(format(number, "f")) if number else "0"


def _plain(digits: str, exponent: int) -> str:
    """Without an exponent: `digits` begin and end with a digit that is not 0."""
    point = exponent + 1
    if point <= 0:
        return "0." + "0" * -point + digits
    if point >= len(digits):
        return digits + "0" * (point - len(digits))
    return digits[:point] + "." + digits[point:]


def _parse(text: str) -> tuple[bool, str, int]:
    """Sign, significant digits and exponent. A zero has no digits, and the exponent it was written with:
    the service refuses 0E126 as it refuses 1E126."""
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise _not_numeric(text)
    sign, whole, fraction, bare_fraction, exponent_sign, exponent_digits = match.groups()
    whole, fraction = whole or "", fraction or bare_fraction or ""
    shift = _exponent(text, exponent_sign, exponent_digits) if exponent_digits else 0
    written = whole + fraction
    digits = written.lstrip("0")
    if not digits:
        return False, "", shift - len(fraction)
    exponent = shift + len(whole) - 1 - (len(written) - len(digits))
    return sign == "-", digits.rstrip("0"), exponent


def _older_words(text: str) -> str:
    """What the older layer says of a number out of range. It reads the number into a Java BigDecimal: a scale beyond
    32 bits makes it no number, and the magnitude, of 32 bits too, may wrap around."""
    match = _NUMBER.fullmatch(text)
    assert match is not None
    _, whole, fraction, bare_fraction, exponent_sign, exponent_digits = match.groups()
    whole, fraction = whole or "", fraction or bare_fraction or ""
    scale = len(fraction) - (_exponent(text, exponent_sign, exponent_digits) if exponent_digits else 0)
    if not -_INT32 <= scale < _INT32:
        return f"{_NOT_NUMERIC}: {text}"
    precision = max(len((whole + fraction).lstrip("0")), 1)
    magnitude = (precision - scale + _INT32) % (2 * _INT32) - _INT32
    return _OVERFLOW if magnitude > 0 else _UNDERFLOW


def _exponent(text: str, sign: str, digits: str) -> int:
    """The service reads the exponent into 64 bits; beyond them the text is no number to it."""
    digits = digits.lstrip("0") or "0"
    if len(digits) > _EXPONENT_TEXT_MAX:
        raise _not_numeric(text)
    exponent = -int(digits) if sign == "-" else int(digits)
    if not -_INT64 <= exponent < _INT64:
        raise _not_numeric(text)
    return exponent


def _not_numeric(text: str) -> InvalidAttributeValue:
    with_text = f"{_NOT_NUMERIC}: {text}"
    return InvalidAttributeValue(with_text if text else _NOT_NUMERIC, with_text)
