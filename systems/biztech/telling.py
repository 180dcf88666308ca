"""One change, and what comes of it: what follows is written, and every listener told. For whoever reads the stream."""

from __future__ import annotations

import json
import logging
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Final

from systems.biztech.delivery import GoneError, Mark, Posts
from systems.biztech.feeds import Change, Feed, Listener, Told

POSTS_AT_ONCE: Final = 8

_log = logging.getLogger(__name__)


class Teller:
    """Used with `with`, by one thread. `posts`: the way to listeners."""

    def __init__(self, feed: Feed, posts: Posts) -> None:
        self._feed = feed
        self._posts = posts
        self._pool = ThreadPoolExecutor(POSTS_AT_ONCE, f"posts-{feed.name}")

    def take(self, change: Change) -> None:
        """Returns when what follows is written, and each listener has the message or is gone; then its row is gone,
        too. A change that is none of ours is passed over with a warning. Raises DeliveryError."""
        try:
            told = self._feed.take(change)
        except ValueError as error:
            _log.warning("%s: change %d is passed over: %s", self._feed.table, change.number, error)
            return
        if told is not None and told.listeners:
            self._tell(told, Mark(f"{change.stream} {told.topic}", change.number))

    def __enter__(self) -> Teller:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown()

    def _tell(self, told: Told, mark: Mark) -> None:
        data = json.dumps(told.message).encode()

        def tell(listener: Listener) -> None:
            try:
                self._posts.post(listener.endpoint, listener.connection_id, data, mark)
            except GoneError:
                self._feed.forget(listener.connection_id)

        for _ in self._pool.map(tell, told.listeners):
            pass
