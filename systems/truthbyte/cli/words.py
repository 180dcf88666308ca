"""Words of a command line as values. Each raises ArgumentTypeError with what would be taken."""

from __future__ import annotations

import argparse
from datetime import date

from systems.truthbyte.play import ANSWERS


def boolean(text: str) -> bool:
    answer = ANSWERS.get(text.strip().lower())
    if answer is None:
        raise argparse.ArgumentTypeError(f"{text!r} is neither yes nor no")
    return answer


def positive(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1")
    return int(text)


def day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no date such as 2024-01-15") from None
