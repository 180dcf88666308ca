"""`python -m systems.truthbyte`: what a person types, sees, and is told when it cannot be done."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from truthbyte_play import Place

import stator
from systems.truthbyte import TruthByte
from systems.truthbyte.cli import main
from systems.truthbyte.cli.target import SALT_VARIABLE

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
SAMPLE = HERE / "sample_questions.jsonl"
BY_TAGS = HERE / "sample_questions_by_tags.jsonl"


@dataclass
class Said:
    """`out`: what was asked for; `told`: the words beside it."""

    code: int
    out: str
    told: str


Run = Callable[..., Said]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """A command in a folder of its own; `given` is what is piped into it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv(SALT_VARIABLE, "pepper")

    def run(*words: str | Path, given: str = "") -> Said:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(given.encode()), encoding="utf-8"))
        capfd.readouterr()
        try:
            code = main([str(word) for word in words])
        except SystemExit as end:
            code = int(end.code or 0)
        seen = capfd.readouterr()
        return Said(code, seen.out, seen.err)

    return run


@pytest.fixture
def uploaded(run: Run) -> Run:
    assert run("upload", "--environment", "dev", "--file", SAMPLE).code == 0
    return run


# Tables and questions


def test_the_first_command_makes_tables_and_uploads(run: Run) -> None:
    said = run("upload", "--environment", "dev", "--file", SAMPLE)
    assert said.code == 0
    assert "9 tables made in truthbyte.db" in said.told
    assert "16 questions in dev in truthbyte.db" in said.told
    assert re.search(r"^general +16$", said.out, re.MULTILINE)
    again = run("upload", "--environment", "dev", "--file", SAMPLE)
    assert again.code == 0
    assert again.out == said.out
    assert "made" not in again.told


def test_questions_may_come_by_standard_input(run: Run) -> None:
    assert run("upload", "--file", "-", given=BY_TAGS.read_text()).code == 0
    assert re.search(r"^science +Science +2$", run("categories").out, re.MULTILINE)


def test_faulty_lines_are_told_by_their_numbers_and_the_others_uploaded(run: Run, tmp_path: Path) -> None:
    lines = SAMPLE.read_text().splitlines()
    lines[3] = '{"id": "t004"}'
    lines[9:9] = ["not JSON"]
    (tmp_path / "some.jsonl").write_text("\n".join(lines))
    said = run("upload", "--file", "some.jsonl")
    assert said.code == 1
    assert "some.jsonl, line 4: answer: None is not true or false" in said.told
    assert "some.jsonl, line 10: it is not JSON" in said.told
    assert "15 questions in dev" in said.told


def test_only_the_first_faults_are_told_one_by_one(run: Run, tmp_path: Path) -> None:
    (tmp_path / "bad.jsonl").write_text("\n".join(["x"] * 30 + [SAMPLE.read_text().splitlines()[0]]))
    said = run("upload", "--file", "bad.jsonl")
    assert said.code == 1
    assert said.told.count("it is not JSON") == 10
    assert "bad.jsonl: 20 further lines could not be read" in said.told


def test_tables_are_made_and_dropped(run: Run) -> None:
    made = run("create")
    assert (made.code, len(made.out.splitlines())) == (0, 9)
    assert "dev-truthbyte-questions" in made.out
    assert run("create").out == ""
    kept = run("drop")
    assert (kept.code, kept.out) == (1, "")
    assert "nothing was deleted" in kept.told
    gone = run("drop", "--yes")
    assert (gone.code, sorted(gone.out.splitlines())) == (0, sorted(made.out.splitlines()))
    assert "dev has no tables" in run("drop", "--yes").told


def test_environments_are_apart(uploaded: Run) -> None:
    assert run_codes(uploaded, "prod") == [1, 0, 0]
    assert "no categories yet" in uploaded("categories", "--environment", "prod").told
    assert re.search(r"^general .* 16$", uploaded("categories").out, re.MULTILINE)


def run_codes(run: Run, environment: str) -> list[int]:
    words = (["categories"], ["create"], ["categories"])
    return [run(*each, "--environment", environment).code for each in words]


def test_a_fetch_says_which_way_it_went(uploaded: Run) -> None:
    said = uploaded("fetch", "music", "--count", "2", "--answers")
    assert said.code == 0
    assert len(re.findall(r"^t0\d\d +\d .* (?:yes|no)$", said.out, re.MULTILINE)) == 2
    assert "music: 2 of the 3 found, by the category index" in said.told
    with stator.open("truthbyte.db") as db:
        db.table("dev-truthbyte-question-categories").delete()
    said = uploaded("fetch", "music", "--count", "2")
    assert said.code == 0
    assert "by a scan of the questions table" in said.told
    assert "yes" not in said.out
    assert uploaded("fetch", "nothing").code == 1


# People


def test_answers_earn_trust(uploaded: Run) -> None:
    assert uploaded("answer", "ann", "t001", "yes", "--took", "2500").out == "right; ann has trust 1\n"
    assert uploaded("answer", "ann", "t001", "no").out == "wrong; ann has trust 0\n"
    assert uploaded("answer", "ann", "t001", "maybe").code == 2
    said = uploaded("answer", "ann", "t999", "yes")
    assert (said.code, said.told) == (1, "truthbyte: there is no question 't999'\n")


def test_a_day_is_played_from_a_pipe_once(uploaded: Run) -> None:
    said = uploaded("play", "--user", "ann", given="p\n" + "y\n" * 10)
    assert said.code == 0
    assert re.search(r"^\d+ of 10 right: rank [SABCD]$", said.out, re.MULTILINE)
    assert "10/10" in said.out
    assert said.out.count("  > y\n") == 10
    again = uploaded("play", "--user", "ann", given="y\n" * 10)
    assert (again.code, again.out) == (1, "")
    assert re.fullmatch(
        r"ann has played today's challenge\. The next one is there in \d+ h \d+ min\.\n", again.told
    )
    assert uploaded("play", "--user", "bob", given="n\n" * 10).code == 0


def test_a_pipe_that_ends_early_submits_nothing(uploaded: Run) -> None:
    said = uploaded("play", "--user", "ann", given="y\n" * 4)
    assert said.code == 1
    assert "Nothing was submitted" in said.told
    assert uploaded("user", "ann").code == 1


def test_another_day_is_played_or_refused(uploaded: Run) -> None:
    today = datetime.now(UTC).date()
    yesterday, long_ago, tomorrow = (str(today + timedelta(days=days)) for days in (-1, -30, 1))
    assert uploaded("play", "--user", "ann", "--date", yesterday, given="y\n" * 10).code == 0
    again = uploaded("play", "--user", "ann", "--date", yesterday, given="y\n" * 10)
    assert (again.code, again.told) == (1, f"ann has played the challenge of {yesterday}.\n")
    assert "is over" in uploaded("play", "--user", "ann", "--date", long_ago, given="y\n" * 10).told
    assert "is yet to come" in uploaded("play", "--user", "ann", "--date", tomorrow, given="y\n" * 10).told
    assert uploaded("play", "--date", "yesterday").code == 2


def test_a_user_has_trust_streaks_and_days(uploaded: Run) -> None:
    uploaded("play", "--user", "ann", given="y\n" * 10)
    uploaded("answer", "ann", "t001", "yes")
    said = uploaded("user", "ann")
    assert said.code == 0
    assert re.search(r"^trust +1$", said.out, re.MULTILINE)
    assert re.search(r"^streak +\d days?, best \d$", said.out, re.MULTILINE)
    assert re.search(rf"^{datetime.now(UTC).date()} +\d+ % +[SABCD] +(?:yes|no)$", said.out, re.MULTILINE)
    nobody = uploaded("user", "nobody")
    assert (nobody.code, nobody.told) == (1, "nobody has not played or answered in dev yet\n")


def test_sessions_are_opened_found_and_listed(uploaded: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = uploaded("session", "open", "203.0.113.7")
    assert opened.code == 0
    name = opened.out.splitlines()[1].split()[0]
    assert name in uploaded("session", "show", name).out
    assert name in uploaded("session", "list", "203.0.113.7").out
    assert name not in uploaded("session", "list", "203.0.113.8").out
    assert "203.0.113.7" not in opened.out
    assert uploaded("session", "show", "x").told == "truthbyte: there is no session x in dev\n"
    assert uploaded("session", "open", "here").code == 1
    for _ in range(20):
        last = uploaded("session", "open", "203.0.113.7").out.splitlines()[1].split()
    assert "yes" in last
    refused = propose(uploaded, "--session", last[0])
    assert refused.code == 1
    assert "its address opened too many" in refused.told
    monkeypatch.delenv(SALT_VARIABLE)
    said = uploaded("session", "open", "203.0.113.7")
    assert said.code == 1
    assert SALT_VARIABLE in said.told


def propose(run: Run, *more: str, question: str = "Is this a good question?") -> Said:
    return run(
        "propose", "--user", "ann", "--question", question, "--answer", "yes", "--category", "music",
        "--category", "new things", *more,
    )  # fmt: skip


def test_proposals_are_listed_approved_and_rejected(uploaded: Run) -> None:
    first, second = (propose(uploaded).out.strip() for _ in range(2))
    listed = uploaded("moderate", "list")
    assert (listed.code, first in listed.out, second in listed.out) == (0, True, True)
    approved = uploaded("moderate", "approve", first, "--by", "mod", "--difficulty", "2")
    assert approved.code == 0
    assert "music, new things, general" in approved.told
    assert re.search(r"^new things +New Things +1$", uploaded("categories").out, re.MULTILINE)
    assert uploaded("moderate", "reject", second, "--by", "mod", "--reason", "twice").code == 0
    for action in ("approve", "reject"):
        said = uploaded("moderate", action, first, "--by", "mod")
        assert (said.code, said.told) == (1, f"truthbyte: {first} is approved already\n")
    assert "nothing waits" in uploaded("moderate", "list").told
    assert uploaded("moderate", "approve", "sub_x", "--by", "mod").code == 1


def test_a_faulty_proposal_is_told_by_its_field(uploaded: Run) -> None:
    assert propose(uploaded, question="Short?").told == (
        "truthbyte: question: has 6 characters; it takes 10 to 200\n"
    )
    for _ in range(3):
        assert propose(uploaded).code == 0
    assert "3 proposals an hour" in propose(uploaded).told


# Files


def test_an_export_is_imported_elsewhere(uploaded: Run, tmp_path: Path) -> None:
    uploaded("play", "--user", "ann", given="y\n" * 10)
    said = uploaded("export", "--to", "backup")
    assert said.code == 0
    assert "items of dev are in backup" in said.told
    assert len((tmp_path / "backup" / "questions.jsonl").read_text().splitlines()) == 16
    first = json.loads((tmp_path / "backup" / "questions.jsonl").read_text().splitlines()[0])
    assert first["Item"]["answer"] in ({"BOOL": True}, {"BOOL": False})
    back = uploaded("import", "--environment", "prod", "--database", "other.db", "--from", "backup")
    assert (back.code, back.out) == (0, said.out)
    user = uploaded("user", "ann", "--environment", "prod", "--database", "other.db")
    assert user.out == uploaded("user", "ann").out


# Money


def test_costs_are_told_for_one_environment_and_for_two_side_by_side(uploaded: Run) -> None:
    one = uploaded("costs", "--environment", "dev")
    assert one.code == 0
    assert "us-east-1" in one.out
    for word in ("categories", "fetch general", "approve", "dev-truthbyte-questions"):
        assert word in one.out
    assert uploaded("upload", "--environment", "prod", "--file", BY_TAGS).code == 0
    two = uploaded("costs", "--environment", "dev", "--environment", "prod")
    assert two.code == 0
    assert "dev: read" in two.out
    assert "prod-truthbyte-questions" in two.out


def test_another_price_file_is_taken(uploaded: Run, tmp_path: Path) -> None:
    own = json.loads((ROOT / "systems" / "costs" / "prices.json").read_text())
    (tmp_path / "mine.json").write_text(json.dumps({**own, "region": "eu-west-1", "as_of": "2026-01-01"}))
    assert "eu-west-1, on-demand, as of 2026-01-01" in uploaded("costs", "--prices", "mine.json").out
    (tmp_path / "mine.json").write_text("{}")
    said = uploaded("costs", "--prices", "mine.json")
    assert (said.code, said.told) == (1, "truthbyte: mine.json: it has no region\n")


# What cannot be done


@pytest.mark.parametrize(
    "words", [["categories"], ["play"], ["drop"], ["costs"], ["export", "--to", "x"]], ids=" ".join
)
def test_a_file_that_is_not_there_is_not_made_by_reading(run: Run, tmp_path: Path, words: list[str]) -> None:
    said = run(*words, "--database", "no.db")
    assert said.code == 1
    assert said.told.startswith("truthbyte: no.db is not there: `python -m systems.truthbyte create")
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize(
    "words",
    [
        ["categories"],
        ["fetch", "music"],
        ["play"],
        ["user", "ann"],
        ["costs"],
        ["export", "--to", "x"],
        ["moderate", "list"],
    ],
    ids=" ".join,
)
def test_tables_that_are_not_there_are_told_with_what_makes_them(uploaded: Run, words: list[str]) -> None:
    said = uploaded(*words, "--environment", "prod")
    assert (said.code, said.out) == (1, "")
    assert said.told == (
        "truthbyte: prod has no tables, or not all, in truthbyte.db: "
        "`python -m systems.truthbyte create --environment prod` makes them\n"
    )


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["upload", "--file", "no.jsonl"], 1, "truthbyte: no.jsonl: No such file or directory\n"),
        (["upload", "--file", "."], 1, "truthbyte: .: Is a directory\n"),
        (["upload"], 2, "truthbyte: the following arguments are required: --file"),
        (
            ["upload", "--environment", "test", "--file", "x"],
            2,
            "truthbyte: argument --environment: invalid choice",
        ),
        (["costs", "--environment", "test"], 2, "truthbyte: argument --environment: invalid choice"),
        (["costs", "--prices", "no.json", "--database", ":memory:"], 1, "truthbyte: no.json: "),
        (["import", "--from", "nowhere"], 1, "truthbyte: nowhere has none of the files"),
        (
            ["fetch", "--count", "none", "music"],
            2,
            "truthbyte: argument --count: 'none' is not a whole number",
        ),
        (["fetch", "--count", "101", "--database", ":memory:"], 1, "truthbyte: count: 101 is not 1 to 100"),
        (["frobnicate"], 2, "truthbyte: argument COMMAND: invalid choice"),
        ([], 2, "truthbyte: the following arguments are required: COMMAND"),
        (["categories", "--database", "http://127.0.0.1:9"], 1, "truthbyte: "),
        (["timings", "--file", "no.jsonl"], 1, "truthbyte: no.jsonl: No such file"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_what_cannot_be_done_is_told_in_one_line(run: Run, words: list[str], code: int, says: str) -> None:
    said = run(*words)
    assert said.code == code
    assert said.told.startswith(says), said.told
    assert said.told.count("\n") == 1, said.told


def test_an_empty_file_has_no_questions(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").write_text("\n")
    said = run("upload", "--file", "empty.jsonl")
    assert (said.code, said.told) == (1, "truthbyte: empty.jsonl has no questions\n")


@pytest.mark.parametrize(
    "words",
    [[], ["upload"], ["play"], ["moderate", "approve"], ["costs"], ["timings"], ["session", "open"]],
    ids=" ".join,
)
def test_help_is_there(run: Run, words: list[str]) -> None:
    said = run(*words, "--help")
    assert said.code == 0
    assert "usage: python -m systems.truthbyte" in said.out


# Elsewhere


@pytest.mark.parametrize("place", ["http"], indirect=True)
def test_the_same_commands_go_to_a_server(place: Place, run: Run) -> None:
    where = ("--database", str(place.url))
    assert run("upload", "--file", SAMPLE, *where).code == 0
    assert run("play", "--user", "ann", *where, given="y\n" * 10).code == 0
    assert "ann has played" in run("play", "--user", "ann", *where).told
    assert "by the category index" in run("fetch", "food", *where).told
    assert run("costs", *where).code == 0


def test_aws_is_reached_in_its_region(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a call to it: where a session would go."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    opened: list[tuple[object, dict[str, object]]] = []
    real = stator.open

    def open_(target: object, **options: object) -> stator.DB:
        opened.append((target, options))
        return real(":memory:")

    monkeypatch.setattr("stator.open", open_)
    said = run(
        "upload", "--environment", "prod", "--file", SAMPLE, "--database", "aws", "--region", "us-west-2"
    )
    assert said.code == 0
    ((session, options),) = opened
    assert getattr(session, "region_name", None) == "us-west-2"
    assert options == {"region": "us-west-2"}


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ([], "AWS: no region is set; --region names one"),
        (["--region", "us-west-2"], "AWS: no credentials are set; `aws configure` sets them"),
    ],
    ids=["region", "credentials"],
)
def test_what_aws_needs_is_told(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, more: list[str], says: str
) -> None:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    said = run("categories", "--database", "aws", *more)
    assert (said.code, said.told) == (1, f"truthbyte: {says}\n")


# Ctrl-C


def generated(count: int) -> str:
    made = (
        {"id": f"g{n}", "question": f"Is {n} even?", "answer": n % 2 == 0, "tags": ["numbers"]}
        for n in range(count)
    )
    return "".join(f"{json.dumps(each)}\n" for each in made)


def test_ctrl_c_ends_an_upload_with_true_counts(tmp_path: Path) -> None:
    (tmp_path / "many.jsonl").write_text(generated(5_000))
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT / "src"), str(ROOT)))}
    command = [sys.executable, "-m", "systems.truthbyte", "upload", "--file", "many.jsonl"]
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stderr is not None
        assert "9 tables made" in process.stderr.readline()
        process.send_signal(signal.SIGINT)
        _out, told = process.communicate(timeout=60)
    assert process.returncode == 1
    stopped = re.search(
        r"stopped after ([\d,]+) of 5,000 questions; the counts are those of what is there", told
    )
    assert stopped, told
    assert "Traceback" not in told
    with stator.open(tmp_path / "truthbyte.db") as db:
        game = TruthByte(db)
        counts = {each.name: each.count for each in game.categories()}
        done = int(stopped[1].replace(",", ""))
        assert counts == dict.fromkeys(counts, done)
        assert game.tables.how_many_in("general") == done
