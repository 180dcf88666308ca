"""An import goes in steps: whoever takes the next one, after whatever crash, every record counts once."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from doors import InProcessDoor
from import_session import asking, counts, items

from stator.engine.database import Database, Options
from stator.storage.contract import Aside, drive
from stator.storage.memory import MemoryStore

RECORDS = 900


@pytest.mark.parametrize("compression", ["NONE", "GZIP"])
def test_a_new_process_at_every_step_imports_every_record_once(
    s3: Path, monkeypatch: pytest.MonkeyPatch, compression: str
):
    # The answer comes before the first step, so that each is taken by a database that knows nothing of the others.
    monkeypatch.setattr("stator.api.imports.IMPORT_FIRST_ITEMS", 0)
    for part in range(2):
        lines = (json.dumps({"Item": {"Id": {"N": str(part * RECORDS + n)}}}) for n in range(RECORDS))
        content = "\n".join(lines).encode()
        (s3 / "source" / str(part)).write_bytes(gzip.compress(content) if compression == "GZIP" else content)
    store = MemoryStore()

    def fresh() -> Database:
        return Database(store, Options(s3_folder=str(s3)))

    begun = InProcessDoor(fresh()).call("ImportTable", asking(InputCompressionType=compression))
    arn = begun["ImportTableDescription"]["ImportArn"]
    steps, progress = 0, [0]
    while fresh().jobs.pending():
        drive(store, fresh().jobs.step())
        steps += 1
        shown = InProcessDoor(fresh()).call("DescribeImport", {"ImportArn": arn})["ImportTableDescription"]
        progress.append(shown["ImportedItemCount"])
    assert steps >= 2 * RECORDS / 256
    assert progress == sorted(progress)
    assert counts(shown) == ("COMPLETED", 2 * RECORDS, 2 * RECORDS, 0)
    assert len(items(InProcessDoor(fresh()))) == 2 * RECORDS


def test_a_step_taken_twice_counts_once(s3: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("stator.api.imports.IMPORT_FIRST_ITEMS", 0)
    (s3 / "source" / "data").write_text("".join(json.dumps({"Item": {"Id": {"N": str(n)}}}) for n in range(600)))
    store = MemoryStore()
    one, other = (Database(store, Options(s3_folder=str(s3))) for _ in range(2))
    arn = InProcessDoor(one).call("ImportTable", asking())["ImportTableDescription"]["ImportArn"]
    while one.jobs.pending():
        late = other.jobs.step()
        work = next(late)
        while isinstance(work, Aside):
            work = late.send(work.run())
        drive(store, one.jobs.step())
        assert work is not None
        with pytest.raises(StopIteration):
            late.send(store.transact(work.run, work.decides, work.shares))
    shown = InProcessDoor(one).call("DescribeImport", {"ImportArn": arn})["ImportTableDescription"]
    assert counts(shown) == ("COMPLETED", 600, 600, 0)
