"""Indexes whose keys are of several attributes: up to four for the partition, and four to sort by."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from stator.model import (
    ArgumentError,
    Design,
    Entity,
    Gsi,
    Stored,
    Table,
    at_least,
    below,
    count,
    query,
    starts_with,
)
from stator.model.cloudformation import table_from
from stator.model.sketches import sketch_of
from stator.model.workbench import model_of

BY = Gsi("byGame", ["tenant", "game"], [("season", "N"), ("round", "N"), "name"])
DAYS = Gsi("days", ["tenant", "tier"], ["level", "day"])


class Match(Entity):
    stored = Stored({"id": "MATCH#{match_id}", "day": "{played}#{name}", "tier": "TIER#{round}"})

    match_id: str
    tenant: str = "t"
    game: str = "chess"
    season: int | None = None
    round: int = 0
    name: str = "x"
    level: str = "open"
    played: date = date(2026, 1, 1)


class Games(Design):
    table = Table("games", pk="id", indexes=[BY, DAYS])
    entities = (Match,)

    @query(Match)
    def matches(
        self,
        tenant: str,
        game: str,
        season: int | None = None,
        round: int | None = None,
        name: str | None = None,
    ) -> None:
        """A game's, as far as one says."""

    @query(Match, least=at_least("round"), under=below("round"))
    def rounds(
        self, tenant: str, game: str, season: int, least: int | None = None, under: int | None = None
    ) -> None:
        """A season's, by round."""

    @query(Match, prefix=starts_with("name"))
    def named(self, tenant: str, game: str, season: int, round: int, prefix: str) -> None:
        """A round's, by how their names begin."""

    @query(Match, since=at_least("played"))
    def on(self, tenant: str, round: int, level: str, since: date | None = None) -> None:
        """By a composed key after one that is a field."""

    @count(Match, index="byGame")
    def how_many(self, tenant: str, game: str) -> None:
        """How many there are."""


@pytest.fixture
def games(db: Any) -> Games:
    games = Games(db)
    assert games.create_tables() == ["games"]
    games.put_many(
        Match(
            match_id=f"{season}-{number}-{name}",
            season=season,
            round=number,
            name=name,
            played=date(2026, 1, number),
        )
        for season in (2, 10)
        for number in (1, 2, 10)
        for name in ("ann", "anton", "bo")
    )
    games.put(Match(match_id="none"))
    return games


def test_a_query_goes_as_far_as_it_is_given_from_the_left(games: Games) -> None:
    def told(**given: Any) -> list[tuple[Any, int, str]]:
        return [(each.season, each.round, each.name) for each in games.matches("t", "chess", **given)]

    assert [each[:2] for each in told()] == [(s, r) for s in (2, 10) for r in (1, 2, 10) for _ in range(3)]
    assert told(season=10, round=2) == [(10, 2, "ann"), (10, 2, "anton"), (10, 2, "bo")]
    assert told(season=10, round=2, name="bo") == [(10, 2, "bo")]
    assert games.matches("u", "chess").all() == []
    assert games.how_many("t", "chess") == 18, "without a season it is not in the index"
    with pytest.raises(ArgumentError, match="matches: name can be given only with round"):
        told(season=10, name="bo")


def test_the_last_that_is_given_may_be_bounded(games: Games) -> None:
    found = games.rounds("t", "chess", 2, least=2, under=10).all()
    assert {each.round for each in found} == {2}
    assert [each.round for each in games.rounds("t", "chess", 2, least=2)] == [2, 2, 2, 10, 10, 10]
    assert [each.name for each in games.named("t", "chess", 2, 1, "an")] == ["ann", "anton"]
    assert len(games.on("t", 2, "open").all()) == 6
    assert len(games.on("t", 2, "open", since=date(2026, 1, 3)).all()) == 0
    assert games.on.explain("t", 2, "open").request["KeyConditionExpression"] == (
        "#0 = :0 AND #1 = :1 AND #2 = :2"
    )


def test_pages_go_on_and_updates_keep_each_key_true(games: Games) -> None:
    page = games.matches("t", "chess").page(5)
    found = list(page)
    while page.cursor:
        page = games.matches("t", "chess").page(5, page.cursor)
        found += page
    assert len(found) == 18
    games.update(found[0], {"round": 7})
    assert [each.match_id for each in games.matches("t", "chess", season=2, round=7)] == ["2-1-ann"]
    assert [each.match_id for each in games.on("t", 7, "open")] == ["2-1-ann"]
    games.update(found[0], remove=["season"])
    assert games.how_many("t", "chess") == 17


def test_what_is_written_of_it_is_read_back() -> None:
    definition = Games.all_tables()[0].definition("games")
    assert table_from(definition) == Table(
        "games", pk="id", indexes=(BY, Gsi("days", ["tenant", "tier"], ["level", "day"]))
    )
    assert [each["KeyType"] for each in definition["GlobalSecondaryIndexes"][0]["KeySchema"]] == [
        *["HASH"] * 2, *["RANGE"] * 3
    ]  # fmt: skip
    ways = {way.name: way.condition for way in Games.patterns()}
    assert ways["rounds"] == (
        "tenant = {tenant}, game = {game}, season = {season}, round at least / below {round}"
    )
    assert ways["on"] == "tenant = {tenant}, tier = TIER#{round}, level = {level}, day at least {played}"
    assert model_of(sketch_of(Games))["DataModel"][0]["GlobalSecondaryIndexes"] == []
