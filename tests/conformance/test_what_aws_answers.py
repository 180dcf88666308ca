"""Every fact of `aws_facts`, held in process and over HTTP."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from aws_facts import (
    batches,
    costs,
    definitions,
    index_changes,
    items,
    many_keys,
    projections,
    reads,
    values,
    writes,
)
from aws_facts.case import Call, Case, Expected, Refused, RefusedLike, mismatch
from aws_facts.tables import TABLES
from doors import Door, HttpDoor, InProcessDoor, Refusal, http_door

MODULES = (values, writes, items, projections, reads, many_keys, batches, definitions, index_changes, costs)
CASES = [
    pytest.param(case, id=f"{module.__name__[10:]}: {case.name}"[:150])
    for module in MODULES
    for case in module.CASES
]


@pytest.fixture(scope="module")
def shared_http_door() -> Iterator[HttpDoor]:
    with http_door() as door:
        yield door


@pytest.mark.parametrize("case", CASES)
def test_in_process(case: Case) -> None:
    _hold(InProcessDoor(), case)


@pytest.mark.parametrize("case", CASES)
def test_over_http(case: Case, shared_http_door: HttpDoor) -> None:
    """The server is shared, so a case leaves no table behind."""
    try:
        _hold(shared_http_door, case)
    finally:
        _clear(shared_http_door)


def test_every_case_has_a_name_of_its_own() -> None:
    names = [parameter.id for parameter in CASES]
    assert sorted(set(names)) == sorted(names)


def _hold(door: Door, case: Case) -> None:
    calls = [*case.given, case.call, *(call for call, _ in case.then)]
    for name in sorted(_tables_named(calls)):
        door.call("CreateTable", {"TableName": name, **TABLES[name]})
    for operation, request in case.given:
        door.call(operation, request)
    _check(door, case.call, case.expected)
    for call, expected in case.then:
        _check(door, call, expected)


def _tables_named(value: Any) -> set[str]:
    if isinstance(value, str):
        return {value} & TABLES.keys()
    if isinstance(value, dict):
        return _tables_named([*value, *value.values()])
    if isinstance(value, list | tuple):
        return set().union(*map(_tables_named, value))
    return set()


def _check(door: Door, call: Call, expected: Expected) -> None:
    outcome = _outcome(door, call)
    if isinstance(expected, Refused):
        assert (expected.code, expected.message) == outcome
    elif isinstance(expected, RefusedLike):
        assert isinstance(outcome, tuple), f"accepted: {outcome}"
        assert expected.code == outcome[0]
        assert re.search(expected.pattern, outcome[1], re.DOTALL), outcome[1]
    else:
        assert isinstance(outcome, dict), f"refused: {outcome}"
        assert mismatch(expected, outcome) is None


def _outcome(door: Door, call: Call) -> dict[str, Any] | tuple[str, str]:
    """The answer, or an error's code and message."""
    try:
        return door.call(*call)
    except Refusal as refusal:
        return refusal.code, refusal.message


def _clear(door: Door) -> None:
    while names := door.call("ListTables", {})["TableNames"]:
        for name in names:
            try:
                door.call("DeleteTable", {"TableName": name})
            except Refusal:
                door.call("UpdateTable", {"TableName": name, "DeletionProtectionEnabled": False})
