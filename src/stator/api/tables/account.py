"""What AWS says of an account and its endpoint: DescribeLimits, DescribeEndpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stator.api.call import Answer, Call, Request
from stator.limits import ACCOUNT_CAPACITY_UNITS_MAX, TABLE_CAPACITY_UNITS_MAX

if TYPE_CHECKING:
    from stator.engine.database import Database

ENDPOINT_CACHE_MINUTES = 1440
_IN_PROCESS = "localhost"


def describe_limits(db: Database, request: Request, call: Call) -> Answer:
    """A new account's quotas."""
    return {
        "AccountMaxReadCapacityUnits": ACCOUNT_CAPACITY_UNITS_MAX,
        "AccountMaxWriteCapacityUnits": ACCOUNT_CAPACITY_UNITS_MAX,
        "TableMaxReadCapacityUnits": TABLE_CAPACITY_UNITS_MAX,
        "TableMaxWriteCapacityUnits": TABLE_CAPACITY_UNITS_MAX,
    }


def describe_endpoints(db: Database, request: Request, call: Call) -> Answer:
    """The address that was asked, so that a client which discovers endpoints stays here."""
    address = call.host.decode("latin-1") if call.host else _IN_PROCESS
    return {"Endpoints": [{"Address": address, "CachePeriodInMinutes": ENDPOINT_CACHE_MINUTES}]}
