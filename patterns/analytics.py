"""Page views: each counted once, in sums by hour and page that are read as they are shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date

from patterns.pattern import Pattern, Weighed
from stator.model import Design, Entity, Stored, Table, at_least, at_most, get, query


class Batch(Entity):
    stored = Stored({"pk": "BATCH#{batch_id}", "sk": "BATCH"})

    batch_id: str


class Hourly(Entity):
    stored = Stored({"pk": "SITE#{site}#{day}", "sk": "HOUR#{hour:2}"}, item_bytes=100)

    site: str
    day: date
    hour: int
    views: int = 0


class Daily(Entity):
    stored = Stored({"pk": "PAGE#{site}#{page}", "sk": "DAY#{day}"}, item_bytes=120)

    site: str
    page: str
    day: date
    views: int = 0


class Top(Entity):
    stored = Stored({"pk": "TOP#{site}", "sk": "DAY#{day}"})

    site: str
    day: date
    pages: list[str]


class Statistics(Design):
    table = Table("statistics", pk="pk", sk="sk")
    entities = (Batch, Hourly, Daily, Top)

    @query(Hourly, since=at_least("hour"))
    def hours_of(self, site: str, day: date, since: int | None = None) -> None:
        """A site's views by hour, of a day."""

    @query(Daily, since=at_least("day"), until=at_most("day"))
    def days_of(self, site: str, page: str, since: date | None = None, until: date | None = None) -> None:
        """A page's views by day, of a range of days."""

    @get(Top)
    def top_of(self, site: str, day: date) -> None:
        """A day's most viewed pages, as they were found once."""


DAY = date(2030, 1, 1)


def count_views(
    statistics: Statistics, site: str, day: date, batch_id: str, views: Iterable[tuple[int, str]]
) -> None:
    """A batch of views (hour, page) is summed here first: one write for each sum and not for each view. The batch is
    an item of the same transaction, so that a batch that is delivered again is refused."""
    views = list(views)
    hours, pages = Counter(hour for hour, _ in views), Counter(page for _, page in views)
    sums: list[tuple[Hourly | Daily, int]] = [
        (Hourly(site=site, day=day, hour=hour), number) for hour, number in hours.items()
    ]
    sums += [(Daily(site=site, page=page, day=day), number) for page, number in pages.items()]
    with statistics.transaction() as every:
        every.create(Batch(batch_id=batch_id))
        for each, number in sums:
            every.upsert(each, add={"views": number})


def counted(statistics: Statistics) -> object:
    """A batch of five views is four sums; the dashboard's hours are one query."""
    views = [(9, "home"), (9, "home"), (9, "shop"), (10, "home"), (10, "shop")]
    count_views(statistics, "s1", DAY, "b1", views)
    return statistics.hours_of("s1", DAY)


def counted_again(statistics: Statistics) -> None:
    """The same batch, delivered again: nothing is counted twice."""
    views = [(9, "home"), (9, "home"), (9, "shop"), (10, "home"), (10, "shop")]
    count_views(statistics, "s1", DAY, "b1", views)


def evening(statistics: Statistics) -> object:
    """The hours since ten."""
    return statistics.hours_of("s1", DAY, since=10)


def one_page(statistics: Statistics) -> object:
    """A page's days of a month."""
    return statistics.days_of("s1", "home", since=date(2029, 12, 1), until=date(2029, 12, 31))


def top(statistics: Statistics) -> object:
    """The most viewed pages of a day: found once, by a job, and read as an item."""
    pages = [
        each for page in ("home", "shop") for each in statistics.days_of("s1", page, since=DAY, until=DAY)
    ]
    ranked = sorted(pages, key=lambda each: -each.views)
    statistics.put(Top(site="s1", day=DAY, pages=[f"{each.page} {each.views}" for each in ranked]))
    return statistics.top_of("s1", DAY)


PATTERN = Pattern(
    title="Analytics: sums that are kept as they are read",
    problem="A dashboard shows views by hour and by page. DynamoDB does not sum: what is to be shown is counted "
    "as it comes, into an item for each sum, and a query reads sums in the order of time.",
    design=Statistics,
    items=(
        Hourly(site="s1", day=DAY, hour=8, views=3),
        Daily(site="s1", page="home", day=date(2029, 12, 31), views=7),
        Daily(site="s1", page="home", day=DAY, views=3),
    ),
    examples=(counted, counted_again, evening, one_page, top),
    why=(
        "A day's curve is 24 small items of one partition: half a read unit, whatever the traffic was.",
        "A batch is summed before it is written: writes grow with the sums, and not with the views.",
        "The batch's own item makes a repeated delivery harmless.",
    ),
    trade_offs=Weighed(
        scale="A site's day is one partition: its hours take 1,000 batches a second at most. A transaction has at "
        "most 100 items: a batch of many pages is cut, each part with its own id.",
        cost="A batch is two units for each sum that it moves and two for itself, whatever the number of views.",
        consistency="Each batch is counted once. Only what was foreseen can be asked: a new question is answered "
        "from the day on that it is counted.",
        simplicity="A sum begins with what is first added to it. Distinct visitors are not a sum: an item for each "
        "visitor and day, or a sketch that is merged. Batches stay until something removes them: give them an "
        "expiry past the longest delay of a retry.",
    ),
    not_when=(
        "Questions are found while looking at the data: export the table and query it there, in columns.",
        "All raw views are kept for ever and read by range: an object store costs a fraction.",
    ),
)
