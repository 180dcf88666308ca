"""The comparison's workloads: their keys are chosen as YCSB chooses them, and what they send is whole requests."""

import json
import random
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from benchmarks import unsynced, workloads
from benchmarks.fetching import CannotBeHad, Source, fetched
from benchmarks.lua import script
from benchmarks.mixes import SPREAD, Choice, Mix, Part, zipfian
from benchmarks.peers import SYSTEMS, chosen
from benchmarks.templates import fill, template
from benchmarks.workloads import WORKLOADS, Workload

TABLES = workloads.tables_of(1000)


@pytest.mark.parametrize("workload", WORKLOADS, ids=lambda workload: workload.name)
def test_a_workloads_requests_are_json_of_the_stated_length(workload: Workload) -> None:
    for request in workload.requests(TABLES):
        for number in (0, request.template.keys - 1):
            body = fill(request.template, number)
            assert len(body) == request.template.body_bytes
            assert json.loads(body)


@pytest.mark.parametrize("workload", WORKLOADS, ids=lambda workload: workload.name)
@pytest.mark.parametrize("choice", Choice)
def test_a_workloads_script_is_read_by_wrk_and_sends_requests(
    workload: Workload, choice: Choice, tmp_path: Path
) -> None:
    if shutil.which("wrk") is None:
        pytest.skip("wrk is not installed")
    text = script(workload.mix(TABLES, choice, 5000, 64), 7)
    # wrk calls init once it is connected; a port where nobody listens ends it after the script was read
    path = tmp_path / "load.lua"
    path.write_text(text, encoding="ascii")
    ended = subprocess.run(
        ["wrk", "-s", str(path), "http://127.0.0.1:1"], capture_output=True, text=True, timeout=20
    )
    assert "Connection refused" in ended.stdout + ended.stderr
    assert str(path) not in ended.stderr
    assert "@" not in text.replace("md/arch", "")


def test_an_item_of_the_indexed_table_has_the_stated_size_and_a_key_of_the_index() -> None:
    table = TABLES.indexed
    item = table.item(table.items - 1)
    assert sum(len(name) + len(value["S"]) for name, value in item.items()) == table.item_bytes
    assert item["gk"] != item["pk"]
    assert table.definition()["GlobalSecondaryIndexes"][0]["KeySchema"][0]["AttributeName"] == "gk"


def test_zipfian_ranks_come_as_often_as_the_distribution_says() -> None:
    constants = zipfian(1000)
    drawn = random.Random(1)
    counts = Counter(constants.rank(drawn.random()) for _ in range(50_000))
    assert set(counts) <= set(range(1000))
    for rank in (0, 1):
        expected = (rank + 1) ** -0.99 / constants.zeta
        assert counts[rank] / 50_000 == pytest.approx(expected, rel=0.1)
    assert sum(counts[rank] for rank in range(100)) > 0.6 * 50_000


@pytest.mark.parametrize("keys", [100, 10_000, 100_000, 1_000_000])
def test_spreading_the_ranks_leaves_no_key_out_and_stays_exact_in_luas_numbers(keys: int) -> None:
    assert keys * SPREAD < 2**53
    assert len({rank * SPREAD % keys for rank in range(keys)}) == keys


def test_shares_and_steps_reach_the_script() -> None:
    steps = tuple(template(name, {"Key": "<key+0>"}, 10) for name in ("GetItem", "UpdateItem"))
    text = script(Mix((Part(3, steps[:1]), Part(1, steps))), 1)
    assert "{ up_to = 0.75, steps = { 1 }, choose = uniform(10) }" in text
    assert "{ up_to = 1.0, steps = { 2, 3 }, choose = uniform(10) }" in text


def test_choosing_a_peer_by_family_takes_all_of_its_kind_and_always_stator() -> None:
    names = [system.name for system in chosen(frozenset({"dynoxide"}))]
    assert names == ["stator", "stator-relaxed", "stator-memory", "dynoxide", "dynoxide-memory"]
    assert chosen(frozenset()) == SYSTEMS


def test_a_peer_comes_from_the_first_source_that_has_it(tmp_path: Path) -> None:
    asked: list[str] = []

    def absent(_folder: Path, requirement: str) -> None:
        asked.append(requirement)
        raise CannotBeHad("no compiler")

    def there(folder: Path, requirement: str) -> None:
        asked.append(requirement)
        folder.mkdir()
        (folder / "program").touch()

    sources = (Source("peer@2", absent), Source("peer@1", there))
    assert fetched("peer", sources, tmp_path) == (tmp_path / "peer", "peer@1")
    assert fetched("peer", sources, tmp_path) == (tmp_path / "peer", "peer@1")
    assert asked == ["peer@2", "peer@1"]
    with pytest.raises(CannotBeHad, match="peer@2: no compiler"):
        fetched("other", sources[:1], tmp_path)
    assert not (tmp_path / "other").exists()


def test_a_server_that_is_filled_waits_for_no_sync(tmp_path: Path) -> None:
    if not (prefix := unsynced.prefix(tmp_path)):
        pytest.skip("there is no C compiler")
    # A pipe cannot be synced: only a sync that does nothing succeeds
    code = "import os; os.fsync(os.pipe()[1])"
    assert subprocess.run([*prefix, sys.executable, "-c", code], capture_output=True).returncode == 0
    assert subprocess.run([sys.executable, "-c", code], capture_output=True).returncode == 1
