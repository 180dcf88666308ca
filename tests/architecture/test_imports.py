"""The walls of the house: where imports point, how big a module may be, what a tracked file may not hold."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "stator"

# Downwards: a room may import itself and any floor below its own. Rooms on one floor do not know each other.
FLOORS: list[set[str]] = [
    {"__main__"},
    {"cli"},
    {"asgi", "pytest_plugin"},
    {"testing"},
    {"server", "boto3"},
    {"wire", "templates"},
    {"client"},
    {"api"},
    {"partiql"},
    {"engine"},
    {"expressions"},
    {"keys"},
    {"storage"},
    {"values"},
    {"limits", "errors", "clock"},
]
FLOOR = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}

# Beside the tower, on the client alone, so that they run on AWS unchanged. Commands may show them.
BESIDE = {
    "conditions": {"client", "conditions"},
    "metering": {"client", "metering"},
    "model": {"client", "model"},
}

LINES_MAX = 450
ROOMS_WITHOUT_A_PURPOSE = {"utils", "util", "helpers", "helper", "common", "base", "manager", "misc"}
BOTO3_IS_WELCOME_IN = ("boto3/", "client/", "engine/object_endpoints.py")
BUILD_MACHINE_PATH = re.compile(r"(?<![\w.~-])/(?:work|root)/")


@dataclass(frozen=True)
class Import:
    """One import statement's target, as an absolute dotted name."""

    module: Path
    line: int
    target: str

    def __str__(self) -> str:
        return f"{self.module.relative_to(PACKAGE).as_posix()}:{self.line} imports {self.target}"


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def dotted_package(module: Path) -> list[str]:
    """The package that a relative import in `module` starts from."""
    return ["stator", *module.relative_to(PACKAGE).parts[:-1]]


def is_type_checking(test: ast.expr) -> bool:
    return (isinstance(test, ast.Name) and test.id == "TYPE_CHECKING") or (
        isinstance(test, ast.Attribute) and test.attr == "TYPE_CHECKING"
    )


def nodes_that_run(node: ast.AST) -> Iterator[ast.AST]:
    """Every node below `node`, functions' bodies too, but not what only a type checker reads."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and is_type_checking(child.test):
            for other in child.orelse:
                yield other
                yield from nodes_that_run(other)
            continue
        yield child
        yield from nodes_that_run(child)


def imports_in(source: str, module: Path) -> list[Import]:
    found: list[Import] = []
    for node in nodes_that_run(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [Import(module, node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            origin = absolute_origin(node, module)
            found += [Import(module, node.lineno, f"{origin}.{alias.name}") for alias in node.names]
    return found


def absolute_origin(node: ast.ImportFrom, module: Path) -> str:
    if node.level == 0:
        return node.module or ""
    package = dotted_package(module)
    above = package[: len(package) - node.level + 1]
    return ".".join([*above, node.module] if node.module else above)


def room_of(module: Path) -> str:
    """The child of `stator` that `module` lives in; "stator" for its `__init__`, which is the public door."""
    name = module.relative_to(PACKAGE).parts[0].removesuffix(".py")
    return "stator" if name == "__init__" else name


def rooms() -> set[str]:
    """Folders and modules right under `stator`."""
    folders = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    return folders | {room_of(path) for path in PACKAGE.glob("*.py")}


def target_room(target: str) -> str | None:
    """The room an import enters; None outside Stator, and for its version. `stator.open` is the door's."""
    parts = target.split(".")
    if parts[0] != "stator" or parts[1:] == ["__version__"]:
        return None
    return parts[1] if len(parts) > 1 and parts[1] in rooms() else "stator"


def may_import(room: str, target: str) -> bool:
    """The door may import every room; no floor but the command line's may go back out through the door."""
    if room in ("stator", target):
        return True
    if room == "cli" and target in BESIDE:
        return True
    if room in BESIDE:
        return target in BESIDE[room] | {"errors", "limits", "stator"}
    if target == "stator":
        return room in {"__main__", "cli"}
    return target in FLOOR and FLOOR[target] > FLOOR[room]


def all_imports() -> list[Import]:
    return [found for path in modules() for found in imports_in(path.read_text("utf-8"), path)]


def tracked_text_files() -> Iterator[tuple[str, str]]:
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listing.returncode != 0:
        pytest.skip("not a git checkout")
    for name in listing.stdout.decode().split("\0"):
        path = ROOT / name
        if not name or not path.is_file():
            continue
        try:
            yield name, path.read_text("utf-8")
        except UnicodeDecodeError:
            continue


def test_every_room_has_a_floor() -> None:
    assert rooms() - set(FLOOR) - set(BESIDE) == {"stator"}


def test_imports_point_only_downwards() -> None:
    wrong = []
    for found in all_imports():
        target = target_room(found.target)
        if target is not None and not may_import(room_of(found.module), target):
            wrong.append(str(found))
    assert wrong == []


def test_only_clients_and_s3_import_boto3_or_botocore() -> None:
    wrong = [
        str(found)
        for found in all_imports()
        if found.target.split(".")[0] in {"boto3", "botocore", "s3transfer", "awscli"}
        and not found.module.relative_to(PACKAGE).as_posix().startswith(BOTO3_IS_WELCOME_IN)
    ]
    assert wrong == []


def test_no_module_outgrows_its_subject() -> None:
    lengths = {path: len(path.read_text("utf-8").splitlines()) for path in modules()}
    assert {path.relative_to(ROOT).as_posix(): n for path, n in lengths.items() if n > LINES_MAX} == {}


def test_no_room_is_named_for_no_purpose() -> None:
    names = {part.removesuffix(".py") for path in modules() for part in path.relative_to(PACKAGE).parts}
    assert names & ROOMS_WITHOUT_A_PURPOSE == set()


def test_every_module_opens_with_what_it_is() -> None:
    silent = [
        path.relative_to(ROOT).as_posix()
        for path in modules()
        if not ast.get_docstring(ast.parse(path.read_text("utf-8")))
    ]
    assert silent == []


def test_no_tracked_file_holds_a_path_of_the_machine_it_was_built_on() -> None:
    wrong = []
    for name, text in tracked_text_files():
        wrong += [
            f"{name}:{number}"
            for number, line in enumerate(text.splitlines(), 1)
            if BUILD_MACHINE_PATH.search(line)
        ]
    assert wrong == []


@pytest.mark.parametrize(
    ("source", "targets"),
    [
        ("import stator.engine.items", ["stator.engine.items"]),
        ("from stator import errors", ["stator.errors"]),
        ("from stator.api import call, tables", ["stator.api.call", "stator.api.tables"]),
        ("from . import space", ["stator.keys.space"]),
        ("from .space import table_key", ["stator.keys.space.table_key"]),
        ("from ..values import numbers", ["stator.values.numbers"]),
        ("def late():\n    import stator.server", ["stator.server"]),
        ("try:\n    import uvloop\nexcept ImportError:\n    uvloop = None", ["uvloop"]),
        ("if TYPE_CHECKING:\n    import stator.server", []),
        ("if typing.TYPE_CHECKING:\n    import stator.server\nelse:\n    import json", ["json"]),
    ],
)
def test_the_parser_sees_what_runs_and_only_that(source: str, targets: list[str]) -> None:
    module = PACKAGE / "keys" / "encoding.py"
    assert [found.target for found in imports_in(source, module)] == targets


@pytest.mark.parametrize(
    ("room", "target", "allowed"),
    [
        ("cli", "server", True),
        ("engine", "keys", True),
        ("engine", "errors", True),
        ("engine", "engine", True),
        ("keys", "engine", False),
        ("values", "storage", False),
        ("errors", "limits", False),
        ("wire", "server", False),
        ("model", "client", True),
        ("model", "engine", False),
        ("stator", "client", True),
        ("cli", "stator", True),
        ("__main__", "cli", True),
        ("engine", "stator", False),
    ],
)
def test_the_rule_is_downwards(room: str, target: str, allowed: bool) -> None:
    assert may_import(room, target) is allowed


@pytest.mark.parametrize(
    ("line", "caught"),
    [
        ("see " + "/wo" + "rk/shared", True),
        ("HOME=" + "/ro" + "ot/.cache", True),
        ("src/work/queue.py", False),
        ("https://example.org/root/a", False),
        ("../shared/data", False),
    ],
)
def test_a_path_of_a_build_machine_is_known_when_seen(line: str, caught: bool) -> None:
    assert bool(BUILD_MACHINE_PATH.search(line)) is caught
