"""Every limit, in one place, each with its source. AWS's limits:
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html and .../Constraints.html"""

from __future__ import annotations

# Items and keys (AWS)
ITEM_BYTES_MAX = 400 * 1024
NAME_BYTES_MAX = 65_535
# Members of a set that may yet be in an item: they are different, so few of them take less than three bytes (ours)
SET_MEMBERS_MAX = 210_000
PARTITION_KEY_BYTES_MAX = 2048
SORT_KEY_BYTES_MAX = 1024
ITEM_COLLECTION_BYTES_MAX = 10 * 1024**3

# Pages (AWS): bytes of items evaluated by one Query or Scan, and returned by one BatchGetItem
PAGE_BYTES_MAX = 1024 * 1024
BATCH_GET_BYTES_MAX = 16 * 1024 * 1024
# What one BatchGetItem sends, give or take an item (ours): JSON can be nine times an item's size
BATCH_GET_JSON_BYTES_MAX = 32 * 1024 * 1024
BATCH_GET_KEYS_MAX = 100
BATCH_WRITE_REQUESTS_MAX = 25

# Transactions (AWS): actions of one (the model has it too), bytes of their items, and how long a client's token makes
# a repeat harmless. Expired tokens that a transaction with a token clears away (ours): more than it leaves
TRANSACTION_BYTES_MAX = 4 * 1024 * 1024
TOKEN_S = 600
TOKENS_PURGED = 4

# Turns (ours): what one turn of a read may take before others are served: about 2 ms of work
TURN_ROWS_PLAIN = 512
TURN_ROWS_DECODED = 128
TURN_BYTES_MAX = 256 * 1024
# Bytes that one work of a batch write may write: inside every store's transaction budget
WORK_BYTES_MAX = 2 * 1024 * 1024

# Hardships (ours): how far AWS's own lag is imitated, which is usually within a second. A read misses fewer than
# UNSEEN_WRITES_MAX writes: few enough that a client makes them well within the time, so that what it misses depends on
# the seed and not on its speed. The fresh shares are of reads that see all
INDEX_LAG_S_MAX = 1.0
INDEX_FRESH_SHARE = 0.25
STALE_S_MAX = 1.0
STALE_FRESH_SHARE = 0.5
UNSEEN_WRITES_MAX = 32
LINGER_S_MIN = 0.25
LINGER_S_MAX = 1.0
PARTIAL_BATCH_SHARE = 0.2
CONFLICT_SHARE = 0.05
# What is remembered of replaced rows: enough that a page of many turns stays one state under some load
HISTORY_WRITES_MAX = 4096
HISTORY_BYTES_MAX = 64 * 1024 * 1024

# Requests over HTTP: the body is AWS's (it answers 413 beyond); the rest is ours
HTTP_BODY_BYTES_MAX = 16 * 1024 * 1024
# Eight times what the longest signed request of an SDK needs
HTTP_HEAD_BYTES_MAX = 64 * 1024
# Bytes of a chunked body beside its data: sizes and line ends; an SDK needs under one in a thousand
HTTP_CHUNK_OVERHEAD_MAX = 4 * 1024 * 1024
# All bodies that are arriving at once: what many large uploads together may make the server hold
HTTP_BODIES_BYTES_MAX = 512 * 1024 * 1024
# All answers that clients have yet to take: beyond it the connection that has been taking its own for longest is ended
HTTP_UNSENT_BYTES_MAX = 256 * 1024 * 1024
# Bodies of the requests that wait to be written; one more is answered with ThrottlingException
WRITES_BYTES_MAX = 64 * 1024 * 1024
# Reads of several turns that have pages in the making; the others wait for one of them to end
READS_MAX = 64
HTTP_CONNECTIONS_MAX = 8192
HTTP_BACKLOG = 1024
# Requests and bytes that wait on one connection before its input is no longer read
HTTP_QUEUE_REQUESTS_MAX = 32
HTTP_QUEUE_BYTES_MAX = 1024 * 1024
# Pipelined requests that one connection may have answered in one turn of the loop
HTTP_TURN_REQUESTS = 16
# What the steps of long operations together take of one turn of the loop
TURN_S_MAX = 0.002
HTTP_HEAD_S_MAX = 20.0
HTTP_IDLE_S_MAX = 300.0
# A body may take this long, and beyond it this many bytes a second at least
HTTP_BODY_GRACE_S = 30.0
HTTP_BODY_BYTES_PER_S_MIN = 4 * 1024
# A client that does not take its answer
HTTP_WRITE_S_MAX = 60.0
# After a refusal the rest of the request is read and dropped, so that the client sees the answer
HTTP_LINGER_S_MAX = 10.0
HTTP_LINGER_BYTES_MAX = 64 * 1024 * 1024
# Requests in flight may end within this time of a stop
SHUTDOWN_S_MAX = 20.0
# Processes that serve one file
WORKERS_MAX = 64
# How often jobs that other processes left are looked for
JOBS_POLL_S = 1.0
# Names of hosts that were found good and are remembered
HTTP_HOSTS_KNOWN_MAX = 1024

# Expressions (AWS)
EXPRESSION_BYTES_MAX = 4096
EXPRESSION_OPERATORS_MAX = 300
EXPRESSION_IN_OPERANDS_MAX = 100
EXPRESSION_PATH_LEVELS_MAX = 32
PLACEHOLDER_BYTES_MAX = 255
EXPRESSION_LIST_INDEX_MAX = 2**32 - 2
# Elements of lists and sets that `contains` may look at in one item, all tests of a condition together; conditions of
# one legacy filter, and attributes of AttributeUpdates or AttributesToGet; characters of the names and placeholders of
# an expression that is remembered (ours)
CONTAINED_ELEMENTS_MAX = 2_000_000
LEGACY_CONDITIONS_MAX = 1000
LEGACY_ATTRIBUTES_MAX = 20_000
NAMES_REMEMBERED_CHARS_MAX = 8192
# Compiled expressions that are remembered, of each of the four kinds (ours): 5 to 100 KB each
EXPRESSIONS_REMEMBERED = 512

# PartiQL (AWS): operands of IN, reads that one SELECT becomes, items of a page of several reads, the largest index of a
# list, levels of a literal
PARTIQL_IN_OPERANDS_MAX = 100
PARTIQL_READS_MAX = 50
PARTIQL_READS_PAGE_ITEMS = 10
PARTIQL_LIST_INDEX_MAX = 2**31 - 1
PARTIQL_LITERAL_LEVELS_MAX = 32
# PartiQL (ours): reads in one turn; statements within one another, conditions within one another, tests that comparing
# conditions makes, and branches that a WHERE is taken apart into; statements that are remembered, and up to which
# length: up to 300 KB each
PARTIQL_READS_A_TURN = 8
PARTIQL_STATEMENTS_WITHIN_MAX = 8
PARTIQL_DEPTH_MAX = 64
PARTIQL_TESTS_MAX = 4096
PARTIQL_BRANCHES_MAX = 1024
PARTIQL_REMEMBERED = 256
PARTIQL_REMEMBERED_CHARS_MAX = 2048

# Tables (AWS)
TABLE_NAME_CHARS_MIN = 3
TABLE_NAME_CHARS_MAX = 255
LOCAL_INDEXES_MAX = 5
GLOBAL_INDEXES_MAX = 20
KEY_ELEMENTS_MAX = 2
INDEX_HASH_ATTRIBUTES_MAX = 4
INDEX_RANGE_ATTRIBUTES_MAX = 4
NON_KEY_ATTRIBUTES_MAX = 100
LIST_TABLES_MAX = 100
TAGS_MAX = 50
TAG_KEY_CHARS_MAX = 128
TAG_VALUE_CHARS_MAX = 256
RESOURCE_POLICY_BYTES_MAX = 20 * 1024
CAPACITY_UNITS_MAX = 10**12
ACCOUNT_CAPACITY_UNITS_MAX = 80_000
TABLE_CAPACITY_UNITS_MAX = 40_000
WARM_READ_UNITS_ON_DEMAND = 12_000
WARM_WRITE_UNITS_ON_DEMAND = 4_000
# Decreases of provisioned throughput in one UTC day that need no pause, and the pause of the others
DECREASES_FREE_A_DAY = 4
DECREASE_PAUSE_S = 3600
# Seconds of a limit's units that may be saved up (AWS), and limits whose state is kept (ours)
BURST_S = 300
BUCKETS_MAX = 16_384

# The catalogue and its jobs (ours)
CACHED_TABLES_MAX = 4096
JOB_STEP_ROWS = 256
JOB_STEP_BYTES = 256 * 1024
# Jobs that are looked through in one slice for one that a user waits for, and slices that are looked through
JOBS_LOOKED_AT = 64
JOBS_SLICES_LOOKED_AT = 16
# The lease on background work: how long it holds, after what time its holder renews it
LEASE_S = 2.0
LEASE_RENEW_S = 0.5
# In process: what closing a database spends on what is due; the bounds of the pause after a piece, which is as long as
# the piece was; how long closing waits for a piece that is under way
BACKGROUND_CLOSE_S = 0.05
BACKGROUND_PAUSE_S_MIN = 0.001
BACKGROUND_PAUSE_S_MAX = 0.05
BACKGROUND_STOP_S_MAX = 5.0
# What UpdateTable backfills before it answers; the rest is a job
BACKFILL_FIRST_ITEMS = 10_000
BACKFILL_FIRST_S = 0.25

# Backups and recovery (AWS): how long a deleted table's own backup is kept, how far recovery reaches back unless it is
# told otherwise, and backups in one answer. Backups that are looked through in one slice, how often those whose time is
# over are looked for, and how many of them at once (ours)
SYSTEM_BACKUP_DAYS = 35
RECOVERY_DAYS = 35
LIST_BACKUPS_MAX = 100
BACKUPS_LOOKED_AT = 256
BACKUPS_LOOK_S = 60.0
BACKUPS_ENDING_LOOKED_AT = 16
# What CreateBackup and the restores copy before they answer; the rest is a job
COPY_FIRST_ITEMS = 10_000
COPY_FIRST_S = 0.25

# Imports and exports: what one page lists, how long a client token counts, and what an incremental export spans (AWS);
# bytes of one record of a source, records that are looked through in one slice, what ImportTable and
# ExportTableToPointInTime do before they answer, the rest being a job, and what one data file holds (ours)
LIST_TRANSFERS_MAX = 25
TRANSFER_TOKEN_S = 8 * 3600
IMPORT_RECORD_BYTES_MAX = 4 * 1024 * 1024
TRANSFERS_LOOKED_AT = 100
IMPORT_FIRST_ITEMS = 10_000
IMPORT_FIRST_S = 0.25
EXPORT_WINDOW_S_MIN = 15 * 60
EXPORT_WINDOW_S_MAX = 24 * 3600
EXPORT_FIRST_ITEMS = 10_000
EXPORT_FIRST_S = 0.25
EXPORT_FILE_ROWS = 4096
EXPORT_FILE_BYTES = 1024 * 1024

# Bulk puts: how long they are listed, and what one page lists unless it is told (AWS); what StartBulkPutItems and
# CancelBulkOperation do before they answer, the rest being a job; how much of its rate a bulk put that fell behind may
# catch up with at once, and the longest wait that is believed, beyond which the clock was turned back (ours)
BULK_LISTED_S = 90 * 24 * 3600
BULK_LIST_MAX = 10
BULK_FIRST_ITEMS = 10_000
BULK_FIRST_S = 0.25
BULK_BURST_S = 1.0
BULK_WAIT_S_MAX = 60.0

# S3 endpoints. Stator's own: a call that nobody answers is given up after a minute
S3_CONNECT_S_MAX = 5
S3_READ_S_MAX = 15
S3_ATTEMPTS = 3
S3_RANGE_BYTES = 4 * 1024 * 1024

# Expiry (AWS): an item whose time is longer past is not deleted. Ours: how often queues are looked at that had nothing
# due, and how many of them at once; rows that a step writes, of items, entries and indexes, and bytes of the items that
# it reads: some 4 ms
EXPIRY_AGE_S_MAX = 5 * 365 * 86_400
EXPIRY_LOOK_S = 0.5
EXPIRY_TABLES_LOOKED_AT = 64
EXPIRY_STEP_ROWS = 256
EXPIRY_STEP_BYTES = 256 * 1024

# Streams (AWS): how long a record, a closed shard and a closed stream can be read; what one GetRecords returns at most;
# how long an iterator lasts; and shards and streams in one answer
STREAM_S = 24 * 3600
STREAM_RECORDS_MAX = 1000
STREAM_RECORDS_BYTES_MAX = 1024 * 1024
SHARD_ITERATOR_S = 15 * 60
DESCRIBE_SHARDS_MAX = 100
LIST_STREAMS_MAX = 100
# How long a shard is open (AWS replaces them about every four hours), how many there are in a new stream (AWS: one a
# partition, of which a table on demand begins with four), and the most that may be asked for (ours)
STREAM_SHARD_S = 4 * 3600
STREAM_SHARD_HOURS_MIN = 0.001
STREAM_SHARDS = 4
STREAM_SHARDS_MAX = 64
# The log (ours): what one page of its history is; shards that are looked at in one slice; and how often every log is
# looked at for what is due: at least so often, and this many times in the life of a shard
LOG_PAGE_ROWS = 256
LOG_PAGE_BYTES = 256 * 1024
LOG_SHARDS_LOOKED_AT = 256
STREAMS_LOOKED_AT = 256
LOG_LOOK_S_MAX = 60.0
LOG_LOOKS_A_SHARD = 8

# Requests' shapes: an ARN's length (the model); validation errors in one answer (AWS stops at ten); characters of a
# request's value that one error echoes, and distinct callers that are remembered (ours)
ARN_CHARS_MAX = 1024
VALIDATION_ERRORS_MAX = 10
ECHO_CHARS_MAX = 64 * 1024
CALLERS_REMEMBERED = 1024
# Bytes of the requests whose texts came lately and may come again, and the longest such text (ours)
REPEATED_BYTES_MAX = 24 << 20
REPEATED_TEXT_BYTES_MAX = 1024
# Values of a faulty request that are searched for the fault (ours): some 0.3 s
EXPLAINED_VALUES_MAX = 200_000
# Objects and arrays inside each other that AWS's newer layer of validation reads of a single-item write: between 40
# and 63 maps of an attribute value, "about 62", at two levels of JSON each
NEWER_LAYER_LEVELS_MAX = 128

# Large requests (ours): what is decoded and checked at once, in one turn of the loop: some 20 ms. What is larger goes
# to a helper thread in pieces, or is refused: an item of 400 KB has at most 410,000 values and twice as many tokens
# (commas and opening brackets)
PIECE_BYTES = 64 * 1024
PIECE_TOKENS_MAX = 10_000
WHOLE_BODY_BYTES_MAX = 1024 * 1024
REQUEST_TOKENS_MAX = 1_000_000
# Bodies that wait for the helper thread, all connections together
LARGE_BODIES_BYTES_MAX = 256 * 1024 * 1024

# Templates (ours, but CloudFormation's own largest is 1 MB): nodes of one document with its aliases written out, levels
# of it, what loops may make, and files that one template may name
TEMPLATE_BYTES_MAX = 16 * 1024 * 1024
TEMPLATE_NODES_MAX = 250_000
TEMPLATE_LEVELS_MAX = 100
TEMPLATE_LOOPS_MAX = 100_000
TEMPLATE_FILES_MAX = 256
# How long a table, an index or an import may take to be there, and how often it is asked about (ours)
APPLY_WAIT_S_MAX = 24 * 3600.0
APPLY_POLL_S_MAX = 5.0
# Tables whose tags are read to find those that left a template (ours)
APPLY_TABLES_LOOKED_AT_MAX = 10_000

# The native client (ours): segments of one scan that are read at once
SCAN_SEGMENTS_AT_ONCE_MAX = 64
# Calls of an async client that wait at once, each on a thread: as many writes may share a sync
ASYNC_CALLS_MAX = 64
# Names of tables that are known to be well formed
TABLE_NAMES_REMEMBERED = 4096

# The pytest plugin (ours): steps of background work after a clock was moved, frames looked through for who called
TESTING_STEPS_MAX = 1_000_000
CALL_SITE_FRAMES_MAX = 200
