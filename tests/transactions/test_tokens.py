"""A client's token: for ten minutes the same transaction is done once, whatever becomes of its answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from actions import PAIRS, PLAIN, check, create_tables, delete, key, pair, put, stored, update, values, write
from doors import Door, InProcessDoor, Refusal, http_door

from stator.api.call import Call
from stator.api.operations import handler_of
from stator.clock import ManualClock
from stator.engine.database import Database, Options
from stator.errors import IdempotentParameterMismatchException, TransactionInProgressException
from stator.keys.space import TOKEN_PREFIX, successor
from stator.limits import TOKEN_S
from stator.storage import open_store
from stator.storage.contract import Work, drive
from stator.storage.memory import MemoryStore

Members = dict[str, Any]

MISMATCH = (
    "DynamoDB rejected the request because you retried a request with a different payload but with an idempotent "
    "token that was already used."
)
START = 1_700_000_000.0
SPAN = START // TOKEN_S * TOKEN_S
"""The begin of a stretch of time that tokens are kept by."""


def add(pk: str = "n", more: int = 1) -> Members:
    return update(key(pk), "ADD n :v", **values(v={"N": str(more)}))


def counted(door: Door, pk: str = "n") -> int:
    item = stored(door, key(pk))
    return 0 if item is None else int(item["n"]["N"])


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
def db(clock: ManualClock) -> Database:
    return Database(MemoryStore(), clock=clock)


@pytest.fixture(params=["in process", "http"])
def door(request: pytest.FixtureRequest, db: Database) -> Iterator[Door]:
    if request.param == "http":
        with http_door(db) as over_http:
            create_tables(over_http)
            yield over_http
        return
    in_process = InProcessDoor(db)
    create_tables(in_process)
    yield in_process


def test_a_repeat_does_nothing_again_and_is_answered(door: Door) -> None:
    for _ in range(3):
        assert write(door, add(), ClientRequestToken="t") == {}
    assert counted(door) == 1


def test_without_a_token_or_with_another_it_is_done_again(door: Door) -> None:
    write(door, add())
    write(door, add())
    write(door, add(), ClientRequestToken="t")
    write(door, add(), ClientRequestToken="T")
    assert counted(door) == 4


@pytest.mark.parametrize("other", [[add(more=2)], [add(), add("m")], [check(key("n"))]])
def test_a_repeat_that_asks_for_something_else_is_refused(door: Door, other: list[Members]) -> None:
    write(door, add(), ClientRequestToken="t")
    with pytest.raises(Refusal) as refused:
        write(door, *other, ClientRequestToken="t")
    assert (refused.value.code, refused.value.message) == ("IdempotentParameterMismatchException", MISMATCH)
    assert (counted(door), stored(door, key("m"))) == (1, None)


def test_the_order_of_members_means_nothing_and_what_is_returned_may_change(door: Door) -> None:
    action = put(key("n") | {"n": {"N": "1"}, "a": {"M": {"b": {"S": "c"}, "d": {"S": "e"}}}})
    write(door, action, ClientRequestToken="t")
    turned = json.loads(json.dumps(action, sort_keys=True))
    turned["Put"]["Item"] = dict(reversed(list(action["Put"]["Item"].items())))
    assert write(door, turned, ClientRequestToken="t", ReturnConsumedCapacity="TOTAL")
    assert write(door, turned, ClientRequestToken="t", ReturnItemCollectionMetrics="SIZE") == {}


def test_a_canceled_transaction_leaves_its_token_free(door: Door) -> None:
    wants = check(key("later"))
    with pytest.raises(Refusal, match="ConditionalCheckFailed"):
        write(door, add(), wants, ClientRequestToken="t")
    write(door, put(key("later")))
    write(door, add(), wants, ClientRequestToken="t")
    write(door, add(), wants, ClientRequestToken="t")
    assert counted(door) == 1


def test_a_repeat_is_not_tried_again_so_its_conditions_may_have_turned(door: Door) -> None:
    once = put(key("once"), ConditionExpression="attribute_not_exists(pk)")
    write(door, once, ClientRequestToken="t")
    write(door, delete(key("once")))
    write(door, once, ClientRequestToken="t")
    assert stored(door, key("once")) is None


def test_a_repeat_costs_reading_the_items_as_the_first_found_or_left_them(door: Door) -> None:
    def item(size: int) -> Members:
        return {"a": {"S": "x" * size}}

    write(door, put(pair("gone") | item(9000), PAIRS))
    actions = [
        put(key("n") | item(1500)),
        delete(pair("gone"), PAIRS),
        check(key("m"), "attribute_not_exists(pk)"),
    ]
    first = write(door, *actions, ClientRequestToken="t", ReturnConsumedCapacity="TOTAL")
    again = write(door, *actions, ClientRequestToken="t", ReturnConsumedCapacity="TOTAL")
    parts = write(door, *actions, ClientRequestToken="t", ReturnConsumedCapacity="INDEXES")
    assert first["ConsumedCapacity"] == [
        {"TableName": PLAIN, "CapacityUnits": 6, "WriteCapacityUnits": 6},
        {"TableName": PAIRS, "CapacityUnits": 18, "WriteCapacityUnits": 18},
    ]
    assert again["ConsumedCapacity"] == [
        {"TableName": PLAIN, "CapacityUnits": 4, "ReadCapacityUnits": 4},
        {"TableName": PAIRS, "CapacityUnits": 6, "ReadCapacityUnits": 6},
    ]
    assert parts["ConsumedCapacity"][1]["Table"] == {"CapacityUnits": 6, "ReadCapacityUnits": 6}


@pytest.mark.parametrize("begin", [0.0, 0.5, 1.0, 300.0, 599.0, 599.9])
@pytest.mark.parametrize(
    ("later", "times"),
    [(0.0, 1), (1.0, 1), (300.0, 1), (599.9, 1), (600.0, 2), (900.0, 2), (1e6, 2)],
)
def test_a_token_is_good_for_ten_minutes(
    db: Database, clock: ManualClock, begin: float, later: float, times: int
) -> None:
    door = InProcessDoor(db)
    create_tables(door)
    clock.advance(SPAN + TOKEN_S + begin - clock.now())
    write(door, add(), ClientRequestToken="t")
    clock.advance(later)
    write(door, add(), ClientRequestToken="t")
    assert counted(door) == times
    write(door, add(), ClientRequestToken="t")
    assert counted(door) == times


def test_an_expired_token_may_name_something_else(door: Door, clock: ManualClock) -> None:
    write(door, add(), ClientRequestToken="t")
    clock.advance(TOKEN_S)
    write(door, add(more=10), ClientRequestToken="t")
    write(door, add(more=10), ClientRequestToken="t")
    assert counted(door) == 11


def test_a_clock_that_is_turned_back_a_little_forgets_nothing(door: Door, clock: ManualClock) -> None:
    clock.advance(SPAN + TOKEN_S + 1 - clock.now())
    write(door, add(), ClientRequestToken="t")
    clock.advance(-300)
    write(door, add(), ClientRequestToken="t")
    assert counted(door) == 1


def test_tokens_outlive_the_process(tmp_path: Path, clock: ManualClock) -> None:
    for number in range(3):
        db = Database(open_store(str(tmp_path / "stator.db")), clock=clock)
        door = InProcessDoor(db)
        if number == 0:
            create_tables(door)
        write(door, add(), ClientRequestToken="t")
        assert counted(door) == 1
        db.close()


def tokens_kept(db: Database) -> int:
    with db.store.snapshot() as snapshot:
        return len(snapshot.range(TOKEN_PREFIX, successor(TOKEN_PREFIX), 10_000)[0])


def test_expired_tokens_are_cleared_away_by_later_ones(db: Database, clock: ManualClock) -> None:
    door = InProcessDoor(db)
    create_tables(door)
    most = 0
    for number in range(2000):
        write(door, add(), ClientRequestToken=f"t{number}")
        clock.advance(6)
        most = max(most, tokens_kept(db))
    assert most < 4 * TOKEN_S / 6
    clock.advance(3 * TOKEN_S)
    for number in range(most):
        write(door, add(), ClientRequestToken=f"u{number}")
    assert tokens_kept(db) == most
    assert counted(door) == 2000 + most


def test_a_token_means_nothing_to_another_account_or_region(clock: ManualClock) -> None:
    db = Database(MemoryStore(), Options(namespace="account-region"), clock)

    def call(operation: str, request: Members, account: str, region: str) -> None:
        outcome = handler_of(operation)(db, request, Call(operation, account, region))
        if not isinstance(outcome, dict):
            drive(db.store, outcome)

    transaction = {"TransactItems": [add()], "ClientRequestToken": "t"}
    for account, region in (("1", "here"), ("2", "here"), ("1", "there")):

        class Elsewhere:
            def call(
                self, operation: str, request: Members, place: tuple[str, str] = (account, region)
            ) -> Members:
                call(operation, request, *place)
                return {}

        create_tables(Elsewhere())
        call("TransactWriteItems", transaction, account, region)
    assert tokens_kept(db) == 3


# While the first still runs: its steps are taken by hand.


@pytest.fixture
def steps(db: Database) -> Callable[..., Any]:
    create_tables(InProcessDoor(db))

    def begin(*actions: Members, token: str = "t") -> Any:
        request = {"TransactItems": list(actions), "ClientRequestToken": token}
        call = Call("TransactWriteItems", db.options.account, db.options.region)
        return handler_of("TransactWriteItems")(db, request, call)

    return begin


def test_while_the_first_runs_a_repeat_is_told_so(db: Database, steps: Callable[..., Any]) -> None:
    first = steps(add())
    work = next(first)
    assert isinstance(work, Work)
    with pytest.raises(TransactionInProgressException) as refused:
        next(steps(add()))
    assert refused.value.message == "The transaction with the given request token is already in progress."
    with pytest.raises(IdempotentParameterMismatchException):
        next(steps(add(more=2)))
    other = steps(add("other"), token="u")
    assert isinstance(next(other), Work)
    with pytest.raises(StopIteration) as ended:
        first.send(db.store.transact(work.run, work.decides, work.shares))
    assert ended.value.value == {}
    assert drive(db.store, steps(add())) == {}
    assert counted(InProcessDoor(db)) == 1


@pytest.mark.parametrize("end", ["fails", "is dropped"])
def test_a_transaction_that_ends_otherwise_leaves_its_token_free(
    db: Database, steps: Callable[..., Any], end: str
) -> None:
    first = steps(add())
    next(first)
    if end == "fails":
        with pytest.raises(OSError, match="disk"):
            first.throw(OSError("disk"))
    else:
        first.close()
    assert drive(db.store, steps(add())) == {}
    assert counted(InProcessDoor(db)) == 1


def test_a_repeat_that_another_process_let_through_is_known_inside_its_work(
    db: Database, steps: Callable[..., Any]
) -> None:
    """Two processes do not see each other's transactions run: the store decides."""
    beside = Database(db.store, clock=db.clock)
    request = {"TransactItems": [add()], "ClientRequestToken": "t"}
    other = handler_of("TransactWriteItems")(
        beside, request, Call("TransactWriteItems", "000000000000", "us-east-1")
    )
    first = steps(add())
    works = [next(first), next(other)]  # type: ignore[arg-type]
    for work, run in zip(works, (first, other), strict=True):
        with pytest.raises(StopIteration):
            run.send(db.store.transact(work.run, work.decides, work.shares))  # type: ignore[union-attr]
    assert counted(InProcessDoor(db)) == 1
