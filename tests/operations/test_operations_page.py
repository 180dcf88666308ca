"""docs/operations.md: it is what the tool makes of the code, it names all there is, and what it calls refused is."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from doors import Door, Refusal

from stator.api.departures import DIFFERENT, DIFFERENT_PARAMETERS, NOT_YET, PARAMETERS_NOT_YET
from stator.api.pending import IMPLEMENTED, PENDING
from stator.api.shapes import DYNAMODB, STREAMS
from stator.api.shapes.model import load

ROOT = Path(__file__).resolve().parents[2]
SERVICES = {DYNAMODB: "dynamodb", STREAMS: "dynamodbstreams"}
OPERATIONS = [(service, name) for service in SERVICES for name in load().services[service].operations]


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "generate_operations", ROOT / "tools" / "generate_operations.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def page(generator: ModuleType) -> str:
    return generator.OUTPUT.read_text()


def sections(page: str) -> dict[str, str]:
    parts = page.split("\n### ")[1:]
    return {part.partition("\n")[0]: part for part in parts}


def members(service: str, operation: str) -> list[str]:
    model = load().services[service]
    return list(model.shapes[model.operations[operation].input].members)


def test_the_page_is_what_the_tool_writes(generator: ModuleType, page: str) -> None:
    assert page == generator.render()


def test_the_page_has_every_operation_once(page: str) -> None:
    assert sorted(sections(page)) == sorted(name for _, name in OPERATIONS)
    assert page.count("\n### ") == len(OPERATIONS)


@pytest.mark.parametrize(("service", "operation"), OPERATIONS)
def test_the_page_has_every_parameter_of_an_operation_once(page: str, service: str, operation: str) -> None:
    lines = [
        line for line in sections(page)[operation].splitlines() if line.startswith(("- ", "Parameters: "))
    ]
    named: list[str] = []
    for line in lines:
        verdict, _, rest = line.partition(": ")
        names = rest if verdict in ("- As AWS", "Parameters") else rest.partition(": ")[0]
        named += [part.strip("`.") for part in names.split(", ")]
    assert sorted(named) == sorted(members(service, operation))


def test_what_departs_is_of_the_model() -> None:
    names = {name for _, name in OPERATIONS}
    assert {*DIFFERENT, *NOT_YET, *DIFFERENT_PARAMETERS, *PARAMETERS_NOT_YET} <= names
    for departures in (DIFFERENT_PARAMETERS, PARAMETERS_NOT_YET):
        for operation, of_operation in departures.items():
            service = DYNAMODB if operation in load().services[DYNAMODB].operations else STREAMS
            assert of_operation.keys() <= set(members(service, operation)), operation


def test_what_departs_is_said_in_one_place() -> None:
    pending = {name for of_service in PENDING.values() for name in of_service}
    assert not pending & {*DIFFERENT, *NOT_YET, *DIFFERENT_PARAMETERS, *PARAMETERS_NOT_YET}
    assert not DIFFERENT.keys() & NOT_YET.keys()
    for operation, later in PARAMETERS_NOT_YET.items():
        assert not later.keys() & DIFFERENT_PARAMETERS.get(operation, {}).keys()


@pytest.mark.parametrize(("service", "title"), SERVICES.items())
def test_every_parameter_of_the_installed_botocore_is_known(service: str, title: str) -> None:
    loaders = pytest.importorskip("botocore.loaders")
    installed = loaders.Loader().load_service_model(title, "service-2")
    unknown = [
        f"{name}.{member}"
        for name, operation in installed["operations"].items()
        if name in IMPLEMENTED[service]
        for member in installed["shapes"][operation["input"]["shape"]].get("members", {})
        if member not in members(service, name)
    ]
    assert unknown == []


LATER = [(operation, member) for operation, later in PARAMETERS_NOT_YET.items() for member in later]


@pytest.mark.parametrize(("operation", "member"), LATER)
def test_a_parameter_that_is_not_there_yet_is_refused_by_its_name(
    door: Door, operation: str, member: str
) -> None:
    model = load().services[DYNAMODB]
    name = model.operations[operation].input
    request = sample(name)
    for other in (*PARAMETERS_NOT_YET[operation], "IncrementalExportSpecification", "ExportType"):
        request.pop(other, None)
    request[member] = sample(model.shapes[name].members[member])
    with pytest.raises(Refusal) as refused:
        door.call(operation, request)
    assert refused.value.code == "ValidationException"
    assert refused.value.message.startswith(f"{member} is not supported by Stator: ")


@pytest.mark.parametrize("operation", NOT_YET)
def test_an_operation_that_is_not_there_yet_is_refused_by_its_name(door: Door, operation: str) -> None:
    request = sample(load().services[DYNAMODB].operations[operation].input)
    door.call("CreateTable", {**sample("CreateTableInput"), **TABLE, "TableName": request["TableName"]})
    with pytest.raises(Refusal) as refused:
        door.call(operation, request)
    assert refused.value.code == "ValidationException"
    assert refused.value.message.startswith(f"{operation} is not supported by Stator: ")


TABLE: dict[str, Any] = {
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "BillingMode": "PAY_PER_REQUEST",
}


def sample(name: str) -> Any:
    """A small value of a shape: what is required of it and no more, for whose meaning nobody vouches."""
    shape = load().services[DYNAMODB].shapes[name]
    match shape.kind:
        case "structure":
            required = shape.required or (tuple(shape.members)[:1] if name != "CreateTableInput" else ())
            return {member: sample(shape.members[member]) for member in required}
        case "list":
            return [sample(shape.element)]
        case "map":
            return {"key": sample(shape.element)}
        case "boolean":
            return True
        case "integer" | "long":
            return shape.min or 1
        case "double" | "float" | "timestamp":
            return 1.0
    return next(iter(_texts(name)))


def _texts(name: str) -> Iterator[str]:
    shape = load().services[DYNAMODB].shapes[name]
    if shape.enum:
        yield shape.enum[0]
    elif name.endswith("Arn") and name != "TableArn":
        yield "arn:aws:dynamodb:us-east-1:000000000000:table/music".ljust(shape.min or 0, "x")
    else:
        yield "a" * max(shape.min or 0, 3)
