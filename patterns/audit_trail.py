"""Who changed what, and a copy of the table: both follow from the stream, whoever writes."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta

from pydantic import AwareDatetime

from patterns.lambdas import Handler, Record, feed, handler_for
from patterns.pattern import START_S, Pattern, Weighed
from stator.model import (
    AlreadyExistsError,
    Attr,
    ConditionFailedError,
    Design,
    Entity,
    Stored,
    Table,
    get,
    query,
    ref,
)


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
    """`sequence`: of the last change that it has. What is gone leaves its place marked, for as long as an older change
    of it may still come."""

    stored = Stored({"pk": "ACCOUNT#{account_id}"}, table="replica", deleted="gone_at", expires="forget_at")

    account_id: str
    sequence: str
    limit: int | None = None
    gone_at: AwareDatetime | None = None
    forget_at: AwareDatetime | None = None


class Accounts(Design):
    tables = (
        Table("accounts", pk="pk", stream="NEW_AND_OLD_IMAGES"),
        Table("audit", pk="pk", sk="sk"),
        Table("replica", pk="pk", ttl="forget_at"),
    )
    entities = (Account, Entry, Copy)

    @query(Entry)
    def history_of(self, account_id: str) -> None:
        """What happened to an account, in its order."""

    @get(Copy)
    def copy_of(self, account_id: str) -> None:
        """An account in the replica."""


SEQUENCE_DIGITS = 40
STREAM_KEEPS = timedelta(days=1)


def follower_of(accounts: Accounts) -> Handler:
    """A Lambda handler for the stream: each change goes into the trail and the replica. In whatever order and however
    often changes come, both end the same."""

    def follow(record: Record) -> None:
        with suppress(AlreadyExistsError):  # delivered before
            accounts.create(entry_of(record))
        copy = copy_after(record)
        is_older = Attr("sequence").not_exists() | Attr("sequence").lt(copy.sequence)
        with suppress(ConditionFailedError):  # the replica has a later change
            accounts.put(copy, if_=is_older)

    return handler_for(follow)


def entry_of(record: Record) -> Entry:
    change = record["dynamodb"]
    before, after = change.get("OldImage", {}), change.get("NewImage", {})
    return Entry(
        account_id=(after or before)["account_id"]["S"],
        sequence=change["SequenceNumber"].zfill(SEQUENCE_DIGITS),
        event=record["eventName"],
        before=before.get("limit", {}).get("N"),
        after=after.get("limit", {}).get("N"),
        changed_by=after.get("changed_by", {}).get("S"),
    )


def copy_after(record: Record) -> Copy:
    entry = entry_of(record)
    if record["eventName"] != "REMOVE":
        return Copy(account_id=entry.account_id, sequence=entry.sequence, limit=entry.after)
    gone_at = datetime.fromtimestamp(record["dynamodb"]["ApproximateCreationDateTime"], UTC)
    return Copy(
        account_id=entry.account_id,
        sequence=entry.sequence,
        gone_at=gone_at,
        forget_at=gone_at + 2 * STREAM_KEEPS,
    )


NOW = datetime.fromtimestamp(START_S, UTC)


def trail(accounts: Accounts) -> object:
    """An account is changed and another removed; the trail has what each was, what it became, and by whom."""
    accounts.update(ref(Account, account_id="a1"), {"limit": 500, "changed_by": "bo"})
    accounts.erase(ref(Account, account_id="a2"))
    feed(accounts.db, accounts.table_name("accounts"), follower_of(accounts))
    return [
        f"{account_id} {each.event} {each.before} -> {each.after} by {each.changed_by}"
        for account_id in ("a1", "a2")
        for each in accounts.history_of(account_id)
    ]


def replica(accounts: Accounts) -> object:
    """The replica has what is there, and not what is gone."""
    return [
        f"{account_id}: {copy.limit if copy else 'gone'}"
        for account_id in ("a1", "a2")
        for copy in [accounts.copy_of(account_id)]
    ]


def followed_again(accounts: Accounts) -> object:
    """All of the stream, delivered again from its beginning: nothing is set back, nothing comes twice."""
    feed(accounts.db, accounts.table_name("accounts"), follower_of(accounts))
    return [
        f"{accounts.history_of(account_id).count()} entries, {copy.limit if copy else 'gone'}"
        for account_id in ("a1", "a2")
        for copy in [accounts.copy_of(account_id)]
    ]


PATTERN = Pattern(
    title="Audit trail and replica table by stream",
    problem="Every change is to be kept with what was before it, and another table is to follow this one, in "
    "another shape or with other rights, whichever program writes. The stream brings old and new images "
    "in each item's order; the change's number is the key of its entry, so that a repeated delivery "
    "meets itself, and is kept in the copy, so that an older change does not replace a later one.",
    design=Accounts,
    items=(
        Account(account_id="a1", limit=100, changed_by="ann"),
        Account(account_id="a2", limit=200, changed_by="ann"),
        Entry(account_id="a0", sequence="7".zfill(SEQUENCE_DIGITS), event="REMOVE", before=50),
        Copy(
            account_id="a0",
            sequence="7".zfill(SEQUENCE_DIGITS),
            gone_at=NOW,
            forget_at=NOW + 2 * STREAM_KEEPS,
        ),
    ),
    examples=(trail, replica, followed_again),
    why=(
        "No writer can forget the trail, and none pays for it in its own request.",
        "The trail is a table of its own: nobody who may write accounts needs the right to write it.",
        "The numbers of the stream order the changes of an item, and name each once: so a follower may start again "
        "from anywhere, and two may run at once.",
        "A copy that is gone is marked for two days and not deleted at once: a late change would else bring it back.",
    ),
    trade_offs=Weighed(
        scale="A follower runs for each shard of the stream, at the pace of the table. An account's trail is one "
        "partition of the audit table, and grows for ever: give entries an expiry, or the year in their key.",
        cost="Two writes for each change, and the stream's reads; a repeated delivery is charged as well.",
        consistency="Trail and replica are behind by the time that the stream takes. A follower that is down for "
        "over 24 hours has a gap, which is filled from the table and not from the stream.",
        simplicity="Who did it has to be an attribute of the item: the stream does not know the caller, and a "
        "delete has none. To know who deletes, mark the item first.",
    ),
    not_when=(
        "A replica in another region, as it is: a global table.",
        "Only the past state matters, seldom: point-in-time recovery.",
    ),
)
