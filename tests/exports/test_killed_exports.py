"""A server that is killed again and again while it exports, and then while it imports: every item arrives once."""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path
from typing import Any

from export_session import ARN, RECOVERY, TABLE, items

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "crash"))

from stator_process import Client, StatorProcess

ITEMS = 20_000 if os.environ.get("SOAK") else 3_000
KILLS = 60 if os.environ.get("SOAK") else 2


def fill(client: Client) -> None:
    client.call("CreateTable", **TABLE)
    client.call("UpdateContinuousBackups", **RECOVERY)
    for first in range(0, ITEMS, 25):
        some = [{"Id": {"N": f"{n}"}, "T": {"S": "t" * 3000}} for n in range(first, first + 25)]
        puts = [{"PutRequest": {"Item": item}} for item in some]
        client.call("BatchWriteItem", RequestItems={"books": puts})


class Killing:
    """Servers on the same file and folder, one after the other, each killed at a random moment."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._chances = random.Random(7)
        self.kills = 0

    def server(self) -> StatorProcess:
        flags = ("--durability", "relaxed", "--s3-folder", str(self._folder / "s3"))
        return StatorProcess(self._folder / "data.db", *flags)

    def until_over(self, operation: str, described: str, status: str, **named: str) -> dict[str, Any]:
        """What the operation says of the transfer once it is over."""
        while True:
            with self.server() as server:
                client = server.client()
                left = self._chances.randrange(40)
                while True:
                    shown: dict[str, Any] = client.call(operation, **named)[described]
                    if shown[status] != "IN_PROGRESS":
                        return shown
                    left -= 1
                    if self.kills < KILLS and left < 0:
                        self.kills += 1
                        server.kill()
                        break


def test_a_killed_server_exports_and_imports_every_item_once(tmp_path: Path) -> None:
    killing = Killing(tmp_path)
    bucket = tmp_path / "s3" / "target"
    bucket.mkdir(parents=True)
    with killing.server() as server:
        client = server.client()
        fill(client)
        begun = client.call("ExportTableToPointInTime", TableArn=ARN, S3Bucket="target")["ExportDescription"]
        server.kill()
    shown = killing.until_over(
        "DescribeExport", "ExportDescription", "ExportStatus", ExportArn=begun["ExportArn"]
    )
    assert shown["ExportStatus"] == "COMPLETED"
    assert [int(item["Id"]["N"]) for item in items(bucket, shown)] == list(range(ITEMS))
    killing.kills = 0
    folder = shown["ExportManifest"].rpartition("/")[0]
    with killing.server() as server:
        asked: dict[str, Any] = {
            "S3BucketSource": {"S3Bucket": "target", "S3KeyPrefix": f"{folder}/data/"},
            "InputFormat": "DYNAMODB_JSON",
            "InputCompressionType": "GZIP",
            "TableCreationParameters": {**TABLE, "TableName": "again"},
        }
        imported = server.client().call("ImportTable", **asked)["ImportTableDescription"]
        server.kill()
    shown = killing.until_over(
        "DescribeImport", "ImportTableDescription", "ImportStatus", ImportArn=imported["ImportArn"]
    )
    assert (shown["ImportStatus"], shown["ImportedItemCount"], shown["ErrorCount"]) == ("COMPLETED", ITEMS, 0)
    with killing.server() as server:
        found = server.client().pages("Scan", TableName="again")
        assert sorted(int(item["Id"]["N"]) for item in found) == list(range(ITEMS))
        server.terminate()
