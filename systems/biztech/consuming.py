"""Several consumers beside each other, a thread for each feed, until one of them ends."""

from __future__ import annotations

import queue
import threading
from collections.abc import Sequence

from systems.biztech.club import BizTech
from systems.biztech.consumer import Consumer
from systems.biztech.delivery import Posts
from systems.biztech.feeds import Feed


class Consuming:
    """Begins at once. The threads end with the program, wherever they are: a consumer may be killed anywhere."""

    def __init__(self, club: BizTech, feeds: Sequence[Feed], posts: Posts) -> None:
        self._ended: queue.Queue[BaseException | None] = queue.Queue()
        for feed in feeds:
            consumer = Consumer(club, feed, posts)
            threading.Thread(
                target=self._run, args=(consumer,), name=f"consumer-{feed.name}", daemon=True
            ).start()

    def wait(self) -> None:
        """Returns when a consumer's stream was turned off; raises what a consumer ended with."""
        error = self._ended.get()
        if error is not None:
            raise error

    def end(self) -> None:
        """`wait` returns."""
        self._ended.put(None)

    def _run(self, consumer: Consumer) -> None:
        try:
            consumer.run()
        except BaseException as error:
            self._ended.put(error)
        else:
            self._ended.put(None)
