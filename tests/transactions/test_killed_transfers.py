"""Money moves while the server is killed, again and again: no move is lost, halved or made twice.

Each client remembers the move it had no answer to, and asks for it again under its token once the server is back, as
every SDK does.
"""

from __future__ import annotations

import os
import random
import threading
from pathlib import Path
from typing import Any

import pytest
from actions import create_tables
from stator_process import Client, Gone, Refused, StatorProcess
from transfers import ACCOUNTS, BALANCE, balances, by_the_ledger, ledger, move, open_accounts

Members = dict[str, Any]

ROUNDS = 100 if os.environ.get("SOAK") else 4
MOVERS = 6


class OverHttp:
    """A door (tests/doors.py) to a server that may go away."""

    def __init__(self, server: StatorProcess) -> None:
        self._client: Client = server.client()

    def call(self, operation: str, request: Members) -> Members:
        return self._client.call(operation, **request)

    def close(self) -> None:
        self._client.close()


class Mover:
    """`done`: the names of the moves that were acknowledged. `asked`: the one that has no answer yet. `fault`: what
    ended it, other than the server's end."""

    def __init__(self, name: str, seed: int) -> None:
        self.name = name
        self.done: set[str] = set()
        self.asked: tuple[str, Members] | None = None
        self.fault: BaseException | None = None
        self.repeated = 0
        self._chances = random.Random(seed)
        self._made = 0

    def run(self, server: StatorProcess) -> None:
        """Moves until the server is gone."""
        door = OverHttp(server)
        try:
            while True:
                if self.asked is None:
                    self._made += 1
                    name = f"{self.name}-{self._made}"
                    self.asked = (name, move(self._chances, name))
                else:
                    self.repeated += 1
                self._ask(door, *self.asked)
                self.asked = None
        except Gone:
            return
        except BaseException as fault:
            self.fault = fault
        finally:
            door.close()

    def _ask(self, door: OverHttp, name: str, request: Members) -> None:
        try:
            door.call("TransactWriteItems", request)
        except Refused as refused:
            if "ConditionalCheckFailed" not in str(refused):
                raise
        else:
            self.done.add(name)


@pytest.mark.parametrize("flags", [(), ("--like-aws", "--no-lingering-states", "--conflict-rate", "0")])
def test_no_move_is_lost_or_made_twice_when_the_server_is_killed(
    tmp_path: Path, flags: tuple[str, ...]
) -> None:
    chances = random.Random(7)
    movers = [Mover(f"mover{number}", number) for number in range(MOVERS)]
    for number in range(ROUNDS + 1):
        with StatorProcess(tmp_path / "data.db", *flags) as server:
            door = OverHttp(server)
            if number == 0:
                create_tables(door)
                open_accounts(door)
            entries = ledger(door)
            assert balances(door) == by_the_ledger(entries)
            assert sum(balances(door)) == ACCOUNTS * BALANCE
            asked = {mover.asked[0] for mover in movers if mover.asked is not None}
            done = set().union(*(mover.done for mover in movers))
            assert done <= entries.keys() <= done | asked
            door.close()
            if number == ROUNDS:
                break
            threads = [threading.Thread(target=mover.run, args=(server,)) for mover in movers]
            for thread in threads:
                thread.start()
            wanted = sum(len(mover.done) for mover in movers) + chances.randrange(20, 120)
            while sum(len(mover.done) for mover in movers) < wanted and all(
                map(threading.Thread.is_alive, threads)
            ):
                threads[0].join(0.002)
            server.kill()
            for thread in threads:
                thread.join()
            assert [mover.fault for mover in movers] == [None] * MOVERS
    assert sum(mover.repeated for mover in movers) > ROUNDS
