"""Each way in which rows can disagree, made by writing them through the store: found, and named by its place."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from every_feature import T0, in_memory

from stator.engine import log_shards, records
from stator.engine.catalogue import Index, Table, encode
from stator.engine.indexes import index_row
from stator.engine.verification import Area, Finding, verify
from stator.keys import space
from stator.storage.contract import Row, Transaction
from stator.values import item_size


class Seeded:
    """The database, and how its rows are found."""

    def __init__(self) -> None:
        self.full = in_memory()
        self.table: Table = self.full.db.catalogue.table("000000000000", "us-east-1", "all")

    def rows(self, prefix: bytes) -> list[Row]:
        with self.full.db.store.snapshot() as snapshot:
            return snapshot.range(prefix, space.successor(prefix), 10_000)[0]

    def write(self, run: Callable[[Transaction], object]) -> None:
        self.full.db.store.transact(lambda tx: (run(tx), None)[1])

    def put(self, key: bytes, value: bytes) -> None:
        self.write(lambda tx: tx.put(key, value))

    def delete(self, key: bytes) -> None:
        self.write(lambda tx: tx.delete(key))

    def item(self, pk: str, sk: str) -> Row:
        for key, record in self.rows(self.table.item_prefix):
            item = records.decode(record)
            if item["pk"]["S"] == pk and item["sk"]["N"] == sk:
                return key, record
        raise AssertionError("the item is there")

    def index(self, name: str) -> Index:
        return self.table.by_index_name[name]

    def index_row(self, name: str, pk: str, sk: str) -> Row:
        key, record = self.item(pk, sk)
        row = index_row(self.table, self.index(name), records.decode(record), key, record)
        assert row is not None
        return row

    def found(self) -> list[Finding]:
        return list(verify(self.full.db.store, now=self.full.clock.now))


FAULTS: dict[str, tuple[Callable[[Seeded], None], Area, str]] = {}
"""By name: what makes it, the area of its finding, and a part of that finding's text."""

Fault = Callable[[Seeded], None]


def fault(area: Area, text: str) -> Callable[[Fault], Fault]:
    def note(make: Fault) -> Fault:
        FAULTS[make.__name__] = make, area, text
        return make

    return note


@fault(Area.ITEM, "row ")
def an_item_with_a_flipped_bit(seeded: Seeded) -> None:
    key, record = seeded.item("p0", "3")
    seeded.put(key, record[:-3] + bytes((record[-3] ^ 1,)) + record[-2:])


@fault(Area.ITEM, 'key {"pk":{"S":"p0"},"sk":{"N":"3"}}: the item lies under another key')
def an_item_under_another_key(seeded: Seeded) -> None:
    seeded.put(seeded.item("p0", "6")[0], seeded.item("p0", "3")[1])


@fault(Area.ITEM, "says it has 9999 bytes")
def an_item_of_a_wrong_size(seeded: Seeded) -> None:
    key, record = seeded.item("p0", "3")
    seeded.put(key, records.encode(records.decode(record), 9999))


@fault(Area.INDEX, 'index by-g, key {"pk":{"S":"p1"},"sk":{"N":"4"}}: the item\'s row is missing')
def an_index_row_that_is_missing(seeded: Seeded) -> None:
    seeded.delete(seeded.index_row("by-g", "p1", "4")[0])


@fault(Area.INDEX, 'index by-l, key {"pk":{"S":"p1"},"sk":{"N":"4"}}: the item\'s row is missing')
def a_row_of_a_local_index_that_is_missing(seeded: Seeded) -> None:
    seeded.delete(seeded.index_row("by-l", "p1", "4")[0])


@fault(Area.INDEX, 'index by-g-keys, key {"pk":{"S":"p1"},"sk":{"N":"4"}}: there is a row, and no item')
def an_index_row_without_an_item(seeded: Seeded) -> None:
    seeded.delete(seeded.item("p1", "4")[0])


@fault(Area.INDEX, "the row is stale: v differ")
def an_index_row_that_is_stale(seeded: Seeded) -> None:
    key, record = seeded.index_row("by-g", "p1", "4")
    item = {**records.decode(record), "v": {"N": "5"}}
    seeded.put(key, records.encode(item, item_size(item)))


@fault(Area.INDEX, "the row holds ttl, which it does not project")
def an_index_row_that_projects_too_much(seeded: Seeded) -> None:
    key, record = seeded.index_row("by-l", "p1", "4")
    item = {**records.decode(record), "ttl": {"N": "5"}}
    seeded.put(key, records.encode(item, item_size(item)))


@fault(Area.INDEX, "the row lacks v")
def an_index_row_that_projects_too_little(seeded: Seeded) -> None:
    key, record = seeded.index_row("by-l", "p1", "4")
    item = records.decode(record)
    del item["v"]
    seeded.put(key, records.encode(item, item_size(item)))


@fault(Area.INDEX, "not where the item's index key is now")
def an_index_row_of_a_former_key(seeded: Seeded) -> None:
    key, record = seeded.item("p1", "4")
    former = {**records.decode(record), "g": {"S": "former"}}
    row = index_row(seeded.table, seeded.index("by-g"), former, key, records.encode(former, 1))
    assert row is not None
    seeded.put(row[0], records.encode(former, item_size(former)))


@fault(Area.INDEX, "the item has none there")
def an_index_row_of_an_item_without_the_key(seeded: Seeded) -> None:
    key, record = seeded.item("p0", "101")
    item = {**records.decode(record), "g": {"S": "g"}}
    row = index_row(seeded.table, seeded.index("by-g-keys"), item, key, record)
    assert row is not None
    seeded.put(*row)


@fault(Area.INDEX, "checksum")
def an_index_row_with_a_flipped_bit(seeded: Seeded) -> None:
    key, record = seeded.index_row("by-g", "p1", "4")
    seeded.put(key, record[:-1] + b"|")


@fault(Area.COLLECTION, "and its items and their rows in local indexes have")
def an_item_collection_of_a_wrong_size(seeded: Seeded) -> None:
    key, _ = seeded.rows(space.collection_key(seeded.table.id, b""))[0]
    seeded.write(lambda tx: tx.add(key, 1))


@fault(Area.COLLECTION, "it says 5 bytes")
def a_size_of_no_item_collection(seeded: Seeded) -> None:
    seeded.write(lambda tx: tx.add(space.collection_key(seeded.table.id, b"n" * 16), 5))


@fault(Area.COUNTER, "items, and there are")
def a_wrong_number_of_items(seeded: Seeded) -> None:
    seeded.write(lambda tx: tx.add(seeded.table.items_counter, -1))


@fault(Area.COUNTER, "index by-g, counter")
def a_wrong_size_of_an_index(seeded: Seeded) -> None:
    seeded.write(lambda tx: tx.add(seeded.index("by-g").bytes_counter, 1))


@fault(Area.EXPIRY, 'key {"pk":{"S":"p1"},"sk":{"N":"4"}}: the item\'s entry, at 1700100004, is missing')
def an_expiry_entry_that_is_missing(seeded: Seeded) -> None:
    queue = seeded.table.expiry
    assert queue is not None
    seeded.delete(queue.entry(seeded.item("p1", "4")[0], int(T0) + 100_004))


@fault(Area.EXPIRY, "the entry is at 7, the item expires at")
def an_expiry_entry_at_another_time(seeded: Seeded) -> None:
    queue = seeded.table.expiry
    assert queue is not None
    seeded.put(queue.entry(seeded.item("p1", "4")[0], 7), b"")


@fault(Area.EXPIRY, "there is an entry, and no item")
def an_expiry_entry_of_no_item(seeded: Seeded) -> None:
    queue = seeded.table.expiry
    assert queue is not None
    seeded.put(queue.entry(seeded.table.item_prefix + b"n" * 16, 7), b"")


@fault(Area.EXPIRY, "the row that says that items expire is missing")
def a_queue_that_is_not_noted(seeded: Seeded) -> None:
    seeded.delete(space.expiring_key(seeded.table.id))


def _log(seeded: Seeded) -> list[Row]:
    return seeded.rows(space.log_interval(seeded.table.id)[0])


@fault(Area.LOG, "fails its checksum")
def a_log_entry_with_a_flipped_bit(seeded: Seeded) -> None:
    key, value = _log(seeded)[0]
    seeded.put(key, value[:3] + b"\xff" + value[4:])


@fault(Area.LOG, "an image: a stored item fails its checksum")
def an_image_with_a_flipped_bit(seeded: Seeded) -> None:
    key, value = next((key, value) for key, value in _log(seeded) if b"AAE=" in value)
    seeded.put(key, value[:-2] + b"|}")


@fault(Area.LOG, 'key {"pk":{"S":"p2"},"sk":{"N":"2"}}: the item\'s last entry says')
def a_log_whose_last_entry_is_lost(seeded: Seeded) -> None:
    last = [key for key, value in _log(seeded) if b'{"S":"p2"},"sk":{"N":"2"}' in value][-1]
    seeded.delete(last)


@fault(Area.LOG, "the one before it does not")
def a_log_entry_that_is_lost(seeded: Seeded) -> None:
    seeded.full.put({"pk": {"S": "p2"}, "sk": {"N": "2"}})
    entries = [key for key, value in _log(seeded) if b'{"S":"p2"},"sk":{"N":"2"}' in value]
    seeded.delete(entries[-2])


@fault(Area.LOG, "the item is not as its last entry left it")
def an_item_changed_beside_the_log(seeded: Seeded) -> None:
    key, record = seeded.item("p0", "101")
    item = {**records.decode(record), "large": {"S": "less"}}
    seeded.put(key, records.encode(item, item_size(item)))


@fault(Area.LOG, "there is an entry, and no shard that has it")
def a_log_entry_of_no_shard(seeded: Seeded) -> None:
    _, value = _log(seeded)[0]
    seeded.put(space.log_key(seeded.table.id, 99, 1), value)


@fault(Area.LOG, "there is a new image, and no entry of it")
def a_new_image_of_no_entry(seeded: Seeded) -> None:
    shard = seeded.table.description.log
    seeded.put(space.new_image_key(seeded.table.id, shard.slots[0], 1000), seeded.item("p0", "3")[1])


@fault(Area.LOG, "the entry's new image is missing")
def a_new_image_that_is_missing(seeded: Seeded) -> None:
    prefix = space.new_image_key(seeded.table.id, 0, 0)[:5]
    seeded.delete(seeded.rows(prefix)[0][0])


@fault(Area.LOG, "and the table's description has it otherwise")
def a_shard_that_is_closed_behind_the_table(seeded: Seeded) -> None:
    def close(tx: Transaction) -> None:
        log_shards.close(tx, seeded.table.id, seeded.table.description.log, T0)

    seeded.write(close)


@fault(Area.LOG, "two shards have the same entries")
def shards_that_overlap(seeded: Seeded) -> None:
    def repeat(tx: Transaction) -> None:
        from msgspec.structs import replace

        id, numbers = seeded.table.id, seeded.table.description.log.shards
        shard = log_shards.read(tx, id, numbers[0])
        assert shard is not None
        log_shards.write(tx, id, replace(shard, number=shard.number + 50))

    seeded.write(repeat)


@fault(Area.LOG, "the row that says there is a log is missing")
def a_log_that_is_not_noted(seeded: Seeded) -> None:
    seeded.delete(space.logged_key(seeded.table.id))


@fault(Area.STREAM, "is on, and its row is missing")
def a_stream_without_its_row(seeded: Seeded) -> None:
    seeded.delete(seeded.rows(space.STREAM_PREFIX)[0][0])


@fault(Area.CATALOGUE, "fails its checksum")
def a_description_with_a_flipped_bit(seeded: Seeded) -> None:
    seeded.put(seeded.table.catalogue_key, seeded.table.stored.replace(b"blue", b"glue"))


@fault(Area.CATALOGUE, "the row describes table all")
def a_description_under_another_name(seeded: Seeded) -> None:
    seeded.put(space.catalogue_key("000000000000", "us-east-1", "plain"), seeded.table.stored)


@fault(Area.CATALOGUE, "index by-g is being filled, and no job does it")
def an_index_that_nobody_fills(seeded: Seeded) -> None:
    from msgspec.structs import replace

    table = seeded.table.description
    indexes = tuple(
        replace(index, backfilling=True) if index.name == "by-g" else index for index in table.indexes
    )
    seeded.put(seeded.table.catalogue_key, encode(replace(table, indexes=indexes)))


@fault(Area.BACKUP, "items, and there are")
def a_backup_that_lacks_an_item(seeded: Seeded) -> None:
    seeded.delete(_backup_rows(seeded)[0][0])


@fault(Area.BACKUP, "fails its checksum")
def a_backup_with_a_flipped_bit(seeded: Seeded) -> None:
    key, record = _backup_rows(seeded)[0]
    seeded.put(key, record[:-1] + b"|")


@fault(Area.BACKUP, "there is a row that ends a backup, and no backup")
def an_end_of_no_backup(seeded: Seeded) -> None:
    seeded.put(space.backup_end_key(5, 77), b"none")


@fault(Area.BACKUP, "says that 0 restores go on, and there are 1")
def a_restore_that_a_backup_does_not_know_of(seeded: Seeded) -> None:
    from msgspec.structs import replace

    from stator.engine import backup_records

    arn = seeded.full.call("ListBackups", BackupType="USER")["BackupSummaries"][0]["BackupArn"]
    call = seeded.full.db.store.get
    key, _ = next(row for row in seeded.rows(space.BACKUP_PREFIX) if arn.endswith(row[0][-23:].decode()))
    stored = call(key)
    assert stored is not None
    from stator.engine.job_records import Copy, Job, JobKind, add

    backup = backup_records.decode(stored)
    place = "000000000000", "us-east-1"
    copy = Copy(backup.rows, 0, into=(*place, "plain"), backup=backup.id)
    seeded.write(lambda tx: add(tx, Job(JobKind.RESTORE_BACKUP, backup.rows, *place, "all", copy=copy)))
    seeded.write(lambda tx: backup_records.write(tx, replace(backup, restores=0)))


@fault(Area.TOKEN, "checksum")
def a_token_with_a_flipped_bit(seeded: Seeded) -> None:
    key, value = seeded.rows(space.TOKEN_PREFIX)[0]
    seeded.put(key, value.replace(b"1700", b"1600", 1))


@fault(Area.JOB, "was not given out")
def a_job_that_was_not_given_out(seeded: Seeded) -> None:
    from stator.engine.job_records import Job, JobKind, add

    def run(tx: Transaction) -> None:
        add(tx, Job(JobKind.PURGE_TABLE, 1000, "a", "r", "all"))
        tx.add(space.NEXT_JOB_ID_KEY, -1)

    seeded.write(run)


@fault(Area.STRAY, "which is nobody's")
def rows_of_no_table(seeded: Seeded) -> None:
    seeded.put(space.item_prefix(4000) + b"n" * 16, b"")


@fault(Area.STRAY, "of a kind or an index that the table has not")
def rows_of_no_index(seeded: Seeded) -> None:
    seeded.put(space.index_prefix(seeded.table.id, 400, False) + b"n" * 32, b"")


@fault(Area.STRAY, "of a kind that there is not")
def rows_of_no_kind(seeded: Seeded) -> None:
    seeded.put(b"\0\0\0\0\xee", b"")


@fault(Area.CATALOGUE, "was not given out")
def a_counter_of_ids_set_back(seeded: Seeded) -> None:
    seeded.write(lambda tx: tx.add(space.NEXT_TABLE_ID_KEY, -10))


def _backup_rows(seeded: Seeded) -> list[Row]:
    from stator.engine import backup_records

    backups = [backup_records.decode(value) for _, value in seeded.rows(space.BACKUP_PREFIX)]
    rows = next(backup.rows for backup in backups if backup.name == "kept")
    return seeded.rows(space.item_prefix(rows))


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_found_and_named(name: str) -> None:
    make, area, text = FAULTS[name]
    seeded = Seeded()
    make(seeded)
    found = seeded.found()
    assert [each for each in found if each.area is area and text in str(each)], [str(each) for each in found]
    if area is not Area.CATALOGUE:
        assert all(each.table in ("all", "") for each in found)
