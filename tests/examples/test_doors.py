"""The program for each door runs to its end and prints what it should, as a user runs it."""

from __future__ import annotations

import subprocess
import sys
import urllib.request
from importlib.metadata import entry_points
from pathlib import Path

import boto3
import pytest
from server_process import Output, this_stators_environment

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
ENVIRONMENT = {**this_stators_environment(), "PYTHONDONTWRITEBYTECODE": "1"}
EXAMPLE_S_MAX = 60
# The plugin, unless it is installed and so loads itself
LOADED = any(point.name == "stator" for point in entry_points(group="pytest11"))
PLUGIN = (*(() if LOADED else ("-p", "stator.pytest_plugin")), "-p", "no:cacheprovider", "-p", "no:xdist", "-v")
HERE_ALREADY = {"questions.py", "questions_tables.py"}
"""Programs with tests of their own, and their parts."""


def run(folder: Path, *command: str) -> str:
    done = subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env=ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=EXAMPLE_S_MAX,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


PRINTED = {
    "in_process.py": "[ ] 1 task 1\n",
    "in_process_async.py": "100 readings, the highest 96\n",
    "as_boto3.py": "sold, sold, sold out\n",
    "as_server.py": "ada 3\nbob 7\n",
}


@pytest.mark.parametrize(("name", "printed"), PRINTED.items())
def test_a_program_prints_what_it_should(name: str, printed: str, tmp_path: Path) -> None:
    assert run(tmp_path, str(EXAMPLES / name), "app.db") == printed


def test_the_list_goes_on_when_it_is_run_again(tmp_path: Path) -> None:
    run(tmp_path, str(EXAMPLES / "in_process.py"))
    assert run(tmp_path, str(EXAMPLES / "in_process.py")) == "[x] 1 task 1\n[ ] 2 task 2\n"


def test_the_tests_pass(tmp_path: Path) -> None:
    printed = run(
        tmp_path, "-m", "pytest", *PLUGIN, "--rootdir", str(EXAMPLES), str(EXAMPLES / "test_shop.py")
    )
    assert "4 passed" in printed


def test_the_template_is_applied_and_then_plans_nothing(tmp_path: Path) -> None:
    pytest.importorskip("yaml", reason="PyYAML is not installed")
    command = ("-m", "stator", "apply", str(EXAMPLES / "tables.yaml"), "--data", "app.db", "--yes")
    run(tmp_path, *command, "--parameter", "Stage=prod")
    assert "orders-prod" in run(tmp_path, "-m", "stator", "tables", "--data", "app.db")
    assert "1 unchanged" in run(tmp_path, *command, "--parameter", "Stage=prod")


def test_the_mounted_app_answers(tmp_path: Path) -> None:
    pytest.importorskip("starlette", reason="starlette is not installed")
    pytest.importorskip("uvicorn", reason="uvicorn is not installed")
    command = [sys.executable, "-m", "uvicorn", "--app-dir", str(EXAMPLES), "--port", "0", "as_asgi:app"]
    with subprocess.Popen(
        command, cwd=tmp_path, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        output = Output(process.stdout)
        try:
            endpoint = output.endpoint()
            with urllib.request.urlopen(endpoint) as page:
                assert page.read().decode() == f"DynamoDB's endpoint is {endpoint}/dynamodb/\n"
            keys = {"aws_access_key_id": "x", "aws_secret_access_key": "x", "region_name": "us-east-1"}
            client = boto3.client("dynamodb", endpoint_url=f"{endpoint}/dynamodb/", **keys)
            assert client.list_tables()["TableNames"] == []
        finally:
            process.terminate()
            process.wait(EXAMPLE_S_MAX)
            output.join()


def test_every_program_is_run_by_a_test() -> None:
    programs = {path.name for path in EXAMPLES.glob("*.py")}
    assert programs == {*PRINTED, *HERE_ALREADY, "as_asgi.py", "test_shop.py"}
