"""What the benchmarks send: whole requests of the stated size, in Lua that wrk reads."""

import json
import shutil
import socket
import subprocess

import pytest

from benchmarks import loads
from benchmarks.floor import constant_answer
from benchmarks.loads import Load, Request
from benchmarks.lua import script
from benchmarks.mixes import even
from benchmarks.tables import BATCH_ITEMS_MAX, Table
from benchmarks.templates import fill, template

LOADS = loads.standard() + loads.large()
REQUESTS = {
    f"{request.template.operation}-{load.table.name}-{load.name}": request
    for load in [*LOADS, *(load.beside for load in LOADS if isinstance(load.beside, Load))]
    for request in load.requests
}


@pytest.mark.parametrize("request_", REQUESTS.values(), ids=REQUESTS.keys())
def test_a_filled_request_is_json_of_the_stated_length(request_: Request) -> None:
    for number in (0, request_.template.keys - 1):
        body = fill(request_.template, number)
        assert len(body) == request_.template.body_bytes
        assert json.loads(body)


@pytest.mark.parametrize("load", LOADS, ids=lambda load: f"{load.name}-{load.connections}")
def test_a_loads_script_is_read_by_wrk_without_complaint(load: Load, tmp_path) -> None:
    if shutil.which("wrk") is None:
        pytest.skip("wrk is not installed")
    path = tmp_path / "load.lua"
    path.write_text(script(even([request.template for request in load.requests]), 1), encoding="ascii")
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        ended = subprocess.run(["wrk", "-s", str(path), url], capture_output=True, text=True, timeout=20)
    # wrk reads the script first, and only then finds that nobody listens
    assert "Connection refused" in ended.stdout + ended.stderr
    assert str(path) not in ended.stderr


def test_the_keys_of_one_batch_all_differ() -> None:
    for number in (0, 1, 99_999):
        body = json.loads(fill(loads.batch_write(loads.ITEMS).template, number))
        keys = {write["PutRequest"]["Item"]["pk"]["S"] for write in body["RequestItems"]["items"]}
        assert len(keys) == BATCH_ITEMS_MAX


def test_every_write_carries_a_new_value() -> None:
    request = loads.put(loads.ITEMS).template
    assert fill(request, 7) != fill(request, 7)


@pytest.mark.parametrize("table", [loads.ITEMS, loads.PAGES, loads.TINY, Table("sizes", 1, 409600)])
def test_an_item_has_exactly_the_size_its_table_states(table: Table) -> None:
    item = table.item(table.items - 1)
    assert sum(len(name) + len(value["S"]) for name, value in item.items()) == table.item_bytes


@pytest.mark.parametrize("size", [2, 9, 1104, 109_000])
def test_the_do_nothing_server_answers_json_of_the_size_asked_for(size: int) -> None:
    body = constant_answer(size).split(b"\r\n\r\n", 1)[1]
    assert len(body) == size
    assert isinstance(json.loads(body), dict)


def test_text_that_only_looks_like_a_hole_is_left_alone() -> None:
    assert fill(template("Scan", {"FilterExpression": "a <keys+1> b < :x"}, 10), 1) == (
        '{"FilterExpression":"a <keys+1> b < :x"}'
    )
