"""What listeners are sent, as JSON: a `type`, and the rest by it. Money is text, since JSON's numbers are floats to
most who read them.

    price        a project's price; `number` counts the project's prices: whoever has seen it drops it
    connection   two people have met; `id` tells it from others; shown until `until` (epoch seconds)
    forgotten    a connection, by its id, that the wall shows no more
    sticker      put on a team by a user; `isPut` is false when it was taken away
    voting       stickers are taken at an event, or no more
"""

from __future__ import annotations

from typing import Any

from systems.biztech.design.exchange import BtxProject
from systems.biztech.design.points import Sticker, Voting
from systems.biztech.design.realtime import LiveConnection


def price_message(project: BtxProject) -> dict[str, Any]:
    return {
        "type": "price",
        "eventId": project.event_id,
        "projectId": project.project_id,
        "ticker": project.ticker,
        "name": project.name,
        "price": f"{project.price:.2f}",
        "basePrice": f"{project.base_price:.2f}",
        "netShares": project.net_shares,
        "number": project.price_number,
        "source": project.price_source,
        "at": project.priced_at,
    }


def connection_message(live: LiveConnection) -> dict[str, Any]:
    return {
        "type": "connection",
        "eventId": live.event_id,
        "id": live_id(live),
        "from": live.from_profile,
        "fromName": live.from_name,
        "to": live.to_profile,
        "toName": live.to_name,
        "at": live.created_at,
        "until": live.ttl,
    }


def forgotten_message(live: LiveConnection) -> dict[str, Any]:
    return {"type": "forgotten", "eventId": live.event_id, "id": live_id(live)}


def live_id(live: LiveConnection) -> str:
    return f"{live.created_at}-{live.uuid}"


def sticker_message(sticker: Sticker, is_put: bool) -> dict[str, Any]:
    return {
        "type": "sticker",
        "event": sticker.event,
        "teamName": sticker.team_name,
        "userId": sticker.user_id,
        "stickerName": sticker.sticker_name,
        "isPut": is_put,
    }


def voting_message(voting: Voting) -> dict[str, Any]:
    return {"type": "voting", "event": voting.held_at, "isOpen": voting.is_open}
