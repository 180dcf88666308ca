"""What imports and exports ask of objects, in a folder and at an S3 endpoint alike."""

from __future__ import annotations

from pathlib import Path

import pytest
from object_place import Place
from s3_endpoint import client_of

from stator.engine import object_endpoints
from stator.engine.object_endpoints import ObjectEndpoint
from stator.engine.object_folders import ObjectFolders
from stator.engine.objects import NoObjects, NoSuchBucket, Objects, Terms, failure_of
from stator.errors import ValidationException

KEYS = ["a", "a/b", "a/b/c", "b-1/x", "b/x", "b/y", "c é/ü"]
WALKS = [("", ""), ("a/", ""), ("b", ""), ("b/", ""), ("", "a/b"), ("", "b/x"), ("b", "b-1/x"), ("no", "")]


def test_an_object_is_read_as_it_was_written(place: Place) -> None:
    for content in (b"", b"x", bytes(range(256)) * 1000):
        place.objects.write(place.bucket, "some/key", content)
        with place.objects.read(place.bucket, "some/key") as file:
            assert file.read() == content


def test_an_object_longer_than_a_range_is_read_whole(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(object_endpoints, "S3_RANGE_BYTES", 1000)
    for length in (999, 1000, 1001, 5000):
        content = bytes(n % 251 for n in range(length))
        place.objects.write(place.bucket, "key", content)
        with place.objects.read(place.bucket, "key") as file:
            assert [file.read(7), file.read(), file.read()] == [content[:7], content[7:], b""]


@pytest.mark.parametrize(("prefix", "after"), WALKS)
def test_keys_are_listed_in_their_order(place: Place, prefix: str, after: str) -> None:
    keys = [key for key in KEYS if key not in ("a", "a/b")]
    for key in keys:
        place.objects.write(place.bucket, key, b"")
    expected = sorted(key for key in keys if key.startswith(prefix) and key > after)
    assert list(place.objects.keys(place.bucket, prefix, after)) == expected


def test_a_bucket_is_there_or_not(place: Place) -> None:
    assert place.objects.has_bucket(place.bucket)
    assert not place.objects.has_bucket("no-such-bucket-anywhere")


def test_nothing_is_written_to_a_bucket_that_is_not_there(place: Place) -> None:
    with pytest.raises(NoSuchBucket) as error:
        place.objects.write("no-such-bucket-anywhere", "key", b"x")
    assert failure_of(error.value) == ("S3NoSuchBucket", "The specified bucket does not exist")
    assert not place.objects.has_bucket("no-such-bucket-anywhere")


def test_an_object_that_is_not_there_cannot_be_read(place: Place) -> None:
    with pytest.raises(OSError, match=r"specified key|No such file"):
        place.objects.read(place.bucket, "nothing").read()


@pytest.mark.parametrize("key", ["../x", "a/../../x", "", "a//b", "a/.", ".stator-1", "a\0b"])
def test_no_key_leads_out_of_a_folder(tmp_path: Path, key: str) -> None:
    (tmp_path / "bucket").mkdir()
    with pytest.raises(OSError, match="no path"):
        ObjectFolders(str(tmp_path)).write("bucket", key, b"x")
    assert list(tmp_path.rglob("*")) == [tmp_path / "bucket"]


def test_encryption_and_owner_are_asked_of_an_endpoint(s3_session: str) -> None:
    client = client_of(s3_session)
    client.create_bucket(Bucket="sealed")
    objects = ObjectEndpoint(s3_session, "us-east-1")
    objects.write("sealed", "key", b"x", Terms("123456789012", kms=True, kms_key="alias/k"))
    head = client.head_object(Bucket="sealed", Key="key")
    assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", "alias/k")


def test_an_object_that_is_replaced_while_it_is_read_is_an_error(
    s3_session: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(object_endpoints, "S3_RANGE_BYTES", 1000)
    client_of(s3_session).create_bucket(Bucket="replaced")
    objects = ObjectEndpoint(s3_session, "us-east-1")
    objects.write("replaced", "key", b"a" * 3000)
    file = objects.read("replaced", "key")
    assert file.read(500) == b"a" * 500
    objects.write("replaced", "key", b"b" * 3000)
    with pytest.raises(OSError, match=r"(?i)precondition|condition"):
        file.read()


def test_an_endpoint_that_nobody_listens_at_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("botocore")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "example")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "example")
    monkeypatch.setattr(object_endpoints, "S3_ATTEMPTS", 1)
    with pytest.raises(OSError, match="Could not connect") as error:
        ObjectEndpoint("http://127.0.0.1:9", "us-east-1").write("bucket", "key", b"x")
    assert failure_of(error.value)[0] == "S3InternalError"


def test_without_the_library_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(object_endpoints, "has_library", lambda: False)
    with pytest.raises(ValidationException, match=r"pip install 'stator\[s3\]'"):
        ObjectEndpoint("http://127.0.0.1:9", "us-east-1").require()


def test_where_nothing_is_configured_there_is_no_bucket() -> None:
    nothing: Objects = NoObjects()
    assert not nothing.has_bucket("bucket")
    with pytest.raises(ValidationException, match=r"--s3-folder PATH.*--s3-endpoint URL"):
        nothing.require()
