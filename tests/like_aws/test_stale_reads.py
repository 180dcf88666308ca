"""With --stale-reads an eventually consistent read may be of an earlier state; a consistent one never is."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hard_database import Hard, item, never, plain_all, query

from stator.api.call import Call
from stator.api.operations import OPERATIONS
from stator.clock import seeded_random
from stator.engine.like_aws import LikeAws
from stator.limits import STALE_S_MAX

STALE = LikeAws(stale_reads=True)


def batch_get(hard: Hard, *keys: str, **members: Any) -> list[Any]:
    asked = {"Keys": [item(key) for key in keys], **members}
    answer = hard.call("BatchGetItem", {"RequestItems": {"music": asked}})
    return plain_all(answer["Responses"]["music"])


READS = {
    "GetItem": lambda hard, **m: [found for found in [hard.get("1", **m)] if found],
    "Query": lambda hard, **m: hard.query(**m),
    "Query of a local index": lambda hard, **m: hard.by_local(**m),
    "Query of a local index, whole items": lambda hard, **m: hard.by_local(Select="ALL_ATTRIBUTES", **m),
    "Scan": lambda hard, **m: hard.scan(**m),
    "Scan of a local index": lambda hard, **m: hard.scan(IndexName="by-local", **m),
    "BatchGetItem": lambda hard, **m: batch_get(hard, "1", **m),
}


@pytest.mark.parametrize("read", READS.values(), ids=READS)
class TestEachRead:
    def test_may_miss_a_put_and_later_sees_it(self, read: Any) -> None:
        hard = Hard(STALE)
        hard.put("1", local="a")
        assert read(hard) == read(hard, ConsistentRead=False) == []
        hard.clock.advance(STALE_S_MAX)
        assert len(read(hard)) == 1

    def test_may_still_find_what_was_deleted(self, read: Any) -> None:
        hard = Hard(STALE)
        hard.put("1", local="a")
        hard.clock.advance(STALE_S_MAX)
        hard.delete("1")
        assert len(read(hard)) == 1
        hard.clock.advance(STALE_S_MAX)
        assert read(hard) == []

    def test_is_never_stale_when_it_is_consistent(self, read: Any) -> None:
        hard = Hard(STALE)
        for round_ in range(20):
            hard.put("1", local="a", round=str(round_))
            assert len(read(hard, ConsistentRead=True)) == 1
            hard.delete("1")
            assert read(hard, ConsistentRead=True) == []

    def test_may_also_be_of_the_present(self, read: Any) -> None:
        hard = Hard(STALE, never())
        hard.put("1", local="a")
        assert len(read(hard)) == 1

    def test_is_of_the_present_without_the_flag(self, read: Any) -> None:
        hard = Hard(LikeAws(index_lag=True, lingering_states=True, partial_batches=True))
        hard.put("1", local="a")
        assert len(read(hard)) == 1
        hard.delete("1")
        assert read(hard) == []


def test_a_global_index_does_not_lag_by_this_flag() -> None:
    hard = Hard(STALE)
    hard.put("1", genre="rock")
    assert len(hard.by_genre("rock")) == 1


def test_a_write_that_changes_nothing_hides_nothing() -> None:
    hard = Hard(STALE, seeded_random(0))
    hard.put("1", title="a")
    for _ in range(5):
        hard.put("1", title="a")
        hard.delete("2")
    assert hard.db.hardships.history.before_last(100, 1.0) == 0
    assert hard.db.hardships.history._last == 1


def test_a_refused_write_hides_nothing() -> None:
    hard = Hard(STALE)
    hard.put("1", title="a")
    hard.clock.advance(STALE_S_MAX)
    request = {"TableName": "music", "Item": item("1"), "ConditionExpression": "attribute_not_exists(pk)"}
    with pytest.raises(Exception, match="conditional request failed"):
        hard.call("PutItem", request)
    assert hard.get("1") == {"pk": "p", "sk": "1", "title": "a"}


def test_what_a_write_returns_is_the_present() -> None:
    hard = Hard(STALE)
    hard.put("1", title="a")
    request = {"TableName": "music", "Key": item("1"), "ReturnValues": "ALL_OLD"}
    assert hard.call("DeleteItem", request)["Attributes"]["title"] == {"S": "a"}


def test_an_item_and_its_local_index_row_are_of_one_state() -> None:
    """The row was there, undone, and the item it leads to was not: the read was taken for a corrupt file."""
    hard = Hard(STALE, seeded_random(3))
    for number in range(40):
        hard.put("1", local=f"a{number}", title=str(number))
        for found in hard.by_local(Select="ALL_ATTRIBUTES"):
            assert found["local"] == "a" + found["title"]
        hard.delete("1")
        assert len(hard.by_local(Select="ALL_ATTRIBUTES")) <= 1


@pytest.mark.parametrize(
    "index", [{}, {"IndexName": "by-local", "Select": "ALL_ATTRIBUTES"}], ids=["table", "index"]
)
def test_a_page_of_many_turns_is_one_state_while_writes_go_on(index: dict[str, str]) -> None:
    hard = Hard(STALE)
    for number in range(700):
        hard.put(f"{number:04}", round="1", local=f"{number:04}")
    hard.clock.advance(STALE_S_MAX)
    hard.put("9999", local="9999")  # so that there is something to be behind
    call = Call("Query", hard.db.options.account, hard.db.options.region)
    steps: Any = OPERATIONS["Query"](hard.db, query("pk", "p", **index), call)
    turns = 0
    try:
        while next(steps) is None:
            turns += 1
            hard.set(f"{690 + turns:04}", round="2")
            hard.set(f"{turns:04}", local="moved", round="2")
            hard.delete(f"{680 + turns:04}")
            hard.clock.advance(STALE_S_MAX)  # the page keeps the state that it began with
    except StopIteration as end:
        found = msgspec.json.decode(bytes(end.value["Items"]))
    assert turns >= 1
    assert plain_all(found) == [
        {"pk": "p", "sk": f"{number:04}", "round": "1", "local": f"{number:04}"} for number in range(700)
    ]


def test_a_stale_read_is_charged_as_an_eventually_consistent_one_of_what_it_saw() -> None:
    hard = Hard(STALE)
    hard.put("1", body="x" * 9000)
    request = {"TableName": "music", "Key": item("1"), "ReturnConsumedCapacity": "TOTAL"}
    assert hard.call("GetItem", request)["ConsumedCapacity"]["CapacityUnits"] == 0.5
    consistent = hard.call("GetItem", {**request, "ConsistentRead": True})
    assert consistent["ConsumedCapacity"]["CapacityUnits"] == 3.0
