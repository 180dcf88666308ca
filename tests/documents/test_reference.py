"""docs/reference is what the tool makes of the code, it has all that a user gets hold of, and the code's docstrings say
what has to be known: what goes in, what is raised, what is atomic, and in which unit a quantity is."""

from __future__ import annotations

import ast
import importlib.util
import inspect
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import stator

ROOT = Path(__file__).resolve().parents[2]
TOOL = ROOT / "tools" / "generate_reference.py"
griffe = pytest.importorskip("griffe", reason="griffelib is not installed")

# For tests of Stator itself, or taken by boto3 as they are
UNTOLD_PARAMETERS = {
    "stator.asgi.app": {"bounds", "clock", "operations", "rng"},
    "stator.boto3.session.Session.client": {"args", "kwargs"},
}
# Writes items: its docstring says what is atomic
WRITES = {
    "put_item",
    "update_item",
    "delete_item",
    "batch_write_item",
    "batch_writer",
    "transact_write",
    "execute",
}
ATOMIC = ("atomic", "or none")
UNITS = ("_s", "_ms", "_bytes", "seconds")


def _tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate_reference", TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


tool = _tool()
REFERENCE = tool.Reference()
ENTRIES = {entry.object.path: entry for entries in REFERENCE.entries.values() for entry in entries}
CLASSES = {path: entry.object for path, entry in ENTRIES.items() if entry.object.is_class}
FIXTURES = {entry.object.path for entry in REFERENCE.entries["pytest.md"] if entry.object.is_function}
METHODS = {
    f"{path}.{member.name}": (found, member)
    for path, found in CLASSES.items()
    for member in REFERENCE.members(found)
    if member.is_function
}
FUNCTIONS = {
    **{path: (None, entry.object) for path, entry in ENTRIES.items() if entry.object.is_function},
    **METHODS,
}


@pytest.mark.parametrize("page", tool.PAGES, ids=lambda page: page.file)
def test_a_page_is_what_the_tool_writes(page: Any) -> None:
    written = (tool.OUTPUT / page.file).read_text("utf-8")
    assert written == REFERENCE.render(page), "run: python tools/generate_reference.py"


def test_there_is_no_other_page() -> None:
    assert {each.name for each in tool.OUTPUT.iterdir()} == {page.file for page in tool.PAGES}


def test_every_public_name_of_the_package_is_there() -> None:
    exported = {getattr(stator, name) for name in stator.__all__}
    assert {f"{each.__module__}.{each.__qualname__}" for each in exported} <= ENTRIES.keys()


def test_what_is_left_out_is_there_to_be_left_out() -> None:
    by_name = {found.name: found for found in CLASSES.values()}
    missing = [
        (name, member)
        for name, members in tool.INNER.items()
        for member in members
        if name not in by_name or member not in by_name[name].all_members
    ]
    assert missing == []


@pytest.mark.parametrize("path", [*ENTRIES, *METHODS])
def test_a_public_name_has_a_docstring(path: str) -> None:
    found = ENTRIES[path].object if path in ENTRIES else METHODS[path][1]
    assert len(tool.doc_of(found)) >= len("boto3's.")


@pytest.mark.parametrize("path", CLASSES)
def test_an_attribute_is_told_of(path: str) -> None:
    found = CLASSES[path]
    told = tool.doc_of(found)
    attributes = [member for member in REFERENCE.members(found) if not member.is_function]
    untold = [each.name for each in attributes if not tool.doc_of(each) and f"`{each.name}" not in told]
    assert [name for name in untold if f"`meta.{name}`" not in told] == []


@pytest.mark.parametrize("path", [path for path in FUNCTIONS if path not in FIXTURES])
def test_what_goes_in_is_told_of(path: str) -> None:
    owner, function = FUNCTIONS[path]
    told = everything_told(owner, function)
    names = [each.name for each in function.parameters if not is_self_or_unpacked(each)]
    untold = {name for name in names if name not in told} - UNTOLD_PARAMETERS.get(path, set())
    assert untold == set()


@pytest.mark.parametrize("path", FUNCTIONS)
def test_what_is_raised_is_told_of(path: str) -> None:
    owner, function = FUNCTIONS[path]
    assert raised_in(function) - {"AttributeError"} <= set(words(everything_told(owner, function)))


@pytest.mark.parametrize("path", [path for path in METHODS if path.rpartition(".")[2] in WRITES])
def test_a_write_says_what_is_atomic(path: str) -> None:
    owner, function = METHODS[path]
    assert any(word in everything_told(owner, function).lower() for word in ATOMIC)


@pytest.mark.parametrize("path", FUNCTIONS)
def test_a_time_has_its_unit_in_its_name(path: str) -> None:
    _, function = FUNCTIONS[path]
    times = [each.name for each in function.parameters if str(each.annotation) in ("float", "float | None")]
    assert [name for name in times if not name.endswith(UNITS)] == []


def is_self_or_unpacked(parameter: Any) -> bool:
    """What an Unpack stands for is boto3's."""
    return parameter.name == "self" or str(parameter.annotation).startswith("Unpack[")


def everything_told(owner: Any, function: Any) -> str:
    """By its own docstring, its class's, and those of its counterpart in the half that is not async."""
    told = [tool.doc_of(function), "" if owner is None else tool.doc_of(owner)]
    if owner is not None and owner.name in tool.COUNTERPARTS:
        (counterpart,) = [each for each in CLASSES.values() if each.name == tool.COUNTERPARTS[owner.name]]
        if function.name in counterpart.members:
            told += [tool.doc_of(counterpart), tool.doc_of(counterpart.members[function.name])]
    if function.name == "open_async":
        told.append(tool.doc_of(ENTRIES["stator.client.native.opening.open"].object))
    return "\n".join(told)


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


def raised_in(function: Any) -> set[str]:
    """The classes that its own lines raise."""
    tree = ast.parse(inspect.cleandoc(f"\n{function.source}") if function.source else "")
    return {
        node.exc.func.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Raise)
        and isinstance(node.exc, ast.Call)
        and isinstance(node.exc.func, ast.Name)
        and node.exc.func.id[0].isupper()
    }
