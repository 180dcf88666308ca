"""A dump: a table's pages, by parallel segments, to one file, so that it can be gone on with wherever it ended.

    page read -> its items written -> at a checkpoint: the file on the disk, then where each segment stands

What is behind the last checkpoint is cut off and read again: no item is twice in the file and none is missing that
was there all the time. Writes meanwhile may be in it or not, as in every scan.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from stator.cli.transfer import place
from stator.cli.transfer.faults import UnholdableItem
from stator.cli.transfer.formats import Format
from stator.cli.transfer.output import Output
from stator.client.transport import Transport
from stator.engine.verification_findings import Progress, Watch
from stator.values import Item

CHECKPOINT_S = 1.0
VERSION: Final = 1


class Segment(msgspec.Struct):
    """`after`: the key of the last item that was read; None at its start. `done`: nothing is behind it."""

    after: Item | None = None
    done: bool = False


class DumpPlace(msgspec.Struct):
    """`what`: the command's words that must be the same to go on. `whole`: all is written, but for the file's name."""

    what: dict[str, Any]
    segments: list[Segment]
    items: int = 0
    bytes: int = 0
    offset: int = 0
    whole: bool = False
    version: int = VERSION


@dataclass(slots=True)
class Scanning:
    """What is read. `page_items`: None for pages as large as they come."""

    transport: Transport
    table: str
    consistent: bool = True
    page_items: int | None = None

    def page(self, segment: int, segments: int, after: Item | None) -> dict[str, Any]:
        request: dict[str, Any] = {"TableName": self.table, "ConsistentRead": self.consistent}
        if segments > 1:
            request |= {"Segment": segment, "TotalSegments": segments}
        if self.page_items is not None:
            request["Limit"] = self.page_items
        if after is not None:
            request["ExclusiveStartKey"] = after
        return self.transport.call("Scan", request)


class Dump:
    """`state`: where its place is kept; None where nothing is to be gone on with."""

    def __init__(
        self,
        scanning: Scanning,
        format: Format,
        output: Output,
        at: DumpPlace,
        state: str | None,
    ) -> None:
        self.at = at
        self._scanning = scanning
        self._format = format
        self._output = output
        self._state = state

    def run(self, watch: Watch, total: int | None) -> None:
        """Raises StatorError and ServiceError; what was written up to the last checkpoint is kept."""
        at = self.at
        if not at.offset and self._format.header:
            self._output.write(self._format.header)
        due = time.monotonic() + CHECKPOINT_S
        for number, answer in self._pages():
            self._write(answer["Items"])
            key = answer.get("LastEvaluatedKey")
            at.segments[number] = Segment(key, done=key is None)
            watch(Progress("dumping", at.items, total, "items"))
            if self._state is not None and time.monotonic() >= due:
                self._checkpoint()
                due = time.monotonic() + CHECKPOINT_S
        at.whole = True
        self._checkpoint()
        self._output.finish()

    def _write(self, items: list[Item]) -> None:
        text = self._format.text
        lines = []
        for item in items:
            try:
                lines.append(text(item))
            except UnholdableItem as error:
                raise UnholdableItem(
                    f"the item {msgspec.json.encode(item).decode()[:100]}: {error}"
                ) from error
        if lines:
            written = b"\n".join(lines) + b"\n"
            self._output.write(written)
            self.at.items += len(items)
            self.at.bytes += len(written)

    def _checkpoint(self) -> None:
        self.at.offset = self._output.checkpoint()
        if self._state is not None:
            place.write(self._state, self.at)

    def _pages(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """Pages as they come, each with its segment's number. A segment's next page is read while one is written."""
        segments = self.at.segments
        pool = ThreadPoolExecutor(len(segments), thread_name_prefix="stator-dump")

        def begin(number: int, after: Item | None) -> None:
            reading[pool.submit(self._scanning.page, number, len(segments), after)] = number

        reading: dict[Future[dict[str, Any]], int] = {}
        try:
            for number, segment in enumerate(segments):
                if not segment.done:
                    begin(number, segment.after)
            while reading:
                read, _ = wait(reading, return_when=FIRST_COMPLETED)
                for future in read:
                    number = reading.pop(future)
                    answer = future.result()
                    if "LastEvaluatedKey" in answer:
                        begin(number, answer["LastEvaluatedKey"])
                    yield number, answer
        finally:
            pool.shutdown(cancel_futures=True)
