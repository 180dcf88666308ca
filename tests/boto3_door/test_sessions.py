"""What a Session of the process needs, owns and closes."""

from __future__ import annotations

import gc
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
import botocore.session
import pytest
from boto3_doors import new_table
from botocore.endpoint import Endpoint
from botocore.exceptions import ProfileNotFound
from botocore.signers import RequestSigner

import stator
import stator.boto3
from stator.client.connecting import open_database
from stator.client.in_process import InProcess
from stator.errors import SettingError, StatorError
from stator.wire.namespaces import account_of


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> Any:
        raise AssertionError("a socket was about to be connected")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.mark.usefixtures("no_network")
def test_nothing_in_the_environment_is_needed_and_no_network_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULTS_MODE", "auto")
    with stator.boto3.Session() as session:
        client = session.client("dynamodb")
        assert client.list_tables()["TableNames"] == []
        assert client.meta.region_name == session.region_name == "us-east-1"


@pytest.mark.parametrize(
    ("environment", "given", "key_id", "region"),
    [
        ({}, {}, "stator", "eu-north-1"),
        ({"AWS_ACCESS_KEY_ID": "env", "AWS_SECRET_ACCESS_KEY": "x"}, {}, "env", "eu-north-1"),
        ({"AWS_DEFAULT_REGION": "us-west-2"}, {}, "stator", "us-west-2"),
        ({"AWS_DEFAULT_REGION": "us-west-2"}, {"region_name": "sa-east-1"}, "stator", "sa-east-1"),
        ({}, {"aws_access_key_id": "own", "aws_secret_access_key": "x"}, "own", "eu-north-1"),
        ({"FILES": "1"}, {}, "from-file", "eu-north-1"),
        (
            {"FILES": "1", "AWS_ACCESS_KEY_ID": "env", "AWS_SECRET_ACCESS_KEY": "x"},
            {"profile_name": "other"},
            "from-other",
            "ap-east-1",
        ),
    ],
)
@pytest.mark.usefixtures("no_network")
def test_tables_lie_where_the_callers_credentials_and_region_say(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    environment: dict[str, str],
    given: dict[str, str],
    key_id: str,
    region: str,
) -> None:
    for name, value in environment.items():
        if name == "FILES":
            files = {"AWS_SHARED_CREDENTIALS_FILE": _CREDENTIALS, "AWS_CONFIG_FILE": _CONFIG}
            for variable, text in files.items():
                (tmp_path / variable).write_text(text, "utf-8")
                monkeypatch.setenv(variable, str(tmp_path / variable))
        else:
            monkeypatch.setenv(name, value)
    with stator.boto3.Session(namespace="account-region", region="eu-north-1", **given) as session:
        client = session.client("dynamodb")
        table = new_table(client)
        arn = client.describe_table(TableName=table)["Table"]["TableArn"]
    assert arn.split(":")[3:5] == [region, account_of(key_id)]


_CREDENTIALS = """[default]
aws_access_key_id = from-file
aws_secret_access_key = x
[other]
aws_access_key_id = from-other
aws_secret_access_key = x
"""
_CONFIG = """[profile other]
region = ap-east-1
"""


def test_a_url_is_signed_by_botocore_itself() -> None:
    with stator.boto3.Session(aws_access_key_id="own", aws_secret_access_key="x") as session:
        url = session.client("dynamodb").generate_presigned_url("list_tables")
    signature = parse_qs(urlsplit(url).query)["X-Amz-Signature"][0]
    assert len(signature) == 64
    assert signature.strip("0")


def test_an_unknown_profile_is_boto3s_error() -> None:
    with pytest.raises(ProfileNotFound):
        stator.boto3.Session(profile_name="nobody").client("dynamodb")


def test_a_file_is_closed_with_the_session_and_its_clients_say_so(tmp_path: Path) -> None:
    session = stator.boto3.Session(tmp_path / "app.db")
    client = session.client("dynamodb")
    table = new_table(client)
    session.close()
    session.close()
    with pytest.raises(StatorError, match="closed"):
        client.list_tables()
    with stator.boto3.Session(str(tmp_path / "app.db")) as again:
        assert again.client("dynamodb").list_tables()["TableNames"] == [table]


def test_a_client_keeps_the_file_open_and_the_last_one_closes_it(tmp_path: Path) -> None:
    client = stator.boto3.Session(tmp_path / "app.db").client("dynamodb")
    gc.collect()
    new_table(client)
    db = client._endpoint.http_session.service.db
    del client
    gc.collect()
    with pytest.raises(StatorError, match="closed"):
        db.store.get(b"x")


def test_an_open_database_stays_open(tmp_path: Path) -> None:
    db = open_database(str(tmp_path / "app.db"))
    with stator.boto3.Session(db) as session:
        table = new_table(session.client("dynamodb"))
    assert InProcess(db, owns=False).call("ListTables", {}) == {"TableNames": [table]}
    db.close()


def test_what_stator_open_returned_is_shared_with_its_native_tables() -> None:
    with stator.open() as native, stator.boto3.Session(native) as session:
        resource = session.resource("dynamodb")
        table = new_table(resource.meta.client)
        native.table(table).put_item(Item={"pk": "a", "n": 7})
        assert resource.Table(table).get_item(Key={"pk": "a"})["Item"] == {"pk": "a", "n": 7}


WRONG: list[tuple[Any, dict[str, Any], str]] = [
    (7, {}, "int is no database of this process; allowed: a file's path, :memory:, or what stator.open"),
    ("http://127.0.0.1:8000", {}, "is an endpoint, which boto3 itself reaches"),
]


@pytest.mark.parametrize(("target", "options", "message"), WRONG)
def test_what_is_no_database_is_said(target: Any, options: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingError, match=message):
        stator.boto3.Session(target, **options)


def test_options_of_an_open_database_are_refused() -> None:
    db = open_database()
    with pytest.raises(SettingError, match="durability"):
        stator.boto3.Session(db, durability="relaxed")
    db.close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.parametrize("path", [":memory:", "app.db"])
def test_a_forked_child_is_refused(tmp_path: Path, path: str) -> None:
    """In a program of its own: pytest's process has threads."""
    program = f"""
import os, sys
sys.path.insert(0, {str(Path(stator.__file__).parents[1])!r})
import stator.boto3
client = stator.boto3.Session({path!r}).client("dynamodb")
client.list_tables()
sys.stdout.flush()
if os.fork() == 0:
    try:
        client.list_tables()
    except stator.errors.StatorError as error:
        print(error, flush=True)
    os._exit(0)
os.wait()
"""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "This database was opened before the process forked. Open it anew in the child.\n"


def test_our_own_errors_are_raised_as_they_are_and_not_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    from stator.errors import StoreFullError

    def full(*_: Any) -> Any:
        raise StoreFullError("no space")

    db = open_database()
    client = stator.boto3.Session(db).client("dynamodb")
    table = new_table(client)
    monkeypatch.setattr(db.store, "transact", full)
    with pytest.raises(StoreFullError, match="no space"):
        client.put_item(TableName=table, Item={"pk": {"S": "a"}})
    db.close()


MISSING = """
import sys
sys.modules["{library}"] = None
import stator.boto3
try:
    stator.boto3.{name}
except ImportError as error:
    print(type(error).__name__, error)
"""


@pytest.mark.parametrize(
    ("name", "library", "extra"),
    [
        ("Session", "boto3", "stator[boto3]"),
        ("patched", "botocore", "stator[boto3]"),
        ("AioSession", "aiobotocore", "aiobotocore"),
    ],
)
def test_a_missing_library_is_one_line_that_says_what_to_install(name: str, library: str, extra: str) -> None:
    source = str(Path(stator.boto3.__file__).parents[2])
    program = f"import sys; sys.path.insert(0, {source!r})\n" + MISSING.format(name=name, library=library)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == (
        f"MissingLibraryError stator.boto3.{name} needs {library}, which is not installed: pip install '{extra}'\n"
    )


def test_nothing_of_botocore_is_loaded_before_it_is_used() -> None:
    source = str(Path(stator.boto3.__file__).parents[2])
    program = (
        f"import sys; sys.path.insert(0, {source!r}); import stator.boto3;"
        "print([name for name in sys.modules if name.split('.')[0] in ('boto3', 'botocore')])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_the_seams_of_botocore_that_the_door_uses_are_there() -> None:
    client = boto3.Session().client("dynamodb", "us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
    assert callable(client._endpoint.http_session.send)
    assert callable(client._request_signer.get_auth_instance)
    assert callable(client._user_agent_creator.to_string)
    for owner, name in (
        (Endpoint, "_send"),
        (Endpoint, "create_request"),
        (RequestSigner, "get_auth_instance"),
        (botocore.session.Session, "create_client"),
    ):
        assert callable(owner.__dict__[name])
