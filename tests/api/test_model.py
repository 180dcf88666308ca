"""The generated model: it is botocore's, it is complete, and every operation of it can be decoded."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from stator.api.pending import IMPLEMENTED, PENDING
from stator.api.shapes import model
from stator.api.shapes.request_types import AttributeValue, Base64Text, request_type

botocore = pytest.importorskip("botocore")
ROOT = Path(__file__).resolve().parents[2]
SERVICES = {model.DYNAMODB: "dynamodb", model.STREAMS: "dynamodbstreams"}
OPERATIONS = [(service, operation) for service in SERVICES for operation in model.service(service).operations]


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate_model", ROOT / "tools" / "generate_model.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_file_is_what_the_tool_writes(generator: ModuleType) -> None:
    if botocore.__version__ != model.load().botocore:
        pytest.skip(f"model.json is of botocore {model.load().botocore}, installed is {botocore.__version__}")
    assert generator.OUTPUT.read_text() == generator.render(generator.generate())


@pytest.mark.parametrize("service", SERVICES)
def test_every_operation_of_the_installed_botocore_is_implemented_or_listed_with_a_reason(
    generator: ModuleType, service: str
) -> None:
    installed = set(generator.generate()["services"][service]["operations"])
    assert installed - IMPLEMENTED[service] - PENDING[service].keys() == set()


@pytest.mark.parametrize("service", SERVICES)
def test_no_operation_is_listed_twice_or_unknown_to_the_model(service: str) -> None:
    assert not IMPLEMENTED[service] & PENDING[service].keys()
    assert set(model.service(service).operations) == IMPLEMENTED[service] | PENDING[service].keys()


@pytest.mark.parametrize(("service", "operation"), OPERATIONS)
def test_every_operation_has_a_type(service: str, operation: str) -> None:
    assert request_type(operation, service) is request_type(operation, service)


def test_the_written_out_attribute_value_is_the_models() -> None:
    shapes = model.service().shapes
    assert {name: _spelled(shapes, shape) for name, shape in shapes["AttributeValue"].members.items()} == {
        name: _plain(hint) for name, hint in AttributeValue.__annotations__.items()
    }


def _spelled(shapes: dict[str, model.Shape], name: str) -> str:
    shape = shapes[name]
    match shape.kind:
        case "list":
            return f"list[{_spelled(shapes, shape.element)}]"
        case "map":
            return f"dict[str, {_spelled(shapes, shape.element)}]"
    return {"string": "str", "blob": Base64Text.__name__, "boolean": "bool"}.get(shape.kind, name)


def _plain(hint: Any) -> str:
    return str(getattr(hint, "__forward_arg__", hint))


@pytest.mark.parametrize("service", SERVICES)
def test_every_shape_that_is_named_exists(service: str) -> None:
    shapes = model.service(service).shapes
    named = {
        name
        for shape in shapes.values()
        for name in (*shape.members.values(), shape.element, shape.key)
        if name
    }
    assert named <= shapes.keys()


def test_where_the_service_is_stricter_than_its_model_the_service_counts() -> None:
    shapes = model.service().shapes
    assert shapes["KeySchema"].max is None
    assert model.member_shape(shapes, "CreateTableInput", "KeySchema").max == 2
    assert model.member_shape(shapes, "GlobalSecondaryIndex", "KeySchema").max is None
