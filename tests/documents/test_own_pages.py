"""What ARCHITECTURE.md, CONTRIBUTING.md and README.md say of the tree is so."""

from __future__ import annotations

import re
import sys
import tomllib

import pytest
from pages import ROOT, fences

import stator
from stator.api.pending import IMPLEMENTED

sys.path.insert(0, str(ROOT / "tests" / "architecture"))

from test_imports import BESIDE, FLOORS

ARCHITECTURE = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
README = (ROOT / "README.md").read_text("utf-8")
SOURCE = ROOT / "src" / "stator"
_FILE = re.compile(r"`((?:\w+/)+\w+\.\w+)`")


def test_the_house_has_the_rooms_that_there_are_in_their_order() -> None:
    (house,) = [fence.text for fence in fences(ROOT / "ARCHITECTURE.md")]
    named = [line.split("  ")[0].split() for line in house.splitlines()]
    rooms = [room for line in named for room in line]
    floors = {room: floor for floor, those in enumerate(FLOORS) for room in those if room != "__main__"}
    assert sorted(rooms) == sorted(floors)
    assert [floors[room] for room in rooms] == sorted(floors[room] for room in rooms)
    for room in BESIDE:
        assert f"`{room}`" in ARCHITECTURE


@pytest.mark.parametrize("name", sorted(set(_FILE.findall(ARCHITECTURE + CONTRIBUTING))))
def test_a_file_that_is_named_is_there(name: str) -> None:
    assert (SOURCE / name).exists() or (ROOT / name).exists()


def test_every_tool_that_makes_a_page_is_told_of() -> None:
    tools = {path.name for path in (ROOT / "tools").glob("generate_*.py")}
    assert [name for name in tools if f"tools/{name}" not in CONTRIBUTING + ARCHITECTURE] == []


def test_every_command_of_make_that_is_told_of_is_there() -> None:
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    told = set(re.findall(r"`make (\w+)", README + CONTRIBUTING))
    assert {"serve", "test"} <= told <= targets


def test_the_number_of_operations_is_so() -> None:
    count = sum(len(of_service) for of_service in IMPLEMENTED.values())
    assert f"All {count} operations" in README


def test_the_version_is_one() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["version"] == stator.__version__
