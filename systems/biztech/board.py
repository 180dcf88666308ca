"""What a screen shows of an event: its prices with their course, and who has met whom. Fed with messages, in any order:
what is older than what it has, or repeated, changes nothing."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

COURSE_LENGTH: Final = 32
MEETINGS_MAX: Final = 200
_BARS: Final = "▁▂▃▄▅▆▇█"


@dataclass(slots=True)
class Line:
    """A project's price. `course`: its last prices, the oldest first; `at`: epoch milliseconds."""

    project_id: str
    ticker: str
    name: str
    price: Decimal
    base_price: Decimal
    net_shares: int
    number: int
    at: int
    course: deque[Decimal] = field(default_factory=lambda: deque(maxlen=COURSE_LENGTH))

    @property
    def step(self) -> Decimal:
        """How far the last change went."""
        return self.course[-1] - self.course[-2] if len(self.course) > 1 else Decimal(0)


@dataclass(frozen=True, slots=True)
class Meeting:
    """`at`: epoch milliseconds; `until`: epoch seconds, None for ever."""

    id: str
    from_name: str
    to_name: str
    at: int
    until: int | None


class Board:
    """Used by one thread or task."""

    def __init__(self) -> None:
        self._lines: dict[str, Line] = {}
        self._meetings: OrderedDict[str, Meeting] = OrderedDict()

    def take(self, message: Mapping[str, Any]) -> bool:
        """Whether it changed anything."""
        kind = message.get("type")
        if kind == "price":
            return self._take_price(message)
        if kind == "connection":
            return self._take_meeting(message)
        if kind == "forgotten":
            return self._meetings.pop(message["id"], None) is not None
        return False

    def lines(self) -> list[Line]:
        """By their tickers."""
        return sorted(self._lines.values(), key=lambda line: (line.ticker, line.project_id))

    def meetings(self, now: float) -> list[Meeting]:
        """Those that are not forgotten by `now`, in epoch seconds; the newest first."""
        alive = (each for each in self._meetings.values() if each.until is None or each.until >= now)
        return sorted(alive, key=lambda each: (each.at, each.id), reverse=True)

    def _take_price(self, message: Mapping[str, Any]) -> bool:
        known = self._lines.get(message["projectId"])
        if known is not None and message["number"] <= known.number:
            return False
        line = Line(
            message["projectId"], message["ticker"], message["name"], Decimal(message["price"]),
            Decimal(message["basePrice"]), message["netShares"], message["number"], message["at"],
        )  # fmt: skip
        if known is not None:
            line.course.extend(known.course)
        line.course.append(line.price)
        self._lines[line.project_id] = line
        return True

    def _take_meeting(self, message: Mapping[str, Any]) -> bool:
        if message["id"] in self._meetings:
            return False
        self._meetings[message["id"]] = Meeting(
            message["id"], message["fromName"], message["toName"], message["at"], message["until"]
        )
        if len(self._meetings) > MEETINGS_MAX:
            self._meetings.popitem(last=False)
        return True


def course(prices: Sequence[Decimal]) -> str:
    """Prices as a row of bars, from the lowest to the highest."""
    if not prices:
        return ""
    low, high = min(prices), max(prices)
    if low == high:
        return _BARS[0] * len(prices)
    steps = len(_BARS) - 1
    return "".join(_BARS[int((price - low) * steps / (high - low))] for price in prices)
