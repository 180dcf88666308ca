"""The gateway and the consumer as Lambda has them: with API Gateway's events, and a stream's batches."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

import stator
from systems.biztech import BizTech
from systems.biztech.delivery import DeliveryError, GoneError, Mark
from systems.biztech.design.realtime import LiveConnection
from systems.biztech.lambdas import Handler, stream_handler, websocket_handler

EVENT = "kickstart;2026"
ENDPOINT = "https://abc.execute-api.eu-west-1.amazonaws.com/prod"


class ApiGateway:
    """What was posted, and to whom; `gone` and `failing`: connection ids."""

    def __init__(self) -> None:
        self.posted: list[tuple[str, str, dict[str, Any]]] = []
        self.gone: set[str] = set()
        self.failing: set[str] = set()

    def post(self, endpoint: str, connection_id: str, data: bytes, mark: Mark | None = None) -> None:
        if connection_id in self.gone:
            raise GoneError
        if connection_id in self.failing:
            raise DeliveryError("it is down")
        self.posted.append((endpoint, connection_id, json.loads(data)))


@pytest.fixture
def posts() -> ApiGateway:
    return ApiGateway()


@pytest.fixture
def live() -> Iterator[BizTech]:
    """The club in production, with Aurora listed."""
    with stator.open() as database:
        club = BizTech(database, "production")
        club.create_tables()
        club.exchange.create_project("aurora", EVENT, "Aurora", "AUR", seed=5)
        club.exchange.open_account("ann")
        yield club


def routed(route: str, connection_id: str = "c1", body: str | None = None, **query: str) -> dict[str, Any]:
    context = {
        "routeKey": route, "connectionId": connection_id, "stage": "prod",
        "domainName": "abc.execute-api.eu-west-1.amazonaws.com",
    }  # fmt: skip
    return {"requestContext": context, "queryStringParameters": query or None, "body": body}


def batch(club: BizTech, table: str) -> dict[str, Any]:
    """All that a table's stream has, in the shape of an event: JSON, images as on the wire."""
    client = club.design.db.client
    arn = client.describe_table(TableName=club.design.table_name(table))["Table"]["LatestStreamArn"]
    records: list[Mapping[str, Any]] = []
    for shard in client.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]:
        iterator = client.get_shard_iterator(
            StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        for record in client.get_records(ShardIterator=iterator)["Records"]:
            change = {**record["dynamodb"], "ApproximateCreationDateTime": 1.0}
            records.append({**record, "dynamodb": change, "eventSourceARN": arn})
    event: dict[str, Any] = json.loads(json.dumps({"Records": records}))
    return event


def handle(handler: Handler, event: dict[str, Any]) -> dict[str, Any]:
    return handler(event, None)


def test_a_connection_is_a_row_from_connect_to_disconnect(live: BizTech, posts: ApiGateway) -> None:
    handler = websocket_handler(live, posts)
    assert handle(handler, routed("$connect", channel="prices", event=EVENT)) == {"statusCode": 200}
    (row,) = live.design.btx_sockets_at(EVENT)
    assert (row.connection_id, row.endpoint) == ("c1", ENDPOINT)
    assert handle(handler, routed("$disconnect")) == {"statusCode": 200}
    assert handle(handler, routed("$disconnect")) == {"statusCode": 200}
    assert live.design.btx_sockets_at(EVENT).count() == 0


@pytest.mark.parametrize(
    "query", [{}, {"channel": "news", "event": EVENT}, {"channel": "prices"}, {"event": EVENT}]
)
def test_a_connection_to_nothing_is_refused(live: BizTech, posts: ApiGateway, query: dict[str, str]) -> None:
    answer = handle(websocket_handler(live, posts), routed("$connect", **query))
    assert answer == {
        "statusCode": 400,
        "body": "there are ?channel=prices&event=, ?channel=wall&event=, ?channel=voting&role=",
    }


def test_whoever_asks_is_shown_how_things_stand(live: BizTech, posts: ApiGateway) -> None:
    handler = websocket_handler(live, posts)
    handle(handler, routed("$connect", channel="prices", event=EVENT))
    for body in (None, "nonsense", "[]", '{"action": "hide"}', '{"action": "show"}'):
        assert handle(handler, routed("$default", body=body)) == {"statusCode": 200}
    ((endpoint, connection_id, said),) = posts.posted
    assert (endpoint, connection_id, said["price"]) == (ENDPOINT, "c1", "1.50")
    handle(handler, routed("$default", "stranger", '{"action": "show"}'))
    posts.gone.add("c1")
    handle(handler, routed("$default", body='{"action": "show"}'))
    assert live.design.btx_sockets_at(EVENT).count() == 0


def test_a_batch_of_trades_is_recorded_and_told_and_whoever_is_gone_is_forgotten(
    live: BizTech, posts: ApiGateway
) -> None:
    sockets, streams = websocket_handler(live, posts), stream_handler(live, posts)
    for connection_id in ("c1", "c2"):
        handle(sockets, routed("$connect", connection_id, channel="prices", event=EVENT))
    posts.gone.add("c2")
    live.exchange.buy("ann", "aurora", 10)
    assert handle(streams, batch(live, "bizBtxProjects")) == {"batchItemFailures": []}
    assert [(to, said["number"], said["price"]) for _, to, said in posts.posted] == [
        ("c1", 1, "1.50"),
        ("c1", 2, "1.70"),
    ]
    assert [each.number for each in live.exchange.price_history("aurora")] == [1, 2]
    assert [row.connection_id for row in live.design.btx_sockets_at(EVENT)] == ["c1"]


def test_what_failed_is_told_so_that_it_is_given_again(live: BizTech, posts: ApiGateway) -> None:
    sockets, streams = websocket_handler(live, posts), stream_handler(live, posts)
    handle(sockets, routed("$connect", channel="prices", event=EVENT))
    posts.failing.add("c1")
    event = batch(live, "bizBtxProjects")
    number = event["Records"][0]["dynamodb"]["SequenceNumber"]
    assert handle(streams, event) == {"batchItemFailures": [{"itemIdentifier": number}]}
    posts.failing.clear()
    assert handle(streams, event) == {"batchItemFailures": []}
    assert [said["number"] for _, _, said in posts.posted] == [1]
    assert [each.number for each in live.exchange.price_history("aurora")] == [1]


def test_one_function_serves_every_stream(live: BizTech, posts: ApiGateway) -> None:
    sockets, streams = websocket_handler(live, posts), stream_handler(live, posts)
    handle(sockets, routed("$connect", "w", channel="wall", event=EVENT))
    handle(sockets, routed("$connect", "a", channel="voting", role="admin"))
    context = live.context
    live.design.create(
        LiveConnection(
            event_id=EVENT, created_at=context.now_ms(), uuid="u", from_profile="p1", to_profile="p2",
            from_name="Ann", to_name="Bo", ttl=int(context.now()) + 60,
        )
    )  # fmt: skip
    live.stickers.open(EVENT)
    records = [*batch(live, "bizLiveConnections")["Records"], *batch(live, "bizStickers")["Records"]]
    assert handle(streams, {"Records": records}) == {"batchItemFailures": []}
    assert [(to, said["type"]) for _, to, said in posts.posted] == [("w", "connection"), ("a", "voting")]
