"""Where a database is -> a transport to it: a file, memory, an endpoint, or a boto3 session, client or resource."""

from __future__ import annotations

import os
import random
import re
from typing import TYPE_CHECKING, Any

from stator.client.in_process import InProcess
from stator.client.transport import Transport
from stator.errors import SettingError, StatorError

if TYPE_CHECKING:
    from stator.clock import Clock
    from stator.engine.database import Database

MEMORY = ":memory:"
_OF_AWS = re.compile(
    r"https://(?:[a-z0-9-]+\.)?(?:streams\.)?dynamodb(?:-fips)?\.([a-z0-9-]+)\.(?:amazonaws\.com(?:\.cn)?|api\.aws)/?"
)


def connect(target: Any = MEMORY, **options: Any) -> Transport:
    """`target`: a file's path, ":memory:", an open Database, http(s)://host:port, an AWS endpoint's URL, or a boto3
    Session, client or resource. The options are those of `open_database` (and `background`: whether background work
    is done here), OverHttp or OverBoto.

    Raises StatorError: what is not a database, or an option that the kind of target does not take."""
    try:
        return _connected(target, options)
    except TypeError as error:
        given = ", ".join(sorted(options))
        raise StatorError(f"{target!r} does not take these options: {given} ({error})") from error


def _connected(target: Any, options: dict[str, Any]) -> Transport:
    if isinstance(target, os.PathLike):
        return _of_file(os.fspath(target), options)
    if not isinstance(target, str):
        return _of_object(target, options)
    if not target.startswith(("http://", "https://")):
        return _of_file(target, options)
    from_aws = _OF_AWS.fullmatch(target)
    if from_aws is not None:
        return _to_aws(target, from_aws.group(1), options)
    from stator.client.over_http import OverHttp

    return OverHttp(target, **options)


def connect_to_aws(region: str | None = None, profile: str | None = None) -> Transport:
    """AWS as boto3 finds it: what is not given comes from its configuration and the environment. Raises StatorError."""
    try:
        import boto3  # type: ignore[import-untyped]
        from botocore.exceptions import BotoCoreError
    except ImportError as error:
        raise StatorError("boto3 is needed to reach AWS: pip install 'stator[boto3]'") from error
    from stator.client.over_boto import OverBoto

    try:
        return OverBoto(boto3.Session(profile_name=profile, region_name=region))
    except BotoCoreError as error:
        raise StatorError(f"AWS: {error}") from error


def open_database(
    path: str = MEMORY,
    *,
    durability: str = "full",
    clock: Clock | None = None,
    rng: random.Random | None = None,
    **options: Any,
) -> Database:
    """Opens a file, or memory. `rng`: whatever is left to chance comes from it, the order of scans with it where the
    database is made here. `options` are those of engine.database.Options. Raises StatorError and TypeError."""
    from stator.engine.database import Database, Options
    from stator.storage import open_store

    settings = Options(**{name: value for name, value in options.items() if value is not None})
    return Database(open_store(path, durability, rng), settings, clock, rng)


def _of_file(path: str, options: dict[str, Any]) -> Transport:
    from stator.client.background import Background

    if "\0" in path:
        raise SettingError(f"{path!r} has a null character, which no path has.")
    enabled = options.pop("background", True)
    db = open_database(path, **options)
    background = Background(db, enabled)
    background.start()
    return InProcess(db, background=background)


def _of_object(target: Any, options: dict[str, Any]) -> Transport:
    from stator.client.over_boto import OverBoto, is_client, is_resource, is_session
    from stator.engine.database import Database

    if isinstance(target, Database):
        return InProcess(target, owns=False, **options)
    if is_session(target) or is_client(target) or is_resource(target):
        return OverBoto(target, **options)
    raise StatorError(
        f"{type(target).__name__} is no database; allowed: a file's path, ':memory:', http(s)://host:port,"
        " a boto3 Session, client or resource"
    )


def _to_aws(url: str, region: str, options: dict[str, Any]) -> Transport:
    """AWS checks signatures, and where credentials come from is botocore's to know."""
    try:
        import boto3
    except ImportError as error:
        raise StatorError(f"{url} is AWS's: install boto3 to reach it (pip install 'stator[boto3]')") from error
    from stator.client.over_boto import OverBoto

    region = options.pop("region", None) or region
    return OverBoto(boto3.Session(), region=region, endpoint_url=url, **options)
