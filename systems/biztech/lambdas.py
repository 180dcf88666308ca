"""The gateway and the consumer as functions of AWS Lambda: a WebSocket API's routes, and the batches of a stream.

    websocket = websocket_handler(club, posts)    for $connect, $disconnect and $default
    stream = stream_handler(club, posts)          for the streams of bizBtxProjects, bizLiveConnections and bizStickers

    wss://{api}.execute-api.{region}.amazonaws.com/{stage}?channel=prices&event=kickstart%3B2026

`posts` is an `ApiGatewayPosts(boto3.Session())`. Rows, feeds and messages are those of `gateway` and `consumer`. Lambda
keeps a stream's place; its mapping has ReportBatchItemFailures switched on, and one batch of a shard under way at a
time: what failed is given again, and what follows it.
"""

from __future__ import annotations

import json
import logging
from base64 import b64decode
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from decimal import Decimal
from typing import Any, TypeAlias

from systems.biztech.channels import Channel, channels_of
from systems.biztech.club import BizTech
from systems.biztech.delivery import GoneError, Posts
from systems.biztech.feeds import Change, feeds_of, label_of
from systems.biztech.telling import Teller

Event: TypeAlias = Mapping[str, Any]
Handler: TypeAlias = Callable[[Event, Any], dict[str, Any]]

_log = logging.getLogger(__name__)


def websocket_handler(club: BizTech, posts: Posts) -> Handler:
    channels = {channel.name: channel for channel in channels_of(club)}

    def handler(event: Event, context: Any) -> dict[str, Any]:
        request = event["requestContext"]
        connection_id, route = request["connectionId"], request["routeKey"]
        endpoint = f"https://{request['domainName']}/{request['stage']}"
        if route == "$connect":
            return _join(channels, event.get("queryStringParameters") or {}, connection_id, endpoint)
        if route == "$disconnect":
            for channel in channels.values():
                channel.leave(connection_id)
        elif _asks(event.get("body")):
            _show(channels, connection_id, endpoint, posts)
        return {"statusCode": 200}

    return handler


def stream_handler(club: BizTech, posts: Posts) -> Handler:
    """Every stream may be mapped to the one function: whose a record is stands in it."""
    feeds = {club.design.table_name(feed.table): feed for feed in feeds_of(club)}

    def handler(event: Event, context: Any) -> dict[str, Any]:
        with ExitStack() as stack:
            tellers = {name: stack.enter_context(Teller(feed, posts)) for name, feed in feeds.items()}
            for record in event["Records"]:
                number = record["dynamodb"]["SequenceNumber"]
                try:
                    tellers[_table_of(record)].take(_change_of(record["dynamodb"], record["eventSourceARN"]))
                except Exception:
                    _log.exception("record %s failed", number)
                    return {"batchItemFailures": [{"itemIdentifier": number}]}
        return {"batchItemFailures": []}

    return handler


def _join(
    channels: Mapping[str, Channel], query: Mapping[str, str], connection_id: str, endpoint: str
) -> dict[str, Any]:
    channel = channels.get(query.get("channel", ""))
    value = query.get(channel.parameter) if channel is not None else None
    if channel is None or not value:
        known = ", ".join(f"?channel={each.name}&{each.parameter}=" for each in channels.values())
        return {"statusCode": 400, "body": f"there are {known}"}
    channel.join(connection_id, value, endpoint)
    return {"statusCode": 200}


def _asks(body: str | None) -> bool:
    try:
        said = json.loads(body or "")
    except ValueError:
        return False
    return isinstance(said, dict) and said.get("action") == "show"


def _show(channels: Mapping[str, Channel], connection_id: str, endpoint: str, posts: Posts) -> None:
    for channel in channels.values():
        value = channel.value_of(connection_id)
        if value is None:
            continue
        try:
            for message in channel.shown(value):
                posts.post(endpoint, connection_id, json.dumps(message).encode())
        except GoneError:
            channel.leave(connection_id)


def _table_of(record: Event) -> str:
    """`arn:aws:dynamodb:eu-west-1:1:table/bizBtxProjects/stream/2026-...` -> `bizBtxProjects`."""
    name: str = record["eventSourceARN"].split("/")[1]
    return name


def _change_of(change: Mapping[str, Any], stream_arn: str) -> Change:
    old, new = change.get("OldImage"), change.get("NewImage")
    return Change(
        int(change["SequenceNumber"]), None if old is None else _plain_map(old),
        None if new is None else _plain_map(new), label_of(stream_arn),
    )  # fmt: skip


def _plain_map(image: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    return {name: _plain(value) for name, value in image.items()}


def _plain(value: Mapping[str, Any]) -> Any:
    """As the native client has it. An event is JSON: its bytes are base64."""
    ((kind, held),) = value.items()
    if kind == "NULL":
        return None
    if kind == "L":
        return [_plain(each) for each in held]
    if kind == "M":
        return _plain_map(held)
    if kind in ("NS", "BS", "SS"):
        return {_plain({kind[0]: each}) for each in held}
    return _SCALARS[kind](held)


def _number(text: str) -> int | Decimal:
    value = Decimal(text)
    return int(value) if value == value.to_integral_value() else value


_SCALARS: Mapping[str, Callable[[Any], Any]] = {"S": str, "BOOL": bool, "N": _number, "B": b64decode}
