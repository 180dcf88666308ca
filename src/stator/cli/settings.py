"""Every setting of the server: one table. The command line, the environment, the file and docs/settings.md follow it.

A setting `log_format` is the flag `--log-format`, the variable STATOR_LOG_FORMAT and the key log_format (or log-format)
of a TOML file. A flag wins over the environment, that over the file, that over the default.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from stator.limits import (
    STREAM_SHARD_HOURS_MIN,
    STREAM_SHARD_S,
    STREAM_SHARDS,
    STREAM_SHARDS_MAX,
    WORKERS_MAX,
)

ENV_PREFIX = "STATOR_"
MEMORY = ":memory:"
_TRUE = ("true", "1", "yes", "on")
_FALSE = ("false", "0", "no", "off")
_REGION = re.compile(r"[A-Za-z0-9-]{1,63}")
_HOST_NAME = re.compile(r"(\*\.)?[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")
_ORIGIN = re.compile(r"\*|null|[a-z][a-z0-9+.-]*://[^/\s]+/?")
_SEED_MAX = 2**63 - 1

Parse = Callable[[Any], Any]
"""A value as text, or as TOML has it -> the setting's value. Raises ValueError for what is not allowed."""


@dataclass(frozen=True, slots=True)
class Setting:
    """`allowed` says in words what `parse` takes. A switch is a flag without a value; a many may be given repeatedly
    (separated by commas in the environment, a list in the file)."""

    name: str
    parse: Parse
    default: Any
    allowed: str
    help: str
    metavar: str = ""
    switch: bool = False
    many: bool = False

    @property
    def flag(self) -> str:
        return "--" + self.name.replace("_", "-")

    @property
    def env(self) -> str:
        return ENV_PREFIX + self.name.upper()

    @property
    def default_text(self) -> str:
        if self.switch:
            return "on" if self.default else "off"
        return "none" if self.default in (None, ()) else str(self.default)


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError
    return value


def _url(value: Any) -> str:
    text = _text(value)
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError
    return text


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in _TRUE:
        return True
    if isinstance(value, str) and value.lower() in _FALSE:
        return False
    raise ValueError


def _integer(low: int, high: int) -> Parse:
    def parse(value: Any) -> int:
        if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,20}", value):
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise ValueError
        return value

    return parse


def _duration(value: Any) -> float:
    if isinstance(value, bool):
        raise ValueError
    number = float(value) if isinstance(value, str | int | float) else -1.0
    if not 0 <= number < float("inf"):
        raise ValueError
    return number


def _share(value: Any) -> float:
    if isinstance(value, bool):
        raise ValueError
    number = float(value) if isinstance(value, str | int | float) else -1.0
    if not 0 <= number <= 1:
        raise ValueError
    return number


def _hours(low: float) -> Parse:
    def parse(value: Any) -> float:
        number = _duration(value)
        if number < low:
            raise ValueError
        return number

    return parse


def _power_of_two(high: int) -> Parse:
    within = _integer(1, high)

    def parse(value: Any) -> int:
        number: int = within(value)
        if number & (number - 1):
            raise ValueError
        return number

    return parse


def _one_of(*words: str) -> Parse:
    def parse(value: Any) -> str:
        if value not in words:
            raise ValueError
        return str(value)

    return parse


def _matching(pattern: re.Pattern[str]) -> Parse:
    def parse(value: Any) -> str:
        if not pattern.fullmatch(_text(value)):
            raise ValueError
        return str(value)

    return parse


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "host", _text, "127.0.0.1", "a name or an address of this machine", "Address to listen on.", "ADDRESS"
    ),
    Setting(
        "port", _integer(0, 65535), 8000, "0 to 65535; 0 picks a free one", "Port to listen on.", "NUMBER"
    ),
    Setting(
        "data",
        _text,
        "./stator.db",
        "a path, or :memory:",
        "The database file; :memory: keeps nothing.",
        "PATH",
    ),
    Setting(
        "durability",
        _one_of("full", "relaxed"),
        "full",
        "full or relaxed",
        "full: an answer to a write means that it survives a power cut. relaxed: the last writes may not.",
        "MODE",
    ),
    Setting(
        "workers",
        _integer(1, WORKERS_MAX),
        1,
        f"1 to {WORKERS_MAX}",
        "Processes that serve the file: all of them read, the first one writes.",
        "NUMBER",
    ),
    Setting(
        "region",
        _matching(_REGION),
        "us-east-1",
        "letters, digits and hyphens, at most 63",
        "The region that ARNs carry.",
        "NAME",
    ),
    Setting(
        "namespace",
        _one_of("shared", "region", "account-region"),
        "shared",
        "shared, region or account-region",
        "shared: every client sees the same tables. region: the tables of the region it signs for. "
        "account-region: also those of its access key alone.",
        "MODE",
    ),
    Setting(
        "log_format",
        _one_of("text", "json"),
        "text",
        "text or json",
        "text: errors and slow requests. json: one line a request as well.",
        "FORMAT",
    ),
    Setting(
        "slow_ms",
        _duration,
        None,
        "milliseconds, 0 or more",
        "Log requests that take longer, with their expressions, never their values.",
        "MS",
    ),
    Setting(
        "allow_anyone",
        _boolean,
        False,
        "true or false",
        "Needed to listen beyond this machine: whoever reaches the address can read and write everything.",
        switch=True,
    ),
    Setting(
        "allowed_host",
        _matching(_HOST_NAME),
        (),
        "a host name, or *.name for all below it",
        "A further Host name that is served, besides localhost and IP addresses.",
        "NAME",
        many=True,
    ),
    Setting(
        "cors_origin",
        _matching(_ORIGIN),
        (),
        "an origin such as https://app.example.com, or *",
        "An origin whose web pages may call this server.",
        "ORIGIN",
        many=True,
    ),
    Setting(
        "stream_shards",
        _power_of_two(STREAM_SHARDS_MAX),
        STREAM_SHARDS,
        f"a power of two, 1 to {STREAM_SHARDS_MAX}",
        "Shards of a new stream. A running one comes to as many when its shards are next replaced, never to fewer.",
        "NUMBER",
    ),
    Setting(
        "stream_shard_hours",
        _hours(STREAM_SHARD_HOURS_MIN),
        STREAM_SHARD_S / 3600,
        f"hours, {STREAM_SHARD_HOURS_MIN} or more",
        "How long a stream's shard is open before its children replace it.",
        "HOURS",
    ),
    Setting(
        "s3_folder",
        _text,
        None,
        "a path",
        "The folder that imports read and exports write: s3://bucket/key is the file PATH/bucket/key.",
        "PATH",
    ),
    Setting(
        "s3_endpoint",
        _url,
        None,
        "an http or https URL, without s3_folder",
        "The S3 that imports read and exports write instead of a folder. Needs pip install 'stator[s3]'.",
        "URL",
    ),
    Setting(
        "enforce_capacity",
        _boolean,
        False,
        "true or false",
        "Throttle provisioned tables and indexes at their capacity. On-demand maximums always throttle.",
        switch=True,
    ),
    Setting(
        "ttl_delay",
        _duration,
        0.0,
        "seconds, 0 or more",
        "An expired item stays for so long. AWS may leave it for days.",
        "SECONDS",
    ),
    Setting(
        "like_aws",
        _boolean,
        False,
        "true or false",
        "Be as hard as production: turns on the next five.",
        switch=True,
    ),
    Setting(
        "index_lag",
        _boolean,
        None,
        "true or false",
        "Reads of global indexes lag behind writes.",
        switch=True,
    ),
    Setting(
        "stale_reads",
        _boolean,
        None,
        "true or false",
        "Reads that are not ConsistentRead may be stale.",
        switch=True,
    ),
    Setting(
        "lingering_states",
        _boolean,
        None,
        "true or false",
        "Tables and indexes stay CREATING, UPDATING and DELETING for a while.",
        switch=True,
    ),
    Setting(
        "partial_batches",
        _boolean,
        None,
        "true or false",
        "Batches leave some of their parts unprocessed now and then.",
        switch=True,
    ),
    Setting(
        "conflict_rate",
        _share,
        None,
        "0 to 1",
        "Share of item writes and transactions that another transaction is in the way of; 0.05 with --like-aws.",
        "SHARE",
    ),
    Setting(
        "seed",
        _integer(0, _SEED_MAX),
        None,
        f"0 to {_SEED_MAX}",
        "Makes the hardships of a run repeat; one is drawn and printed when none is given.",
        "NUMBER",
    ),
)

BY_NAME = {setting.name: setting for setting in SETTINGS}


@dataclass(frozen=True, slots=True)
class Settings:
    """The value of each setting in `SETTINGS`, under its name."""

    host: str
    port: int
    data: str
    durability: str
    workers: int
    region: str
    namespace: str
    log_format: str
    slow_ms: float | None
    allow_anyone: bool
    allowed_host: tuple[str, ...]
    cors_origin: tuple[str, ...]
    stream_shards: int
    stream_shard_hours: float
    s3_folder: str | None
    s3_endpoint: str | None
    enforce_capacity: bool
    ttl_delay: float
    like_aws: bool
    index_lag: bool | None
    stale_reads: bool | None
    lingering_states: bool | None
    partial_batches: bool | None
    conflict_rate: float | None
    seed: int | None
