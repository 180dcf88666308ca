"""The design has the tables that the guide names, under each environment's name, and the template makes the same."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

import stator
from stator.cli import main
from stator.model import ArgumentError, SharedEnvironmentWarning
from systems.biztech import BizTech, BizTechDesign
from systems.biztech.design.attributes import club_attribute, event_key, event_parts
from systems.biztech.design.core import User
from systems.biztech.template import TEMPLATE, template_text

EVENT = "eventID;year"
# table, partition key, sort key, indexes (name, key attributes)
TABLES: dict[str, tuple[str, str | None, dict[str, tuple[str, ...]]]] = {
    "biztechEvents": ("id", "year N", {}),
    "biztechUsers": ("id", None, {}),
    "biztechRegistrations": ("id", EVENT, {"event-query": (EVENT,)}),
    "biztechMembers2026": ("id", None, {"profile-query": ("profileID",)}),
    "biztechProfiles": ("id", EVENT, {}),
    "biztechTeams": (EVENT, "id", {}),
    "biztechQRs": (EVENT, "id", {}),
    "biztechQuests": ("id", EVENT, {"event-query": (EVENT,)}),
    "biztechQuizzes": ("id", EVENT, {"event-query": (EVENT,)}),
    "biztechPrizes": ("id", None, {}),
    "biztechTransactions": ("id", None, {}),
    "biztechInvestments": ("id", EVENT, {"team-query": ("teamID",), "investor-query": ("investorID",)}),
    "bizConnections": ("userID", "connectionID", {}),
    "bizWallSockets": ("connectionId", None, {"byEvent": ("eventId",)}),
    "bizLiveConnections": ("eventId", "sk", {"recent": ("eventId", "createdAt")}),
    "bizSockets": ("connectionID", None, {"role": ("role",)}),
    "bizStickers": ("teamName", "userID#stickerName", {}),
    "bizScores": ("teamName", "userID", {}),
    "bizFeedback": ("id", "teamID;round", {}),
    "bizJudge": ("id", None, {}),
    "bizBtxProjects": ("projectId", None, {"byEvent": ("eventId",)}),
    "bizBtxAccounts": ("userId", None, {}),
    "bizBtxHoldings": ("userId", "projectId", {"byProject": ("projectId",)}),
    "bizBtxTrades": ("projectId", "tradeId", {}),
    "bizBtxSockets": ("connectionId", None, {"byEvent": ("eventId",)}),
    "bizBtxPrices": ("projectId", "ts N", {}),
}
IN_PROCESS = pytest.mark.parametrize("database", ["memory"], indirect=True)
ENVIRONMENTS = {"dev": "", "staging": "", "production": "PROD"}


def test_there_are_twenty_six_tables() -> None:
    assert [table.name for table in BizTechDesign.tables if table.name not in TABLES] == []
    assert len(BizTechDesign.tables) == len(TABLES) == 26


@pytest.mark.parametrize("name", TABLES)
def test_a_table_has_the_key_and_the_indexes_that_are_named_for_it(name: str) -> None:
    table = next(each for each in BizTechDesign.tables if each.name == name)
    pk, sk, indexes = TABLES[name]
    kinds = table.attributes()
    assert " ".join([pk, "S"]) == f"{table.key_names[0]} {kinds[table.key_names[0]]}"
    sort = table.key_names[1] if len(table.key_names) > 1 else None
    assert sk == (None if sort is None else sort if kinds[sort] == "S" else f"{sort} {kinds[sort]}")
    for index, attributes in indexes.items():
        keys = [key.name for key in table.keys(index) if key is not None]
        assert tuple(keys[: len(attributes)]) == attributes


def test_what_the_wall_shows_expires_and_real_time_tables_have_streams() -> None:
    assert {table.name: table.ttl for table in BizTechDesign.tables if table.ttl} == {"bizLiveConnections": "ttl"}
    streamed = {table.name for table in BizTechDesign.tables if table.stream}
    assert {"bizLiveConnections", "bizBtxProjects"} <= streamed


def test_every_access_pattern_says_what_it_is_for() -> None:
    from stator.model.sketches import sketch_of

    ways = sketch_of(BizTechDesign).ways
    assert len(ways) >= 40
    untold = [way.name for way in ways if not way.about and way.operation not in ("BatchGetItem", "Scan")]
    assert untold == []
    assert {way.table for way in ways} == set(TABLES)


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_all_tables_are_made_under_the_environments_suffix(
    clubs: Callable[[str], BizTech], database: Any, environment: str
) -> None:
    club = clubs(environment)
    expected = sorted(name + ENVIRONMENTS[environment] for name in TABLES)
    assert sorted(club.create_tables()) == expected
    assert sorted(table.name for table in database.tables.all()) == expected
    assert club.create_tables() == [], "they are there"


@IN_PROCESS
def test_staging_has_devs_tables_and_production_its_own(clubs: Callable[[str], BizTech]) -> None:
    dev, staging, production = clubs("dev"), clubs("staging"), clubs("production")
    assert len(dev.create_tables()) == 26
    assert staging.create_tables() == []
    assert len(production.create_tables()) == 26
    dev.users.create("ann@example.com", "Ann", "Lee")
    assert staging.users.find("ann@example.com") is not None
    assert production.users.find("ann@example.com") is None


@IN_PROCESS
def test_what_destroys_in_staging_warns_and_elsewhere_does_not(clubs: Callable[[str], BizTech]) -> None:
    dev, staging, production = clubs("dev"), clubs("staging"), clubs("production")
    for club in (dev, production):
        club.create_tables()
        club.users.create("ann@example.com", "Ann", "Lee")
        club.users.delete("ann@example.com")
    dev.users.create("ann@example.com", "Ann", "Lee")
    with pytest.warns(SharedEnvironmentWarning, match="its tables are those of 'dev', too"):
        staging.users.delete("ann@example.com")
    with pytest.warns(SharedEnvironmentWarning):
        assert len(staging.delete_tables()) == 26
    assert len(production.delete_tables()) == 26


def test_an_environment_that_is_not_there_is_refused(database: Any) -> None:
    with pytest.raises(ArgumentError, match="there is no environment 'test'; there are dev, staging, production"):
        BizTech(database, "test")


@pytest.mark.parametrize(
    ("field", "attribute"),
    [
        ("event", "eventID;year"),
        ("profile_id", "profileID"),
        ("member_ids", "memberIDs"),
        ("id", "id"),
        ("is_member", "isMember"),
        ("registration_status", "registrationStatus"),
        ("updated_at", "updatedAt"),
    ],
)
def test_a_field_is_called_as_the_clubs_items_call_it(field: str, attribute: str) -> None:
    assert club_attribute(field) == attribute


def test_an_events_key_is_its_id_and_year() -> None:
    assert event_key("blueprint", 2026) == "blueprint;2026"
    assert event_parts("blueprint;2026") == ("blueprint", 2026)


@pytest.mark.parametrize("key", ["blueprint", "blueprint;26", ";2026", "a;b;2026", "blueprint;2026 ", ""])
def test_what_is_no_events_key_is_refused(key: str) -> None:
    with pytest.raises(ArgumentError, match="is no event's key"):
        event_parts(key)


@pytest.mark.parametrize("email", ["", "ann", "ann@", "@example.com", "ann @example.com", "a@" + "b" * 253])
def test_what_is_no_email_is_refused_in_words(email: str) -> None:
    with pytest.raises(ValidationError, match="an email address is needed, as ann@example"):
        User(id=email, fname="Ann", lname="Lee")


def test_the_template_is_what_the_design_makes() -> None:
    assert TEMPLATE.read_text("utf-8") == template_text(), "run: python -m systems.biztech.template"


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_template_applied_makes_the_tables_of_the_design(
    environment: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "applied.db"
    arguments = ["apply", str(TEMPLATE), "--data", str(file), "--parameter", f"Environment={environment}"]
    assert main([*arguments, "--yes"]) == 0, capsys.readouterr().err
    with stator.open(file) as applied, stator.open() as made:
        assert BizTech(applied, environment).create_tables() == [], "the template has made them all"
        names = BizTech(made, environment).create_tables()
        assert len(names) == 26
        for name in names:
            assert _described(applied, name) == _described(made, name)
    assert main([*arguments, "--plan"]) == 0
    assert "26 unchanged" in capsys.readouterr().out


def _described(db: Any, name: str) -> dict[str, Any]:
    table = db.meta.client.describe_table(TableName=name)["Table"]
    ttl = db.meta.client.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    attributes = sorted(table["AttributeDefinitions"], key=lambda each: each["AttributeName"])
    indexes = sorted(
        (index["IndexName"], str(index["KeySchema"]), str(index["Projection"]))
        for index in table.get("GlobalSecondaryIndexes", ())
    )
    return {
        "keys": table["KeySchema"], "attributes": attributes, "indexes": indexes, "ttl": ttl,
        "stream": table.get("StreamSpecification"), "billing": table["BillingModeSummary"]["BillingMode"],
    }  # fmt: skip
