"""Capacity as requests state it: provisioned, on-demand ceilings, warm throughput; for a table or one of its indexes.

Nothing is throttled by it. It is checked, kept and described as AWS does, so that what manages capacity elsewhere
goes on here. An `index` of None means the table itself.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec

from stator.api.tables.refusals import invalid, over_limit
from stator.engine.catalogue import BillingMode, MaxThroughput, Status, Throughput, WarmThroughput
from stator.errors import LimitExceededException, ValidationException
from stator.limits import (
    CAPACITY_UNITS_MAX,
    DECREASE_PAUSE_S,
    DECREASES_FREE_A_DAY,
    TABLE_CAPACITY_UNITS_MAX,
    WARM_READ_UNITS_ON_DEMAND,
    WARM_WRITE_UNITS_ON_DEMAND,
)

_HIGHER = "Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits."
_INITIAL = (
    "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html"
    "#on-demand-capacity-mode-initial"
)
ON_DEMAND_WARM = WarmThroughput(WARM_READ_UNITS_ON_DEMAND, WARM_WRITE_UNITS_ON_DEMAND)
_CLEAR = -1
_DAY_S = 86_400


def refuse_out_of_bounds(wanted: dict[str, int]) -> None:
    for word in ("Read", "Write"):
        units = wanted[f"{word}CapacityUnits"]
        if units > CAPACITY_UNITS_MAX:
            raise ValidationException(f"Given value {units} for {word}CapacityUnits is out of bounds")


def provisioned(wanted: dict[str, int], region: str, index: str | None = None) -> Throughput:
    """Raises LimitExceededException beyond what AWS gives one table or index of a new account."""
    for word in ("Read", "Write"):
        units = wanted[f"{word}CapacityUnits"]
        if units > TABLE_CAPACITY_UNITS_MAX:
            of, per = ("", "table") if index is None else (f" for index {index}", "index")
            raise LimitExceededException(
                f"The requested {word}CapacityUnits{of}, {units}, is above the per {per} maximum for the "
                f"account in {region}. Per table maximum: {TABLE_CAPACITY_UNITS_MAX}. {_HIGHER}"
            )
    return Throughput(wanted["ReadCapacityUnits"], wanted["WriteCapacityUnits"])


def reprovisioned(
    present: Throughput, wanted: Throughput, now: float, index: str | None = None
) -> Throughput:
    """What changing `present` to `wanted` leaves. Raises ValidationException when nothing would change, and
    LimitExceededException for one decrease too many in a UTC day."""
    if (wanted.read, wanted.write) == (present.read, present.write):
        raise ValidationException(_no_change(present, index))
    lower = wanted.read < present.read or wanted.write < present.write
    higher = wanted.read > present.read or wanted.write > present.write
    today = decreases_today(present, now)
    if lower:
        _refuse_decrease(present, today, now)
    return Throughput(
        wanted.read,
        wanted.write,
        now if higher else present.increased_at,
        now if lower else present.decreased_at,
        today + lower,
    )


def _no_change(present: Throughput, index: str | None) -> str:
    the, of = ("the table", "the table") if index is None else (f"the index {index}", f"index {index}")
    return (
        f"The provisioned throughput for {the} will not change. "
        "The requested value equals the current value. "
        f"Current ReadCapacityUnits provisioned for {of}: {present.read}. "
        f"Requested ReadCapacityUnits: {present.read}. "
        f"Current WriteCapacityUnits provisioned for {of}: {present.write}. "
        f"Requested WriteCapacityUnits: {present.write}. {_HIGHER}"
    )


def decreases_today(throughput: Throughput, now: float) -> int:
    """The count begins anew at midnight UTC."""
    last = throughput.decreased_at
    return throughput.decreases_today if last is not None and last // _DAY_S == now // _DAY_S else 0


def _refuse_decrease(present: Throughput, today: int, now: float) -> None:
    last = present.decreased_at
    if last is None or today < DECREASES_FREE_A_DAY or now >= last + DECREASE_PAUSE_S:
        return
    midnight = (now // _DAY_S + 1) * _DAY_S
    raise over_limit(
        "Provisioned throughput decreases are limited within a given UTC day. After the first "
        f"{DECREASES_FREE_A_DAY} decreases, each subsequent decrease in the same UTC day can be performed at "
        f"most once every {DECREASE_PAUSE_S} seconds. Number of decreases today: {today}. "
        f"Last decrease at {_spelled(last)}. "
        f"Next decrease can be made at {_spelled(min(midnight, last + DECREASE_PAUSE_S))}"
    )


def _spelled(time: float) -> str:
    at = datetime.fromtimestamp(time, UTC)
    hour = at.hour % 12 or 12
    return f"{at:%A, %B} {at.day}, {at.year} at {hour}:{at:%M:%S} {at:%p} Coordinated Universal Time"


def ceiling(
    wanted: dict[str, int] | None,
    region: str,
    index: str | None,
    present: MaxThroughput | None,
    creating: bool,
) -> tuple[MaxThroughput | None, MaxThroughput | None]:
    """The on-demand ceiling as stored, and as the answer shows it. A member that is not given stays; -1 clears one,
    and is shown once."""
    shown = present or MaxThroughput()
    for word, field in (("Read", "read"), ("Write", "write")):
        units = (wanted or {}).get(f"Max{word}RequestUnits")
        if units is None:
            continue
        of = "table" if index is None else f"index : {index}"
        if units < 1 and (creating or units != _CLEAR):
            raise invalid(
                f"Requested Max{word}RequestUnits for OnDemandThroughput for {of} is outside of valid range"
            )
        if units > TABLE_CAPACITY_UNITS_MAX:
            raise over_limit(
                f"Requested Max{word}RequestUnits for OnDemandThroughput for {of} exceeds "
                f"TableMax{word}CapacityUnits of the account in region {region}"
            )
        shown = msgspec.structs.replace(shown, **{field: units})
    stored = MaxThroughput(
        None if shown.read == _CLEAR else shown.read, None if shown.write == _CLEAR else shown.write
    )
    nothing = MaxThroughput()
    return (None if stored == nothing else stored), (None if shown == nothing else shown)


def refuse_ceiling(wanted: dict[str, int] | None, of: str, the: str) -> None:
    """Of a table, or an index of one, whose capacity is provisioned. `of` is what AWS names there."""
    for word in ("Read", "Write"):
        if wanted and wanted.get(f"Max{word}RequestUnits") is not None:
            raise invalid(f"Max{word}RequestUnits for OnDemandThroughput {of}cannot be specified when {the}")


def warm_at_first(
    wanted: dict[str, int] | None, mode: BillingMode, throughput: Throughput, region: str, index: str | None
) -> WarmThroughput:
    """Of a new table or index: what is given, or what its mode begins with."""
    if mode is BillingMode.PAY_PER_REQUEST:
        least, word_of = ON_DEMAND_WARM, f"initial throughput for OnDemand. See: {_INITIAL}"
    else:
        least = WarmThroughput(throughput.read, throughput.write)
        word_of = "{}CapacityUnits of ProvisionedThroughput"
    return _warm(wanted, least, region, index, f"is lower than {word_of}")


def warm_raised(
    wanted: dict[str, int], present: WarmThroughput, region: str, index: str | None
) -> WarmThroughput:
    return _warm(
        wanted,
        present,
        region,
        index,
        "is lower than current WarmThroughput, decreasing WarmThroughput is not supported",
    )


def _warm(
    wanted: dict[str, int] | None, least: WarmThroughput, region: str, index: str | None, lower: str
) -> WarmThroughput:
    of = "table" if index is None else f"index {index}"
    units = {}
    for word, floor in (("Read", least.read), ("Write", least.write)):
        given = (wanted or {}).get(f"{word}UnitsPerSecond")
        units[word] = floor if given is None else given
        subject = f"Requested {word}UnitsPerSecond for WarmThroughput for {of}"
        if units[word] < floor:
            raise invalid(f"{subject} {lower.format(word)}")
        if units[word] > TABLE_CAPACITY_UNITS_MAX and units[word] != floor:
            raise over_limit(
                f"{subject} exceeds TableMax{word}CapacityUnits of the account in region {region}"
            )
    return WarmThroughput(units["Read"], units["Write"])


def warmed(present: WarmThroughput | None, throughput: Throughput | WarmThroughput) -> WarmThroughput:
    """Warm throughput is the highest there ever was."""
    if present is None:
        return WarmThroughput(throughput.read, throughput.write)
    return WarmThroughput(max(present.read, throughput.read), max(present.write, throughput.write))


def as_updating(warm: WarmThroughput | None) -> WarmThroughput | None:
    return None if warm is None else msgspec.structs.replace(warm, status=Status.UPDATING)


def given(request: dict[str, Any], member: str) -> dict[str, int] | None:
    """A capacity member, whose own members are whole numbers."""
    value: dict[str, int] | None = request.get(member)
    return value
