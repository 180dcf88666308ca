"""Opening a file: what is made, recognised, upgraded or refused, and what is left untouched."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import apsw
import pytest

from stator.clock import seeded_random
from stator.errors import (
    CorruptionError,
    SettingError,
    StatorError,
    StoreReadOnlyError,
    UnsupportedFileError,
)
from stator.storage import open_store
from stator.storage.contract import Store
from stator.storage.sqlite import formats, mounts
from stator.storage.sqlite.store import SqliteStore
from stator.storage.sqlite.tables import LARGE_ROW_BYTES

OpenStore = Callable[..., Store]


def test_memory_is_opened_by_its_name() -> None:
    store = open_store(":memory:")
    store.transact(lambda own: own.put(b"a", b"1"))
    assert store.get(b"a") == b"1"
    assert open_store(":memory:").get(b"a") is None


def test_a_file_keeps_its_rows_and_its_salt(open_sqlite: OpenStore) -> None:
    first = open_sqlite()
    first.transact(lambda own: [own.put(b"a", b"1"), own.put(b"b", b"2" * 5000), own.append(b"log", b"x")])
    first.close()
    second = open_sqlite("relaxed")
    assert second.salt == first.salt
    assert second.get(b"a") == b"1"
    assert second.get(b"b") == b"2" * 5000
    assert second.transact(lambda own: own.append(b"log", b"y")) == 2


def test_two_files_have_two_salts(tmp_path: Path) -> None:
    stores = [open_store(str(tmp_path / name)) for name in "ab"]
    assert stores[0].salt != stores[1].salt
    for store in stores:
        store.close()


def test_a_closed_file_is_one_file_of_8_kb_pages(open_sqlite: OpenStore, sqlite_path: str) -> None:
    store = open_sqlite()
    store.transact(lambda own: own.put(b"a", b"1"))
    store.close()
    assert os.listdir(os.path.dirname(sqlite_path)) == ["data.db"]
    header = Path(sqlite_path).read_bytes()[:100]
    assert header[16:18] == (8192).to_bytes(2, "big")
    assert header[68:72] == b"STAT"
    assert header[60:64] == (1).to_bytes(4, "big")


def test_an_empty_file_is_made_into_a_store(open_sqlite: OpenStore, sqlite_path: str) -> None:
    Path(sqlite_path).touch()
    assert open_sqlite().get(b"a") is None


@pytest.mark.parametrize(("length", "is_large"), [(-1, False), (0, True), (1, True)])
def test_a_row_goes_to_the_large_table_from_1900_bytes_of_key_and_value(
    open_sqlite: OpenStore, sqlite_path: str, length: int, is_large: bool
) -> None:
    store = open_sqlite()
    store.transact(lambda own: own.put(b"four", bytes(LARGE_ROW_BYTES - 4 + length)))
    look = apsw.Connection(sqlite_path)
    assert (look.execute("SELECT typeof(value) FROM rows").get == "integer") == is_large
    assert look.execute("SELECT count(*) FROM large").get == int(is_large)
    look.close()


def test_no_large_row_is_left_behind_and_its_space_is_used_again(open_sqlite: OpenStore, sqlite_path: str) -> None:
    store = open_sqlite()
    look = apsw.Connection(sqlite_path)
    sizes: list[int] = []
    for number in range(6):
        store.transact(lambda own, n=number: [own.put(b"k%d" % k, bytes([n]) * 100_000) for k in range(10)])
        assert look.execute("SELECT count(*) FROM large").get == 10
        store.transact(lambda own: [own.delete(b"k0"), own.delete_range(b"k1", b"k5"), own.put(b"k5", b"short")])
        assert look.execute("SELECT count(*) FROM large").get == 4
        sizes.append(look.pragma("page_count"))
    assert len(set(sizes[1:])) == 1
    look.close()


@pytest.mark.parametrize("size", [200, 1000, 2100, 3000, 4096, 5000, 8192, 400_000])
def test_a_file_takes_at_most_half_as_much_again_as_its_values(
    open_sqlite: OpenStore, sqlite_path: str, size: int
) -> None:
    """Loaded in random order, some at a time, as clients do."""
    store, draw = open_sqlite("relaxed"), seeded_random(size)
    total = max(2_000_000, 3 * size)
    for _ in range(0, total, 20_000 if size < 20_000 else size):
        rows = [(draw.randbytes(16), draw.randbytes(size)) for _ in range(max(20_000 // size, 1))]
        store.transact(lambda own, rows=rows: [own.put(*row) for row in rows])
    with store.snapshot() as snapshot:
        kept = sum(len(key) + len(value) for key, value in snapshot.range(b"", b"\xff" * 20, 100_000)[0])
    store.close()
    assert os.path.getsize(sqlite_path) < 1.5 * kept + 10 * 8192


def snapshot_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def another_database(path: str) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE t (a)")
    connection.close()


def another_database_in_wal(path: str) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA journal_mode = wal")
        connection.execute("CREATE TABLE t (a)")
    connection.close()


def a_newer_format(path: str) -> None:
    open_store(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA journal_mode = delete")
        connection.execute("PRAGMA user_version = 2")
    connection.close()


def a_store_cut_short(path: str) -> None:
    store = open_store(path)
    store.transact(lambda own: own.put(b"a", b"1" * 50_000))
    store.close()
    os.truncate(path, 3 * 8192)


FOREIGN: list[tuple[Callable[[str], object], str]] = [
    (lambda path: Path(path).write_text("hello"), "does not begin as one"),
    (lambda path: Path(path).write_bytes(bytes(100_000)), "does not begin as one"),
    (lambda path: Path(path).write_bytes(b"SQLite format 3\0"), "does not begin as one"),
    (another_database, "another program's SQLite database"),
    (another_database_in_wal, "another program's SQLite database"),
    (a_newer_format, "has format 2; this version of Stator reads up to 1"),
    (a_store_cut_short, "cut short"),
]


@pytest.mark.parametrize(("make", "message"), FOREIGN)
def test_a_file_that_is_not_ours_is_refused_and_left_as_it_was(
    sqlite_path: str, tmp_path: Path, make: Callable[[str], object], message: str
) -> None:
    make(sqlite_path)
    before = snapshot_of(tmp_path)
    with pytest.raises(UnsupportedFileError, match=message) as caught:
        open_store(sqlite_path)
    assert sqlite_path in str(caught.value)
    assert "left untouched" in str(caught.value)
    assert snapshot_of(tmp_path) == before


def test_a_file_without_its_salt_is_corrupt(open_sqlite: OpenStore, sqlite_path: str) -> None:
    open_sqlite().close()
    with sqlite3.connect(sqlite_path) as connection:
        connection.execute("DELETE FROM meta WHERE name = 'salt'")
    connection.close()
    with pytest.raises(CorruptionError, match="salt"):
        open_sqlite()


def test_a_damaged_page_is_reported_as_corruption_with_the_file(open_sqlite: OpenStore, sqlite_path: str) -> None:
    store = open_sqlite()
    store.transact(lambda own: [own.put(b"%05d" % n, bytes(1000)) for n in range(200)])
    store.close()
    size = os.path.getsize(sqlite_path)
    with open(sqlite_path, "r+b") as file:
        file.seek(8192 * 8)
        file.write(b"\x55" * (size - 8192 * 8))
    with pytest.raises(CorruptionError, match=r"data\.db"), open_sqlite().snapshot() as snapshot:
        snapshot.range(b"", b"\xff", 1000)


def test_a_missing_folder_and_a_folder_as_file_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="does not exist"):
        open_store(str(tmp_path / "none" / "data.db"))
    with pytest.raises(SettingError, match="is a folder"):
        open_store(str(tmp_path))


def test_an_unknown_durability_names_what_is_allowed(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="'none'; it must be full or relaxed"):
        open_store(str(tmp_path / "data.db"), "none")
    assert os.listdir(tmp_path) == []


def test_a_folder_that_cannot_be_written_is_said_so() -> None:
    if not os.path.isdir("/proc/self"):
        pytest.skip("needs /proc, a folder that nobody can write")
    with pytest.raises(StoreReadOnlyError, match="folder"):
        open_store("/proc/self/data.db")


class ReadOnlyVFS(apsw.VFS):
    """A file system on which every database file can only be read."""

    def __init__(self) -> None:
        super().__init__("read-only", "")

    def xOpen(self, name: object, flags: list[int]) -> apsw.VFSFile:  # noqa: N802
        if flags[0] & apsw.SQLITE_OPEN_MAIN_DB:
            flags[0] = (flags[0] & ~apsw.SQLITE_OPEN_READWRITE & ~apsw.SQLITE_OPEN_CREATE) | apsw.SQLITE_OPEN_READONLY
            flags[1] = flags[0]
        return apsw.VFSFile("", name, flags)  # type: ignore[arg-type]


def test_a_file_that_can_only_be_read_is_refused_for_writing(open_sqlite: OpenStore, sqlite_path: str) -> None:
    open_sqlite().close()
    before = Path(sqlite_path).read_bytes()
    vfs = ReadOnlyVFS()
    with pytest.raises(StoreReadOnlyError, match="check its owner and permissions"):
        open_sqlite(vfs="read-only")
    vfs.unregister()
    assert Path(sqlite_path).read_bytes() == before


MOUNTS = """
/dev/sda1 / ext4 rw 0 0
server:/home /home nfs4 rw 0 0
/dev/sdb1 /home/local\\040disk xfs rw 0 0
//nas/share /mnt/nas cifs rw 0 0
me@host: /mnt/ssh fuse.sshfs rw 0 0
tmpfs /mnt/nas/tmp tmpfs rw 0 0
"""
PLACES = [
    ("/", None),
    ("/data", None),
    ("/home", "nfs4"),
    ("/home/me/db", "nfs4"),
    ("/homely", None),
    ("/home/local disk/db", None),
    ("/mnt/nas/db", "cifs"),
    ("/mnt/nas/tmp", None),
    ("/mnt/ssh", "fuse.sshfs"),
    ("\\\\server\\share", "network share"),
]


@pytest.mark.parametrize(("folder", "kind"), PLACES)
def test_a_network_file_system_is_known_by_its_mount(folder: str, kind: str | None) -> None:
    assert mounts.network_file_system(folder, MOUNTS) == kind


def test_a_network_file_system_is_refused(sqlite_path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mounts, "_mounts", lambda: f"server:/x {os.path.realpath(tmp_path)} nfs4 rw 0 0\n")
    with pytest.raises(SettingError, match=r"network file system \(nfs4\).*local disk"):
        open_store(sqlite_path)
    assert os.listdir(tmp_path) == []


# Upgrades, with a format 0 that only this test knows


def an_older_file(path: str) -> bytes:
    store = open_store(path)
    store.transact(lambda own: [own.put(b"%d" % number, b"old") for number in range(5)])
    store.close()
    connection = apsw.Connection(path)
    connection.pragma("user_version", 0)
    connection.close()
    return Path(path).read_bytes()


def one_row_a_step(connection: apsw.Connection) -> bool:
    connection.execute(
        "UPDATE rows SET value = CAST('new' AS BLOB)"
        " WHERE key = (SELECT min(key) FROM rows WHERE value = CAST('old' AS BLOB))"
    )
    return connection.execute("SELECT 1 FROM rows WHERE value = CAST('old' AS BLOB)").get is not None


def test_an_older_format_is_upgraded_after_a_copy_beside_it(
    open_sqlite: OpenStore, sqlite_path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    an_older_file(sqlite_path)
    monkeypatch.setitem(formats.UPGRADES, 0, one_row_a_step)
    store = open_sqlite()
    assert [store.get(b"%d" % number) for number in range(5)] == [b"new"] * 5
    store.close()
    assert sorted(os.listdir(os.path.dirname(sqlite_path))) == ["data.db", "data.db.format0"]
    copy = apsw.Connection(sqlite_path + ".format0")
    assert copy.execute("SELECT count(*) FROM rows WHERE value = CAST('old' AS BLOB)").get == 5
    assert copy.pragma("user_version") == 0
    copy.close()


@pytest.mark.parametrize("steps", range(5))
def test_an_upgrade_that_was_cut_short_goes_on_where_it_was(
    open_sqlite: OpenStore, sqlite_path: str, monkeypatch: pytest.MonkeyPatch, steps: int
) -> None:
    an_older_file(sqlite_path)
    left = iter(range(steps))

    def fails_later(connection: apsw.Connection) -> bool:
        more = one_row_a_step(connection)
        if next(left, None) is None:
            raise apsw.IOError("the power went")
        return more

    monkeypatch.setitem(formats.UPGRADES, 0, fails_later)
    with pytest.raises(StatorError, match="upgrading"):
        open_sqlite()
    monkeypatch.setitem(formats.UPGRADES, 0, one_row_a_step)
    store = open_sqlite()
    assert [store.get(b"%d" % number) for number in range(5)] == [b"new"] * 5
    copies = [name for name in os.listdir(os.path.dirname(sqlite_path)) if "format" in name]
    assert copies == ["data.db.format0"]


def test_an_older_copy_of_that_name_is_not_replaced(
    open_sqlite: OpenStore, sqlite_path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    an_older_file(sqlite_path)
    Path(sqlite_path + ".format0").write_text("precious")
    monkeypatch.setitem(formats.UPGRADES, 0, one_row_a_step)
    open_sqlite()
    assert Path(sqlite_path + ".format0").read_text() == "precious"
    assert os.path.getsize(sqlite_path + ".format0-2") > 0


def test_an_upgrade_beside_another_user_of_the_file_is_refused(
    open_sqlite: OpenStore, sqlite_path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    an_older_file(sqlite_path)
    other = apsw.Connection(sqlite_path)
    other.execute("BEGIN; SELECT * FROM rows").get  # noqa: B018
    monkeypatch.setitem(formats.UPGRADES, 0, one_row_a_step)
    with pytest.raises(SettingError, match="open elsewhere"):
        open_sqlite()
    other.close()
    assert open_sqlite().get(b"0") == b"new"


def test_an_older_format_without_a_way_up_is_refused_untouched(sqlite_path: str, tmp_path: Path) -> None:
    before = an_older_file(sqlite_path)
    with pytest.raises(UnsupportedFileError, match="no longer reads"):
        open_store(sqlite_path)
    assert snapshot_of(tmp_path) == {"data.db": before}


def test_two_stores_of_one_process_share_a_file_and_closing_one_harms_nothing(open_sqlite: OpenStore) -> None:
    one, two = open_sqlite(), open_sqlite()
    before = two.generation()
    one.transact(lambda own: own.put(b"a", b"1"))
    assert two.generation() != before
    assert two.get(b"a") == b"1"
    one.close()
    two.transact(lambda own: own.put(b"a", b"2"))
    assert two.get(b"a") == b"2"
    assert isinstance(two, SqliteStore)
