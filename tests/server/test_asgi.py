"""The server as an ASGI app, by an ASGI server that is played by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import uvloop
from asgi_by_hand import GONE, Visitor, parts, scope_of, until, visit
from raw_http import RawClient, head
from shown_operations import ShownOperations

import stator.asgi
from stator.asgi import App
from stator.client.connecting import open_database
from stator.client.in_process import InProcess
from stator.clock import ManualClock
from stator.engine.database import Database
from stator.errors import SettingError, StatorError
from stator.server.background import BackgroundServer
from stator.server.bounds import Bounds
from stator.server.server import Listening
from stator.storage.memory import MemoryStore

KEY = {"TableName": "songs", "Key": {"pk": {"S": "a"}}}
TABLE = {
    "TableName": "songs",
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}
WORK = Callable[[], Awaitable[Any]]


@pytest.fixture(params=["uvloop", "asyncio"])
def run(request: pytest.FixtureRequest) -> Callable[[WORK], Any]:
    factory = uvloop.new_event_loop if request.param == "uvloop" else asyncio.new_event_loop

    def run(work: WORK) -> Any:
        with asyncio.Runner(loop_factory=factory) as runner:
            return runner.run(asyncio.wait_for(work(), 10))

    return run


class Shown:
    """An app of the operations that show what a server does."""

    def __init__(self, **bounds: Any) -> None:
        self.operations = ShownOperations()
        self.gate = self.operations.gate
        self.clock = ManualClock()
        self.lines: list[str] = []
        self.db = Database(MemoryStore())
        self.app = stator.asgi.app(
            self.db,
            operations=self.operations.operations(),
            bounds=Bounds(**bounds),
            log=self.lines.append,
            clock=self.clock,
            cors_origins=["https://app.example.com"],
        )

    @property
    def running(self) -> Any:
        return self.app._running

    def sweep(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.running.connections.sweep()


# Answers


CASES: list[tuple[str, str, bytes, dict[str, str]]] = [
    ("GetItem", "POST", b'{"TableName": "songs", "Key": {"pk": {"S": "a"}}}', {}),
    ("PutItem", "POST", b'{"TableName": "songs", "Item": {"pk": {"S": "a"}}}', {}),
    ("UpdateItem", "POST", b'{"TableName": "songs", "Key": {"pk": {"S": "a"}}}', {}),
    ("DeleteItem", "POST", b'{"TableName": "songs", "Key": {"pk": {"S": "a"}}}', {}),
    ("Query", "POST", b'{"TableName": "songs", "Limit": 300000}', {}),
    ("Nonsense", "POST", b"{}", {}),
    ("GetItem", "POST", b"{", {}),
    ("GetItem", "POST", b"\xff", {}),
    ("GetItem", "POST", b"{}", {"Authorization": ""}),
    ("GetItem", "POST", b"{}", {"Authorization": "AWS4-HMAC-SHA256 x"}),
    ("GetItem", "POST", b"{}", {"Content-Type": "text/plain"}),
    ("ListTables", "POST", b"{}", {"Content-Type": "application/json"}),
    ("ListTables", "POST", b"{}", {"Origin": "https://app.example.com"}),
    ("ListTables", "POST", b"{}", {"Origin": "https://other.example.com"}),
    ("ListTables", "POST", b"{}", {"Host": "127.0.0.1:8000"}),
    ("", "GET", b"", {}),
    ("", "HEAD", b"", {}),
    ("", "PUT", b"", {}),
    ("", "OPTIONS", b"", {}),
    ("", "OPTIONS", b"", {"Origin": "https://app.example.com", "Access-Control-Request-Method": "POST"}),
]
OF_THE_CONNECTION = ("connection", "date", "server", "x-amzn-requestid")


@pytest.mark.parametrize(("operation", "method", "body", "headers"), CASES)
def test_an_answer_is_the_own_servers_byte_for_byte(run, operation, method, body, headers):
    shown = ShownOperations()
    listening = Listening(cors_origins=("https://app.example.com",))
    server = BackgroundServer(Database(MemoryStore()), listening, operations=shown.operations())
    with server as endpoint, RawClient(endpoint) as client:
        length = {"Content-Length": str(len(body))}
        client.send(head(operation, {**length, **headers}, f"{method} / HTTP/1.1") + body)
        own = client.answer(bodyless=method == "HEAD")

    async def work() -> Any:
        rig = Shown()
        return await visit(rig.app, operation, body, method=method, headers=headers)

    answer = run(work)
    assert (answer.status, answer.body) == (own.status, own.body)
    expected = {name: value for name, value in own.headers.items() if name not in OF_THE_CONNECTION}
    assert list(answer.headers.items()) == [
        (name, expected.get(name, answer.headers[name])) for name in own.headers if name in answer.headers
    ]
    assert set(own.headers) - set(answer.headers) == {"connection", "date", "server"}


def test_each_answer_has_its_own_id(run):
    async def work() -> Any:
        rig = Shown()
        return {(await visit(rig.app, "GetItem", KEY)).headers["x-amzn-requestid"] for _ in range(20)}

    assert len(run(work)) == 20


def test_a_large_answer_is_handed_over_in_pieces_as_its_client_takes_them(run):
    async def work() -> Any:
        rig = Shown()
        visitor = Visitor(
            rig.app, scope_of("Query"), parts({"TableName": "songs", "Limit": 200_000}), takes=False
        )
        await until(lambda: visitor.sent)
        for _ in range(20):
            await asyncio.sleep(0)
        assert len(visitor.sent) == 1
        visitor.take()
        answer = await visitor.answer()
        assert rig.running.connections._unsent_bytes == 0
        return [len(message.get("body", b"")) for message in visitor.sent], answer.check()

    sizes, answer = run(work)
    assert max(sizes) == 64 * 1024
    assert len(answer.body) > 200_000


# Requests


def test_a_body_may_arrive_in_parts(run):
    async def work() -> Any:
        rig = Shown()
        return await Visitor(rig.app, scope_of(), parts(KEY, [1, 5, 0, 7])).answer()

    assert run(work).check().json == {"Item": {"pk": {"S": "a"}}}


@pytest.mark.parametrize("declared", [True, False])
def test_a_body_over_the_limit_is_answered_413(run, declared):
    async def work() -> Any:
        rig = Shown(body_bytes_max=1000)
        headers = {"Content-Length": "1001"} if declared else {}
        given = [] if declared else parts(b"a" * 1001, [500])
        return await Visitor(rig.app, scope_of(headers=headers), given).answer()

    answer = run(work)
    assert (answer.status, answer.body) == (413, b"")


def test_headers_over_the_limit_are_answered_431(run):
    async def work() -> Any:
        return await visit(Shown(head_bytes_max=1000).app, "GetItem", KEY, headers={"X": "x" * 1000})

    assert run(work).status == 431


def test_bodies_that_arrive_share_a_budget(run):
    async def work() -> Any:
        rig = Shown(bodies_bytes_max=1000)
        first = Visitor(rig.app, scope_of(), parts(b" " * 900, [900])[:1])
        await until(lambda: rig.running and rig.running.connections._held == 900)
        second = await Visitor(rig.app, scope_of(), parts(b" " * 900, [200])[:1]).answer()
        first.give(parts(KEY)[0])
        return second, await first.answer(), rig.running.connections._held

    second, first, held = run(work)
    assert (second.status, first.status, held) == (503, 200, 0)


def test_more_requests_at_once_than_the_bound_are_told_so(run):
    async def work() -> Any:
        rig = Shown(connections_max=1)
        first = Visitor(rig.app, scope_of(), [])
        await until(lambda: rig.running)
        second = await visit(rig.app, "GetItem", KEY)
        first.give(parts(KEY)[0])
        return second.status, (await first.answer()).status, (await visit(rig.app, "GetItem", KEY)).status

    assert run(work) == (503, 200, 200)


def test_a_body_that_arrives_too_slowly_is_answered_408(run):
    async def work() -> Any:
        rig = Shown()
        visitor = Visitor(rig.app, scope_of(), parts(KEY, [5])[:1])
        await until(lambda: rig.running and rig.running.connections._held)
        rig.sweep(3600)
        return await visitor.answer()

    assert run(work).status == 408


def test_an_answer_that_is_not_taken_is_given_up(run):
    async def work() -> Any:
        rig = Shown()
        visitor = Visitor(rig.app, scope_of(), parts(KEY), takes=False)
        await until(lambda: visitor.sent)
        rig.sweep(3600)
        with pytest.raises(StatorError, match="does not take its answer"):
            await visitor.task
        return len(rig.running.connections)

    assert run(work) == 0


def test_a_client_that_goes_inside_its_body_is_forgotten(run):
    async def work() -> Any:
        rig = Shown()
        visitor = Visitor(rig.app, scope_of(), [*parts(KEY, [5])[:1], GONE])
        await visitor.task
        return visitor.sent, len(rig.running.connections), rig.running.connections._held

    assert run(work) == ([], 0, 0)


def test_a_scan_whose_client_goes_is_ended(run):
    async def work() -> Any:
        rig = Shown()
        visitor = Visitor(rig.app, scope_of("Scan"), parts({"TableName": "songs"}))
        await until(lambda: rig.gate.entered)
        visitor.give(GONE)
        await visitor.task
        return visitor.sent, rig.running.driver.service.in_flight

    assert run(work) == ([], 0)


def test_a_request_that_its_server_cancels_is_ended(run):
    async def work() -> Any:
        rig = Shown()
        visitor = Visitor(rig.app, scope_of("Scan"), parts({"TableName": "songs"}))
        await until(lambda: rig.gate.entered)
        visitor.task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await visitor.task
        return rig.running.driver.service.in_flight, len(rig.running.connections)

    assert run(work) == (0, 0)


# Who may speak to it


@pytest.mark.parametrize(
    ("server", "host", "allowed", "status"),
    [
        (("127.0.0.1", 80), "rebound.example.com", (), 403),
        (("127.0.0.1", 80), "dynamo.example.com", ("dynamo.example.com",), 200),
        (("127.0.0.1", 80), "10.1.2.3:8000", (), 200),
        (("10.1.2.3", 80), "dynamo.internal", (), 200),
        (("10.1.2.3", 80), "dynamo.internal", ("other.example.com",), 403),
        (("/run/app.sock", None), "dynamo.internal", (), 200),
        (None, "testserver", (), 200),
        (("127.0.0.1", 80), "", (), 400),
    ],
)
def test_on_loopback_only_its_own_names_are_served(run, server, host, allowed, status):
    async def work() -> Any:
        app = stator.asgi.app(allowed_hosts=allowed)
        async with app:
            return await visit(app, "ListTables", {}, server=server, headers={"Host": host})

    assert run(work).status == status


# Mounts and lifespans


def test_the_path_that_it_is_mounted_at_does_not_matter(run):
    async def work() -> Any:
        rig = Shown()
        return await visit(rig.app, "GetItem", KEY, path="/data/", root_path="/data")

    assert run(work).status == 200


async def live(app: App) -> tuple[asyncio.Queue[Any], asyncio.Queue[Any], asyncio.Task[None]]:
    given: asyncio.Queue[Any] = asyncio.Queue()
    sent: asyncio.Queue[Any] = asyncio.Queue()
    task = asyncio.get_running_loop().create_task(app({"type": "lifespan"}, given.get, sent.put))  # type: ignore[arg-type]
    await given.put({"type": "lifespan.startup"})
    return given, sent, task


def test_a_lifespan_opens_the_file_and_closes_it(run, tmp_path):
    path = tmp_path / "app.db"

    async def once() -> Any:
        app = stator.asgi.app(path)
        given, sent, task = await live(app)
        assert (await sent.get())["type"] == "lifespan.startup.complete"
        db = app._running.db  # type: ignore[union-attr]
        tables = (await visit(app, "ListTables")).json
        await visit(app, "CreateTable", TABLE)
        await given.put({"type": "lifespan.shutdown"})
        assert (await sent.get())["type"] == "lifespan.shutdown.complete"
        await task
        assert db.is_closed
        return tables

    stator.asgi.app(path)
    assert not path.exists()
    assert run(once) == {"TableNames": []}
    assert run(once) == {"TableNames": ["songs"]}


def test_a_file_that_cannot_be_opened_fails_the_start_with_one_line(run, tmp_path):
    path = tmp_path / "app.db"
    path.write_bytes(b"this is no database" * 1000)

    async def work() -> Any:
        _, sent, task = await live(stator.asgi.app(path))
        await task
        return await sent.get()

    message = run(work)
    assert message["type"] == "lifespan.startup.failed"
    assert "app.db" in message["message"]
    assert "\n" not in message["message"]


def test_without_a_lifespan_the_first_request_opens_the_file(run, tmp_path):
    async def work() -> Any:
        app = stator.asgi.app(str(tmp_path / "app.db"))
        await visit(app, "CreateTable", TABLE)
        answer = await visit(app, "ListTables")
        await app.stop()
        return answer.json

    assert run(work) == {"TableNames": ["songs"]}


def test_an_app_goes_on_in_a_loop_after_the_one_that_ended(run, tmp_path):
    app = stator.asgi.app(tmp_path / "app.db")

    async def first() -> Any:
        return (await visit(app, "CreateTable", TABLE)).status

    async def second() -> Any:
        answer = await visit(app, "PutItem", {"TableName": "songs", "Item": {"pk": {"S": "a"}}})
        await app.stop()
        return answer.status

    assert (run(first), run(second)) == (200, 200)


def test_several_apps_on_different_files_share_a_process(run, tmp_path):
    async def work() -> Any:
        one, two = (
            stator.asgi.app(tmp_path / "one.db"),
            stator.asgi.app(tmp_path / "two.db", region="eu-west-1"),
        )
        async with one, two:
            await visit(one, "CreateTable", TABLE)
            arn = (await visit(one, "DescribeTable", {"TableName": "songs"})).json["Table"]["TableArn"]
            return arn, (await visit(two, "ListTables")).json, (await visit(two, "", b"", method="GET")).body

    arn, tables, health = run(work)
    assert arn.startswith("arn:aws:dynamodb:us-east-1:")
    assert tables == {"TableNames": []}
    assert health == b"healthy: dynamodb.eu-west-1.amazonaws.com "


@pytest.mark.parametrize("place", [":memory:", "app.db"])
def test_an_open_database_stays_open_and_can_be_used_afterwards(run, tmp_path, place):
    db = open_database(place if place == ":memory:" else str(tmp_path / place), durability="relaxed")

    async def work() -> Any:
        async with stator.asgi.app(db) as app:
            await visit(app, "CreateTable", TABLE)

    run(work)
    item = {"TableName": "songs", "Item": {"pk": {"S": "a"}}}
    InProcess(db).call("PutItem", item)

    async def again() -> Any:
        async with stator.asgi.app(db) as app:
            return (await visit(app, "GetItem", {"TableName": "songs", "Key": item["Item"]})).json

    assert run(again) == {"Item": {"pk": {"S": "a"}}}
    db.close()


def test_what_stator_open_gave_is_served_and_used_beside(run, tmp_path):
    db = stator.open(tmp_path / "app.db", durability="relaxed")

    async def work() -> Any:
        async with stator.asgi.app(db) as app:
            await visit(app, "CreateTable", TABLE)
            await asyncio.to_thread(db.table("songs").put_item, Item={"pk": "a", "n": 1})
            return (await visit(app, "GetItem", KEY)).json

    assert run(work) == {"Item": {"pk": {"S": "a"}, "n": {"N": "1"}}}
    db.table("songs").put_item(Item={"pk": "a"})
    db.close()


def test_an_endpoint_is_no_file_to_serve():
    with pytest.raises(SettingError, match="is an endpoint"):
        stator.asgi.app("http://127.0.0.1:9")


def test_what_is_elsewhere_cannot_be_served():
    with pytest.raises(SettingError, match="cannot be served"):
        stator.asgi.app(stator.open("http://127.0.0.1:9"))


def test_a_stop_lets_what_has_begun_end(run):
    async def work() -> Any:
        rig = Shown()
        visitor = Visitor(rig.app, scope_of("Scan"), parts({"TableName": "songs"}))
        await until(lambda: rig.gate.entered)
        stopping = asyncio.get_running_loop().create_task(rig.app.stop())
        await asyncio.sleep(0)
        rig.gate.open = True
        answer = await visitor.answer()
        await stopping
        return answer.json

    assert run(work) == {"Count": 0}


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"regoin": "us-east-1"}, "regoin"),
        ({"log_format": "xml"}, "allowed: text or json"),
    ],
)
def test_a_wrong_setting_is_named_when_the_app_is_made(settings, said):
    with pytest.raises(SettingError, match=said):
        stator.asgi.app("app.db", **settings)


def test_a_websocket_is_closed(run):
    async def work() -> Any:
        sent: list[Any] = []

        async def receive() -> Any:
            return {"type": "websocket.connect"}

        async def send(message: Any) -> None:
            sent.append(message)

        await Shown().app({"type": "websocket"}, receive, send)
        return sent

    assert run(work) == [{"type": "websocket.close", "code": 1000}]
