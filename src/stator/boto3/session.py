"""boto3's Session over a database in the process."""

from __future__ import annotations

from typing import Any

import boto3  # type: ignore[import-untyped]

from stator.boto3.creating import SERVICES, completed
from stator.boto3.databases import Opened
from stator.boto3.plugging import plug
from stator.boto3.sending import InProcessHttp
from stator.client.connecting import MEMORY


class Session(boto3.Session):  # type: ignore[misc]
    """A boto3.Session whose `dynamodb` and `dynamodbstreams` clients and resources stay in the process; those of other
    services are boto3's.

    `database`: a file's path, ":memory:", or a database that is open. One that is named by a path is opened with
    `options` (stator.client.connecting.open_database's) and is this session's: `close`, the end of a `with` block, or
    the end of the last client closes it. The other arguments are boto3.Session's; a region and credentials are made up
    for the database's clients where there are none. Safe to share between threads as far as boto3's is; clients are.

    Raises StatorError: what is no database, or cannot be opened."""

    def __init__(
        self,
        database: Any = MEMORY,
        *,
        aws_access_key_id: str | None = None,
        aws_secret_access_key: str | None = None,
        aws_session_token: str | None = None,
        region_name: str | None = None,
        botocore_session: Any = None,
        profile_name: str | None = None,
        aws_account_id: str | None = None,
        **options: Any,
    ) -> None:
        credentials = {
            "aws_access_key_id": aws_access_key_id,
            "aws_secret_access_key": aws_secret_access_key,
            "aws_session_token": aws_session_token,
        }
        if aws_account_id is not None:  # older boto3s have no such argument
            credentials["aws_account_id"] = aws_account_id
        super().__init__(
            **credentials,
            region_name=region_name,
            botocore_session=botocore_session,
            profile_name=profile_name,
        )
        self._opened = Opened(database, options)

    @property
    def region_name(self) -> str:
        """The one that was given or is configured, else the database's."""
        region: str = super().region_name or self._opened.db.options.region
        return region

    def client(self, service_name: str, *args: Any, **kwargs: Any) -> Any:
        """boto3's client, with boto3's arguments: one whose calls stay in the process where `service_name` is
        "dynamodb" or "dynamodbstreams". `endpoint_url` is taken and goes nowhere."""
        if service_name not in SERVICES:
            return super().client(service_name, *args, **kwargs)
        opened = self._opened
        given = completed(self._session, (service_name, *args), kwargs, opened.db.options.region)
        client = super().client(**given)
        plug(client, InProcessHttp(opened.service, keeps=opened))
        return client

    def close(self) -> None:
        """Closes the database if this session opened it: its clients' calls then raise StatorError. Idempotent."""
        self._opened.close()

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
