"""With --partial-batches a batch may leave parts undone: never all, and nothing is lost or doubled when asked again."""

from __future__ import annotations

from typing import Any

import pytest
from hard_database import TABLE, Hard, Members, item, never, plain

from stator.clock import seeded_random
from stator.engine.like_aws import LikeAws
from stator.errors import ValidationException

PARTIAL = LikeAws(partial_batches=True)
SEEDS = range(8)


def puts(*keys: str, **attributes: str) -> list[Members]:
    return [{"PutRequest": {"Item": item(key, **attributes)}} for key in keys]


def numbered(count: int) -> list[str]:
    return [f"{number:02}" for number in range(count)]


def with_other(hard: Hard) -> Hard:
    hard.call("CreateTable", {**TABLE, "TableName": "other"})
    return hard


def parts(by_table: Members) -> list[tuple[str, str]]:
    """Each write of a RequestItems or UnprocessedItems: its table and its sort key."""
    found = []
    for name, requests in by_table.items():
        for request in requests:
            ((_, inside),) = request.items()
            found.append((name, (inside.get("Item") or inside["Key"])["sk"]["S"]))
    return found


class TestWrites:
    @pytest.mark.parametrize("seed", SEEDS)
    def test_what_is_left_is_asked_again_word_for_word(self, seed: int) -> None:
        hard = with_other(Hard(PARTIAL, seeded_random(seed)))
        hard.put("zz")
        asked = {
            "music": [*puts(*numbered(9), title="a"), {"DeleteRequest": {"Key": item("zz")}}],
            "other": puts(*numbered(7)),
        }
        for _ in range(12):
            left = hard.call("BatchWriteItem", {"RequestItems": asked})["UnprocessedItems"]
            for name, requests in left.items():
                assert requests
                assert all(request in asked[name] for request in requests)
            assert len(parts(left)) < 17
            assert len(set(parts(left))) == len(parts(left))

    @pytest.mark.parametrize("seed", SEEDS)
    def test_what_is_left_is_not_done_and_the_rest_is(self, seed: int) -> None:
        hard = Hard(PARTIAL, seeded_random(seed))
        expected: set[str] = set()
        for turn in range(12):
            keys = [f"{turn:02}-{number}" for number in range(10)]
            left = hard.call("BatchWriteItem", {"RequestItems": {"music": puts(*keys)}})["UnprocessedItems"]
            expected |= set(keys) - {key for _, key in parts(left)}
            assert {found["sk"] for found in hard.query()} == expected

    @pytest.mark.parametrize("seed", SEEDS)
    def test_nothing_is_lost_or_doubled_when_the_client_asks_until_all_is_done(self, seed: int) -> None:
        hard = with_other(Hard(PARTIAL, seeded_random(seed)))
        rounds = 0
        for turn in range(10):
            left: Members = {"music": puts(*numbered(25)[:12], turn=str(turn)), "other": puts(*numbered(13))}
            while left:
                left = hard.call("BatchWriteItem", {"RequestItems": left})["UnprocessedItems"]
                rounds += 1
                assert rounds < 200
            assert hard.query() == [{"pk": "p", "sk": key, "turn": str(turn)} for key in numbered(12)]
            table = hard.call("DescribeTable", {"TableName": "other"})["Table"]
            assert table["ItemCount"] == 13
        assert rounds >= 10

    @pytest.mark.parametrize("seed", SEEDS)
    def test_only_what_was_done_is_charged_and_measured(self, seed: int) -> None:
        hard = with_other(Hard(PARTIAL, seeded_random(seed)))
        for turn in range(10):
            request = {
                "RequestItems": {"music": puts(*numbered(5), turn=str(turn)), "other": puts(*numbered(3))},
                "ReturnConsumedCapacity": "TOTAL",
                "ReturnItemCollectionMetrics": "SIZE",
            }
            answer = hard.call("BatchWriteItem", request)
            left = [name for name, _ in parts(answer["UnprocessedItems"])]
            charged = {each["TableName"]: each["CapacityUnits"] for each in answer["ConsumedCapacity"]}
            done = {name: asked - left.count(name) for name, asked in (("music", 5), ("other", 3))}
            assert charged == {name: float(count) for name, count in done.items() if count}
            assert set(answer["ItemCollectionMetrics"]) == set(charged)

    def test_any_of_the_parts_may_be_left_not_only_the_last(self) -> None:
        hard = Hard(PARTIAL, seeded_random(0))
        left: set[str] = set()
        for _ in range(100):
            answer = hard.call("BatchWriteItem", {"RequestItems": {"music": puts(*numbered(5))}})
            left |= {key for _, key in parts(answer["UnprocessedItems"])}
        assert left == set(numbered(5))

    def test_a_single_write_is_always_done(self) -> None:
        hard = Hard(PARTIAL, never())
        answer = hard.call("BatchWriteItem", {"RequestItems": {"music": puts("1")}})
        assert answer["UnprocessedItems"] == {}

    def test_a_wrong_part_is_refused_whether_it_would_be_done_or_not(self) -> None:
        hard = Hard(PARTIAL, seeded_random(0))
        for _ in range(30):
            with pytest.raises(ValidationException):
                hard.call("BatchWriteItem", {"RequestItems": {"music": puts("1", "2", "1")}})
        assert hard.query() == []


class TestReads:
    @pytest.fixture
    def hard(self) -> Hard:
        hard = with_other(Hard(PARTIAL, seeded_random(2)))
        for key in numbered(10):
            hard.put(key, title=key)
        return hard

    def keys(self, count: int) -> list[Members]:
        return [item(key) for key in numbered(count)]

    def test_what_is_left_carries_all_that_was_asked_of_it(self, hard: Hard) -> None:
        asked: Members = {
            "Keys": self.keys(10),
            "ConsistentRead": True,
            "ProjectionExpression": "sk, #t",
            "ExpressionAttributeNames": {"#t": "title"},
        }
        partial = 0
        for _ in range(40):
            answer = hard.call("BatchGetItem", {"RequestItems": {"music": asked}})
            got = [found["sk"]["S"] for found in answer["Responses"]["music"]]
            if answer["UnprocessedKeys"]:
                partial += 1
                left = answer["UnprocessedKeys"]["music"]
                assert {**left, "Keys": None} == {**asked, "Keys": None}
                assert 0 < len(left["Keys"]) < 10
                got += [key["sk"]["S"] for key in left["Keys"]]
            assert sorted(got) == numbered(10)
        assert partial > 2

    def test_all_comes_once_when_the_client_asks_until_all_is_done(self, hard: Hard) -> None:
        rounds = 0
        for _ in range(20):
            left: Members = {"music": {"Keys": self.keys(10)}, "other": {"Keys": self.keys(3)}}
            found: list[Any] = []
            while left:
                answer = hard.call("BatchGetItem", {"RequestItems": left})
                assert set(answer["Responses"]) == set(left)
                found += [plain(each)["title"] for each in answer["Responses"].get("music", [])]
                left = answer["UnprocessedKeys"]
                rounds += 1
                assert rounds < 200
            assert sorted(found) == numbered(10)
        assert rounds > 20

    def test_only_what_was_read_is_charged(self, hard: Hard) -> None:
        for _ in range(30):
            request = {"RequestItems": {"music": {"Keys": self.keys(10)}}, "ReturnConsumedCapacity": "TOTAL"}
            answer = hard.call("BatchGetItem", request)
            left = answer["UnprocessedKeys"].get("music", {"Keys": []})["Keys"]
            assert answer["ConsumedCapacity"][0]["CapacityUnits"] == (10 - len(left)) / 2

    def test_a_single_key_of_each_of_two_tables_may_be_left_too(self, hard: Hard) -> None:
        seen = set()
        for _ in range(60):
            asked = {name: {"Keys": [item("1")]} for name in ("music", "other")}
            answer = hard.call("BatchGetItem", {"RequestItems": asked})
            seen.add(tuple(answer["UnprocessedKeys"]))
        assert seen == {(), ("music",), ("other",)}

    def test_what_does_not_fit_is_left_beside_what_was_left_out(self) -> None:
        """A batch ends at 16 MB as well: no key of either kind is forgotten."""
        hard = Hard(PARTIAL, never())
        hard.db.hardships.unprocessed = lambda count: frozenset({3, 7, 45} if count == 50 else ())  # type: ignore[method-assign]
        for key in numbered(50):
            hard.put(key, body="x" * 400_000)
        left: Members = {"music": {"Keys": self.keys(50), "ConsistentRead": True}}
        got: list[str] = []
        rounds = 0
        while left:
            answer = hard.call("BatchGetItem", {"RequestItems": left})
            got += [found["sk"]["S"] for found in answer["Responses"]["music"]]
            left = answer["UnprocessedKeys"]
            rounds += 1
        assert sorted(got) == numbered(50)
        assert rounds > 1


def test_without_the_flag_a_batch_is_done_whole() -> None:
    hard = Hard(LikeAws(index_lag=True, lingering_states=True), never())
    for _ in range(30):
        answer = hard.call("BatchWriteItem", {"RequestItems": {"music": puts(*numbered(25))}})
        assert answer["UnprocessedItems"] == {}
        keys = [item(key) for key in numbered(25)]
        answer = hard.call("BatchGetItem", {"RequestItems": {"music": {"Keys": keys}}})
        assert answer["UnprocessedKeys"] == {}
        assert len(answer["Responses"]["music"]) == 25
