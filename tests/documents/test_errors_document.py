"""docs/errors.md has each error that a user can meet: every class, every refusal of the server and of the commands."""

from __future__ import annotations

import ast
import http.client
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from stator.cli import FAILED, WRONG_USE
from stator.cli.check import CLEAN, DAMAGED, UNCHECKED
from stator.engine.database import Database
from stator.server.background import BackgroundServer
from stator.storage.memory import MemoryStore

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "stator"
PAGE = (ROOT / "docs" / "errors.md").read_text("utf-8")
HTTP_REFUSALS = ("Refusal", "refuse", "_refuse")
FRAGMENT_CHARS_MIN = 8


def trees(*folders: Path) -> Iterator[tuple[Path, ast.AST]]:
    for folder in folders:
        for path in sorted(folder.rglob("*.py")):
            yield path, ast.parse(path.read_text("utf-8"))


def name_of(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def error_classes() -> dict[str, Path]:
    """Each class that is a ServiceError or a StatorError, by the names of bases."""
    bases = {
        node.name: (path, [name_of(base) for base in node.bases])
        for path, tree in trees(SOURCE)
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }

    def is_error(name: str) -> bool:
        if name in ("ServiceError", "StatorError"):
            return True
        return name in bases and any(is_error(base) for base in bases[name][1])

    return {name: path for name, (path, _) in bases.items() if is_error(name)}


CLASSES = error_classes()


@pytest.mark.parametrize("name", sorted(CLASSES))
def test_every_class_is_there(name: str) -> None:
    assert f"`{name}`" in PAGE, f"{name}, of {CLASSES[name].relative_to(ROOT)}"


def test_no_class_is_there_that_is_not_in_the_code() -> None:
    rows = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", PAGE, re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`([A-Z]\w+)`", row)}
    assert len(named) > 50
    assert named - CLASSES.keys() == set()


def fragments_of(message: ast.expr) -> list[str]:
    """The texts of a message that do not differ from one time to the next."""
    if isinstance(message, ast.Constant) and isinstance(message.value, str):
        return [message.value]
    if isinstance(message, ast.JoinedStr):
        return [str(part.value) for part in message.values if isinstance(part, ast.Constant)]
    return []


def refusals_of_commands() -> Iterator[tuple[str, str]]:
    """The longest of those texts in each error that a command raises."""
    for path, tree in trees(SOURCE / "cli"):
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and node.exc.args):
                continue
            if name_of(node.exc.func) in CLASSES:
                longest = max(fragments_of(node.exc.args[0]), key=len, default="").strip(" :;()'")
                if len(longest) >= FRAGMENT_CHARS_MIN:
                    yield f"{path.name}:{node.lineno}", longest


def words(text: str) -> str:
    return " ".join(re.findall(r"[\w-]+", text))


@pytest.mark.parametrize(("place", "text"), list(refusals_of_commands()), ids=lambda each: each[:40])
def test_every_refusal_of_a_command_is_there(place: str, text: str) -> None:
    sentence = re.split(r"\. (?=[A-Z])| \((?=[a-z`])", text)[0]
    assert words(sentence) in words(PAGE), place


def refusals_of_the_server() -> Iterator[tuple[int, str]]:
    for _, tree in trees(SOURCE / "server"):
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and name_of(node.func) in HTTP_REFUSALS and len(node.args) == 2:
                status, message = node.args
                if isinstance(status, ast.Constant) and isinstance(status.value, int):
                    yield status.value, max(fragments_of(message), key=len, default="")


@pytest.mark.parametrize(("status", "text"), sorted(set(refusals_of_the_server())))
def test_every_refusal_of_the_server_is_there(status: int, text: str) -> None:
    rows = [row for row in PAGE.splitlines() if row.startswith(f"| {status} |")]
    assert rows != []
    sentence = text.split(". ")[0]
    assert any(words(sentence) in words(row) or shared(words(sentence), row) for row in rows), text


def shared(sentence: str, row: str) -> bool:
    """Whether the row has the sentence's beginning or its end: what is in the middle may differ."""
    quoted = [words(text) for text in re.findall(r"`([^`]+)`", row)]
    return any(each and (sentence.startswith(each) or sentence.endswith(each)) for each in quoted)


def test_the_exit_codes_are_those_of_the_code() -> None:
    assert (FAILED, WRONG_USE) == (1, 2)
    assert (CLEAN, DAMAGED, UNCHECKED) == (0, 1, 2)
    assert re.findall(r"^\| (\d) \| ", PAGE, re.MULTILINE) == ["0", "1", "2"]


@pytest.mark.parametrize(
    ("method", "content_type", "status"),
    [("GET", None, 200), ("PUT", "application/x-amz-json-1.0", 404), ("POST", "text/plain", 404)],
)
def test_what_is_not_the_protocol_is_answered_as_the_page_says(
    method: str, content_type: str | None, status: int
) -> None:
    with BackgroundServer(Database(MemoryStore())) as endpoint:
        connection = http.client.HTTPConnection(urlsplit(endpoint).netloc)
        connection.request(method, "/", b"{}", {"Content-Type": content_type} if content_type else {})
        response = connection.getresponse()
        body = response.read().decode()
        connection.close()
    assert response.status == status
    assert body.strip().partition(":")[0].strip() in PAGE
