"""Makes the file that the tests of released formats open: run once for each format, when it is released, and kept.

python tests/released/make_file.py tests/released/format-1.db
"""

from __future__ import annotations

import sys
from pathlib import Path

from stator.client.in_process import InProcess
from stator.clock import ManualClock, seeded_random
from stator.engine.database import Database
from stator.storage import open_store

TABLE = {
    "TableName": "kept",
    "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [
        {"AttributeName": "pk", "AttributeType": "S"},
        {"AttributeName": "sk", "AttributeType": "N"},
        {"AttributeName": "local", "AttributeType": "B"},
        {"AttributeName": "global", "AttributeType": "S"},
    ],
    "KeySchema": [
        {"AttributeName": "pk", "KeyType": "HASH"},
        {"AttributeName": "sk", "KeyType": "RANGE"},
    ],
    "LocalSecondaryIndexes": [
        {
            "IndexName": "by-local",
            "KeySchema": [
                {"AttributeName": "pk", "KeyType": "HASH"},
                {"AttributeName": "local", "KeyType": "RANGE"},
            ],
            "Projection": {"ProjectionType": "KEYS_ONLY"},
        }
    ],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": "by-global",
            "KeySchema": [{"AttributeName": "global", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "ALL"},
        }
    ],
    "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
}

ITEMS = [
    {"pk": {"S": "a"}, "sk": {"N": "-1.5"}, "global": {"S": "g"}, "local": {"B": "AAE="}},
    {"pk": {"S": "a"}, "sk": {"N": "0"}, "global": {"S": "g"}, "text": {"S": "é" * 1000}},
    {"pk": {"S": "a"}, "sk": {"N": "12345678901234567890123456789012345678"}, "half": {"S": "h" * 5000}},
    {
        "pk": {"S": "b\0c"},
        "sk": {"N": "1"},
        "set": {"NS": ["1", "2"]},
        "map": {"M": {"l": {"L": [{"NULL": True}]}}},
    },
]


def make(path: Path) -> None:
    db = Database(open_store(str(path)), clock=ManualClock(), rng=seeded_random(1))
    client = InProcess(db)
    client.call("CreateTable", TABLE)
    for item in ITEMS:
        client.call("PutItem", {"TableName": "kept", "Item": item})
    db.close()


if __name__ == "__main__":
    make(Path(sys.argv[1]))
