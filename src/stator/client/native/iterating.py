"""Iterators over what comes in pages, for plain threads."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any

from stator.client.native.arguments import Dialect
from stator.client.native.calls import Calls, Driver, Pause
from stator.client.native.paging import Pages
from stator.client.native.parameters import Item
from stator.client.native.streams import Reading
from stator.errors import StatorError
from stator.limits import SCAN_SEGMENTS_AT_ONCE_MAX


def items_of(driver: Driver, pages: Pages) -> Iterator[Item]:
    """The items of all pages."""
    while (page := driver.run(pages.next())) is not None:
        yield from page["Items"]


def segment_pages(dialect: Dialect, arguments: dict[str, Any], segments: int) -> list[Pages]:
    """The pages of each segment. Raises StatorError for too many at once."""
    if not 1 <= segments <= SCAN_SEGMENTS_AT_ONCE_MAX:
        raise StatorError(f"segments is {segments}; allowed: 1 to {SCAN_SEGMENTS_AT_ONCE_MAX}")
    if segments == 1:
        return [Pages(dialect, "Scan", arguments)]
    if "Segment" in arguments or "TotalSegments" in arguments:
        raise TypeError("segments stands in the place of Segment and TotalSegments")
    return [
        Pages(dialect, "Scan", {**arguments, "Segment": segment, "TotalSegments": segments})
        for segment in range(segments)
    ]


def scanned_items(
    driver: Driver, dialect: Dialect, arguments: dict[str, Any], segments: int
) -> Iterator[Item]:
    """The items of a scan in so many segments."""
    parts = segment_pages(dialect, arguments, segments)
    return items_of(driver, parts[0]) if segments == 1 else _side_by_side(driver, parts)


def _side_by_side(driver: Driver, parts: list[Pages]) -> Iterator[Item]:
    """A page of each part is on its way at a time: no more is held than one page a part."""
    with ThreadPoolExecutor(len(parts), "stator-scan") as pool:
        waiting: dict[Future[dict[str, Any] | None], Pages] = {
            pool.submit(driver.run, part.next()): part for part in parts
        }
        try:
            while waiting:
                done, _ = wait(waiting, return_when=FIRST_COMPLETED)
                for future in done:
                    part = waiting.pop(future)
                    page = future.result()
                    if page is not None:
                        waiting[pool.submit(driver.run, part.next())] = part
                        yield from page["Items"]
        finally:
            for future in waiting:
                future.cancel()


class Stream:
    """Records of a table's stream, as boto3 gives them, with plain values in Keys, NewImage and OldImage.

    `checkpoint` is the place after the last record that was given out: keep it when the record is dealt with, and a
    later `table.stream(checkpoint=...)` goes on there. One thread uses it at a time."""

    def __init__(self, driver: Driver, reading: Reading, follow: bool, poll_s: float) -> None:
        self._driver = driver
        self._reading = reading
        self._records = self._iterate(follow, poll_s)

    @property
    def checkpoint(self) -> str:
        """A text to keep, of a few hundred characters."""
        place = self._reading.checkpoint
        assert place is not None
        return place

    def close(self) -> None:
        """Ends the iteration."""
        self._records.close()

    def __iter__(self) -> Stream:
        return self

    def __next__(self) -> dict[str, Any]:
        return next(self._records)

    def __enter__(self) -> Stream:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _iterate(self, follow: bool, poll_s: float) -> Any:
        while (batch := self._driver.run(next_batch(self._reading, follow, poll_s))) is not None:
            shard, records = batch
            for record in records:
                self._reading.taken(shard, record)
                yield record


def next_batch(
    reading: Reading, follow: bool, poll_s: float
) -> Calls[tuple[str, list[dict[str, Any]]] | None]:
    """The next records; None at the end. With `follow` it waits for them."""
    while True:
        batch = yield from reading.next()
        if batch is None or batch[1]:
            return batch
        if not follow:
            return None
        yield Pause(poll_s)
