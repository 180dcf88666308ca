"""Sessions: opened, found, listed by address, and suspect where an address opens too many."""

from __future__ import annotations

import hashlib
from decimal import Decimal

import pytest
from truthbyte_play import Place

from systems.truthbyte import Settings, TruthByte
from systems.truthbyte.faults import FieldError
from systems.truthbyte.sessions import ip_hash

HOME = "192.0.2.1"


def test_a_session_is_opened_and_found(game: TruthByte) -> None:
    session = game.open_session(HOME)
    assert (session.created_at, session.trust_score, session.suspect) == (1_705_320_000, Decimal("0.5"), None)
    assert session.ip_hash == hashlib.sha256(b"pepper:192.0.2.1").hexdigest()
    assert game.session(session.session_id) == session
    assert game.session("another") is None


def test_an_address_is_nowhere_in_the_item(game: TruthByte) -> None:
    session = game.open_session(HOME)
    key = {"session_id": session.session_id}
    item = game.tables.db.table("dev-truthbyte-sessions").get_item(Key=key)["Item"]
    assert set(item) == {"session_id", "ip_hash", "created_at", "trust_score"}
    assert HOME not in str(item)


def test_sessions_from_an_address_are_newest_first(pair: Place) -> None:
    game = pair.made()
    opened = []
    for _ in range(3):
        opened.append(game.open_session(HOME))
        game.open_session("192.0.2.2")
        pair.clock.advance(60)
    assert game.sessions_from(HOME) == opened[::-1]
    assert game.sessions_from("192.0.2.9") == []


def test_the_twenty_first_within_an_hour_is_suspect(pair: Place) -> None:
    game = pair.made()
    suspect = [game.open_session(HOME).suspect for _ in range(22)]
    assert suspect == [None] * 20 + [True] * 2
    assert game.open_session("192.0.2.2").suspect is None
    pair.clock.advance(3599)
    assert game.open_session(HOME).suspect is True
    pair.clock.advance(1)
    assert game.open_session(HOME).suspect is None, "one is left of the last hour"


def test_how_many_are_too_many_is_a_setting(pair: Place) -> None:
    game = pair.made(sessions_an_hour_max=2)
    assert [game.open_session(HOME).suspect for _ in range(3)] == [None, None, True]


SPELLINGS = [
    ("192.0.2.1", " 192.0.2.1 "),
    ("2001:db8::1", "2001:0DB8:0:0:0:0:0:1"),
    ("::ffff:192.0.2.1", "::FFFF:c000:201"),
]


@pytest.mark.parametrize(("one", "other"), SPELLINGS)
def test_an_address_has_one_hash_however_it_is_spelled(one: str, other: str) -> None:
    settings = Settings(ip_salt="pepper")
    assert ip_hash(settings, one) == ip_hash(settings, other)
    assert ip_hash(settings, one) != ip_hash(Settings(ip_salt="salt"), one)


def test_what_is_no_address_is_refused() -> None:
    with pytest.raises(FieldError, match="ip: 'home' is no address"):
        ip_hash(Settings(ip_salt="pepper"), "home")
    with pytest.raises(FieldError, match="ip_salt: is not set; without it a hash tells the address"):
        ip_hash(Settings(), HOME)
