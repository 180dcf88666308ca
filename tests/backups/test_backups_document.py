"""The program in docs/backups.md does what it says."""

from __future__ import annotations

import re
from pathlib import Path

import boto3
import pytest

from stator.engine.database import Database
from stator.server.background import BackgroundServer
from stator.storage.memory import MemoryStore

DOCUMENT = Path(__file__).parents[2] / "docs" / "backups.md"


def test_the_program_restores_what_was_written(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (program,) = re.findall(r"```python\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    for name, value in (
        ("ACCESS_KEY_ID", "key"),
        ("SECRET_ACCESS_KEY", "secret"),
        ("DEFAULT_REGION", "us-east-1"),
    ):
        monkeypatch.setenv(f"AWS_{name}", value)
    with BackgroundServer(Database(MemoryStore())) as endpoint:
        db = boto3.client("dynamodb", endpoint_url=endpoint)
        db.create_table(
            TableName="music",
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )
        db.put_item(TableName="music", Item={"pk": {"S": "a"}})
        exec(program.replace("http://localhost:8000", endpoint), {"boto3": boto3})
        for table in ("music-again", "music-now"):
            assert db.scan(TableName=table)["Items"] == [{"pk": {"S": "a"}}]
            db.get_waiter("table_exists").wait(TableName=table)
        summaries = db.list_backups(TableName="music")["BackupSummaries"]
        assert [backup["BackupName"] for backup in summaries] == ["before-the-move"]
        db.delete_backup(BackupArn=summaries[0]["BackupArn"])
    assert capsys.readouterr().out == "1\n"
