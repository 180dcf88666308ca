"""The stream consumer: takes the changes of a feed's table, one after the other, and tells those who listen.

    take a change -> write what follows from it -> tell every listener -> keep the place

The place is kept last, so a consumer that is killed anywhere in between takes the change again, and none is left out.
Nothing comes twice of it: what is written has a key made of the change, and a listener that has the message already is
not sent it again, by its mark (`delivery`). A project's changes are in one shard of the stream, in their order, and a
change is told to all before the next is taken: so each listener has the prices of a project in their order.

A listener that is gone loses its row. A gateway that does not answer holds the consumer up, and in the end stops it
with DeliveryError; it goes on where it was when it is started again, within the 24 hours that a stream is kept.
"""

from __future__ import annotations

from typing import Final

from systems.biztech.club import BizTech
from systems.biztech.delivery import Posts
from systems.biztech.feeds import Change, Feed
from systems.biztech.places import Keeper
from systems.biztech.telling import Teller

POLL_S: Final = 0.1


class Consumer:
    """One of a name at a time, on one thread: a second one takes over. `posts`: the way to listeners."""

    def __init__(self, club: BizTech, feed: Feed, posts: Posts) -> None:
        self._club = club
        self._feed = feed
        self._posts = posts

    def catch_up(self) -> int:
        """Takes what the stream has now; how many changes that were. Raises DeliveryError and TakenOverError."""
        return self._consume(follow=False, poll_s=0)

    def run(self, poll_s: float = POLL_S) -> int:
        """As `catch_up`, and waits for more; returns when the stream is turned off. `poll_s`: between looks where
        there was nothing. It may be ended anywhere, by an exception or a signal."""
        return self._consume(follow=True, poll_s=poll_s)

    def _consume(self, follow: bool, poll_s: float) -> int:
        design = self._club.design
        context = self._club.context
        keeper = Keeper.take_over(design, self._feed.name, now=context.now, sleep=context.sleep)
        table = design.db.Table(design.table_name(self._feed.table))
        taken = 0
        with (
            Teller(self._feed, self._posts) as teller,
            table.stream(checkpoint=keeper.checkpoint, follow=follow, poll_s=poll_s) as stream,
        ):
            for record in stream:
                teller.take(Change.of(record))
                keeper.keep(stream.checkpoint)
                taken += 1
        return taken
