"""What one request can make the engine do is bounded, however its item and its expression are made."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stator.client.in_process import InProcess
from stator.engine.database import Database
from stator.errors import ValidationException
from stator.expressions import (
    Placeholders,
    compile_condition,
    compile_projection,
    compile_update,
    conditions,
    legacy,
    projections,
    updates,
)
from stator.storage.memory import MemoryStore
from stator.values import item_size, numbers, ordered_set, resized
from stator.values.size import SIZE_EXACT_MAX

Item = dict[str, dict[str, Any]]

LONG = [{"S": ""}] * 400_000
HALF = [{"S": ""}] * 200_000


def condition(text: str, **values: Any) -> Any:
    placeholders = Placeholders(None, {f":{name}": value for name, value in values.items()})
    return compile_condition(text, placeholders, "FilterExpression")


def contained(count: int) -> Any:
    text = " OR ".join(f"contains(a, :v{number})" for number in range(count))
    return condition(text, **{f"v{number}": {"S": f"{number}"} for number in range(count)})


@pytest.mark.parametrize("value", [{"L": LONG}, {"SS": [f"m{number}" for number in range(400_000)]}])
def test_a_condition_does_not_go_through_a_long_list_again_and_again(value: dict[str, Any]) -> None:
    assert contained(4).matches({"a": value}) is False
    with pytest.raises(ValidationException, match="looks at more than 2000000 elements"):
        contained(6).matches({"a": value})
    assert contained(100).matches({"a": {"L": LONG[:10_000]}}) is False


def test_the_bound_is_of_one_item_and_not_of_a_page() -> None:
    made = contained(5)
    for _ in range(10):
        assert made.matches({"a": {"L": LONG}}) is False


def test_a_condition_that_was_refused_leaves_nothing_to_the_next() -> None:
    with pytest.raises(ValidationException):
        contained(100).matches({"a": {"L": LONG}})
    assert condition("contains(a, :v)", v={"S": "x"}).matches({"a": {"L": LONG}}) is False


def test_tests_that_are_spelt_alike_are_made_once_for_an_item(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[object] = []
    monkeypatch.setattr("stator.expressions.evaluation.equal", lambda a, b: bool(made.append(1)) or a == b)
    repeated = condition(" OR ".join(["a = :v OR size(a) = size(b)", "a[0] = :v"] * 20), v={"S": "1"})
    assert repeated.matches({"a": {"L": [{"S": "2"}]}, "b": {"S": ""}}) is False
    assert len(made) == 3


@pytest.mark.parametrize(
    "text",
    [
        "SET b = list_append(a, list_append(a, a))",
        "SET " + ", ".join(f"b{number} = list_append(a, :one)" for number in range(100)),
        "SET " + ", ".join(f"b{number} = a" for number in range(100)),
        "SET " + ", ".join(f"m.b{number} = a" for number in range(100)),
    ],
)
def test_lists_do_not_grow_past_what_an_item_holds(text: str) -> None:
    update = compile_update(
        text, Placeholders(None, {":one": {"L": [{"S": ""}]}} if ":one" in text else None)
    )
    with pytest.raises(
        ValidationException, match="Item size to update has exceeded the maximum allowed size"
    ):
        update.apply({"a": {"L": HALF}, "m": {"M": {}}})


def test_expressions_with_long_names_are_not_remembered() -> None:
    def sizes() -> list[int]:
        caches = (conditions._remembered, updates._remembered, projections._compiled)
        return [cache.cache_info().currsize for cache in caches]

    def compile_each(name: str, number: int) -> None:
        text = f"#n{number}"
        names = {text: name}
        assert condition_of(f"attribute_exists({text})", names).matches({name: {"S": "x"}})
        assert compile_update(f"REMOVE {text}", Placeholders(names)).apply({name: {"S": "x"}}) == {}
        assert compile_projection(text, Placeholders(names)).apply({name: {"S": "x"}}) == {name: {"S": "x"}}

    def condition_of(text: str, names: dict[str, str]) -> Any:
        return compile_condition(text, Placeholders(names), "FilterExpression")

    compile_each("short", 0)
    before = sizes()
    for number in range(50):
        compile_each("n" * 10_000, number)
    assert sizes() == before


def test_legacy_parameters_have_a_bound() -> None:
    tests = {f"{number}": {"ComparisonOperator": "NULL"} for number in range(1001)}
    with pytest.raises(ValidationException, match="More than 1000 conditions"):
        legacy.filter_condition(tests, None)
    with pytest.raises(ValidationException, match="More than 20000 attributes"):
        legacy.update({f"{number}": {"Action": "DELETE"} for number in range(20_001)})
    with pytest.raises(ValidationException, match="More than 20000 attributes"):
        legacy.projection([f"{number}" for number in range(20_001)])


VALUES = st.recursive(
    st.one_of(
        st.builds(lambda text: {"S": text}, st.text(max_size=3)),
        st.builds(lambda number: {"N": str(number)}, st.integers(-1000, 1000)),
        st.sampled_from([{"NULL": True}, {"BS": ["QUE="]}, {"SS": ["a", "é"]}, {"NS": ["1", "2.5"]}]),
    ),
    lambda inner: st.one_of(
        st.builds(lambda elements: {"L": elements}, st.lists(inner, max_size=5)),
        st.builds(lambda members: {"M": members}, st.dictionaries(st.text(max_size=2), inner, max_size=5)),
    ),
)
NAMES = st.sampled_from("abcdé")


@given(st.dictionaries(NAMES, VALUES), st.dictionaries(NAMES, VALUES), st.sets(NAMES))
def test_the_size_of_a_changed_item_is_that_of_an_item_made_anew(
    old: Item, changes: Item, gone: set[str]
) -> None:
    old["long"] = {"L": LONG[:5000]}
    new = {name: value for name, value in (old | changes).items() if name not in gone}
    assert resized(item_size(old), old, new) == item_size(new)


def test_what_is_far_too_large_is_not_measured_to_its_end() -> None:
    one = {"L": LONG}
    size = item_size({"a": {"M": {f"{number}": one for number in range(1000)}}})
    assert SIZE_EXACT_MAX < size < 2 * SIZE_EXACT_MAX


@given(st.lists(st.decimals(allow_nan=False, allow_infinity=False, places=3), unique=True))
def test_a_set_of_numbers_is_ordered_by_value(given_: list[Any]) -> None:
    texts = {numbers.normalise(str(number)) for number in given_}
    found = ordered_set("NS", texts)
    assert set(found) == texts
    assert all(numbers.compare(a, b) < 0 for a, b in pairwise(found))


def test_a_large_item_has_the_index_rows_that_a_small_one_has() -> None:
    client = InProcess(Database(MemoryStore()))
    schema = [{"AttributeName": "g", "KeyType": "HASH"}]
    include = {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["long", "n", "missing"]}
    client.call(
        "CreateTable",
        {
            "TableName": "indexed",
            "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "g")],
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
            "GlobalSecondaryIndexes": [
                {"IndexName": "keys", "KeySchema": schema, "Projection": {"ProjectionType": "KEYS_ONLY"}},
                {"IndexName": "some", "KeySchema": schema, "Projection": include},
                {"IndexName": "some-too", "KeySchema": schema, "Projection": include},
            ],
            "BillingMode": "PAY_PER_REQUEST",
        },
    )
    item = {"pk": {"S": "a"}, "g": {"S": "é"}, "n": {"N": "1"}, "x": {"S": "x"}, "long": {"L": LONG[:20_000]}}

    def check() -> None:
        table = client.call("DescribeTable", {"TableName": "indexed"})["Table"]
        for index in table["GlobalSecondaryIndexes"]:
            names = ("pk", "g") if index["IndexName"] == "keys" else ("pk", "g", "n", "long")
            row = {name: item[name] for name in names}
            found = client.call("Scan", {"TableName": "indexed", "IndexName": index["IndexName"]})["Items"]
            assert found == [row]
            assert index["IndexSizeBytes"] == item_size(row)

    client.call("PutItem", {"TableName": "indexed", "Item": item})
    check()
    for name, value in (
        ("n", {"N": "2"}),
        ("x", {"S": "y"}),
        ("g", {"S": "moved"}),
        ("long", {"S": "short"}),
    ):
        item[name] = value
        client.call("PutItem", {"TableName": "indexed", "Item": item})
        check()


def test_a_batch_get_of_items_that_are_long_in_json_stops_early_and_can_be_gone_on_with(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("stator.api.batches.BATCH_GET_JSON_BYTES_MAX", 10_000)
    client = InProcess(Database(MemoryStore()))
    client.call(
        "CreateTable",
        {
            "TableName": "fat",
            "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "N"}],
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
            "BillingMode": "PAY_PER_REQUEST",
        },
    )
    for number in range(13):
        item = {"pk": {"N": f"{number}"}, "a": {"L": [{"S": ""}] * 111}}
        client.call("PutItem", {"TableName": "fat", "Item": item})
    asked = {"fat": {"Keys": [{"pk": {"N": f"{number}"}} for number in range(13)]}}
    found = []
    rounds = 0
    while asked:
        answer = client.call("BatchGetItem", {"RequestItems": asked})
        found += [item["pk"]["N"] for item in answer["Responses"]["fat"]]
        asked = answer["UnprocessedKeys"]
        rounds += 1
    assert sorted(map(int, found)) == list(range(13))
    assert rounds == 2
