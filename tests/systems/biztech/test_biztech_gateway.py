"""The gateway and those who listen: rows come and go with connections, and what is new reaches all who are there."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import boto3
import pytest
from listeners import WAIT_S_MAX, Listener
from websockets.exceptions import InvalidStatus

import stator
from stator.clock import ManualClock
from systems.biztech import BizTech
from systems.biztech.channels import Channel, channels_of
from systems.biztech.connections_api import AddressError
from systems.biztech.consumer import Consumer
from systems.biztech.delivery import (
    MARK_HEADER,
    ApiGatewayPosts,
    DeliveryError,
    GoneError,
    HttpPosts,
    Mark,
    mark_from,
)
from systems.biztech.design.exchange import BtxSocket
from systems.biztech.design.realtime import LiveConnection
from systems.biztech.feeds import PriceFeed, VotingFeed, WallFeed
from systems.biztech.gateway import Gateway

EVENT = "kickstart;2026"
CREDENTIALS = {"aws_access_key_id": "AKIDEXAMPLE", "aws_secret_access_key": "x", "region_name": "us-east-1"}


@pytest.fixture
def listed(club: BizTech) -> BizTech:
    """Aurora is listed, Ann may trade, and the stream was read so far."""
    return with_aurora(club)


@pytest.fixture
def local() -> Iterator[BizTech]:
    """The same in memory alone, where the door makes no difference."""
    with stator.open() as database:
        club = BizTech(database)
        club.create_tables()
        yield with_aurora(club)


def with_aurora(club: BizTech) -> BizTech:
    club.exchange.create_project("aurora", EVENT, "Aurora", "AUR", seed=5)
    club.exchange.open_account("ann")
    Consumer(club, PriceFeed(club), HttpPosts()).catch_up()
    return club


def served(club: BizTech, scenario: Callable[[Gateway], Awaitable[None]]) -> None:
    async def run() -> None:
        async with asyncio.timeout(2 * WAIT_S_MAX), Gateway(channels_of(club)) as gateway:
            await scenario(gateway)

    asyncio.run(run())


async def trade_and_tell(club: BizTech, shares: int = 10) -> None:
    await asyncio.to_thread(club.exchange.buy, "ann", "aurora", shares)
    await asyncio.to_thread(Consumer(club, PriceFeed(club), HttpPosts()).catch_up)


def rows(club: BizTech) -> set[str]:
    return {row.connection_id for row in club.design.btx_sockets_at(EVENT)}


def test_of_twenty_listeners_five_are_killed_and_fifteen_hear_the_price(listed: BizTech) -> None:
    async def scenario(gateway: Gateway) -> None:
        listeners = [await Listener.at(f"{gateway.url}/prices/{EVENT}") for _ in range(20)]
        assert len(rows(listed)) == 20
        for each in listeners[:5]:
            each.kill()
        await trade_and_tell(listed)
        heard = [await each.heard_of(1) for each in listeners[5:]]
        await gateway.until(15)
        assert len(rows(listed)) == 15
        assert [[(said["ticker"], said["price"], said["number"]) for said in each] for each in heard] == [
            [("AUR", "1.70", 2)]
        ] * 15
        assert [each.heard for each in listeners[:5]] == [[]] * 5

    served(listed, scenario)
    assert rows(listed) == set(), "a gateway that is stopped takes its rows with it"


def test_a_row_is_there_when_the_handshake_is_answered_and_gone_after_a_close(listed: BizTech) -> None:
    async def scenario(gateway: Gateway) -> None:
        listener = await Listener.at(f"{gateway.url}/prices?event=kickstart%3B2026")
        (row,) = listed.design.btx_sockets_at(EVENT)
        assert row.endpoint == gateway.endpoint
        await listener.leave()
        await gateway.until(0)
        assert rows(listed) == set()

    served(listed, scenario)


def test_rows_that_a_killed_gateway_left_behind_go_with_the_next_price(
    listed: BizTech, clock: ManualClock
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        nobody = f"http://127.0.0.1:{taken.getsockname()[1]}"

    async def scenario(gateway: Gateway) -> None:
        moment = listed.context.moment()
        for name, endpoint in (("unknown", gateway.endpoint), ("orphan", nobody)):
            row = BtxSocket(connection_id=name, event_id=EVENT, endpoint=endpoint, connected_at=moment)
            listed.design.create(row)
        await trade_and_tell(listed)
        assert rows(listed) == set()

    served(listed, scenario)


def test_listeners_hear_their_own_event_alone(listed: BizTech) -> None:
    async def scenario(gateway: Gateway) -> None:
        other = await Listener.at(f"{gateway.url}/prices/other;2026")
        mine = await Listener.at(f"{gateway.url}/prices/{EVENT}")
        await trade_and_tell(listed)
        await mine.heard_of(1)
        await other.send({"action": "show"})
        await other.send({"action": "nonsense"})
        assert [said["type"] for said in await other.heard_of(1)] == ["error"], (
            "there is no project at its event"
        )

    served(listed, scenario)


def test_prices_of_projects_that_were_made_anew_are_heard_by_who_listened_before(local: BizTech) -> None:
    """A stream's numbers begin again with its table; taken for those of before, the prices were dropped."""

    async def scenario(gateway: Gateway) -> None:
        listener = await Listener.at(f"{gateway.url}/prices/{EVENT}")
        await trade_and_tell(local)
        await trade_and_tell(local)
        projects = local.design.db.Table(local.design.table_name("bizBtxProjects"))
        projects.delete()
        projects.wait_until_not_exists()
        local.create_tables()
        await asyncio.to_thread(with_aurora, local)
        assert [each["number"] for each in await listener.heard_of(3)] == [2, 3, 1]

    served(local, scenario)


def test_whoever_asks_is_shown_how_things_stand(listed: BizTech) -> None:
    async def scenario(gateway: Gateway) -> None:
        listener = await Listener.at(f"{gateway.url}/prices/{EVENT}")
        await listener.send({"action": "show"})
        (said,) = await listener.heard_of(1)
        assert (said["type"], said["price"], said["number"], said["netShares"]) == ("price", "1.50", 1, 0)
        await trade_and_tell(listed)
        assert [each["number"] for each in await listener.heard_of(2)] == [1, 2]

    served(listed, scenario)


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/", "there are /prices/{event}, /wall/{event}, /voting/{role}"),
        ("/shares/kickstart;2026", "there is nothing to listen to at /shares/kickstart;2026"),
        ("/prices", "which event? /prices/{event}"),
        ("/voting/", "which role?"),
        (f"/prices/{'e' * 201}", "which event?"),
    ],
)
def test_a_path_that_leads_nowhere_is_refused_with_a_line(local: BizTech, path: str, says: str) -> None:
    async def scenario(gateway: Gateway) -> None:
        with pytest.raises(InvalidStatus) as refused:
            await Listener.at(f"{gateway.url}{path}")
        assert refused.value.response.status_code == 404
        assert says in refused.value.response.body.decode()

    served(local, scenario)


def test_a_listener_that_cannot_be_written_down_is_turned_away(local: BizTech) -> None:
    class Broken(Channel):
        def join(self, connection_id: str, value: str, endpoint: str) -> None:
            raise OSError("the disk is full")

    broken = Broken(local, "prices", "event", BtxSocket, "event_id", lambda event: [])

    async def run() -> None:
        async with Gateway([broken]) as gateway:
            with pytest.raises(InvalidStatus) as refused:
                await Listener.at(f"{gateway.url}/prices/{EVENT}")
            assert refused.value.response.status_code == 503
            await gateway.until(0)

    asyncio.run(run())


# Posting


@asynccontextmanager
async def one_listener(club: BizTech, gateway: Gateway) -> AsyncIterator[tuple[Listener, str]]:
    listener = await Listener.at(f"{gateway.url}/prices/{EVENT}")
    (connection_id,) = rows(club)
    yield listener, connection_id


def test_what_is_posted_twice_is_heard_once_and_in_its_order(local: BizTech) -> None:
    async def scenario(gateway: Gateway) -> None:
        async with one_listener(local, gateway) as (listener, connection_id):
            posts = HttpPosts()
            for number in (7, 7, 8, 7, 8, 9):
                data = json.dumps({"number": number}).encode()
                await asyncio.to_thread(
                    posts.post, gateway.endpoint, connection_id, data, Mark("a b;é", number)
                )
            await asyncio.to_thread(
                posts.post, gateway.endpoint, connection_id, b'{"number": 1}', Mark("other", 1)
            )
            assert [said["number"] for said in await listener.heard_of(4)] == [7, 8, 9, 1]

    served(local, scenario)


@pytest.mark.parametrize("sent", [b"", b'{"number"', b'{"number": 7'])
def test_half_a_post_is_none_and_the_whole_one_is_heard_after_it(local: BizTech, sent: bytes) -> None:
    """A consumer was killed between a post's head and its body. The body was read as empty, delivered, and its mark
    remembered; the post that followed was taken for a repeated one, and the listener lost a price."""

    async def scenario(gateway: Gateway) -> None:
        async with one_listener(local, gateway) as (listener, connection_id):
            mark, whole = Mark("aurora", 7), b'{"number": 7}'
            reader, writer = await asyncio.open_connection(
                *gateway.endpoint.removeprefix("http://").split(":")
            )
            writer.write(
                f"POST /@connections/{connection_id} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(whole)}\r\n"
                f"{MARK_HEADER}: {mark.text()}\r\n\r\n".encode()
                + sent
            )
            writer.write_eof()
            assert await reader.read() == b""
            await asyncio.to_thread(HttpPosts().post, gateway.endpoint, connection_id, whole, mark)
            assert await listener.heard_of(1) == [{"number": 7}]
            writer.close()

    served(local, scenario)


def test_a_mark_is_what_it_was_after_its_way_through_a_header() -> None:
    mark = Mark("a b\r\n;é%", 123456789012345678901234)
    assert mark_from(mark.text()) == mark
    assert mark.text().isascii()


def test_boto3_posts_to_it_as_to_aws(local: BizTech) -> None:
    posts = ApiGatewayPosts(boto3.Session(**CREDENTIALS))

    async def scenario(gateway: Gateway) -> None:
        async with one_listener(local, gateway) as (listener, connection_id):
            post = asyncio.to_thread(
                posts.post, gateway.endpoint, connection_id, b'{"price": "1.70"}', Mark("a", 1)
            )
            await post
            assert await listener.heard_of(1) == [{"price": "1.70"}]
            await listener.leave()
            await gateway.until(0)
            with pytest.raises(GoneError):
                await asyncio.to_thread(posts.post, gateway.endpoint, connection_id, b"{}", Mark("a", 2))

    served(local, scenario)


def test_a_listener_that_falls_behind_is_cut_off(local: BizTech) -> None:
    async def scenario(gateway: Gateway) -> None:
        reader, writer = await asyncio.open_connection(*gateway.url.removeprefix("ws://").split(":"))
        writer.write(
            f"GET /prices/{EVENT} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
        )
        assert b" 101 " in await reader.readline()
        (connection_id,) = rows(local)
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        big = "x" * 100_000

        def fill() -> int:
            return next(number for number in range(5000) if not gateway.post(connection_id, big))

        assert await asyncio.to_thread(fill) >= 1000
        assert gateway.about(connection_id) is None
        writer.transport.abort()
        await gateway.until(0)
        assert rows(local) == set()

    served(local, scenario)


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/@connections/nobody", b"{}", 410),
        ("GET", "/@connections/nobody", None, 410),
        ("DELETE", "/@connections/nobody", None, 410),
        ("POST", "/elsewhere", b"{}", 404),
        ("POST", "/@connections/{id}", b"\xff", 400),
        ("POST", "/@connections/{id}", b"x" * (128 * 1024 + 1), 413),
        ("GET", "/@connections/{id}", None, 200),
        ("DELETE", "/@connections/{id}", None, 204),
        ("PUT", "/@connections/{id}", b"", 501),
    ],
)
def test_the_back_door_answers_as_api_gateway_does(
    local: BizTech, method: str, path: str, body: bytes | None, status: int
) -> None:
    async def scenario(gateway: Gateway) -> None:
        async with one_listener(local, gateway) as (listener, connection_id):
            url = gateway.endpoint + path.format(id=connection_id)
            assert await asyncio.to_thread(status_of, Request(url, body, method=method)) == status
            if method == "DELETE" and status == 204:
                assert await listener.ended() == 1000

    served(local, scenario)


def status_of(request: Request) -> int:
    try:
        with urlopen(request, timeout=WAIT_S_MAX) as answer:
            status: int = answer.status
            return status
    except HTTPError as error:
        error.close()
        return error.code


def test_a_gateway_that_does_not_answer_stops_a_post_and_says_so() -> None:
    pauses: list[float] = []
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.listen(0)
        endpoint = f"http://127.0.0.1:{silent.getsockname()[1]}"
        posts = HttpPosts(timeout_s=0.01, sleep=pauses.append)
        with pytest.raises(DeliveryError, match=r"http://127\.0\.0\.1:\d+: timed out"):
            posts.post(endpoint, "c1", b"{}", Mark("a", 1))
    assert pauses == [0.2, 0.4, 0.8, 1.0]


# The wall and the voting


def meeting(club: BizTech, uuid: str, ttl_s: int = 60) -> LiveConnection:
    context = club.context
    return LiveConnection(
        event_id=EVENT, created_at=context.now_ms(), uuid=uuid, from_profile="p1", to_profile="p2",
        from_name="Ann", to_name="Bo", ttl=int(context.now()) + ttl_s,
    )  # fmt: skip


def test_the_wall_hears_who_met_and_what_is_forgotten(club: BizTech) -> None:
    async def scenario(gateway: Gateway) -> None:
        listener = await Listener.at(f"{gateway.url}/wall/{EVENT}")
        met = club.design.create(meeting(club, "u1"))
        consumer = Consumer(club, WallFeed(club), HttpPosts())
        await asyncio.to_thread(consumer.catch_up)
        (said,) = await listener.heard_of(1)
        assert (said["type"], said["fromName"], said["toName"]) == ("connection", "Ann", "Bo")
        club.design.erase(met)
        await asyncio.to_thread(consumer.catch_up)
        assert (await listener.heard_of(2))[1] == {"type": "forgotten", "eventId": EVENT, "id": said["id"]}

    served(club, scenario)


def test_the_wall_shows_a_newcomer_the_last_minute_alone(club: BizTech, clock: ManualClock) -> None:
    club.design.create(meeting(club, "old", ttl_s=30))
    clock.advance(31)
    for number in range(3):
        clock.advance(1)
        club.design.create(meeting(club, f"u{number}"))
    assert [each.uuid for each in club.wall.recent(EVENT)] == ["u2", "u1", "u0"]
    assert [each.uuid for each in club.wall.recent(EVENT, limit=2)] == ["u2", "u1"]

    async def scenario(gateway: Gateway) -> None:
        listener = await Listener.at(f"{gateway.url}/wall/{EVENT}")
        await listener.send({"action": "show"})
        heard = await listener.heard_of(3)
        assert [said["id"].partition("-")[2] for said in heard] == ["u0", "u1", "u2"]

    served(club, scenario)


def test_admins_hear_of_stickers_and_voters_of_the_voting(club: BizTech) -> None:
    async def scenario(gateway: Gateway) -> None:
        admin = await Listener.at(f"{gateway.url}/voting/admin")
        voter = await Listener.at(f"{gateway.url}/voting/voter")
        club.stickers.open(EVENT)
        club.stickers.open(EVENT)
        club.stickers.place("ann@example.com", EVENT, "Owls", "golden")
        club.stickers.take_back("ann@example.com", EVENT, "Owls", "golden")
        club.stickers.close(EVENT)
        await asyncio.to_thread(Consumer(club, VotingFeed(club), HttpPosts()).catch_up)
        stickers = [
            (each["teamName"], each["isPut"]) for each in await admin.heard_of(4) if each["type"] == "sticker"
        ]
        assert stickers == [("Owls", True), ("Owls", False)]
        assert [each["isOpen"] for each in await voter.heard_of(2)] == [True, False]

    served(club, scenario)


@pytest.mark.parametrize("which", ["port", "api_port"])
def test_an_address_that_is_taken_is_an_error_of_one_line(local: BizTech, which: str) -> None:
    async def run(port: int) -> None:
        async with Gateway(channels_of(local), **{which: port}):  # type: ignore[arg-type]
            pass

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(AddressError, match=rf"^127\.0\.0\.1:{port}: Address already in use$"):
            asyncio.run(run(port))
