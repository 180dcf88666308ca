"""Counts that many raise at once: an atomic one, one spread over shards, and one that counts each event once."""

from __future__ import annotations

from zlib import crc32

from patterns.pattern import Pattern, Weighed
from stator.model import Attr, Design, Entity, Stored, Table, get, query, ref


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


def seen(pages: Pages, page_id: str, view_id: str, token: str | None = None) -> None:
    """One more view, in one of the shards. With a token a view that is sent again within ten minutes counts once."""
    shard = crc32(view_id.encode()) % SHARDS
    pages.upsert(Views(page_id=page_id, shard=shard), add={"count": 1}, token=token)


def like(pages: Pages, page_id: str, user_id: str) -> None:
    """The like and its count, all or none: a second like of one user is refused and is not counted."""
    with pages.transaction() as both:
        both.create(Like(page_id=page_id, user_id=user_id))
        both.update(ref(Page, page_id=page_id), add={"likes": 1})


def unlike(pages: Pages, page_id: str, user_id: str) -> None:
    """The like goes and its count with it, once."""
    with pages.transaction() as both:
        both.erase(ref(Like, page_id=page_id, user_id=user_id), if_=Attr("user_id").exists())
        both.update(ref(Page, page_id=page_id), add={"likes": -1})


def many_views(pages: Pages) -> object:
    """Views are added, each to a shard; their sum is one query."""
    for number in range(10):
        seen(pages, "home", f"view-{number}")
    return sum(each.count for each in pages.views_of("home"))


def seen_again(pages: Pages) -> object:
    """A view whose answer was lost is sent again, with its token: it counts once."""
    for _ in range(2):
        seen(pages, "home", "view-10", token="view-10")
    return sum(each.count for each in pages.views_of("home"))


def liked(pages: Pages) -> object:
    """A like is counted with the item that proves it."""
    like(pages, "home", "ann")
    return pages.page("home")


def liked_again(pages: Pages) -> None:
    """The same user's second like changes nothing, however much later it comes."""
    like(pages, "home", "ann")


def unliked(pages: Pages) -> object:
    """A like is taken back."""
    unlike(pages, "home", "ann")
    return pages.page("home")


def unliked_again(pages: Pages) -> None:
    """It is taken back once."""
    unlike(pages, "home", "ann")


PATTERN = Pattern(
    title="Counters",
    problem="A count that is read, raised and written loses what others add between. ADD raises it within the "
    "database. Where one item is too hot, the count is the sum of several; where each event may count "
    "once only, the event is an item and its count moves in the same transaction.",
    design=Pages,
    items=(
        Page(page_id="home"),
        Page(page_id="about", likes=1),
        Like(page_id="about", user_id="bo"),
    ),
    examples=(many_views, seen_again, liked, liked_again, unliked, unliked_again),
    why=(
        "ADD loses no update, reads nothing first, and makes the count where there is none: one write unit.",
        "Shards multiply what one item takes, and one query of small items sums them.",
        "With the event's item in the transaction, a retry is a refusal and not a second count.",
    ),
    trade_offs=Weighed(
        scale="One item takes 1,000 units a second. Shards here share the page's partition key, which DynamoDB may "
        "split between sort keys while it is hot; to be sure of it, the shard goes into the partition key.",
        cost="A plain ADD is one unit, one with a token two and a read, a like four. A sum reads all "
        "shards: half a unit for 4 KB of them.",
        consistency="A plain ADD that is retried after a lost answer counts twice; a token prevents that for ten "
        "minutes, an item for ever. A sum over shards is of slightly different moments.",
        simplicity="A count that is not there yet is nought: nothing has to be opened. More shards can be added at "
        "any time.",
    ),
    not_when=(
        "The count is of what a query reads anyway: count there.",
        "Nearly right is enough at a very high rate: count from the stream, in batches.",
    ),
)
