"""RestoreTableToPointInTime: the table as it was at any moment since recovery was turned on."""

from __future__ import annotations

from typing import Any

import pytest
from backup_session import DAY_S, INDEXED, T0, Session
from doors import Refusal
from hypothesis import given, settings
from hypothesis import strategies as st

from stator.clock import ManualClock
from stator.engine.database import Options

INVALID_TIME = (
    "An invalid restore time was specified. RestoreDateTime must be between EarliestRestorableDateTime and "
    "LatestRestorableDateTime."
)

Model = dict[str, int]
Write = tuple[int, str, int | None]
"""Milliseconds since the write before, the item, and its n; None deletes it."""

KEYS = "abcdefgh"
WRITES = st.lists(
    st.tuples(
        st.sampled_from([0, 0, 1, 400, 999, 1000, 2500]),
        st.sampled_from(KEYS),
        st.one_of(st.none(), st.integers(0, 9)),
    ),
    max_size=30,
)


def write(session: Session, model: Model, key: str, n: int | None) -> None:
    if n is None:
        model.pop(key, None)
        session.remove(key)
    else:
        model[key] = n
        session.put(key, n)


def now_ms(clock: ManualClock) -> int:
    return round(clock.now() * 1000)


def at_time(history: list[tuple[int, Model]], ms: int) -> Model:
    """The last state that was reached at that time or before."""
    return next(model for time, model in reversed(history) if time <= ms)


@settings(max_examples=40)
@given(before=st.lists(st.sampled_from(KEYS), max_size=4), writes=WRITES, shards=st.sampled_from([1, 2, 8]))
def test_a_restore_to_every_second_is_the_state_then(
    before: list[str], writes: list[Write], shards: int
) -> None:
    session = Session(options=Options(stream_shards=shards, stream_shard_s=3.0))
    session.create()
    model: Model = {}
    for key in before:
        write(session, model, key, 1)
    session.protect()
    history = [(now_ms(session.clock), dict(model))]
    for ms, key, n in writes:
        session.clock.advance(ms / 1000)
        session.work_off()
        write(session, model, key, n)
        history.append((now_ms(session.clock), dict(model)))
    seconds = [T0 + s for s in range(int(session.clock.now() - T0) + 1)]
    for at, second in enumerate([*seconds, session.clock.now()]):
        session.recover(f"at{at:03d}", second)
        assert session.contents(f"at{at:03d}") == at_time(history, round(second * 1000))
    assert session.contents() == model


def test_the_table_is_restored_as_it_was_and_the_source_left_alone(either: Session) -> None:
    either.create()
    either.protect()
    either.put("a", 1)
    either.put("b", 1)
    either.clock.advance(10)
    either.put("a", 2)
    either.remove("b")
    either.put("c", 2)
    answer = either.recover("then", T0 + 5)
    assert answer["TableStatus"] == "CREATING"
    assert answer["RestoreSummary"] == {
        "SourceTableArn": "arn:aws:dynamodb:us-east-1:000000000000:table/music",
        "RestoreDateTime": T0 + 5,
        "RestoreInProgress": True,
    }
    assert either.describe("then")["TableStatus"] == "ACTIVE"
    assert either.describe("then")["RestoreSummary"]["RestoreInProgress"] is False
    assert either.contents("then") == {"a": 1, "b": 1}
    assert either.contents() == {"a": 2, "c": 2}


def test_the_latest_moment_has_every_write_that_was_answered(session: Session) -> None:
    session.create()
    session.protect()
    session.put("a", 1)
    session.recover("latest")
    session.put("a", 2)
    session.recover("now", session.clock.now())
    assert session.contents("latest") == {"a": 1}
    assert session.contents("now") == {"a": 2}
    assert session.describe("latest")["RestoreSummary"]["RestoreDateTime"] == T0


def test_a_transaction_is_before_a_moment_or_after_it(session: Session) -> None:
    session.create()
    session.protect()
    for second in range(1, 4):
        session.clock.advance(1)
        puts = [
            {"Put": {"TableName": "music", "Item": {"pk": {"S": key}, "n": {"N": str(second)}}}}
            for key in KEYS
        ]
        session.call("TransactWriteItems", TransactItems=puts)
    for second in range(1, 4):
        session.recover(f"at{second}x", T0 + second)
        assert session.contents(f"at{second}x") == dict.fromkeys(KEYS, second)


def test_indexes_are_restored_with_the_items(session: Session) -> None:
    session.create(**INDEXED)
    session.protect()
    for n in range(20):
        item = {"pk": {"S": f"p{n % 3}"}, "sk": {"N": str(n)}, "g": {"S": f"g{n % 2}"}, "v": {"N": str(-n)}}
        session.call("PutItem", TableName="music", Item=item)
    session.clock.advance(1)
    then = {index: sorted_items(session, "music", index) for index in (None, "byg", "byv")}
    size_then = session.describe()["TableSizeBytes"]
    session.clock.advance(1)
    for n in range(0, 20, 2):
        key = {"pk": {"S": f"p{n % 3}"}, "sk": {"N": str(n)}}
        if n % 4:
            session.call("DeleteItem", TableName="music", Key=key)
        else:
            session.call("PutItem", TableName="music", Item={**key, "g": {"S": "moved"}, "v": {"N": "5"}})
    session.recover("then", T0 + 1)
    assert {index: sorted_items(session, "then", index) for index in (None, "byg", "byv")} == then
    shown = session.describe("then")
    assert [index["ItemCount"] for index in shown["GlobalSecondaryIndexes"]] == [20]
    assert [index["ItemCount"] for index in shown["LocalSecondaryIndexes"]] == [20]
    assert shown["TableSizeBytes"] == size_then


def sorted_items(session: Session, table: str, index: str | None) -> list[dict[str, Any]]:
    return sorted(session.items(table, index), key=lambda item: (item["pk"]["S"], int(item["sk"]["N"])))


# How far back


def test_recovery_is_off_until_it_is_turned_on_and_tells_how_far_it_reaches(either: Session) -> None:
    either.create()
    assert either.protection() == {"PointInTimeRecoveryStatus": "DISABLED"}
    on = {
        "PointInTimeRecoveryStatus": "ENABLED",
        "RecoveryPeriodInDays": 35,
        "EarliestRestorableDateTime": T0,
        "LatestRestorableDateTime": T0,
    }
    assert either.protect() == on
    either.clock.advance(90)
    assert either.protection() == {**on, "LatestRestorableDateTime": T0 + 90}
    assert either.protect(on=False) == {"PointInTimeRecoveryStatus": "DISABLED"}
    assert either.protection() == {"PointInTimeRecoveryStatus": "DISABLED"}


def test_recovery_turned_on_within_a_second_reaches_to_the_next(session: Session) -> None:
    session.create()
    session.clock.advance(0.7)
    session.put("a", 1)
    shown = session.protect()
    assert (shown["EarliestRestorableDateTime"], shown["LatestRestorableDateTime"]) == (T0 + 1, T0 + 1)
    session.put("a", 2)
    session.recover("soon", T0 + 1)
    session.clock.advance(0.5)
    session.put("a", 3)
    session.recover("then", T0 + 1)
    assert session.contents("soon") == session.contents("then") == {"a": 2}


def test_turning_recovery_on_again_begins_anew_and_doing_it_twice_does_not(session: Session) -> None:
    session.create()
    session.protect()
    session.clock.advance(100)
    assert session.protect()["EarliestRestorableDateTime"] == T0
    session.protect(on=False)
    session.put("a", 1)
    session.clock.advance(100)
    assert session.protect()["EarliestRestorableDateTime"] == T0 + 200
    refuses(session, T0 + 199, "InvalidRestoreTimeException", INVALID_TIME)
    session.recover("then", T0 + 200)
    assert session.contents("then") == {"a": 1}


def test_a_period_reaches_back_so_many_days_and_a_longer_one_does_not_bring_back_what_went(
    session: Session,
) -> None:
    session.create()
    session.protect(days=2)
    session.clock.advance(5 * DAY_S)
    assert session.protection()["EarliestRestorableDateTime"] == T0 + 3 * DAY_S
    assert session.protect(days=10)["EarliestRestorableDateTime"] == T0 + 3 * DAY_S
    session.clock.advance(DAY_S)
    assert session.protection()["EarliestRestorableDateTime"] == T0 + 3 * DAY_S
    assert session.protect(days=1)["EarliestRestorableDateTime"] == T0 + 5 * DAY_S
    assert session.protect()["RecoveryPeriodInDays"] == 35


def refuses(session: Session, time: float | None, code: str, message: str, target: str = "target") -> None:
    with pytest.raises(Refusal) as refused:
        session.recover(target, time)
    assert (refused.value.code, refused.value.message) == (code, message)


def test_a_moment_outside_is_refused(either: Session) -> None:
    either.create()
    refuses(
        either,
        None,
        "PointInTimeRecoveryUnavailableException",
        "Point in time recovery is not enabled for table 'music'",
    )
    either.protect(days=1)
    either.clock.advance(2 * DAY_S)
    for time in (T0, T0 + DAY_S - 1, T0 + 2 * DAY_S + 1):
        refuses(either, time, "InvalidRestoreTimeException", INVALID_TIME)
    refuses(either, T0 + DAY_S, "TableAlreadyExistsException", "Table already exists: music", "music")
    either.recover("target", T0 + DAY_S)


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (
            {"SourceTableName": "music"},
            "One or more parameter values were invalid: "
            "Either RestoreDateTime or UseLatestRestorableTime must be specified",
        ),
        (
            {"SourceTableName": "music", "UseLatestRestorableTime": True, "RestoreDateTime": T0},
            "One or more parameter values were invalid: "
            "RestoreDateTime and UseLatestRestorableTime cannot both be specified",
        ),
        (
            {"UseLatestRestorableTime": True},
            "Either SourceTableName or SourceTableArn must be specified",
        ),
    ],
)
def test_a_request_says_which_table_and_which_moment(
    session: Session, request_: dict[str, Any], message: str
) -> None:
    with pytest.raises(Refusal) as refused:
        session.call("RestoreTableToPointInTime", TargetTableName="target", **request_)
    assert (refused.value.code, refused.value.message) == ("ValidationException", message)


def test_the_source_may_be_an_arn(session: Session) -> None:
    session.create()
    session.protect()
    session.put("a", 1)
    session.call(
        "RestoreTableToPointInTime",
        SourceTableArn=session.describe()["TableArn"],
        TargetTableName="copy",
        UseLatestRestorableTime=True,
    )
    assert session.contents("copy") == {"a": 1}


# What it costs


@pytest.mark.parametrize("stream", [False, True])
def test_under_steady_updates_the_store_does_not_grow(stream: bool) -> None:
    session = Session(options=Options(stream_shards=1, stream_shard_s=DAY_S / 8))
    session.create()
    if stream:
        on = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
        session.call("UpdateTable", TableName="music", StreamSpecification=on)
    session.protect(days=2)
    sizes = []
    for hour in range(24 * 8):
        session.clock.advance(3600)
        for key in KEYS:
            session.put(key, hour)
        session.work_off()
        sizes.append(len(session.rows()))
    # A period of two days, and at most a shard's time more.
    assert max(sizes[96:]) <= max(sizes[48:72])
    assert max(sizes) < 8 * 24 * 2 * 1.25 * (1.6 if stream else 1)
    earliest = session.protection()["EarliestRestorableDateTime"]
    session.recover("then", earliest)
    assert session.contents("then") == dict.fromkeys(KEYS, 24 * 6 - 1)


def test_nothing_stays_in_the_log_when_recovery_is_turned_off(session: Session) -> None:
    session.create()
    before = len(session.rows())
    session.protect()
    for n in range(20):
        session.put("a", n)
    session.protect(on=False)
    session.clock.advance(3600)
    session.work_off()
    session.remove("a")
    assert len(session.rows()) <= before + 3
