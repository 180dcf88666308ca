"""A command that is a group of actions: `prize list`, `prize redeem`."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final


class Actions:
    """The actions of one command."""

    def __init__(self, commands: Any, shared: argparse.ArgumentParser, name: str, about: str) -> None:
        parser = commands.add_parser(name, help=about, description=f"{about[0].upper()}{about[1:]}.")
        self._actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
        self._shared = shared

    def add(self, name: str, run: Any, about: str, *places: str) -> argparse.ArgumentParser:
        """`places`: the arguments by position."""
        return leaf(self._actions, self._shared, name, run, about, *places)


def leaf(
    commands: Any, shared: argparse.ArgumentParser, name: str, run: Any, about: str, *places: str
) -> argparse.ArgumentParser:
    """A command, or an action of one, by itself."""
    parser: argparse.ArgumentParser = commands.add_parser(
        name, parents=[shared], help=about, description=f"{about[0].upper()}{about[1:]}."
    )
    for place in places:
        parser.add_argument(place, metavar=place.upper(), help=_HELP.get(place), type=_TYPES.get(place, str))
    parser.set_defaults(run=run)
    return parser


def in_cents(text: str) -> int:
    """Dollars with at most two digits after the point."""
    try:
        value = Decimal(text.removeprefix("$")) * 100
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or value != value.to_integral_value():
        raise argparse.ArgumentTypeError(f"{text!r} is no amount such as 12.50")
    return int(value)


_HELP: Final[Mapping[str, str]] = {
    "event": "such as 'blueprint;2026'",
    "email": "the user's",
    "other": "the email of who is met",
    "team": "the team's name",
    "team_id": "as `invest standings` tells it",
    "amount": "dollars, such as 12.50",
}
_TYPES: Final[Mapping[str, Callable[[str], Any]]] = {
    "year": int, "places": int, "more": int, "points": int, "amount": in_cents,
}  # fmt: skip
