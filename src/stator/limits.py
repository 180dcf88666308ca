"""Every limit, in one place, each with its source. AWS's limits:
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html and .../Constraints.html"""

from __future__ import annotations

# Items and keys (AWS)
ITEM_BYTES_MAX = 400 * 1024
PARTITION_KEY_BYTES_MAX = 2048
SORT_KEY_BYTES_MAX = 1024
ITEM_COLLECTION_BYTES_MAX = 10 * 1024**3

# Pages (AWS): bytes of items evaluated by one Query or Scan, and returned by one BatchGetItem
PAGE_BYTES_MAX = 1024 * 1024
BATCH_GET_BYTES_MAX = 16 * 1024 * 1024
BATCH_GET_KEYS_MAX = 100
BATCH_WRITE_REQUESTS_MAX = 25

# Turns (ours): what one turn of a read may take before others are served: about 2 ms of work
TURN_ROWS_PLAIN = 512
TURN_ROWS_DECODED = 128
TURN_BYTES_MAX = 256 * 1024
# Bytes that one work of a batch write may write: inside every store's transaction budget
WORK_BYTES_MAX = 2 * 1024 * 1024

# Requests over HTTP: the body is AWS's (it answers 413 beyond); the rest is ours
HTTP_BODY_BYTES_MAX = 16 * 1024 * 1024
# Eight times what the longest signed request of an SDK needs
HTTP_HEAD_BYTES_MAX = 64 * 1024
# Bytes of a chunked body beside its data: sizes and line ends; an SDK needs under one in a thousand
HTTP_CHUNK_OVERHEAD_MAX = 4 * 1024 * 1024
# All bodies that are arriving at once, over 64 KB each: what many large uploads together may hold
HTTP_BODIES_BYTES_MAX = 512 * 1024 * 1024
HTTP_CONNECTIONS_MAX = 8192
HTTP_BACKLOG = 1024
# Requests and bytes that wait on one connection before its input is no longer read
HTTP_QUEUE_REQUESTS_MAX = 32
HTTP_QUEUE_BYTES_MAX = 1024 * 1024
# Pipelined requests that one connection may have answered in one turn of the loop
HTTP_TURN_REQUESTS = 16
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
# How often jobs that other processes left are looked for
JOBS_POLL_S = 1.0
# Names of hosts that were found good and are remembered
HTTP_HOSTS_KNOWN_MAX = 1024
