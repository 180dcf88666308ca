"""Proposals: checked field by field, only so many, and none from suspect sessions."""

from __future__ import annotations

from typing import Any

import pytest
from truthbyte_play import Place

from systems.truthbyte import TruthByte
from systems.truthbyte.faults import FieldError, SuspectSessionError, TooOftenError, UnknownError

GOOD: dict[str, Any] = {
    "question": "Is water wet to the touch?",
    "suggested_answer": True,
    "categories": ["science"],
}


def test_a_proposal_waits_for_the_moderators(game: TruthByte) -> None:
    proposed = game.propose("ann", **GOOD, title="Water", passage="Of water.")
    assert proposed.id.startswith("sub_")
    assert (proposed.status, proposed.created_at, proposed.submitter_id) == ("pending", 1_705_320_000, "ann")
    assert (proposed.tags, proposed.title, proposed.passage) == (["science"], "Water", "Of water.")
    assert game.submission(proposed.id) == proposed
    assert game.pending().items == [proposed]
    assert game.submissions_of("ann") == [proposed]


TAKEN: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"question": "  Is it ten?  "}, {"question": "Is it ten?"}),
    ({"question": "0123456789"}, {}),
    ({"question": "x" * 200}, {}),
    ({"question": "Est-ce l'été déjà ? 🌞"}, {}),
    ({"categories": [" a ", "b_c", "D-e 1", "日本"]}, {"tags": ["a", "b_c", "D-e 1", "日本"]}),
    ({"categories": ["a", "b", "c", "d", "e"]}, {}),
    ({"categories": ["a", "a "]}, {"tags": ["a"]}),
    ({"categories": ["x" * 50]}, {}),
    ({"passage": "x" * 5000, "title": "x" * 200}, {}),
]


@pytest.mark.parametrize(("more", "stored"), TAKEN)
def test_what_is_within_the_limits_is_taken_trimmed(memory: Place, more: Any, stored: Any) -> None:
    game = memory.made()
    proposed = game.propose("ann", **{**GOOD, **more})
    expected = {**{name: value for name, value in more.items() if name != "categories"}, **stored}
    assert {name: getattr(proposed, name) for name in expected} == expected


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"question": "Too short"}, "question: has 9 characters; it takes 10 to 200"),
    ({"question": "    Trimmed      "}, "question: has 7 characters; it takes 10 to 200"),
    ({"question": "x" * 201}, "question: has 201 characters; it takes 10 to 200"),
    ({"question": "Is it a bell\x07?"}, r"question: holds '\x07', which cannot be printed"),
    ({"question": "Is it a\nnew line?"}, r"question: holds '\n', which cannot be printed"),
    ({"question": "Is it turned\u202e?"}, r"question: holds '\u202e', which cannot be printed"),
    ({"question": "Is it whole \ud800?"}, r"question: holds '\ud800', which cannot be printed"),
    ({"question": None}, "question: None is not a text"),
    ({"title": "x" * 201}, "title: has 201 characters; it takes 0 to 200"),
    ({"passage": "x" * 5001}, "passage: has 5001 characters; it takes 0 to 5000"),
    ({"suggested_answer": "true"}, "suggested_answer: 'true' is not true or false"),
    ({"suggested_answer": None}, "suggested_answer: None is not true or false"),
    ({"categories": []}, "categories: 0 of them; it takes 1 to 5"),
    ({"categories": list("abcdef")}, "categories: 6 of them; it takes 1 to 5"),
    ({"categories": ["a", " "]}, "categories: has 0 characters; it takes 1 to 50"),
    ({"categories": ["x" * 51]}, "categories: has 51 characters; it takes 1 to 50"),
    ({"categories": ["a#b"]}, "categories: 'a#b' holds '#'; letters, digits, space, _ and - are taken"),
    ({"categories": ["a\tb"]}, r"categories: holds '\t', which cannot be printed"),
    ({"categories": "science"}, "categories: 'science' is not a list of texts"),
    ({"categories": [7]}, "categories: 7 is not a text"),
]


@pytest.mark.parametrize(("more", "says"), REFUSED)
def test_a_proposal_is_refused_by_the_name_of_its_field(memory: Place, more: Any, says: str) -> None:
    game = memory.game()
    with pytest.raises(FieldError) as refused:
        game.propose("ann", **{**GOOD, **more})
    assert str(refused.value) == says
    assert refused.value.field == says.partition(":")[0]


def test_three_an_hour_are_taken(pair: Place) -> None:
    game = pair.made()
    for minutes in (0, 20, 39):
        pair.clock.advance(60 * minutes)
        game.propose("ann", **GOOD)
    with pytest.raises(TooOftenError, match="3 proposals an hour are taken; the next in 60 s") as refused:
        game.propose("ann", **GOOD)
    assert refused.value.retry_after_s == 60
    game.propose("bob", **GOOD)
    pair.clock.advance(59)
    with pytest.raises(TooOftenError):
        game.propose("ann", **GOOD)
    pair.clock.advance(1)
    game.propose("ann", **GOOD)
    assert len(game.submissions_of("ann")) == 4


def test_ten_a_day_are_taken(pair: Place) -> None:
    game = pair.made()
    for _ in range(10):
        game.propose("ann", **GOOD)
        pair.clock.advance(2400)
    with pytest.raises(TooOftenError, match="10 proposals a day are taken; the next in 62400 s"):
        game.propose("ann", **GOOD)
    pair.clock.advance(62_400)
    game.propose("ann", **GOOD)
    user = game.profile("ann")
    assert user is not None
    assert user.recent_proposals is not None
    assert len(user.recent_proposals) == 10


def test_the_limits_are_settings(pair: Place) -> None:
    game = pair.made(proposals_an_hour_max=1)
    game.propose("ann", **GOOD)
    with pytest.raises(TooOftenError, match="1 proposals an hour"):
        game.propose("ann", **GOOD)


def test_a_suspect_session_proposes_nothing(pair: Place) -> None:
    game = pair.made(sessions_an_hour_max=1)
    good, suspect = (game.open_session("192.0.2.1").session_id for _ in range(2))
    game.propose(good, **GOOD)
    game.propose("ann", **GOOD, session_id=good)
    for who in ({"submitter_id": suspect}, {"submitter_id": "ann", "session_id": suspect}):
        with pytest.raises(SuspectSessionError, match="its address opened too many within an hour"):
            game.propose(**who, **GOOD)
    with pytest.raises(UnknownError, match="there is no session lost"):
        game.propose("ann", **GOOD, session_id="lost")
    assert len(game.pending()) == 2


def test_a_submitter_has_a_name(memory: Place) -> None:
    with pytest.raises(FieldError, match="submitter_id: is empty"):
        memory.game().propose("", **GOOD)
