"""Conversations: their messages in order, who is in them, and how much each has not read yet."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

from pydantic import AwareDatetime

from patterns.pattern import Pattern, Weighed
from stator.model import (
    AlreadyExistsError,
    Attr,
    ConditionFailedError,
    Design,
    Entity,
    Gsi,
    Stored,
    Table,
    above,
    count,
    query,
    ref,
)


class Member(Entity):
    stored = Stored(
        {
            "pk": "CONVERSATION#{conversation_id}",
            "sk": "MEMBER#{user_id}",
            "gsi1pk": "USER#{user_id}",
            "gsi1sk": "{active_at}#{conversation_id}",
        }
    )

    conversation_id: str
    user_id: str
    active_at: AwareDatetime
    read_to: str = "0"


class Message(Entity):
    stored = Stored(
        {"pk": "CONVERSATION#{conversation_id}", "sk": "MESSAGE#{message_id}"}, deleted="deleted_at"
    )

    conversation_id: str
    message_id: str
    sender: str
    text: str
    deleted_at: AwareDatetime | None = None


class Messenger(Design):
    table = Table("messenger", pk="pk", sk="sk", indexes=[Gsi("gsi1", "gsi1pk", "gsi1sk")])
    entities = (Member, Message)

    @query(Message, newest_first=True)
    def messages_of(self, conversation_id: str) -> None:
        """A conversation's messages, newest first."""

    @query(Message, after=above("message_id"))
    def messages_after(self, conversation_id: str, after: str) -> None:
        """What came since a message: for a client that was away."""

    @count(Message, after=above("message_id"))
    def unread(self, conversation_id: str, after: str) -> None:
        """How many came since the one that was read last."""

    @query(Member)
    def members_of(self, conversation_id: str) -> None:
        """Who is in a conversation."""

    @query(Member, newest_first=True)
    def conversations_of(self, user_id: str) -> None:
        """A user's conversations, the liveliest first."""


START = datetime(2030, 1, 1, tzinfo=UTC)


def say(messenger: Messenger, message: Message, at: datetime) -> None:
    """The message, once; then each member's list, which may follow a moment later. All of it can be sent again, also
    late: nothing comes twice, and no list is set back."""
    with suppress(AlreadyExistsError):
        messenger.create(message)
    is_older = Attr("active_at").lt(at)
    for member in messenger.members_of(message.conversation_id):
        with suppress(ConditionFailedError):  # a later message came first
            messenger.update(member, {"active_at": at}, if_=is_older)


def read_to(messenger: Messenger, conversation_id: str, user_id: str, message_id: str) -> None:
    """What a user has read; a device that is behind does not set it back."""
    with suppress(ConditionFailedError):
        messenger.update(
            ref(Member, conversation_id=conversation_id, user_id=user_id),
            {"read_to": message_id},
            if_=Attr("read_to").lt(message_id),
        )


def said(messenger: Messenger) -> object:
    """A message is sent, and its conversation moves to the top of each member's list."""
    message = Message(conversation_id="v1", message_id="0003", sender="bo", text="Tomorrow?")
    say(messenger, message, START.replace(hour=3))
    return messenger.conversations_of("ann")


def said_again(messenger: Messenger) -> object:
    """The same message, sent again by a client that had no answer: its id is in its key."""
    message = Message(conversation_id="v1", message_id="0003", sender="bo", text="Tomorrow?")
    say(messenger, message, START.replace(hour=3))
    return messenger.messages_after("v1", after="0002")


def latest(messenger: Messenger) -> object:
    """A conversation is opened: its newest two; scrolling up is the next page."""
    return messenger.messages_of("v1").page(2)


def caught_up(messenger: Messenger) -> object:
    """A client that was away asks for what came since."""
    return messenger.messages_after("v1", after="0001")


def how_much(messenger: Messenger) -> object:
    """How many are unread, then the same when they were read."""
    before = messenger.unread("v1", after="0001")
    read_to(messenger, "v1", "ann", "0003")
    return [before, messenger.unread("v1", after="0003")]


def taken_back(messenger: Messenger) -> object:
    """A message is taken back: it is not read any more, and its place is kept."""
    messenger.delete(ref(Message, conversation_id="v1", message_id="0002"))
    return messenger.messages_of("v1")


PATTERN = Pattern(
    title="Chat: conversations, messages and what is unread",
    problem="A conversation is read from its end, by many, and a client that was away wants what it missed. "
    "Messages are a partition in the order of their ids, which sort by time (as ULIDs do); members are "
    "items beside them, turned round by an index into each user's list.",
    design=Messenger,
    items=(
        Member(conversation_id="v1", user_id="ann", active_at=START, read_to="0001"),
        Member(conversation_id="v1", user_id="bo", active_at=START, read_to="0002"),
        Member(conversation_id="v2", user_id="ann", active_at=START.replace(hour=2)),
        Message(conversation_id="v1", message_id="0001", sender="ann", text="Hello"),
        Message(conversation_id="v1", message_id="0002", sender="bo", text="Oops"),
    ),
    examples=(said, said_again, latest, caught_up, how_much, taken_back),
    why=(
        "The newest messages, a page further up, and what came since: all are ranges of one sort key.",
        "Nothing is counted on sending: unread is a count of what follows the last read, for those who look.",
        "An id that the client makes lets it send again without saying it twice.",
    ),
    trade_offs=Weighed(
        scale="A conversation is one partition: beyond 1,000 messages a second it is split by time.",
        cost="Each message updates each member's item: for a group of hundreds, let the stream do it, or each hour "
        "only. Unread reads what it counts: show `99+` by a page of 100.",
        consistency="A message is there at once; the lists of its members may follow. Members who are read from an "
        "old page keep their old place for a moment.",
        simplicity="The client makes the ids, and they order the conversation: they have to sort by time, as ULIDs "
        "do.",
    ),
    not_when=(
        "Messages are searched by their words: feed a search index by the stream.",
        "A channel has a million members: they read one list, and nothing is written for each.",
    ),
)
