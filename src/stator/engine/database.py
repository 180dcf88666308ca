"""A database: a store, its catalogue, a clock and randomness, and the settings that change what answers mean."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from stator.clock import Clock, SystemClock, seeded_random
from stator.engine.backups import BackupUpkeep
from stator.engine.bulk_puts import BulkPuts
from stator.engine.catalogue import Table
from stator.engine.expiry import Expiry
from stator.engine.imports import Imports
from stator.engine.items import Written
from stator.engine.jobs import Jobs
from stator.engine.like_aws import EASY, Hardships, LikeAws
from stator.engine.lingering import Lingering
from stator.engine.log_upkeep import LogUpkeep
from stator.engine.object_endpoints import ObjectEndpoint
from stator.engine.object_folders import ObjectFolders
from stator.engine.objects import NoObjects, Objects
from stator.engine.past import Past, Result
from stator.engine.tables import Catalogue
from stator.engine.throttling import Throttle
from stator.engine.tokens import Tokens
from stator.limits import STREAM_SHARD_S, STREAM_SHARDS
from stator.storage.contract import Store, Transaction

Watch = Callable[..., Any]
"""Takes an operation's handler and its arguments, and calls it (api.call.operate)."""

DEFAULT_ACCOUNT = "000000000000"
DEFAULT_REGION = "us-east-1"


@dataclass(frozen=True, slots=True)
class Options:
    """`namespace`: `shared` (one namespace, whatever a client signs with), `region`, or `account-region`.
    `region` and `account` are what ARNs carry, and the one namespace when it is shared. A new stream has
    `stream_shards` shards, a power of two, and each is replaced when it has been open for `stream_shard_s` seconds.
    Items are deleted when they have been expired for `ttl_delay_s` seconds.
    The buckets of imports and exports are folders in `s3_folder`, or else those of the S3 at `s3_endpoint`, a URL.
    `enforce_capacity`: whether provisioned capacity limits (engine.throttling). `limits_elsewhere`: whether another
    process holds the limits, and does what they limit."""

    region: str = DEFAULT_REGION
    account: str = DEFAULT_ACCOUNT
    namespace: str = "shared"
    like_aws: LikeAws = EASY
    stream_shards: int = STREAM_SHARDS
    stream_shard_s: float = STREAM_SHARD_S
    ttl_delay_s: float = 0.0
    s3_folder: str | None = None
    s3_endpoint: str | None = None
    enforce_capacity: bool = False
    limits_elsewhere: bool = False


class Database:
    """Owns its store: `close` closes it, after which `is_closed`. `watch`, where it is set, is called in the place of
    each operation's handler."""

    def __init__(
        self,
        store: Store,
        options: Options | None = None,
        clock: Clock | None = None,
        rng: random.Random | None = None,
    ) -> None:
        self.store = store
        self.options = options or Options()
        self.clock: Clock = clock or SystemClock()
        self.rng = rng or seeded_random()
        self.watch: Watch | None = None
        self.is_closed = False
        self.begin()

    def begin(self) -> None:
        """Remembers nothing yet of what the store holds: at the start, and again when the store was put back to another
        state. Nothing may be under way."""
        self.throttle = Throttle(self.clock, self.options.enforce_capacity, self.options.limits_elsewhere)
        self.catalogue = Catalogue(self.store, self.clock, self.options.stream_shards, self.throttle)
        self.objects = _objects_of(self.options)
        self.imports = Imports(self)
        self.bulk_puts = BulkPuts(self)
        self.jobs = Jobs(self)
        self.expiry = Expiry(self)
        self.log_upkeep = LogUpkeep(self)
        self.backup_upkeep = BackupUpkeep(self)
        self.hardships = Hardships(self.options.like_aws, self.clock, self.rng)
        self.lingering = Lingering(self.clock, self.hardships.linger_s)
        self.tokens = Tokens(self.clock)

    def read(self, consistent: bool, of_global_index: bool = False) -> Store | Past:
        """What a read of items goes to: the store, or an older state that an eventually consistent read may see."""
        if consistent or not self.hardships.remembers:
            return self.store
        return self.hardships.look_back(self.store, of_global_index) or self.store

    def remembering(self, run: Callable[[Transaction], Result]) -> Callable[[Transaction], Result]:
        """The work that writes items by `run`. Every such work is wrapped here, so that reads may miss its writes."""
        return self.hardships.history.remembering(run) if self.hardships.remembers else run

    def writing(self, table: Table, run: Callable[[Transaction], Written]) -> Callable[[Transaction], Written]:
        """The work that writes one item of `table` by `run`: `remembering`, and held to what limits the table."""
        return self.remembering(run if table.meter is None else self.throttle.metering(table, run))

    def close(self) -> None:
        self.is_closed = True
        self.store.close()


def _objects_of(options: Options) -> Objects:
    if options.s3_folder is not None:
        return ObjectFolders(options.s3_folder)
    if options.s3_endpoint is not None:
        return ObjectEndpoint(options.s3_endpoint, options.region)
    return NoObjects()
