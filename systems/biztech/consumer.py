"""The stream consumer: takes the changes of a feed's table, one after the other, and tells those who listen.

    take a change -> write what follows from it -> tell every listener -> keep the place

The place is kept last, so a consumer that is killed anywhere in between takes the change again, and none is left out.
Nothing comes twice of it: what is written has a key made of the change, and a listener that has the message already is
not sent it again, by its mark (`delivery`). A project's changes are in one shard of the stream, in their order, and a
change is told to all before the next is taken: so each listener has the prices of a project in their order.

A listener that is gone loses its row. A gateway that does not answer holds the consumer up, and in the end stops it
with DeliveryError; it goes on where it was when it is started again, within the 24 hours that a stream is kept. After
them it begins with the oldest change that is left, and says so. A stream that was turned on anew, or that is of a table
which was made anew, follows the one before it when that is read to its end.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from typing import Any, Final

from stator.errors import ResourceNotFoundException, TrimmedDataAccessException
from systems.biztech.club import BizTech
from systems.biztech.delivery import Posts
from systems.biztech.feeds import Change, Feed
from systems.biztech.places import Keeper
from systems.biztech.telling import Teller

POLL_S: Final = 0.1

_log = logging.getLogger(__name__)


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
        context = self._club.context
        keeper = Keeper.take_over(self._club.design, self._feed.name, now=context.now, sleep=context.sleep)
        if keeper.stream is None:
            keeper.begin(self._table().latest_stream_arn)
        taken = 0
        with Teller(self._feed, self._posts) as teller:
            while True:
                for record, checkpoint in self._records(keeper, follow, poll_s):
                    teller.take(Change.of(record, keeper.stream or ""))
                    keeper.keep(checkpoint)
                    taken += 1
                latest = self._table().latest_stream_arn
                if latest in (None, keeper.stream):
                    return taken
                keeper.begin(latest)

    def _records(
        self, keeper: Keeper, follow: bool, poll_s: float
    ) -> Iterator[tuple[Mapping[str, Any], str]]:
        """Those of the keeper's stream, from its place on, each with the place after it."""
        while True:
            try:
                with self._table().stream(
                    checkpoint=keeper.checkpoint, follow=follow, poll_s=poll_s
                ) as stream:
                    for record in stream:
                        yield record, stream.checkpoint
                return
            except TrimmedDataAccessException:
                _log.warning("%s: away for more than 24 hours; what is left is taken", self._feed.name)
                keeper.begin(keeper.stream)
            except ResourceNotFoundException:
                if keeper.stream == self._table().latest_stream_arn:
                    raise
                return  # turned off more than 24 hours ago

    def _table(self) -> Any:
        design = self._club.design
        return design.db.Table(design.table_name(self._feed.table))
