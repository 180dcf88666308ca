"""A disk without space, a real one: writes are refused until there is space again, reads go on, nothing is lost.

The disk is a small one in memory, which only the server's process sees (a mount namespace of its own).
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from stator_process import Client, Refused, StatorProcess

DISK_BYTES = 3 << 20
BALLAST_BYTES = 1 << 20
TABLE = {
    "TableName": "music",
    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
    "BillingMode": "PAY_PER_REQUEST",
}


def by_mounting(folder: Path) -> list[str]:
    """Runs what follows with a disk of its own at the folder, with ballast on it."""
    script = (
        f"mount -t tmpfs -o size={DISK_BYTES} tmpfs '{folder}' && cd '{folder}' &&"
        f" head -c {BALLAST_BYTES} /dev/zero >ballast && exec \"$@\""
    )
    return ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script, "sh"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "disk"
    made.mkdir()
    try:
        subprocess.run([*by_mounting(made), "true"], check=True, capture_output=True, timeout=60)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("needs unshare, and the right to mount a disk in memory")
    return made


def put(client: Client, number: int) -> bool:
    """Whether it was acknowledged; else it was refused as AWS refuses what is not the caller's fault."""
    try:
        client.call("PutItem", TableName="music", Item=item(number))
    except Refused as refusal:
        if refusal.code != "InternalServerError":
            raise
        return False
    return True


def item(number: int) -> dict[str, dict[str, str]]:
    return {"pk": {"S": f"{number}"}, "text": {"S": f"{number}" * 9000}}


def test_a_full_disk_refuses_writes_until_there_is_space_and_reads_go_on(folder: Path) -> None:
    with StatorProcess(folder / "data.db", by=by_mounting(folder)) as server:
        client = server.client()
        client.call("CreateTable", **TABLE)
        count = 0
        while put(client, count):
            count += 1
            assert count < 1000, "never full"
        assert count > 20
        assert [put(client, count) for _ in range(5)] == [False] * 5
        check_all_there(client, count)
        seen_by_server = Path(f"/proc/{server.process.pid}/root{folder}")
        os.remove(seen_by_server / "ballast")
        for number in range(count, count + 10):
            assert put(client, number)
        check_all_there(client, count + 10)
        said = server.terminate()
    lines = [line for line in said.splitlines() if "full" in line]
    assert len(lines) >= 6, said
    assert all("free space and try again" in line for line in lines)


def check_all_there(client: Client, count: int) -> None:
    for number in (0, count // 2, count - 1):
        assert client.call("GetItem", TableName="music", Key={"pk": {"S": f"{number}"}})["Item"] == item(number)
    assert len(client.pages("Scan", TableName="music")) == count
