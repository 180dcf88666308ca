"""The service of a process that only reads: it answers reads from the file, and passes the rest to the writer.

A write that the writer has answered is in the file, so the next read of any process sees it: every read begins with
the latest commit (storage). Passed on are also reads that depend on what one process alone knows: all of them under
the settings of `--like-aws`, and those of tables whose reads are limited, for their buckets are the writer's.
"""

from __future__ import annotations

from collections.abc import Callable

from stator.limits import PIECE_BYTES
from stator.server.messages import Request
from stator.server.relay import Reply, ToWriter
from stator.server.service import DynamoService

READS = frozenset(
    f"{service}.{operation}".encode()
    for service, operations in {
        "DynamoDB_20120810": (
            "BatchGetItem",
            "DescribeTable",
            "GetItem",
            "ListTables",
            "Query",
            "Scan",
            "TransactGetItems",
        ),
        "DynamoDBStreams_20120810": ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams"),
    }.items()
    for operation in operations
)
"""X-Amz-Target of the operations that never write."""


class ReadingService:
    """A connection's `Service`."""

    def __init__(self, own: DynamoService, writer: ToWriter, reads: bool) -> None:
        """`own` answers reads, unless `reads` is false."""
        self._own = own
        self._pass_on: Callable[[Request, Reply], None] = writer.pass_on
        self._targets = READS if reads else frozenset()

    def answer(self, request: Request, reply: Reply) -> bytes | None:
        own = request.headers.get(b"x-amz-target") in self._targets and len(request.body) <= PIECE_BYTES
        if own or request.method != b"POST":
            return self._own.answer(request, reply)
        self._pass_on(request, reply)
        return None

    def refuse(self, status: int, text: str) -> bytes:
        return self._own.refuse(status, text)
