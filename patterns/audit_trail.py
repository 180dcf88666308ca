"""Who changed what, and a copy of the table: both follow from the stream, whoever writes."""

from __future__ import annotations

from patterns.pattern import Pattern
from stator.model import AlreadyExistsError, Design, Entity, Stored, Table, get, query, ref


class Account(Entity):
    stored = Stored({"pk": "ACCOUNT#{account_id}"}, table="accounts")

    account_id: str
    limit: int
    changed_by: str


class Entry(Entity):
    """`sequence`: the change's number in the stream, of as many digits as there can be."""

    stored = Stored({"pk": "ACCOUNT#{account_id}", "sk": "{sequence}"}, table="audit")

    account_id: str
    sequence: str
    event: str
    before: int | None = None
    after: int | None = None
    changed_by: str | None = None


class Copy(Entity):
    stored = Stored({"pk": "ACCOUNT#{account_id}"}, table="replica")

    account_id: str
    limit: int


class Accounts(Design):
    tables = (
        Table("accounts", pk="pk", stream="NEW_AND_OLD_IMAGES"),
        Table("audit", pk="pk", sk="sk"),
        Table("replica", pk="pk"),
    )
    entities = (Account, Entry, Copy)

    @query(Entry)
    def history_of(self, account_id: str) -> None:
        """What happened to an account, in its order."""

    @get(Copy)
    def copy_of(self, account_id: str) -> None:
        """An account in the replica."""


def follow(accounts: Accounts) -> None:
    """Carries every change into the trail and the replica. Done twice, it changes nothing."""
    for record in accounts.db.Table(accounts.table_name("accounts")).stream(follow=False):
        change = record["dynamodb"]
        before, after = change.get("OldImage"), change.get("NewImage")
        account_id = (after or before)["account_id"]
        entry = Entry(
            account_id=account_id,
            sequence=change["SequenceNumber"].zfill(40),
            event=record["eventName"],
            before=before and before["limit"],
            after=after and after["limit"],
            changed_by=after and after["changed_by"],
        )
        try:
            with accounts.transaction() as both:
                both.create(entry)
                if after:
                    both.put(Copy(account_id=account_id, limit=after["limit"]))
                else:
                    both.erase(ref(Copy, account_id=account_id))
        except AlreadyExistsError:
            continue


def trail(accounts: Accounts) -> object:
    """An account is changed and removed; the trail has what it was, what it became, and by whom."""
    accounts.update(ref(Account, account_id="a1"), {"limit": 500, "changed_by": "bo"})
    accounts.erase(ref(Account, account_id="a2"))
    follow(accounts)
    return [
        f"{each.event} {each.before} -> {each.after} by {each.changed_by}"
        for account_id in ("a1", "a2")
        for each in accounts.history_of(account_id)
    ]


def replica(accounts: Accounts) -> object:
    """The replica has what is there, and not what is gone."""
    return [accounts.copy_of("a1"), accounts.copy_of("a2")]


def followed_again(accounts: Accounts) -> object:
    """The same changes, delivered again: each has its entry already."""
    follow(accounts)
    return [accounts.history_of("a1").count(), accounts.copy_of("a1")]


PATTERN = Pattern(
    title="Audit trail and replica table by stream",
    problem="Every change is to be kept with what was before it, and another table is to follow this one, in "
    "another shape or with other rights, whichever program writes. The stream brings old and new images "
    "in each item's order; the change's number is the key of its entry, so that a repeated delivery "
    "meets itself.",
    design=Accounts,
    items=(
        Account(account_id="a1", limit=100, changed_by="ann"),
        Account(account_id="a2", limit=200, changed_by="ann"),
    ),
    examples=(trail, replica, followed_again),
    why=(
        "No writer can forget the trail, and none pays for it in its own request.",
        "The trail is a table of its own: nobody who may write accounts needs the right to write it.",
        "The numbers of the stream order the changes of an item, and name each once.",
    ),
    trade_offs=(
        "The trail is behind by the time that the stream takes; what is down for over 24 hours has a gap.",
        "Who did it has to be an attribute of the item: the stream does not know the caller, and a delete has none.",
        "Entry and copy are one transaction, at twice the units of two writes.",
    ),
    not_when=(
        "A replica in another region, as it is: a global table.",
        "Only the past state matters, seldom: point-in-time recovery.",
    ),
)
