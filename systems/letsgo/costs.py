"""What LetsGo's access patterns cost, measured on a shop's worth of made-up items: 1,000 orders of 40 customers, 200
sessions of which half have expired, and 10 tenants of 20 members each."""

from __future__ import annotations

import itertools
from typing import Any, Final

import stator
from stator.clock import ManualClock
from stator.metering import Meter
from systems.costs import AccessPattern, Report, measure, refused
from systems.letsgo.data import Data
from systems.letsgo.design import TABLE
from systems.letsgo.faults import InvitationError, ReservedCategoryError
from systems.letsgo.identities import identity_id
from systems.letsgo.tenants import Tenants

_START_S: Final = 1_893_456_000
_ORDERS: Final = "customer-order"
_CUSTOMER: Final = "/customer-007/"


def for_readme() -> Report:
    """In memory, the same every time."""
    clock = ManualClock(_START_S)
    with stator.open(":memory:", clock=clock, background=False) as db:
        return report(db, now=clock.now)


def report(db: Any, environment: str = "main", *, now: Any) -> Report:
    """On an empty database, whose table it makes."""
    meter = Meter(db)
    ids = itertools.count(1)
    data = Data(meter.db, environment, token_key=b"of what costs are", now=now)
    tenants = Tenants(meter.db, environment, now=now, new_id=lambda: f"{next(ids):04}")
    data.design.create_tables()
    _fill(data)
    first = _found(tenants)
    patterns = [*_data_patterns(data, int(now())), *_platform_patterns(tenants, first)]
    return measure(meter, "", patterns, [data.design.table_name(TABLE.name)])


def _fill(data: Data) -> None:
    now = _START_S
    for number in range(1000):
        key = f"/customer-{number % 40:03}/order-{number:04}"
        data.put(
            {"category": _ORDERS, "key": key, "total": 12 + number, "items": ["cat", "dog"], "paid": True}
        )
    for number in range(200):
        data.put({"category": "session", "key": f"ses-{number:03}", "ttl": now + 3600 * (-1) ** number})


def _found(tenants: Tenants) -> str:
    """Ten tenants; the first one's id."""
    founded = [tenants.create(f"Tenant {number}", _user(number)).tenant_id for number in range(10)]
    for place, tenant_id in enumerate(founded):
        for number in range(19):
            tenants.add_member(tenant_id, _user(100 * place + 50 + number))
    return founded[0]


def _user(number: int) -> str:
    return identity_id("https://login.example.com/", f"user-{number:04}")


def _data_patterns(data: Data, now: int) -> list[AccessPattern]:
    key = f"{_CUSTOMER}order-2000"
    order = {"category": _ORDERS, "key": key, "total": 12, "items": ["cat", "dog"]}
    token: list[str | None] = []
    return [
        AccessPattern("put", "An order, by category and key.", lambda: data.put(order)),
        AccessPattern("get", "That order.", lambda: data.get(_ORDERS, key)),
        AccessPattern(
            "get, consistent", "The same, with every write before it.",
            lambda: data.get(_ORDERS, key, consistent=True),
        ),
        AccessPattern("delete", "That order.", lambda: data.delete(_ORDERS, key)),
        AccessPattern(
            "list by prefix", "All 25 orders of a customer.", lambda: data.list(_ORDERS, _CUSTOMER)
        ),
        AccessPattern(
            "list, first page", "Ten of them, and a next token.",
            lambda: token.append(data.list(_ORDERS, _CUSTOMER, limit=10).next_token),
        ),
        AccessPattern(
            "list, next page", "Ten more, by the token.",
            lambda: data.list(_ORDERS, _CUSTOMER, limit=10, token=token[0]),
        ),
        AccessPattern("list a category", "All 1,000 orders.", lambda: list(data.every(_ORDERS))),
        AccessPattern(
            "list what has expired", "200 sessions are read, 100 of them are there.",
            lambda: list(data.every("session")),
        ),
        AccessPattern(
            "put with ttl", "A session for an hour.",
            lambda: data.put({"category": "session", "key": "ses-new", "ttl": now + 3600}),
        ),
        AccessPattern(
            "a reserved category", "Refused before anything is sent.",
            refused(ReservedCategoryError, lambda: data.get("letsgo-tenant", "ten-0001")),
        ),
    ]  # fmt: skip


def _platform_patterns(tenants: Tenants, tenant_id: str) -> list[AccessPattern]:
    invited: list[str] = []
    made: list[str] = []
    return [
        AccessPattern(
            "create a tenant", "With its first member, both ways, in one transaction.",
            lambda: made.append(tenants.create("Acme", _user(9000)).tenant_id),
        ),
        AccessPattern("a tenant", "By its id.", lambda: tenants.tenant(tenant_id)),
        AccessPattern("members", "The 20 members of a tenant.", lambda: tenants.members(tenant_id)),
        AccessPattern(
            "tenants of an identity", "Its memberships, and their tenants.", lambda: tenants.tenants_of(_user(0))
        ),
        AccessPattern(
            "is a member", "One membership.", lambda: tenants.is_member(tenant_id, _user(0))
        ),
        AccessPattern("add a member", "Both ways.", lambda: tenants.add_member(tenant_id, _user(9001))),
        AccessPattern("remove a member", "Both ways.", lambda: tenants.remove_member(tenant_id, _user(9001))),
        AccessPattern(
            "invite", "For 24 hours.",
            lambda: invited.append(tenants.invite(tenant_id, _user(0)).invitation_id),
        ),
        AccessPattern(
            "accept", "The invitation goes, the member comes, in one transaction.",
            lambda: tenants.accept(tenant_id, invited[0], _user(9002)),
        ),
        AccessPattern(
            "accept again", "Refused: it was accepted.",
            refused(InvitationError, lambda: tenants.accept(tenant_id, invited[0], _user(9003))),
        ),
        AccessPattern("delete a tenant", "Of one member.", lambda: tenants.delete(made[0])),
    ]  # fmt: skip
