"""Lists against a plain dict: whatever the items, prefix and limit, the pages together are what is alive, in order."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import stator
from stator.clock import ManualClock
from systems.letsgo import Data

CLOCK = ManualClock()
NOW = int(CLOCK.now())
KEYS = st.text("/ab-\u00e9\U0001f600", min_size=1, max_size=4)
TTLS = st.sampled_from([None, NOW - 1, NOW, NOW + 1])


@pytest.fixture(scope="module")
def data() -> Iterator[Data]:
    with stator.open(clock=CLOCK, background=False) as db:
        data = Data(db, now=CLOCK.now)
        data.design.create_tables()
        yield data


@settings(max_examples=150)
@given(
    items=st.dictionaries(KEYS, TTLS, max_size=12), prefix=st.text("/ab", max_size=2), limit=st.integers(1, 5)
)
def test_the_pages_of_a_list_are_what_is_alive_with_the_prefix(
    data: Data, items: dict[str, int | None], prefix: str, limit: int
) -> None:
    emptied(data)
    for key, ttl in items.items():
        data.put({"category": "c", "key": key, **({} if ttl is None else {"ttl": ttl})})
    alive = [key for key, ttl in items.items() if key.startswith(prefix) and (ttl is None or ttl >= NOW)]
    expected = sorted(alive, key=lambda key: key.encode())
    found: list[str] = []
    token = None
    while True:
        page = data.list("c", prefix, limit=limit, token=token)
        assert len(page.items) <= limit
        found += [item["key"] for item in page.items]
        token = page.next_token
        if token is None:
            break
    assert found == expected
    assert [item["key"] for item in data.every("c", prefix)] == expected


def emptied(data: Data) -> None:
    """Of what has expired, too, which the data module does not see."""
    table = data.design.db.table(data.design.table_name("letsgo"))
    with table.batch_writer() as batch:
        for item in table.scan()["Items"]:
            batch.delete_item(Key={"category": item["category"], "key": item["key"]})
