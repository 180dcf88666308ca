"""Statements and commands, in process and over HTTP."""

from __future__ import annotations

import json

import pytest

from stator.cli.shell.session import Ways

ONE = "SELECT * FROM songs WHERE artist = 'Slint' AND title = 'Washer';"


def test_a_result_is_a_table_with_the_key_first(typed):
    typed.run(
        "UPDATE songs SET a = {'b': [1, true, null, 'x''y']} WHERE artist = 'Slint' AND title = 'Washer';"
    )
    assert typed.run(ONE) == (
        "artist  title   released  a\n"
        "------  ------  --------  -------------------------------\n"
        "Slint   Washer      1991  {'b': [1, true, null, 'x''y']}\n"
        "(1 item)\n"
    ).replace("-------------------------------", "-" * 30)


def test_columns_come_under_their_names_and_what_is_not_there_is_empty(typed):
    typed.run("UPDATE songs SET live = true WHERE artist = 'Low' AND title = 'Lullaby';")
    assert typed.run("SELECT title, live FROM songs WHERE artist = 'Low';").splitlines()[2:] == [
        "Lullaby         true",
        "Two-Step",
        "Will the Night",
        "(3 items)",
    ]


def test_expanded_records_have_a_line_for_each_attribute(typed):
    typed.run("\\x on")
    assert typed.run(ONE) == (
        "-[ 1 ]--------------------\nartist   | Slint\ntitle    | Washer\nreleased | 1991\n(1 item)\n"
    )


def test_json_lines_are_plain_or_dynamodbs(typing):
    typed = typing(Ways(json="plain"), is_terminal=False)
    value = (
        "{'artist': 'é', 'title': '1', 'n': 1.50, 's': <<1, 2>>, 'l': [true, null],"
        " 'big': 12345678901234567890123456789}"
    )
    assert typed.run(f"INSERT INTO songs VALUE {value};") == ""
    line = typed.run("SELECT * FROM songs WHERE artist = 'é';")
    assert '"big":12345678901234567890123456789' in line
    assert json.loads(line) == {
        "artist": "é",
        "title": "1",
        "n": 1.5,
        "s": [1, 2],
        "l": [True, None],
        "big": 12345678901234567890123456789,
    }
    typed = typing(Ways(json="dynamodb"), is_terminal=False)
    assert json.loads(typed.run("SELECT s FROM songs WHERE artist = 'é';")) == {"s": {"NS": ["1", "2"]}}


REFUSED: list[tuple[str, str]] = [
    ("SELECT * FROM nope;", "! ResourceNotFoundException: Requested resource not found"),
    ("SELECT FROM;", "! ValidationException: Statement wasn't well formed"),
    (
        "INSERT INTO songs VALUE {'artist': 'Low', 'title': 'Lullaby'};",
        "! DuplicateItemException: Duplicate primary key exists in table",
    ),
    (
        "UPDATE songs SET a = 1 WHERE artist = 'Low' AND title = 'Lullaby' AND released = 1;",
        "! ConditionalCheckFailedException: The conditional request failed",
    ),
    ("\\nope", "! There is no command \\nope: \\help lists them."),
    ("\\x maybe", "! expanded records: allowed are on, off, or nothing to turn them over."),
    ("\\limit 0", "! \\limit 0: allowed are a number of items, 1 or more, or off."),
    ("\\l songs", "! \\l takes nothing, and was given: songs"),
    ("\\d nope", "! ResourceNotFoundException: Requested resource not found: Table: nope not found"),
    ("\\explain", "! \\explain needs a statement, on the same line."),
    ("\\explain SELECT * FROM nope", "! ResourceNotFoundException: "),
    ("\\commit", "! No transaction has begun: \\begin begins one."),
    ("\\begin\n\\begin", "begun: statements wait for \\commit\n! A transaction has begun already"),
    (
        "\\begin\n\\commit",
        "begun: statements wait for \\commit\n! The transaction is empty: nothing was sent.",
    ),
    ("\\q\nSELECT * FROM songs;", "! left"),
]


@pytest.mark.parametrize(("text", "said"), REFUSED)
def test_what_cannot_be_done_is_said_in_one_line(typed, text, said):
    found = typed.run(text)
    assert found.startswith(said)
    assert found.count("\n") == said.count("\n")


# Pages


def fill_many(typed, count):
    for number in range(count):
        item = {"artist": {"S": "Many"}, "title": {"S": f"{number:04}"}, "odd": {"BOOL": bool(number % 2)}}
        typed.session.transport.call("PutItem", {"TableName": "songs", "Item": item})


def test_a_person_is_asked_before_the_next_screen(typing):
    typed = typing(answers=["", "q"])
    fill_many(typed, 130)
    shown = typed.run("SELECT title FROM songs WHERE artist = 'Many';")
    assert shown.endswith("(100 items)\n")
    assert "-- 50 so far; Enter for more, q to stop: \n" in shown
    assert "0099" in shown
    assert "0100" not in shown


def test_a_person_who_goes_on_sees_all_pages(typing):
    typed = typing(answers=[""] * 20)
    fill_many(typed, 320)
    shown = typed.run("SELECT title FROM songs WHERE artist = 'Many' AND odd = true;")
    assert shown.endswith("(160 items)\n")


def test_a_script_gets_all_pages_and_a_limit_ends_them(typing):
    typed = typing(Ways(json="plain"), is_terminal=False)
    fill_many(typed, 120)
    assert len(typed.run("SELECT title FROM songs WHERE artist = 'Many';").splitlines()) == 120
    typed.run("\\limit 7")
    assert len(typed.run("SELECT title FROM songs WHERE artist = 'Many' AND odd = true;").splitlines()) == 7
    typed.run("\\limit off")
    assert len(typed.run("SELECT * FROM songs;").splitlines()) == 125


# Commands


def test_tables_are_listed_and_described(typed):
    assert " ".join(typed.run("\\l").splitlines()[2].split()) == (
        "songs artist S, title S by-year 5 167 bytes ACTIVE"
    )
    assert typed.run("\\d songs") == typed.run('\\d "songs"')
    assert typed.run("\\d songs").splitlines() == [
        "table     songs, ACTIVE",
        "key       artist S, title S",
        "capacity  on demand",
        "items     5, 167 bytes",
        "index     by-year, global, key released N, title S, holds ALL, ACTIVE",
    ]


def test_commands_speak_json_too(typing):
    typed = typing(Ways(json="plain"), is_terminal=False)
    assert typed.run("\\l") == '{"table":"songs"}\n'
    assert json.loads(typed.run("\\d songs"))["TableName"] == "songs"
    assert json.loads(typed.run("\\explain SELECT * FROM songs"))[0]["what"] == "plan"


def test_timing_tells_round_trips_and_what_was_consumed(typed):
    typed.run("\\timing on")
    assert typed.run(ONE).splitlines()[-1] == "0.0 ms, 1 round trip, 0.5 units"
    write = "DELETE FROM songs WHERE artist = 'Slint' AND title = 'Washer';"
    assert typed.run(write).splitlines() == ["done", "0.0 ms, 1 round trip, 2 units (1 by-year)"]


def test_consistent_reads_cost_twice_as_much(typed):
    typed.run("\\timing on\n\\consistent on")
    assert typed.run(ONE).splitlines()[-1] == "0.0 ms, 1 round trip, 1 units"


def test_help_lists_every_command(typed):
    from stator.cli.shell.commands import COMMANDS

    said = typed.run("\\help")
    assert all(f"\\{command.name}" in said for command in COMMANDS)


# Transactions


def test_a_transaction_is_done_as_one(typed):
    typed.run("\\begin")
    first = typed.run("UPDATE songs SET plays = 1 WHERE artist = 'Low' AND title = 'Lullaby';")
    assert first == "1 waiting for \\commit\n"
    typed.run("DELETE FROM songs WHERE artist = 'Slint' AND title = 'Washer';")
    assert typed.run("SELECT title FROM songs;")  # waits as well
    refused = typed.run("\\commit")
    assert refused.startswith("! ValidationException: ")
    assert "(1 item)" in typed.run(ONE)

    typed.run("\\begin\nUPDATE songs SET plays = 1 WHERE artist = 'Low' AND title = 'Lullaby';")
    typed.run("DELETE FROM songs WHERE artist = 'Slint' AND title = 'Washer';")
    assert typed.run("\\commit") == "committed: 2 statements\n"
    assert typed.run(ONE) == "(0 items)\n"


def test_a_transaction_that_is_cancelled_writes_nothing_and_says_why(typed):
    typed.run("\\begin\nDELETE FROM songs WHERE artist = 'Slint' AND title = 'Washer';")
    typed.run("UPDATE songs SET plays = 1 WHERE artist = 'nobody' AND title = 'x';")
    assert typed.run("\\commit") == (
        "! TransactionCanceledException: Transaction cancelled, please refer cancellation reasons "
        "for specific reasons [None, ConditionalCheckFailed]"
    )
    assert "(1 item)" in typed.run(ONE)


def test_a_transaction_of_reads_shows_its_items(typed):
    typed.run(f"\\begin\n{ONE}\n{ONE.replace('Slint', 'Low').replace('Washer', 'Lullaby')}")
    assert typed.run("\\commit").splitlines()[2:] == [
        "Slint   Washer       1991",
        "Low     Lullaby      1994",
        "committed: 2 statements",
    ]


def test_what_waits_can_be_dropped(typed):
    typed.run(f"\\begin\n{ONE}")
    assert typed.run("\\rollback") == "1 dropped: nothing was sent\n"
    assert typed.session.waiting is None


# What an item holds


def test_no_control_character_of_an_item_reaches_the_terminal(typed):
    hostile = "a\x1b[2Jb\u202ec\nd"
    item = {"artist": {"S": "x"}, "title": {"S": hostile}, "m\x07": {"L": [{"S": "\x00"}]}}
    typed.session.transport.call("PutItem", {"TableName": "songs", "Item": item})
    for ways in ("\\x off", "\\x on"):
        shown = typed.run(f"{ways}\nSELECT * FROM songs WHERE artist = 'x';")
        assert "a\\u001b[2Jb\\u202ec\\nd" in shown
        assert "m\\u0007" in shown
        assert not set(shown) & set("\x1b\x07\x00\u202e")


def test_a_wide_cell_is_cut_and_expanded_records_show_all(typed, monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    item = {"artist": {"S": "x"}, "title": {"S": "y"}, "text": {"S": "z" * 200}}
    typed.session.transport.call("PutItem", {"TableName": "songs", "Item": item})
    shown = typed.run("SELECT * FROM songs WHERE artist = 'x';")
    assert max(map(len, shown.splitlines())) == 60
    assert "…" in shown
    assert "z" * 200 in typed.run("\\x on\nSELECT * FROM songs WHERE artist = 'x';")
