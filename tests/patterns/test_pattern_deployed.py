"""The functions of the SAM templates: importable by the name that a template gives, fed by the real stream, and
reaching the database as they would on AWS, by boto3's environment."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
import yaml

boto3 = pytest.importorskip("boto3", reason="boto3 is not installed")
from botocore.stub import Stubber  # noqa: E402
from together import records_of  # noqa: E402

import stator  # noqa: E402
from patterns import connections, outbox, time_based  # noqa: E402
from patterns.catalogue import CATALOGUE, FUNCTIONS  # noqa: E402
from patterns.lambdas import feed  # noqa: E402
from patterns.running import Running  # noqa: E402
from stator.clock import ManualClock  # noqa: E402
from stator.engine.database import Database  # noqa: E402
from stator.model import ref  # noqa: E402
from stator.server.background import BackgroundServer  # noqa: E402
from stator.storage.memory import MemoryStore  # noqa: E402

TEMPLATES = Path(__file__).resolve().parents[2] / "docs" / "patterns" / "templates"
TOPIC = "arn:aws:sns:eu-west-1:123456789012:order-messages.fifo"
VALUES = {
    "TOPIC": TOPIC,
    "SOCKETS_URL": "https://api.execute-api.eu-west-1.amazonaws.com/prod",
}
START_S = 1_893_456_000


def template_of(name: str) -> dict[str, Any]:
    template: dict[str, Any] = yaml.safe_load((TEMPLATES / f"{name}.yaml").read_text("utf-8"))
    return template


def function_of(name: str) -> dict[str, Any]:
    resources = template_of(name)["Resources"].values()
    (function,) = [each for each in resources if each["Type"] == "AWS::Serverless::Function"]
    properties: dict[str, Any] = function["Properties"]
    return properties


def mapping_of(name: str) -> dict[str, Any]:
    (event,) = function_of(name)["Events"].values()
    properties: dict[str, Any] = event["Properties"]
    return properties


@pytest.fixture
def on_aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A server where boto3's environment says that AWS is."""
    database = Database(MemoryStore(), clock=ManualClock(START_S))
    with BackgroundServer(database) as url:
        for name, value in {
            "AWS_ENDPOINT_URL_DYNAMODB": url,
            "AWS_ENDPOINT_URL_DYNAMODB_STREAMS": url,
            "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "x",
            "AWS_DEFAULT_REGION": "eu-west-1",
        }.items():
            monkeypatch.setenv(name, value)
        monkeypatch.delenv("AWS_PROFILE", raising=False)
        with stator.open(boto3.Session()) as db:
            yield db
    database.close()


def deployed(name: str, monkeypatch: pytest.MonkeyPatch) -> tuple[ModuleType, Any]:
    """The handler's module and the handler, as Lambda loads them: with the template's environment, and nothing kept of
    another test's."""
    function = function_of(name)
    for variable in function.get("Environment", {}).get("Variables", {}):
        monkeypatch.setenv(variable, VALUES[variable])
    path, _, attribute = function["Handler"].rpartition(".")
    module = importlib.import_module(path)
    for cached in vars(module).values():
        if hasattr(cached, "cache_clear"):
            cached.cache_clear()
    return module, getattr(module, attribute)


def run_outbox(module: Any, handler: Any, db: Any) -> None:
    shop: Any = Running(outbox.PATTERN, db).design
    outbox.place(shop, outbox.Order(order_id="o1", total=3), outbox.NOW)
    with Stubber(module.topics()) as topics:
        topics.add_response(
            "publish",
            {"MessageId": "m", "SequenceNumber": "1"},
            {
                "TopicArn": TOPIC,
                "Subject": "order-placed",
                "Message": '{"order_id":"o1","message_id":"o1-placed","topic":"order-placed"}',
                "MessageGroupId": "o1",
                "MessageDeduplicationId": "o1-placed",
            },
        )
        feed(db, "orders", handler)
        topics.assert_no_pending_responses()


def run_time_based(module: Any, handler: Any, db: Any) -> None:
    telemetry: Any = Running(time_based.PATTERN, db).design
    for hour in (9, 8):
        telemetry.create(time_based.event(hour, datetime(2030, 1, 3, hour, tzinfo=UTC), float(hour)))
    feed(db, "telemetry", handler)
    assert telemetry.latest_of("d1").value == 9.0


def run_connections(module: Any, handler: Any, db: Any) -> None:
    chat: Any = Running(connections.PATTERN, db).design
    chat.create(connections.opened("c4", "di", "lobby"))
    chat.erase(ref(connections.Connection, connection_id="c2"))
    records = records_of(db, "connections")  # before c4 is removed, which is a change as well
    with Stubber(module.sockets()) as sockets:
        sockets.add_response("post_to_connection", {}, {"ConnectionId": "c1", "Data": b"bo left"})
        sockets.add_client_error("post_to_connection", "GoneException", http_status_code=410)
        assert handler({"Records": records}, None) == {"batchItemFailures": []}
        sockets.assert_no_pending_responses()
    assert chat.connection("c4") is None


RUNS: dict[str, Callable[[Any, Any, Any], None]] = {
    "time_based": run_time_based,
    "connections": run_connections,
    "outbox": run_outbox,
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_handler_that_a_template_names_is_fed_by_the_real_stream(
    name: str, on_aws: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    Running(CATALOGUE[name], on_aws).prepare()
    module, handler = deployed(name, monkeypatch)
    RUNS[name](module, handler, on_aws)


def test_what_could_not_be_published_is_given_again(on_aws: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    Running(outbox.PATTERN, on_aws).prepare()
    module, handler = deployed("outbox", monkeypatch)
    outbox.place(outbox.Shop(on_aws), outbox.Order(order_id="o1", total=3), outbox.NOW)
    with Stubber(module.topics()) as topics:
        topics.add_client_error("publish", "ThrottledException", http_status_code=400)
        topics.add_response("publish", {"MessageId": "m"})
        feed(on_aws, "orders", handler)
        topics.assert_no_pending_responses()


# What the mapping hands on


def matches(pattern: Mapping[str, Any], given: Any) -> bool:
    """As Lambda filters: every member of the pattern, each a list of what may be."""
    return all(_member_matches(expected, given.get(name)) for name, expected in pattern.items())


def _member_matches(expected: Any, given: Any) -> bool:
    if isinstance(expected, dict):
        return isinstance(given, dict) and matches(expected, given)
    return any(
        (given is not None) is each["exists"] if isinstance(each, dict) else given == each
        for each in expected
    )


def sample_records(name: str, db: Any) -> list[Mapping[str, Any]]:
    """All kinds of changes of all kinds of items."""
    running = Running(CATALOGUE[name], db)
    running.run()
    table = running.design.db.Table(CATALOGUE[name].design.table.name)
    foreign = {"pk": "x"} if name == "connections" else {"pk": "x", "sk": "x"}
    table.put_item(Item=foreign)
    table.put_item(Item={**foreign, "more": 1})
    table.delete_item(Key=foreign)
    return records_of(running.design.db, table.name)


class Room:
    def in_room(self, room: str) -> Any:
        return SimpleNamespace(all=lambda: [connections.opened("c9", "zoe", room)])


class Kept(list[Any]):
    def put(self, entity: Any, **more: Any) -> None:
        self.append(entity)


def acts(name: str, record: Mapping[str, Any]) -> bool:
    """Whether the handler does anything for a record."""
    kept = Kept()
    handler = {
        "outbox": lambda: outbox.relay_of(kept.append),
        "connections": lambda: connections.presence_of(Room(), lambda to, text: kept.append(to)),  # type: ignore[arg-type]
        "time_based": lambda: time_based.latest_by(kept),  # type: ignore[arg-type]
    }[name]()
    assert handler({"Records": [record]}, None) == {"batchItemFailures": []}
    return bool(kept)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_filter_hands_on_what_the_handler_acts_on_and_nothing_else(name: str, in_memory: Any) -> None:
    patterns = [json.loads(each["Pattern"]) for each in mapping_of(name)["FilterCriteria"]["Filters"]]
    records = sample_records(name, in_memory)
    assert {each["eventName"] for each in records} == {"INSERT", "MODIFY", "REMOVE"}
    handed_on = [any(matches(each, record) for each in patterns) for record in records]
    assert handed_on == [acts(name, record) for record in records]
    assert {True, False} == set(handed_on)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_is_mapped_to_its_tables_stream_and_may_do_what_it_does(name: str) -> None:
    template = template_of(name)
    resources, mapping = template["Resources"], mapping_of(name)
    table, attribute = mapping["Stream"]["Fn::GetAtt"]
    assert attribute == "StreamArn"
    assert resources[table]["Properties"]["StreamSpecification"]["StreamViewType"] in (
        "NEW_IMAGE",
        "OLD_IMAGE",
    )
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    named = set(references(function_of(name)))
    assert named <= {*resources, *template.get("Parameters", {})}
    assert set(function_of(name).get("Environment", {}).get("Variables", {})) <= set(VALUES)


def references(value: Any) -> Iterator[str]:
    """Every resource or parameter that is named."""
    if isinstance(value, list):
        for each in value:
            yield from references(each)
    elif isinstance(value, dict):
        for name, each in value.items():
            if name == "Ref":
                yield each
            elif name == "Fn::GetAtt":
                yield each[0]
            elif name == "Fn::Sub":
                parts = [part.partition("}")[0] for part in each.split("${")[1:]]
                yield from (part for part in parts if not part.startswith("AWS::"))
            else:
                yield from references(each)
