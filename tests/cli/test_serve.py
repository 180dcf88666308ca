"""`stator serve` as a person runs it: a process, its one line, its exit."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import stator
from stator import cli

SOURCE = Path(stator.__file__).parents[1]
READY = re.compile(r"Stator is ready at (http://\S+) with (.*)\n")
POSIX_ONLY = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")


def environment(**extra: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("STATOR_")}
    return {**kept, "PYTHONPATH": str(SOURCE), **extra}


@pytest.fixture
def serve(tmp_path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str, **env: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "stator", "serve", *arguments]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        started.append(subprocess.Popen(command, cwd=tmp_path, env=environment(**env), text=True, **pipes))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


def ready(process: subprocess.Popen[str]) -> tuple[str, str]:
    line = process.stdout.readline()
    found = READY.fullmatch(line)
    assert found, line + process.stderr.read()
    return found[1], found[2]


def health(endpoint: str) -> str:
    connection = http.client.HTTPConnection(urlsplit(endpoint).netloc)
    connection.request("GET", "/")
    text = connection.getresponse().read().decode()
    connection.close()
    return text


def stop(process: subprocess.Popen[str], number: int = signal.SIGTERM) -> tuple[int, str, str]:
    process.send_signal(number)
    out, err = process.communicate(timeout=20)
    return process.returncode, out, err


@POSIX_ONLY
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_says_in_one_line_where_it_serves_what_and_ends_cleanly(serve, tmp_path, number):
    process = serve("--port", "0")
    endpoint, data = ready(process)
    assert data == str(tmp_path / "stator.db")
    assert health(endpoint) == "healthy: dynamodb.us-east-1.amazonaws.com "
    code, out, err = stop(process, number)
    assert (code, out) == (0, "")
    assert "Traceback" not in err
    assert (tmp_path / "stator.db").is_file()


@POSIX_ONLY
def test_memory_says_that_nothing_is_kept(serve, tmp_path):
    process = serve("-inMemory", "--port", "0", "--region", "eu-west-1")
    endpoint, data = ready(process)
    assert data == "memory: nothing is kept"
    assert health(endpoint) == "healthy: dynamodb.eu-west-1.amazonaws.com "
    code, _, err = stop(process)
    assert code == 0
    assert "-inMemory is DynamoDB Local's flag; here it is --data :memory:" in err
    assert list(tmp_path.iterdir()) == []


@POSIX_ONLY
def test_settings_come_from_the_environment_and_the_file(serve, tmp_path):
    (tmp_path / "stator.toml").write_text('data = ":memory:"\nregion = "eu-north-1"')
    process = serve(STATOR_PORT="0")
    endpoint, data = ready(process)
    assert data == "memory: nothing is kept"
    assert "eu-north-1" in health(endpoint)


@POSIX_ONLY
def test_beyond_loopback_the_ready_line_says_what_that_means(serve):
    process = serve("--host", "0.0.0.0", "--allow-anyone", "--port", "0", "--data", ":memory:")
    _, data = ready(process)
    assert "anyone who reaches 0.0.0.0 can read and write everything" in data


@POSIX_ONLY
def test_the_seed_of_hardships_is_printed(serve):
    process = serve("--like-aws", "--seed", "7", "--port", "0", "--data", ":memory:")
    ready(process)
    assert "with --seed 7" in stop(process)[2]


def failed(process: subprocess.Popen[str]) -> tuple[int, str]:
    out, err = process.communicate(timeout=20)
    assert out == ""
    assert "Traceback" not in err
    assert err.count("\n") == 1
    return process.returncode, err


def test_a_busy_port_says_what_to_do_and_makes_no_file(serve, tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, err = failed(serve("--port", str(port)))
    assert code == 1
    assert f"port {port} of 127.0.0.1 is in use" in err
    assert "--port 0" in err
    assert list(tmp_path.iterdir()) == []


def test_a_file_of_something_else_is_refused_and_left_untouched(serve, tmp_path):
    (tmp_path / "notes.txt").write_text("my notes")
    code, err = failed(serve("--port", "0", "--data", "notes.txt"))
    assert code == 1
    assert "is no Stator file" in err
    assert (tmp_path / "notes.txt").read_text() == "my notes"


@pytest.mark.parametrize("data", ["absent/stator.db", "."])
def test_a_place_that_cannot_hold_the_file_is_said_in_one_line(serve, tmp_path, data):
    code, err = failed(serve("--port", "0", "--data", data))
    assert code == 1
    assert str(tmp_path) in err


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="who may write anywhere")
def test_a_folder_that_cannot_be_written_is_said_in_one_line(serve, tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    code, err = failed(serve("--port", "0", "--data", "closed/stator.db"))
    assert code == 1
    assert str(closed) in err


def test_a_wrong_setting_is_exit_code_2(serve):
    code, err = failed(serve("--port", "http"))
    assert (code, err) == (2, "stator: --port is 'http'; allowed: 0 to 65535; 0 picks a free one\n")


def test_beyond_loopback_needs_a_word(serve):
    code, err = failed(serve("--host", "0.0.0.0"))
    assert code == 2
    assert "--allow-anyone" in err


def test_a_host_that_is_not_there_is_said_in_one_line(serve):
    code, err = failed(serve("--host", "192.0.2.1", "--allow-anyone"))
    assert code == 1
    assert "no address of this machine" in err


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["serve", "--help"], ["serve", "-help"]])
def test_help_and_version_are_exit_code_0(arguments, capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    assert ended.value.code == 0
    assert "stator" in capsys.readouterr().out


def test_the_version_is_the_packages(capsys):
    with pytest.raises(SystemExit):
        cli.main(["--version"])
    assert capsys.readouterr().out == f"stator {stator.__version__}\n"


def test_without_a_command_the_commands_are_shown(capsys):
    assert cli.main([]) == 0
    assert "serve" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments", [["bogus"], ["serve", "--bogus"], ["serve", "--por", "1"], ["serve", "more"]]
)
def test_a_wrong_command_line_is_exit_code_2(arguments):
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    assert ended.value.code == 2


def test_importing_the_package_and_asking_for_help_load_no_server():
    heavy = "{'asyncio', 'apsw', 'msgspec', 'httptools'}"
    code = f"import sys, stator, stator.cli; print(sorted({heavy} & set(sys.modules)))"
    command = [sys.executable, "-c", code]
    assert (
        subprocess.run(command, env=environment(), capture_output=True, text=True, check=True).stdout
        == "[]\n"
    )


def test_an_s3_endpoint_beside_an_s3_folder_is_refused(serve):
    code, err = failed(serve("--s3-endpoint", "http://127.0.0.1:9000", "--s3-folder", "."))
    assert code == 2
    assert "s3_endpoint and s3_folder are both given; allowed: one of them" in err


def test_an_s3_endpoint_without_its_library_is_refused_and_names_the_extra(serve, tmp_path):
    hides = "u.find_spec = lambda name, *rest, was=u.find_spec: None if name == 'botocore' else was(name, *rest)"
    (tmp_path / "sitecustomize.py").write_text(f"import importlib.util as u\n{hides}\n")
    path = os.pathsep.join((str(tmp_path), str(SOURCE)))
    code, err = failed(serve("--s3-endpoint", "http://127.0.0.1:9000", PYTHONPATH=path))
    assert code == 2
    assert "pip install 'stator[s3]'" in err
