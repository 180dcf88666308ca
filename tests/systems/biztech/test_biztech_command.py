"""`python -m systems.biztech`: what a person types, and what they see."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytest.importorskip("rich", reason="rich is not installed")

import stator
from stator.engine.database import Database
from stator.server.background import BackgroundServer
from stator.storage.memory import MemoryStore
from systems.biztech import BizTech
from systems.biztech.cli import main
from systems.biztech.cli.actions import in_cents

ROOT = Path(__file__).resolve().parents[3]
EVENT = "social;2026"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(params=("file", "http"))
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where the club is: a file, or a server's URL."""
    if request.param == "file":
        yield str(tmp_path / "club.db")
        return
    served = Database(MemoryStore())
    with BackgroundServer(served) as url:
        yield url
    served.close()


@pytest.fixture
def run(place: str, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command; its exit code, what it printed, and what it said beside."""

    def ran(*words: str, database: str = place) -> tuple[int, str, str]:
        code = main([*words, "--database", database])
        return code, *capsys.readouterr()

    return ran


# Command, what is in its output, what is in what it says beside; one after the other on the same club.
STORY: tuple[tuple[tuple[str, ...], tuple[str, ...], str], ...] = (
    (("tables", "create"), ("biztechEvents\n", "bizBtxPrices\n"), "26 tables made"),
    (("tables", "create"), (), "all tables are there already"),
    (("tables", "list"), ("biztechRegistrations", "eventID;year", "event-query"), ""),
    (("event", "list"), (), "there are no events"),
    (("event", "create", "social", "2026", "Social", "--capacity", "2"), (EVENT,), ""),
    (("register", "ann@example.com", EVENT, "--fname", "Ann", "--lname", "Lee"), ("ann@example.com has a place",), ""),
    (("register", "ben@example.com", EVENT), ("ben@example.com has a place",), ""),
    (("register", "cid@example.com", EVENT), ("cid@example.com is number 1 on its waiting list",), ""),
    (("event", "show", EVENT), ("Ann Lee", "waitlist 1"), "Social: 2 of 2 places taken, 1 waiting"),
    (("cancel", "ben@example.com", EVENT), ("has cancelled social;2026", "cid@example.com has the place now"), ""),
    (("event", "capacity", EVENT, "5"), (), "nobody waited"),
    (("check-in", "ann@example.com", EVENT), ("ann@example.com is here since 20",), ""),
    (("members", "add", "ann@example.com", "Ann", "Lee", "--faculty", "Arts"), ("ann@example.com is a member",), ""),
    (("members", "add", "cid@example.com", "Cid", "Moe"), (), ""),
    (("members", "profile", "ann@example.com", EVENT), ("-",), ""),
    (("members", "profile", "cid@example.com", EVENT), ("-",), ""),
    (("members", "list"), ("Ann", "Moe", "Arts"), "2 members"),
    (("members", "show", "ann@example.com"), ("Ann Lee <ann@example.com>, Arts", "checkedIn"), ""),
    (
        ("quest", "connect", "ann@example.com", "cid@example.com", EVENT),
        ("ann@example.com has met Cid Moe", "4 more for connect-5"), "",
    ),
    (("quest", "connect", "cid@example.com", "ann@example.com", EVENT), ("cid@example.com had met Ann Lee",), ""),
    (("quest", "show", "cid@example.com", EVENT), ("cid@example.com    1",), ""),
    (("quest", "ranking", EVENT), ("ann@example.com", "cid@example.com"), ""),
    (("prize", "list"), (), "there are no prizes"),
    (("prize", "add", "mug", "Mug", "--price", "50", "--stock", "1"), ("Mug costs 50 points",), ""),
    (("points", "award", "ann@example.com", EVENT, "60", "came early"), ("ann@example.com has 60 points",), ""),
    (
        ("prize", "redeem", "ann@example.com", EVENT, "mug", "--token", "a"),
        ("ann@example.com paid 50 points for mug and has 10",), "",
    ),
    (("prize", "redeem", "ann@example.com", EVENT, "mug", "--token", "a"), ("and has 10",), ""),
    (("prize", "list"), ("none left",), ""),
    (("prize", "restock", "mug", "3"), ("Mug: 3 left",), ""),
    (("points", "show", "ann@example.com", EVENT), ("+60", "-50", "prize Mug", "has 10 points"), ""),
    (("sticker", "open", EVENT), ("the voting of social;2026 is open",), ""),
    (("sticker", "place", "ann@example.com", EVENT, "Kites", "golden"), ("has put golden on Kites",), ""),
    (("sticker", "counts", EVENT), ("Kites", "golden"), ""),
    (("sticker", "take-back", "ann@example.com", EVENT, "Kites", "golden"), ("has taken golden off Kites",), ""),
    (("sticker", "close", EVENT), ("is closed",), ""),
    (("invest", "fund", EVENT, "20.50"), (), "2 users got $20.50 each"),
    (("invest", "standings", EVENT), ("funding",), ""),
    (("judge", "add", "jo@example.com", EVENT, "Jo"), ("Jo judges at social;2026",), ""),
    (("judge", "list", EVENT), ("jo@example.com",), ""),
)  # fmt: skip


def test_an_evening_on_the_command_line(run: Run) -> None:
    for words, shown, said in STORY:
        code, out, err = run(*words)
        assert code == 0, (words, err)
        assert all(each in out for each in shown), (words, out)
        assert said in err, (words, err)


REFUSED = (
    (("event", "show", "gala;2026"), "there is no event gala;2026"),
    (
        ("event", "show", "gala"),
        "'gala' is no event's key: it is an id, a semicolon and a year, as blueprint;2026",
    ),
    (
        ("event", "create", "a;b", "2026", "T", "--capacity", "1"),
        "id: an event's id is a text without a semicolon",
    ),
    (("cancel", "zoe@example.com", EVENT), "zoe@example.com is not registered for social;2026"),
    (("prize", "redeem", "zoe@example.com", EVENT, "boat"), "there is no prize boat"),
    (
        ("sticker", "place", "zoe@example.com", EVENT, "Kites", "blue"),
        "the voting of social;2026 is not open",
    ),
    (("quest", "connect", "zoe@example.com", "ann@example.com", EVENT), "ann@example.com is no member"),
    (("tables", "delete"), "nothing was deleted (--yes does not ask)"),
)


def test_what_is_refused_is_one_line_and_code_1(run: Run) -> None:
    run("tables", "create")
    run("event", "create", "social", "2026", "Social", "--capacity", "2")
    for words, told in REFUSED:
        code, out, err = run(*words)
        assert (code, out) == (1, ""), words
        assert told in err, words
        assert err.count("\n") == 1, err


def test_an_environment_has_its_own_tables_and_staging_warns(run: Run, place: str) -> None:
    run("tables", "create", "--environment", "production")
    code, _, err = run("event", "list")
    assert code == 1
    assert (
        f"dev has no tables, or not all, in {place}: `python -m systems.biztech tables create --database "
        in err
    )
    code, out, err = run("tables", "list")
    assert code == 1
    assert "26 tables without a count" in err
    run("tables", "create", "--environment", "staging")
    code, out, err = run("tables", "delete", "--yes", "--environment", "staging")
    assert code == 0
    assert "warning: delete_tables in 'staging': its tables are those of 'dev', too" in err
    assert out.count("\n") == 26
    code, out, err = run("tables", "delete", "--yes", "--environment", "production")
    assert "warning" not in err
    assert "biztechEventsPROD\n" in out
    assert "production has no tables" in run("tables", "delete", "--yes", "--environment", "production")[2]


def test_a_file_that_is_not_there_is_not_made_by_looking(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = tmp_path / "none.db"
    assert main(["event", "list", "--database", str(missing)]) == 1
    assert "is not there: `python -m systems.biztech tables create --database" in capsys.readouterr().err
    assert not missing.exists()


def test_the_invented_club_can_be_looked_at(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = ["--database", str(tmp_path / "club.db")]
    assert main(["seed-demo", *place]) == 0
    out, err = capsys.readouterr()
    assert "registrations" in out
    assert "seeded in" in err
    for words, shown in (
        (("event", "list"), "kickstart;2026"),
        (("event", "show", "blueprint;2026"), "waitlist 1"),
        (("quest", "ranking", "blueprint;2026"), "connect-5"),
        (("prize", "list"), "Enamel mug"),
        (("sticker", "counts", "kickstart;2026"), "Quietroom"),
        (("invest", "standings", "kickstart;2026"), "Kitefin"),
        (("judge", "list", "kickstart;2026"), "round 1"),
        (("btx", "leaders", "kickstart;2026"), "@example.com"),
    ):
        assert main([*words, *place]) == 0, words
        assert shown in capsys.readouterr().out, words
    assert main(["seed-demo", *place]) == 1
    assert "blueprint;2026 is there already" in capsys.readouterr().err
    with stator.open(place[1]) as database:
        _check(BizTech(database))


def _check(club: BizTech) -> None:
    """What the club's rules promise holds of the invented club, too."""
    assert club.events.get("blueprint;2026").registered == 48
    assert club.investments.totals("kickstart;2026").are_true
    for each in club.registrations.at("blueprint;2026", "checkedIn"):
        assert club.transactions.audit(each.id, "blueprint;2026").is_true


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "the following arguments are required: COMMAND"),
        (["prize"], "the following arguments are required: ACTION"),
        (["prize", "steal"], "invalid choice: 'steal'"),
        (["event", "show", EVENT, "--environment", "moon"], "invalid choice: 'moon'"),
        (["event", "capacity", EVENT, "many"], "invalid int value: 'many'"),
        (["invest", "fund", EVENT, "0.001"], "'0.001' is no amount such as 12.50"),
        (["sticker", "place", "a@b", EVENT, "Kites", "pink"], "invalid choice: 'pink'"),
    ],
)
def test_a_wrong_command_line_is_one_line_and_code_2(
    words: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    err = capsys.readouterr().err
    assert told in err
    assert err.count("\n") == 1
    assert "--help)" in err


COMMANDS = (
    "tables", "seed-demo", "event", "register", "cancel", "check-in", "members", "quest", "prize", "points", "sticker",
    "invest", "judge", "btx", "gateway", "consumer", "watch", "costs",
)  # fmt: skip


def test_the_help_tells_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    listed = re.findall(r"^    ([a-z][a-z-]+)", capsys.readouterr().out, re.MULTILINE)
    assert tuple(listed) == COMMANDS


def test_it_is_run_as_a_module() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "systems.biztech", "prize", "--help"], cwd=ROOT, capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0
    assert "redeem" in done.stdout


@pytest.mark.parametrize(("text", "amount"), [("12.5", 1250), ("$3", 300), ("0.01", 1), ("1e2", 10000)])
def test_amounts_are_dollars(text: str, amount: int) -> None:
    assert in_cents(text) == amount
