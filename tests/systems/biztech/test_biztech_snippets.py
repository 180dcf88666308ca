"""What the guide shows, row by row."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from stator.clock import ManualClock
from stator.model import SharedEnvironmentWarning
from systems.biztech import BizTech, BizTechDesign, snippets
from systems.biztech.consumer import Consumer
from systems.biztech.delivery import Mark
from systems.biztech.design.exchange import BtxSocket
from systems.biztech.design.realtime import Socket, WallSocket
from systems.biztech.feeds import PriceFeed
from systems.biztech.snippets import CORE, SNIPPETS, TABLES

EVENT = "blueprint;2026"
ANN, BOB = "ann@example.com", "bob@example.com"
IN_PROCESS = pytest.mark.parametrize("database", ["memory"], indirect=True)
_ROW = re.compile(
    r"(?P<pk>id|eventID;year) \((?P<pk_type>string|number)(?: = (?P<is_a>email|UUID))?\)"
    r"(?:-|(?P<sk>id|year|eventID;year) \((?P<sk_type>string|number)\))(?P<purpose>\S.*)"
)


class Ears:
    """Where listeners are reached."""

    def post(self, endpoint: str, connection_id: str, data: bytes, mark: Mark) -> None:
        assert (connection_id, json.loads(data)["type"]) == ("b1", "price")


@pytest.fixture
def busy(club: BizTech, clock: ManualClock) -> BizTech:
    """A club where something is in every table, by what its areas do."""
    club.events.create("blueprint", 2026, "Blueprint", capacity=10)
    for email, name in ((ANN, "Ann"), (BOB, "Bob")):
        club.users.create(email, name, "Lee")
        club.members.create(email, name, "Lee", profile_id=f"p-{name}")
        club.profiles.create(email, EVENT)
        club.registrations.register(email, EVENT)
    _connect_and_score(club)
    _vote_and_judge(club)
    _trade(club)
    return club


def _connect_and_score(club: BizTech) -> None:
    moment = club.context.moment()
    listens = {"endpoint": "http://127.0.0.1:1", "connected_at": moment}
    club.design.create(WallSocket(connection_id="w1", event_id=EVENT, **listens))
    club.design.create(Socket(connection_id="s1", role="voter", **listens))
    club.connections.connect(ANN, "p-Bob", EVENT)
    club.qrs.create(EVENT, "booth", 50)
    club.qrs.scan(ANN, EVENT, "booth")
    club.quizzes.submit(ANN, EVENT, {"q1": "a"}, {"q1": "a"})
    club.prizes.add("mug", "A mug", price=20, stock=3)
    club.prizes.redeem(ANN, EVENT, "mug")


def _vote_and_judge(club: BizTech) -> None:
    team = club.teams.create(EVENT, "Rockets", [BOB])
    club.investments.fund(ANN, EVENT, 5000)
    club.investments.invest(ANN, EVENT, team.id, 1000)
    club.stickers.open(EVENT)
    club.stickers.place(ANN, EVENT, "Rockets", "golden")
    club.scores.give(ANN, EVENT, "Rockets", {"pitch": 4})
    club.judging.add("judge@example.com", EVENT, "Judge")
    club.judging.start_round(EVENT, "1", [team.id], per_team=1)
    club.feedback.give("judge@example.com", team.id, "1", {"pitch": Decimal(4)}, "Good")


def _trade(club: BizTech) -> None:
    club.design.create(
        BtxSocket(
            connection_id="b1", event_id=EVENT, endpoint="http://127.0.0.1:1", connected_at=club.context.moment()
        )
    )
    club.exchange.create_project("rockets", EVENT, "Rockets", "RKT", seed=5)
    club.exchange.open_account(ANN)
    club.exchange.buy(ANN, "rockets", 10)
    assert Consumer(club, PriceFeed(club), Ears()).catch_up() > 0


def test_the_guides_rows_are_all_there() -> None:
    assert len(SNIPPETS) == 6 + 12 + 8 + 6
    assert [each.what.removeprefix("the table ") for each in SNIPPETS[6:]] == list(TABLES)
    assert {table.name for table in BizTechDesign.tables} == set(TABLES)
    for texts, count in ((snippets.CORE, 12), (snippets.REAL_TIME, 8), (snippets.EXCHANGE, 6)):
        assert len(texts) == count


def test_items_of_different_shapes_lie_in_one_table(club: BizTech) -> None:
    shapes: list[dict[str, Any]] = [
        {"id": "a", "name": "A", "tags": ["x", {"deep": [1, None, True]}]},
        {"id": "b", "price": Decimal("1.5"), "sizes": {1, 2}, "photo": b"\x00"},
        {"id": "c"},
    ]
    for shape in shapes:
        club.db.create("biztechPrizes", shape)
    found = [{**(club.db.get("biztechPrizes", {"id": shape["id"]}) or {})} for shape in shapes]
    for item in found:
        item.pop("updatedAt")
    assert found == shapes


@IN_PROCESS
def test_the_suffix_is_appended_by_the_module(clubs: Callable[[str], BizTech], database: Any) -> None:
    club = clubs("production")
    club.create_tables()
    club.db.create("biztechUsers", {"id": ANN})
    assert database.table("biztechUsersPROD").get_item(Key={"id": ANN})["Item"]["id"] == ANN


@IN_PROCESS
@pytest.mark.parametrize("environment", ["dev", "staging", "production"])
def test_an_environment_has_its_suffix(clubs: Callable[[str], BizTech], environment: str) -> None:
    """`Production"PROD"biztechEventsPROD`: the environment, what is appended, and a table's name."""
    (text,) = (each.text for each in SNIPPETS if each.what == f"the environment {environment}")
    match = re.fullmatch(r'(\w+)"(\w*)"(?: \(empty\))?(\w+)', text)
    assert match is not None
    said, suffix, name = match.groups()
    assert said.lower() == environment
    club = clubs(environment)
    assert club.db.table_name("biztechEvents") == name == "biztechEvents" + suffix
    assert name in club.create_tables()


@IN_PROCESS
def test_staging_reads_devs_items_and_warns_before_it_destroys(clubs: Callable[[str], BizTech]) -> None:
    dev, staging = clubs("dev"), clubs("staging")
    dev.create_tables()
    dev.db.create("biztechUsers", {"id": ANN})
    assert staging.db.get("biztechUsers", {"id": ANN}) is not None
    with pytest.warns(SharedEnvironmentWarning, match="its tables are those of 'dev', too"):
        staging.db.delete("biztechUsers", {"id": ANN})
    assert dev.db.get("biztechUsers", {"id": ANN}) is None


@IN_PROCESS
@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_used_as_the_guide_says(busy: BizTech, name: str) -> None:
    """The club's own areas keep their items there; a core table's have the key that its row tells."""
    items = list(busy.db.scan(name))
    assert items != []
    table = next(each for each in BizTechDesign.tables if each.name == name)
    row = next((text for text in CORE if text.startswith(name)), None)
    if row is None:
        return
    match = _ROW.fullmatch(row.removeprefix(name))
    assert match is not None
    partition, sort = table.keys()
    keys = [(key.name, key.type) for key in (partition, sort) if key is not None]
    told = [(match["pk"], match["pk_type"])] + ([(match["sk"], match["sk_type"])] if match["sk"] else [])
    assert keys == [(attribute, {"string": "S", "number": "N"}[kind]) for attribute, kind in told]
    for item in items:
        if match["is_a"]:
            assert re.fullmatch({"email": r"\S+@\S+", "UUID": r"[0-9a-f-]{36}"}[match["is_a"]], item[match["pk"]])
        if "eventID;year" in item:
            assert item["eventID;year"] == EVENT


def test_all_of_it_happens_on_every_door(busy: BizTech) -> None:
    assert [name for name in TABLES if not list(busy.db.scan(name))] == []
