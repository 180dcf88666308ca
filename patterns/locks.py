"""A lock with a lease: held by one, lost when it is not renewed, and with a number that unmasks a late holder."""

from __future__ import annotations

from patterns.pattern import START_S, Pattern, Wait
from stator.model import Attr, Design, Entity, Stored, Table, get, ref


class Lease(Entity):
    """`until_s`: epoch seconds; the lock is free from then on. `token`: one higher with each owner."""

    stored = Stored({"pk": "LOCK#{name}"})

    name: str
    owner: str | None = None
    until_s: int = 0
    token: int = 0


class Locks(Design):
    table = Table("locks", pk="pk")
    entities = (Lease,)

    @get(Lease, consistent=True)
    def lease(self, name: str) -> None:
        """Who holds a lock, and until when."""


LEASE_S = 30


def take(locks: Locks, owner: str, now_s: int) -> Lease:
    """The lock, if its last lease is over."""
    return locks.update(
        ref(Lease, name="nightly"),
        {"owner": owner, "until_s": now_s + LEASE_S},
        add={"token": 1},
        if_=Attr("until_s").lte(now_s),
    )


def hold_until(locks: Locks, token: int, until_s: int) -> Lease:
    """To renew a lease, and to give it back: while nobody has taken it since."""
    return locks.update(ref(Lease, name="nightly"), {"until_s": until_s}, if_=Attr("token").eq(token))


def taken(locks: Locks) -> object:
    """The first to ask has it, with a token."""
    return take(locks, "worker-1", START_S)


def not_taken(locks: Locks) -> object:
    """The second is refused."""
    return take(locks, "worker-2", START_S + 1)


def renewed(locks: Locks) -> object:
    """The holder renews its lease."""
    return hold_until(locks, token=1, until_s=START_S + 2 * LEASE_S)


def taken_over(locks: Locks) -> object:
    """The holder has stopped: once its lease is over, another has the lock, with a higher token."""
    return take(locks, "worker-2", START_S + 90)


def late_holder(locks: Locks) -> object:
    """The first wakes up and renews what is no longer its own: refused."""
    return hold_until(locks, token=1, until_s=START_S + 120)


def given_back(locks: Locks) -> object:
    """Done before its time, the second gives the lock back."""
    return hold_until(locks, token=2, until_s=START_S + 95)


def who(locks: Locks) -> object:
    """Who had it last, and until when."""
    return locks.lease("nightly")


PATTERN = Pattern(
    title="Distributed lock",
    problem="A job must run once at a time, on any of several machines, each of which may stop at any moment. A "
    "lock is an item with an owner and a lease: it is taken on condition that it is free or over, "
    "renewed while the work goes on, and its token rises with each owner.",
    design=Locks,
    items=(Lease(name="nightly"),),
    examples=(taken, not_taken, renewed, Wait(90), taken_over, late_holder, given_back, who),
    why=(
        "Taking is one conditional write: of any number at once, one succeeds.",
        "A machine that stopped holds nothing for longer than its lease.",
        "The token is given on to whatever the lock guards: a write with a lower one than before is refused there.",
    ),
    trade_offs=(
        "A lease trusts the machines' clocks: they must agree better than the lease is long.",
        "A holder that pauses beyond its lease does not know it: without the token its last write may come too late.",
        "Waiting is polling, and each refused attempt is charged.",
    ),
    not_when=(
        "The work is a write to DynamoDB itself: a condition or a version on that item needs no lock.",
        "Locks are taken thousands of times a second: partition the work, so that each part has one owner.",
    ),
)
