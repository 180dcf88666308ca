"""PynamoDB as its users write it: models, indexes, batches, transactions, versions, and its errors."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from pynamodb.attributes import (
    BinaryAttribute,
    BinarySetAttribute,
    BooleanAttribute,
    DynamicMapAttribute,
    JSONAttribute,
    ListAttribute,
    MapAttribute,
    NullAttribute,
    NumberAttribute,
    NumberSetAttribute,
    TTLAttribute,
    UnicodeAttribute,
    UnicodeSetAttribute,
    UTCDateTimeAttribute,
    VersionAttribute,
)
from pynamodb.connection import Connection
from pynamodb.exceptions import (
    DeleteError,
    DoesNotExist,
    PutError,
    QueryError,
    TableDoesNotExist,
    TableError,
    TransactGetError,
    TransactWriteError,
    UpdateError,
)
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, KeysOnlyProjection, LocalSecondaryIndex
from pynamodb.models import Model
from pynamodb.transactions import TransactGet, TransactWrite
from steps import step, tell

REGION = "us-east-1"


class ByGenre(GlobalSecondaryIndex["Song"]):
    class Meta:
        index_name = "by-genre"
        projection = AllProjection()

    genre = UnicodeAttribute(hash_key=True)
    plays = NumberAttribute(range_key=True)


class ByYear(LocalSecondaryIndex["Song"]):
    class Meta:
        index_name = "by-year"
        projection = KeysOnlyProjection()

    artist = UnicodeAttribute(hash_key=True)
    year = NumberAttribute(range_key=True)


class Label(MapAttribute[str, Any]):
    name = UnicodeAttribute()
    founded = NumberAttribute(null=True)


class Song(Model):
    class Meta:
        table_name = "songs"
        region = REGION
        billing_mode = "PAY_PER_REQUEST"

    artist = UnicodeAttribute(hash_key=True)
    title = UnicodeAttribute(range_key=True)
    genre = UnicodeAttribute(null=True)
    plays = NumberAttribute(null=True)
    year = NumberAttribute(null=True)
    tags = UnicodeSetAttribute(null=True)
    label = Label(null=True)
    verses = ListAttribute[str](of=UnicodeAttribute, null=True)

    by_genre = ByGenre()
    by_year = ByYear()


class Everything(Model):
    class Meta:
        table_name = "everything"
        region = REGION
        read_capacity_units = 5
        write_capacity_units = 5

    key = UnicodeAttribute(hash_key=True)
    text = UnicodeAttribute(null=True)
    number = NumberAttribute(null=True)
    data = BinaryAttribute(legacy_encoding=False, null=True)
    old_data = BinaryAttribute(legacy_encoding=True, null=True)
    yes = BooleanAttribute(null=True)
    nothing = NullAttribute(null=True)
    when = UTCDateTimeAttribute(null=True)
    document = JSONAttribute(null=True)
    texts = UnicodeSetAttribute(null=True)
    numbers = NumberSetAttribute(null=True)
    datas = BinarySetAttribute(legacy_encoding=False, null=True)
    label = Label(null=True)
    labels = ListAttribute[Label](of=Label, null=True)
    mixed = ListAttribute[Any](null=True)
    free = DynamicMapAttribute(null=True)


class Session(Model):
    class Meta:
        table_name = "sessions"
        region = REGION
        billing_mode = "PAY_PER_REQUEST"
        stream_view_type = "NEW_AND_OLD_IMAGES"

    user = UnicodeAttribute(hash_key=True)
    hits = NumberAttribute(default=0)
    expires = TTLAttribute(null=True, default_for_new=timedelta(hours=1))
    version = VersionAttribute()


class Absent(Model):
    class Meta:
        table_name = "absent"
        region = REGION

    key = UnicodeAttribute(hash_key=True)


def told(error: Any) -> dict[str, Any]:
    """What a program can branch on in PynamoDB's errors."""
    return {
        "class": type(error).__name__,
        "code": error.cause_response_code,
        "message": error.cause_response_message,
    }


def raised(kind: type[Exception], call: Any) -> dict[str, Any]:
    try:
        call()
    except kind as error:
        return told(error)
    raise AssertionError(f"no {kind.__name__}")


def titles(songs: Any) -> list[str]:
    return [song.title for song in songs]


@step
def tables() -> Any:
    before = [model.exists() for model in (Song, Everything, Session)]
    for model in (Song, Everything, Session):
        model.create_table(wait=True)
    described = Song.describe_table()
    assert described is not None
    return {
        "before": before,
        "after": [model.exists() for model in (Song, Everything, Session)],
        "status": described["TableStatus"],
        "indexes": [
            described[kind][0]["IndexName"] for kind in ("LocalSecondaryIndexes", "GlobalSecondaryIndexes")
        ],
        "stream": Session.describe_table()["StreamSpecification"],
        "units": Everything.describe_table()["ProvisionedThroughput"]["ReadCapacityUnits"],
        "ttl": Connection(region=REGION).client.describe_time_to_live(TableName="sessions")[
            "TimeToLiveDescription"
        ],
        "again": Song.create_table(wait=True),
    }


@step
def table_twice() -> Any:
    def create() -> None:
        Connection(region=REGION).create_table(
            "songs",
            attribute_definitions=[{"attribute_name": "a", "attribute_type": "S"}],
            key_schema=[{"attribute_name": "a", "key_type": "HASH"}],
            billing_mode="PAY_PER_REQUEST",
        )

    return raised(TableError, create)


@step
def every_type() -> Any:
    stored = Everything(
        "all",
        text="žluť 🐎",
        number=12.5,
        data=b"\x00\xff",
        old_data=b"old",
        yes=False,
        nothing=None,
        when=datetime(2026, 10, 10, 12, 30, 1, 250, tzinfo=UTC),
        document={"a": [1, None, "x"]},
        texts={"a", "", "é"},
        numbers={1, 2.5, -3},
        datas={b"", b"\x01"},
        label=Label(name="Ř", founded=1900),
        labels=[Label(name="one"), Label(name="two", founded=2)],
        mixed=["a", 1, {"b": [True]}],
        free={"x": {"y": [1, "z"]}},
    )
    stored.save()
    read = Everything.get("all", consistent_read=True)
    return {
        "same": {
            name: getattr(read, name) == getattr(stored, name)
            for name in (
                "text",
                "number",
                "data",
                "old_data",
                "yes",
                "when",
                "document",
                "texts",
                "numbers",
                "datas",
            )
        },
        "label": [read.label.name, read.label.founded],
        "labels": [[label.name, label.founded] for label in read.labels],
        "mixed": read.mixed,
        "free": read.free.as_dict(),
        "simple": Everything.get("all", attributes_to_get=["number"]).to_simple_dict(),
    }


@step
def one_item() -> Any:
    song = Song("Ada", "One", genre="folk", plays=3, year=1843, tags={"a", "b"}, label=Label(name="L"))
    song.save()
    other = Song.get("Ada", "One")
    song.update(
        actions=[
            Song.plays.set(Song.plays + 4),
            Song.genre.remove(),
            Song.tags.delete({"a"}),
            Song.label.name.set("M"),
            Song.verses.set((Song.verses | []).append(["la"])),
        ],
        condition=(Song.plays == 3) & Song.tags.contains("a") & Song.genre.exists(),
    )
    other.refresh()
    found = {
        "returned": song.to_dynamodb_dict(),
        "refreshed": other.to_dynamodb_dict() == song.to_dynamodb_dict(),
        "added": song.update(actions=[Song.plays.add(1), Song.tags.add({"c"})])["Attributes"]["plays"],
    }
    song.update(actions=[Song.verses.set(Song.verses.prepend(["do"]))])
    found["verses"] = list(Song.get("Ada", "One").verses)
    song.delete(condition=Song.plays.between(8, 9) & Song.title.startswith("O"))
    found["gone"] = raised_missing(lambda: Song.get("Ada", "One"))
    found["refresh"] = raised_missing(song.refresh)
    return found


def raised_missing(call: Any) -> str:
    try:
        call()
    except DoesNotExist as error:
        return str(error)
    raise AssertionError("it is there")


@step
def conditions() -> Any:
    Song("Bob", "There", plays=1).save()
    song = Song.get("Bob", "There")
    return {
        "save": raised(PutError, lambda: song.save(Song.artist.does_not_exist())),
        "update": raised(UpdateError, lambda: song.update([Song.plays.set(2)], Song.plays > 5)),
        "delete": raised(DeleteError, lambda: song.delete(~(Song.plays == 1))),
        "key": raised(QueryError, lambda: list(Song.query("Bob", filter_condition=Song.title == "x"))),
        "type": raised(UpdateError, lambda: song.update([Song.title.set("x")])),
        "kept": Song.get("Bob", "There").plays,
    }


@step
def batches() -> Any:
    with Song.batch_write() as batch:
        for n in range(60):
            batch.save(Song("Cyd", f"{n:02}", genre="jazz" if n % 2 else "pop", plays=n, year=2000 - n))
    read = list(Song.batch_get([("Cyd", f"{n:02}") for n in range(0, 240, 2)]))
    with Song.batch_write() as batch:
        for n in range(50, 60):
            batch.delete(Song("Cyd", f"{n:02}"))
    return {"read": sorted(titles(read))[:3], "count": len(read), "left": Song.count("Cyd")}


@step
def queries() -> Any:
    pages = Song.query("Cyd", page_size=7)
    first = titles(song for song, _ in zip(pages, range(10), strict=False))
    limited = Song.query("Cyd", limit=10)
    titles(limited)
    return {
        "first": first,
        "all": titles(Song.query("Cyd", page_size=7)) == [f"{n:02}" for n in range(50)],
        "resumed": titles(Song.query("Cyd", last_evaluated_key=limited.last_evaluated_key))[:2],
        "backwards": titles(Song.query("Cyd", scan_index_forward=False, limit=2)),
        "range": titles(Song.query("Cyd", Song.title.between("10", "12"))),
        "prefix": titles(Song.query("Cyd", Song.title.startswith("3"), Song.plays.is_in(31, 33, 99))),
        "filtered": len(
            titles(Song.query("Cyd", filter_condition=(Song.plays < 5) | Song.genre.contains("zz")))
        ),
        "count": Song.count("Cyd", Song.title > "40", filter_condition=Song.plays >= 45),
        "columns": [
            song.attribute_values for song in Song.query("Cyd", limit=1, attributes_to_get=["plays"])
        ],
    }


@step
def indexes() -> Any:
    by_genre = Song.by_genre.query("jazz", Song.plays > 40, scan_index_forward=False)
    by_year = Song.by_year.query("Cyd", Song.year <= 1955)
    return {
        "global": titles(by_genre),
        "local": titles(by_year),
        "counted": Song.by_genre.count("pop"),
        "scanned": len(titles(Song.by_genre.scan())),
        "pages": len(titles(Song.by_genre.query("jazz", page_size=3))),
    }


@step
def scans() -> Any:
    return {
        "all": len(titles(Song.scan(page_size=9))),
        "filtered": sorted(titles(Song.scan((Song.artist == "Cyd") & (Song.plays < 3)))),
        "segments": sum(len(titles(Song.scan(segment=n, total_segments=3))) for n in range(3)),
        "limited": len(titles(Song.scan(limit=4))),
        "counted": Song.count(),
    }


@step
def transactions() -> Any:
    connection = Connection(region=REGION)
    with TransactWrite(connection=connection, client_request_token=str(uuid4())) as write:
        write.save(Song("Dee", "new", plays=1), condition=Song.title.does_not_exist())
        write.update(Song("Bob", "There"), actions=[Song.plays.add(10)])
        write.delete(Song("Cyd", "00"))
        write.condition_check(Song, "Cyd", "01", condition=Song.plays == 1)
    with TransactGet(connection=connection) as read:
        new = read.get(Song, "Dee", "new")
        bob = read.get(Song, "Bob", "There")
        gone = read.get(Song, "Cyd", "00")

    def cancelled() -> None:
        with TransactWrite(connection=connection) as write:
            write.save(Song("Dee", "other"))
            write.save(Song("Dee", "new"), condition=Song.title.does_not_exist(), return_values="ALL_OLD")

    def missing() -> None:
        with TransactGet(connection=connection) as read:
            read.get(Absent, "x")

    found = {
        "plays": [new.get().plays, bob.get().plays],
        "gone": raised_missing(gone.get),
        "cancelled": raised(TransactWriteError, cancelled),
        "missing": raised(TransactGetError, missing),
        "nothing written": raised_missing(lambda: Song.get("Dee", "other")),
    }
    try:
        cancelled()
    except TransactWriteError as error:
        found["reasons"] = [
            reason and [reason.code, reason.message, (reason.raw_item or {}).get("plays")]
            for reason in error.cancellation_reasons
        ]
    return found


@step
def versions() -> Any:
    first = Session("ann")
    first.save()
    second = Session.get("ann")
    second.hits = 5
    second.save()
    found = {
        "stale save": raised(PutError, first.save),
        "stale update": raised(UpdateError, lambda: first.update([Session.hits.add(1)])),
        "stale delete": raised(DeleteError, first.delete),
    }
    second.update([Session.hits.add(1)])
    read = Session.get("ann")
    found |= {
        "hits": read.hits,
        "version": read.version,
        "in the future": read.expires > datetime.now(UTC),
    }
    read.delete()
    found["left"] = Session.count()
    return found


@step
def absent_table() -> Any:
    return {
        "exists": Absent.exists(),
        "get": raised(Exception, lambda: Absent.get("x")),
        "describe": does_not_exist(lambda: Absent._get_connection().describe_table()),
    }


def does_not_exist(call: Any) -> str:
    try:
        call()
    except TableDoesNotExist as error:
        return str(error)
    raise AssertionError("it is there")


@step
def deletion() -> Any:
    for model in (Song, Everything, Session):
        model.delete_table()
    return [model.exists() for model in (Song, Everything, Session)]


if __name__ == "__main__":
    tell()
