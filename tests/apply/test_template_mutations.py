"""Templates with any one value replaced: they are applied, or told to be wrong in one line, and never anything else."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from template_cases import BY_NAME, TEMPLATES
from template_texts import plan_of

from stator.client.transport import Transport
from stator.errors import SettingError
from stator.templates.applying import ApplyError
from stator.templates.documents import read_document
from stator.templates.faults import TemplateError
from stator.templates.places import place_of
from stator.templates.rehearsal import rehearse
from stator.templates.stacks import read_stacks

VALUES: list[Any] = [
    None,
    5,
    "",
    "x",
    True,
    [],
    {},
    [1],
    {"Ref": "x"},
    {"Ref": 1},
    {"Fn::Sub": []},
    {"Fn::If": 1},
]
MUTATED = ["everything", "sam", "loops", "conditions", "cdk-template", "policies", "given"]
TOLD = (TemplateError, ApplyError, SettingError)


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    members = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, each in members:
        yield from _places(each, (*path, key))


def _with(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    made = copy.deepcopy(value)
    at = made
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = new
    return made


def _told(read: Callable[[], object]) -> str:
    """What is told of a template; nothing when it is fine."""
    try:
        read()
    except TOLD as error:
        return str(error)
    return ""


@pytest.mark.parametrize("name", MUTATED)
def test_a_template_with_a_value_replaced_is_applied_or_told_to_be_wrong(
    name: str, memory: Transport
) -> None:
    value = read_document(TEMPLATES / BY_NAME[name].template).value
    given = dict(BY_NAME[name].given)
    place = place_of(memory)

    def go_through(text: str) -> None:
        rehearse([plan_of(memory, text, **given)], place)

    for number, path in enumerate(_places(value)):
        text = json.dumps(_with(value, path, VALUES[number % len(VALUES)]))
        assert "\n" not in _told(partial(go_through, text)), text
    assert memory.call("ListTables", {})["TableNames"] == []


def test_serverless_with_a_value_replaced_is_read_or_told_to_be_wrong(tmp_path: Path) -> None:
    value = read_document(TEMPLATES / "serverless.yml").value
    file = tmp_path / "serverless.json"
    for number, path in enumerate(_places(value)):
        for new in (VALUES[number % len(VALUES)], "${self:custom}", "${self:", "${}"):
            file.write_text(json.dumps(_with(value, path, new)), "utf-8")
            read = partial(read_stacks, file, None, {}, "us-east-1", "000000000000")
            assert "\n" not in _told(read), (path, new)
