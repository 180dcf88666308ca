"""The command line, on a file and on a server: what it prints, and how it refuses."""

from __future__ import annotations

import io
import json
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from stator.engine.database import Database
from stator.server.background import BackgroundServer
from stator.storage.memory import MemoryStore
from systems.letsgo.cli import main

Run = Callable[..., tuple[int, str, str]]
ORDER = '{"category": "orders", "key": "2023-123456", "customerId": "cust-123", "total": 120, "price": 9.95}'


@pytest.fixture(params=["file", "http"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "file":
        yield str(tmp_path / "a.db")
        return
    database = Database(MemoryStore())
    with BackgroundServer(database) as url:
        yield url
    database.close()


@pytest.fixture
def run(place: str, capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*arguments: str) -> tuple[int, str, str]:
        code = main([*arguments, "--database", place])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    assert run("setup") == (0, "made letsgo-main\n", "")
    return run


def test_a_second_setup_changes_nothing(run: Run) -> None:
    assert run("setup") == (0, "letsgo-main is there already\n", "")


def test_an_item_is_put_listed_got_and_removed(run: Run) -> None:
    assert run("db", "put", ORDER) == (0, "", "")
    assert run("db", "ls", "orders", "2023-") == (0, "2023-123456\n", "")
    code, out, _ = run("db", "get", "orders", "2023-123456")
    assert (code, json.loads(out)) == (0, json.loads(ORDER))
    assert run("db", "rm", "orders", "2023-123456")[1] == "removed 1 item\n"
    assert run("db", "rm", "orders", "2023-123456")[1] == "removed 0 items\n"
    assert run("db", "get", "orders", "2023-123456") == (1, "", "There is no 2023-123456 in orders.\n")
    assert run("db", "ls", "orders") == (0, "", "No such items.\n")


def test_an_item_comes_from_standard_input(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(ORDER))
    assert run("db", "put", "--stdin")[0] == 0
    code, out, _ = run("db", "ls", "orders", "-o", "json")
    assert (code, json.loads(out)) == (0, {"items": [json.loads(ORDER)], "nextToken": None})
    assert "9.95" in out


def test_a_list_tells_the_command_that_goes_on(run: Run) -> None:
    for number in range(5):
        run("db", "put", json.dumps({"category": "orders", "key": f"a b/{number}"}))
    code, out, told = run("db", "ls", "orders", "a b/", "-l", "3", "--full")
    assert (code, out.count('"category": "orders"')) == (0, 3)
    words = shlex.split(told.partition(": ")[2])
    assert words[:3] == ["python", "-m", "systems.letsgo"]
    code, out, told = run(*words[3:])
    assert (code, out.count('"category": "orders"'), told) == (0, 2, "")


def test_all_of_a_prefix_is_removed(run: Run) -> None:
    for key in ("a/1", "a/2", "b/1"):
        run("db", "put", json.dumps({"category": "orders", "key": key}))
    code, out, _ = run("db", "rm", "orders", "a/", "--prefix", "-o", "json")
    assert (code, json.loads(out)) == (0, {"removedCount": 2})
    assert run("db", "ls", "orders")[1] == "b/1\n"
    assert run("db", "rm", "orders", "-p")[1] == "removed 1 item\n"


def test_environments_are_apart(run: Run) -> None:
    assert run("setup", "--environment", "dev")[1] == "made letsgo-dev\n"
    run("db", "put", ORDER, "-d", "dev")
    assert run("db", "ls", "orders")[1] == ""
    assert run("db", "ls", "orders", "--deployment", "dev")[1] == "2023-123456\n"


REFUSED = [
    (("db", "put", "{"), "the item is not JSON: "),
    (("db", "put", "[1]"), "the item is not a JSON object"),
    (("db", "put", "{}"), "a category is a text that is not empty, not None"),
    (("db", "put"), "give the item as JSON, or --stdin, and not both"),
    (("db", "put", ORDER, "-s"), "give the item as JSON, or --stdin, and not both"),
    (
        ("db", "put", '{"category": "letsgo-tenant", "key": "x"}'),
        "category 'letsgo-tenant' begins with 'letsgo'",
    ),
    (("db", "ls", "letsgo-tenant"), "category 'letsgo-tenant' begins with 'letsgo'"),
    (("db", "ls", "orders", "-n", "x"), "the next token is malformed"),
    (("db", "ls", "orders", "-l", "0"), "a limit is at least 1, not 0"),
    (("db", "rm", "orders"), "name the key, or say --prefix"),
    (("tenant", "get", "ten-1"), "there is no tenant ten-1"),
    (("tenant", "add", "ten-1", "idn-1"), "there is no tenant ten-1"),
    (("invite", "accept", "ten-1", "inv-1", "idn-1"), "invitation inv-1 to ten-1 cannot be accepted"),
    (
        ("invite", "accept", "ten/1", "inv-1", "idn-1"),
        "Invitation: tenant_id is 'ten/1', which holds the separator",
    ),
    (("identity", "get", "idn-1"), "there is no identity idn-1"),
    (("db", "ls", "orders", "-d", "stage"), "there is no table letsgo-stage in "),
]


@pytest.mark.parametrize(("arguments", "says"), REFUSED, ids=range(len(REFUSED)))
def test_what_is_refused_is_one_line_and_1(run: Run, arguments: tuple[str, ...], says: str) -> None:
    code, out, told = run(*arguments)
    assert (code, out, told.count("\n")) == (1, "", 1)
    assert told.startswith(f"letsgo: {says}")


@pytest.mark.parametrize("arguments", [[], ["db"], ["db", "drop"], ["db", "ls"], ["--no"]])
def test_a_command_that_is_none_is_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage: python -m systems.letsgo" in capsys.readouterr().err


def test_a_file_that_is_not_there_is_not_made_but_by_setup(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["db", "ls", "orders", "--database", str(tmp_path / "none.db")]) == 1
    assert "`python -m systems.letsgo setup --database " in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_the_platform_by_hand(run: Run) -> None:
    ann, bob = (run("identity", "id", "https://login.example.com/", who)[1].strip() for who in ("ann", "bob"))
    tenant = run("tenant", "create", "Acme", "--by", ann)[1].strip()
    invitation = run("invite", "create", tenant, "--by", ann)[1].strip()
    assert run("invite", "ls", tenant)[1].startswith(f"{invitation}\t{ann}\t")
    assert run("invite", "accept", tenant, invitation, bob) == (0, "", "")
    assert run("tenant", "members", tenant)[1].split() == sorted((ann, bob))
    assert run("tenant", "ls", "--of", bob)[1].startswith(f"{tenant}\tAcme\tfree\t")
    assert json.loads(run("tenant", "change", tenant, "--plan", "team")[1])["planId"] == "team"
    assert json.loads(run("tenant", "get", tenant)[1])["displayName"] == "Acme"
    assert run("identity", "put", bob, '{"name": "Bob"}') == (0, "", "")
    assert json.loads(run("identity", "get", bob)[1])["user"] == {"name": "Bob"}
    assert run("db", "ls", "letsgo-tenant", "--system")[1] == f"{tenant}\n"
    run("invite", "create", tenant, "--by", ann)
    assert run("tenant", "remove", tenant, ann) == (0, "", "")
    assert run("tenant", "rm", tenant) == (0, "", "")
    assert run("tenant", "ls") == (0, "", "")
    assert run("invite", "ls", tenant) == (0, "", "")
    assert run("issuer", "put", "https://a.example.com/", "https://a.example.com/jwks") == (0, "", "")
    assert run("issuer", "ls")[1] == "https://a.example.com/\thttps://a.example.com/jwks\n"
    assert run("issuer", "rm", "https://a.example.com/") == (0, "", "")
    assert run("issuer", "ls")[1] == ""
