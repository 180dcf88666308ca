"""Replaying a stream with both images from its beginning builds the table, whatever was written and however."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from stream_session import Consumer, Session, key_of, replayed

Members = dict[str, Any]

KEYS = st.builds(
    lambda pk, sk: {"pk": {"S": pk}, "sk": {"S": sk}},
    st.sampled_from("abc"),
    st.sampled_from(["x", "é\0", '"']),
)
VALUES = st.fixed_dictionaries(
    {},
    optional={
        "n": st.builds(lambda n: {"N": str(n)}, st.integers(0, 2)),
        "t": st.builds(lambda s: {"SS": s}, st.permutations(["p", "q"])),
        "m": st.builds(lambda n: {"M": {"deep": {"L": [{"N": str(n)}]}}}, st.integers(0, 1)),
    },
)
WRITES = st.one_of(
    st.tuples(st.just("put"), KEYS, VALUES),
    st.tuples(st.just("update"), KEYS, VALUES),
    st.tuples(st.just("delete"), KEYS, st.just({})),
)
STEPS = st.lists(
    st.one_of(
        WRITES,
        st.tuples(st.just("batch"), st.lists(WRITES, min_size=1, max_size=6), st.just({})),
        st.tuples(st.just("transact"), st.lists(WRITES, min_size=1, max_size=6), st.just({})),
        st.tuples(st.just("rotate"), st.just({}), st.just({})),
        st.tuples(st.just("read"), st.just({}), st.just({})),
    ),
    max_size=25,
)


def action(kind: str, key: Members, values: Members) -> Members:
    """As TransactWriteItems has it."""
    if kind == "put":
        return {"Put": {"TableName": "music", "Item": {**key, **values}}}
    if kind == "delete":
        return {"Delete": {"TableName": "music", "Key": key}}
    update: Members = {"TableName": "music", "Key": key}
    if values:
        update["UpdateExpression"] = "SET " + ", ".join(f"#{name} = :{name}" for name in values)
        update["ExpressionAttributeNames"] = {f"#{name}": name for name in values}
        update["ExpressionAttributeValues"] = {f":{name}": value for name, value in values.items()}
    else:
        update["UpdateExpression"] = "REMOVE n, t"
    return {"Update": update}


def one_each(writes: list[tuple[str, Members, Members]]) -> list[Members]:
    """One action an item, the first."""
    found: dict[str, Members] = {}
    for kind, key, values in writes:
        found.setdefault(str(key), action(kind, key, values))
    return list(found.values())


def do(session: Session, kind: str, key: Any, values: Members) -> None:
    if kind == "batch":
        actions = [each for each in one_each(key) if "Update" not in each]
        requests: list[Members] = [
            {"PutRequest": {"Item": each["Put"]["Item"]}}
            if "Put" in each
            else {"DeleteRequest": {"Key": each["Delete"]["Key"]}}
            for each in actions
        ]
        if requests:
            session.call("BatchWriteItem", RequestItems={"music": requests})
    elif kind == "transact":
        session.call("TransactWriteItems", TransactItems=one_each(key))
    else:
        ((name, members),) = action(kind, key, values).items()
        session.call(f"{name}Item", **members)


@settings(max_examples=80)
@given(steps=STEPS)
def test_a_stream_replayed_from_its_beginning_is_the_table(steps: list[tuple[str, Any, Members]]):
    session = Session(shard_s=60)
    session.create(sort=True)
    consumer = Consumer(session, session.arn(), limit=2)
    for kind, key, values in steps:
        if kind == "rotate":
            session.rotate()
        elif kind == "read":
            consumer.step()
        else:
            do(session, kind, key, values)
    items = session.call("Scan", TableName="music")["Items"]
    wanted = {
        key_of({"dynamodb": {"Keys": {name: item[name] for name in ("pk", "sk")}}}): item for item in items
    }
    built = replayed(consumer.drain())
    assert built.keys() == wanted.keys()
    assert all(sets_in_order(built[key]) == sets_in_order(item) for key, item in wanted.items())
    session.db.close()


def sets_in_order(item: Members) -> Members:
    """A write that only changes a set's order is no change, and leaves no record."""
    return {name: {"SS": sorted(value["SS"])} if "SS" in value else value for name, value in item.items()}
