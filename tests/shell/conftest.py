"""Sessions of the shell on a filled database: in process, and over HTTP."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from songs import fill

from stator.cli.shell.reading import entries_of
from stator.cli.shell.rendering import Screen
from stator.cli.shell.session import Failed, Left, Session, Ways
from stator.client.connecting import connect
from stator.engine.database import Database
from stator.server.background import BackgroundServer
from stator.storage.memory import MemoryStore


class Typed:
    """A session, and what it wrote. `answers`: what the person says where a page is to go on."""

    def __init__(self, transport: Any, ways: Ways, is_terminal: bool, answers: list[str] | None) -> None:
        self.out = io.StringIO()
        self.error = io.StringIO()
        self.answers = answers
        screen = Screen(self.out, self.error, is_terminal)
        screen._rich = False
        self.session = Session(
            transport, "a database", screen, ways, None if answers is None else self._answer, lambda: 0.0
        )

    def _answer(self, question: str) -> str:
        assert self.answers is not None
        self.out.write(question + "\n")
        return self.answers.pop(0)

    def run(self, text: str) -> str:
        """What was written, up to a failure, which is its last line."""
        self.out.seek(0)
        self.out.truncate()
        try:
            for entry in entries_of(text):
                self.session.run(entry)
        except Failed as failure:
            return f"{self.out.getvalue()}! {failure}"
        except Left:
            return f"{self.out.getvalue()}! left"
        return self.out.getvalue()


Typing = Callable[..., Typed]


@pytest.fixture(params=["in process", "over http"])
def typing(request: pytest.FixtureRequest) -> Iterator[Typing]:
    db = Database(MemoryStore())
    server = BackgroundServer(db) if request.param == "over http" else None
    transport = connect(db if server is None else server.start())
    fill(transport)

    def make(ways: Ways | None = None, is_terminal: bool = True, answers: list[str] | None = None) -> Typed:
        return Typed(transport, ways or Ways(), is_terminal, answers)

    yield make
    transport.close()
    if server is not None:
        server.stop()
    db.close()


@pytest.fixture
def typed(typing: Typing) -> Typed:
    return typing()
