"""`python -m systems.biztech ...` as a process of its own, to be told to end or killed."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

ROOT = Path(__file__).resolve().parents[3]
START_S_MAX = 60.0
T = TypeVar("T")


class Command:
    """A command that runs. `said`: the first line that it printed."""

    def __init__(self, process: asyncio.subprocess.Process, said: str) -> None:
        self.process = process
        self.said = said

    async def while_it_runs(self, work: Awaitable[T]) -> T:
        """What the work returns. Fails with what the command said if it ends before."""
        working, ending = asyncio.ensure_future(work), asyncio.create_task(self.process.wait())
        await asyncio.wait((working, ending), return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            working.cancel()
            assert self.process.stdout is not None
            raise AssertionError(f"it ended: {self.said}{(await self.process.stdout.read()).decode()}")
        ending.cancel()
        return await working

    async def end_by(self, number: int) -> int:
        """Sends a signal; returns the exit code."""
        self.process.send_signal(number)
        return await self.process.wait()


@asynccontextmanager
async def running(*words: str) -> AsyncIterator[Command]:
    """A command that has said that it is ready. It is killed at the end if it still runs."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "systems.biztech", *words, cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        async with asyncio.timeout(START_S_MAX):
            said = (await process.stdout.readline()).decode()
        yield Command(process, said)
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()
