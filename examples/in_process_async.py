"""The first door, awaited: a hundred writes share a few syncs of the disk, and the loop goes on meanwhile.

python examples/in_process_async.py [FILE]
"""

from __future__ import annotations

import asyncio
import sys

import stator


async def main() -> None:
    path = sys.argv[1] if len(sys.argv) > 1 else ":memory:"
    async with stator.aopen(path) as db:
        readings = await db.create_table(
            TableName="Readings",
            KeySchema=[
                {"AttributeName": "sensor", "KeyType": "HASH"},
                {"AttributeName": "second", "KeyType": "RANGE"},
            ],
            AttributeDefinitions=[
                {"AttributeName": "sensor", "AttributeType": "S"},
                {"AttributeName": "second", "AttributeType": "N"},
            ],
            BillingMode="PAY_PER_REQUEST",
        )
        await asyncio.gather(
            *(
                readings.put_item(Item={"sensor": "roof", "second": second, "value": second * second % 97})
                for second in range(100)
            )
        )
        values = [item["value"] async for item in readings.scan_items()]
        print(f"{len(values)} readings, the highest {max(values)}")


if __name__ == "__main__":
    asyncio.run(main())
