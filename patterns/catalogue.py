"""Every pattern, in the catalogue's order. A pattern is registered here, by its module, and nowhere else."""

from __future__ import annotations

from types import ModuleType

from patterns import (
    analytics,
    audit_trail,
    chat,
    conditional_writes,
    connections,
    counters,
    games,
    hierarchy,
    indexing,
    iot,
    large_items,
    leader_board,
    lifecycle,
    locks,
    outbox,
    relationships,
    reservations,
    single_table,
    time_based,
    versioning,
    write_sharding,
)
from patterns.function import Function
from patterns.functions import connections as connections_function
from patterns.functions import outbox as outbox_function
from patterns.functions import time_based as time_based_function
from patterns.pattern import Pattern

MODULES: tuple[ModuleType, ...] = (
    single_table,
    relationships,
    hierarchy,
    time_based,
    connections,
    conditional_writes,
    versioning,
    lifecycle,
    indexing,
    write_sharding,
    counters,
    leader_board,
    reservations,
    locks,
    large_items,
    outbox,
    audit_trail,
)

DESIGNS: tuple[ModuleType, ...] = (iot, games, chat, analytics)
"""Whole applications, which put several patterns together."""

CATALOGUE: dict[str, Pattern] = {
    module.__name__.partition(".")[2]: module.PATTERN for module in (*MODULES, *DESIGNS)
}
"""By the name of its module, which is its page's."""

FUNCTIONS: dict[str, Function] = {
    "time_based": time_based_function.FUNCTION,
    "connections": connections_function.FUNCTION,
    "outbox": outbox_function.FUNCTION,
}
"""What AWS Lambda runs beside a pattern, by the pattern's name."""
