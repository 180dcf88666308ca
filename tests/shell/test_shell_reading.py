"""What was typed, as statements and commands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stator.cli.shell.reading import entries_of, is_complete

ENTRIES: list[tuple[str, list[str]]] = [
    ("", []),
    (" \n\t", []),
    (";;", []),
    ("-- nothing\n/* nor ; here */", []),
    ("a; b", ["a", "b"]),
    ("a\nb;c;", ["a\nb", "c"]),
    ("select ';' ; b", ["select ';'", "b"]),
    ("select 'it''s;' ;", ["select 'it''s;'"]),
    ('select "a;b" ;', ['select "a;b"']),
    ("select 1 -- a; b\n, 2;", ["select 1 -- a; b\n, 2"]),
    ("select /* ; */ 1;", ["select /* ; */ 1"]),
    ("a - b / c;", ["a - b / c"]),
    ("select 'open; ", ["select 'open;"]),
    ("\\d songs\nselect 1;", ["\\d songs", "select 1"]),
    ("\\timing;", ["\\timing"]),
    ("select\n\\q", ["select", "\\q"]),
    ("select 'a\n\\q';", ["select 'a\n\\q'"]),
    ("select a \\ b;", ["select a \\ b"]),
]


@pytest.mark.parametrize(("text", "expected"), ENTRIES)
def test_text_is_taken_apart_where_it_says_so(text, expected):
    assert [entry.text for entry in entries_of(text)] == expected


@pytest.mark.parametrize(
    ("text", "complete"),
    [
        ("", True),
        ("select 1", False),
        ("select 1;", True),
        ("select ';", False),
        ("select 1; -- done", True),
        ("a; b", False),
        ("\\d", True),
        ("select 1\n\\q", True),
        ("/* open", True),
    ],
)
def test_enter_runs_what_is_whole_and_continues_what_is_not(text, complete):
    assert is_complete(text) == complete


def test_an_entry_knows_its_line():
    text = "a;\n\n-- two\nb\n;\n\\d\nc"
    assert [entry.line for entry in entries_of(text)] == [1, 4, 6, 7]


@given(st.text(alphabet="ab'\"-/*;\\\n ", max_size=40))
def test_any_text_is_taken_apart_and_nothing_but_space_ends_and_comments_is_lost(text):
    entries = list(entries_of(text))
    at = 0
    for entry in entries:
        at = text.index(entry.text, at) + len(entry.text)
        assert entry.text.strip()
