"""With --index-lag a read of a global index may miss the last writes; sooner or later it sees them."""

from __future__ import annotations

import pytest
from hard_database import TABLE, Hard, always, item, never, plain, query

from stator.clock import seeded_random
from stator.engine.like_aws import LikeAws
from stator.errors import ValidationException
from stator.limits import INDEX_LAG_S_MAX

LAG = LikeAws(index_lag=True)


def test_a_query_right_after_a_put_misses_it_and_later_sees_it() -> None:
    hard = Hard(LAG)
    hard.put("1", genre="rock")
    assert hard.by_genre("rock") == []
    hard.clock.advance(INDEX_LAG_S_MAX)
    assert hard.by_genre("rock") == [{"pk": "p", "sk": "1", "genre": "rock"}]


def test_a_query_may_also_see_a_put_at_once() -> None:
    hard = Hard(LAG, never())
    hard.put("1", genre="rock")
    assert len(hard.by_genre("rock")) == 1


def test_a_query_right_after_a_delete_still_finds_the_item() -> None:
    hard = Hard(LAG)
    hard.put("1", genre="rock")
    hard.clock.advance(INDEX_LAG_S_MAX)
    hard.delete("1")
    assert len(hard.by_genre("rock")) == 1
    hard.clock.advance(INDEX_LAG_S_MAX)
    assert hard.by_genre("rock") == []


def test_an_update_that_moves_a_row_is_seen_whole_or_not_at_all() -> None:
    hard = Hard(LAG, seeded_random(5))
    hard.put("1", genre="rock")
    hard.clock.advance(INDEX_LAG_S_MAX)
    seen = set()
    for number in range(60):
        here, there = ("rock", "jazz") if number % 2 == 0 else ("jazz", "rock")
        hard.set("1", genre=there)
        found = hard.scan(IndexName="by-genre")
        assert len(found) == 1
        seen.add(found[0]["genre"] == there)
        hard.clock.advance(INDEX_LAG_S_MAX)
        assert hard.by_genre(here) == []
        assert len(hard.by_genre(there)) == 1
    assert seen == {True, False}


def test_an_update_that_keeps_the_row_where_it_is_lags_as_well() -> None:
    hard = Hard(LAG)
    hard.put("1", genre="rock", title="old")
    hard.clock.advance(INDEX_LAG_S_MAX)
    hard.set("1", title="new")
    assert hard.by_genre("rock")[0]["title"] == "old"
    hard.clock.advance(INDEX_LAG_S_MAX)
    assert hard.by_genre("rock")[0]["title"] == "new"


def test_an_item_that_leaves_the_index_lags_as_well() -> None:
    hard = Hard(LAG)
    hard.put("1", genre="rock")
    hard.clock.advance(INDEX_LAG_S_MAX)
    hard.put("1")
    assert len(hard.by_genre("rock")) == 1
    hard.clock.advance(INDEX_LAG_S_MAX)
    assert hard.by_genre("rock") == []


def test_a_batch_is_missed_as_single_writes_are() -> None:
    hard = Hard(LAG, seeded_random(1))
    requests = [{"PutRequest": {"Item": item(str(number), genre="rock")}} for number in range(9)]
    hard.call("BatchWriteItem", {"RequestItems": {"music": requests}})
    counts = {len(hard.by_genre("rock")) for _ in range(60)}
    assert len(counts) > 4
    hard.clock.advance(INDEX_LAG_S_MAX)
    assert len(hard.by_genre("rock")) == 9


def test_only_global_indexes_lag() -> None:
    hard = Hard(LAG)
    hard.put("1", local="a", genre="rock")
    assert hard.get("1") is not None
    assert len(hard.query()) == len(hard.by_local()) == len(hard.scan()) == 1
    assert len(hard.scan(IndexName="by-local")) == 1
    assert hard.scan(IndexName="by-genre") == []


def test_a_write_decides_on_the_present_whatever_reads_see() -> None:
    hard = Hard(LAG)
    hard.put("1", genre="rock")
    answer = hard.call(
        "PutItem",
        {
            "TableName": "music",
            "Item": item("1", genre="jazz"),
            "ConditionExpression": "genre = :rock",
            "ExpressionAttributeValues": {":rock": {"S": "rock"}},
            "ReturnValues": "ALL_OLD",
        },
    )
    assert plain(answer["Attributes"])["genre"] == "rock"


def test_a_lagging_page_counts_and_charges_what_it_saw() -> None:
    hard = Hard(LAG)
    hard.put("1", genre="rock", body="x" * 9000)
    hard.clock.advance(INDEX_LAG_S_MAX)
    hard.put("2", genre="rock", body="x" * 9000)
    answer = hard.call("Query", query("genre", "rock", IndexName="by-genre", ReturnConsumedCapacity="TOTAL"))
    assert (answer["Count"], answer["ScannedCount"]) == (1, 1)
    assert answer["ConsumedCapacity"]["CapacityUnits"] == 1.5


@pytest.mark.parametrize("forward", [True, False])
@pytest.mark.parametrize("limit", [1, 2, 3, 7])
def test_pages_of_every_limit_end_and_each_is_of_one_state(limit: int, forward: bool) -> None:
    """The item moves between the ends of its collection under the reader's feet: no page holds it twice."""
    hard = Hard(LAG, seeded_random(limit))
    for number in range(1, 7):
        hard.put(f"5{number}", genre="rock")
    start: dict[str, object] = {}
    pages = 0
    while True:
        hard.delete("1", pk="mover")
        hard.put("9", pk="mover", genre="rock")
        request = query("genre", "rock", IndexName="by-genre", Limit=limit, ScanIndexForward=forward, **start)
        page = hard.call("Query", request)
        movers = [each for each in page["Items"] if each["pk"]["S"] == "mover"]
        assert len(movers) <= 1
        assert page["Count"] <= limit
        pages += 1
        hard.delete("9", pk="mover")
        hard.put("1", pk="mover", genre="rock")
        if "LastEvaluatedKey" not in page:
            break
        if page["Items"]:
            last = page["Items"][-1]
            assert page["LastEvaluatedKey"] == {name: last[name] for name in ("pk", "sk", "genre")}
        start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
    assert pages <= 9


def test_a_consistent_read_of_a_global_index_is_refused_as_ever() -> None:
    hard = Hard(LAG)
    with pytest.raises(ValidationException, match="Consistent reads are not supported"):
        hard.by_genre("rock", ConsistentRead=True)


def test_without_the_flag_an_index_is_prompt() -> None:
    hard = Hard(LikeAws(stale_reads=True, lingering_states=True, partial_batches=True))
    hard.put("1", genre="rock")
    assert len(hard.by_genre("rock")) == 1
    hard.delete("1")
    assert hard.by_genre("rock") == []


def test_an_index_added_to_a_table_lags_like_the_others() -> None:
    hard = Hard(LAG, table=False)
    table = {name: value for name, value in TABLE.items() if name != "GlobalSecondaryIndexes"}
    table["AttributeDefinitions"] = [
        each for each in table["AttributeDefinitions"] if each["AttributeName"] != "genre"
    ]
    hard.call("CreateTable", table)
    hard.put("1", genre="rock")
    added = {"Create": TABLE["GlobalSecondaryIndexes"][0]}
    hard.call(
        "UpdateTable",
        {
            "TableName": "music",
            "AttributeDefinitions": TABLE["AttributeDefinitions"],
            "GlobalSecondaryIndexUpdates": [added],
        },
    )
    hard.put("2", genre="rock")
    assert [each["sk"] for each in hard.by_genre("rock")] == ["1"]
    hard.clock.advance(INDEX_LAG_S_MAX)
    assert [each["sk"] for each in hard.by_genre("rock")] == ["1", "2"]


def test_how_many_writes_are_missed_is_drawn() -> None:
    hard = Hard(LAG, always())
    for share, missed in ((0.0, 0), (0.249, 0), (0.25, 1), (0.5, 3), (0.75, 10), (0.999_999, 31)):
        hard.db.rng.share = share  # type: ignore[attr-defined]
        assert hard.db.hardships._unseen(0.25) == missed
