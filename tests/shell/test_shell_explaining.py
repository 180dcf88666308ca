"""What a statement will read, as the shell tells it: of the engine's own plan, and of an endpoint's description."""

from __future__ import annotations

import pytest

READ = "0.5 units for each 4 KB that it reads, in each page"
WRITE = (
    "1 unit for each KB of the item before or after, whichever is larger; a refused write costs as much; "
    "the same for each index whose row changes: by-year"
)
LATER = "it sees only what was read, and saves no capacity"

PLANS: list[tuple[str, list[tuple[str, str]]]] = [
    (
        "SELECT * FROM songs",
        [
            ("plan", "Scan of table songs: it reads every item"),
            ("filter", "none"),
            ("capacity", f"{READ}; about 0.5 units for all of it (167 bytes)"),
        ],
    ),
    (
        "SELECT * FROM songs WHERE released = 1999",
        [
            ("plan", "Scan of table songs: it reads every item"),
            ("filter", f"WHERE released = 1999; {LATER}"),
            ("capacity", f"{READ}; about 0.5 units for all of it (167 bytes)"),
        ],
    ),
    (
        "SELECT * FROM songs WHERE artist = 'Low' AND title > 'M'",
        [
            ("plan", "Query of table songs"),
            ("key", "artist = 'Low' AND title > 'M'"),
            ("filter", "none"),
            ("capacity", READ),
        ],
    ),
    (
        "SELECT * FROM songs\nWHERE artist = 'Low'   AND size(tags) > 1 ORDER BY title DESC",
        [
            ("plan", "Query of table songs"),
            ("key", "artist = 'Low'"),
            ("filter", f"on tags, WHERE artist = 'Low' AND size(tags) > 1; {LATER}"),
            ("order", "title descending"),
            ("capacity", READ),
        ],
    ),
    (
        "SELECT * FROM songs WHERE artist = 'it''s' AND begins_with(title, 'T')",
        [
            ("plan", "Query of table songs"),
            ("key", "artist = 'it''s' AND begins_with(title, 'T')"),
            ("filter", "none"),
            ("capacity", READ),
        ],
    ),
    (
        "SELECT * FROM songs WHERE artist = 'Low' AND title = 'Lullaby'",
        [
            ("plan", "one item by its key in table songs"),
            ("key", "artist = 'Low' AND title = 'Lullaby'"),
            ("filter", "none"),
            ("capacity", "0.5 units for each 4 KB of each item"),
        ],
    ),
    (
        "SELECT * FROM songs.\"by-year\" WHERE released IN [1990, 1991] AND title BETWEEN 'A' AND 'Z'",
        [
            ("plan", "2 Queries, one after the other, of global index by-year of table songs"),
            ("key", "released = 1990 AND title BETWEEN 'A' AND 'Z'"),
            ("key", "released = 1991 AND title BETWEEN 'A' AND 'Z'"),
            ("filter", "none"),
            ("capacity", READ),
        ],
    ),
    (
        "INSERT INTO songs VALUE {'artist': 'x', 'title': 'y'}",
        [
            ("plan", "write of one item in table songs"),
            ("key", "artist = 'x' AND title = 'y'"),
            ("condition", "that no item has this key"),
            ("capacity", WRITE),
        ],
    ),
    (
        "UPDATE songs SET a = 1 WHERE artist = 'x' AND title = 'y' AND released > 1990",
        [
            ("plan", "update of one item in table songs"),
            ("key", "artist = 'x' AND title = 'y'"),
            ("condition", "on released: WHERE artist = 'x' AND title = 'y' AND released > 1990"),
            ("capacity", WRITE),
        ],
    ),
    (
        "DELETE FROM songs WHERE artist = 'x' AND title = 'y'",
        [
            ("plan", "delete of one item in table songs"),
            ("key", "artist = 'x' AND title = 'y'"),
            ("condition", "none"),
            ("capacity", WRITE),
        ],
    ),
]


@pytest.mark.parametrize(("statement", "rows"), PLANS)
def test_a_statement_is_explained(typed, statement, rows):
    from stator.cli.shell.explaining import explain

    session = typed.session
    found = explain(session.transport, session.catalogue, statement, consistent=False)
    assert found[: len(rows)] == rows
    rest = [name for name, _ in found[len(rows) :]]
    if hasattr(session.transport, "db"):
        assert rest == []
    elif statement.startswith("SELECT"):
        assert rest == ["planned by", "first page"]
    else:
        assert rest == ["checked"]


def test_behind_an_endpoint_the_first_page_is_read_and_told(typed):
    shown = typed.run("\\explain SELECT * FROM songs WHERE artist = 'Low'")
    if not hasattr(typed.session.transport, "db"):
        assert shown.splitlines()[-1] == "first page  3 items for 0.5 units, which was all (just read)"


REFUSED = [
    ("SELECT * FROM songs.nope WHERE a = 1", "The table does not have the specified index"),
    ("SELECT * FROM songs WHERE artist = 1", "Key attribute's data type should match"),
    ("UPDATE songs SET a = 1 WHERE artist = 'x'", "Where clause does not contain a mandatory equality"),
    ("DELETE FROM songs", "Must have WHERE clause|Where clause does not contain a mandatory equality"),
]


@pytest.mark.parametrize(("statement", "said"), REFUSED)
def test_in_process_what_would_be_refused_is_refused(typed, statement, said):
    shown = typed.run(f"\\explain {statement}")
    if hasattr(typed.session.transport, "db"):
        assert shown.startswith("! ValidationException: ")
        assert any(each in shown for each in said.split("|"))


def test_nothing_that_is_explained_is_written(typed):
    typed.run("\\explain DELETE FROM songs WHERE artist = 'Slint' AND title = 'Washer'")
    assert typed.run("SELECT * FROM songs WHERE artist = 'Slint';").endswith("(1 item)\n")
