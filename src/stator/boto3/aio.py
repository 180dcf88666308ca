"""aiobotocore's AioSession over a database in the process."""

from __future__ import annotations

from typing import Any

from aiobotocore.session import AioSession as _AioSession

from stator.boto3.creating import SERVICES, completed
from stator.boto3.databases import Opened
from stator.boto3.plugging import plug
from stator.boto3.sending import AsyncInProcessHttp
from stator.client.connecting import MEMORY


class AioSession(_AioSession):  # type: ignore[misc]
    """An AioSession whose `dynamodb` and `dynamodbstreams` clients stay in the process; `database`
    and `options` are stator.boto3.Session's, `profile` is AioSession's own.

    A read is answered at once; what has to wait for the disk, or is long, goes on in another thread."""

    def __init__(self, database: Any = MEMORY, *, profile: str | None = None, **options: Any) -> None:
        super().__init__(profile=profile)
        self._opened = Opened(database, options)

    async def _create_client(self, service_name: str, *args: Any, **kwargs: Any) -> Any:
        if service_name not in SERVICES:
            return await super()._create_client(service_name, *args, **kwargs)
        opened = self._opened
        given = completed(self, (service_name, *args), kwargs, opened.db.options.region)
        client = await super()._create_client(**given)
        plug(client, AsyncInProcessHttp(opened.service, keeps=opened))
        return client

    def close(self) -> None:
        """Closes the database if this session opened it. Idempotent."""
        self._opened.close()

    def __enter__(self) -> AioSession:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
