"""A lock with a lease: held by one, lost when it is not renewed, and with a number that unmasks a late holder."""

from __future__ import annotations

from contextlib import suppress

from patterns.pattern import START_S, Pattern, Wait, Weighed
from stator.model import (
    AlreadyExistsError,
    Attr,
    ConditionFailedError,
    Design,
    Entity,
    NotFoundError,
    Stored,
    Table,
    get,
    ref,
)


class Lease(Entity):
    """`owner`: none since it was given back. `until_s`: epoch seconds; the lock is free from then on. `token`: one
    higher with each owner."""

    stored = Stored({"pk": "LOCK#{name}"})

    name: str
    owner: str | None = None
    until_s: int = 0
    token: int = 0


class Report(Entity):
    """What the lock guards. `token`: of the holder that wrote it."""

    stored = Stored({"pk": "REPORT#{name}"})

    name: str
    text: str
    token: int


class Locks(Design):
    table = Table("locks", pk="pk")
    entities = (Lease, Report)

    @get(Lease, consistent=True)
    def lease(self, name: str) -> None:
        """Who holds a lock, and until when."""

    @get(Report, consistent=True)
    def report(self, name: str) -> None:
        """What was written under a lock."""


LEASE_S = 30


def take(locks: Locks, name: str, owner: str, now_s: int) -> Lease | None:
    """The lock, if it is free or its lease is over; None: another has it. `owner` is this attempt's alone, so that it
    may be sent again when its answer was lost."""
    until_s = now_s + LEASE_S
    with suppress(ConditionFailedError, AlreadyExistsError):
        try:
            return locks.update(
                ref(Lease, name=name),
                {"owner": owner, "until_s": until_s},
                add={"token": 1},
                if_=Attr("until_s").lte(now_s),
            )
        except NotFoundError:  # its first time
            return locks.create(Lease(name=name, owner=owner, until_s=until_s, token=1))
    lease: Lease | None = locks.lease(name)
    return lease if lease is not None and lease.owner == owner else None


def renew(locks: Locks, held: Lease, until_s: int) -> Lease:
    """While nobody has taken it since, and it was not given back."""
    is_held = Attr("token").eq(held.token) & Attr("owner").exists()
    return locks.update(ref(Lease, name=held.name), {"until_s": until_s}, if_=is_held)


def give_back(locks: Locks, held: Lease) -> Lease:
    """Free at once, if it is still held: no renewal that comes late holds it again."""
    is_held = Attr("token").eq(held.token)
    return locks.update(ref(Lease, name=held.name), {"until_s": 0}, remove=["owner"], if_=is_held)


def write(locks: Locks, held: Lease, text: str) -> Report:
    """What is guarded takes no write of a lower token than it has seen."""
    report = Report(name=held.name, text=text, token=held.token)
    return locks.put(report, if_=Attr("token").not_exists() | Attr("token").lte(held.token))


def taken(locks: Locks) -> object:
    """The first to ask has it, with a token."""
    return take(locks, "nightly", "worker-1", START_S)


def not_taken(locks: Locks) -> object:
    """The second does not."""
    return take(locks, "nightly", "worker-2", START_S + 1)


def renewed(locks: Locks) -> object:
    """The holder renews its lease, and writes what the lock guards."""
    first = Lease(name="nightly", owner="worker-1", token=1)
    return [renew(locks, first, START_S + 2 * LEASE_S), write(locks, first, "half done")]


def taken_over(locks: Locks) -> object:
    """The holder has stopped: once its lease is over, another has the lock, with a higher token."""
    second = take(locks, "nightly", "worker-2", START_S + 90)
    assert second is not None
    return [second, write(locks, second, "done anew")]


def late_write(locks: Locks) -> object:
    """The first wakes up and writes, since it does not know: its token is too low."""
    return write(locks, Lease(name="nightly", owner="worker-1", token=1), "done at last")


def late_renewal(locks: Locks) -> object:
    """It renews what is no longer its own: refused."""
    return renew(locks, Lease(name="nightly", owner="worker-1", token=1), START_S + 120)


def given_back(locks: Locks) -> object:
    """Done before its time, the second gives the lock back."""
    return give_back(locks, Lease(name="nightly", owner="worker-2", token=2))


def what_is_left(locks: Locks) -> object:
    """The lock is free, and what was written is the second's."""
    return [locks.lease("nightly"), locks.report("nightly")]


PATTERN = Pattern(
    title="Distributed lock",
    problem="A job must run once at a time, on any of several machines, each of which may stop at any moment. A "
    "lock is an item with an owner and a lease: it is taken on condition that it is free or over, "
    "renewed while the work goes on, and its token rises with each owner. What it guards keeps the token of its last "
    "write, and refuses a lower one.",
    design=Locks,
    items=(Lease(name="weekly", owner="worker-3", until_s=START_S + LEASE_S, token=7),),
    examples=(
        taken,
        not_taken,
        renewed,
        Wait(90),
        taken_over,
        late_write,
        late_renewal,
        given_back,
        what_is_left,
    ),
    why=(
        "Taking is one conditional write: of any number at once, one succeeds.",
        "A machine that stopped holds nothing for longer than its lease.",
        "No lease can keep a paused holder from writing late; the token on what is guarded does.",
    ),
    trade_offs=Weighed(
        scale="A lock is one item: 1,000 attempts a second at most, refused ones too. Locks of different names do "
        "not meet.",
        cost="A unit to take, to renew and to give back. Waiting is polling, and each refused attempt is charged a "
        "write and a read.",
        consistency="A lease trusts the machines' clocks: they must agree better than the lease is long. Where "
        "they do not, two may hold it, and the token still lets only the later one write.",
        simplicity="Whoever writes what is guarded has to bring the token; a part that cannot, such as an e-mail, "
        "is not guarded.",
    ),
    not_when=(
        "The work is a write to DynamoDB itself: a condition or a version on that item needs no lock.",
        "Locks are taken thousands of times a second: partition the work, so that each part has one owner.",
    ),
)
