"""What Tab offers."""

from __future__ import annotations

import pytest
from songs import fill

from stator.cli.shell.catalogue import Catalogue
from stator.cli.shell.completing import completions
from stator.client.connecting import connect

FIRST: list[tuple[str, list[str]]] = [
    ("", ["SELECT", "INSERT INTO", "UPDATE", "DELETE FROM"]),
    ("sel", ["SELECT"]),
    ("SELECT * FROM ", ["songs", '"x-y"']),
    ("select * from so", ["songs"]),
    ("select * from x", ['"x-y"']),
    ('select * from "x', ['"x-y"']),
    ("UPDATE so", ["songs"]),
    ("INSERT INTO so", ["songs"]),
    ("DELETE FROM so", ["songs"]),
    ("SELECT * FROM songs.", ['"by-year"']),
    ('SELECT * FROM "songs"."b', ['"by-year"']),
    ("SELECT * FROM songs WHERE ", ["artist", "title", "released"]),
    ("SELECT * FROM songs WHERE t", ["title"]),
    ('SELECT * FROM songs."by-year" WHERE r', ["released", "REMOVE", "RETURNING"]),
    ("SELECT * FROM songs WHERE artist = 'it''s' AND ti", ["title"]),
    ("SELECT * FROM songs WHERE beg", ["begins_with("]),
    ("SELECT * FROM songs WHERE artist = 'ti", []),
    ("SELECT * FROM nope WHERE ti", []),
    ("SELECT 1; del", ["DELETE FROM"]),
    ("\\ti", ["\\timing"]),
    ("\\d so", ["songs"]),
    ("\\explain sel", ["SELECT"]),
    ("\\explain SELECT * FROM so", ["songs"]),
    ("\\x\nsel", ["SELECT"]),
]


@pytest.fixture(scope="module")
def catalogue():
    transport = connect(":memory:")
    fill(transport)
    key = [{"AttributeName": "date", "KeyType": "HASH"}]
    transport.call(
        "CreateTable",
        {
            "TableName": "x-y",
            "KeySchema": key,
            "AttributeDefinitions": [{"AttributeName": "date", "AttributeType": "S"}],
            "BillingMode": "PAY_PER_REQUEST",
        },
    )
    yield Catalogue(transport)
    transport.close()


@pytest.mark.parametrize(("before", "expected"), FIRST)
def test_what_may_follow_is_offered(catalogue, before, expected):
    found = [each.text for each in completions(before, catalogue)]
    assert found[: len(expected)] == expected
    if not expected:
        assert found == []


def test_a_name_that_is_a_keyword_is_offered_in_quotes(catalogue):
    assert [each.text for each in completions('SELECT * FROM "x-y" WHERE da', catalogue)] == ['"date"']


def test_a_completion_replaces_the_word_before_the_cursor(catalogue):
    (found,) = completions('SELECT * FROM songs."by-', catalogue)
    assert (found.text, found.back) == ('"by-year"', 4)


def test_attributes_of_items_that_were_shown_are_offered(catalogue):
    catalogue.see("songs", {"plays": {}})
    assert [each.text for each in completions("SELECT * FROM songs WHERE pl", catalogue)] == ["plays"]
