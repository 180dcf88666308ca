"""Counts that many raise at once: an atomic one, one spread over shards, and one that counts each event once."""

from __future__ import annotations

from zlib import crc32

from patterns.pattern import Pattern
from stator.model import Design, Entity, Stored, Table, get, query, ref


class Page(Entity):
    stored = Stored({"pk": "PAGE#{page_id}", "sk": "PAGE"})

    page_id: str
    likes: int = 0


class Views(Entity):
    stored = Stored({"pk": "PAGE#{page_id}", "sk": "VIEWS#{shard:2}"})

    page_id: str
    shard: int
    count: int = 0


class Like(Entity):
    stored = Stored({"pk": "PAGE#{page_id}", "sk": "LIKE#{user_id}"})

    page_id: str
    user_id: str


class Pages(Design):
    table = Table("pages", pk="pk", sk="sk")
    entities = (Page, Views, Like)

    @get(Page, consistent=True)
    def page(self, page_id: str) -> None:
        """A page with its exact count of likes."""

    @query(Views)
    def views_of(self, page_id: str) -> None:
        """The shards of a page's views."""


SHARDS = 4


def seen(pages: Pages, request_id: str) -> None:
    """One more view, in one of the shards."""
    shard = crc32(request_id.encode()) % SHARDS
    pages.update(ref(Views, page_id="home", shard=shard), add={"count": 1})


def like(pages: Pages, user_id: str) -> None:
    """The like and its count, all or none: a second like of one user is refused and is not counted."""
    with pages.transaction() as both:
        both.create(Like(page_id="home", user_id=user_id))
        both.update(ref(Page, page_id="home"), add={"likes": 1})


def many_views(pages: Pages) -> object:
    """Views are added, each to a shard; their sum is one query."""
    for number in range(10):
        seen(pages, f"request-{number}")
    return sum(each.count for each in pages.views_of("home"))


def liked(pages: Pages) -> object:
    """A like is counted with the item that proves it."""
    like(pages, "ann")
    return pages.page("home")


def liked_again(pages: Pages) -> None:
    """The same user's second like changes nothing."""
    like(pages, "ann")


PATTERN = Pattern(
    title="Counters",
    problem="A count that is read, raised and written loses what others add between. ADD raises it within the "
    "database. Where one item is too hot, the count is the sum of several; where each event may count "
    "once only, the event is an item and its count moves in the same transaction.",
    design=Pages,
    items=(Page(page_id="home"), *(Views(page_id="home", shard=shard) for shard in range(SHARDS))),
    examples=(many_views, liked, liked_again),
    why=(
        "ADD loses no update and reads nothing first: one write unit.",
        "Shards multiply what one item takes, and one query of small items sums them.",
        "With the event's item in the transaction, a retry is a refusal and not a second count.",
    ),
    trade_offs=(
        "A plain ADD that is retried after a lost answer counts twice.",
        "The exact way costs four units a like where the plain one costs one, and its item is as hot as any.",
        "A sum over shards is of slightly different moments.",
    ),
    not_when=(
        "The count is of what a query reads anyway: count there.",
        "Nearly right is enough at a very high rate: count from the stream, in batches.",
    ),
)
