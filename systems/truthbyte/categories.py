"""Categories and their counts: listed, counted anew, and read through a cache.

A cached count is never older than 30 s, and none outlives a change that this process made: every change calls
`changed`, which reaches all caches of the process. What was read before a change and arrives after it is not kept.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Iterable
from typing import Final

from stator.conditions import Attr, Condition
from stator.model import AlreadyExistsError, ConditionFailedError, NotFoundError
from systems.truthbyte.design import Category, TruthByteTables
from systems.truthbyte.faults import BusyError

AGE_S_MAX: Final = 30
COUNTS_KEPT_MAX: Final = 1024
_ATTEMPTS_MAX: Final = 20


class CategoryCounts:
    """`_held` (name -> count, and the moment before it was read) and `_changes` are guarded by `_lock`."""

    def __init__(self, tables: TruthByteTables, now: Callable[[], float]) -> None:
        self._tables = tables
        self._now = now
        self._lock = threading.Lock()
        self._held: dict[str, tuple[int, float]] = {}
        self._changes = 0
        with _caches_lock:
            _caches.add(self)

    def count(self, name: str) -> int:
        """How many questions a category has; 0 where it is not there."""
        asked_at = self._now()
        with self._lock:
            held = self._held.get(name)
            changes = self._changes
        if held is not None and 0 <= asked_at - held[1] <= AGE_S_MAX:
            return held[0]
        category = self._tables.category(name)
        count = 0 if category is None else category.count
        with self._lock:
            if changes == self._changes:
                if len(self._held) >= COUNTS_KEPT_MAX:
                    self._held.clear()
                self._held[name] = (count, asked_at)
        return count

    def forget(self, names: Iterable[str] | None) -> None:
        """None: all."""
        with self._lock:
            self._changes += 1
            for name in [*self._held] if names is None else names:
                self._held.pop(name, None)


_caches: weakref.WeakSet[CategoryCounts] = weakref.WeakSet()
_caches_lock = threading.Lock()


def changed(names: Iterable[str] | None = None) -> None:
    """To be called after the counts of these categories (all, unless given) were changed, or may have been."""
    every = None if names is None else tuple(names)
    with _caches_lock:
        caches = list(_caches)
    for cache in caches:
        cache.forget(every)


def listed(tables: TruthByteTables) -> list[Category]:
    return sorted(tables.every_category(), key=lambda category: category.name)


def display_name(name: str) -> str:
    """What people read: `world_history` is World History."""
    return " ".join(word[:1].upper() + word[1:] for word in name.replace("_", " ").split())


def recount(tables: TruthByteTables, names: Iterable[str]) -> dict[str, int]:
    """Each category's count becomes what its index holds. A question that is approved meanwhile is not lost: the count
    is set only if it is still what it was before the index was counted."""
    every = tuple(dict.fromkeys(names))
    try:
        return {name: _recount(tables, name) for name in every}
    finally:
        changed(every)


def _recount(tables: TruthByteTables, name: str) -> int:
    for _ in range(_ATTEMPTS_MAX):
        before = tables.category(name)
        count = tables.how_many_in(name)
        try:
            if before is None:
                tables.create(Category(name=name, count=count, display_name=display_name(name)))
            elif before.count != count:
                tables.update(before, {"count": count}, if_=_still(before))
        except (AlreadyExistsError, NotFoundError, ConditionFailedError):
            continue
        return count
    raise BusyError(f"the count of {name} changed each time it was counted")


def _still(before: Category) -> Condition:
    is_same = Attr("count").eq(before.count)
    return is_same if before.count else is_same | Attr("count").not_exists()
