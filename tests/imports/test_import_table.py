"""ImportTable: what it reads, what it makes of errors, and what it answers. Sources are written by hand here."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from doors import Door, InProcessDoor, Refusal
from import_session import TABLE, asking, counts, imported, items

from stator.engine.database import Database
from stator.engine.object_folders import ObjectFolders
from stator.storage.memory import MemoryStore

BOOK = {
    "Id": {"N": "103"},
    "Title": {"S": 'Book "103"\nTitle'},
    "Authors": {"SS": ["Author1", "Author2"]},
    "Sizes": {"NS": ["1", "2.5"]},
    "Blobs": {"BS": ["YQ==", "Yg=="]},
    "Cover": {"B": "AAEC"},
    "InPublication": {"BOOL": False},
    "Nothing": {"NULL": True},
    "Price": {"M": {"EUR": {"N": "20.5"}, "old": {"L": [{"N": "-3E+20"}, {"S": ""}]}}},
}
STORED = {**BOOK, "Price": {"M": {"EUR": {"N": "20.5"}, "old": {"L": [{"N": "-300000000000000000000"}, {"S": ""}]}}}}
ION = rb"""$ion_1_0 {Item:{Id:103.,Title:"Book \"103\"\nTitle",Authors:$dynamodb_SS::["Author1","Author2"],
Sizes:$dynamodb_NS::[1.,2.5],Blobs:$dynamodb_BS::[{{YQ==}},{{Yg==}}],Cover:{{AAEC}},InPublication:false,Nothing:null,
Price:{EUR:20.5,old:[-3d20,""]}}}
$ion_1_0 {Item:{Id:104}}
"""


def line(item: dict[str, object]) -> str:
    return json.dumps({"Item": item}) + "\n"


def zstd(content: bytes) -> bytes:
    compressor = pytest.importorskip("zstandard").ZstdCompressor()
    return bytes(compressor.compress(content))


@pytest.mark.parametrize("compression", ["NONE", "GZIP", "ZSTD"])
@pytest.mark.parametrize("form", ["DYNAMODB_JSON", "ION"])
def test_items_of_every_type_are_imported_as_they_are_written(door: Door, s3: Path, form: str, compression: str):
    if form == "ION":
        pytest.importorskip("amazon.ion")
    plain = ION if form == "ION" else (line(BOOK) + line({"Id": {"N": "104"}})).encode()
    content = {"NONE": bytes, "GZIP": gzip.compress, "ZSTD": zstd}[compression](plain)
    (s3 / "source" / "data").write_bytes(content)
    shown = imported(door, InputFormat=form, InputCompressionType=compression)
    assert counts(shown) == ("COMPLETED", 2, 2, 0)
    assert shown["ProcessedSizeBytes"] == len(plain)
    assert items(door) == [STORED, {"Id": {"N": "104"}}]


CSV = 'Id,Title,Shelf\n1,"say ""hi"", and\ngo",a\n2,,"b"\n'


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({}, CSV),
        ({"Csv": {"HeaderList": ["Id", "Title", "Shelf"]}}, CSV.partition("\n")[2]),
        ({"Csv": {"Delimiter": ";"}}, 'Id;Title;Shelf\n1;"say ""hi"", and\ngo";a\n2;;b'),
        ({}, CSV.replace("\n2", "\r\n2").replace("Shelf\n", "Shelf\r\n")),
    ],
)
def test_the_columns_of_csv_are_strings_but_for_keys(door: Door, s3: Path, options: object, text: str):
    (s3 / "source" / "data.csv").write_bytes(text.encode())
    assert counts(imported(door, InputFormat="CSV", InputFormatOptions=options)) == ("COMPLETED", 2, 2, 0)
    assert items(door) == [
        {"Id": {"N": "1"}, "Title": {"S": 'say "hi", and\ngo'}, "Shelf": {"S": "a"}},
        {"Id": {"N": "2"}, "Title": {"S": ""}, "Shelf": {"S": "b"}},
    ]


def test_items_may_follow_each_other_on_one_line(door: Door, s3: Path):
    (s3 / "source" / "data").write_text("".join(line({"Id": {"N": str(n)}}).strip() for n in range(5)))
    assert counts(imported(door)) == ("COMPLETED", 5, 5, 0)


def test_objects_below_the_prefix_are_imported_and_no_others(door: Door, s3: Path):
    for number, name in enumerate(("yes1", "yes/2", "no", "other/yes")):
        path = s3 / "source" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(line({"Id": {"N": str(number)}}))
    shown = imported(door, S3BucketSource={"S3Bucket": "source", "S3KeyPrefix": "yes"})
    assert counts(shown) == ("COMPLETED", 2, 2, 0)
    assert [item["Id"]["N"] for item in items(door)] == ["0", "1"]


@pytest.mark.parametrize(
    ("prefix", "after", "expected"),
    [
        ("", "", ["a.b", "a/1", "a/b/c", "a0", "b/1"]),
        ("a", "a", ["a.b", "a/1", "a/b/c", "a0"]),
        ("a/", "", ["a/1", "a/b/c"]),
        ("", "a/1", ["a/b/c", "a0", "b/1"]),
        ("a/b", "a/b/c", []),
    ],
)
def test_objects_are_listed_in_the_order_of_their_keys(tmp_path: Path, prefix: str, after: str, expected: list[str]):
    for key in ("a.b", "a/1", "a/b/c", "a0", "b/1", ".stator-unfinished"):
        (tmp_path / "bucket" / key).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "bucket" / key).write_bytes(b"")
    found = list(ObjectFolders(str(tmp_path)).keys("bucket", prefix, after))
    assert found == expected


def test_an_empty_bucket_makes_an_empty_table(door: Door, s3: Path):
    shown = imported(door)
    assert counts(shown) == ("COMPLETED", 0, 0, 0)
    assert shown["ProcessedSizeBytes"] == 0
    assert door.call("DescribeTable", {"TableName": "books"})["Table"]["TableStatus"] == "ACTIVE"


def test_a_missing_bucket_fails_the_import_and_leaves_no_table(door: Door, s3: Path):
    shown = imported(door, S3BucketSource={"S3Bucket": "nowhere"})
    assert (shown["ImportStatus"], shown["FailureCode"]) == ("FAILED", "S3NoSuchBucket")
    assert "The specified bucket does not exist" in shown["FailureMessage"]
    assert door.call("ListTables", {})["TableNames"] == []


@pytest.mark.parametrize(
    ("bad", "processed"),
    [
        (line({"Title": {"S": "no key"}}), 3),
        (line({"Id": {"S": "3"}}), 3),
        (line({"Id": {"N": "three"}}), 3),
        (line({"Id": {"N": "3"}, "Title": {"X": "?"}}), 3),
        (line({"Id": {"N": "3"}, "Title": {"S": 5}}), 3),
        (line({"Id": {"N": "3"}, "Title": {"SS": "abc"}}), 3),
        (line({"Id": {"N": "3"}, "Title": {}}), 3),
        (line({"Id": {"N": "3"}, "Title": {"B": "?"}}), 3),
        (line({"Id": {"N": "3"}, "Title": {"S": "\ud800"}}), 3),
        (line({"Id": {"N": "3"}, "Big": {"S": "x" * 410_000}}), 3),
        # The rest of an object behind what is no item at all is left
        ('{"Id": {"N": "3"}}\n', 2),
        ("[]\n", 2),
        ("{\n", 2),
        ('{"Item": {"Id": 3}}\n', 2),
    ],
)
def test_an_import_with_errors_fails_and_keeps_what_was_good(door: Door, s3: Path, bad: str, processed: int):
    (s3 / "source" / "data").write_text(line({"Id": {"N": "1"}}) + bad + line({"Id": {"N": "2"}}))
    shown = imported(door)
    assert counts(shown) == ("FAILED", processed, processed - 1, 1)
    assert shown["FailureCode"] == "ItemValidationError"
    assert "data: record 2" in shown["FailureMessage"]
    assert [item["Id"]["N"] for item in items(door)] == ["1", "2"][: processed - 1]


@pytest.mark.parametrize(
    ("members", "content"),
    [
        ({"InputCompressionType": "GZIP"}, b"no gzip"),
        ({"InputCompressionType": "GZIP"}, gzip.compress(b"x" * 100_000, mtime=0)[:60]),
        ({"InputCompressionType": "ZSTD"}, b"no zstd"),
        ({"InputFormat": "ION"}, b"{Item:{Id:"),
        ({"InputFormat": "ION"}, b"{Id:1}"),
        ({"InputFormat": "CSV"}, b"Id,Id\n1,1\n"),
        ({"InputFormat": "CSV"}, b'Id,Title\n1,"never closed\n'),
        ({"InputFormat": "CSV"}, b"Id,Title\n1\n"),
        ({}, b"\xff\xfe"),
    ],
)
def test_an_object_that_cannot_be_read_is_one_error_beside_the_others(
    door: Door, s3: Path, members: dict[str, str], content: bytes
):
    pytest.importorskip("amazon.ion")
    (s3 / "source" / "broken").write_bytes(content)
    shown = imported(door, **members)
    assert counts(shown) == ("FAILED", 1, 0, 1)
    assert "broken" in shown["FailureMessage"]


def test_the_table_is_made_with_its_indexes_full(door: Door, s3: Path):
    (s3 / "source" / "data").write_text("".join(line({"Id": {"N": str(n)}, "S": {"S": "a"}}) for n in range(3)))
    table = {
        **TABLE,
        "AttributeDefinitions": [*TABLE["AttributeDefinitions"], {"AttributeName": "S", "AttributeType": "S"}],
        "GlobalSecondaryIndexes": [
            {
                "IndexName": "by-s",
                "KeySchema": [{"AttributeName": "S", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
    }
    assert imported(door, TableCreationParameters=table)["ErrorCount"] == 0
    query = {
        "TableName": "books",
        "IndexName": "by-s",
        "KeyConditionExpression": "S = :s",
        "ExpressionAttributeValues": {":s": {"S": "a"}},
    }
    assert door.call("Query", query)["Count"] == 3
    assert door.call("DescribeTable", {"TableName": "books"})["Table"]["ItemCount"] == 3


def test_the_answer_shows_the_import_on_its_way_with_what_was_asked(door: Door, s3: Path):
    shown = door.call("ImportTable", asking(ClientToken="token"))["ImportTableDescription"]
    assert shown["ImportStatus"] == "IN_PROGRESS"
    assert shown["ClientToken"] == "token"
    assert shown["TableArn"] == "arn:aws:dynamodb:us-east-1:000000000000:table/books"
    assert shown["ImportArn"].startswith(shown["TableArn"] + "/import/01700000000000-")
    assert shown["TableCreationParameters"] == TABLE
    assert shown["InputCompressionType"] == "NONE"
    assert "EndTime" not in shown


def test_a_token_again_finds_the_same_import_and_nothing_else(door: Door, s3: Path):
    first = door.call("ImportTable", asking(ClientToken="once"))["ImportTableDescription"]
    again = door.call("ImportTable", asking(ClientToken="once"))["ImportTableDescription"]
    assert again["ImportArn"] == first["ImportArn"]
    with pytest.raises(Refusal) as refusal:
        door.call("ImportTable", asking(ClientToken="once", InputFormat="CSV"))
    assert refusal.value.code == "ImportConflictException"


@pytest.mark.parametrize(
    ("members", "code", "message"),
    [
        (
            {"TableCreationParameters": {**TABLE, "BillingMode": "PROVISIONED"}},
            "ValidationException",
            "One or more parameter values were invalid: ReadCapacityUnits and WriteCapacityUnits must both be "
            "specified when BillingMode is PROVISIONED",
        ),
        (
            {"InputFormatOptions": {"Csv": {"Delimiter": ";"}}},
            "ValidationException",
            "InputFormatOptions.Csv can only be given when InputFormat is CSV",
        ),
        ({}, "ResourceInUseException", "Table already exists: books"),
    ],
)
def test_what_is_refused(door: Door, s3: Path, members: dict[str, object], code: str, message: str):
    if not members:
        door.call("CreateTable", TABLE)
    with pytest.raises(Refusal) as refusal:
        door.call("ImportTable", asking(**members))
    assert (refusal.value.code, refusal.value.message) == (code, message)


def test_without_a_folder_it_is_said_which_setting_is_wanted():
    with pytest.raises(Refusal, match="--s3-folder"):
        InProcessDoor(Database(MemoryStore())).call("ImportTable", asking())


def test_an_import_that_never_was_is_not_found(door: Door):
    arn = "arn:aws:dynamodb:us-east-1:000000000000:table/books/import/01700000000000-00000001"
    with pytest.raises(Refusal) as refusal:
        door.call("DescribeImport", {"ImportArn": arn})
    assert refusal.value.code == "ImportNotFoundException"


def test_imports_are_listed_in_pages_and_by_table(door: Door, s3: Path):
    for number in range(3):
        imported(door, TableCreationParameters={**TABLE, "TableName": f"table-{number}"})
    page = door.call("ListImports", {"PageSize": 2})
    rest = door.call("ListImports", {"NextToken": page["NextToken"]})
    listed = [each["TableArn"].rpartition("/")[2] for each in page["ImportSummaryList"] + rest["ImportSummaryList"]]
    assert listed == ["table-0", "table-1", "table-2"]
    assert "NextToken" not in rest
    arn = page["ImportSummaryList"][1]["TableArn"]
    only = door.call("ListImports", {"TableArn": arn})["ImportSummaryList"]
    assert [each["TableArn"] for each in only] == [arn]
