"""The limits of one server, so that a test can tighten them; the defaults are `stator.limits`."""

from __future__ import annotations

from dataclasses import dataclass

from stator import limits


@dataclass(frozen=True, slots=True)
class Bounds:
    """Times are seconds of the server's clock, sizes are bytes."""

    head_bytes_max: int = limits.HTTP_HEAD_BYTES_MAX
    body_bytes_max: int = limits.HTTP_BODY_BYTES_MAX
    chunk_overhead_max: int = limits.HTTP_CHUNK_OVERHEAD_MAX
    bodies_bytes_max: int = limits.HTTP_BODIES_BYTES_MAX
    unsent_bytes_max: int = limits.HTTP_UNSENT_BYTES_MAX
    writes_bytes_max: int = limits.WRITES_BYTES_MAX
    reads_max: int = limits.READS_MAX
    connections_max: int = limits.HTTP_CONNECTIONS_MAX
    backlog: int = limits.HTTP_BACKLOG
    queue_requests_max: int = limits.HTTP_QUEUE_REQUESTS_MAX
    queue_bytes_max: int = limits.HTTP_QUEUE_BYTES_MAX
    turn_requests: int = limits.HTTP_TURN_REQUESTS
    head_s_max: float = limits.HTTP_HEAD_S_MAX
    idle_s_max: float = limits.HTTP_IDLE_S_MAX
    body_grace_s: float = limits.HTTP_BODY_GRACE_S
    body_bytes_per_s_min: float = limits.HTTP_BODY_BYTES_PER_S_MIN
    write_s_max: float = limits.HTTP_WRITE_S_MAX
    linger_s_max: float = limits.HTTP_LINGER_S_MAX
    linger_bytes_max: int = limits.HTTP_LINGER_BYTES_MAX
    shutdown_s_max: float = limits.SHUTDOWN_S_MAX
    jobs_poll_s: float = limits.JOBS_POLL_S
    hosts_known_max: int = limits.HTTP_HOSTS_KNOWN_MAX
