"""Which database a command works on, said the same way everywhere: a file, an endpoint, or AWS.

    --data FILE       a database file, in use by a server or not; STATOR_DATA, stator.toml, or ./stator.db without it
    --endpoint URL    Stator's server, or any other of the protocol
    --aws             AWS itself, with --region and --profile as the AWS CLI knows them

A command adds these by `add_arguments` and calls operations through `opened`. What else concerns a file (its namespace,
where imports and exports lie) comes from the server's settings.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stator.errors import SettingError, StatorError

if TYPE_CHECKING:
    from stator.cli.settings import Settings
    from stator.client.transport import Transport

AWS_NAME = "AWS"
# What the settings of a server say of a file besides where it is
_OF_A_FILE = ("durability", "region", "namespace", "stream_shards", "enforce_capacity", "s3_endpoint")


@dataclass(frozen=True, slots=True)
class Target:
    """One of: `path`, absolute, None for memory; `endpoint`; AWS when `aws`. `name` is for people."""

    settings: Settings
    endpoint: str | None = None
    aws: bool = False
    region: str | None = None
    profile: str | None = None

    @property
    def is_file(self) -> bool:
        return self.path is not None

    @property
    def path(self) -> Path | None:
        from stator.cli.serving import place_of

        return None if self.endpoint or self.aws else place_of(self.settings.data)

    @property
    def name(self) -> str:
        if self.aws:
            return AWS_NAME if self.region is None else f"{AWS_NAME} {self.region}"
        return self.endpoint or (self.settings.data if self.path is None else str(self.path))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("where")
    one = group.add_mutually_exclusive_group()
    one.add_argument(
        "--data",
        metavar="FILE",
        help="The database file; a server may have it in use. [STATOR_DATA] [default: stator.db]",
    )
    one.add_argument("--endpoint", metavar="URL", help="A server instead, http(s)://host:port.")
    one.add_argument("--aws", action="store_true", help="AWS's DynamoDB instead (needs boto3).")
    group.add_argument("--region", metavar="NAME", help="The region: AWS's, or that of ARNs.")
    group.add_argument("--profile", metavar="NAME", help="With --aws: whose credentials.")


def resolved(arguments: argparse.Namespace) -> Target:
    """What the arguments name. Opens nothing. Raises SettingError."""
    from stator.cli.sources import resolve

    if arguments.profile and not arguments.aws:
        raise SettingError("--profile is given without --aws; allowed: with it")
    endpoint: str | None = arguments.endpoint
    if endpoint is not None and not endpoint.startswith(("http://", "https://")):
        raise SettingError(f"--endpoint is '{endpoint}'; allowed: http://host:port or https://host:port")
    flags = {"data": getattr(arguments, "data", None), "region": arguments.region}
    settings = resolve(flags, os.environ, None)
    return Target(settings, endpoint, arguments.aws, arguments.region, arguments.profile)


@contextmanager
def opened(arguments: argparse.Namespace, *, creates: bool = False) -> Iterator[Transport]:
    """A transport to what the arguments name, closed at the block's end. Raises SettingError and StatorError.

    A file that is not there is an error, unless the command `creates` it."""
    transport = connected(resolved(arguments), creates=creates)
    try:
        yield transport
    finally:
        transport.close()


def connected(target: Target, *, creates: bool = False) -> Transport:
    """As `opened`; the caller closes it."""
    from stator.client.connecting import connect, connect_to_aws

    if target.aws:
        return connect_to_aws(target.region, target.profile)
    if target.endpoint is not None:
        return connect(target.endpoint, **({} if target.region is None else {"region": target.region}))
    path = target.path
    if path is None:
        return connect(target.settings.data, **_file_options(target.settings))
    if not creates:
        check_there(path)
    try:
        return connect(str(path), **_file_options(target.settings))
    except SettingError as error:
        raise StatorError(str(error)) from error


def check_there(path: Path) -> None:
    """Raises StatorError: reading makes no file."""
    if is_unmade(path):
        raise StatorError(
            f"{path} is {'empty' if path.exists() else 'not there'}: name the database with --data FILE, "
            "--endpoint URL or --aws (`stator serve` makes a file)"
        )


def is_unmade(path: Path) -> bool:
    """Whether there is no file, or one of no bytes, which the first who writes makes a database."""
    return not path.exists() or (path.is_file() and path.stat().st_size == 0)


def add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="Write JSON, for programs.")


def _file_options(settings: Settings) -> dict[str, Any]:
    options = {name: getattr(settings, name) for name in _OF_A_FILE}
    folder = settings.s3_folder
    options["s3_folder"] = None if folder is None else os.path.abspath(os.path.expanduser(folder))
    options["stream_shard_s"] = settings.stream_shard_hours * 3600
    options["ttl_delay_s"] = settings.ttl_delay
    return options
