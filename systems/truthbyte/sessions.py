"""Sessions: who plays, and from which address, of which only a salted hash is kept."""

from __future__ import annotations

import hashlib
import ipaddress
from typing import Final

from systems.truthbyte.design import Session
from systems.truthbyte.faults import FieldError
from systems.truthbyte.world import HOUR_S, Settings, World

_ID_BITS: Final = 128


def ip_hash(settings: Settings, ip: str) -> str:
    """SHA-256 of the salted address, however the address is spelled. Raises FieldError."""
    if not settings.ip_salt:
        raise FieldError("ip_salt", "is not set; without it a hash tells the address")
    try:
        address = ipaddress.ip_address(ip.strip())
    except ValueError:
        raise FieldError("ip", f"{ip!r} is no address") from None
    return hashlib.sha256(f"{settings.ip_salt}:{address}".encode()).hexdigest()


def open_session(world: World, ip: str) -> Session:
    """See TruthByte.open_session. The hour is counted when the session is stored, so that of many at once each sees
    those before it, and of more than the limit at once never more than the limit are trusted, but maybe fewer; nobody
    knows its id before it is marked. It is counted by an index, which on AWS may be a moment behind: a burst may open a
    few more before it is noticed."""
    hashed, second = ip_hash(world.settings, ip), world.second()
    most = world.settings.sessions_an_hour_max
    session = world.tables.create(
        Session(
            session_id=f"{world.random.getrandbits(_ID_BITS):032x}", ip_hash=hashed, created_at=second
        )
    )
    recent = world.tables.sessions_from(hashed, after=second - HOUR_S).page(most + 1)
    others = sum(each.session_id != session.session_id for each in recent)
    return world.tables.update(session, {"suspect": True}) if others >= most else session
