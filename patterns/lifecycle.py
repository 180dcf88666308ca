"""Sessions that end by themselves, and items that move from draft to kept by losing their expiry."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from pydantic import AwareDatetime

from patterns.pattern import START_S, Pattern, Wait, Weighed
from stator.model import Design, Entity, Stored, Table, get, query, ref


class Session(Entity):
    stored = Stored({"pk": "USER#{user_id}", "sk": "SESSION#{session_id}"}, expires="expires_at")

    user_id: str
    session_id: str
    expires_at: AwareDatetime


class Draft(Entity):
    stored = Stored({"pk": "USER#{user_id}", "sk": "DRAFT#{draft_id}"}, expires="expires_at")

    user_id: str
    draft_id: str
    text: str
    expires_at: AwareDatetime | None = None


class Accounts(Design):
    table = Table("accounts", pk="pk", sk="sk", ttl="expires_at", stream="OLD_IMAGE")
    entities = (Session, Draft)

    @get(Session)
    def session(self, user_id: str, session_id: str) -> None:
        """A session that is alive."""

    @query(Session)
    def sessions_of(self, user_id: str) -> None:
        """A user's sessions that are alive."""

    @query(Draft)
    def drafts_of(self, user_id: str) -> None:
        """A user's drafts, kept ones too."""


NOW = datetime.fromtimestamp(START_S, UTC)
HOUR = timedelta(hours=1)


def alive(accounts: Accounts) -> object:
    """A session before its end."""
    return accounts.session("ann", "s1")


def every_session(accounts: Accounts) -> object:
    """All of a user's sessions."""
    return accounts.sessions_of("ann")


def kept(accounts: Accounts) -> object:
    """A draft is published: its expiry is removed, and it stays for good."""
    return accounts.update(ref(Draft, user_id="ann", draft_id="d1"), remove=["expires_at"])


def at_its_end(accounts: Accounts) -> object:
    """At its very second it is alive; from the next it is not."""
    return accounts.session("ann", "s1")


def past_its_end(accounts: Accounts) -> object:
    """It may still be stored, and is not returned."""
    return [accounts.session("ann", "s1"), *accounts.sessions_of("ann")]


def not_renewed(accounts: Accounts) -> object:
    """Who comes too late cannot renew it: an expired item is not there for an update either."""
    return accounts.update(ref(Session, user_id="ann", session_id="s1"), {"expires_at": NOW + 9 * HOUR})


def made_again(accounts: Accounts) -> object:
    """Its key is free: a new session may have it, whether or not the old item is still stored."""
    return accounts.create(Session(user_id="ann", session_id="s1", expires_at=NOW + 9 * HOUR))


def what_is_left(accounts: Accounts) -> object:
    """Of two drafts the published one is left."""
    return accounts.drafts_of("ann")


PATTERN = Pattern(
    title="TTL and lifecycle management",
    problem="Sessions, drafts and codes are good for a time. An attribute holds the second at which an item's "
    "life ends; DynamoDB deletes it some time later, free of charge. Since that may take days, each "
    "read and each condition looks at the attribute as well; to keep an item for good is to remove the "
    "attribute.",
    design=Accounts,
    items=(
        Session(user_id="ann", session_id="s1", expires_at=NOW + HOUR),
        Session(user_id="ann", session_id="s2", expires_at=NOW + 8 * HOUR),
        Draft(user_id="ann", draft_id="d1", text="keep me", expires_at=NOW + 2 * HOUR),
        Draft(user_id="ann", draft_id="d2", text="forget me", expires_at=NOW + 2 * HOUR),
    ),
    examples=(
        alive,
        every_session,
        kept,
        Wait(3600),
        at_its_end,
        Wait(1),
        past_its_end,
        not_renewed,
        made_again,
        Wait(7200),
        what_is_left,
    ),
    why=(
        "Deletes by expiry consume no write units, need no job, and take the items out of every index.",
        "Expiry is exact where it matters: the filter on reads hides what the deletion has not reached yet.",
        "The stream marks deletions by expiry as the service's own, so that a handler can archive what has expired.",
    ),
    trade_offs=Weighed(
        scale="Any number of items may expire at once; DynamoDB deletes them in the background, over minutes to "
        "days.",
        cost="Deletes are free. Until then expired items are stored, and read and paid for by each query that "
        "meets them.",
        consistency="Here expiry is exact on each read; for a program that does not look at the attribute it is "
        "not. A page may be empty and have more to come.",
        simplicity="The attribute is a number of epoch seconds: milliseconds or a text are silently never deleted, "
        "and neither is an item whose moment lies more than five years back.",
    ),
    not_when=(
        "Something has to happen at the second: use a scheduler; deletion by expiry is late.",
        "A whole period goes at once: a table for each month, which is then deleted, is read no further at all.",
        "The law wants proof of deletion by a date: delete by yourself.",
    ),
)
