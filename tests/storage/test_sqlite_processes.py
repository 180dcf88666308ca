"""Several processes on one file, a killed one, a forked one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import stator
from stator.errors import StatorError
from stator.storage import open_store
from stator.storage.contract import Store, Transaction, decode_counter, encode_counter

OpenStore = Callable[..., Store]

WRITER = """
import sys
from stator.storage import open_store
from stator.storage.contract import decode_counter, encode_counter

path, name, count = sys.argv[1], sys.argv[2].encode(), int(sys.argv[3])
store = open_store(path, "relaxed")

def work(own):
    own.put(b"shared", encode_counter(decode_counter(own.get(b"shared")) + 1))
    own.add(b"counter", 1)
    own.append(b"log", name)
    own.put(b"last/" + name, b"%d" % number)

print("ready", flush=True)
sys.stdin.readline()
for number in range(count):
    store.transact(work)
store.close()
"""

ACKNOWLEDGER = """
import sys
from stator.storage import open_store

store = open_store(sys.argv[1])
number = 0
while True:
    def work(own):
        for part in range(3):
            own.put(b"%d/%08d" % (part, number), bytes([number % 256]) * (1000 * (part + 1)))
        own.add(b"n", 1)
    store.transact(work)
    sys.stdout.write("%d\\n" % number)
    sys.stdout.flush()
    number += 1
"""

ECHO = """
import sys
from stator.storage import open_store

store = open_store(sys.argv[1], "relaxed")
print("ready", flush=True)
for line in sys.stdin:
    key, value = line.encode().split()
    store.transact(lambda own: own.put(key, value))
    print("done", flush=True)
store.close()
"""


def start(program: str, *arguments: str) -> subprocess.Popen[str]:
    source = str(Path(stator.__file__).parents[1])
    return subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": source},
    )


def line_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def tell(process: subprocess.Popen[str], line: str) -> None:
    assert process.stdin is not None
    process.stdin.write(line + "\n")
    process.stdin.flush()


def test_processes_that_write_one_file_lose_nothing(sqlite_path: str) -> None:
    count = 150
    writers = [start(WRITER, sqlite_path, name, str(count)) for name in "ab"]
    assert [line_of(writer) for writer in writers] == ["ready", "ready"]
    for writer in writers:
        tell(writer, "go")
    store = open_store(sqlite_path, "relaxed")

    def work(own: Transaction) -> None:
        own.put(b"shared", encode_counter(decode_counter(own.get(b"shared")) + 1))
        own.add(b"counter", 1)
        own.append(b"log", b"c")

    for _ in range(count):
        store.transact(work)
    for writer in writers:
        writer.communicate()
        assert writer.returncode == 0
    assert decode_counter(store.get(b"shared")) == 3 * count
    assert decode_counter(store.get(b"counter")) == 3 * count
    assert [store.get(b"last/" + name) for name in (b"a", b"b")] == [b"%d" % (count - 1)] * 2
    with store.snapshot() as snapshot:
        rows, _ = snapshot.range(b"log", b"loh", 10_000)
    assert [key for key, _ in rows] == [b"log" + encode_counter(number) for number in range(1, 3 * count + 1)]
    assert sorted(value for _, value in rows) == [b"a"] * count + [b"b"] * count + [b"c"] * count
    store.close()


def test_another_processes_commit_moves_the_generation_and_is_seen_at_once(
    open_sqlite: OpenStore, sqlite_path: str
) -> None:
    store = open_sqlite("relaxed")
    other = start(ECHO, sqlite_path)
    assert line_of(other) == "ready"
    seen = {store.generation()}
    for number in range(20):
        tell(other, f"k {number}")
        assert line_of(other) == "done"
        assert store.generation() not in seen
        seen.add(store.generation())
        assert store.get(b"k") == b"%d" % number
        store.transact(lambda own: own.put(b"own", b"x"))
        assert store.generation() in seen
    other.communicate()


def test_a_killed_process_leaves_all_it_acknowledged_and_whole_transactions_only(sqlite_path: str) -> None:
    if not hasattr(signal, "SIGKILL"):
        pytest.skip("needs SIGKILL")
    first = 0
    for lines in (1, 7, 30):
        process = start(ACKNOWLEDGER, sqlite_path)
        acknowledged = [int(line_of(process)) for _ in range(lines)][-1]
        process.kill()
        # Not communicate(), which would leave out what the first lines brought along into the buffer
        assert process.stdout is not None
        acknowledged = max([acknowledged, *map(int, process.stdout.read().split())])
        process.communicate()
        store = open_store(sqlite_path)
        with store.snapshot() as snapshot:
            counts = [len(snapshot.range(b"%d/" % part, b"%d0" % part, 100_000)[0]) for part in range(3)]
            for part in range(3):
                for number in range(acknowledged + 1):
                    value = snapshot.get(b"%d/%08d" % (part, number))
                    assert value == bytes([number % 256]) * (1000 * (part + 1))
        assert counts[0] == counts[1] == counts[2]
        assert counts[0] >= acknowledged + 1
        total = decode_counter(store.get(b"n"))
        assert total - first in (acknowledged + 1, acknowledged + 2)
        first = total
        store.close()


def test_a_store_used_in_a_forked_child_says_so_and_the_parents_goes_on(open_sqlite: OpenStore) -> None:
    if not hasattr(os, "fork"):
        pytest.skip("needs fork")
    store = open_sqlite("relaxed")
    store.transact(lambda own: own.put(b"a", b"1"))
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:  # pragma: no cover
        said = []
        for call in (
            lambda: store.get(b"a"),
            lambda: store.transact(lambda own: own.put(b"a", b"2")),
            lambda: store.snapshot().get(b"a"),
            store.generation,
        ):
            try:
                call()
                said.append("no error")
            except StatorError as error:
                said.append(str(error))
        store.close()
        os.write(writing, "\n".join(said).encode())
        os._exit(0)
    os.waitpid(child, 0)
    said = os.read(reading, 10_000).decode().split("\n")
    os.close(reading)
    os.close(writing)
    assert len(said) == 4
    assert all("before a fork; open it anew in the child" in line for line in said), said
    store.transact(lambda own: own.put(b"a", b"3"))
    assert store.get(b"a") == b"3"


def test_a_forked_child_may_open_the_file_anew(open_sqlite: OpenStore, sqlite_path: str) -> None:
    if not hasattr(os, "fork"):
        pytest.skip("needs fork")
    store = open_sqlite("relaxed")
    before = store.generation()
    child = os.fork()
    if child == 0:  # pragma: no cover
        own = open_store(sqlite_path, "relaxed")
        own.transact(lambda transaction: transaction.put(b"a", b"child"))
        own.close()
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    assert store.generation() != before
    assert store.get(b"a") == b"child"
