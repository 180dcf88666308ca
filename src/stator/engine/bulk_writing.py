"""What one transaction of a bulk put writes, and what comes of it."""

from __future__ import annotations

from collections.abc import Sequence

from stator.engine import bulk_records, items, records
from stator.engine.bulk_reading import Entry
from stator.engine.bulk_records import ITSELF, BulkPut, ReportType
from stator.engine.capacity import write_units
from stator.engine.catalogue import Table
from stator.engine.items import Written
from stator.errors import ConditionalCheckFailedException, ServiceError
from stator.limits import JOB_STEP_BYTES
from stator.storage.contract import Transaction


class RefusedEntry(Exception):
    """A put was refused when part of it may have been written: its transaction must not be kept."""

    def __init__(self, at: int, error: ServiceError) -> None:
        super().__init__(error.message)
        self.at = at
        self.error = error


class Outcome:
    """What has come of the entries handled so far. A work may run again, and then begins again.

    `failed`: those that could not be put at all. `units`: write request units, of indexes too. `put_bytes`: by index
    name."""

    def __init__(self, record: BulkPut) -> None:
        self._record = record
        self.begin()

    def begin(self) -> None:
        self.written: list[Written] = []
        self.handled = self.failed = self.reports = self.report_bytes = 0
        self.units = 0.0
        self.put_bytes: dict[str, int] = {}
        self._weight = 0

    def put_all(self, tx: Transaction, table: Table, entries: Sequence[Entry]) -> None:
        """Handles entries until they have become enough for one transaction. Raises RefusedEntry."""
        for at, entry in enumerate(entries):
            if self._weight >= JOB_STEP_BYTES:
                return
            self._handle(tx, table, at, entry)
            self.handled += 1

    def _handle(self, tx: Transaction, table: Table, at: int, entry: Entry) -> None:
        if entry.put is None:
            self.failed += 1
            self._report(tx, ReportType.ERROR, entry.error)
            return
        key, item, size = entry.put
        try:
            written = items.put_item(tx, table, key, item, size, entry.condition)
        except ConditionalCheckFailedException as failure:
            self.units += write_units(failure.size)
            if self._record.reports_type(ReportType.CONDITION_CHECK_FAILURE):
                line = bulk_records.refusal_line(entry.key, entry.number, item, failure.extra.get("Item"))
                self._report(tx, ReportType.CONDITION_CHECK_FAILURE, line)
            return
        except ServiceError as error:
            raise RefusedEntry(at, error) from error
        self._count(written)

    def _report(self, tx: Transaction, type: ReportType, line: bytes) -> None:
        if self._record.reports_type(type):
            bulk_records.add_report(tx, self._record.rows, self._record.reports + self.reports, type, line)
            self.reports += 1
            self.report_bytes += 1 + len(line)
            self._weight += len(line)

    def _count(self, written: Written) -> None:
        self.written.append(written)
        self.units += written.table_units() + sum(written.index_units().values())
        assert written.new is not None, "a put leaves an item"
        sizes = {ITSELF: records.size(written.new)}
        for change in written.changes:
            if change.old is not None or change.new is not None:
                sizes[change.index.name] = sum(change.charged())
        for name, size in sizes.items():
            self.put_bytes[name] = self.put_bytes.get(name, 0) + size
            self._weight += size
