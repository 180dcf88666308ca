"""The first door: a database opened as SQLite's are. A small to-do list in a file; run it twice.

python examples/in_process.py [FILE]
"""

from __future__ import annotations

import sys

import stator
from stator.conditions import Attr, Key


def todo_table(db: stator.DB) -> stator.Table:
    try:
        return db.create_table(
            TableName="Todo",
            KeySchema=[
                {"AttributeName": "who", "KeyType": "HASH"},
                {"AttributeName": "number", "KeyType": "RANGE"},
            ],
            AttributeDefinitions=[
                {"AttributeName": "who", "AttributeType": "S"},
                {"AttributeName": "number", "AttributeType": "N"},
            ],
            BillingMode="PAY_PER_REQUEST",
        )
    except stator.errors.ResourceInUseException:
        return db.table("Todo")


def main() -> None:
    path = sys.argv[1] if len(sys.argv) > 1 else "todo.db"
    with stator.open(path) as db:
        todo = todo_table(db)
        newest = next(
            todo.query_items(KeyConditionExpression=Key("who").eq("ada"), ScanIndexForward=False), None
        )
        number = 1 if newest is None else newest["number"] + 1
        # The condition keeps two programs that run at once from taking the same number
        todo.put_item(
            Item={"who": "ada", "number": number, "what": f"task {number}", "done": False},
            ConditionExpression=Attr("number").not_exists(),
        )
        if newest is not None:
            todo.update_item(
                Key={"who": "ada", "number": newest["number"]},
                UpdateExpression="SET done = :yes",
                ExpressionAttributeValues={":yes": True},
            )
        for item in todo.query_items(KeyConditionExpression=Key("who").eq("ada")):
            print(f"[{'x' if item['done'] else ' '}] {item['number']} {item['what']}")


if __name__ == "__main__":
    main()
