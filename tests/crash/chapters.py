"""The life of one file, in chapters: each opens it, does one kind of write in every form it has, and closes it.

A chapter is acts; each is tried again where the disk refused it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from life import HOUR_S, T0, Act, Chapter, Life

from stator.errors import ServiceError

Request = dict[str, Any]


def asks(operation: str, **request: Any) -> Act:
    return lambda life: life.call(operation, **request)


def finishes(life: Life) -> None:
    life.finish_jobs()


def passes(hours: float) -> Act:
    return lambda life: life.clock.advance(hours * HOUR_S)


def refused(act: Act) -> Act:
    """What the caller is refused: it writes nothing."""

    def refuse(life: Life) -> None:
        with pytest.raises(ServiceError):
            act(life)

    return refuse


# What the table holds


def schema(*names: str) -> list[Request]:
    return [{"AttributeName": n, "KeyType": k} for n, k in zip(names, ("HASH", "RANGE"), strict=False)]


def text(length: int) -> Request:
    return {"S": "x" * length}


def number(value: float) -> Request:
    return {"N": str(value)}


def key(n: int) -> Request:
    return {"pk": {"S": f"p{n % 3}"}, "sk": number(n)}


def song(n: int, **more: Request) -> Request:
    """Most are in both indexes, and many expire in a day."""
    item = key(n) | {"a": text(n * 7 % 90 + 1), **more}
    if n % 4:
        item["g"] = {"S": f"g{n % 5}"}
    if n % 3:
        item["e"] = number(T0 + 24 * HOUR_S + n)
    return item


def table(name: str, **more: Any) -> Request:
    return {
        "TableName": name,
        "AttributeDefinitions": [
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "sk", "AttributeType": "N"},
            {"AttributeName": "g", "AttributeType": "S"},
        ],
        "KeySchema": schema("pk", "sk"),
        "LocalSecondaryIndexes": [
            {"IndexName": "local", "KeySchema": schema("pk", "g"), "Projection": {"ProjectionType": "KEYS_ONLY"}}
        ],
        "GlobalSecondaryIndexes": [
            {"IndexName": "global", "KeySchema": schema("g", "sk"), "Projection": {"ProjectionType": "ALL"}}
        ],
        "BillingMode": "PAY_PER_REQUEST",
        **more,
    }


def puts(n: int, **more: Request) -> Act:
    return asks("PutItem", TableName="music", Item=song(n, **more))


def updates(n: int, expression: str, **values: Request) -> Act:
    given = {"ExpressionAttributeValues": {f":{name}": value for name, value in values.items()}} if values else {}
    return asks("UpdateItem", TableName="music", Key=key(n), UpdateExpression=expression, **given)


def deletes(n: int, **more: Any) -> Act:
    return asks("DeleteItem", TableName="music", Key=key(n), **more)


def batch(put: tuple[int, ...], deleted: tuple[int, ...], **more: Request) -> Act:
    requests = [{"PutRequest": {"Item": song(n, **more)}} for n in put]
    requests += [{"DeleteRequest": {"Key": key(n)}} for n in deleted]
    return asks("BatchWriteItem", RequestItems={"music": requests})


def states(statement: str, *parameters: Request) -> Request:
    return {"Statement": statement, **({"Parameters": list(parameters)} if parameters else {})}


def executes(statement: str, *parameters: Request) -> Act:
    return asks("ExecuteStatement", **states(statement, *parameters))


INSERT = 'INSERT INTO "music" VALUE {\'pk\': ?, \'sk\': ?, \'g\': ?}'
UPDATE = 'UPDATE "music" SET a = ? WHERE pk = ? AND sk = ?'
DELETE = 'DELETE FROM "music" WHERE pk = ? AND sk = ?'

TRANSACTION = {
    "ClientRequestToken": "once",
    "TransactItems": [
        {"Put": {"TableName": "music", "Item": song(41)}},
        {
            "Update": {
                "TableName": "music",
                "Key": key(1),
                "UpdateExpression": "ADD n :n",
                "ExpressionAttributeValues": {":n": number(1)},
            }
        },
        {"Delete": {"TableName": "music", "Key": key(2)}},
        {"ConditionCheck": {"TableName": "music", "Key": key(4), "ConditionExpression": "attribute_exists(pk)"}},
    ],
}
FAILED_CHECK = {
    "TransactItems": [
        {"Put": {"TableName": "music", "Item": song(42)}},
        {"ConditionCheck": {"TableName": "music", "Key": key(4), "ConditionExpression": "attribute_not_exists(pk)"}},
    ]
}
ADDED_INDEX = {
    "TableName": "music",
    "AttributeDefinitions": [{"AttributeName": "a", "AttributeType": "S"}],
    "GlobalSecondaryIndexUpdates": [
        {"Create": {"IndexName": "added", "KeySchema": schema("a"), "Projection": {"ProjectionType": "ALL"}}}
    ],
}
BOTH_IMAGES = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
EXPIRES = {"AttributeName": "e", "Enabled": True}
EXPIRES_NO_MORE = {"AttributeName": "e", "Enabled": False}
IMPORTED = {
    "S3BucketSource": {"S3Bucket": "source"},
    "InputFormat": "DYNAMODB_JSON",
    "ClientToken": "import",
    "TableCreationParameters": table("imported"),
}


def put_source(s3: Path) -> None:
    """What the import reads."""
    folder = s3 / "source"
    folder.mkdir(parents=True)
    (folder / "songs.json").write_text("\n".join(json.dumps({"Item": song(n)}) for n in range(20)))


def backs_up(life: Life) -> None:
    if not life.call("ListBackups")["BackupSummaries"]:
        life.call("CreateBackup", TableName="music", BackupName="nightly")


def restores(life: Life) -> None:
    arn = life.arn("ListBackups", "BackupSummaries", "BackupArn")
    asks("RestoreTableFromBackup", BackupArn=arn, TargetTableName="restored")(life)


def deletes_backup(life: Life) -> None:
    if life.call("ListBackups")["BackupSummaries"]:
        life.call("DeleteBackup", BackupArn=life.arn("ListBackups", "BackupSummaries", "BackupArn"))


def recovers(life: Life) -> None:
    at = life.clock.now() - 60
    asks(
        "RestoreTableToPointInTime",
        SourceTableName="music",
        TargetTableName="recovered",
        RestoreDateTime=at,
    )(life)


def table_arn(life: Life) -> str:
    return str(life.call("DescribeTable", TableName="music")["Table"]["TableArn"])


def deletes_table(name: str) -> Act:
    def act(life: Life) -> None:
        if name in life.call("ListTables")["TableNames"]:
            life.call("DeleteTable", TableName=name)

    return act


LIFE: tuple[Chapter, ...] = (
    Chapter("making the file", ()),
    Chapter("CreateTable", (asks("CreateTable", **table("music")), asks("CreateTable", **table("other")))),
    Chapter("PutItem", (*map(puts, range(5)), puts(5, b=text(5000)), puts(5), puts(6, b=text(30_000)), puts(1))),
    Chapter(
        "UpdateItem",
        (
            updates(1, "SET g = :g, b = :b ADD c :c", g=text(7), b=text(2500), c=number(3)),
            updates(30, "SET g = :g", g=text(2)),
            updates(2, "REMOVE g"),
            refused(asks("UpdateItem", TableName="music", Key=key(1), ConditionExpression="attribute_not_exists(pk)")),
        ),
    ),
    Chapter("DeleteItem", (deletes(3, ReturnValues="ALL_OLD"), deletes(6), deletes(99))),
    Chapter(
        "BatchWriteItem",
        (
            batch(tuple(range(6, 20)), (30, 98)),
            batch(tuple(range(20, 28)), (5,), b=text(3000)),
            batch(tuple(range(20, 28)), ()),
        ),
    ),
    Chapter(
        "TransactWriteItems",
        (
            asks("TransactWriteItems", **TRANSACTION),
            asks("TransactWriteItems", **TRANSACTION),
            refused(asks("TransactWriteItems", **FAILED_CHECK)),
        ),
    ),
    Chapter(
        "PartiQL",
        (
            executes(INSERT, text(1), number(50), text(3)),
            executes(UPDATE, text(4000), *key(7).values()),
            executes(DELETE, *key(8).values()),
            asks(
                "BatchExecuteStatement",
                Statements=[states(UPDATE, text(3), *key(9).values()), states(DELETE, *key(10).values())],
            ),
            asks(
                "ExecuteTransaction",
                TransactStatements=[
                    states(UPDATE, text(5), *key(11).values()),
                    states(DELETE, *key(12).values()),
                ],
                ClientRequestToken="once more",
            ),
        ),
    ),
    Chapter("adding an index", (asks("UpdateTable", **ADDED_INDEX), puts(13, b=text(9)), finishes, puts(14))),
    Chapter(
        "deleting an index",
        (
            asks(
                "UpdateTable", TableName="music", GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": "global"}}]
            ),
            puts(15, b=text(9)),
            finishes,
        ),
    ),
    Chapter(
        "streams and recovery",
        (
            asks("UpdateTable", TableName="music", StreamSpecification=BOTH_IMAGES),
            puts(16, b=text(9)),
            asks(
                "UpdateContinuousBackups",
                TableName="music",
                PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
            ),
            deletes(16),
            batch((16, 17, 60, 61), (18,), b=text(40)),
            updates(17, "SET b = :b", b=text(3000)),
            finishes,
        ),
    ),
    Chapter(
        "expiry",
        (
            asks("UpdateTimeToLive", TableName="music", TimeToLiveSpecification=EXPIRES),
            puts(62),
            finishes,
            updates(62, "SET e = :e", e=number(T0 + 20 * HOUR_S)),
        ),
    ),
    Chapter("expiry deletes", (finishes, puts(63, e=number(T0)), finishes), hours=14),
    Chapter("point-in-time restore", (puts(64), passes(0.2), deletes(64), recovers, puts(65), finishes)),
    Chapter("backup", (backs_up, puts(66), deletes(65), finishes, puts(67))),
    Chapter("restore from a backup", (restores, finishes)),
    Chapter("deleting a backup", (deletes_backup, finishes)),
    Chapter("import", (asks("ImportTable", **IMPORTED), finishes)),
    Chapter(
        "tags and settings",
        (
            lambda life: life.call("TagResource", ResourceArn=table_arn(life), Tags=[{"Key": "k", "Value": "v"}]),
            asks("UpdateTable", TableName="music", DeletionProtectionEnabled=True),
            asks("UpdateTable", TableName="music", DeletionProtectionEnabled=False),
        ),
    ),
    Chapter("new shards and trimming", (finishes, puts(68), passes(30), finishes, puts(69)), hours=5),
    Chapter(
        "expiry off",
        (asks("UpdateTimeToLive", TableName="music", TimeToLiveSpecification=EXPIRES_NO_MORE), finishes),
        hours=30,
    ),
    Chapter(
        "checkpoints",
        tuple(puts(n, b=text(9000 + n)) for n in range(70, 76)),
        wal_bytes=20_000,
    ),
    Chapter("DeleteTable", (*map(deletes_table, ("music", "restored", "recovered", "imported")), finishes)),
    Chapter("trimming what a deleted table left", (finishes, passes(30), finishes), hours=50),
)
