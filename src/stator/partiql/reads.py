"""One page of a plan's reads.

A page of one read ends as that of a Query or a Scan. A page of several ends besides when PARTIQL_READS_PAGE_ITEMS items
were evaluated, or 1 MB of them; it goes on with the read, and the place in it, that `Selected.place` names.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from stator.engine.catalogue import Index, Table
from stator.engine.indexes import start_key
from stator.engine.intervals import restart
from stator.engine.item_keys import stored_key
from stator.engine.queries import ReadPlan, Source, read_page
from stator.limits import PAGE_BYTES_MAX, PARTIQL_READS_A_TURN, PARTIQL_READS_PAGE_ITEMS
from stator.partiql.next_tokens import Place
from stator.partiql.plans import Plan, Read
from stator.storage.contract import Steps
from stator.values import Item


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is read, and what becomes of each row; see `ReadPlan`. `fetch`: read whole items from the table."""

    table: Table
    index: Index | None
    matches: Callable[[Item], bool] | None
    project: Callable[[Item], Item] | None
    fetch: bool


@dataclass(slots=True)
class Selected:
    """`read_bytes`: what each read that was made evaluated. `fetched`: sizes of items read besides an index. `place`:
    where to go on, None at the end; `last`: the key that a lone read stopped at."""

    bodies: list[bytes] = field(default_factory=list)
    count: int = 0
    scanned: int = 0
    read_bytes: list[int] = field(default_factory=list)
    fetched: list[int] = field(default_factory=list)
    place: Place | None = None
    last: Item | None = None


def read_selected(
    source: Source, wanted: Wanted, plan: Plan, limit: int | None, start: Place | None
) -> Steps[Selected]:
    """`start`: a place in this plan's reads, None for the beginning."""
    selected = Selected()
    several = len(plan.reads) > 1
    most = min(limit or PARTIQL_READS_PAGE_ITEMS, PARTIQL_READS_PAGE_ITEMS) if several else limit
    place = start or Place(0, None)
    while place.read < len(plan.reads):
        if selected.scanned == most or sum(selected.read_bytes) >= PAGE_BYTES_MAX:
            selected.place = place
            break
        read = plan.reads[place.read]
        left = None if most is None else most - selected.scanned
        page = yield from read_page(source, _read_plan(wanted, plan, read, place.key, left))
        selected.bodies += page.bodies
        selected.count += page.count
        selected.scanned += page.scanned
        selected.read_bytes.append(page.row_bytes)
        selected.fetched += page.fetched
        if page.last is not None and not read.single:
            selected.place = Place(place.read, page.last)
            selected.last = None if several else page.last
            break
        place = Place(place.read + 1, None)
        if not place.read % PARTIQL_READS_A_TURN:
            yield None
    return selected


def _read_plan(wanted: Wanted, plan: Plan, read: Read, after: Item | None, limit: int | None) -> ReadPlan:
    interval = read.interval
    if after is not None:
        table, index = wanted.table, wanted.index
        row = stored_key(table, after) if index is None else start_key(table, index, after)
        interval = restart(interval, row, plan.reverse)
    return ReadPlan(
        wanted.table,
        wanted.index,
        *interval,
        collection=read.collection,
        reverse=plan.reverse,
        limit=limit,
        matches=wanted.matches,
        project=wanted.project,
        fetch=wanted.fetch,
    )
