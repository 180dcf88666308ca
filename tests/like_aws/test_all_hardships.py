"""All hardships at once: what any reader sees is some recent state of a plain model; one seed repeats all of it."""

from __future__ import annotations

from typing import Any

from hard_database import SALT, TABLE, Hard, Members, item, plain_all, query
from hypothesis import given, settings
from hypothesis import strategies as st

from stator.clock import seeded_random
from stator.engine.like_aws import LikeAws
from stator.errors import ServiceError
from stator.limits import INDEX_LAG_S_MAX, STALE_S_MAX
from stator.storage.memory import MemoryStore

KEYS = ["1", "2", "3", "4"]
WORDS = ["a", "b"]
ATTRIBUTES = st.dictionaries(st.sampled_from(["local", "genre", "title"]), st.sampled_from(WORDS))
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.sampled_from(KEYS), ATTRIBUTES),
        st.tuples(st.just("delete"), st.sampled_from(KEYS), st.just({})),
        st.tuples(st.just("batch"), st.sampled_from(KEYS), ATTRIBUTES),
        st.tuples(st.just("wait"), st.sampled_from([0.01, 0.4, 0.7]), st.just({})),
    ),
    min_size=1,
    max_size=25,
)

ALL = LikeAws(index_lag=True, stale_reads=True, lingering_states=True, partial_batches=True)
State = dict[str, Members]


class Model:
    """Every state that a reader might see, each with the time at which the next one came."""

    def __init__(self, hard: Hard) -> None:
        self.hard = hard
        self.state: State = {}
        self.past: list[tuple[float, State]] = []

    def write(self, key: str, attributes: Members | None) -> None:
        after = {**self.state}
        after.pop(key, None)
        if attributes is not None:
            after[key] = {"pk": "p", "sk": key, **attributes}
        self.past.append((self.hard.clock.monotonic(), self.state))
        self.state = after

    def visible(self, age_s_max: float) -> list[State]:
        now = self.hard.clock.monotonic()
        return [self.state, *(state for ended, state in self.past if now - ended < age_s_max)]


def table_of(state: State) -> list[Members]:
    return [state[key] for key in sorted(state)]


def local_of(state: State) -> list[Members]:
    rows = [each for each in table_of(state) if "local" in each]
    return sorted(
        ({name: row[name] for name in ("pk", "sk", "local")} for row in rows),
        key=lambda row: (row["local"], row["sk"]),
    )


def genre_of(state: State, genre: str) -> list[Members]:
    return [each for each in table_of(state) if each.get("genre") == genre]


def step(hard: Hard, model: Model, kind: str, what: Any, attributes: Members) -> None:
    if kind == "wait":
        hard.clock.advance(what)
    elif kind == "put":
        hard.put(what, **attributes)
        model.write(what, attributes)
    elif kind == "delete":
        hard.delete(what)
        model.write(what, None)
    else:
        batch(hard, model, what, attributes)


def batch(hard: Hard, model: Model, key: str, attributes: Members) -> None:
    """A put and a delete, asked until both are done; each part done is one write."""
    other = KEYS[(KEYS.index(key) + 1) % len(KEYS)]
    asked = [{"PutRequest": {"Item": item(key, **attributes)}}, {"DeleteRequest": {"Key": item(other)}}]
    while asked:
        answer = hard.call("BatchWriteItem", {"RequestItems": {"music": asked}})
        left = answer["UnprocessedItems"].get("music", [])
        for request in asked:
            if request not in left:
                model.write(*((key, attributes) if "PutRequest" in request else (other, None)))
        asked = left


def check_reads(hard: Hard, model: Model) -> None:
    states = model.visible(STALE_S_MAX)
    assert hard.query() in [table_of(state) for state in states]
    assert hard.by_local() in [local_of(state) for state in states]
    by_key = sorted(hard.scan(), key=lambda found: found["sk"])
    assert by_key in [table_of(state) for state in states]
    for key in KEYS:
        assert hard.get(key) in [state.get(key) for state in states]
        assert hard.get(key, ConsistentRead=True) == model.state.get(key)
    lagging = model.visible(INDEX_LAG_S_MAX)
    for genre in WORDS:
        assert hard.by_genre(genre) in [genre_of(state, genre) for state in lagging]
    assert hard.query(ConsistentRead=True) == table_of(model.state)
    assert hard.by_local(ConsistentRead=True) == local_of(model.state)


def check_pages(hard: Hard, model: Model, limit: int, forward: bool) -> None:
    """Each page is what its own state has after its place; the sequence ends."""
    seen: list[list[Members]] = [table_of(state) for state in model.visible(STALE_S_MAX)]
    start: Members = {}
    for _ in range(len(KEYS) + 2):
        page = hard.call("Query", query("pk", "p", Limit=limit, ScanIndexForward=forward, **start))
        place = start["ExclusiveStartKey"]["sk"]["S"] if start else None
        pages = []
        for whole in seen:
            left = [
                row for row in whole if place is None or (row["sk"] > place if forward else row["sk"] < place)
            ]
            pages.append((left if forward else left[::-1])[:limit])
        assert plain_all(page["Items"]) in pages
        if "LastEvaluatedKey" not in page:
            return
        assert page["LastEvaluatedKey"] == {name: page["Items"][-1][name] for name in ("pk", "sk")}
        start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
    raise AssertionError("the pages do not end")


@settings(max_examples=150)
@given(steps=STEPS, seed=st.integers(0, 1000), limit=st.integers(1, 3), forward=st.booleans())
def test_every_read_is_of_one_state_that_is_not_too_old(
    steps: list[Any], seed: int, limit: int, forward: bool
) -> None:
    hard = Hard(ALL, seeded_random(seed))
    model = Model(hard)
    for each in steps:
        step(hard, model, *each)
        check_reads(hard, model)
        check_pages(hard, model, limit, forward)
    hard.clock.advance(INDEX_LAG_S_MAX)
    assert hard.query() == table_of(model.state)
    assert hard.by_local() == local_of(model.state)
    assert [hard.by_genre(genre) for genre in WORDS] == [genre_of(model.state, genre) for genre in WORDS]


def story(seed: int, chosen: LikeAws, seconds: float) -> list[Any]:
    """All the answers to one sequence of requests, `seconds` apart."""
    hard = Hard(chosen, seeded_random(seed), MemoryStore(salt=SALT), table=False)
    told: list[Any] = []

    def ask(operation: str, request: Members) -> None:
        hard.clock.advance(seconds)
        try:
            answer = hard.call(operation, request)
        except ServiceError as error:
            answer = {"error": error.message}
        if "Table" not in operation:
            told.append(answer)
        elif "TableDescription" in answer:
            told.append(answer["TableDescription"].get("TableId"))

    ask("CreateTable", TABLE)
    hard.clock.advance(1)
    for number in range(40):
        ask("PutItem", {"TableName": "music", "Item": item(str(number), genre="rock", local="a")})
        ask("GetItem", {"TableName": "music", "Key": item(str(number))})
        ask("Query", query("genre", "rock", IndexName="by-genre"))
        ask("Scan", {"TableName": "music"})
        keys = [item(str(key)) for key in range(number + 1)]
        ask("BatchGetItem", {"RequestItems": {"music": {"Keys": keys}}})
        deletes = [{"DeleteRequest": {"Key": item(str(key))}} for key in range(number, number + 5)]
        ask("BatchWriteItem", {"RequestItems": {"music": deletes}})
    ask("DeleteTable", {"TableName": "music"})
    return told


def test_the_same_seed_and_requests_repeat_exactly() -> None:
    assert story(7, ALL, 0.001) == story(7, ALL, 0.001)


def test_they_repeat_however_fast_the_machine_is() -> None:
    """What a read misses was a time: a slower run of the same requests saw other states."""
    assert story(7, ALL, 0.0001) == story(7, ALL, 0.005)


def test_other_seeds_tell_other_stories() -> None:
    assert story(7, ALL, 0.001) != story(8, ALL, 0.001)


def test_without_hardships_every_seed_tells_the_same_but_for_the_tables_id() -> None:
    assert story(7, LikeAws(), 0.001)[1:-1] == story(8, LikeAws(), 0.001)[1:-1]
