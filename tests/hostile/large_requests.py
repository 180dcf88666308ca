"""Requests that are hard for their size or their shape, as bytes: what each is called -> (operation, body).

They go to one table one after the other; some stand on the item that an earlier one left.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

KEY = b'"TableName":"large","Key":{"pk":{"S":"a"}}'
EMPTY = b'{"S":""}'

Case = tuple[str, str, bytes]


def elements(element: bytes, count: int) -> bytes:
    return b'{"L":[' + b",".join([element] * count) + b"]}"


def item(value: bytes, key: bytes = b"a") -> bytes:
    return b'{"pk":{"S":"' + key + b'"},"a":' + value + b"}"


def put(value: bytes) -> bytes:
    return b'{"TableName":"large","Item":' + item(value) + b"}"


def batch(value: bytes, count: int) -> bytes:
    writes = [b'{"PutRequest":{"Item":' + item(value, b"%d" % number) + b"}}" for number in range(count)]
    return b'{"RequestItems":{"large":[' + b",".join(writes) + b"]}}"


def update(text: str, **values: Any) -> bytes:
    given = {":" + name: value for name, value in values.items()}
    more = {"ExpressionAttributeValues": given} if given else {}
    request = {"TableName": "large", "Key": {"pk": {"S": "a"}}, "UpdateExpression": text, **more}
    return json.dumps(request).encode()


def names(template: bytes, count: int) -> bytes:
    return b",".join(template % number for number in range(count))


def of_the_largest_item() -> Iterator[Case]:
    """Whatever touches an item of 400 KB that is 3.6 MB of JSON has to decode it."""
    yield "put 400 KB of empty texts", "PutItem", put(elements(EMPTY, 409_000))
    yield "get it", "GetItem", b"{" + KEY + b"}"
    yield "project it", "GetItem", b"{" + KEY + b',"ProjectionExpression":"a[7]"}'
    yield "update beside it", "UpdateItem", update("SET b = :b", b={"S": "1"})
    yield "append to it", "UpdateItem", update("SET a = list_append(a, :b)", b={"L": [{"S": "1"}]})
    yield "change inside it", "UpdateItem", update("SET a[5] = :b", b={"S": ""})
    yield "double it", "UpdateItem", update("SET c = list_append(a, a)")
    contained = {f":v{number}": {"S": f"x{number}"} for number in range(100)}
    text = " or ".join(f"contains(a, {name})" for name in contained)
    scan = {"TableName": "large", "FilterExpression": text, "ExpressionAttributeValues": contained}
    yield "scan it with 100 contains", "Scan", json.dumps(scan).encode()
    yield "delete it", "DeleteItem", b"{" + KEY + b',"ReturnValues":"ALL_OLD"}'
    yield "put half of it", "PutItem", put(elements(EMPTY, 200_000))
    yield (
        "copy it 140 times",
        "UpdateItem",
        update("SET " + ",".join(f"c{n}=list_append(a,a)" for n in range(140))),
    )
    yield "put 400 KB of empty lists", "PutItem", put(elements(b'{"L":[]}', 102_000))
    yield "put 90,000 texts in a set", "PutItem", put(b'{"SS":[' + names(b'"%x"', 90_000) + b"]}")
    yield "add to the set", "UpdateItem", update("ADD a :b", b={"SS": ["one more"]})
    yield "put 90,000 numbers in a set", "PutItem", put(b'{"NS":[' + names(b'"%d"', 90_000) + b"]}")
    yield "add a fraction to them", "UpdateItem", update("ADD a :b", b={"NS": ["-1.5"]})


def of_16_mb(values: int) -> Iterator[Case]:
    """Those whose every value is looked at have so many `values` and may be smaller."""
    count = (16 << 20) - 2000
    yield "texts", "PutItem", put(elements(EMPTY, count // 9))
    yield "lists", "PutItem", put(elements(b'{"L":[]}', count // 9))
    yield "far numbers", "PutItem", put(elements(b'{"N":"1E100"}', count // 14))
    yield "one number", "PutItem", put(b'{"N":"' + b"1" * count + b'"}')
    yield "zeros of one number", "PutItem", put(b'{"N":"' + b"0" * count + b'1"}')
    yield "one binary", "PutItem", put(b'{"B":"' + b"A" * (count // 4 * 4) + b'"}')
    yield "escapes of one text", "PutItem", put(b'{"S":"' + b"\\u00e9" * (count // 6) + b'"}')
    yield "a set of numbers", "PutItem", put(b'{"NS":[' + names(b'"%dE-3"', values) + b"]}")
    yield "a fault at the end", "PutItem", put(elements(EMPTY, values)[:-2] + b',{"S":1}]}')
    yield "what is unknown", "PutItem", b'{"X":[' + b"{}," * (count // 3) + b'{}],"TableName":null}'
    yield "an unknown operation", "Nothing", b"[" + b"{}," * (count // 3) + b"{}]"
    yield "what is not JSON", "ListTables", b"[" + b"{}," * (count // 3)
    yield "zeros", "ListTables", b"[" + b"0," * (count // 2) + b"0]"
    yield "brackets", "ListTables", b"[" * count
    yield "a batch of texts", "BatchWriteItem", batch(b'{"S":"' + b"x" * (count // 42) + b'"}', 25)
    yield "a batch of binaries", "BatchWriteItem", batch(b'{"B":"' + b"AAAA" * (count // 125) + b'"}', 25)
    yield "a batch of lists", "BatchWriteItem", batch(elements(EMPTY, values // 25), 25)
    yield (
        "the batch again",
        "BatchGetItem",
        json.dumps(
            {"RequestItems": {"large": {"Keys": [{"pk": {"S": f"{number}"}} for number in range(25)]}}}
        ).encode(),
    )
    yield "a name", "Scan", b'{"TableName":"' + b"a" * count + b'"}'
    yield "an ARN", "Scan", b'{"TableName":"arn:' + b":" * count + b'"}'
    yield "an expression", "Scan", b'{"TableName":"large","FilterExpression":"' + b"(" * count + b'"}'


def of_many_members(count: int) -> Iterator[Case]:
    schema = b'[{"AttributeName":"pk","KeyType":"HASH"}]'
    create = b'{"TableName":"made","BillingMode":"PAY_PER_REQUEST","KeySchema":' + schema + b","
    yield (
        "keys",
        "BatchGetItem",
        b'{"RequestItems":{"large":{"Keys":[' + names(b'{"pk":{"S":"%x"}}', count) + b"]}}}",
    )
    yield "tables", "BatchWriteItem", b'{"RequestItems":{' + names(b'"t%07x":[]', count) + b"}}"
    yield (
        "attributes to get",
        "GetItem",
        b"{" + KEY + b',"AttributesToGet":[' + names(b'"%x"', 4 * count) + b"]}",
    )
    yield (
        "names",
        "GetItem",
        (
            b"{"
            + KEY
            + b',"ProjectionExpression":"#0","ExpressionAttributeNames":{'
            + names(b'"#%x":"x"', 2 * count)
            + b"}}"
        ),
    )
    yield "values", "UpdateItem", (
        b"{" + KEY + b',"UpdateExpression":"SET z=:0","ExpressionAttributeValues":{'
        + names(b'":%x":{"S":""}', 2 * count)
        + b"}}"
    )  # fmt: skip
    yield (
        "filters",
        "Scan",
        (
            b'{"TableName":"large","ScanFilter":{'
            + names(b'"%x":{"ComparisonOperator":"NULL"}', count)
            + b"}}"
        ),
    )
    yield (
        "updates",
        "UpdateItem",
        (b"{" + KEY + b',"AttributeUpdates":{' + names(b'"%x":{"Action":"DELETE"}', count) + b"}}"),
    )
    yield (
        "definitions",
        "CreateTable",
        (
            create
            + b'"AttributeDefinitions":['
            + names(b'{"AttributeName":"%x","AttributeType":"S"}', count)
            + b"]}"
        ),
    )
    yield "tags", "CreateTable", (
        create + b'"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}],"Tags":['
        + names(b'{"Key":"%x","Value":""}', count) + b"]}"
    )  # fmt: skip
    yield "index updates", "UpdateTable", (
        b'{"TableName":"large","GlobalSecondaryIndexUpdates":['
        + names(b'{"Delete":{"IndexName":"i%07x"}}', count) + b"]}"
    )  # fmt: skip
    yield (
        "transacted items",
        "TransactWriteItems",
        (
            b'{"TransactItems":['
            + names(b'{"Delete":{"TableName":"large","Key":{"pk":{"S":"%x"}}}}', count)
            + b"]}"
        ),
    )
    yield "levels", "PutItem", put(b'{"L":[' * count + b"]}" * count)
