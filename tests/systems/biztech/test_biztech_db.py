"""The db module: items as plain dicts, by a table's bare name, with any attribute name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from stator.clock import ManualClock
from stator.conditions import Attr, Key
from stator.model import (
    AlreadyExistsError,
    ArgumentError,
    ConditionFailedError,
    NotFoundError,
    SharedEnvironmentWarning,
)
from systems.biztech import BizTech
from systems.biztech.writing import update_expression

ANN = {"id": "ann@example.com"}
SEAT = {"id": "ann@example.com", "eventID;year": "blueprint;2026"}
IN_PROCESS = pytest.mark.parametrize("database", ["memory"], indirect=True)
"""For what is refused before the database is asked, or by it: that is the same on all doors."""


def test_an_item_is_created_read_updated_and_deleted(club: BizTech) -> None:
    made = club.db.create("biztechUsers", {**ANN, "fname": "Ann"})
    assert made == {**ANN, "fname": "Ann", "updatedAt": made["updatedAt"]}
    assert club.db.get("biztechUsers", ANN) == made
    changed = club.db.update("biztechUsers", ANN, {"fname": "Anna", "faculty": "Arts"})
    assert (changed["fname"], changed["faculty"]) == ("Anna", "Arts")
    assert club.db.delete("biztechUsers", ANN) == changed
    assert club.db.delete("biztechUsers", ANN) is None
    assert club.db.get("biztechUsers", ANN, consistent=True) is None


def test_what_is_there_is_not_created_again(club: BizTech) -> None:
    club.db.create("biztechUsers", {**ANN, "fname": "Ann"})
    with pytest.raises(AlreadyExistsError, match=r"ann@example\.com is in biztechUsers already"):
        club.db.create("biztechUsers", {**ANN, "fname": "Other"})
    assert (club.db.get("biztechUsers", ANN) or {})["fname"] == "Ann"


def test_what_is_not_there_is_not_updated(club: BizTech) -> None:
    with pytest.raises(NotFoundError, match=r"ann@example\.com/blueprint;2026 is not in biztechRegistrations"):
        club.db.update("biztechRegistrations", SEAT, {"points": 1})
    assert list(club.db.scan("biztechRegistrations")) == []


@IN_PROCESS
@pytest.mark.parametrize(
    "name",
    ["status", "name", "count", "ttl", "year;month", "a#b", "with space", "dot.ted", "list[0]", "#0", ":v", "é"],
)
def test_an_update_takes_any_attribute_name(club: BizTech, name: str) -> None:
    club.db.create("biztechRegistrations", SEAT)
    assert club.db.update("biztechRegistrations", SEAT, {name: "x"})[name] == "x"
    found = club.db.get("biztechRegistrations", SEAT)
    assert found is not None
    assert found[name] == "x"
    assert name not in club.db.update("biztechRegistrations", SEAT, {name: None})


def test_updates_add_to_numbers_and_sets_and_remove(club: BizTech) -> None:
    club.db.create("biztechRegistrations", {**SEAT, "points": 5, "note": "x"})
    changed = club.db.update(
        "biztechRegistrations", SEAT, {"note": None, "share": Decimal("0.5")}, add={"points": 3, "scanned": {"q1"}}
    )
    assert (changed["points"], changed["scanned"], changed["share"]) == (8, {"q1"}, Decimal("0.5"))
    assert "note" not in changed


def test_every_write_keeps_the_moment_as_the_entities_do(club: BizTech, clock: ManualClock) -> None:
    club.db.create("biztechUsers", {**ANN, "fname": "Ann", "lname": "Lee"})
    clock.advance(60)
    stored = club.db.update("biztechUsers", ANN, {"fname": "Anna"})["updatedAt"]
    user = club.users.find("ann@example.com")
    assert user is not None
    assert user.updated_at == datetime.fromtimestamp(clock.now(), UTC)
    club.users.update("ann@example.com", {"fname": "Ann"})
    assert (club.db.get("biztechUsers", ANN) or {})["updatedAt"] == stored


def test_a_condition_that_does_not_hold_changes_nothing(club: BizTech) -> None:
    club.db.create("biztechRegistrations", {**SEAT, "points": 5})
    with pytest.raises(ConditionFailedError):
        club.db.update("biztechRegistrations", SEAT, add={"points": -9}, if_=Attr("points").gte(9))
    with pytest.raises(ConditionFailedError):
        club.db.delete("biztechRegistrations", SEAT, if_=Attr("points").eq(0))
    assert (club.db.get("biztechRegistrations", SEAT) or {})["points"] == 5


def test_a_query_goes_by_keys_with_any_name_and_by_index(club: BizTech) -> None:
    for number in range(12):
        for event in ("blueprint;2026", "kickstart;2026", "kickstart;2025"):
            club.db.create(
                "biztechRegistrations",
                {"id": f"u{number:02}@example.com", "eventID;year": event, "points": number},
            )
    at_blueprint = {"eventID;year": "blueprint;2026"}
    assert len(list(club.db.query("biztechRegistrations", at_blueprint, index="event-query"))) == 12
    mine = club.db.query(
        "biztechRegistrations", {"id": "u01@example.com"}, sort=Key("eventID;year").begins_with("kickstart;"),
        newest_first=True,
    )  # fmt: skip
    assert [item["eventID;year"] for item in mine] == ["kickstart;2026", "kickstart;2025"]
    whole = {"id": "u01@example.com", "eventID;year": "blueprint;2026"}
    assert [item["points"] for item in club.db.query("biztechRegistrations", whole, consistent=True)] == [1]
    high = club.db.query(
        "biztechRegistrations", at_blueprint, index="event-query", filter=Attr("points").gte(9)
    )
    assert {item["points"] for item in high} == set(range(9, 12))


def test_queries_and_scans_go_on_to_the_end(club: BizTech) -> None:
    for number in range(7):
        club.db.create("biztechTeams", {"eventID;year": "a;2026", "id": f"t{number}", "blob": "x" * 300_000})
    assert [item["id"] for item in club.db.query("biztechTeams", {"eventID;year": "a;2026"})] == [
        f"t{number}" for number in range(7)
    ]
    assert len(list(club.db.scan("biztechTeams"))) == 7
    assert [item["id"] for item in club.db.scan("biztechTeams", filter=Attr("id").eq("t3"))] == ["t3"]


def test_batches_are_of_any_size(club: BizTech, arranger: BizTech) -> None:
    keys = [{"id": f"u{number}@example.com"} for number in range(230)]
    there = [key for number, key in enumerate(keys) if number % 13]
    for key in there:
        arranger.db.create("biztechUsers", key)
    asked = [there[7], *keys]
    expected = [there[7], *(key for key in there if key != there[7])]
    found = club.db.batch_get("biztechUsers", asked, consistent=True)
    assert [{"id": item["id"]} for item in found] == expected
    assert club.db.batch_delete("biztechUsers", asked) == 230
    assert list(club.db.scan("biztechUsers")) == []


@IN_PROCESS
def test_what_a_batch_leaves_unprocessed_is_asked_again(club: BizTech) -> None:
    """An answer holds 16 MB: of sixty items of 390 KB about forty come at once."""
    keys = [{"id": f"u{number:02}@example.com"} for number in range(60)]
    for key in keys:
        club.db.create("biztechUsers", {**key, "blob": "x" * 390_000})
    name = club.db.table_name("biztechUsers")
    once = club.design.db.batch_get_item(RequestItems={name: {"Keys": keys}})
    assert len(once["UnprocessedKeys"][name]["Keys"]) > 10
    assert [item["id"] for item in club.db.batch_get("biztechUsers", keys)] == [key["id"] for key in keys]


def test_several_writes_are_one_transaction(club: BizTech) -> None:
    db = club.db
    db.create("biztechRegistrations", {**SEAT, "points": 5})
    db.create("biztechPrizes", {"id": "mug", "left": 1})
    spend = [
        db.updating("biztechRegistrations", SEAT, add={"points": -5}, if_=Attr("points").gte(5)),
        db.updating("biztechPrizes", {"id": "mug"}, add={"left": -1}, if_=Attr("left").gte(1)),
        db.creating("biztechTransactions", {"id": "t1", "points": -5}),
    ]
    db.transact(spend)
    assert (db.get("biztechPrizes", {"id": "mug"}) or {})["left"] == 0
    with pytest.raises(ConditionFailedError, match="blueprint;2026 of biztechRegistrations"):
        db.transact(spend)
    assert (db.get("biztechRegistrations", SEAT) or {})["points"] == 0
    db.transact([db.checking("biztechPrizes", {"id": "mug"}), db.deleting("biztechTransactions", {"id": "t1"})])
    assert list(db.scan("biztechTransactions")) == []
    db.transact([])


@IN_PROCESS
@pytest.mark.parametrize(
    ("writes", "error"),
    [
        (lambda db: [db.creating("biztechUsers", {"id": "there"})], AlreadyExistsError),
        (lambda db: [db.updating("biztechUsers", {"id": "none"}, {"a": 1})], NotFoundError),
        (lambda db: [db.checking("biztechUsers", {"id": "none"})], NotFoundError),
        (lambda db: [db.deleting("biztechUsers", {"id": "there"}, if_=Attr("a").exists())], ConditionFailedError),
        (lambda db: [db.creating("biztechUsers", {"id": f"u{n}"}) for n in range(101)], ArgumentError),
    ],
    ids=["create", "update", "check", "delete", "too many"],
)
def test_a_transaction_that_is_refused_writes_nothing(
    club: BizTech, writes: Callable[[Any], list[Any]], error: type[Exception]
) -> None:
    club.db.create("biztechUsers", {"id": "there"})
    more = club.db.creating("biztechPrizes", {"id": "mug"})
    with pytest.raises(error):
        club.db.transact([more, *writes(club.db)])
    assert list(club.db.scan("biztechPrizes")) == []


def test_the_suffix_is_added_by_the_module_alone(clubs: Callable[[str], BizTech], database: Any) -> None:
    club = clubs("production")
    club.create_tables()
    club.db.create("biztechEvents", {"id": "blueprint", "year": 2026, "title": "Blueprint"})
    assert club.db.table_name("biztechEvents") == "biztechEventsPROD"
    stored = database.table("biztechEventsPROD").get_item(Key={"id": "blueprint", "year": 2026})["Item"]
    assert stored["title"] == "Blueprint"
    with pytest.raises(ArgumentError, match="no table 'biztechEventsPROD'; there is biztechEvents"):
        club.db.get("biztechEventsPROD", {"id": "blueprint", "year": 2026})


def test_deletes_in_staging_warn(clubs: Callable[[str], BizTech]) -> None:
    club = clubs("staging")
    club.create_tables()
    club.db.create("biztechUsers", ANN)
    with pytest.warns(SharedEnvironmentWarning, match="delete from biztechUsers in 'staging'") as told:
        club.db.delete("biztechUsers", ANN)
    assert told[0].filename == __file__
    with pytest.warns(SharedEnvironmentWarning, match="batch_delete"):
        club.db.batch_delete("biztechUsers", [ANN])
    with pytest.warns(SharedEnvironmentWarning, match="deleting"):
        club.db.transact([club.db.deleting("biztechUsers", ANN)])


@IN_PROCESS
@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda db: db.get("biztechEvent", {"id": "a"}), "BizTech has no table 'biztechEvent'; there is biztechEvents"),
        (lambda db: db.get("biztechEvents", {"id": "a"}), "the key of biztechEvents is id and year, not id"),
        (lambda db: db.update("biztechUsers", ANN, {"id": "b"}), "id is part of the key of biztechUsers"),
        (lambda db: db.update("biztechUsers", ANN, {}), "an update of biztechUsers changes nothing"),
        (lambda db: db.update("biztechUsers", ANN, {"a": 1}, add={"a": 1}), "a cannot be set and added to at once"),
        (lambda db: db.batch_get("biztechUsers", [{"email": "b"}]), "the key of biztechUsers is id, not email"),
        (lambda db: db.query("biztechUsers", {}), "a query of biztechUsers is given no key"),
    ],
)  # fmt: skip
def test_a_wrong_call_says_what_is_wrong(club: BizTech, call: Callable[[Any], Any], says: str) -> None:
    with pytest.raises(ArgumentError, match=says):
        call(club.db)


def test_counters_lose_no_update(club: BizTech, at_once: Callable[[Any], list[Any]]) -> None:
    club.db.create("biztechRegistrations", {**SEAT, "points": 0})
    results = at_once([lambda: club.db.update("biztechRegistrations", SEAT, add={"points": 1})] * 12)
    assert sorted(item["points"] for item in results) == list(range(1, 13))


def test_an_update_is_written_with_placeholders_alone() -> None:
    assert update_expression({"a.b": 1, "status": None}, {"n": 2}) == {
        "UpdateExpression": "SET #a0 = :a0 REMOVE #a1 ADD #a2 :a1",
        "ExpressionAttributeNames": {"#a0": "a.b", "#a1": "status", "#a2": "n"},
        "ExpressionAttributeValues": {":a0": 1, ":a1": 2},
    }
